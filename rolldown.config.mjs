// What runs in Node, as a few files: starting the command line costs a small payload more than converting it, and every file that is opened
// then, and every line that is read for nothing, is a part of that.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { defineConfig } from "rolldown";

export const common = {
  platform: "node",
  transform: { target: "node20.19" },
  logLevel: "warn",
  checks: { ineffectiveDynamicImport: false },
};

/**
 * commander is many files, and is one of ours here. It starts other programs for commands that are such; ours are not, and what that takes
 * is half of its loading.
 */
export const commander = {
  name: "commander",
  resolveId: (id) => (id === "node:child_process" ? "\0no-programs" : undefined),
  load: (id) => (id === "\0no-programs" ? "module.exports = {};" : undefined),
  generateBundle() {
    this.emitFile({ type: "asset", fileName: "cli/commander.LICENSE", source: readFileSync("node_modules/commander/LICENSE") });
  },
};

/** require() makes ready for import what it gives, every name of it, which takes longer than all that is asked of it here. */
const builtIn = {
  name: "built-in",
  renderChunk: (code) => code.replace(/\brequire\((["'`](?:node:\w+|url)["'`])\)/g, "process.getBuiltinModule($1)"),
};

/**
 * What compiled.ts takes: a function, and a hash by which it knows what V8 has compiled of it. ASCII takes half the memory.
 */
const compiled = {
  name: "compiled",
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      const ascii = chunk.code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
      const hash = createHash("sha256").update(ascii).digest("hex").slice(0, 16);
      chunk.code = `// ${hash}\n(function (exports, __filename) {${ascii}\n})`;
    }
  },
};

/** What is loaded where it is wanted is not wanted here: the long way stands beside, and all else is only on the long way. */
const nothingMore = {
  name: "nothing-more",
  resolveDynamicImport: (id) => ({ id, external: true }),
};

const outside = (id) => !id.startsWith(".") && !id.startsWith("/") && !id.startsWith("\0");

/** What is one file each. */
export const groups = [
  // what a conversion from text to text needs, and convert() with it; binary files, the reference engine and Arrow are loaded where they are wanted
  {
    name: "convert",
    test: /src\/(?!columns\/arrow)(?:errors|(?:columns|dialects|io(?!\/lock)|options(?!\/s(?:core|erve))|envelope|table|jobs(?!\/worker)|lanes|engine\/(?!reference\/))|binary\/(?:form|places)|api\/(?!inspect|write|asking|answer|endpoint|diagnosis|probes|route|url|join))/,
    priority: 2,
  },
  // the command line, but for the commands that a call does not ask for
  {
    name: "cli",
    test: /src\/cli\/(?!command|bench|doctor|inspect|validate|score|serve|question|endpoint|dialects|dialect-file|model|several)/,
    priority: 1,
  },
];

/** The library, and the command's long way. */
const modules = defineConfig({
  ...common,
  input: {
    index: "src/index.ts",
    "cli/command": "src/cli/command.ts",
    "jobs/worker": "src/jobs/worker.ts",
    "serve/gateway": "src/serve/gateway.ts",
  },
  external: (id) => outside(id) && id !== "commander" && id !== "node:child_process",
  plugins: [commander],
  output: {
    dir: "dist",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    // what they say is in the declarations; here they would be a seventh of the code that is read at every start
    comments: false,
    codeSplitting: { groups },
  },
});

/** Where a command begins, and its short way. CommonJS: Node 20 takes a fifth of its start to be ready for anything else. */
export const startIn = (dir) =>
  ["main", "short"].map((name) =>
    defineConfig({
      ...common,
      input: { [`cli/${name}`]: `src/cli/${name}.ts` },
      external: outside,
      treeshake: { moduleSideEffects: [{ external: true, sideEffects: false }] },
      plugins: [nothingMore, builtIn, ...(name === "short" ? [compiled] : [])],
      output: { dir, format: "cjs", entryFileNames: "[name].cjs", codeSplitting: false, comments: false, minify: true },
    }),
  );

export default [modules, ...startIn("dist")];
