import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { BINARY } from "../../src/binary/form.js";
import { DIALECTS, FORMS } from "../../src/dialects/index.js";
import { folder, large, ROOT, SPLIT, shell, transload } from "../support/command-line.js";
import { ASKED, PLACE, standIn } from "../support/stand-in.js";

const dir = folder();

test("inspect tells a payload as a table", async () => {
  const { code, out } = await transload(
    ["inspect"],
    '{"params":{},"input_data":{"columns":["a","b\\n"],"index":[0,1],"data":[[1,"x"],[null,"y"]]}}',
  );
  expect(code).toBe(0);
  expect(out.split("\n")).toEqual([
    "form    azureml:split",
    "holds   2 rows x 2 columns",
    "params  yes",
    "bytes   92",
    "",
    "column  dtype       nulls  NaN  min  max  mean  distinct  values",
    "a       float64  1 (50 %)    0    1    1     1         1  █",
    '"b\\n"   string          0    0                         2  "x" 1, "y" 1',
    "",
  ]);
});

test("inspect tells a tensor's shape, and the shapes of named ones", async () => {
  expect((await transload(["inspect"], '{"instances":[[[1.5,NaN]]]}')).out).toContain("a tensor of shape 1 x 1 x 2");
  const { out } = await transload(["inspect"], '{"input_data":{"x":[[1,2]],"y":[true]}}');
  expect(out).toMatch(/^x +int64 +1 x 2 +0 +0 +1 +2 +1\.5 +2 /m);
  expect(out).toMatch(/^y +bool +1 +0 +0 +1 +true 1$/m);
});

test("inspect --json is the Inspection", async () => {
  const { out } = await transload(["inspect", "--json"], SPLIT);
  expect(JSON.parse(out)).toMatchObject({
    form: "azureml:split",
    dialect: "azureml",
    layout: "frame",
    rows: 2,
    shape: [2, 2],
    params: false,
    bytes: SPLIT.length,
    warnings: [],
  });
});

test("inspect tells what pandas' index is in a file", async () => {
  const file = (name: string) => fileURLToPath(new URL(`../binary/files/${name}`, import.meta.url));
  expect((await transload(["inspect", file("index-named.arrow")])).out).toContain("holds   2 rows x 2 columns\nindex   id\n");
  expect((await transload(["inspect", file("index-range.parquet")])).out).toContain("index   10, 8, 6, …\n");
  expect((await transload(["inspect", file("index-counted.arrow")])).out).not.toContain("index");
});

test("inspect refuses what is broken", async () => {
  expect(await transload(["inspect"], SPLIT.slice(0, -1))).toMatchObject({ code: 1, out: "", err: expect.stringContaining("E_TRUNCATED") });
});

test("validate says what is valid, and why something is not", async () => {
  expect(await transload(["validate"], SPLIT)).toEqual({ code: 0, out: "valid: azureml:split, 2 rows x 2 columns\n", err: "" });
  const ragged = await transload(["validate"], '{"input_data":[[1,2],[3]]}');
  expect(ragged).toMatchObject({ code: 1, out: "", err: expect.stringMatching(/^transload: E_RAGGED: .*\n$/) });
  const wrongForm = await transload(["validate", "-f", "mlflow"], SPLIT);
  expect(wrongForm).toMatchObject({ code: 1, out: "" });
});

test("validate --for asks whether the server takes the payload as it is", async () => {
  expect(await transload(["validate", "--for", "azureml"], SPLIT)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^accepted by Azure ML: /),
    err: "",
  });
  // it can be converted, which is another question: the answer is no, and the command
  const other = await transload(["validate", "--for", "mlflow:inputs"], SPLIT);
  expect(other).toMatchObject({ code: 1, out: expect.stringMatching(/^refused by MLflow: /), err: "" });
  expect(other.out).toContain("\n  transload convert -t mlflow:inputs\n");
  const never = await transload(["validate", "--for", "tfserving"], '{"inputs":[[1,null]]}');
  expect(never).toMatchObject({ code: 1, out: expect.stringMatching(/no conversion mends it\n$/), err: "" });
  expect(never.out).toContain("TensorFlow Serving refuses null");
});

test("dialects lists every name", async () => {
  const { code, out } = await transload(["dialects"]);
  expect(code).toBe(0);
  for (const { id } of FORMS) expect(out).toContain(id);
  for (const { name, about } of DIALECTS) expect(out).toMatch(new RegExp(`^${name} .*${about}$`, "m"));
  for (const { id, holds } of BINARY) expect(out).toMatch(new RegExp(`^${id} .*${holds}$`, "m"));
});

test("bench measures a payload of its own, and one that is given", async () => {
  const made = await transload(["bench", "--size", "200KB", "--json"]);
  expect(made).toMatchObject({ code: 0, err: "" });
  const { measurements } = JSON.parse(made.out) as { measurements: { payload: string; bytes: number; lanes: Record<string, unknown>[] }[] };
  expect(measurements.map((m) => m.payload)).toEqual(["heart", "tensor"]);
  for (const { bytes, lanes } of measurements) {
    expect(bytes).toBeGreaterThan(199_000);
    expect(bytes).toBeLessThan(210_000);
    expect(lanes.map((l) => l.lane)).toEqual(["copy", "splice to mlflow", "read float64 batches", "typed float32 to mlflow"]);
    for (const lane of lanes)
      expect(lane).toMatchObject({ seconds: expect.any(Number), megabytesPerSecond: expect.any(Number), ofCopy: expect.any(Number) });
  }
  const file = join(dir, "text.json");
  writeFileSync(file, large(50_000).replace("input_data", "dataframe_split"));
  const given = await transload(["bench", file]);
  expect(given.out).toMatch(/^splice to azureml +\d+\.\d +\d+\.\d+ +\d+\.\d\d$/m);
});

test("bench says which lane refuses a payload", async () => {
  const file = join(dir, "scalar.json");
  writeFileSync(file, '{"inputs":5}');
  const { code, out } = await transload(["bench", file]);
  expect(code).toBe(0);
  expect(out).toMatch(/^splice to azureml: E_\w+: /m);
  expect(out).toMatch(/^read float64 batches +\d/m);
});

test("alone it prints help; --version is the package's", async () => {
  const { code, out } = await transload([]);
  expect(code).toBe(0);
  expect(out).toContain("Usage: transload");
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
  expect(await transload(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
});

test("every example of every help runs", async () => {
  const helps = await Promise.all(
    ["", "convert", "inspect", "validate", "doctor", "bench", "dialects"].map((c) => transload([...(c ? [c] : []), "--help"])),
  );
  const examples = helps.map(
    ({ out }) => out.slice(out.indexOf("Examples:")).match(/^ {2}(transload|cat|printf) [^<]*?(< \S+ .*)?$/gm) ?? [],
  );
  for (const found of examples) expect(found.length).toBeGreaterThan(0);
  await shell(`cp -r '${join(ROOT, "data")}' .`, dir);
  const server = await standIn(ASKED);
  for (const example of new Set(examples.flat())) {
    if (example.includes("<command>")) continue;
    const { code, err } = await shell(`set -o pipefail; ${example.replaceAll(PLACE, server.url)}`, dir);
    expect({ example, code, err }).toEqual({ example, code: 0, err: "" });
  }
}, 180_000);

test("inspect and validate call Open Inference Protocol's inputs named tensors", async () => {
  const input = (name: string) => `{"name":"${name}","shape":[2],"datatype":"INT64","data":[1,2]}`;
  const [one, two, valid] = await Promise.all([
    transload(["inspect"], `{"inputs":[${input("a")}]}`),
    transload(["inspect"], `{"inputs":[${input("a")},${input("b")}]}`),
    transload(["validate"], `{"inputs":[${input("a")}]}`),
  ]);
  expect(one.out).toContain("holds   1 named tensor\n");
  expect(two.out).toContain("holds   2 named tensors\n");
  expect(valid.out).toContain("oip:columns, 1 named tensor");
});
