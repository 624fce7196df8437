import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folder, ROOT, SPLIT, shell, transload } from "../support/command-line.js";

const dir = folder();
const MODEL = join(ROOT, "data/heart-model");
const HEART = readFileSync(join(ROOT, "data/heart.azureml.json"), "utf8");

test("the first line is the answer, and so is the exit code", async () => {
  expect(await transload(["validate", "--for", "azureml", "--model", MODEL], HEART)).toEqual({
    code: 0,
    out: "accepted by Azure ML: standard input: azureml:split, 1 row x 12 columns\n\nThis holds for mlflow 3.17 and pandas 3.1.\n",
    err: "",
  });
  const refused = await transload(["validate", "--for", "mlflow"], SPLIT);
  expect(refused).toMatchObject({ code: 1, err: "" });
  expect(refused.out.split("\n")).toEqual([
    "refused by MLflow: standard input: azureml:split, 2 rows x 2 columns",
    "  refused  MLflow looks for dataframe_split or dataframe_records or inputs or instances, and this is azureml:split, under input_data",
    "",
    "this mends it:",
    "  transload convert -t mlflow:split",
    "",
    "This holds for mlflow 3.17 and pandas 3.1.",
    "",
  ]);
});

test("changes are told, and are no reason to refuse", async () => {
  const { code, out } = await transload(
    ["validate", "--for", "azureml", "--model", MODEL],
    HEART.replace('"age"', '"made_at", "age"').replace("[1,", "[1577836800, 1,").replace("2.3", "0.12345678901234567"),
  );
  expect(code).toBe(0);
  expect(out).toMatch(/^accepted by Azure ML: /);
  expect(out).toContain('  changed  Azure ML drops "made_at": ');
  expect(out).toContain('  changed  "oldpeak": Azure ML loses digits beyond the fifteenth');
});

test("the command that mends it does, and writes over nothing", async () => {
  copyFileSync(join(ROOT, "data/tensor.mlflow.json"), join(dir, "it's a tensor.mlflow.json"));
  writeFileSync(join(dir, "it's a tensor.azureml.json"), "mine");
  const ask = `validate "it's a tensor.mlflow.json" --for azureml --model ${MODEL}`;
  const { code, out } = await shell(`transload ${ask}`, dir);
  expect(code).toBe(1);
  const [, command] = /this mends it:\n {2}(.*)\n/.exec(out) as RegExpExecArray;
  expect(command).toMatch(/-o 'it'\\''s a tensor\.azureml-2\.json'$/);
  expect(await shell(command as string, dir)).toMatchObject({ code: 0 });
  expect(readFileSync(join(dir, "it's a tensor.azureml.json"), "utf8")).toBe("mine");
  expect(await shell(`transload validate "it's a tensor.azureml-2.json" --for azureml --model ${MODEL}`, dir)).toMatchObject({ code: 0 });
});

test("a payload that is too large is cut", async () => {
  writeFileSync(join(dir, "large.json"), `{"instances":[${Array.from({ length: 200_000 }, (_, i) => `[${i},1.5]`).join()}]}`);
  const { code, out } = await shell("transload validate large.json --for vertex", dir);
  expect(code).toBe(1);
  expect(out).toMatch(/ {2}refused {2}\d+ bytes, and Vertex AI takes 1500000 in a request; cut the payload\n/);
  const command = "transload convert large.json -t vertex:instances --max-bytes 1500000 -o 'large.vertex/part-{00000}.json'";
  expect(out).toContain(`this mends it:\n  ${command}\n`);
  expect(await shell(command, dir)).toMatchObject({ code: 0, err: "" });
  for (const piece of ["00000", "00001"])
    expect(await shell(`transload validate large.vertex/part-${piece}.json --for vertex`, dir)).toMatchObject({ code: 0 });
});

test("what transload does not read, the server may", async () => {
  const ragged = '{"dataframe_split":{"columns":["a","b"],"data":[[1,2],[3]]}}';
  const taken = await transload(["validate", "--for", "mlflow"], ragged);
  expect(taken).toMatchObject({ code: 0, err: "" });
  expect(taken.out).toMatch(/^accepted by MLflow: standard input\n {2}changed {2}MLflow pads short rows with NaN; row 1 has 1 cell/);
  expect(taken.out).toMatch(/\n {2}depends {2}transload stops there: .*\n\nThis holds for mlflow 3\.17 and pandas 3\.1\.\n$/);
  const broken = await transload(["validate", "--for", "mlflow"], ragged.slice(0, 40));
  expect(broken).toMatchObject({ code: 1, err: "" });
  expect(broken.out).toContain("  refused  MLflow refuses it, too: E_TRUNCATED: ");
});

test("--json is the Verdict", async () => {
  const { code, out } = await transload(
    ["validate", "--json", "--for", "azureml", "--model", join(MODEL, "MLmodel")],
    HEART.replace('thal"', 'thall"'),
  );
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual({
    server: "Azure ML",
    dialect: "azureml",
    form: "azureml:split",
    accepted: false,
    findings: [
      {
        code: "F_COLUMN",
        severity: "refused",
        message: expect.stringContaining('without "thal", which the model\'s signature requires; "thall" may be meant'),
      },
      { code: "F_EXTRA", severity: "changed", message: expect.stringContaining('drops "thall"') },
    ],
    releases: { mlflow: "3.17", pandas: "3.1" },
    otherwise: [],
  });
});

test("what a server runs is named, and what others do is told", async () => {
  const gap = '{"dataframe_split":{"columns":["a"],"data":[["x"],[null]]}}';
  const newest = await transload(["validate", "--for", "mlflow"], gap);
  expect(newest).toMatchObject({ code: 0, err: "" });
  expect(newest.out).toMatch(
    /\n {2}changed {2}"a": null .*\n\nThis holds for mlflow 3.17 and pandas 3.1.\nAccepted by mlflow 2.22 and pandas 2.3, by .*:\n {2}without {2}"a": null/,
  );
  const named = await transload(["validate", "--for", "mlflow", "--server-version", "mlflow=3.6, pandas=2.3"], gap);
  expect(named.out).toBe(
    "accepted by MLflow: standard input: mlflow:split, 2 rows x 1 column\n\nThis holds for mlflow 3.6 and pandas 2.3.\n",
  );
  for (const [releases, said] of [
    ["mlflow", "--server-version mlflow=3.17,pandas=3.1"],
    ["mlfow=3", '"mlflow" may be meant'],
    ["mlflow=new", "--server-version mlflow=3.17,pandas=3.1"],
  ] as const)
    expect(await transload(["validate", "--for", "mlflow", "--server-version", releases], gap)).toMatchObject({
      code: 2,
      err: expect.stringContaining(said),
    });
});

test("what may be for either of two servers is judged as that of the one that is asked", async () => {
  writeFileSync(join(dir, "features.json"), '{"instances":[{"features":[1,2]},{"features":[3,4]}]}');
  writeFileSync(join(dir, "rows.csv"), "1,2\n3,4\n");
  for (const [file, server, said] of [
    ["features.json", "sagemaker", "accepted by SageMaker: features.json: sagemaker:json"],
    ["features.json", "tfserving", "accepted by TensorFlow Serving: features.json: tfserving:instances"],
    ["rows.csv", "sagemaker", "accepted by SageMaker: rows.csv: sagemaker:csv, 2 rows x 2 columns"],
    ["rows.csv", "mlflow", "accepted by MLflow: rows.csv: csv, 1 row x 2 columns"],
  ] as const)
    expect((await shell(`transload validate ${file} --for ${server}`, dir)).out, `${file} ${server}`).toContain(said);
  const piped = await shell("cat features.json | transload validate - --for sagemaker", dir);
  expect(piped).toMatchObject({ code: 1, err: expect.stringContaining("--from sagemaker:json") });
});

test("a file's name tells a csv, which MLflow takes as it is", async () => {
  expect(await transload(["validate", join(ROOT, "data/iris.csv"), "--for", "mlflow"])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^accepted by MLflow: /),
  });
});

test("a model that cannot be read is told before the payload is", async () => {
  const { code, out, err } = await transload(["validate", "--model", join(dir, "nowhere")], "");
  expect({ code, out }).toEqual({ code: 3, out: "" });
  expect(err).toMatch(/^transload: E_READ: cannot read the model .*nowhere: no such file or folder\n$/);
  writeFileSync(join(dir, "MLmodel"), "a: [1");
  expect((await transload(["validate", "--model", dir], "")).err).toMatch(/^transload: E_MODEL: .*MLmodel is not YAML: /);
  expect(await transload(["validate", "--for", "mlfow"], "")).toMatchObject({
    code: 2,
    err: expect.stringContaining("did you mean mlflow?"),
  });
});
