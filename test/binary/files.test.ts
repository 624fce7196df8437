// What holds for binary files of every form.
import { createWriteStream, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { type Batch, convert, readBatches, type SplitOptions, split, writeBatches } from "../../src/index.js";
import { frame, written } from "../support/binary-samples.js";
import { drawing } from "../support/draw.js";
import { same } from "../support/same.js";
import { batchesOf, inMilliseconds, table, tableOf } from "../support/typed-tables.js";

const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

test("text that must be read twice comes from its file, and what was compressed does not", async () => {
  const text = Buffer.from('{"a":1}\n{"a":2,"b":"y"}\n');
  for (const bytes of [text, gzipSync(text)]) {
    const path = file(`twice-${bytes.length}`);
    writeFileSync(path, bytes);
    const parts: Buffer[] = [];
    const stream = convert({ from: "jsonl", to: "parquet", file: path });
    await pipeline(Readable.from([bytes], { objectMode: false }), stream, async (own: AsyncIterable<Buffer>) => {
      for await (const part of own) parts.push(part);
    });
    expect((await tableOf(parts)).map(({ name, cells }) => [name, cells])).toEqual([
      ["a", [1n, 2n]],
      ["b", [null, "y"]],
    ]);
  }
});

describe("what a conversion holds open", () => {
  const open = () => readdirSync("/proc/self/fd").length;
  const csv = Buffer.from(`a,b\n${Array.from({ length: 20_000 }, (_, i) => `${i},${i}`).join("\n")}\n`);

  test.runIf(existsSync("/proc/self/fd"))("is closed when its reader fails", async () => {
    const parquet = file("held.parquet");
    await pipeline(Readable.from([csv]), convert({ from: "csv", to: "parquet" }), createWriteStream(parquet));
    const failing = async (bytes: AsyncIterable<Buffer>) => {
      for await (const _ of bytes) throw new Error("no more");
    };
    for (const run of [
      () => pipeline(Readable.from([csv]), convert({ from: "csv", to: "npy" }), failing),
      () => pipeline(Readable.from(readBatches([csv], { from: "csv" })), writeBatches({ to: "npy" }), failing),
      () => pipeline(Readable.from([csv]), convert({ from: "csv", to: "oip" }), failing),
      () => pipeline(Readable.from([]), convert({ from: "parquet", to: "mlflow", file: parquet }), failing),
      () => splitAll(parquet, { to: "nonsense", maxRows: 3 }),
      () => splitAll(file("held.csv.zst"), { to: "mlflow", maxRows: 3 }),
    ]) {
      writeFileSync(file("held.csv.zst"), Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0, 0]));
      await run().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 20));
      const before = open();
      for (let i = 0; i < 8; i++) await expect(run()).rejects.toThrow();
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(open() - before, String(run)).toBeLessThan(4);
    }
  });

  async function splitAll(path: string, options: SplitOptions): Promise<void> {
    for await (const piece of split(path, options)) for await (const _ of piece);
  }
});

test("a dtype is asked for by name among all columns of a file, and not those that are read", async () => {
  const path = file("named.parquet");
  await pipeline(
    Readable.from([Buffer.from("a,b,constructor\n1,2,3\n")]),
    convert({ from: "csv", to: "parquet" }),
    createWriteStream(path),
  );
  expect((await tableOf(path, { columns: ["a"], dtype: { a: "int32", b: "float32" } })).map(({ dtype }) => dtype)).toEqual(["int32"]);
  expect((await tableOf(path, { dtype: { a: "int32" } })).map(({ dtype }) => dtype)).toEqual(["int32", "int64", "int64"]);
  await expect(tableOf(path, { dtype: { x: "int32" } })).rejects.toThrow(/there is no such column/);
});

describe("a table written and read again is the same", () => {
  test.each(["parquet", "arrow", "arrows"])(
    "as %s",
    async (to) => {
      await fc.assert(
        fc.asyncProperty(fc.gen(), async (g) => {
          const draw = drawing(g);
          const { pick } = draw;
          const own = table(draw);
          const codec = pick(["snappy", "lz4", "gzip", "zstd", "none"]) as "snappy";
          const rowGroupRows = pick([7, 64, 1000]);
          const options = to === "parquet" ? { to, codec, rowGroupRows } : { to, codec: pick(["lz4", "zstd", "none"]) as "lz4" };
          const bytes = await written(batchesOf(own, pick([5, 50, 1000])), options);
          const again = await tableOf([bytes], { batchRows: pick([3, 1000]) });
          if (own[0]?.cells.length) same(again, to === "parquet" ? own.map(inMilliseconds) : own);
        }),
        { numRuns: 150 },
      );
    },
    60_000,
  );
});

describe("two columns of one name have a dtype each", () => {
  const one = (name: string) => [
    { name, dtype: "float64" as const, values: Float64Array.of(1.5, 2.5), shape: [] },
    { name, dtype: "int64" as const, values: BigInt64Array.of(3n, 4n), shape: [] },
    { name, dtype: "string" as const, values: ["x", "y"], shape: [] },
    { name, dtype: "int64" as const, values: BigInt64Array.of(3n, 4n, 5n, 6n), shape: [2] },
  ];
  const expected = [
    ["a", "float64", [1.5, 2.5]],
    ["a", "int64", [3n, 4n]],
    ["a", "string", ["x", "y"]],
    ["a", "int64", [3n, 4n, 5n, 6n]],
  ];
  const shown = async (bytes: Buffer) => (await tableOf([bytes])).map(({ name, dtype, cells }) => [name, dtype, cells]);

  test.each(["parquet", "arrow", "arrows"])("in %s, and in what is made of that", async (to) => {
    const bytes = await written([frame(one("a"))], { to });
    expect(await shown(bytes)).toEqual(expected);
    for (const next of ["parquet", "arrow", "arrows"]) {
      const batches: Batch[] = [];
      for await (const batch of readBatches([bytes])) batches.push(batch);
      expect(await shown(await written(batches, { to: next }))).toEqual(expected);
    }
  });

  test("in Arrow's batches", async () => {
    const { schema } = await frame(one("a")).toArrow();
    expect(schema.fields.map(({ type }) => `${type}`)).toEqual(["Float64", "Int64", "Utf8", "FixedSizeList[2]<Int64>"]);
  });
});

test.each(["parquet", "arrow", "arrows", "npz", "npy"])("a time that is none is null, whether it is marked or not, to %s", async (to) => {
  const values = BigInt64Array.of(0n, -(2n ** 63n), 1577836800000n);
  for (const valid of [undefined, Uint8Array.of(1, 1, 1), Uint8Array.of(1, 0, 1)]) {
    const batch = frame([{ name: "t", dtype: "datetime64[ms]", values, shape: [], ...(valid && { valid }) }]);
    const [column] = await tableOf([await written([batch], { to })]);
    expect(column?.cells).toEqual([0n, null, 1577836800000n]);
  }
});

test.each(["parquet", "arrow", "npz", "jsonl"])("a boolean that is neither 0 nor 1 is refused, to %s", async (to) => {
  const odd = frame([{ name: "b", dtype: "bool", values: Uint8Array.of(0, 1, 2), shape: [] }]);
  await expect(written([odd], { to })).rejects.toMatchObject({ code: "E_OPTION", detail: expect.stringContaining("cell 2") });
});
