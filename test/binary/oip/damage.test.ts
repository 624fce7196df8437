// Bodies that are not what their JSON says, and what a request has no place for.
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { Batch, type ConvertOptions, convert, inspect, readBatches, split, TransloadError, writeBatches } from "../../../src/index.js";
import { written } from "../../support/binary-samples.js";
import { batchesOf, type Table, tableOf } from "../../support/typed-tables.js";

const FORM = "triton:binary";
const f32 = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer);
const element = (text: string | Buffer) => {
  const bytes = Buffer.from(text as string);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const X = { name: "x", shape: [2], datatype: "FP32", parameters: { binary_data_size: 8 } };
const body = (header: unknown, ...tensors: Buffer[]) =>
  Buffer.concat([Buffer.from(typeof header === "string" ? header : JSON.stringify(header)), ...tensors]);
const inputs = (...list: unknown[]) => ({ inputs: list });

async function rowsOf(bytes: Uint8Array, options = {}): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const { columns } of readBatches([bytes], { from: FORM, ...options })) for (const { values } of columns) found.push(...values);
  return found;
}

async function converted(source: Uint8Array | string, options: ConvertOptions): Promise<Buffer> {
  return buffer(Readable.from([Buffer.from(source as string)], { objectMode: false }).pipe(convert(options)));
}

test.each<[what: string, bytes: Buffer, code: string, detail: RegExp, options?: object]>([
  ["nothing", Buffer.alloc(0), "E_EMPTY", /empty/],
  ["no JSON", f32(1, 2), "E_SYNTAX", /begins with a JSON object/],
  ["a list", Buffer.from("[1]"), "E_SYNTAX", /begins with a JSON object/],
  ["JSON that does not end", Buffer.from('{"inputs":["}'), "E_TRUNCATED", /inside its JSON/],
  ["JSON that is none", Buffer.from('{"inputs":[01]}'), "E_NUMBER", /./],
  ["JSON that is no UTF-8", Buffer.from('{"inputs":[{"name":"\xe9"}]}', "latin1"), "E_UTF8", /./],
  ["other keys", body({ instances: [1] }), "E_FORM", /under inputs.*instances/],
  ["inputs that are no list", body({ inputs: 5 }), "E_FORM", /a list under inputs/],
  ["a key twice", body('{"inputs":[],"inputs":[]}'), "E_DUPLICATE", /"inputs" occurs twice/],
  ["a key twice in an input", body('{"inputs":[{"name":"x","name":"y"}]}'), "E_DUPLICATE", /"name" occurs twice/],
  ["an input that is no object", body(inputs(5)), "E_OBJECT", /5 stands where a tensor/],
  ["two of a name", body(inputs(X, X), f32(1, 2, 3, 4)), "E_DUPLICATE", /two inputs are called "x"/],
  ["no name", body(inputs({ ...X, name: undefined }), f32(1, 2)), "E_FORM", /needs name/],
  ["a name that is none", body(inputs({ ...X, name: 5 }), f32(1, 2)), "E_FORM", /must be a string, not 5/],
  ["no datatype", body(inputs({ ...X, datatype: undefined }), f32(1, 2)), "E_FORM", /needs datatype/],
  ["another datatype", body(inputs({ ...X, datatype: "FP8" }), f32(1, 2)), "E_DTYPE", /unknown datatype "FP8"/],
  ["the datatype toString", body(inputs({ ...X, datatype: "toString" }), f32(1, 2)), "E_DTYPE", /unknown datatype/],
  ["no shape", body(inputs({ ...X, shape: undefined }), f32(1, 2)), "E_FORM", /needs shape/],
  ["a shape below zero", body(inputs({ ...X, shape: [-1, -2] }), f32(1, 2)), "E_SHAPE", /list of whole numbers/],
  ["a shape beyond counting", body(inputs({ ...X, shape: [2 ** 40, 2 ** 40] }), f32(1, 2)), "E_SHAPE", /list of whole numbers/],
  ["neither data nor bytes", body(inputs({ ...X, parameters: {} })), "E_FORM", /neither data nor/],
  ["data and bytes", body(inputs({ ...X, data: [1, 2] }), f32(1, 2)), "E_FORM", /only one of them/],
  ["memory that is shared", body(inputs({ ...X, parameters: { shared_memory_region: "r" } })), "E_FORM", /shares with its server/],
  ["a size that is none", body(inputs({ ...X, parameters: { binary_data_size: "8" } }), f32(1, 2)), "E_FORM", /no count of bytes/],
  ["a size below zero", body(inputs({ ...X, parameters: { binary_data_size: -8 } }), f32(1, 2)), "E_SHAPE", /takes 8 bytes/],
  [
    "another size",
    body(inputs({ ...X, parameters: { binary_data_size: 12 } }), f32(1, 2, 3)),
    "E_SHAPE",
    /takes 8 bytes, and binary_data_size says 12/,
  ],
  [
    "a size beyond the body",
    body(inputs({ ...X, shape: [1e9], parameters: { binary_data_size: 4e9 } }), f32(1)),
    "E_TRUNCATED",
    /4 of the 4000000000 bytes/,
  ],
  ["bytes that are missing", body(inputs(X), f32(1)), "E_TRUNCATED", /4 of the 8 bytes of tensor "x"/],
  ["the second tensor missing", body(inputs(X, { ...X, name: "y" }), f32(1, 2)), "E_TRUNCATED", /0 of the 8 bytes of tensor "y"/],
  ["bytes that are too many", body(inputs(X), f32(1, 2, 3)), "E_TRAILING", /4 bytes follow the tensors/],
  ["white space behind the JSON", body(`${JSON.stringify(inputs(X))} `, f32(1, 2)), "E_TRAILING", /1 bytes follow.*headerLength/],
  ["another length", body(inputs(X), f32(1, 2)), "E_SYNTAX", /says another length/, { headerLength: 10 }],
  ["no JSON, as HTTP says", f32(1, 2), "E_FORM", /neither shape nor datatype/, { headerLength: 0 }],
  [
    "data of another length",
    body(inputs({ name: "x", shape: [3], datatype: "FP32", data: [1, 2] })),
    "E_SHAPE",
    /2 elements, and its shape \[3\] asks for 3/,
  ],
  ["data of another kind", body(inputs({ name: "x", shape: [1], datatype: "FP32", data: ["a"] })), "E_DTYPE", /tensor "x"/],
  ["data that do not fit", body(inputs({ name: "x", shape: [1], datatype: "UINT8", data: [300] })), "E_RANGE", /tensor "x".*300/],
  ["data that are no list", body(inputs({ name: "x", shape: [1], datatype: "UINT8", data: 3 })), "E_FORM", /must be a list/],
  ["rows without bytes", body(inputs({ ...X, shape: [1e12, 0], parameters: { binary_data_size: 0 } })), "E_LIMIT", /./],
])("%s is refused", async (_, bytes, code, detail, options = {}) => {
  await expect(rowsOf(bytes, options)).rejects.toMatchObject({ code, detail: expect.stringMatching(detail) });
});

describe("BYTES", () => {
  const texts = (size: number, shape = [2]) => inputs({ name: "t", shape, datatype: "BYTES", parameters: { binary_data_size: size } });

  test.each<[string, Buffer, RegExp]>([
    ["elements that are missing", body(texts(5), element("a")), /element 1 of the 2 of tensor "t" begins where 0/],
    ["a length that is cut", body(texts(7), element("a"), Buffer.alloc(2)), /element 1 of the 2 .* begins where 2/],
    ["an element that is cut", body(texts(10), element("a"), element("abc").subarray(0, 5)), /is said to have 3 bytes, and 1 are left/],
    ["an element of four gigabytes", body(texts(9), element("a"), Buffer.alloc(4, 0xff)), /is said to have 4294967295 bytes/],
    [
      "elements that are too many",
      body(texts(15), element("a"), element("b"), element("c")),
      /2 elements in 10 bytes, and binary_data_size says 15/,
    ],
  ])("%s are refused", async (_, bytes, detail) => {
    await expect(rowsOf(bytes)).rejects.toMatchObject({ code: "E_SHAPE", detail: expect.stringMatching(detail) });
  });

  test("are text where all are UTF-8, and bytes where a character is cut between two of them", async () => {
    const e = Buffer.from("é");
    expect(await rowsOf(body(texts(10 + 2), element("é"), element("ab")))).toEqual(["é", "ab"]);
    expect(await rowsOf(body(texts(10), element(e.subarray(0, 1)), element(e.subarray(1))))).toEqual([
      Uint8Array.of(0xc3),
      Uint8Array.of(0xa9),
    ]);
  });

  test("of many sizes come whole through windows", async () => {
    const cells = Array.from({ length: 3000 }, (_, i) => "é".repeat(i % 7 === 0 ? i : i % 5));
    const elements = cells.map(element);
    const size = elements.reduce((sum, { length }) => sum + length, 0);
    for (const batchRows of [undefined, 1, 1000])
      expect(await rowsOf(body(texts(size, [3000]), ...elements), { batchRows })).toEqual(cells);
  });
});

test("white space ends the JSON where HTTP says so", async () => {
  const text = `${JSON.stringify(inputs(X))} \n`;
  expect(await rowsOf(body(text, f32(1, 2)), { headerLength: text.length })).toEqual([1, 2]);
});

test("a brace in a name, and a quote in it, end nothing", async () => {
  expect(await rowsOf(body(inputs({ ...X, name: '}"\\' }), f32(1, 2)))).toEqual([1, 2]);
});

test("an answer is read, too", async () => {
  const answer = body({ model_name: "m", model_version: "1", outputs: [X] }, f32(1, 2));
  const warnings: string[] = [];
  const onWarning = ({ message }: { message: string }) => warnings.push(message);
  expect(`${await converted(answer, { from: FORM, to: "mlflow", what: "response", onWarning })}`).toBe('{"predictions":{"x":[1.0,2.0]}}');
  expect(warnings).toEqual([expect.stringContaining('"model_name" is dropped'), expect.stringContaining('"model_version" is dropped')]);
  expect(() => convert({ to: FORM, what: "response" })).toThrow("is written as a request");
});

test("inputs that are a DataFrame together are columns", async () => {
  const frame = (other: object) => ({
    parameters: { content_type: "pd" },
    ...inputs({ ...X, shape: [2, 1] }, { ...X, name: "y", ...other }),
  });
  expect(`${await converted(body(frame({}), f32(1, 2, 3, 4)), { from: FORM, to: "csv" })}`).toBe("x,y\n1.0,3.0\n2.0,4.0\n");
  const ragged = body(frame({ shape: [1], parameters: { binary_data_size: 4 } }), f32(1, 2, 3));
  await expect(rowsOf(ragged)).rejects.toMatchObject({ code: "E_RAGGED", detail: expect.stringContaining("x has 2, y has 1") });
  const single = body(frame({ shape: [], parameters: { binary_data_size: 4 } }), f32(1, 2, 3));
  await expect(rowsOf(single)).rejects.toMatchObject({ code: "E_SHAPE", detail: expect.stringContaining("single value") });
  expect(await rowsOf(body(frame({}), f32(1, 2, 3, 4)), { columns: ["y"] })).toEqual([3, 4]);
  await expect(rowsOf(body(frame({}), f32(1, 2, 3, 4)), { columns: ["z"] })).rejects.toMatchObject({ code: "E_COLUMNS" });
});

test("parameters of the model go along, in pieces, too", async () => {
  const request = body({ parameters: { content_type: "np", seed: 7, binary_data_output: true }, ...inputs(X) }, f32(1, 2));
  expect(`${await converted(request, { from: FORM, to: "mlflow" })}`).toBe('{"params":{"seed":7},"inputs":[1.0,2.0]}');
  const pieces: string[] = [];
  for await (const piece of split([request], { from: FORM, to: "azureml", maxRows: 1 })) pieces.push(`${await buffer(piece)}`);
  expect(pieces.map((text) => JSON.parse(text))).toEqual([
    { input_data: [1], params: { seed: 7 } },
    { input_data: [2], params: { seed: 7 } },
  ]);
  expect(await inspect([request], { from: FORM })).toMatchObject({ form: FORM, layout: "tensor", shape: [2], params: true });
});

test("inputs keep their datatypes in JSON, where it has them", async () => {
  const half = { ...X, name: "h", datatype: "FP16", parameters: { binary_data_size: 4 } };
  const request = body(inputs(X, half), f32(1, 2), Buffer.from(Uint16Array.of(0x3e00, 0x4000).buffer));
  const found = JSON.parse(`${await converted(request, { from: FORM, to: "triton" })}`);
  expect(found.inputs.map(({ name, datatype, data }: Record<string, unknown>) => ({ name, datatype, data }))).toEqual([
    { name: "x", datatype: "FP32", data: [1, 2] },
    { name: "h", datatype: "FP32", data: [1.5, 2] },
  ]);
});

test("a datatype is what is asked for, or a dtype's, or an input's own", async () => {
  const request = body(inputs(X, { ...X, name: "y" }), f32(1, 2), f32(3, 4));
  const datatypes = async (options: object, to = FORM) =>
    [...`${await converted(request, { from: FORM, to, ...options })}`.matchAll(/"datatype":"(\w+)"/g)].map(([, datatype]) => datatype);
  for (const to of [FORM, "triton"]) {
    expect(await datatypes({}, to)).toEqual(["FP32", "FP32"]);
    expect(await datatypes({ dtype: { y: "float64" } }, to)).toEqual(["FP32", "FP64"]);
    expect(await datatypes({ dtype: "int8" }, to)).toEqual(["INT8", "INT8"]);
    expect(await datatypes({ dtype: "int8", datatype: { x: "INT16" } }, to)).toEqual(["INT16", to === FORM ? "INT8" : "INT64"]);
  }
  expect(await datatypes({ datatype: "BF16" })).toEqual(["BF16", "BF16"]);
  await expect(datatypes({ datatype: "BF16" }, "triton")).rejects.toMatchObject({ code: "E_OPTION" });
});

describe("what is written", () => {
  const table: Table = [
    { name: "b", dtype: "bool", cells: [1, 0, 1] },
    { name: "i8", dtype: "int8", cells: [-128, 127, 0] },
    { name: "u64", dtype: "uint64", cells: [0n, 2n ** 64n - 1n, 1n] },
    { name: "i64", dtype: "int64", cells: [-(2n ** 63n), 2n ** 63n - 1n, 1n] },
    { name: "f32", dtype: "float32", cells: [1.5, Number.NEGATIVE_INFINITY, -0] },
    { name: "f64", dtype: "float64", cells: [5e-324, 1e300, 0.1] },
    { name: "s", dtype: "string", cells: ["", "é", "\u{1f600}\0"] },
    { name: "r", dtype: "bytes", cells: [Uint8Array.of(0xff), new Uint8Array(), Uint8Array.of(0)] },
  ];

  test.each([1, 2, 3])("is read again, in batches of %s rows", async (size) => {
    const bytes = await written(batchesOf(table, size), { to: FORM });
    for (const batchRows of [1, 2, 100]) expect(await tableOf([bytes], { from: FORM, batchRows })).toEqual(table);
    for (const chunk of [1, 5]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, i) => bytes.subarray(i * chunk, (i + 1) * chunk));
      expect(await tableOf(chunks, { from: FORM })).toEqual(table);
    }
  });

  test("takes times as text, and lists of one shape as dimensions", async () => {
    const columns = [
      { name: "t", dtype: "datetime64[s]", values: BigInt64Array.of(0n, 60n), shape: [] },
      { name: "l", dtype: "int32", values: Int32Array.of(1, 2, 3, 4), shape: [2] },
    ] as const;
    const bytes = await written([new Batch({ rowOffset: 0, rowCount: 2, kind: "frame", columns })], { to: FORM });
    expect(`${await converted(bytes, { from: FORM, to: "jsonl" })}`).toBe(
      '{"t":"1970-01-01T00:00:00","l":[1,2]}\n{"t":"1970-01-01T00:01:00","l":[3,4]}\n',
    );
  });

  test("tells its HTTP headers where batches are written", async () => {
    const stream = writeBatches({ to: FORM });
    const told = new Promise((resolve) => stream.once("headers", resolve));
    const bytes = await buffer(Readable.from(batchesOf(table, 3)).pipe(stream));
    const length = Number((await told) && ((await told) as Record<string, string>)["Inference-Header-Content-Length"]);
    expect(JSON.parse(`${bytes.subarray(0, length)}`).inputs).toHaveLength(table.length);
  });

  test.each<[string, string, Partial<ConvertOptions>, string, RegExp]>([
    ["an empty field", "a,b\n1,2\n3,\n", { from: "csv" }, "E_NULL", /row 1, column "b": null/],
    ["an empty field that is asked for", "a,b\n1,2\n3,\n", { from: "csv", missing: "error" }, "E_MISSING", /row 1/],
    ["a null", '{"inputs":[1,null]}', {}, "E_NULL", /row 1/],
    ["lists of several lengths", '{"l":[1]}\n{"l":[1,2]}\n', { from: "jsonl" }, "E_SHAPE", /row 1, column "l"/],
    ["a number beyond FP16", "a\n1\n70000\n", { from: "csv", datatype: "FP16" }, "E_RANGE", /row 1, column "a": 70000 does not fit FP16/],
    ["a number beyond BF16", "a\n1\n3.4e38\n", { from: "csv", datatype: "BF16" }, "E_RANGE", /does not fit BF16/],
    ["a fraction in INT8", "a\n1\n1.5\n", { from: "csv", datatype: "INT8" }, "E_RANGE", /1.5 does not fit INT8/],
    ["a datatype that there is not", "a\n1\n", { from: "csv", datatype: "FP8" }, "E_OPTION", /"FP8" is unknown/],
    ["numbers as BYTES", "a\n1\n", { from: "csv", datatype: "BYTES" }, "E_DTYPE", /cannot become BYTES/],
    ["two columns of a name", '{"dataframe_split":{"columns":["a","a"],"data":[[1,2]]}}', {}, "E_DUPLICATE", /called a/],
    ["parameters that are a list", '{"inputs":[1],"params":[1]}', {}, "E_TARGET", /an object as parameters/],
  ])("refuses %s", async (_, source, options, code, detail) => {
    const failure = await converted(source, { ...options, to: FORM } as ConvertOptions).catch((error) => error);
    expect(failure).toBeInstanceOf(TransloadError);
    expect(failure).toMatchObject({ code, detail: expect.stringMatching(detail) });
  });

  test("has NaN for a gap where that is asked for, and its datatype by name", async () => {
    const bytes = await converted("a,b\n1,2\n3,\n", { from: "csv", to: FORM, missing: "token", datatype: { a: "BF16" } });
    expect(`${bytes}`).toContain('{"name":"a","shape":[2],"datatype":"BF16","parameters":{"binary_data_size":4}}');
    expect(`${bytes}`).toContain('{"name":"b","shape":[2],"datatype":"FP64","parameters":{"binary_data_size":16}}');
    expect(await rowsOf(bytes)).toEqual([1, 3, 2, Number.NaN]);
  });

  test("has an answer for every option that it has no place for", () => {
    for (const options of [
      { nan: "null" },
      { missing: "null" },
      { codec: "gzip" },
      { rowGroupRows: 5 },
      { index: "generate" },
      { maxRows: 1 },
    ] as const)
      expect(() => convert({ to: FORM, ...options })).toThrow(TransloadError);
    expect(() => convert({ to: "mlflow", headerLength: 5 })).toThrow("headerLength");
  });
});

test("any cut of a body, and any byte that is another, is refused or read, and nothing else happens", async () => {
  const whole = body(
    inputs(X, { name: "t", shape: [2], datatype: "BYTES", parameters: { binary_data_size: 11 } }),
    f32(1, 2),
    element("ab"),
    element("c"),
  );
  for (let at = 0; at < whole.length; at++) {
    await expect(rowsOf(whole.subarray(0, at))).rejects.toBeInstanceOf(TransloadError);
    const other = Buffer.from(whole);
    other[at] = (other[at] as number) ^ 0x15;
    await rowsOf(other).catch((error) => expect(error).toBeInstanceOf(TransloadError));
  }
});
