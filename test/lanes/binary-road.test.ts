// What text conversions heed is heeded on the way to a binary file, or told of.
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { type ConvertOptions, convert, readBatches, type Warning } from "../../src/index.js";

async function converted(text: string, options: ConvertOptions): Promise<{ file: Buffer; warnings: string[] }> {
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
