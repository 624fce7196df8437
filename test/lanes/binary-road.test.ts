// What text conversions heed is heeded on the way to a binary file, or told of.
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { batchesOf } from "../../src/api/read.js";
import { type ConvertOptions, convert, readBatches, type Warning } from "../../src/index.js";

async function converted(text: string | Buffer, options: ConvertOptions): Promise<{ file: Buffer; warnings: string[] }> {
  const warnings: string[] = [];
  const onWarning = ({ code }: Warning) => warnings.push(code);
  const source = Readable.from([Buffer.from(text)], { objectMode: false });
  const stream = convert({ ...options, onWarning });
  source.on("error", (error) => stream.destroy(error)).pipe(stream);
  return { file: await buffer(stream), warnings };
}

/** Names and cells of a binary file's columns. */
async function columnsOf(file: Buffer, from: string): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  for await (const { columns } of readBatches([file], { from }))
    for (const { name, values } of columns) all[name] = [...(all[name] ?? []), ...(values as Iterable<unknown>)];
  return all;
}

describe("an answer", () => {
  test.each([
    ['{"predictions":[{"score":0.5,"label":"a"}]}', { score: [0.5], label: ["a"] }],
    ['{"predictions":[[0.1,0.9],[0.2,0.8]]}', undefined],
  ])("of a server is read as one: %s", async (answer, expected) => {
    const to = expected ? "parquet" : "npy";
    const { file } = await converted(answer, { to, what: "response" });
    if (expected) expect(await columnsOf(file, to)).toEqual(expected);
    else expect(await columnsOf(file, to)).toEqual({ "": [0.1, 0.9, 0.2, 0.8] });
    await expect(converted(answer, { to })).rejects.toMatchObject({ code: "E_FORM" });
  });
});

describe.each(["parquet", "arrow"])("row labels on the way to %s", (to) => {
  const payload = '{"dataframe_split":{"columns":["a"],"index":["r1","r2"],"data":[[1],[2]]}}';

  test("are dropped with a warning", async () => {
    const { file, warnings } = await converted(payload, { to });
    expect(warnings).toEqual(["W_INDEX"]);
    expect(await columnsOf(file, to)).toEqual({ a: [1n, 2n] });
  });

  test("are dropped without one where that is asked for", async () => {
    expect((await converted(payload, { to, index: "drop" })).warnings).toEqual([]);
  });

  test("become a column", async () => {
    const { file, warnings } = await converted(payload, { to, index: "column:id" });
    expect(warnings).toEqual([]);
    expect(await columnsOf(file, to)).toEqual({ id: ["r1", "r2"], a: [1n, 2n] });
  });

  test("are not made", () => {
    expect(() => convert({ to, index: "generate" })).toThrow("has no row labels that could be generated");
  });
});

test.each(["core", "reference"] as const)("names that stand behind the rows are the columns' (%s)", async (engine) => {
  const payload = '{"dataframe_split":{"data":[[1,"x"],[2,"y"]],"columns":["a","b"]}}';
  const { file, warnings } = await converted(payload, { to: "parquet", engine });
  expect(warnings).toEqual([]);
  expect(await columnsOf(file, "parquet")).toEqual({ a: [1n, 2n], b: ["x", "y"] });
});

describe.each(["core", "reference"] as const)("tensors of the same rows are a Parquet file's columns (%s)", (engine) => {
  const INPUTS =
    '[{"name":"a","shape":[2],"datatype":"INT32","data":[1,2]},{"name":"b","shape":[2],"datatype":"BYTES","data":["x","y"]},' +
    '{"name":"c","shape":[2,2],"datatype":"FP32","data":[1,2,3,4]}]';
  const dtypesOf = async (file: Buffer) => {
    for await (const { columns } of readBatches([file], { from: "parquet" })) return columns.map(({ name, dtype }) => `${name} ${dtype}`);
    return [];
  };

  test.each([
    ["oip", `{"inputs":${INPUTS}}`, ["a int32", "b string", "c float32"]],
    ["oip", `{"inputs":${INPUTS},"parameters":{"content_type":"pd"}}`, ["a int32", "b string", "c float32"]],
    ["mlflow", '{"inputs":{"a":[1,2],"b":["x","y"],"c":[[1,2],[3,4]]}}', ["a int64", "b string", "c int64"]],
    ["azureml", '{"input_data":{"a":[1,2],"b":["x","y"],"c":[[1,2],[3,4]]}}', ["a int64", "b string", "c int64"]],
  ] as const)("of %s: %s", async (from, text, expected) => {
    const { file } = await converted(text, { from, to: "parquet", engine });
    expect(await dtypesOf(file)).toEqual(expected);
    const [one, many] = from === "oip" ? [1, 2] : [1n, 2n];
    expect(await columnsOf(file, "parquet")).toMatchObject({ a: [one, many], b: ["x", "y"] });
    const picked = await converted(text, { from, to: "parquet", engine, columns: { z: "b", y: "a" } });
    expect(await dtypesOf(picked.file)).toEqual(["z string", expected[0].replace("a", "y")]);
  });

  test("whose datatype is the array's, where its columns are given names", async () => {
    const array = '{"inputs":[{"name":"a","shape":[2,2],"datatype":"FP32","data":[1,2,3,4]}],"parameters":{"content_type":"np"}}';
    const { file } = await converted(array, { from: "oip", to: "parquet", engine, columns: ["a", "b"] });
    expect(await dtypesOf(file)).toEqual(["a float32", "b float32"]);
    await expect(converted(array, { from: "oip", to: "parquet", engine })).rejects.toMatchObject({ code: "E_FORM" });
  });

  test("and are refused where they have not the same", async () => {
    const text = '{"inputs":{"x":[1,2],"y":["a"]}}';
    await expect(converted(text, { from: "mlflow", to: "parquet", engine })).rejects.toMatchObject({ code: "E_RAGGED" });
  });
});

test("a cell that is refused is told as it is written, at no place of a text on the way", async () => {
  const error = await converted('{"c":1}\n{"c":{"日本":1}}\n', { from: "jsonl", to: "parquet" }).catch((e) => e);
  expect(error).toMatchObject({ code: "E_NESTED", row: 1, line: undefined, offset: undefined, path: undefined });
  expect(await columnsOf((await converted("c\n1\n日本語\n", { from: "csv", to: "parquet" })).file, "parquet")).toEqual({
    c: ["1", "日本語"],
  });
});

test("a zip without arrays is no empty npz", async () => {
  // one stored member, a.txt, that holds nothing
  const name = Buffer.from("a.txt");
  const local = Buffer.concat([Buffer.from("504b0304140000000000000021000000000000000000000000000500000000".slice(0, 60), "hex"), name]);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(20, 4);
  central.writeUInt16LE(20, 6);
  central.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(46 + name.length, 12);
  end.writeUInt32LE(local.length, 16);
  const zip = Buffer.concat([local, central, name, end]);
  await expect(columnsOf(zip, "npz")).rejects.toMatchObject({ code: "E_FORM", detail: expect.stringContaining("no array") });
});

describe.each(["core", "reference"] as const)("a column that is chosen twice, %s", (engine) => {
  const csv = "a,b\n1,x\n2,y\n";
  const split = '{"dataframe_split":{"columns":["a","b"],"data":[[1,"x"],[2,"y"]]}}';
  const lines = '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n';
  const columns = { v: "a", w: "b", x: "a", y: "b" };
  const sources = { csv, mlflow: split, jsonl: lines };

  test.each(Object.entries(sources))("has its cells twice in batches, from %s", async (from, text) => {
    for await (const batch of readBatches([Buffer.from(text)], { from, columns: ["b", "a", "b", "a"], engine, dtype: { a: "int64" } }))
      expect(batch.columns.map(({ name, values }) => [name, [...values]])).toEqual([
        ["b", ["x", "y"]],
        ["a", [1n, 2n]],
        ["b", ["x", "y"]],
        ["a", [1n, 2n]],
      ]);
  });

  test.each(Object.keys(sources).flatMap((from) => ["parquet", "arrow", "npz"].map((to) => [from, to] as const)))(
    "has its cells twice in a file, %s to %s",
    async (from, to) => {
      const { file } = await converted(sources[from as "csv"], { from, to, columns, engine });
      expect(await columnsOf(file, to)).toEqual({ v: [1n, 2n], w: ["x", "y"], x: [1n, 2n], y: ["x", "y"] });
    },
  );
});

describe.each(["core", "reference"] as const)("columns without rows, %s", (engine) => {
  const oip = (parameters: string) =>
    `{${parameters}"inputs":[{"name":"a","shape":[0],"datatype":"INT32","data":[]},{"name":"b","shape":[0],"datatype":"BYTES","data":[]}]}`;
  const sources = [
    ["csv", "a,b\n", "float64"],
    ["mlflow", '{"dataframe_split":{"columns":["a","b"],"data":[]}}', "float64"],
    ["azureml", '{"input_data":{"columns":["a","b"],"index":[],"data":[]}}', "float64"],
    ["oip", oip('"parameters":{"content_type":"pd"},'), "declared"],
  ] as const;
  const shown = async (file: Buffer, from: string) => {
    const all: unknown[] = [];
    for await (const { kind, rowCount, columns } of batchesOf([file], { from }))
      all.push([kind, rowCount, columns.map(({ name, dtype }) => `${name} ${dtype}`)]);
    return all;
  };

  test.each(sources.flatMap((source) => ["parquet", "arrow", "arrows", "npz"].map((to) => [...source, to] as const)))(
    "are there all the same: %s %s is %s in %s",
    async (from, text, dtype, to) => {
      const own = dtype === "declared" ? ["a int32", "b string"] : ["a float64", "b float64"];
      expect(await shown((await converted(text, { from, to, engine })).file, to)).toEqual([["frame", 0, own]]);
      const asked = await converted(text, { from, to, engine, dtype: { a: "uint8", b: "string" } });
      expect(await shown(asked.file, to)).toEqual([["frame", 0, ["a uint8", "b string"]]]);
      const some = await converted(text, { from, to, engine, columns: { c: "b", d: "b" } });
      expect(await shown(some.file, to)).toEqual([["frame", 0, [own[1]?.replace("b", "c"), own[1]?.replace("b", "d")]]]);
      await expect(converted(text, { from, to, engine, dtype: { x: "uint8" } })).rejects.toMatchObject({ code: "E_DTYPE" });
    },
  );

  test("are there where their names stand behind them", async () => {
    const { file } = await converted('{"dataframe_split":{"data":[],"columns":["a","b"]}}', { to: "parquet", engine });
    expect(await shown(file, "parquet")).toEqual([["frame", 0, ["a float64", "b float64"]]]);
  });

  test.each([oip(""), '{"inputs":{"a":[],"b":[]}}'])("are arrays where they are tensors: %s", async (text) => {
    const { file } = await converted(text, { to: "npz", engine, dtype: { a: "int8", b: "string" } });
    expect(await shown(file, "npz")).toEqual([["frame", 0, ["a int8", "b string"]]]);
  });

  test("keep their dtypes on the way to a protocol that says them", async () => {
    const { file } = await converted("a,b,c\n", { from: "csv", to: "parquet", engine, dtype: { a: "int64", b: "string", c: "float32" } });
    const { file: text } = await converted(file, { from: "parquet", to: "oip" });
    expect((JSON.parse(`${text}`) as { inputs: { datatype: string }[] }).inputs.map(({ datatype }) => datatype)).toEqual([
      "INT64",
      "BYTES",
      "FP32",
    ]);
  });
});
