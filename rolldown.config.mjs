// What runs in Node, as a few files: starting the command line costs a small payload more than converting it, and every file that is opened
// then, and every line that is read for nothing, is a part of that.
import { defineConfig } from "rolldown";

export default defineConfig({
  input: { index: "src/index.ts", "cli/main": "src/cli/main.ts" },
  platform: "node",
  external: (id) => !id.startsWith(".") && !id.startsWith("/"),
  output: {
    dir: "dist",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    // what they say is in the declarations; here they would be a seventh of the code that is read at every start
    comments: false,
    codeSplitting: {
      groups: [
        // what a conversion from text to text needs, and convert() with it; binary files, the reference engine and Arrow are loaded where they are wanted
        {
          name: "convert",
          test: /src\/(?!columns\/arrow)(?:errors|(?:columns|dialects|io|options|envelope|table|lanes|engine\/(?!reference\/))|binary\/(?:form|places)|api\/(?!inspect|write|asking|answer|endpoint|diagnosis|probes))/,
          priority: 2,
        },
        // the command line, but for the commands that a call does not ask for
        {
          name: "cli",
          test: /src\/cli\/(?!main|bench|doctor|inspect|validate|question|endpoint|dialects|dialect-file|model)/,
          priority: 1,
        },
      ],
    },
  },
  transform: { target: "node20.19" },
  logLevel: "warn",
  checks: { ineffectiveDynamicImport: false },
});
