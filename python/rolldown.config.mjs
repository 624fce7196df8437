// The command line with all that it needs of other packages, so that the wheel has no node_modules: as ../rolldown.config.mjs makes it, but
// that nothing is left outside. Run in the root.
import { existsSync } from "node:fs";
import { defineConfig } from "rolldown";
import { commander, common, groups, isBuiltIn, licenses, startIn } from "../rolldown.config.mjs";

const DIR = "python/src/transload/_js/dist";

const command = defineConfig({
  ...common,
  input: { "cli/command": "src/cli/command.ts", "jobs/worker": "src/jobs/worker.ts" },
  external: (id) => id !== "node:child_process" && isBuiltIn(id),
  plugins: [commander, licenses],
  output: {
    dir: DIR,
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    comments: false,
    codeSplitting: { groups },
    minify: true,
  },
});

if (!existsSync("src/core/core.wasm")) throw new Error("build the core first: npm run build");

export default [command, ...startIn(DIR)];
