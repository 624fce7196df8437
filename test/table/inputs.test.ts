// Open Inference Protocol's inputs, read and written: what they are together, and what shapes their data may have.
import { describe, expect, test } from "vitest";
import { type ConvertOptions, inspect, type SplitOptions, verdict } from "../../src/index.js";
import { collect, columnsOf, feed, whole } from "../support/feed.js";
import { steady } from "../support/steady.js";

const input = (name: string, shape: readonly number[], data: string, datatype = "INT64") =>
  `{"name":"${name}","shape":[${shape}],"datatype":"${datatype}","data":${data}}`;
const oip = (...inputs: string[]) => `{"inputs":[${inputs}]}`;

/** What it becomes with either engine, however it is cut. */
async function become(input: string, options: ConvertOptions): Promise<unknown> {
  const { text, error } = await steady(input, options);
  const reference = await feed(whole(input), { ...options, engine: "reference" });
  if (error) throw error;
  if (reference.error) throw reference.error;
  expect(reference.text).toBe(text);
  return JSON.parse(text);
}

describe("tensors of unequal lengths go side by side", () => {
  const UNEQUAL = '{"inputs":{"a":[1],"b":[1,2]}}';
  const inputs = [
    { name: "a", data: [1], shape: [1], datatype: "INT64", parameters: { content_type: "np" } },
    { name: "b", data: [1, 2], shape: [2], datatype: "INT64", parameters: { content_type: "np" } },
  ];

  test.each(["oip", "oip:columns", "triton", "triton:columns"])("to %s", async (to) => {
    expect(await become(UNEQUAL, { to })).toEqual({ inputs, parameters: { content_type: "dict" } });
  });

  test("with a dtype", async () => {
    const { inputs } = (await become(UNEQUAL, { to: "triton", dtype: "int32" })) as { inputs: { datatype: string }[] };
    expect(inputs.map(({ datatype }) => datatype)).toEqual(["INT32", "INT32"]);
  });

  const pair = '{"name":"a","shape":[1],"datatype":"FP32","data":[1]},{"name":"b","shape":[2],"datatype":"FP32","data":[1,2]}';

  test("Triton's never are a DataFrame", async () => {
    const { error } = await feed(whole(`{"inputs":[${pair}]}`), { to: "triton:columns" });
    expect(error).toBeUndefined();
  });

  test("MLServer's are refused where they are to be one", async () => {
    const { error } = await feed(whole(`{"inputs":[${pair}]}`), { to: "oip:columns" });
    expect(error).toMatchObject({
      code: "E_TARGET",
      message: expect.stringMatching(/^oip:columns needs the same number of rows .* a 1, b 2/),
    });
  });
});

/** With parameters before the inputs, and behind them. */
const both = (content: string, ...inputs: string[]) => [
  `{"parameters":{"content_type":"${content}"},"inputs":[${inputs}]}`,
  `{"inputs":[${inputs}],"parameters":{"content_type":"${content}"}}`,
];

describe("a request's content type says what its inputs are together", () => {
  const MATRIX = input("x", [2, 2], "[[1,2],[3,4]]");
  const FRAME = [input("a", [2], "[1,2]"), input("b", [2, 1], '["x","y"]', "BYTES")];

  test.each<[to: string, wanted: unknown, options?: Partial<ConvertOptions>]>([
    [
      "mlflow",
      {
        inputs: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
    [
      "mlflow",
      {
        inputs: [
          [1, 2],
          [3, 4],
        ],
      },
      { dtype: "float32" },
    ],
    [
      "azureml",
      {
        input_data: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
    [
      "mlflow:records",
      {
        dataframe_records: [
          { a: 1, b: 2 },
          { a: 3, b: 4 },
        ],
      },
      { columns: ["a", "b"] },
    ],
    [
      "seldon:ndarray",
      {
        data: {
          ndarray: [
            [1, 2],
            [3, 4],
          ],
        },
      },
    ],
  ])("np: one array, to %s", async (to, wanted, options) => {
    for (const text of both("np", MATRIX)) expect(await become(text, { to, ...options })).toEqual(wanted);
  });

  const SPLIT = {
    columns: ["a", "b"],
    data: [
      [1, "x"],
      [2, "y"],
    ],
  };

  test.each<[to: string, wanted: unknown, options?: Partial<ConvertOptions>]>([
    [
      "mlflow",
      {
        dataframe_split: SPLIT,
      },
    ],
    [
      "mlflow",
      {
        dataframe_split: SPLIT,
      },
      { dtype: "int32" },
    ],
    [
      "azureml",
      {
        input_data: { ...SPLIT, index: [0, 1] },
      },
    ],
    [
      "azureml",
      {
        input_data: { ...SPLIT, index: [0, 1] },
      },
      { dtype: { a: "int32" } },
    ],
    ["mlflow:inputs", { inputs: { a: [1, 2], b: [["x"], ["y"]] } }],
  ])("pd: a DataFrame, to %s", async (to, wanted, options) => {
    for (const text of both("pd", ...FRAME)) expect(await become(text, { to, ...options })).toEqual(wanted);
  });

  test("dict, or nothing: tensors with names", async () => {
    const wanted = {
      inputs: {
        x: [
          [1, 2],
          [3, 4],
        ],
      },
    };
    for (const text of [...both("dict", MATRIX), oip(MATRIX)]) expect(await become(text, { to: "mlflow" })).toEqual(wanted);
  });

  test("np of several, which MLServer has no array for: tensors with names", async () => {
    const [, text = ""] = both("np", input("a", [1], "[1]"), input("b", [1], "[2]"));
    expect(await become(text, { to: "mlflow" })).toEqual({ inputs: { a: [1], b: [2] } });
  });

  test("a form that the caller names goes first", async () => {
    const [, text = ""] = both("np", MATRIX);
    expect(await become(text, { from: "oip:columns", to: "mlflow" })).toEqual({
      inputs: {
        x: [
          [1, 2],
          [3, 4],
        ],
      },
    });
  });

  test("what transload writes comes back", async () => {
    for (const text of ['{"inputs":[[1,2],[3,4]]}', '{"dataframe_split":{"columns":["a"],"data":[[1],[2]]}}']) {
      const there = await feed(whole(text), { to: "oip" });
      expect((await feed(whole(there.text), { to: "mlflow" })).text).toBe(text);
    }
  });

  test("other parameters go along, and are told of where they have no place; content_type has been heeded", async () => {
    const text = `{"inputs":[${MATRIX}],"parameters":{"content_type":"np","t":1}}`;
    expect(await become(text, { to: "mlflow" })).toEqual({
      inputs: [
        [1, 2],
        [3, 4],
      ],
      params: { t: 1 },
    });
    const dropped = await feed(whole(text), { to: "tfserving" });
    expect(dropped.warnings).toMatchObject([{ code: "W_DROPPED", message: expect.stringMatching(/^"parameters"/) }]);
    const [, plain = ""] = both("pd", ...FRAME);
    expect(await feed(whole(plain), { to: "csv" })).toMatchObject({ text: "a,b\n1,x\n2,y\n", warnings: [] });
  });

  test("one array is cut between its elements, which columns are not", async () => {
    const [, text = ""] = both("np", MATRIX);
    const array = await feed(whole(text), { to: "mlflow", maxRows: 1 } as SplitOptions);
    expect(array.text).toBe('{"inputs":[[1,2]]}{"inputs":[[3,4]]}');
    const columns = await feed(whole(oip(MATRIX)), { to: "mlflow", maxRows: 1 } as SplitOptions);
    expect(columns.error).toMatchObject({ code: "E_OPTION" });
  });

  test("answers, too", async () => {
    const text = both("np", MATRIX).map((request) => request.replace('"inputs"', '"outputs"'));
    for (const answer of text)
      expect(await become(answer, { what: "response", to: "mlflow" })).toEqual({
        predictions: [
          [1, 2],
          [3, 4],
        ],
      });
  });

  test.each(["core", "reference"] as const)("batches are rows of a DataFrame, or of an array, with %s", async (engine) => {
    for (const text of both("pd", ...FRAME)) {
      const batches = await collect(whole(text), { engine });
      expect(batches.map(({ kind, columns }) => [kind, columns.map(({ name }) => name)])).toEqual([["frame", ["a", "b"]]]);
      expect(await columnsOf(whole(text), { engine, columns: ["b"] })).toEqual({ b: ["x", "y"] });
    }
    for (const text of both("np", MATRIX)) {
      const [batch] = await collect(whole(text), { engine });
      expect(batch).toMatchObject({ kind: "tensor", columns: [{ name: "", shape: [2] }] });
    }
  });

  test("an inspection tells it, and a verdict knows what they become", async () => {
    for (const text of both("np", MATRIX)) {
      const array = await inspect([Buffer.from(text)]);
      expect(array).toMatchObject({ form: "oip:tensor", layout: "inputs", shape: [2, 2] });
      expect(verdict(array, { for: "mlflow" }).remedy?.to).toBe("mlflow:inputs");
    }
    for (const text of both("pd", ...FRAME)) {
      const frame = await inspect([Buffer.from(text)]);
      expect(frame).toMatchObject({ form: "oip:columns", layout: "inputs", rows: 2, shape: [2, 2], labels: { columns: "texts" } });
      expect(verdict(frame, { for: "mlflow" }).remedy?.to).toBe("mlflow:split");
    }
  });
});

describe("a tensor in Open Inference Protocol", () => {
  const TENSOR = '{"inputs":[[1,2.5],[3,4]]}';
  const rows = [
    [1, 2.5],
    [3, 4],
  ];

  test.each<[to: string, wanted: unknown]>([
    ["mlflow", { inputs: rows }],
    ["azureml", { input_data: rows }],
    ["kserve1", { instances: rows }],
    ["vertex", { instances: rows }],
    ["tfserving", { inputs: rows }],
    ["sagemaker:tensor", rows],
  ])("comes back from there as it was (%s)", async (to, wanted) => {
    const { text } = await feed(whole(TENSOR), { to: "oip" });
    // its parameters stand behind the data
    expect(text).toBe(
      '{"inputs":[{"name":"input","data":[[1,2.5],[3,4]],"shape":[2,2],"datatype":"FP64"}],"parameters":{"content_type":"np"}}',
    );
    expect(await inspect([Buffer.from(text)])).toMatchObject({ form: "oip:tensor", shape: [2, 2] });
    expect(await become(text, { to })).toEqual(wanted);
    expect(await become(text, { to, dtype: "float64" })).toEqual(wanted);
  });
});

describe("datatypes that servers refuse in JSON", () => {
  const half = (datatype: string) => oip(input("x", [2], "[1.5,2]", datatype));

  test.each([
    ["triton", "FP16"],
    ["triton", "BF16"],
    ["oip", "BF16"],
  ])("are refused where they are asked for (%s, %s)", async (to, datatype) => {
    for (const engine of ["core", "reference"] as const)
      for (const asked of [datatype, { x: datatype }])
        for (const form of [to, `${to}:columns`, `${to}:tensor`]) {
          const { error } = await feed(whole('{"inputs":[[1.5],[2]]}'), { to: form, columns: ["x"], datatype: asked, engine });
          expect(error).toMatchObject({
            code: "E_OPTION",
            message: expect.stringMatching(`servers refuse ${datatype} in JSON; datatype: "FP32"`),
          });
        }
  });

  test.each([
    ["triton", "FP16"],
    ["triton", "BF16"],
    ["oip", "BF16"],
  ])("are refused where an input has them (%s, %s)", async (to, datatype) => {
    for (const form of [to, `${to}:columns`, `${to}:tensor`]) {
      const { error } = await steady(half(datatype), { to: form });
      expect(error).toMatchObject({ code: "E_TARGET", message: expect.stringMatching(/^input "x": .*datatype: "FP32"/) });
      const { inputs } = (await become(half(datatype), { to: form, datatype: "FP32" })) as { inputs: object[] };
      expect(inputs).toMatchObject([{ name: "x", datatype: "FP32", data: [1.5, 2] }]);
    }
    expect(await become(half(datatype), { to: "mlflow" })).toEqual({ inputs: { x: [1.5, 2] } });
  });

  test("are no more than that: MLServer reads FP16", async () => {
    expect(await become(half("FP16"), { to: "oip" })).toMatchObject({ inputs: [{ datatype: "FP16" }] });
    expect(await become('{"inputs":[[1.5],[2]]}', { to: "oip", datatype: "FP16" })).toMatchObject({ inputs: [{ datatype: "FP16" }] });
    // text stays what it is
    expect(await become(oip(input("x", [1], '["a"]', "BYTES")), { to: "triton", datatype: "FP32" })).toMatchObject({
      inputs: [{ datatype: "BYTES" }],
    });
  });
});

describe("data that are nested otherwise than their shape are elements in row-major order", () => {
  test.each<[what: string, shape: readonly number[], data: string, wanted: unknown]>([
    ["a row for a list", [3], "[[1,2,3]]", [1, 2, 3]],
    ["a column for a list", [3], "[[1],[2],[3]]", [1, 2, 3]],
    ["deeper", [4], "[[[1],[2]],[[3],[4]]]", [1, 2, 3, 4]],
    [
      "a matrix of other lengths",
      [3, 2],
      "[[1,2,3],[4,5,6]]",
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    [
      "less deep",
      [1, 2, 2],
      "[[1,2],[3,4]]",
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
    ],
    ["brackets around nothing", [0], "[[],[]]", []],
  ])("%s", async (_, shape, data, wanted) => {
    expect(await become(oip(input("x", shape, data)), { to: "mlflow" })).toEqual({ inputs: { x: wanted } });
    expect(await become(oip(input("x", shape, data)), { from: "oip:tensor", to: "mlflow" })).toEqual({ inputs: wanted });
    const { inputs } = (await become(oip(input("x", shape, data)), { to: "triton" })) as { inputs: object[] };
    expect(inputs[0]).toMatchObject({ shape, data: wanted === null ? [] : (wanted as unknown[]).flat(2) });
  });

  test("texts with brackets in them", async () => {
    const { inputs } = (await become(oip(input("x", [2, 1, 1], '[[["],["]],[["\\"]"]]]', "BYTES")), { to: "oip" })) as { inputs: object[] };
    expect(inputs[0]).toMatchObject({ data: ["],[", '"]'] });
  });

  test("too few are counted all", async () => {
    const { error } = await steady(oip(input("x", [10], "[[1,2,3],[4,5,6]]")), { to: "mlflow" });
    expect(error).toMatchObject({ code: "E_SHAPE", detail: 'input "x" has 6 elements, and its shape [10] asks for 10', path: "$.inputs" });
  });
});

describe("a flat input's rows", () => {
  test.each<[what: string, shape: readonly number[], data: string, wanted: unknown]>([
    [
      "of a matrix are lists",
      [2, 2],
      "[1,2,3,4]",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ["of more are lists of lists", [2, 1, 2], "[1,2,3,4]", [[[1, 2]], [[3, 4]]]],
    ["of a column are cells", [2, 1], "[1,2]", [1, 2]],
    ["of a nested column, too", [2, 1], "[[1],[2]]", [1, 2]],
  ])("%s", async (_, shape, data, wanted) => {
    const records = (wanted as unknown[]).map((x) => ({ x }));
    expect(await become(oip(input("x", shape, data)), { to: "mlflow:records" })).toEqual({ dataframe_records: records });
  });

  test("without elements are refused", async () => {
    const { error } = await feed(whole(oip(input("x", [2, 0], "[]"))), { to: "mlflow:records" });
    expect(error).toMatchObject({ code: "E_SHAPE", message: expect.stringMatching(/^input "x" of shape \[2, 0\] has no elements/) });
  });
});

describe("records whose cells are lists become inputs", () => {
  const records = (...cells: string[]) => `{"instances":[${cells.map((cell, i) => `{"tag":"${i}","x":${cell}}`)}]}`;
  const np = { parameters: { content_type: "np" } };
  const tag = { name: "tag", data: ["0", "1"], shape: [2], datatype: "BYTES", ...np };

  test.each<[what: string, cells: string[], wanted: object]>([
    [
      "of rank 2",
      ["[1,2]", "[3,4]"],
      {
        data: [
          [1, 2],
          [3, 4],
        ],
        shape: [2, 2],
        datatype: "INT64",
      },
    ],
    [
      "of rank 3",
      ["[[1.5],[2]]", "[[3],[4]]"],
      {
        data: [
          [[1.5], [2]],
          [[3], [4]],
        ],
        shape: [2, 2, 1],
        datatype: "FP64",
      },
    ],
    ["flat where they are text", ['[["a"],["b"]]', '[["c"],["d"]]'], { data: ["a", "b", "c", "d"], shape: [2, 2, 1], datatype: "BYTES" }],
    ["without members", ["[]", "[]"], { data: [[], []], shape: [2, 0], datatype: "FP64" }],
  ])("%s", async (_, cells, wanted) => {
    const inputs = [tag, { name: "x", ...wanted, ...np }];
    for (const to of ["oip", "triton"]) {
      const found = await become(records(...cells), { from: "tfserving", to });
      expect(found).toEqual({ inputs, parameters: { content_type: "dict" } });
    }
  });

  test("with a dtype", async () => {
    const { inputs } = (await become(records("[1,2]", "[3,4]"), { from: "tfserving", to: "oip", dtype: { x: "float32" } })) as {
      inputs: object[];
    };
    expect(inputs[1]).toMatchObject({
      data: [
        [1, 2],
        [3, 4],
      ],
      shape: [2, 2],
      datatype: "FP32",
    });
  });

  test.each<[what: string, cells: string[], code: string, message: RegExp]>([
    ["lists of different lengths", ["[1,2]", "[3]"], "E_RAGGED", /^column "x" holds lists of different lengths, .* oip:columns, as row 1/],
    ["lists beside scalars", ["[1,2]", "3"], "E_MIXED", /^column "x": lists or objects beside scalars/],
    ["scalars among lists in lists", ["[1,2]", "[3,[4]]"], "E_MIXED", /^column "x" holds lists beside scalars/],
    ["objects", ["[1]", '[{"a":1}]'], "E_NESTED", /^column "x" holds objects, which have no datatype in oip:columns, as row 1/],
  ])("%s are none", async (_, cells, code, message) => {
    for (const engine of ["core", "reference"] as const) {
      const { error } = await feed(whole(records(...cells)), { from: "tfserving", to: "oip", engine });
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    }
  });

  test("Triton takes no null in them", async () => {
    const { error } = await feed(whole(records("[1]", "[null]")), { from: "tfserving", to: "triton" });
    expect(error).toMatchObject({ code: "E_NULL", message: expect.stringMatching(/column "x": null, which/) });
  });
});
