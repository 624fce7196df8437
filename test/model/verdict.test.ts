import { describe, expect, test } from "vitest";
import { inspect, TransloadError, type Verdict, type VerdictOptions, verdict } from "../../src/index.js";
import { verdictOfFault } from "../../src/model/fault.js";
import { FINDINGS } from "../../src/model/finding.js";
import { parseSignature } from "../../src/model/signature.js";
import { frame, written } from "../support/binary-samples.js";
import { feed, whole } from "../support/feed.js";

const model = (inputs?: unknown, more: object = {}) => ({
  signature: inputs === undefined ? undefined : parseSignature({ inputs: JSON.stringify(inputs), ...more }),
  example: undefined,
});
const long = (...names: string[]) => names.map((name) => ({ name, type: "long" }));
const column = (name: string, type: string) => [{ name, type }];

async function ask(payload: string, options: VerdictOptions = {}, from = "auto"): Promise<Verdict> {
  try {
    return verdict(await inspect(Buffer.from(payload), { from }), options);
  } catch (error) {
    const found = error instanceof TransloadError ? verdictOfFault(error, options) : undefined;
    if (!found) throw error;
    return found;
  }
}

/** `F_CODE severity` of each finding. */
async function codes(payload: string, options?: VerdictOptions, from?: string): Promise<string[]> {
  return (await ask(payload, options, from)).findings.map(({ code, severity }) => `${code} ${severity}`);
}

const NONE = model();
const azure = (inputs?: unknown): VerdictOptions => ({ for: "azureml", model: model(inputs) });
const mlflow = (inputs?: unknown): VerdictOptions => ({ for: "mlflow", model: model(inputs) });

/** Azure ML with the pandas of last year, which is what a model's own environment may still have. */
const azure2 = (inputs?: unknown): VerdictOptions => ({ ...azure(inputs), serverVersion: { pandas: "2.3" } });

describe("what Azure ML with pandas 2 changes in silence", () => {
  const split = (name: string, ...cells: string[]) =>
    `{"input_data":{"columns":[${JSON.stringify(name)}],"index":[${cells.map((_, i) => i)}],"data":[${cells.map((c) => `[${c}]`)}]}}`;

  test.each(["date", "modified", "datetime", "updated_at", "x_time", "timestamp", "TIMESTAMPED", "Date"])(
    "a column called %s",
    async (name) => {
      expect(await codes(split(name, '"2020-01-01"'), azure2())).toEqual(["F_DATE changed"]);
      expect(await codes(split(name, "1577836800"), azure2())).toEqual(["F_DATE changed"]);
      expect(await codes(split(name, "31536000"), azure2())).toEqual([]);
      expect(await codes(split(name, '"2020-01-01"', '"x"'), azure2())).toEqual([]);
      expect(await codes(split(name, '"Jan 2 2020"'), azure2())).toEqual(["F_DATE depends"]);
    },
  );

  test.each(["dated", "at", "time", "last_time_", "my date", "a_timestamp"])("but not one called %s", async (name) => {
    expect(await codes(split(name, '"2020-01-01"'), azure2())).toEqual([]);
  });

  test("labels that are numbers or dates, all of them", async () => {
    const labels = (...names: string[]) =>
      `{"input_data":{"columns":${JSON.stringify(names)},"index":[0],"data":[[${names.map(() => 1)}]]}}`;
    for (const names of [["1", "2"], ["2020-01-01"], ["1.5", "2"], [" 1"]])
      expect(await codes(labels(...names), azure2())).toEqual(["F_LABEL changed"]);
    for (const names of [["a", "1"], ["2020-01-01", "x"], ["q1"]]) expect(await codes(labels(...names), azure2())).toEqual([]);
    expect(await codes(labels("a", "a"), azure2())).toEqual(["F_LABEL changed"]);
    expect(await codes(labels("0", "1"), azure2(long("0", "1")))).toEqual(["F_LABEL refused"]);
  });

  test("digits, in a split and not in a list", async () => {
    expect(await codes(split("a", "0.30000000000000004"), azure2())).toEqual(["F_DIGITS changed"]);
    expect(await codes(split("a", "0.30000000000000004"), azure2(column("a", "float")))).toEqual([]);
    expect(await codes(split("a", "0.3"), azure2())).toEqual([]);
    expect(await codes('{"input_data":[[0.30000000000000004]]}', azure2())).toEqual([]);
    expect(await codes(split("a", "18446744073709551616"), azure2())).toEqual(["F_RANGE refused"]);
  });

  test("null in whole numbers, and None", async () => {
    expect(await codes(split("a", "1", "null"), azure2())).toEqual(["F_NULL changed"]);
    expect((await ask(split("a", "9007199254740993", "null"), azure2())).findings[0]?.message).toContain("those beyond 2^53 are rounded");
    expect(await codes(split("a", '"x"', "null"), azure2())).toEqual(["F_NULL changed"]);
    expect(await codes(split("a", "1.5", "null"), azure2())).toEqual([]);
  });

  test("a split without an index: the model is given arrays", async () => {
    const found = await ask('{"input_data":{"columns":["a"],"data":[[1]]}}', { ...azure2(), file: "p.json" });
    expect(found).toMatchObject({ accepted: true, findings: [{ code: "F_INDEX", severity: "changed" }] });
    expect(found.remedy?.command).toBe("transload convert p.json -t azureml:split -o p.azureml.json");
    expect(await codes('{"input_data":{"columns":["a"],"data":[[1]]}}', azure2(long("a")))).toEqual([]);
    expect(await codes('{"input_data":{"index":[0],"data":[[1]]}}', azure2(long("a")))).toEqual(["F_LABEL refused"]);
  });

  test("texts of a str tensor, to their first letter", async () => {
    const str = [{ type: "tensor", "tensor-spec": { dtype: "str", shape: [-1] } }];
    expect(await codes('{"input_data":["abc"]}', azure(str))).toEqual(["F_CAST changed"]);
    expect(await codes('{"inputs":["abc"]}', mlflow(str))).toEqual([]);
  });
});

describe("what the server's releases decide", () => {
  const split = '{"input_data":{"columns":["made_at"],"index":[0],"data":[[1577836800]]}}';

  test("a split for a model without a signature is refused with pandas 3", async () => {
    const { accepted, findings, remedy } = await ask(split, { ...azure(), file: "p.json" });
    expect([accepted, findings.map(({ code }) => code)]).toEqual([false, ["F_FORM"]]);
    expect(remedy?.to).toBe("azureml:tensor");
    expect((await ask(split, azure2())).accepted).toBe(true);
    expect(await codes(split, azure(long("made_at")))).toEqual([]);
    expect(await codes(split, { for: "azureml" })).toEqual(["F_FORM depends"]);
  });

  test("times of two forms in a column are refused since MLflow 3.12", async () => {
    const body = '{"dataframe_split":{"columns":["d"],"data":[["2020-01-02T03:04:05"],["2020-01-02T03:04:05.123"]]}}';
    const asked = mlflow(column("d", "datetime"));
    const { accepted, releases, otherwise } = await ask(body, asked);
    expect([accepted, releases]).toEqual([false, { mlflow: "3.17", pandas: "3.1" }]);
    const older = [
      { mlflow: "2.22", pandas: "2.3" },
      { mlflow: "3.6", pandas: "2.3" },
    ];
    expect(otherwise).toMatchObject([{ releases: older, accepted: true, findings: [], without: [{ code: "F_DATE" }] }]);
    for (const [mlflow, taken] of [
      ["3.6.0", true],
      ["3.11", true],
      ["3.12.0", false],
      ["4", false],
    ] as const)
      expect((await ask(body, { ...asked, serverVersion: { mlflow } })).accepted, mlflow).toBe(taken);
  });

  test("named ones leave no others but those that agree", async () => {
    const body = '{"dataframe_split":{"columns":["s"],"data":[["x"],[null]]}}';
    const named = await ask(body, { ...mlflow(), serverVersion: { mlflow: "3.17" } });
    expect(named.releases).toEqual({ mlflow: "3.17", pandas: "3.1" });
    expect(named.findings.map(({ code }) => code)).toEqual(["F_NULL"]);
    expect(named.otherwise).toMatchObject([{ releases: [{ mlflow: "3.17", pandas: "2.3" }], findings: [] }]);
    const both = await ask(body, { ...mlflow(), serverVersion: { mlflow: "3.9.1", pandas: "2.2" } });
    expect([both.releases, both.otherwise]).toEqual([{ mlflow: "3.9.1", pandas: "2.2" }, []]);
    // pandas 3 came with MLflow 3.16
    expect((await ask(body, { ...mlflow(), serverVersion: { mlflow: "3.9" } })).releases).toEqual({ mlflow: "3.9", pandas: "2.3" });
  });

  test("what is no release, or makes no difference, is refused", async () => {
    for (const [serverVersion, said] of [
      [{ panda: "3" }, '"pandas" may be meant'],
      [{ numpy: "2" }, "differs by mlflow and pandas"],
      [{ mlflow: "new" }, "no release of mlflow"],
      [{ mlflow: 3.1 as unknown as string }, "no release of mlflow"],
    ] as const)
      await expect(ask(split, { for: "azureml", serverVersion })).rejects.toThrow(said);
    await expect(ask(split, { for: "tfserving", serverVersion: { mlflow: "3" } })).rejects.toThrow("not told by releases");
  });
});

test("pandas makes nothing unsigned of a float below zero", async () => {
  const tensor = (dtype: string) => mlflow([{ name: "a", type: "tensor", "tensor-spec": { dtype, shape: [-1] } }]);
  const split = (cells: string) => `{"dataframe_split":{"columns":["a"],"data":[${cells}]}}`;
  expect(await codes(split("[1.5],[-0.25]"), tensor("uint8"))).toEqual(["F_RANGE refused"]);
  expect(await codes(split("[1.5],[-1]"), tensor("uint64"))).toEqual(["F_RANGE refused"]);
  expect(await codes(split("[1.5],[-0.0]"), tensor("uint8"))).toEqual(["F_CAST changed"]);
  expect(await codes(split("[1.5],[-0.25]"), tensor("int8"))).toEqual(["F_CAST changed"]);
  expect(await codes('{"inputs":{"a":[1.5,-0.25]}}', tensor("uint8"))).toEqual(["F_CAST changed"]);
});

test("whole numbers of more than 64 bits are no dates, beside floats neither", async () => {
  const split = '{"dataframe_split":{"columns":["a"],"data":[[1.5],[18446744073709551616]]}}';
  expect(await codes(split, mlflow(column("a", "datetime")))).toEqual(["F_RANGE refused"]);
});

describe("a Parquet file", () => {
  const file = async () => {
    const batch = frame([
      { name: "i", dtype: "int64", shape: [], values: BigInt64Array.of(1n, 300n) },
      { name: "f", dtype: "float64", shape: [], values: Float64Array.of(1.5, 2) },
      { name: "t", dtype: "datetime64[us]", shape: [], values: BigInt64Array.of(0n, 1n), timezone: "UTC" },
    ]);
    return inspect(await written([batch], { to: "parquet" }), { from: "parquet" });
  };

  test("tells what it stores", async () => {
    const { columns } = await file();
    expect(columns.map(({ stored }) => stored)).toEqual(["int64", "float64", "datetime64[us, UTC]"]);
  });

  test("is taken by MLflow where its types are the model's, and by no other server", async () => {
    const found = await file();
    const asked = (...types: string[]) => verdict(found, mlflow(types.map((type, i) => ({ name: "ift"[i], type }))));
    expect(asked("long", "double")).toMatchObject({ accepted: true, findings: [{ code: "F_EXTRA" }] });
    expect(asked("integer", "float", "datetime").findings.filter(({ severity }) => severity === "refused")).toMatchObject([
      { code: "F_TYPE", column: "i", message: expect.stringContaining("refuses int64 for an integer column") },
      { code: "F_TYPE", column: "f" },
      { code: "F_TYPE", column: "t" },
    ]);
    expect(verdict(found, mlflow())).toMatchObject({ accepted: true, findings: [] });
    for (const server of ["databricks", "azureml", "oip", "mlflow:split"])
      expect(verdict(found, { for: server }), server).toMatchObject({ accepted: false, remedy: { to: expect.any(String) } });
    expect(verdict(found, { ...mlflow(), serverVersion: { mlflow: "3.9" } }).accepted).toBe(false);
  });
});

describe("models that Azure ML cannot serve without a script", () => {
  test.each([
    [[{ name: "a", type: "array", items: { type: "long" }, required: true }]],
    [[{ type: "tensor", "tensor-spec": { dtype: "float32", shape: [-1, -1] } }]],
  ])("%j", async (inputs) => {
    expect(await codes('{"input_data":[[1]]}', azure(inputs))).toEqual(["F_MODEL refused"]);
  });

  test("one with an input example has its types from there", async () => {
    const asked = { for: "azureml", model: { signature: undefined, example: "ndarray" } };
    expect(await codes('{"input_data":[[1]]}', { ...asked, serverVersion: { pandas: "2.3" } })).toEqual(["F_MODEL depends"]);
    expect(await codes('{"input_data":[[1]]}', asked)).toEqual([]);
  });
});

describe("columns and the model's", () => {
  const split = (...names: string[]) => `{"dataframe_split":{"columns":${JSON.stringify(names)},"data":[[${names.map((_, i) => i)}]]}}`;

  test("missing ones are refused, with the one that may be meant", async () => {
    const { accepted, findings } = await ask(split("agee", "sex"), mlflow(long("age", "sex")));
    expect(accepted).toBe(false);
    expect(findings.map(({ message }) => message)).toEqual([
      'MLflow refuses a payload without "age", which the model\'s signature requires; "agee" may be meant',
      'MLflow drops "agee": the model\'s signature does not have it',
    ]);
  });

  test("more of them are dropped, others put into order, optional ones may be missing", async () => {
    expect(await codes(split("a", "z"), mlflow(long("a")))).toEqual(["F_EXTRA changed"]);
    expect(await codes(split("b", "a"), mlflow(long("a", "b")))).toEqual(["F_ORDER changed"]);
    const optional = [...long("a"), { name: "b", type: "long", required: false }];
    expect(await codes(split("a"), mlflow(optional))).toEqual([]);
    expect(await codes(split("a", "bb"), mlflow(optional))).toEqual(["F_COLUMN depends", "F_EXTRA changed"]);
    expect(await codes('{"dataframe_split":{"data":[[1]]}}', mlflow(long("a")))).toEqual(["F_LABEL refused"]);
  });

  test("what overflows tells what it becomes", async () => {
    const { findings } = await ask('{"dataframe_split":{"columns":["a"],"data":[[2147483648]]}}', mlflow(column("a", "integer")));
    expect(findings).toEqual([
      {
        code: "F_RANGE",
        severity: "changed",
        column: "a",
        message: '"a": 2147483648 is out of range in an integer column and wraps around to -2147483648',
      },
    ]);
  });

  test("records are judged as a frame is, and a csv by pandas' way of reading", async () => {
    expect(await codes('{"dataframe_records":[{"a":1},{"a":null}]}', mlflow(long("a")))).toEqual(["F_NULL refused"]);
    expect(await codes("a,b\n1,x\nNA,nan\n", mlflow(), "csv")).toEqual(["F_NULL changed", "F_NULL changed"]); // transload reads these words as pandas does
    const digits = "a\n0.30000000000000004\n";
    expect(await codes(digits, { ...mlflow(), serverVersion: { pandas: "2.3" } }, "csv")).toEqual(["F_DIGITS changed"]);
    expect(await codes(digits, { ...mlflow(), serverVersion: { pandas: "3.1.0" } }, "csv")).toEqual([]);
    expect(await codes("a\n1\n", mlflow(column("a", "datetime")), "csv")).toEqual(["F_DATE refused"]);
    expect(await codes('{"dataframe_split":{"columns":["a"],"data":[["01234"]]}}', { for: "csv" })).toEqual(["F_DIALECT refused"]);
    const { remedy } = await ask('{"dataframe_split":{"columns":["a"],"data":[["01234"],["02"]]}}', { for: "csv" });
    expect(remedy).toMatchObject({ to: "csv", remains: [{ code: "F_WORD", message: expect.stringContaining("01234 becomes 1234") }] });
  });
});

describe("other servers", () => {
  test("doubles only", async () => {
    const payload = (cells: string) => `{"instances":[[${cells}]]}`;
    expect(await codes(payload("9007199254740993"), { for: "vertex" })).toEqual(["F_RANGE changed"]);
    expect(await codes(payload("9007199254740992"), { for: "vertex" })).toEqual([]);
    expect(await codes(payload("NaN"), { for: "vertex" })).toEqual(["F_NAN refused"]);
    expect(await codes('{"data":{"names":["a"],"ndarray":[[9007199254740993]]}}', { for: "seldon" })).toEqual(["F_RANGE depends"]);
  });

  test("no null for TensorFlow Serving, and no cure", async () => {
    expect(await ask('{"inputs":[[1,null]]}', { for: "tfserving" })).toMatchObject({ accepted: false, remedy: undefined });
    expect(await codes('{"inputs":[[1,2]],"signature_name":"s"}', { for: "tfserving" })).toEqual([]);
  });

  test("cells of one kind in a tensor of TensorFlow Serving's", async () => {
    const serving = { for: "tfserving" };
    for (const cells of ['[1,"x"],[2,"y"]', '["x",true]', "[true,1.5]", '[["x"],[1]]', '["x",NaN]'])
      for (const key of ["inputs", "instances"]) expect(await codes(`{"${key}":[${cells}]}`, serving)).toContain("F_TYPE refused");
    for (const cells of ['["x"],["y"]', "[1,2.5]", "[true,false]", "[]"]) expect(await codes(`{"inputs":[${cells}]}`, serving)).toEqual([]);
    expect(await codes('{"inputs":{"a":[1,2],"s":["x","y"]}}', serving)).toEqual([]);
    expect(await codes('{"inputs":{"a":[1,"x"]}}', serving)).toEqual(["F_TYPE refused"]);
    expect(await codes('{"instances":[{"a":1,"s":"x"},{"a":2,"s":"y"}]}', serving)).toEqual([]);
    expect(await codes('{"instances":[{"a":1},{"a":"y"}]}', serving)).toEqual(["F_TYPE refused"]);
    const split = (s: string) => `{"dataframe_split":{"columns":["a","s"],"data":[[1,${s}]]}}`;
    expect((await ask(split('"x"'), serving)).remedy?.to).toBe("tfserving:records");
    expect((await ask(split("2"), serving)).remedy?.to).toBe("tfserving:inputs");
    expect((await ask('{"inputs":[[1,"x"]]}', serving)).remedy).toBeUndefined();
  });

  test("a payload that is too large", async () => {
    const large = `{"instances":[[${"1,".repeat(800_000)}1]]}`;
    expect(await codes(large, { for: "vertex" })).toEqual(["F_SIZE refused"]);
    expect(await codes(large, { for: "mlflow", model: NONE })).toEqual([]);
  });

  test("a misspelt key is dropped in silence", async () => {
    const { findings } = await ask('{"inputs":[[1]],"parms":{"a":1},"zzz":2}', mlflow());
    expect(findings.map(({ message }) => message)).toEqual([
      'MLflow drops "parms" without a word; "params" may be meant',
      'MLflow drops "zzz" without a word',
    ]);
    expect(await codes('{"inputs":[[1]],"params":{"a":1}}', mlflow())).toEqual(["F_PARAMS changed"]);
    const params = '[{"name":"a","type":"long","default":1,"shape":null}]';
    expect(
      await codes('{"inputs":[[1]],"params":{"a":1}}', {
        for: "mlflow",
        model: model([{ type: "tensor", "tensor-spec": { dtype: "int64", shape: [-1, 1] } }], { params }),
      }),
    ).toEqual([]);
  });
});

describe("parameters", () => {
  test("are found by every name that a server with this key has for them", async () => {
    for (const [payload, params, siblings] of [
      ['{"instances":[{"x":1}],"parameters":{"k":2}}', true, ["parameters"]],
      ['{"model":1,"params":{},"instances":[[1]]}', true, ["model", "params"]],
      ['{"instances":[[1]],"parameter":{}}', false, ["parameter"]],
      ['{"dataframe_split":{"columns":["a"],"data":[[1]]},"parameters":{}}', false, ["parameters"]],
    ] as const)
      for (const engine of ["core", "reference"] as const)
        expect(await inspect(Buffer.from(payload), { engine })).toMatchObject({ params, siblings });
    expect(await inspect(Buffer.from('{"instances":[{"x":1}],"parameters":{}}'), { from: "mlflow" })).toMatchObject({ params: false });
  });
  test("in Azure ML's input_data are those of a language model's script", async () => {
    const llama = '{"input_data":{"input_string":["a"],"parameters":{"t":0.6}}}';
    for (const engine of ["core", "reference"] as const)
      expect(await inspect(Buffer.from(llama), { engine })).toMatchObject({
        params: true,
        siblings: [],
        columns: [{ name: "input_string" }],
      });
    expect(await codes(llama, { for: "azureml" })).toContain("F_PARAMS depends");
    expect(await codes(llama.replace(/,"parameters.*/, "}}"), { for: "azureml" })).not.toContain("F_PARAMS depends");
    expect((await ask(llama, { for: "mlflow" })).remedy?.remains).toEqual([]);
    for (const server of ["azureml", "mlflow"])
      await expect(ask('{"input_data":{"input_string":[{"role":"user"}]}}', { for: server })).rejects.toMatchObject({ code: "E_LLM" });
  });
  test("are dropped by the servers that call them otherwise", async () => {
    const vertex = '{"instances":[{"x":1}],"parameters":{"k":2}}';
    expect(await codes(vertex, { for: "mlflow" })).toEqual(["F_KEY changed"]);
    expect(await codes(vertex, { for: "vertex" })).toEqual([]);
    const remedy = (await ask('{"dataframe_split":{"columns":["a"],"data":[[1]]},"params":{"k":2}}', { for: "vertex" })).remedy;
    expect(remedy?.remains).toEqual([]);
  });
});

describe("payloads that transload does not read", () => {
  test.each([
    ['{"model":"iris","data":{"sepal length":[5.1]}}', "seldon", "F_FAULT refused"],
    ['{"dataframe_split":{"columns":["a","b"],"data":[[1,2],[3]]}}', "mlflow", "F_FAULT changed"],
    ['{"dataframe_split":{"columns":["a","b"],"data":[[1]]}}', "mlflow", "F_FAULT refused"],
    ['{"inputs":[[1,2],[3]]}', "mlflow", "F_FAULT refused"],
    ['{"input":"x","dataframe_split":{"data":[[1]]}}', "mlflow", "F_FAULT changed"],
    ['{"inputs":[1],"inputs":[2]}', "mlflow", "F_FAULT changed"],
    ['{"inputs":[01]}', "tfserving", "F_FAULT refused"],
    ['{"inputs":[1]} x', "tfserving", "F_FAULT changed"],
    ['{"inputs":[1]} x', "mlflow", "F_FAULT refused"],
    ['{"input_data":"[[1]]"}', "azureml", "F_FAULT depends"],
    ['{"foo":1}', "mlflow", "F_FAULT refused"],
  ])("%s on %s", async (payload, server, expected) => {
    const rest = expected === "F_FAULT refused" ? [] : ["F_FAULT depends"];
    expect(await codes(payload, { for: server })).toEqual([expected, ...rest]);
  });

  test("and of which nothing is known, throw", async () => {
    await expect(ask('{"dataframe_split":{"data":{"a":[1]}}}', { for: "mlflow" })).rejects.toThrow(TransloadError);
    await expect(ask('{"prompt":"x","input_data":[[1]]}', { for: "azureml" })).rejects.toThrow(TransloadError);
  });
});

describe("the remedy", () => {
  const PAYLOADS = [
    '{"dataframe_split":{"columns":["a","b"],"data":[[1,2.5],[3,4.5]]}}',
    '{"dataframe_records":[{"a":1,"b":2.5},{"a":3,"b":4.5}]}',
    '{"inputs":[[1,2.5],[3,4.5]]}',
    '{"inputs":{"a":[1,3],"b":[2.5,4.5]}}',
    '{"instances":[{"a":1,"b":2.5},{"a":3,"b":4.5}]}',
    '{"input_data":{"columns":["a","b"],"index":[0,1],"data":[[1,2.5],[3,4.5]]}}',
    '{"input_data":{"columns":["a","b"],"data":[[1,2.5],[3,4.5]]}}',
    '{"input_data":[[1,2.5],[3,4.5]]}',
    '{"columns":["a","b"],"data":[[1,2.5],[3,4.5]]}',
    '{"data":{"names":["a","b"],"ndarray":[[1,2.5],[3,4.5]]}}',
    '{"dataframe_split":{"columns":["a"],"data":[["x"],[null]]}}',
    '{"inputs":[[[1,2],[3,4]]]}',
    '{"inputs":5}',
  ];
  const tensor = (shape: number[], name?: string) => ({
    ...(name && { name }),
    type: "tensor",
    "tensor-spec": { dtype: "float64", shape },
  });
  const MODELS = {
    unknown: undefined,
    none: NONE,
    columns: model([
      { name: "a", type: "long" },
      { name: "b", type: "double" },
    ]),
    tensor: model([tensor([-1, 2])]),
    tensors: model([tensor([-1], "a"), tensor([-1], "b")]),
  };
  const SERVERS = ["azureml", "mlflow", "mlflow1", "databricks", "tfserving", "vertex", "seldon", "csv", "kserve1", "oip", "triton"];

  test.each(SERVERS)("makes a payload that %s takes", async (server) => {
    let mended = 0;
    for (const payload of PAYLOADS)
      for (const [name, served] of Object.entries(MODELS)) {
        const options = { for: server, ...(served && { model: served }) };
        const { accepted, remedy } = await ask(payload, options);
        if (!remedy) continue;
        const { text, error } = await feed(whole(payload), { to: remedy.to, ...(remedy.columns && { columns: remedy.columns }) });
        const context = `${payload} for ${name}: ${remedy.command}`;
        expect(error?.message, context).toBeUndefined();
        const after = await ask(text, options, remedy.to);
        expect(after.accepted, `${context} gives ${text}: ${after.findings.map(({ message }) => message).join("; ")}`).toBe(true);
        if (accepted)
          expect(
            after.findings.filter(({ severity }) => severity === "changed"),
            context,
          ).toEqual([]);
        mended++;
      }
    expect(mended).toBeGreaterThan(5);
  });

  test("names a tensor's columns as the model does, and quotes what a shell would take apart", async () => {
    const names = model([
      { name: "a, b", type: "double" },
      { name: "it's", type: "double" },
    ]);
    const { remedy } = await ask('{"inputs":[[1,2.5]]}', {
      for: "azureml",
      model: names,
      file: "my data/x.json",
      taken: (path) => path === "my data/x.azureml.json",
    });
    expect(remedy).toMatchObject({ to: "azureml:split", columns: ["a, b", "it's"] });
    expect(remedy?.command).toBe(
      `transload convert 'my data/x.json' -t azureml:split --columns '["a, b","it'\\''s"]' -o 'my data/x.azureml-2.json'`,
    );
  });

  test("is none where the server would refuse the result, and that is told", async () => {
    const { remedy, findings } = await ask('{"input_data":[[1,null]]}', { for: "tfserving" });
    expect(remedy).toBeUndefined();
    expect(findings.map(({ message }) => message)).toEqual([
      "TensorFlow Serving looks for inputs or instances, and this is azureml:tensor, under input_data",
      "as tfserving:inputs: TensorFlow Serving refuses null in every type",
    ]);
  });
});

test("an unknown server is told before anything else", async () => {
  await expect(ask('{"inputs":[1]}', { for: "mlfow" })).rejects.toThrow("did you mean mlflow?");
});

test("every code has its meaning", () => {
  for (const meaning of Object.values(FINDINGS)) expect(meaning.length).toBeGreaterThan(10);
});

describe("whose limit counts", () => {
  const csv = Buffer.from("a,b\n1,2\n");
  const sized = async (bytes: number, options: VerdictOptions, from = "csv") =>
    verdict(
      { ...(await inspect(csv, { from: "csv" })), ...(from !== "csv" && { form: from, dialect: from, layout: "frame" as const }), bytes },
      options,
    );

  test("the server's, of a file that it takes as text", async () => {
    const { accepted, findings, remedy } = await sized(800e6, { for: "databricks", file: "big.csv" });
    expect([accepted, findings.map(({ code }) => code)]).toEqual([false, ["F_SIZE"]]);
    expect(remedy?.command).toContain("--max-bytes 16000000");
    expect((await sized(15e6, { for: "databricks" })).accepted).toBe(true);
    expect((await sized(800e6, { for: "mlflow" })).accepted).toBe(true);
  });

  test("a binary file, which no server of JSON takes, is told how to become what it takes", async () => {
    const { accepted, findings, remedy } = await sized(80e6, { for: "databricks", file: "big.parquet" }, "parquet");
    expect([accepted, findings.map(({ code }) => code)]).toEqual([false, ["F_DIALECT"]]);
    expect(remedy?.command).toContain("transload convert big.parquet -t databricks:split --max-bytes 16000000");
  });
});

test("what is no inspection, or no model, is told as such", async () => {
  const given = inspect(Buffer.from('{"inputs":[1]}'));
  for (const payload of [5, undefined, null, "x.json", {}, given])
    expect(() => verdict(payload as never)).toThrow("a verdict is of what inspect() found");
  for (const model of ["model/MLmodel", 5, Promise.resolve({})])
    expect(() => verdict({ dialect: "mlflow" } as never, { model: model as never })).toThrow("`model` is what readModel() gives");
  expect(verdict(await given).accepted).toBe(true);
});
