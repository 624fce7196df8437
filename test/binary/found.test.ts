// Files that were found to be read wrongly, or refused, and what is right: each stands for a kind.
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { type ConvertOptions, convert, readBatches } from "../../src/index.js";

const bytesOf = (name: string) => readFileSync(new URL(`found/${name}`, import.meta.url));

async function converted(input: Buffer, options: ConvertOptions): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of Readable.from([input]).pipe(convert(options))) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const ENGINES = ["core", "reference"] as const;

describe("what is in them", () => {
  const fifty = Array.from({ length: 50 }, (_, i) => `[${i},"${i % 2 ? "y" : "x"}"]`).join(",");
  test.each([
    ["big-endian-numbers.arrow", "arrow", '["id","x"],"data":[[1,0.5],[2,-1.25],[300,3.0]]'],
    ["big-endian-texts.arrow", "arrow", '["id","s"],"data":[[1,"a"],[2,"bb"],[300,"ccc"]]'],
    ["lz4.arrow", "arrow", '["a","s"],"data":[[1,"x"],[2,"y"],[3,"x"]]'],
    ["zstd.arrows", "arrows", '["a","s"],"data":[[1,"x"],[2,"y"],[3,"x"]]'],
    ["pandas.feather", "arrow", `["a","s"],"data":[${fifty}]`],
    ["polars.arrow", "arrow", '["s","n"],"data":[["x",1],["a text beyond twelve bytes",2]]'],
    ["view.arrow", "arrow", '["s","b"],"data":[["a","YQ=="],[null,null],["xxxxxxxxxxxxxxxxxxxx","//////////////////////////8="]]'],
    ["listview.arrow", "arrow", '["c"],"data":[[[1,2]],[[3,4]]]'],
    ["ree.arrow", "arrow", '["c"],"data":[["a"],["a"],["b"]]'],
    ["time.parquet", "parquet", '["t"],"data":[["01:02:03.000000"],[null],["04:05:06.789000"]]'],
    ["decimals.parquet", "parquet", '["price"],"data":[[1.50],[12345.67],[null]]'],
    ["long-decimal.parquet", "parquet", '["amount"],"data":[[12345678901234567890.12]]'],
    ["null-arrays.parquet", "parquet", '["x"],"data":[[[0,1]],[[1,2]],[null],[[3,4]]]'],
    ["null-struct-arrays.parquet", "parquet", '["x"],"data":[[[{"a":0},null]],[null],[[{"a":2},null]]]'],
    ["uuid-datafusion.parquet", "parquet", '["u"],"data":[["00000000-0000-0000-0000-000000000001"],[null]]'],
    ["lists.parquet", "parquet", '["id","v"],"data":[[1,[null,null]],[2,null],[3,[1.0,2.0]]]'],
  ])("is %s", async (name, from, cells) => {
    for (const engine of ENGINES)
      expect((await converted(bytesOf(name), { from, to: "mlflow:split", engine })).toString()).toBe(
        `{"dataframe_split":{"columns":${cells}}}`,
      );
  });
});

test("a null list goes into Parquet and Arrow as null, and a list of nulls as a list", async () => {
  for (const engine of ENGINES)
    for (const to of ["parquet", "arrow", "arrows"]) {
      const file = await converted(bytesOf("rows.jsonl"), { from: "jsonl", to, engine });
      expect((await converted(file, { from: to, to: "jsonl" })).toString()).toBe(bytesOf("rows.jsonl").toString());
    }
});

test("what is not encrypted in a file that has encrypted columns is read", async () => {
  const text = await converted(bytesOf("encrypted-column.parquet"), { from: "parquet", to: "jsonl", columns: ["b"] });
  expect(text.toString()).toBe('{"b":"x"}\n{"b":"y"}\n');
});

describe("what cannot be read", () => {
  test.each([
    ["union.arrow", /^E_DTYPE column "c" holds DenseUnion, which is no cell here/],
    ["encrypted.parquet", /^E_FORM the parquet file is encrypted, which is not read/],
    ["encrypted-column.parquet", /^E_FORM column "a" of the parquet file is encrypted, which is not read/],
    ["metadata-of-others.parquet", /^E_FORM the cells of column "a" lie in another file, \S+\.parquet: this one tells of several/],
    ["rows.csv.zip", /^E_FORM the zip holds no array of numpy's, \.npy, but rows\.csv/],
  ])("is told by its name: %s", async (name, message) => {
    const reading = (async () => {
      for await (const _ of readBatches([bytesOf(name)]));
    })();
    await expect(reading.catch((error) => `${error.code} ${error.message}`)).resolves.toMatch(message);
  });
});

describe("decimals of many digits", () => {
  const read = async (options: Parameters<typeof readBatches>[1]) => {
    const found: unknown[] = [];
    for await (const { columns } of readBatches([bytesOf("long-decimal.parquet")], options))
      found.push(...columns.map(({ dtype, values, decimal }) => ({ dtype, values: [...values], decimal })));
    return found;
  };

  test("are text with all of them, and doubles where these are asked for", async () => {
    expect(await read({})).toEqual([{ dtype: "string", values: ["12345678901234567890.12"], decimal: true }]);
    const double = [{ dtype: "float64", values: [12345678901234567000], decimal: undefined }];
    expect(await read({ dtype: "float64" })).toEqual(double);
    expect(await read({ dtype: { amount: "float64" } })).toEqual(double);
    await expect(read({ dtype: { amount: "int64" } })).rejects.toMatchObject({ code: "E_RANGE" });
  });
});

test("what pyarrow notes of two columns of one name is each column's own", async () => {
  const found: unknown[] = [];
  for await (const { columns } of readBatches([bytesOf("names-twice.parquet")]))
    found.push(...columns.map(({ name, dtype, timezone }) => [name, dtype, timezone]));
  expect(found).toEqual([
    ["a", "string", undefined],
    ["a", "int64", undefined],
    ["b", "datetime64[us]", "Europe/Zurich"],
    ["b", "datetime64[us]", "UTC"],
  ]);
});

describe.each(["index-interval.parquet", "index-interval.arrow"])("structs that are the labels of rows, %s", (name) => {
  const from = name.split(".")[1] as string;
  const cells = async (options: Partial<ConvertOptions> & { to: string }) => {
    const found: unknown[] = [];
    const file = await converted(bytesOf(name), { from, ...options });
    for await (const { columns } of readBatches([file], { from: options.to }))
      found.push(...columns.map((own) => [own.name, ...own.values]));
    return found;
  };

  test.each(["parquet", "arrow", "npz"])("are in nobody's way where they are not wanted, to %s", async (to) => {
    expect(await cells({ to, index: "drop" })).toEqual([["a", 1n, 2n]]);
    expect(await cells({ to, columns: ["a"] })).toEqual([["a", 1n, 2n]]);
    await expect(converted(bytesOf(name), { from, to })).rejects.toMatchObject({ code: "E_NESTED" });
  });

  test("nor to npy, which has no labels", async () => {
    expect(await cells({ to: "npy" })).toEqual([["", 1n, 2n]]);
  });
});
