// What bundlers make of the built package, on the bundlers that are here anyway; .ci/bundle has the others, the packed package and all Nodes.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../support/page.js";

const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
const run = (...given: string[]) =>
  execFileSync(process.execPath, [join(root, ".ci/bundle.mjs"), ...given], { cwd: folder, encoding: "utf8" });

let expected: unknown;

beforeAll(() => {
  expected = JSON.parse(run("run", join(root, ".ci/handler.mjs")));
});

afterAll(() => rmSync(folder, { recursive: true }));

test("the program that is bundled uses what it is to prove", () => {
  expect(expected).toMatchObject({
    text: '{"dataframe_split":{"columns":["a","b","c"],"data":[[1,0.5,"x"],[2,1.0,"y"],[3,9007199254740993,"x"]]}}',
    tensor: [[2, 1], 2.5],
    arrow: [2, "a", [1, 2.5]],
    pieces: ['[{"a":1,"b":0.5,"c":"x"},{"a":2,"b":1.0,"c":"y"}]', '[{"a":3,"b":9007199254740993,"c":"x"}]'].map(
      (rows) => `{"dataframe_records":${rows}}`,
    ),
    model: ["a long"],
    threads: [true, 600_000],
    scored: "row,prediction\n0,2\n1,4\n2,6\n",
  });
});

test.each(["esbuild-esm", "esbuild-cjs", "vite-ssr"])("a bundle of %s is one file, which needs nothing beside it", (bundler) => {
  const bundle = run(bundler, join(folder, bundler)).trim();
  expect(JSON.parse(run("run", bundle))).toEqual(expected);
});

test("what lies beside a bundle, where the package would have its files, is not taken for these", () => {
  const bundle = run("esbuild-esm", join(folder, "app/dist")).trim();
  for (const name of ["core/core.wasm", "core/core-relaxed.wasm", "jobs/worker.js"]) {
    mkdirSync(join(folder, "app", dirname(name)), { recursive: true });
    writeFileSync(join(folder, "app", name), name.endsWith("js") ? "setInterval(() => {}, 1000);" : "of another version");
  }
  expect(JSON.parse(run("run", bundle))).toEqual(expected);
});
