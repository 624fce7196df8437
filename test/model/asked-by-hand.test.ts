// Payloads thought up one by one, and what mlflow 3.17.2, Azure ML's parsing, MLServer 1.7.1 and KServe 0.21.0 did with them: each verdict said
// otherwise.
import { describe, expect, test } from "vitest";
import { inspect } from "../../src/api/inspect.js";
import { TransloadError } from "../../src/index.js";
import { verdictOfFault } from "../../src/model/fault.js";
import { parseSignature } from "../../src/model/signature.js";
import { type Verdict, type VerdictOptions, verdict } from "../../src/model/verdict.js";

const P2 = "2.3.3";
const P3 = "3.1.1";

/** A server's dialect, or csv for MLflow's. */
type Server = "mlflow" | "azureml" | "oip" | "csv" | "kserve";
/** With which pandas, what is sent, the signature's inputs (none: the model has no signature), and the findings. */
type Asked = readonly [server: Server, pandas: string, body: string, inputs: readonly object[] | undefined, ...findings: string[]];

async function ask(server: Server, pandas: string, body: string, inputs: readonly object[] | undefined): Promise<Verdict> {
  const signature = inputs && parseSignature({ inputs });
  const known = server === "mlflow" || server === "azureml" || server === "csv" || signature;
  const release = server === "oip" ? { mlserver: "1.7.1" } : { mlflow: "3.17.2" };
  const options: VerdictOptions = {
    for: server === "csv" ? "mlflow" : server,
    ...(server !== "kserve" && { serverVersion: { ...release, pandas } }),
    ...(known && { model: { signature, example: undefined } }),
  };
  try {
    return verdict(await inspect(Buffer.from(body), { from: server }), options);
  } catch (error) {
    const found = error instanceof TransloadError ? verdictOfFault(error, options) : undefined;
    if (!found) throw error;
    return found;
  }
}

/** `F_CODE severity` of each finding, without those about KServe where MLServer was asked. */
function all(asked: readonly Asked[]): void {
  for (const [server, pandas, body, inputs, ...findings] of asked)
    test(`${server}, pandas ${pandas}: ${body.slice(0, 90)} for ${JSON.stringify(inputs) ?? "no signature"}`, async () => {
      const { findings: found } = await ask(server, pandas, body, inputs);
      const own = found.filter(({ message }) => server !== "oip" || !/KServe/.test(message));
      expect(own.map(({ code, severity }) => `${code} ${severity}`)).toEqual(findings);
    });
}

const col = (type: string | object, name = "a", more: object = {}) => ({ name, ...(typeof type === "string" ? { type } : type), ...more });
const bare = (...types: string[]) => types.map((type) => ({ type }));
const tensor = (dtype: string, ...shape: number[]) => [{ type: "tensor", "tensor-spec": { dtype, shape } }];
/** A split of one column, a cell a row. */
const rows = (...cells: string[]) => `{"columns":["a"],"index":[${cells.map((_, i) => i)}],"data":[${cells.map((cell) => `[${cell}]`)}]}`;
const split = (...cells: string[]) => `{"dataframe_split":${rows(...cells)}}`;
const azure = (...cells: string[]) => `{"input_data":${rows(...cells)}}`;
const instances = (...cells: string[]) => `{"instances":[${cells.map((cell) => `{"a":${cell}}`)}]}`;
const input = (datatype: string, cell: string, content: string) =>
  `{"inputs":[{"name":"a","shape":[1],"datatype":"${datatype}","data":[${cell}]}],"parameters":{"content_type":"${content}"}}`;
const LONG = [col("long")];
const DOUBLE = [col("double")];

describe("2^63 and 2^64 with a point are out of range, where 2^63 - 1 is not", () => {
  const [IN, MAX, OUT] = ["9223372036854774784.0", "9223372036854775807.0", "9223372036854775808.0"];
  const [ABOVE, TOO] = ["18446744073709549568.0", "18446744073709551616.0"];
  for (const pandas of [P2, P3])
    all([
      ["mlflow", pandas, split(IN), LONG],
      ["mlflow", pandas, split(MAX), LONG, "F_RANGE changed"],
      ["mlflow", pandas, split(OUT), LONG, "F_RANGE changed"],
      ["mlflow", pandas, split("-9223372036854775808.0"), LONG],
      ["mlflow", pandas, split(OUT), tensor("int64", -1), "F_RANGE changed"],
      ["mlflow", pandas, split(OUT), tensor("uint64", -1)],
      ["mlflow", pandas, split(TOO), tensor("uint64", -1), "F_RANGE changed"],
      ["mlflow", pandas, `{"inputs":{"a":[${OUT}]}}`, LONG, "F_RANGE refused"],
      ["mlflow", pandas, `{"inputs":[${OUT}]}`, tensor("int64", -1), "F_RANGE refused"],
      ["mlflow", pandas, `{"inputs":[${IN}]}`, tensor("int64", -1)],
      ["mlflow", pandas, `{"inputs":[${TOO}]}`, tensor("uint64", -1), "F_RANGE refused"],
      ["mlflow", pandas, `{"inputs":[${ABOVE}]}`, tensor("uint64", -1)],
      ["oip", pandas, input("INT64", OUT, "np"), undefined, "F_RANGE refused"],
      ["oip", pandas, input("INT64", OUT, "pd"), undefined, "F_RANGE refused"],
      ["oip", pandas, input("UINT64", OUT, "np"), undefined],
      ["oip", pandas, input("UINT64", TOO, "np"), undefined, "F_RANGE refused"],
      ["oip", pandas, input("UINT64", TOO, "pd"), undefined, "F_RANGE refused"],
    ]);
  all([
    ["csv", P2, `a\n${OUT}\n`, LONG, "F_RANGE refused", "F_DIGITS changed"],
    ["csv", P3, `a\n${OUT}\n`, LONG, "F_RANGE refused"],
    ["csv", P3, `a\n${IN}\n`, LONG],
  ]);
});

describe("what a signature without names drops", () => {
  const LONGS = bare("long");
  const two = '{"columns":["a","b"],"index":[0],"data":[[1,2]]}';
  for (const pandas of [P2, P3])
    all([
      ["mlflow", pandas, `{"dataframe_split":${two}}`, LONGS, "F_EXTRA changed"],
      ["mlflow", pandas, '{"dataframe_records":[{"a":1,"b":2}]}', LONGS, "F_EXTRA changed"],
      ["mlflow", pandas, '{"instances":[{"a":1,"b":2}]}', LONGS, "F_EXTRA changed"],
      ["mlflow", pandas, '{"inputs":[[1,2]]}', LONGS, "F_EXTRA changed"],
      ["mlflow", pandas, '{"instances":[[1,2]]}', LONGS, "F_EXTRA changed"],
      ["mlflow", pandas, '{"inputs":[[1,2]]}', bare("long", "long")],
      ["csv", pandas, "a,b\n1,2\n", LONGS, "F_EXTRA changed"],
      ["azureml", pandas, `{"input_data":${two}}`, LONGS, "F_EXTRA changed"],
      [
        "oip",
        pandas,
        '{"inputs":[{"name":"input-0","shape":[1],"datatype":"INT64","data":[1]},{"name":"input-1","shape":[1],"datatype":"INT64","data":[1]}]}',
        LONGS,
        "F_EXTRA changed",
      ],
    ]);
});

describe("texts for columns without names", () => {
  const TRUTH = bare("boolean");
  all([
    ["mlflow", P2, instances('"x"'), TRUTH, "F_CAST depends"],
    ["mlflow", P3, instances('"x"'), TRUTH, "F_TYPE refused"],
    ["mlflow", P2, instances("true", '"x"'), TRUTH, "F_CAST changed", "F_CAST depends"],
    ["mlflow", P3, instances("true", '"x"'), TRUTH, "F_CAST changed", "F_TYPE refused"],
    ["mlflow", P3, instances("true"), TRUTH],
    ["azureml", P2, azure('"x"'), TRUTH, "F_CAST depends"],
    ["azureml", P2, azure("true", '"x"'), TRUTH, "F_CAST depends"],
    ["azureml", P3, azure("true", '"x"'), TRUTH, "F_CAST depends"],
    ["azureml", P3, azure('"x"'), TRUTH, "F_TYPE refused"],
    // "1" is taken, and so is "18446744073709551615"; "18446744073709551616" and "1e400" are refused
    ["azureml", P2, azure('"1"'), bare("double"), "F_CAST changed", "F_RANGE depends"],
    ["azureml", P2, azure('"1e400"'), bare("double"), "F_CAST changed", "F_RANGE depends"],
    ["mlflow", P2, instances('"99999999999999999999"'), bare("double"), "F_CAST changed", "F_RANGE depends"],
    ["mlflow", P3, instances('"99999999999999999999"'), bare("double"), "F_TYPE refused"],
    ["azureml", P2, azure('"1e400"'), DOUBLE, "F_CAST changed"],
  ]);
});

describe("lists and objects in a list of objects", () => {
  const inputs = (...cells: string[]) => instances(...cells).replace("instances", "inputs");
  const MAP = [col({ type: "map", values: { type: "long" } })];
  const OBJECT = [col({ type: "object", properties: { x: { type: "long", required: true } } })];
  const OBJECTS = [col({ type: "array", items: { type: "object", properties: { x: { type: "long", required: true } } } })];
  const LISTS = [col({ type: "array", items: { type: "array", items: { type: "long" } } })];
  const ARRAY = [col({ type: "array", items: { type: "long" } })];
  for (const pandas of [P2, P3]) {
    for (const type of ["boolean", "string"])
      all([
        ["mlflow", pandas, instances("[1]", "2"), [col(type)], "F_SHAPE refused"],
        ["mlflow", pandas, instances('["x"]', '"y"'), [col(type)], "F_SHAPE refused"],
        // one of lists of one length is taken, and the facts do not tell them
        ["mlflow", pandas, instances("[1]", "[1,2]"), [col(type)], "F_SHAPE depends", "F_CAST changed"],
      ]);
    all([
      ["mlflow", pandas, inputs("[1]", "2"), [col("string")], "F_CAST changed"],
      ["mlflow", pandas, instances('{"x":1}'), MAP, "F_TYPE depends"],
      ["mlflow", pandas, inputs('{"x":1}', '{"x":2,"y":3}'), MAP, "F_TYPE depends"],
      ["mlflow", pandas, inputs('{"x":1}'), OBJECT, "F_TYPE depends"],
      ["mlflow", pandas, inputs('[{"x":1}]', "[]"), OBJECTS, "F_TYPE depends"],
      ["mlflow", pandas, inputs("[[1]]"), LISTS, "F_TYPE depends"],
      ["mlflow", pandas, inputs("null", '{"x":1}'), OBJECT, "F_NULL depends", "F_TYPE depends"],
      ["mlflow", pandas, split("null", "null"), MAP],
      ["mlflow", pandas, split("null", "null"), OBJECT],
      ["mlflow", pandas, split("null"), [col({ type: "array", items: { type: "long" } }, "a", { required: false })]],
      ["mlflow", pandas, split("1"), ARRAY, "F_TYPE refused"],
      ["mlflow", pandas, inputs("1"), MAP, "F_TYPE refused"],
    ]);
  }
});

describe("tensors of a frame", () => {
  const records = '{"dataframe_records":[{"a":"2020-01-01"}]}';
  const two = '{"dataframe_split":{"columns":["a","b"],"data":[["2020-01-01","2020-01-01"]]}}';
  for (const pandas of [P2, P3]) {
    for (const dtype of ["datetime64[ns]", "datetime64[D]"])
      all([
        ["mlflow", pandas, split('"2020-01-01"'), tensor(dtype, -1, 1), "F_TYPE refused"],
        ["mlflow", pandas, split("1"), tensor(dtype, -1), "F_TYPE refused"],
        ["mlflow", pandas, records, tensor(dtype, -1), "F_TYPE refused"],
      ]);
    all([
      ["mlflow", pandas, two, tensor("datetime64[ns]", -1, 2)],
      ["mlflow", pandas, two, tensor("datetime64[D]", -1, 2), "F_TYPE refused"],
      ["mlflow", pandas, two, tensor("str", -1, 2), "F_TYPE refused"],
      ["mlflow", pandas, split('"x"'), tensor("str", -1, 1)],
    ]);
  }
});

describe("an empty list for a column of lists beside another column", () => {
  const ARRAY = col({ type: "array", items: { type: "long" } }, "c");
  for (const pandas of [P2, P3])
    all([
      ["mlflow", pandas, '{"inputs":{"c":[],"a":[1]}}', [ARRAY, col("long")], "F_SHAPE depends"], // refused
      ["mlflow", pandas, '{"inputs":{"c":[],"a":1}}', [ARRAY, col("long")], "F_SHAPE depends"], // taken
      ["mlflow", pandas, '{"inputs":{"c":[]}}', [ARRAY]],
    ]);
});

describe("half of a surrogate pair where the signature has no column", () => {
  const HALF = '"\\ud800"';
  const ANY = [col("long"), { name: "z", type: "any", required: false }];
  const rows2 = `{"columns":["a","z"],"index":[0],"data":[[1,${HALF}]]}`;
  for (const inputs of [LONG, bare("long"), [{ ...tensor("int64", -1)[0], name: "a" }]])
    all([
      ["mlflow", P3, `{"dataframe_split":${rows2}}`, inputs, "F_EXTRA changed", "F_ENCODING refused"],
      ["mlflow", P3, `{"dataframe_records":[{"a":1,"z":${HALF}}]}`, inputs, "F_EXTRA changed", "F_ENCODING refused"],
      ["mlflow", P2, `{"dataframe_split":${rows2}}`, inputs, "F_EXTRA changed"],
    ]);
  all([
    ["mlflow", P3, `{"inputs":{"a":[1],"z":[${HALF}]}}`, LONG, "F_EXTRA changed", "F_ENCODING refused"],
    ["mlflow", P3, `{"inputs":{"a":[1,2],"z":[${HALF},1]}}`, LONG, "F_EXTRA changed", "F_ENCODING refused"],
    ["mlflow", P3, `{"instances":[{"a":1,"z":${HALF}}]}`, LONG, "F_EXTRA changed", "F_ENCODING refused"],
    ["mlflow", P3, `{"inputs":[{"a":1,"z":${HALF}}]}`, LONG, "F_EXTRA changed"],
    ["mlflow", P3, `{"dataframe_split":${rows2}}`, ANY, "F_ENCODING refused"],
    ["azureml", P3, `{"input_data":${rows2.replace("ud8", "udc")}}`, LONG, "F_EXTRA changed", "F_ENCODING changed", "F_ENCODING depends"],
  ]);
});

describe("CSV without a signature", () => {
  for (const pandas of [P2, P3])
    all([
      ["csv", pandas, "a\n1\nTrue\n", undefined, "F_WORD changed"],
      ["csv", pandas, "a\n1.5\ntrue\n", undefined, "F_WORD changed"],
      ["csv", pandas, 'a\nx\n""\n', undefined, "F_NULL changed"],
      ["csv", pandas, "a,b\ntrue,1\n,2\n", undefined, "F_NULL changed"],
      ["csv", pandas, "a\ntrue\nfalse\n", undefined],
      ["csv", pandas, "a\nx\ny\n", undefined],
    ]);
});

describe("labels of Azure ML's columns, of which pandas makes dates where it can of all", () => {
  const named = (...names: string[]) => `{"input_data":{"columns":${JSON.stringify(names)},"index":[0],"data":[[${names.map(() => 5)}]]}}`;
  const longs = (...names: string[]) => names.map((name) => col("long", name));
  const dates = [
    "2020-01",
    "12:30",
    "Jan 2020",
    "2020/01/02",
    "2020-1-2",
    "2020Q1",
    "2020-01-01T00:00:00Z",
    "now",
    "today",
    "nan",
    "NaT",
    "",
  ];
  for (const name of [...dates, "1.2.3", "Jan2020", "1Q2020"])
    all([
      ["azureml", P2, named(name), longs(name), "F_LABEL depends"],
      ["azureml", P3, named(name), longs(name), "F_LABEL depends"],
    ]);
  all([
    ["azureml", P2, named("2020-01", "12:30"), undefined, "F_LABEL depends"],
    ["azureml", P2, named("2020-01", "x"), undefined],
    ["azureml", P3, named("2020-01-01"), longs("2020-01-01"), "F_LABEL refused"],
    ["azureml", P3, named("2020-13-01"), longs("2020-13-01")],
    ["azureml", P2, named("2300-01-01"), longs("2300-01-01")],
    ["azureml", P3, named("2300-01-01"), longs("2300-01-01"), "F_LABEL refused"],
  ]);
  // none of these is a date to pandas
  for (const name of "x y age f0 V1 t1 m1 d1 Jan may mon sun dec March day T Z am q1 Q1 1Q 1d 12h 01/02 1st 1990s v1.0 B12 PC1 age-5 lag_1".split(
    " ",
  ))
    all([["azureml", P3, named(name), longs(name)]]);
});

describe("what transload refuses to read, and a server may take", () => {
  const again = '{"columns":["a"],"index":[0,1],"data":[[5]]}';
  const ANY = [col("any")];
  for (const pandas of [P2, P3])
    all([
      ["mlflow", pandas, `{"dataframe_split":${again}}`, LONG, "F_FAULT depends", "F_FAULT depends"],
      ["azureml", pandas, `{"input_data":${again}}`, LONG, "F_FAULT depends", "F_FAULT depends"],
      ["mlflow", pandas, '{"dataframe_split":{"columns":["a"],"index":[0],"data":[[5],[6]]}}', LONG, "F_FAULT refused"],
      ["mlflow", pandas, '{"inputs":{"a":[[1],[1,2]]}}', ANY, "F_FAULT depends", "F_FAULT depends"],
      ["mlflow", pandas, '{"inputs":[[1],[1,2]]}', ANY, "F_FAULT depends", "F_FAULT depends"],
    ]);
});

describe("CSV: whole numbers beyond 2^53 are rounded beside a number with a point", () => {
  const FILE = "a\n9007199254740993\n1.0\n";
  for (const pandas of [P2, P3])
    all([
      ["csv", pandas, FILE, LONG, "F_RANGE changed"],
      ["csv", pandas, FILE, bare("long"), "F_RANGE changed"],
      ["csv", pandas, FILE, undefined, "F_RANGE changed"],
      ["csv", pandas, FILE, [col("string")]],
      ["csv", pandas, "a\n9007199254740993\n1\n", LONG],
    ]);
});

describe("CSV: a number beyond a double", () => {
  for (const cell of ["1e309", "1.8e308", "-1e400"])
    all([
      ["csv", P2, `a\n${cell}\n`, DOUBLE, "F_RANGE refused"],
      ["csv", P2, `a\n${cell}\n1.5\n`, DOUBLE, "F_RANGE refused"],
      ["csv", P2, `a\n${cell}\n`, bare("double"), "F_RANGE refused"],
      ["csv", P2, `a\n${cell}\n`, [col("float")], "F_RANGE refused"],
      ["csv", P2, `a\n${cell}\n`, undefined, "F_RANGE changed"],
      ["csv", P2, `a\n${cell}\n`, [col("string")]],
      ["csv", P3, `a\n${cell}\n`, DOUBLE],
      ["csv", P3, `a\n${cell}\n`, undefined],
      ["csv", P3, `a\n${cell}\n`, [col("float")], "F_RANGE changed"],
    ]);
  all([["csv", P2, "a\n1e308\n", DOUBLE]]);
});
