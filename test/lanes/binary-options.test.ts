// Every option of a conversion, on every road with a binary file at an end: heeded, refused in words, or about what is not there.
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { beforeAll, describe, expect, test } from "vitest";
import { Batch, convert, readBatches, type SplitOptions, split, type Warning, writeBatches } from "../../src/index.js";
import { CONVERT } from "../../src/options/check.js";

type Options = Omit<SplitOptions, "to">;

/** Pieces come one behind the other. */
async function converted(source: Uint8Array | string, options: SplitOptions): Promise<{ bytes: Buffer; warnings: string[] }> {
  const warnings: string[] = [];
  const onWarning = ({ code }: Warning) => warnings.push(code);
  if (options.maxRows !== undefined || options.maxBytes !== undefined) {
    const pieces: Buffer[] = [];
    for await (const piece of split([Buffer.from(source as string)], { ...options, onWarning })) pieces.push(await buffer(piece));
    return { bytes: Buffer.concat(pieces), warnings };
  }
  const chunks = Readable.from([Buffer.from(source as string)], { objectMode: false });
  const stream = convert({ ...options, onWarning });
  chunks.on("error", (error) => stream.destroy(error)).pipe(stream);
  return { bytes: await buffer(stream), warnings };
}

/** Names, dtypes and cells of a binary file, null for null. */
async function columnsOf(bytes: Uint8Array, from: string): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  for await (const { columns } of readBatches([bytes], { from: from as "parquet" }))
    for (const { name, dtype, values, valid } of columns) {
      const cells = Array.from(values as ArrayLike<unknown>, (cell, i) => (valid?.[i] === 0 ? null : cell));
      all[`${name} ${dtype}`] = [...(all[`${name} ${dtype}`] ?? []), ...cells];
    }
  return all;
}

const ROADS = [
  "json parquet",
  "csv parquet",
  "parquet json",
  "parquet arrow",
  "arrow npy",
  "csv triton:binary",
  "triton:binary json",
] as const;
type Road = (typeof ROADS)[number];

/** The output, its warnings or an error are others than without it; an E_OPTION names it; or why there is nothing to heed. */
type Fate = "heeded" | "refused" | `nothing: ${string}`;

interface Case {
  /** What stands beside it, in the run without it, too. */
  readonly beside?: Options;
  readonly json?: string;
  readonly csv?: string;
  readonly fate: Fate | Readonly<Record<Road, Fate>>;
}

const ofCsv = (csv: string, source: Fate = "nothing: it is of delimited sources"): Case => ({
  csv,
  fate: {
    "json parquet": source,
    "csv parquet": "heeded",
    "parquet json": source,
    "parquet arrow": source,
    "arrow npy": source,
    "csv triton:binary": "heeded",
    "triton:binary json": source,
  },
});

const ofText = (text: Pick<Case, "json" | "csv">, why: `nothing: ${string}`): Case => ({
  ...text,
  fate: {
    "json parquet": "heeded",
    "csv parquet": "heeded",
    "parquet json": why,
    "parquet arrow": why,
    "arrow npy": why,
    "csv triton:binary": "heeded",
    "triton:binary json": why,
  },
});

const ofBinary = (fate: Fate, text: Fate = fate): Record<Road, Fate> => ({
  "json parquet": fate,
  "csv parquet": fate,
  "parquet json": text,
  "parquet arrow": fate,
  "arrow npy": fate,
  "csv triton:binary": fate,
  "triton:binary json": text,
});

const OF_PARQUET: Record<Road, Fate> = { ...ofBinary("refused"), "json parquet": "heeded", "csv parquet": "heeded" };

const MISLED = Array.from({ length: 20_000 }, (_, i) => i);
const JSON_GAPS = '{"dataframe_records":[{"a":1.5,"b":2},{"a":2.5}]}';

const CASES: readonly (readonly [Options, Case])[] = [
  [
    { what: "response" },
    {
      json: '{"predictions":[{"a":1}]}',
      fate: {
        "json parquet": "heeded",
        "csv parquet": "nothing: rows are the same in either",
        "parquet json": "heeded",
        "parquet arrow": "nothing: rows are the same in either",
        "arrow npy": "nothing: rows are the same in either",
        "csv triton:binary": "refused",
        "triton:binary json": "heeded",
      },
    },
  ],
  [{ columns: ["b"] }, { fate: "heeded" }],
  [{ drop: ["b"] }, { fate: "heeded" }],
  [{ where: "b > 2" }, { fate: "heeded" }],
  [{ skip: 1 }, { fate: "heeded" }],
  [{ head: 1 }, { fate: "heeded" }],
  [{ sample: 1 }, { fate: "heeded" }],
  [{ seed: 1 }, { fate: "refused" }],
  [
    { fixed: true },
    {
      json: '{"dataframe_records":[{"a":1.5},{"a":1.5,"b":2}]}',
      fate: {
        "json parquet": "heeded",
        "csv parquet": "nothing: the first line has the names",
        "parquet json": "nothing: the schema has the names",
        "parquet arrow": "nothing: the schema has the names",
        "arrow npy": "nothing: the schema has the names",
        "csv triton:binary": "nothing: the first line has the names",
        "triton:binary json": "nothing: its JSON has the names",
      },
    },
  ],
  [
    { ragged: "pad" },
    ofText(
      { json: '{"dataframe_split":{"columns":["a","b"],"data":[[1,2],[3]]}}', csv: "a,b\n1,2\n3\n" },
      "nothing: all columns have all rows",
    ),
  ],
  [{ header: false }, ofCsv("1,2\n3,4\n")],
  [{ delimiter: ";" }, ofCsv("a;b\n1;2\n")],
  [{ quote: "'" }, ofCsv("a,b\n'x,y',2\n")],
  [{ skipLines: 1 }, ofCsv("made by hand\na,b\n1,2\n", "refused")],
  [{ comment: "#" }, ofCsv("a,b\n#1,1\n1,2\n", "refused")],
  [{ escape: "\\" }, ofCsv('a,b\n"x\\"y",2\n', "refused")],
  [{ na: ["-"] }, ofCsv("a,b\n-,2\n1,1\n")],
  [{ text: ["a"] }, ofCsv("a,b\n1,2\n")],
  [{ typing: "pandas" }, { fate: "nothing: columns of a binary file are of one dtype each; and of delimited sources" }],
  [{ dtype: "float32" }, { fate: "heeded" }],
  [
    { infer: "head" },
    ofText(
      {
        json: `{"dataframe_split":{"columns":["a"],"data":[${MISLED.map((i) => `[${i}]`)},[0.5]]}}`,
        csv: `a\n${MISLED.join("\n")}\n0.5\n`,
      },
      "nothing: the source has dtypes",
    ),
  ],
  [
    { nested: "json" },
    {
      json: '{"dataframe_split":{"columns":["a"],"data":[[[1,2]],[[3,4]]]}}',
      fate: { ...ofBinary("nothing: its cells are no lists"), "json parquet": "heeded" },
    },
  ],
  [{ cast: "clip" }, { beside: { dtype: "int8" }, fate: "heeded" }],
  [{ through: [() => undefined] }, { fate: "heeded" }],
  [
    { batchRows: 1 },
    {
      fate: {
        "json parquet": "nothing: row groups are as they are",
        "csv parquet": "nothing: row groups are as they are",
        "parquet json": "nothing: rows are as they are",
        "parquet arrow": "heeded",
        "arrow npy": "nothing: rows are as they are",
        "csv triton:binary": "nothing: rows are as they are",
        "triton:binary json": "nothing: rows are as they are",
      },
    },
  ],
  [
    { nan: "null" },
    { csv: "a,b\n1.5,2\ninf,3\n", fate: { ...ofBinary("heeded"), "arrow npy": "refused", "csv triton:binary": "refused" } },
  ],
  [{ nan: "error" }, { csv: "a,b\n1.5,2\ninf,3\n", fate: "heeded" }],
  [{ missing: "error" }, ofText({ json: JSON_GAPS, csv: "a,b\n1.5,2\n2.5,\n" }, "nothing: a null is no gap")],
  [
    { missing: "token" },
    {
      csv: "a,b\n1.5,2\n2.5,\n",
      fate: {
        ...ofBinary("refused"),
        "parquet json": "nothing: a null is no gap",
        "arrow npy": "nothing: a null is no gap",
        "csv triton:binary": "heeded",
        "triton:binary json": "nothing: a null is no gap",
      },
    },
  ],
  [{ missing: "null" }, { fate: { ...ofBinary("nothing: it is the default"), "arrow npy": "refused", "csv triton:binary": "refused" } }],
  [
    { index: "drop" },
    {
      json: '{"dataframe_split":{"columns":["a"],"index":["r"],"data":[[1]]}}',
      fate: { ...ofBinary("nothing: it has no labels"), "json parquet": "heeded" },
    },
  ],
  [{ index: "generate" }, { fate: ofBinary("refused", "heeded") }],
  [
    { index: "column:b" },
    {
      json: '{"dataframe_split":{"columns":["a"],"index":["r"],"data":[[1]]}}',
      fate: {
        ...ofBinary("nothing: it has no labels"),
        "json parquet": "heeded",
        "parquet json": "heeded",
        "triton:binary json": "heeded",
      },
    },
  ],
  [{ datatype: "FP32" }, { fate: { ...ofBinary("refused", "nothing: it is of Open Inference Protocol"), "csv triton:binary": "heeded" } }],
  [{ headerLength: 5 }, { fate: { ...ofBinary("refused"), "triton:binary json": "heeded" } }],
  [{ codec: "gzip" }, { fate: OF_PARQUET }],
  [{ rowGroupRows: 1 }, { fate: OF_PARQUET }],
  [{ maxRows: 1 }, { fate: ofBinary("refused", "heeded") }],
  [{ maxBytes: 80 }, { fate: ofBinary("refused", "heeded") }],
  [
    { maxRowBytes: 1000 },
    {
      json: `{"dataframe_split":{"columns":["a"],"data":[["${"x".repeat(100_000)}"]]}}`,
      csv: `a,b\n${"x".repeat(100_000)},1\n`,
      fate: {
        ...ofBinary("heeded"),
        "parquet arrow": "nothing: no row is held as text",
        "arrow npy": "nothing: no row is held as text",
        "parquet json": "nothing: the rows that are printed pass",
        "triton:binary json": "nothing: the rows that are printed pass",
      },
    },
  ],
];

/** What says where the input is, how it runs and who is told; and what compressed inputs may become, which test/io has. */
const OTHERS = [
  "from",
  "to",
  "encoding",
  "file",
  "spillDir",
  "engine",
  "signal",
  "onWarning",
  "onProgress",
  "onHeaders",
  "maxExpand",
  "maxWindow",
];

const JSON_SOURCE = '{"dataframe_split":{"columns":["a","b"],"data":[[1.5,2],[NaN,3],[1000.5,4]]}}';
const CSV_SOURCE = "a,b\n1.5,2\n1000.5,3\n";
const binaries: Record<string, Uint8Array> = {};

beforeAll(async () => {
  for (const to of ["parquet", "arrow", "triton:binary"] as const) binaries[to] = (await converted(JSON_SOURCE, { to })).bytes;
});

test("are all in the list", () => {
  expect([...new Set([...CASES.flatMap(([options]) => Object.keys(options)), ...OTHERS])].sort()).toEqual(Object.keys(CONVERT).sort());
});

describe.each(ROADS)("%s:", (road) => {
  const [from, target] = road.split(" ") as [string, string];
  const to = target === "json" ? "mlflow" : target;

  test.each(CASES.map(([options, own]) => [JSON.stringify(options), options, own] as const))("%s", async (_, options, own) => {
    const fate = typeof own.fate === "string" ? own.fate : own.fate[road];
    const source = from === "json" ? (own.json ?? JSON_SOURCE) : from === "csv" ? (own.csv ?? CSV_SOURCE) : (binaries[from] as Uint8Array);
    const run = async (more: Options) =>
      converted(source, { from: from === "json" ? "auto" : (from as "csv"), to: to as "mlflow", ...own.beside, ...more }).catch(
        (error) => ({
          code: error.code,
          detail: error.detail,
        }),
      );
    const [without, withIt] = [await run({}), await run(options)];
    if (fate === "refused")
      expect(withIt).toMatchObject({ code: "E_OPTION", detail: expect.stringMatching(`${Object.keys(options)[0]}|pieces|codec`) });
    else if (fate === "heeded") expect(withIt).not.toEqual(without);
    else expect(withIt).toEqual(without);
  });
});

describe("NaN and the infinities", () => {
  const split_ = '{"dataframe_split":{"columns":["x","n","t","l"],"data":[[NaN,1,"a",[1.5]],[Infinity,NaN,NaN,[-Infinity]]]}}';

  test.each(["parquet", "arrow", "arrows"] as const)("become nulls in %s, in every kind of column", async (to) => {
    const { bytes } = await converted(split_, { to, nan: "null" });
    const columns = await columnsOf(bytes, to);
    expect(Object.values(columns)).toEqual([
      [null, null],
      [1n, null],
      ["a", null],
      [1.5, null],
    ]);
  });

  test("of a file become nulls in another, and NaN in what functions make, too", async () => {
    const file = (await converted('{"dataframe_split":{"columns":["x"],"data":[[NaN],[null],[-Infinity],[1.5]]}}', { to: "parquet" }))
      .bytes;
    const { bytes } = await converted(file, { from: "parquet", to: "arrow", nan: "null", dtype: "float32" });
    expect(await columnsOf(bytes, "arrow")).toEqual({ "x float32": [null, null, null, 1.5] });
    const spoil = (batch: { columns: readonly { values: unknown }[] }) => {
      (batch.columns[0]?.values as Float64Array)[0] = Number.NaN;
      return batch;
    };
    const made = await converted("x\n1.5\n2.5\n", { from: "csv", to: "parquet", nan: "null", through: [spoil as never] });
    expect(await columnsOf(made.bytes, "parquet")).toEqual({ "x float64": [null, 2.5] });
  });

  test("stand beside nulls, which stay such whatever number lies in their place", async () => {
    for (const dtype of ["float64", "float32"] as const) {
      const values = (dtype === "float64" ? Float64Array : Float32Array).of(1.5, 7, Number.NaN);
      const column = { name: "x", dtype, values, valid: Uint8Array.of(1, 0, 1), shape: [] };
      const batch = new Batch({ rowOffset: 0, rowCount: 3, kind: "frame", columns: [column as never] });
      const stream = Readable.from([batch]).pipe(writeBatches({ to: "parquet", nan: "null" }));
      expect(await columnsOf(await buffer(stream), "parquet")).toEqual({ [`x ${dtype}`]: [1.5, null, null] });
    }
  });

  test("are refused at their row", async () => {
    const file = (await converted("a,b\n1,2.5\n2,inf\n", { from: "csv", to: "arrow" })).bytes;
    await expect(converted(file, { from: "arrow", to: "parquet", nan: "error" })).rejects.toMatchObject({
      code: "E_NAN",
      row: 1,
      detail: expect.stringContaining('row 1, column "b"'),
    });
  });

  test("of a tensor become nulls in its cells", async () => {
    const { bytes } = await converted('{"inputs":[[1.5,NaN],[2.5,3.5]]}', { to: "arrow", nan: "null" });
    expect(await columnsOf(bytes, "arrow")).toEqual({ " float64": [1.5, null, 2.5, 3.5] });
  });

  test("of batches are heeded where these are written", async () => {
    const stream = Readable.from(
      readBatches(
        ["x\n1.5\ninf\n"].map((text) => Buffer.from(text)),
        { from: "csv" },
      ),
    ).pipe(writeBatches({ to: "parquet", nan: "null" }));
    expect(await columnsOf(await buffer(stream), "parquet")).toEqual({ "x float64": [1.5, null] });
    expect(() => writeBatches({ to: "npy", nan: "null" })).toThrow("npy has none");
    expect(() => writeBatches({ to: "npz", codec: "zstd" })).toThrow("npz has no codec zstd");
    expect(() => writeBatches({ to: "arrow", index: "generate" })).toThrow("has no row labels");
  });
});

describe("short rows", () => {
  test.each([
    ["csv", "a,b\n1,2\n3\n"],
    ["mlflow", '{"dataframe_split":{"columns":["a","b"],"data":[[1,2],[3]]}}'],
    ["mlflow", '{"dataframe_split":{"data":[[1,2],[3]],"columns":["a","b"]}}'],
    ["seldon", '{"data":{"names":["a","b"],"ndarray":[[1,2],[3]]}}'],
  ] as const)("of %s are filled in, and told of: %s", async (from, source) => {
    const { bytes, warnings } = await converted(source, { from, to: "parquet", ragged: "pad" });
    expect(warnings).toEqual(["W_PADDED"]);
    expect(await columnsOf(bytes, "parquet")).toEqual({ "a int64": [1n, 3n], "b int64": [2n, null] });
  });

  test("leave the labels what they are", async () => {
    const source = '{"dataframe_split":{"columns":["a","b"],"index":["r","s"],"data":[[1,2],[3]]}}';
    expect((await converted(source, { to: "arrow", ragged: "pad" })).warnings.sort()).toEqual(["W_INDEX", "W_PADDED"]);
    const { bytes } = await converted(source, { to: "arrow", ragged: "pad", index: "column:id" });
    expect(await columnsOf(bytes, "arrow")).toEqual({ "id string": ["r", "s"], "a int64": [1n, 3n], "b int64": [2n, null] });
  });
});

test.each(["parquet", "arrow", "npz"] as const)("columns make a frame of a tensor in %s", async (to) => {
  const { bytes } = await converted('{"inputs":[[1,2],[3,4]]}', { to, columns: ["a", "b"] });
  expect(await columnsOf(bytes, to)).toEqual({ "a int64": [1n, 3n], "b int64": [2n, 4n] });
});

test("a file becomes an answer where that is asked for, in pieces, too", async () => {
  const file = binaries.parquet as Uint8Array;
  const options = { from: "parquet", to: "mlflow", what: "response", columns: ["b"] } as const;
  expect((await converted(file, options)).bytes.toString()).toBe('{"predictions":[{"b":2},{"b":3},{"b":4}]}');
  const pieces: string[] = [];
  for await (const piece of split([file], { ...options, maxRows: 2 })) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of piece) chunks.push(Uint8Array.from(chunk));
    pieces.push(Buffer.concat(chunks).toString());
  }
  expect(pieces).toEqual(['{"predictions":[{"b":2},{"b":3}]}', '{"predictions":[{"b":4}]}']);
});

test("what is inside a binary file is not asked of text", () => {
  expect(() => convert({ to: "mlflow", codec: "zstd" })).toThrow("mlflow is text");
  expect(() => convert({ to: "csv", rowGroupRows: 5 })).toThrow("csv has none");
});
