// A service converts small payloads for weeks: nothing that a conversion takes may be left when it is over, whole, refused or abandoned.
import { readdirSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { type ConvertOptions, convert, inspect, readBatches, split, writeBatches } from "../../src/index.js";

/** Conversions: `LEAKS=100000` for the figure that RESULTS has. */
const COUNT = Number(process.env.LEAKS ?? 1000);
const MIB = 2 ** 20;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const SPLIT = Buffer.from('{"dataframe_split":{"columns":["a","b"],"data":[[1,2.5],[3,4.5]]}}');
const LATE = Buffer.from('{"dataframe_split":{"data":[[1,2.5],[3,4.5]],"columns":["a","b"]}}');
const COLUMNS = Buffer.from('{"inputs":{"a":[1,2,3],"b":[4,5,6]}}');
const CSV = Buffer.from("a,b\n1,x\n2,y\n");

async function bytesOf(to: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  await pipeline(readBatches(SPLIT), writeBatches({ to }), async (from) => {
    for await (const chunk of from) chunks.push(chunk as Uint8Array);
  });
  return Buffer.concat(chunks);
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

function converted(bytes: Uint8Array, options: ConvertOptions): () => Promise<void> {
  return () => pipeline([bytes], convert(options), drain);
}

/** vitest keeps every assertion on a promise to the end of its test, which would count as a leak. */
function refused(work: () => Promise<void>): () => Promise<void> {
  return async () => {
    const error = await work().then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    if (error?.name !== "TransloadError") throw error ?? new Error("it was not refused");
  };
}

/** Small conversions of every kind. */
async function kinds(): Promise<readonly (() => Promise<unknown>)[]> {
  const [parquet, arrow, npz] = await Promise.all(["parquet", "arrow", "npz"].map(bytesOf));
  const signal = new AbortController().signal;
  return [
    converted(SPLIT, { to: "azureml" }),
    converted(SPLIT, { to: "mlflow:records" }),
    converted(SPLIT, { to: "azureml", dtype: "float64" }),
    converted(SPLIT, { to: "mlflow:records", engine: "reference" }),
    converted(LATE, { to: "mlflow:records" }),
    converted(COLUMNS, { to: "csv" }),
    converted(CSV, { from: "csv", to: "oip" }),
    // one signal for a service's life: a listener for each conversion would stay
    converted(SPLIT, { to: "azureml", signal }),
    ...["parquet", "arrow", "npz"].map((to) => converted(SPLIT, { to })),
    refused(converted(SPLIT.subarray(0, -3), { to: "azureml" })),
    refused(converted(LATE.subarray(0, -3), { to: "mlflow:records" })),
    refused(converted(Buffer.from("a,b\n1,2\n3\n"), { from: "csv", to: "npz" })),
    ...[parquet, arrow, npz, gzipSync(SPLIT), SPLIT].map((bytes) => () => drain(readBatches(bytes as Buffer))),
    () => drain(readBatches(brotliCompressSync(CSV), { from: "csv" })).catch(() => {}),
    ...[parquet, npz, gzipSync(SPLIT)].map((bytes) => refused(() => drain(readBatches((bytes as Buffer).subarray(0, -9))))),
    async () => {
      for await (const piece of split(LATE, { to: "mlflow", maxRows: 1 })) await drain(piece);
    },
    async () => {
      for await (const _ of split(gzipSync(LATE), { to: "mlflow", maxRows: 1 })) break;
    },
    async () => {
      for await (const _ of readBatches(npz as Buffer, { batchRows: 1 })) break;
    },
    () => inspect(SPLIT),
    () => inspect(CSV, { from: "csv", engine: "reference" }),
    async () => {
      const stream = convert({ to: "mlflow:records" });
      stream.write(LATE.subarray(0, 40));
      await new Promise((resolve) => stream.destroy().once("close", resolve));
    },
  ];
}

interface Held {
  heap: number;
  external: number;
  resident: number;
  descriptors: number;
  listeners: number;
  handles: number;
}

async function held(): Promise<Held> {
  // what finalizers let go is let go in the turn after
  for (let i = 0; i < 5; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed: heap, external, rss: resident } = process.memoryUsage();
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  return {
    heap,
    external,
    resident,
    descriptors: readdirSync("/proc/self/fd").length,
    listeners,
    handles: process.getActiveResourcesInfo().length,
  };
}

test(
  "small conversions leave nothing behind",
  async () => {
    const all = await kinds();
    const run = async (count: number) => {
      for (let i = 0; i < count; i++) await all[i % all.length]?.();
    };
    await run(Math.max(300, COUNT / 10));
    const before = await held();
    await run(COUNT);
    const after = await held();
    if (process.env.LEAKS) console.log(`${COUNT} conversions`, { before, after });
    expect(after.descriptors).toBeLessThanOrEqual(before.descriptors);
    expect(after.listeners).toBeLessThanOrEqual(before.listeners);
    expect(after.handles).toBeLessThanOrEqual(before.handles + 2);
    // a hundred bytes for each of 100,000 conversions would be told from the collector's own unrest
    expect(after.heap - before.heap).toBeLessThan(4 * MIB);
    expect(after.external - before.external).toBeLessThan(8 * MIB);
    expect(after.resident - before.resident).toBeLessThan(128 * MIB);
  },
  2 ** 31 - 1,
);
