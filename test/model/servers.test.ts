// Servers whose rules were read in their source, or run by hand: a verdict says what stands there.
import { describe, expect, test } from "vitest";
import { inspect } from "../../src/api/inspect.js";
import { TransloadError } from "../../src/index.js";
import { verdictOfFault } from "../../src/model/fault.js";
import { parseSignature } from "../../src/model/signature.js";
import { type VerdictOptions, verdict } from "../../src/model/verdict.js";

async function ask(body: string, options: VerdictOptions, from: string = options.for as string) {
  try {
    return verdict(await inspect(Buffer.from(body), { from }), options);
  } catch (error) {
    if (!(error instanceof TransloadError)) throw error;
    return verdictOfFault(error, options);
  }
}

const codes = async (body: string, options: VerdictOptions, from?: string) =>
  (await ask(body, options, from))?.findings.map(({ code, severity }) => `${code} ${severity}`);

const input = (datatype: string, data: string, more = "") =>
  `{"inputs":[{"name":"a","shape":[${data.split(",").length}],"datatype":"${datatype}","data":[${data}]}]${more}}`;

describe("Triton", () => {
  const said = (datatype: string, data: string, more?: string) => codes(input(datatype, data, more), { for: "triton" });

  test("takes no halves of 16 bits in JSON", async () => {
    for (const datatype of ["FP16", "BF16"]) expect(await said(datatype, "1.5")).toEqual(["F_DTYPE refused"]);
  });

  test("wraps whole numbers around that have no place in their bits, and refuses those beyond 64", async () => {
    expect(await said("INT8", "127,-128")).toEqual([]);
    for (const data of ["300", "-129"]) expect(await said("INT8", data)).toEqual(["F_RANGE changed"]);
    expect(await said("UINT32", "4294967296")).toEqual(["F_RANGE changed"]);
    expect(await said("UINT8", "-1")).toEqual(["F_RANGE refused"]);
    expect(await said("INT64", "9223372036854775808")).toEqual(["F_RANGE refused"]);
    expect(await said("UINT64", "18446744073709551615")).toEqual([]);
  });

  test("takes each datatype's own cells alone", async () => {
    for (const [datatype, data] of [
      ["INT64", '"1"'],
      ["INT64", "true"],
      ["FP64", '"1.5"'],
      ["BOOL", "1"],
      ["BYTES", "5"],
      ["BYTES", "true"],
    ] as const)
      expect(await said(datatype, data), data).toEqual(["F_TYPE refused"]);
    for (const data of ["1.0", "1e3"]) expect(await said("INT64", data)).toEqual(["F_CAST refused"]);
    expect(await said("FP32", "1,NaN,1.5")).toEqual([]);
    expect(await said("FP32", "1e39")).toEqual(["F_RANGE changed"]);
    expect(await said("FP32", "16777217")).toEqual(["F_RANGE changed"]);
    expect(await said("FP64", "9007199254740993")).toEqual(["F_RANGE changed"]);
    expect(await said("FP64", "1e400")).toEqual(["F_RANGE refused"]);
    expect(await said("BYTES", '"\\ud800"')).toEqual(["F_ENCODING refused"]);
    expect(await said("BYTES", '"\\ud83d\\ude00"')).toEqual([]);
  });

  test("wants an id that is text, and parameters that are single values", async () => {
    expect(await said("INT64", "1", ',"id":5')).toEqual(["F_MEMBER refused"]);
    expect(await said("INT64", "1", ',"id":"5","parameters":{"k":true}')).toEqual([]);
    expect(await said("INT64", "1", ',"parameters":{"k":[1]}')).toEqual(["F_PARAMS refused"]);
    expect(await codes('{"inputs":[{"name":"a","shape":[3],"datatype":"INT64","data":[1,2]}]}', { for: "triton" })).toEqual([
      "F_FAULT refused",
    ]);
  });
});

describe("MLServer", () => {
  const iris = (signature: unknown) => ({ signature: parseSignature({ inputs: JSON.stringify(signature) }), example: undefined });

  test("takes content types from the signature of MLflow's models, where the request has none", async () => {
    const body = '{"inputs":[{"name":"a","shape":[2],"datatype":"BYTES","data":["x",1]}]}';
    const text = iris([{ name: "a", type: "string" }]);
    const { findings } = (await ask(body, { for: "oip", model: text })) as { findings: readonly { message: string }[] };
    expect(findings.map(({ message }) => message)).toEqual(['"a": MLServer makes empty texts of what is no text: content type str']);
    const tensor = iris([{ type: "tensor", "tensor-spec": { dtype: "int8", shape: [-1] } }]);
    expect(await codes(input("INT8", "300"), { for: "oip", model: tensor })).toEqual(["F_RANGE refused"]);
    expect(await codes(input("INT64", "1"), { for: "oip", model: { signature: undefined, example: undefined } })).toEqual([
      "F_FORM changed",
    ]);
    expect(await codes(input("INT64", "1"), { for: "oip" })).toEqual(["F_FORM depends"]);
  });

  /** What MLflowRuntime of mlserver-mlflow 1.7.1 did with each: refused or taken. */
  test.each([
    ["long", "INT64", "1,2", true],
    ["long", "INT8", "3", true],
    ["long", "FP64", "1.5,2", false],
    ["long", "FP32", "1.5,2", false],
    ["long", "BOOL", "true,false", false],
    ["long", "BYTES", '"x","y"', false],
    ["double", "INT64", "1,2", false],
    ["double", "INT8", "3", true],
    ["double", "FP64", "1.5,2", true],
    ["double", "FP32", "1.5,2", true],
    ["double", "BOOL", "true,false", false],
    ["double", "BYTES", '"x","y"', false],
    ["boolean", "BOOL", "true,false", true],
    ["boolean", "INT64", "1,2", false],
    ["boolean", "FP64", "1.5,2", false],
    ["string", "BYTES", '"x","y"', true],
    ["string", "INT64", "1,2", false],
    ["string", "FP64", "1.5,2", false],
    ["string", "BOOL", "true,false", false],
  ])("holds %s against %s [%s]: %s", async (type, datatype, data, accepted) => {
    for (const more of ["", ',"parameters":{"content_type":"pd"}']) {
      const found = await ask(input(datatype, data, more), { for: "oip", model: iris([{ name: "a", type }]) });
      expect(found?.accepted, found?.findings.map(({ message }) => message).join()).toBe(accepted);
      if (accepted) expect(found?.findings).toEqual([]);
    }
  });

  test("holds arrays against a signature of tensors", async () => {
    const spec = (dtype: string, name?: string) => ({ ...(name && { name }), type: "tensor", "tensor-spec": { dtype, shape: [-1] } });
    const one = iris([spec("int8")]);
    expect(await codes(input("INT8", "3"), { for: "oip", model: one })).toEqual([]);
    expect(await codes(input("INT64", "3"), { for: "oip", model: one })).toEqual(["F_TYPE refused"]);
    const two = iris([spec("int64", "a"), spec("float64", "b")]);
    expect(await codes(input("INT64", "1,2"), { for: "oip", model: two })).toEqual(["F_COLUMN refused"]);
  });

  test("pads what is shorter than the others in a frame", async () => {
    const two = (content: string) =>
      `{"parameters":{"content_type":"${content}"},"inputs":[{"name":"a","shape":[1],"datatype":"INT64","data":[1]},{"name":"b","shape":[2],"datatype":"INT64","data":[1,2]}]}`;
    expect(await codes(two("pd"), { for: "oip" })).toEqual(["F_FAULT changed", "F_FAULT depends"]);
  });

  test("is given what it takes, by a conversion", async () => {
    const { remedy } = (await ask('{"dataframe_split":{"columns":["a"],"data":[[NaN],[1.5]]}}', { for: "oip" }, "mlflow")) as {
      remedy: { to: string; remains: unknown[] } | undefined;
    };
    expect(remedy).toMatchObject({ to: "oip:columns", remains: [] });
  });
});

test("TensorFlow Serving refuses whole numbers that a float would lose", async () => {
  const said = (cell: string) => codes(`{"inputs":[${cell}]}`, { for: "tfserving" });
  expect(await said("16777215")).toEqual([]);
  for (const cell of ["16777216", "9007199254740993"]) expect(await said(cell)).toEqual(["F_RANGE depends"]);
  expect(await said("1e400")).toEqual(["F_RANGE refused"]);
});

test("Seldon Core takes over REST what gRPC has no place for", async () => {
  const rows = (cells: string) => codes(`{"data":{"ndarray":[[${cells}]]}}`, { for: "seldon" });
  expect(await rows("NaN")).toEqual(["F_NAN depends"]);
  expect(await rows("9007199254740993")).toEqual(["F_RANGE depends"]);
  expect(await rows('1,"x"')).toEqual(["F_CAST changed"]);
  expect(await rows("1,2.5")).toEqual([]);
});

test("SageMaker's containers read an empty field as a number", async () => {
  const said = (text: string) => codes(text, { for: "sagemaker" }, "sagemaker:csv");
  expect(await said("1,2\n,4\n")).toEqual(["F_NULL depends"]);
  expect(await said("1.5,2\n,4\n")).toEqual([]);
  expect(await codes('[[1,"x"]]', { for: "sagemaker" }, "sagemaker:tensor")).toEqual(["F_CAST changed"]);
});

test("KServe takes inputs where instances stand beside them", async () => {
  expect(await codes('{"instances":[1],"inputs":[2]}', { for: "kserve1" }, "kserve1:instances")).toEqual(["F_KEY changed"]);
});
