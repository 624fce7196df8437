// Bundles handler.mjs with a bundler, into one file in a folder of its own, where no package is found: `node bundle.mjs BUNDLER FOLDER`. Prints the
// file's name. `node bundle.mjs run FILE` prints what the handler returns, of a bundle or of handler.mjs itself.
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const entry = fileURLToPath(new URL("handler.mjs", import.meta.url));

/** Packages of CommonJS that ask for Node's own modules: in an ES module of esbuild's they find no require(), as its documentation says. */
const REQUIRE = 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);';

const esbuild = (format, own) => async (outfile) => {
  const { build } = await import("esbuild");
  // this project's own tsconfig.json leads to the sources
  const how = { bundle: true, platform: "node", target: "node20", tsconfigRaw: "{}", logLevel: "error" };
  const { warnings } = await build({ entryPoints: [entry], outfile, format, ...how, ...own });
  // it is silent about this in packages, and the sources' own test is none of a package
  const told = warnings.filter(({ id }) => id !== "empty-import-meta");
  if (told.length > 0) throw new Error(JSON.stringify(told));
};

const BUNDLERS = {
  "esbuild-esm": { ending: "mjs", bundle: esbuild("esm", { banner: { js: REQUIRE } }) },
  "esbuild-cjs": { ending: "cjs", bundle: esbuild("cjs", { minify: true }) },
  "vite-ssr": {
    ending: "mjs",
    async bundle(outfile) {
      const { build } = await import("vite");
      await build({
        configFile: false,
        logLevel: "error",
        ssr: { noExternal: true, target: "node" },
        build: {
          ssr: entry,
          outDir: join(outfile, ".."),
          target: "node20",
          rolldownOptions: { output: { entryFileNames: "handler.mjs", codeSplitting: false } },
        },
      });
    },
  },
  rollup: {
    ending: "mjs",
    async bundle(file) {
      const [{ rollup }, { nodeResolve }, { default: commonjs }, { default: json }] = await Promise.all([
        import("rollup"),
        import("@rollup/plugin-node-resolve"),
        import("@rollup/plugin-commonjs"),
        import("@rollup/plugin-json"),
      ]);
      const plugins = [nodeResolve({ preferBuiltins: true, exportConditions: ["node"] }), commonjs(), json()];
      const made = await rollup({ input: entry, plugins, onwarn: () => {} });
      await made.write({ file, format: "es", inlineDynamicImports: true });
      await made.close();
    },
  },
  webpack: {
    ending: "cjs",
    async bundle(outfile) {
      const { default: webpack } = await import("webpack");
      const compiler = webpack({
        mode: "production",
        target: "node20",
        entry,
        output: { path: join(outfile, ".."), filename: "handler.cjs", library: { type: "commonjs2" } },
        plugins: [new webpack.optimize.LimitChunkCountPlugin({ maxChunks: 1 })],
      });
      const stats = await new Promise((done, fail) => compiler.run((error, made) => (error ? fail(error) : done(made))));
      await new Promise((done) => compiler.close(done));
      if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
    },
  },
};

const [what, place = "."] = process.argv.slice(2);
if (what === "run") {
  const made = await import(pathToFileURL(resolve(place)).href);
  console.log(JSON.stringify(await (made.handler ?? made.default.handler)()));
} else {
  const { ending, bundle } = BUNDLERS[what];
  const file = resolve(place, `handler.${ending}`);
  const made = resolve(place, "made");
  mkdirSync(made, { recursive: true });
  await bundle(join(made, `handler.${ending}`));
  // bundlers leave other files beside it, for licenses, and of modules that have become empty: it runs without
  copyFileSync(join(made, `handler.${ending}`), file);
  rmSync(made, { recursive: true });
  console.log(file);
}
