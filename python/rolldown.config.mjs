// The command line with all that it needs of other packages, so that the wheel has no node_modules: as ../rolldown.config.mjs makes it, but
// that nothing is left outside. Run in the root.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { defineConfig } from "rolldown";
import { commander, common, groups, startIn } from "../rolldown.config.mjs";

const DIR = "python/src/transload/_js/dist";

/** The license of each package that is in the bundle, as each of them asks for. */
const licenses = {
  name: "licenses",
  generateBundle(_, bundle) {
    const ids = Object.values(bundle).flatMap(({ moduleIds = [] }) => moduleIds);
    const folders = ids.map((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0]);
    const source = [...new Set(folders)].filter(Boolean).sort().map(licenseIn).join("\n");
    this.emitFile({ type: "asset", fileName: "LICENSES", source });
  },
};

function licenseIn(folder) {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const files = readdirSync(folder).filter((entry) => /^(licen[cs]e|notice)/i.test(entry));
  return [`${name} ${version}: ${license}\n`, ...files.map((file) => readFileSync(`${folder}/${file}`, "utf8"))].join("\n");
}

const builtIns = new Set(builtinModules);

const command = defineConfig({
  ...common,
  input: { "cli/command": "src/cli/command.ts", "jobs/worker": "src/jobs/worker.ts" },
  external: (id) => id !== "node:child_process" && (id.startsWith("node:") || builtIns.has(id)),
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
