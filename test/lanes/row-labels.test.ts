// Row labels that pandas notes in a file: an index again where the target has one, and elsewhere what the labels of a split become.
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { Field, Int32, makeData, RecordBatch, Schema, Struct, Table, tableToIPC, vectorFromArray } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { Batch, type ConvertOptions, convert, inspect, readBatches, split, type Warning } from "../../src/index.js";

const fileOf = (name: string) => fileURLToPath(new URL(`../binary/files/${name}`, import.meta.url));
const formOf = (name: string) => name.slice(name.lastIndexOf(".") + 1) as "parquet";

async function converted(name: string | Uint8Array, options: ConvertOptions): Promise<{ bytes: Buffer; warnings: string[] }> {
  const warnings: string[] = [];
  const source = Readable.from([typeof name === "string" ? readFileSync(fileOf(name)) : name], { objectMode: false });
  const onWarning = ({ code }: Warning) => warnings.push(code);
  const stream = convert({ from: typeof name === "string" ? formOf(name) : "arrows", ...options, onWarning });
  source.on("error", (error) => stream.destroy(error)).pipe(stream);
  return { bytes: await buffer(stream), warnings };
}

async function textOf(name: string | Uint8Array, options: ConvertOptions): Promise<string> {
  const { bytes, warnings } = await converted(name, options);
  return [bytes.toString().trim(), ...warnings].join(" ");
}

async function columnsOf(bytes: Uint8Array, from: string): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  for await (const { columns } of readBatches([bytes], { from: from as "parquet" }))
    for (const { name, values } of columns) all[name] = [...(all[name] ?? []), ...(values as Iterable<unknown>)];
  return all;
}

/** A stream of Arrow's with a column and these notes of pandas', in batches of 50 rows. */
function noted(rows: number, notes: string): Uint8Array {
  const schema = new Schema([new Field("n", new Int32())], new Map([["pandas", notes]]));
  const batches: RecordBatch[] = [];
  for (let from = 0; from < rows; from += 50) {
    const length = Math.min(50, rows - from);
    const own = vectorFromArray(
      Array.from({ length }, (_, i) => from + i),
      new Int32(),
    );
    batches.push(
      new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children: [own.data[0] as never] })),
    );
  }
  return tableToIPC(new Table(schema, batches), "stream");
}

const range = (start: unknown, step: unknown, rows = 2) =>
  noted(rows, JSON.stringify({ index_columns: [{ kind: "range", name: null, start, stop: 99, step }] }));

describe("are an index", () => {
  test("of a split, and of Azure ML's", async () => {
    expect(await textOf("index.parquet", { to: "mlflow" })).toBe(
      '{"dataframe_split":{"columns":["a"],"data":[[1],[2]],"index":["r1","r2"]}}',
    );
    expect(await textOf("index-named.arrow", { to: "azureml" })).toBe(
      '{"input_data":{"columns":["a","b"],"data":[[1,0.5],[2,1.5]],"index":[7,8]}}',
    );
    expect(await textOf("index-range.parquet", { to: "azureml" })).toContain('"index":[10,8]');
    expect(await textOf("index-levels.parquet", { to: "azureml" })).toContain('"index":[["p",1],["p",2]]');
  });

  test("also where some columns are chosen, and another dtype is asked of all", async () => {
    expect(await textOf("index-named.arrow", { to: "azureml", columns: ["b"], dtype: "float32" })).toBe(
      '{"input_data":{"columns":["b"],"data":[[0.5],[1.5]],"index":[7,8]}}',
    );
  });

  test("but not where they are chosen by name, which makes them a column", async () => {
    expect(await textOf("index-named.arrow", { to: "mlflow", columns: ["id", "b"] })).toBe(
      '{"dataframe_split":{"columns":["id","b"],"data":[[7,0.5],[8,1.5]]}}',
    );
  });

  test("in every piece its own", async () => {
    for (const name of ["index-range.parquet", "index-named.arrow"]) {
      const pieces: string[] = [];
      for await (const piece of split(fileOf(name), { to: "azureml", maxRows: 1 })) {
        let text = "";
        for await (const chunk of piece) text += Buffer.from(chunk).toString();
        pieces.push(text.replace(/.*"index":/, ""));
      }
      expect(pieces).toEqual(name === "index-range.parquet" ? ["[10]}}", "[8]}}"] : ["[7]}}", "[8]}}"]);
    }
  });

  test("counted on through all batches", async () => {
    const text = await textOf(range(5, 3, 1000), { to: "mlflow" });
    const { index, data } = JSON.parse(text).dataframe_split;
    expect(index).toEqual(Array.from({ length: 1000 }, (_, i) => 5 + 3 * i));
    expect(data.length).toBe(1000);
  });
});

test.each(["index-counted.arrow", range(0, 1)])("that are 0, 1, 2 … change nothing", async (name) => {
  for (const to of ["mlflow", "csv", "npy"] as const) expect((await converted(name, { to })).warnings).toEqual([]);
  expect(await textOf(name, { to: "mlflow" })).not.toContain("index");
});

describe("where the target has no index", () => {
  test.each(["index.parquet", "index-range.parquet", "index-named.arrow", "index-levels.parquet"])(
    "are dropped with a warning, as a split's (%s)",
    async (name) => {
      const { bytes, warnings } = await converted(name, { to: "csv", columns: ["a"] });
      expect([bytes.toString(), warnings]).toEqual(["a\n1\n2\n", ["W_INDEX"]]);
      expect((await converted(name, { to: "mlflow:records", columns: ["a"], index: "drop" })).warnings).toEqual([]);
      expect((await converted(name, { to: "npy", columns: ["a"] })).warnings).toEqual(["W_INDEX"]);
    },
  );

  test("become a column where that is asked for", async () => {
    expect(await textOf("index-days.parquet", { to: "csv", columns: ["a"], index: "column:when" })).toBe(
      "when,a\n2020-01-01T00:00:00.000000,1\n2020-01-02T12:00:00.000000,2",
    );
    expect(await textOf("index-range.parquet", { to: "mlflow:records", columns: ["a"], index: "column:i" })).toBe(
      '{"dataframe_records":[{"i":10,"a":1},{"i":8,"a":2}]}',
    );
  });
});

describe("in another file", () => {
  test.each(["parquet", "arrow", "arrows", "npz"] as const)("stay the column that they are (%s)", async (to) => {
    const { bytes, warnings } = await converted("index-named.arrow", { to });
    expect([await columnsOf(bytes, to), warnings]).toEqual([{ a: [1n, 2n], b: [0.5, 1.5], id: [7n, 8n] }, []]);
    const counted = await converted("index-range.parquet", { to });
    expect([await columnsOf(counted.bytes, to), counted.warnings]).toEqual([{ a: [1n, 2n], b: [0.5, 1.5] }, ["W_INDEX"]]);
  });

  test("get another name, or are left out", async () => {
    const named = await converted("index-named.arrow", { to: "parquet", index: "column:key" });
    expect(await columnsOf(named.bytes, "parquet")).toEqual({ key: [7n, 8n], a: [1n, 2n], b: [0.5, 1.5] });
    const made = await converted("index-range.parquet", { to: "arrow", index: "column:key" });
    expect(await columnsOf(made.bytes, "arrow")).toEqual({ key: [10n, 8n], a: [1n, 2n], b: [0.5, 1.5] });
    const none = await converted("index-levels.parquet", { to: "parquet", index: "drop" });
    expect(await columnsOf(none.bytes, "parquet")).toEqual({ a: [1n, 2n], b: [0.5, 1.5] });
  });

  test("of several levels are no one column", async () => {
    await expect(converted("index-levels.parquet", { to: "arrow", index: "column:key" })).rejects.toMatchObject({
      code: "E_OPTION",
      detail: expect.stringContaining("2 levels (g, k)"),
    });
  });

  test("are gone where a function on batches leaves them out", async () => {
    const without = (batch: Batch) => new Batch({ ...batch, columns: batch.columns.slice(0, 1) });
    const { bytes } = await converted("index-named.arrow", { to: "parquet", index: "column:key", through: [without] });
    expect(await columnsOf(bytes, "parquet")).toEqual({ a: [1n, 2n] });
    expect(await textOf("index-named.arrow", { to: "mlflow", through: [without] })).toBe(
      '{"dataframe_split":{"columns":["a"],"data":[[1],[2]]}}',
    );
  });
});

test("are columns to those who read batches", async () => {
  expect(await columnsOf(readFileSync(fileOf("index-named.arrow")), "arrow")).toEqual({ a: [1n, 2n], b: [0.5, 1.5], id: [7n, 8n] });
});

test("are told of by an inspection", async () => {
  expect(await inspect(fileOf("index-named.arrow"), { from: "arrow" })).toMatchObject({
    index: { columns: ["id"] },
    labels: { index: true },
    shape: [2, 2],
    columns: [{ name: "a" }, { name: "b" }],
  });
  expect(await inspect(fileOf("index-range.parquet"), { from: "parquet" })).toMatchObject({ index: { range: { start: 10, step: -2 } } });
  expect(await inspect(fileOf("index-counted.arrow"), { from: "arrow" })).not.toHaveProperty("index");
});

test.each([
  "",
  "no JSON",
  "null",
  "[]",
  "{}",
  '{"index_columns":5}',
  '{"index_columns":[null]}',
  '{"index_columns":["gone"]}',
  '{"index_columns":[{"kind":"range","start":0.5,"step":1}]}',
  '{"index_columns":[{"kind":"range","start":1e300,"step":1}]}',
  '{"index_columns":["n",{"kind":"range","start":1,"step":1}]}',
])("notes that are none say nothing: %s", async (notes) => {
  expect(await textOf(noted(2, notes), { to: "mlflow" })).toBe('{"dataframe_split":{"columns":["n"],"data":[[0],[1]]}}');
});

describe("labels that there are not", () => {
  const frame = (index: string) => Buffer.from(`{"dataframe_split":{"columns":["a"],${index}"data":[[1]]}}`);
  const sources = [
    ["mlflow:split", frame("")],
    ["csv", Buffer.from("a\n1\n")],
    ["jsonl", Buffer.from('{"a":1}\n')],
    ["mlflow:inputs", Buffer.from('{"inputs":{"a":[1]}}')],
  ] as const;
  const warned = async (source: Buffer, from: string, to: string, more: Partial<ConvertOptions> = {}) =>
    (await converted(source, { from, to, index: "column:id", ...more })).warnings;

  test.each(sources)("of %s cannot become a column, which is told", async (from, source) => {
    for (const to of ["csv", "mlflow:records", "triton"])
      for (const more of to === "triton" ? [{}] : [{}, { dtype: { a: "float32" } as const }])
        expect(await warned(source, from, to, more), to).toEqual(["W_INDEX"]);
  });

  test("are no matter where they are there, or where a column becomes them", async () => {
    for (const to of ["csv", "mlflow:records", "triton", "parquet"])
      expect(await warned(frame('"index":[5],'), "mlflow:split", to), to).toEqual([]);
    expect(await warned(Buffer.from("a,id\n1,2\n"), "csv", "mlflow:split")).toEqual([]);
  });
});
