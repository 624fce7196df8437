// What runs in Node, as a few files: starting the command line costs a small payload more than converting it, and every file that is opened
// then, and every line that is read for nothing, is a part of that.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { builtinModules } from "node:module";
import { brotliCompressSync } from "node:zlib";
import { buildSync } from "esbuild";
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
};

/** The license of each package that is in the bundle, as each of them asks for. */
export const licenses = {
  name: "licenses",
  generateBundle(_, bundle) {
    const ids = Object.values(bundle).flatMap(({ moduleIds = [] }) => moduleIds);
    const folders = [...ids, ...expressed].map((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0]);
    const source = [...new Set(folders)].filter(Boolean).sort().map(licenseIn).join("\n");
    this.emitFile({ type: "asset", fileName: "LICENSES", source });
  },
};

function licenseIn(folder) {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const files = readdirSync(folder).filter((entry) => /^(licen[cs]e|notice)/i.test(entry));
  return [`${name} ${version}: ${license}\n`, ...files.map((file) => readFileSync(`${folder}/${file}`, "utf8"))].join("\n");
}

/** Files of the packages that are in the code as expressions. */
const expressed = new Set();

/**
 * A package of CommonJS as an expression. What rolldown makes of one needs helpers, which are a file of their own to be loaded at every start, and
 * a require() of the file's address, which a bundle of CommonJS does not have. All that these ask for is Node's.
 */
function expressionOf(name) {
  const how = { bundle: true, platform: "node", format: "iife", globalName: "made", write: false, metafile: true };
  const { outputFiles, metafile } = buildSync({ stdin: { contents: `module.exports = require("${name}")`, resolveDir: "." }, ...how });
  for (const file of Object.keys(metafile.inputs)) if (file.includes("node_modules/")) expressed.add(realpathSync(file));
  const code = outputFiles[0].text.replace(/\b__require\("(?:node:)?(\w+)"\)/g, 'process.getBuiltinModule("node:$1")');
  if (/\brequire\(|\b__require\("/.test(code)) throw new Error(`${name} asks for more than Node's modules`);
  return `(() => {\n${code}\nreturn made;\n})()`;
}

/** Both kinds of the core as one text, which is hardly longer than that of one: they differ in a few instructions. */
function inlinedCore() {
  const [core, relaxed] = ["core.wasm", "core-relaxed.wasm"].map((name) => readFileSync(`src/core/${name}`));
  const [stamp] = /transload \S+ [0-9a-f]{16}$/.exec(core.toString("latin1"));
  const text = brotliCompressSync(Buffer.concat([core, relaxed])).toString("base64");
  return `export const INLINED_CORE = ${JSON.stringify({ text, length: core.length, stamp })};`;
}

/**
 * Sources whose content the build writes. Whoever bundles the package takes its code along, and neither its files nor its packages that are
 * asked for by require().
 */
const WRITTEN = {
  "src/engine/inlined-core.ts": inlinedCore,
  "src/columns/inlined-ndarray.ts": () => `export const inlinedNdarray = () => ${expressionOf("ndarray")};`,
  "node_modules/cli-progress/cli-progress.js": () => `export default ${expressionOf("cli-progress")};`,
  "src/api/version.ts": () => `export const version = () => ${JSON.stringify(JSON.parse(readFileSync("package.json", "utf8")).version)};`,
};

const written = {
  name: "written",
  load(id) {
    const [, write] = Object.entries(WRITTEN).find(([file]) => id.endsWith(`/${file}`)) ?? [];
    return write && { code: write(), moduleType: "js" };
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

const builtIns = new Set(builtinModules);
export const isBuiltIn = (id) => id.startsWith("node:") || builtIns.has(id);

const outside = (id) => !id.startsWith(".") && !id.startsWith("/") && !id.startsWith("\0");

/** What is one file each. */
export const groups = [
  // what a conversion from text to text needs, and convert() with it; binary files, the reference engine and Arrow are loaded where they are wanted
  {
    name: "convert",
    test: /src\/(?!columns\/arrow)(?:errors|(?:columns|dialects|io|options(?!\/s(?:core|erve))|envelope|table|jobs(?!\/worker)|lanes(?!\/where)|engine\/(?!reference\/))|binary\/(?:form|places)|model\/shell-word|api\/(?!inspect|write|asking|answer|endpoint|diagnosis|probes|route|url|join))/,
    priority: 2,
  },
  // what else the library's entry begins with: each file costs a start more than what is read in vain
  {
    name: "library",
    test: /src\/(?:model|api\/(?:inspect|answer|endpoint|url|route|probes)|score\/(?!file-run|journal|identity|run|beside|rehearsal))/,
    priority: 1,
  },
  // the command line, but for the commands that a call does not ask for
  {
    name: "cli",
    test: /src\/cli\/(?!command|bench|doctor|inspect|validate|score|serve|question|endpoint|dialects|dialect-file|completion|model|several)/,
    priority: 1,
  },
];

/**
 * Packages that become a part of our code, with all that they need: what is used of them is small, and they are not, or bring along what is of no use
 * here (types, other versions of what there is).
 */
const INSIDE = ["commander", "cli-progress", "string-width", "apache-arrow", "hyparquet-writer"];

/** What a package that is inside asks for is inside. */
const isOutside = (id, importer = "") =>
  outside(id) &&
  id !== "node:child_process" &&
  (isBuiltIn(id) || !(INSIDE.includes(id.split("/")[0]) || importer.includes("/node_modules/")));

/** The library, and the command's long way. */
const modules = defineConfig({
  ...common,
  input: {
    index: "src/index.ts",
    "cli/command": "src/cli/command.ts",
    "jobs/worker": "src/jobs/worker.ts",
    "serve/gateway": "src/serve/gateway.ts",
  },
  external: isOutside,
  // flatbuffers as modules
  resolve: { mainFields: ["module", "main"] },
  plugins: [commander, written, licenses],
  output: {
    dir: "dist",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    // what comments say is in the declarations; they, long names and white space would be half of the code that is read at every start
    comments: false,
    minify: { compress: true, mangle: { keepNames: { function: true, class: true } }, codegen: true },
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
