import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folder, SPLIT, shell, TENSOR, TERMINAL, transload } from "../support/command-line.js";

const dir = folder();

test("broken JSON: one line with line, column, byte and path; exit 1", async () => {
  const missingComma = '{\n  "input_data": [\n    [1, 2],\n    [3, 4]\n    [5, 6]\n  ]\n}\n';
  const { code, err } = await transload(["convert", "-t", "mlflow"], missingComma);
  expect(code).toBe(1);
  const byte = missingComma.indexOf("[5");
  expect(err).toBe(`transload: E_SYNTAX: expected , or ] but found [ (line 5, column 5, byte ${byte}, $.input_data[1])\n`);
});

test("--errors json: the same as one JSON object", async () => {
  const { code, err } = await transload(["convert", "-t", "mlflow", "--errors", "json"], '{"input_data":[[1,2],[3]]}');
  expect(code).toBe(1);
  expect(err.trim().split("\n")).toHaveLength(1);
  expect(JSON.parse(err)).toMatchObject({
    code: "E_RAGGED",
    line: 1,
    offset: expect.any(Number),
    message: expect.stringContaining("(line 1"),
  });
});

test("empty input", async () => {
  expect(await transload(["convert", "-t", "mlflow"])).toMatchObject({
    code: 1,
    out: "",
    err: expect.stringMatching(/^transload: E_EMPTY: /),
  });
});

test("an unknown dialect lists the known ones; exit 2", async () => {
  for (const args of [
    ["convert", "-t", "mlfow"],
    ["convert", "-f", "mlfow", "-t", "mlflow"],
    ["validate", "--for", "mlfow"],
    ["validate", "-f", "mlfow"],
    ["inspect", "-f", "mlfow"],
  ]) {
    const { code, err } = await transload(args, TENSOR);
    expect({ args, code }).toEqual({ args, code: 2 });
    expect(err).toMatch(/^transload: E_DIALECT: unknown dialect "mlfow", did you mean mlflow\?.*\n$/);
    const named = /; known: (.*), and \d+ more: transload dialects lists all\n$/.exec(err)?.[1]?.split(", ");
    expect(named).toEqual(["azureml", "mlflow", "tfserving", "oip", "csv", "jsonl", "sagemaker", "databricks"]);
  }
});

test.each([
  [["convert"], /E_OPTION: say with -t which dialect.*mlflow.*transload dialects lists all/],
  [["convert", "-t", "mlflow", "--dtyp", "int8"], /E_OPTION: unknown option '--dtyp' \(Did you mean --dtype\?\)/],
  [["convert", "-t", "mlflow", "--dtype", "flaot32"], /E_DTYPE: unknown dtype "flaot32", did you mean float32\?/],
  [["convert", "-t", "mlflow", "--dtype", "a=int32,b"], /E_OPTION: --dtype takes/],
  [["convert", "-t", "mlflow", "--cast", "clip"], /E_OPTION: --cast .* needs --dtype/],
  [["convert", "-t", "mlflow", "--nan", "zero"], /E_OPTION: .*--nan.*Allowed choices are null, token, error/],
  [["convert", "-t", "mlflow", "--batch-rows", "0"], /E_OPTION: a number of rows is a whole number/],
  [["convert", "-t", "mlflow", "--columns", '["a"'], /E_OPTION: --columns .* is not JSON/],
  [["inspect", "a.json", "b.json"], /E_OPTION: too many arguments/],
  [["convrt"], /E_OPTION: unknown command 'convrt' \(Did you mean convert\?\)/],
  [["convert", "-t", "csv", "--max-rows", "1", "-o", "a{0}{00}.json"], /E_OPTION: .* twice; write one group of zeros, as in part-/],
  [["bench", "--size", "many"], /E_OPTION: a size is written/],
  [["bench", "-"], /E_OPTION: a bench reads its payload several times/],
])("a wrong call is told on one line, exit 2: %j", async (args, message) => {
  const { code, out, err } = await transload(args, TENSOR);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(message);
  expect(err.trim().split("\n")).toHaveLength(1);
});

test("a wrong call with --errors json is told as JSON", async () => {
  const { code, err } = await transload(["convert", "--errors", "json", "--bogus"], TENSOR);
  expect(code).toBe(2);
  expect(JSON.parse(err)).toMatchObject({ code: "E_OPTION" });
});

test("a path of which the disk tells nothing: exit 3, as one input and as the second; what is a pattern calls nothing", async () => {
  const own = folder();
  writeFileSync(join(own, "a.csv"), "a\n1\n");
  symlinkSync("loop", join(own, "loop"));
  const paths = {
    "a.csv/": /not a directory/,
    "a.csv/x": /not a directory/,
    loop: /links/,
    ["x".repeat(300)]: /too long/,
    "a.csv/*": /no file/,
  };
  for (const [path, why] of Object.entries(paths))
    for (const call of ["convert", "convert a.csv", "inspect", "validate", "bench"]) {
      const run = await shell(`transload ${call} '${path}'${call.startsWith("convert") ? " -t csv" : ""}`, own);
      expect({ call, path, code: run.code, out: run.out }).toEqual({ call, path, code: 3, out: "" });
      expect(run.err).toMatch(/^transload: E_READ: cannot read [^\n]*\n$/);
      if (call.startsWith("convert")) expect(run.err).toMatch(why);
    }
  const pieces = await shell("transload convert a.csv -t csv --max-rows 1 -o 'a.csv/{000}.csv'", own);
  expect(pieces).toMatchObject({ code: 3, err: "transload: E_WRITE: cannot write a.csv: there is something else of that name\n" });
});

test("a missing file, a folder: exit 3, whichever command", async () => {
  for (const command of ["convert -t mlflow", "inspect", "validate", "validate --for mlflow", "bench"]) {
    const missing = await shell(`transload ${command} none.json`, dir);
    expect({ command, ...missing }).toEqual({
      command,
      code: 3,
      out: "",
      err: "transload: E_READ: cannot read none.json: no such file or directory\n",
    });
    const directory = await shell(`transload ${command} .`, dir);
    expect({ command, ...directory }).toMatchObject({
      command,
      code: 3,
      out: "",
      err: expect.stringMatching(/^transload: E_READ: cannot read \.: /),
    });
  }
  const folderPiped = await shell("transload convert -t mlflow < .", dir);
  expect(folderPiped).toMatchObject({ code: 3, err: "transload: E_READ: cannot read standard input: it is a directory\n" });
}, 20_000);

test("a full disk: exit 3, in the pipe and as a file", async () => {
  const file = await transload(["convert", "-t", "mlflow", "-o", "/dev/full"], SPLIT);
  expect(file).toMatchObject({ code: 3, err: "transload: E_WRITE: cannot write /dev/full: no space left on the device\n" });
  for (const call of ["convert -t mlflow", "inspect", "validate", "dialects"]) {
    const pipe = await shell(
      `transload ${call} data/heart.azureml.json > /dev/full`.replace("dialects data/heart.azureml.json", "dialects"),
    );
    expect({ call, ...pipe }).toMatchObject({
      call,
      code: 3,
      err: "transload: E_WRITE: cannot write standard output: no space left on the device\n",
    });
  }
});

test.skipIf(!TERMINAL)("at a terminal without input it says how to give one", async () => {
  const { code, out } = await shell("export -f transload; SHELL=$BASH script -qec 'bash -c \"transload convert -t mlflow\"' /dev/null");
  expect(out).toContain("E_OPTION: no input: name a file or pipe one in (transload convert payload.json -t mlflow)");
  expect(code).toBe(2);
});
