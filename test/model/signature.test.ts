import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { readModel, TransloadError } from "../../src/index.js";
import { formFor, formsFor } from "../../src/model/fit.js";
import { signatureOf } from "../../src/model/mlmodel.js";
import { binaryColumns, columnsOf, dtypesOf, parseSignature, spell, textColumns } from "../../src/model/signature.js";

const dir = mkdtempSync(join(tmpdir(), "transload-model-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const HEART = fileURLToPath(new URL("../../data/heart-model", import.meta.url));
const NAMES = "age,sex,trestbps,chol,fbs,restecg,thalach,exang,oldpeak,slope,ca,thal".split(",");

const inputs = (list: unknown) => parseSignature({ inputs: JSON.stringify(list) });
const tensor = (dtype: string, shape: unknown, name?: string) => ({
  ...(name && { name }),
  type: "tensor",
  "tensor-spec": { dtype, shape },
});
const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof TransloadError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "none";
};

describe("an MLmodel file", () => {
  test("is found by its path, and by its folder's", async () => {
    for (const path of [HEART, join(HEART, "MLmodel")]) {
      const model = await readModel(path);
      expect(model).toMatchObject({ path: join(HEART, "MLmodel"), flavors: ["python_function", "sklearn"], example: undefined });
      expect(columnsOf(signatureOf(model))).toEqual(NAMES);
      expect(signatureOf(model).outputs).toEqual({ kind: "tensor", tensor: { name: undefined, dtype: "int64", shape: [-1] } });
    }
  });

  const written = async (text: string) => {
    writeFileSync(join(dir, "MLmodel"), text);
    return readModel(dir);
  };

  test("may have no signature, and tells of an input example", async () => {
    for (const text of ["flavors: {sklearn: {}}", "flavors: {sklearn: {}}\nsignature: null\nsaved_input_example_info: {type: dataframe}"]) {
      const model = await written(text);
      expect(model.signature).toBeUndefined();
      expect(model.example).toBe(text.includes("example") ? "dataframe" : undefined);
      expect(refusal(() => signatureOf(model))).toMatch(/^E_MODEL: .*MLmodel has no signature; log the model with one/);
    }
  });

  test("that cannot be read, or is none, is told so", async () => {
    const refused = async (promise: Promise<unknown>) =>
      promise.then(
        () => "none",
        (error: TransloadError) => `${error.code}: ${error.message}`,
      );
    rmSync(join(dir, "MLmodel"), { force: true });
    expect(await refused(readModel(dir))).toMatch(/^E_READ: cannot read the model .*: there is no MLmodel file$/);
    expect(await refused(readModel(join(dir, "nothing")))).toMatch(/^E_READ: cannot read the model .*nothing: no such file or folder$/);
    expect(await refused(written("a: [1"))).toMatch(/^E_MODEL: .*MLmodel is not YAML: /);
    for (const text of ["", "just text", "- a list", "a: 1"])
      expect(await refused(written(text))).toMatch(/^E_MODEL: .*is not an MLmodel file/);
    expect(await refused(written("flavors: {}\nsignature: {inputs: '[{'}"))).toMatch(
      /^E_MODEL: .*MLmodel: signature\.inputs is not JSON: /,
    );
  });
});

describe("a signature", () => {
  test("of columns", () => {
    const list = ["boolean", "integer", "long", "float", "double", "string", "binary", "datetime"].map((type, i) => ({
      name: `c${i}`,
      type,
      required: i > 0,
    }));
    const signature = inputs(list);
    expect(signature.inputs).toEqual({ kind: "columns", columns: list });
    expect(columnsOf(signature)).toEqual(list.map(({ name }) => name));
    expect(dtypesOf(signature)).toEqual({
      c0: "bool?",
      c1: "int32",
      c2: "int64",
      c3: "float32",
      c4: "float64",
      c5: "string",
      c6: "bytes",
      c7: "datetime64[ns]",
    });
    expect(textColumns(signature)).toEqual(["c5", "c6", "c7"]);
    expect(binaryColumns(signature)).toEqual(["c6"]);
  });

  test("of columns without names", () => {
    const signature = inputs([{ type: "double" }, { type: "double" }]);
    expect(columnsOf(signature)).toBeUndefined();
    expect(dtypesOf(signature)).toBe("float64");
    expect(dtypesOf(inputs([{ type: "double" }, { type: "long" }]))).toBeUndefined();
    expect(binaryColumns(inputs([{ type: "long" }, { type: "binary" }]))).toEqual(["1"]);
  });

  test("of columns that are optional, as every MLflow writes it", () => {
    const { inputs: schema } = inputs([
      { name: "a", type: "long" },
      { name: "b", type: "long", required: false },
      { name: "c", type: "long", optional: true },
      { name: "d", type: "array", items: { type: "long" } },
    ]);
    expect(schema?.kind === "columns" && schema.columns.map(({ required }) => required)).toEqual([true, false, false, false]);
  });

  test("of nested columns", () => {
    const signature = inputs([
      { name: "a", type: "array", items: { type: "array", items: { type: "long" } }, required: true },
      {
        name: "o",
        type: "object",
        properties: { x: { type: "long", required: true }, y: { type: "string", required: false } },
        required: true,
      },
      { name: "m", type: "map", values: { type: "double" }, required: true },
      { name: "any", type: "any", required: false },
      { name: "v", type: "sparkml-vector", required: true },
    ]);
    const types = signature.inputs?.kind === "columns" ? signature.inputs.columns.map(({ type }) => spell(type)) : [];
    expect(types).toEqual(["Array(Array(long))", "{x: long, y: string}", "Map(str -> double)", "any", "sparkml-vector"]);
    expect(dtypesOf(signature)).toBeUndefined();
  });

  test("of one tensor, and of tensors with names", () => {
    const one = inputs([tensor("float32", [-1, 28, 28])]);
    expect(one.inputs).toEqual({ kind: "tensor", tensor: { name: undefined, dtype: "float32", shape: [-1, 28, 28] } });
    expect([columnsOf(one), dtypesOf(one)]).toEqual([undefined, "float32"]);
    const two = inputs([tensor("int64", [-1, 12], "tokens"), tensor("str", [-1], "text"), tensor("object", [-1], "more")]);
    expect([columnsOf(two), dtypesOf(two)]).toEqual([["tokens", "text", "more"], { tokens: "int64", text: "string" }]);
  });

  test("of parameters, in both spellings, and of nothing else", () => {
    const { params, inputs: none } = parseSignature({
      params: '[{"name":"a","dtype":"long","default":5,"shape":null},{"name":"b","type":"string","default":["x"],"shape":[-1]}]',
      inputs: null,
    });
    expect(none).toBeUndefined();
    expect(params).toEqual([
      { name: "a", type: "long", default: 5, shape: undefined },
      { name: "b", type: "string", default: ["x"], shape: [-1] },
    ]);
  });

  test.each([
    [[], "signature.inputs must be a list with at least one column or tensor, and is []"],
    [{ name: "a" }, 'signature.inputs must be a list, and is {"name":"a"}'],
    [
      [{ type: "int" }],
      'signature.inputs[0].type must be one of MLflow\'s types (boolean, integer, long, float, double, string, binary, datetime, array, object, map, any), and is "int"',
    ],
    [[{ name: "a", type: "long" }, { type: "long" }], "signature.inputs must be all with names, or none, and is "],
    [[{ type: "long" }, tensor("int8", [-1])], "signature.inputs must be columns or tensors, not both, and is "],
    [[tensor("int8", [-1]), tensor("int8", [-1])], "signature.inputs must be one tensor, or tensors with names, and is "],
    [[tensor("int8", "x")], 'signature.inputs[0].tensor-spec.shape must be a list of lengths, -1 for any, and is "x"'],
    [[{ type: "tensor" }], "signature.inputs[0].tensor-spec must be an object with dtype and shape, and is undefined"],
    [[{ type: "array" }], "signature.inputs[0].items must be a type, and is undefined"],
    [["a"], 'signature.inputs[0] must be a column, and is "a"'],
  ])("%j is none", (list, message) => {
    expect(refusal(() => inputs(list))).toContain(`E_MODEL: ${message}`);
  });

  test("of nothing at all is none", () => {
    expect(refusal(() => parseSignature({ inputs: null }))).toContain("at least one of inputs, outputs and params");
    expect(refusal(() => parseSignature("x"))).toContain("E_MODEL: signature must be an object");
  });
});

describe("the form that server and signature leave", () => {
  const columns = inputs([{ name: "a", type: "long" }]);
  const binary = inputs([{ name: "a", type: "binary" }]);
  const list = inputs([tensor("float32", [-1, 4])]);
  const named = inputs([tensor("float32", [-1, 4], "x")]);

  test.each([
    ["azureml", columns, "azureml:split"],
    ["azureml", list, "azureml:tensor"],
    ["azureml", named, "azureml:named"],
    ["mlflow", columns, "mlflow:split"],
    ["mlflow", binary, "mlflow:split"],
    ["mlflow", list, "mlflow:inputs"],
    ["databricks", columns, "databricks:split"],
    ["mlflow1", columns, "mlflow1:split"],
    ["tfserving", named, "tfserving:inputs"],
    ["mlflow", null, undefined],
    ["mlflow", undefined, undefined],
  ] as const)("%s", (dialect, signature, form) => {
    expect(formFor(dialect, signature)).toBe(form);
  });

  test("without a signature is any, the payload's own layout first", () => {
    expect(formsFor("azureml", null)).toEqual(["azureml:split", "azureml:tensor", "azureml:named"]);
    expect(formsFor("azureml", undefined, { form: "mlflow:inputs", layout: "named" })[0]).toBe("azureml:named");
    expect(formsFor("mlflow", binary)).toEqual(["mlflow:split", "mlflow:records"]);
  });
});
