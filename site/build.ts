// npm run site: the page as a folder of static files, .data/site, or the one that is named. It can be put anywhere, under any path.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const [folder = join(ROOT, ".data/site")] = process.argv.slice(2);

// whatever else is in a folder that somebody names is not ours to remove
if (existsSync(folder) && readdirSync(folder).length > 0 && !existsSync(join(folder, "code/page.js")))
  throw new Error(`${folder} is no earlier build of the page, and has files: name a new folder, or an empty one`);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const { metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: { page: "site/page/page.ts", worker: "site/worker/main.ts" },
  outdir: join(folder, "code"),
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  metafile: true,
  chunkNames: "chunk-[hash]",
  legalComments: "none",
  logLevel: "warning",
  alias: { "transload/web": "./src/web/index.ts" },
});
for (const name of ["index.html", "page.css", "icon.svg"]) cpSync(join(ROOT, "site", name), join(folder, name));
// where the code looks for it: beside its own folder
for (const name of ["core.wasm", "core-relaxed.wasm"]) cpSync(join(ROOT, "src/core", name), join(folder, "core", name));
writeFileSync(join(folder, "licenses.txt"), licenses(Object.keys(metafile.inputs)));

/** transload's own, and that of each package that is in the code. */
function licenses(files: readonly string[]): string {
  const packages = [...new Set(files.map((file) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]))].filter(
    (path) => path !== undefined,
  );
  const texts = packages.sort().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(ROOT, path, "package.json"), "utf8")) as Record<string, string>;
    return `${name} ${version}: ${license}\n\n${licenseIn(join(ROOT, path))}`;
  });
  return [`transload: Apache-2.0\n\n${readFileSync(join(ROOT, "LICENSE"), "utf8")}`, ...texts].join(`\n${"-".repeat(80)}\n\n`);
}

function licenseIn(path: string): string {
  for (const name of ["LICENSE", "LICENSE.txt", "LICENSE.md", "license", "LICENCE", "license.md"])
    try {
      return readFileSync(join(path, name), "utf8");
    } catch {}
  return "";
}
