// Small binary files of every form, and what damage does to them.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Batch, type Column, readBatches, TransloadError, type WriteOptions, writeBatches } from "../../src/index.js";

export async function written(batches: Iterable<unknown>, options: WriteOptions): Promise<Buffer> {
  const parts: Buffer[] = [];
  await pipeline(Readable.from(batches), writeBatches(options), async (bytes: AsyncIterable<Buffer>) => {
    for await (const part of bytes) parts.push(part);
  });
  return Buffer.concat(parts);
}

export function frame(columns: readonly Column[], rowOffset = 0): Batch {
  const rowCount = columns[0] ? columns[0].values.length / columns[0].shape.reduce((a, b) => a * b, 1) : 0;
  return new Batch({ rowOffset, rowCount, columns, kind: "frame" });
}

const numbers: Column = { name: "n", dtype: "float64", values: Float64Array.of(1.5, -2, 1e300, 0), shape: [] };
const whole: Column = { name: "i", dtype: "int64", values: BigInt64Array.of(7n, 7n, 9n, 7n), shape: [] };
const flags: Column = { name: "b", dtype: "bool", values: Uint8Array.of(1, 0, 1, 1), valid: Uint8Array.of(1, 1, 0, 1), shape: [] };
const texts: Column = { name: "t", dtype: "string", values: ["a", "", "längere", "a"], valid: Uint8Array.of(1, 1, 1, 0), shape: [] };
const raw: Column = {
  name: "r",
  dtype: "bytes",
  values: [Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3), Uint8Array.of(4)],
  shape: [],
};
const times: Column = { name: "d", dtype: "datetime64[us]", values: BigInt64Array.of(0n, 1n, -1n, 1577836800000000n), shape: [] };
const lists: Column = { name: "l", dtype: "int32", values: Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8), shape: [2] };
const plain: Column = { name: "t", dtype: "string", values: ["a", "", "längere", "a"], shape: [] };

/** A file of each form and codec. */
export async function samples(): Promise<{ what: string; from: string; bytes: Buffer }[]> {
  const all = [frame([numbers, whole, flags, texts, raw, times, lists])];
  const wanted: [from: string, batches: Batch[], codec?: WriteOptions["codec"]][] = [
    ["arrow", all],
    ["arrows", all],
    ["arrow", all, "lz4"],
    ["arrows", all, "zstd"],
    ["parquet", all, "lz4"],
    ["parquet", all, "none"],
    ["parquet", all, "snappy"],
    ["parquet", all, "zstd"],
    ["parquet", all, "gzip"],
    ["npy", [frame([numbers])]],
    ["npy", [frame([plain])]],
    ["npz", [frame([numbers, whole, plain])], "none"],
    ["npz", [frame([numbers, whole, plain])], "gzip"],
  ];
  return Promise.all(
    wanted.map(async ([from, batches, codec]) => ({
      what: `${from} ${codec ?? ""}`,
      from,
      bytes: await written(batches, { to: from, ...(codec && { codec }) }),
    })),
  );
}

/** What a file holds, or why it is refused; anything but a TransloadError is a fault of ours, and is thrown. */
export async function outcome(bytes: Uint8Array, from: string): Promise<string> {
  let text = "";
  try {
    for await (const { columns } of readBatches([bytes], { from }))
      for (const { name, dtype, values, valid, shape } of columns)
        text += JSON.stringify([
          name,
          dtype,
          shape,
          [...values].map((cell, i) => (valid?.[i] === 0 ? null : cell instanceof Uint8Array ? [...cell] : String(cell))),
        ]);
    return text;
  } catch (error) {
    if (!(error instanceof TransloadError)) throw error;
    return error.code;
  }
}
