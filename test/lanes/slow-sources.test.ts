// A source that is slow is waited for, and nothing is done meanwhile: who waits by asking again and again takes a processor, and memory.
import { performance } from "node:perf_hooks";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { convert, inspect, readBatches, split } from "../../src/index.js";

const SOURCES: Readonly<Record<string, string>> = {
  csv: `a,b\n${"1,x\n".repeat(20_000)}`,
  jsonl: '{"a":1,"b":"x"}\n'.repeat(20_000),
  "mlflow:split": `{"dataframe_split":{"columns":["a","b"],"data":[${'[1,"x"],'.repeat(20_000)}[1,"x"]]}}`,
  "mlflow:records": `{"dataframe_records":[${'{"a":1,"b":"x"},'.repeat(20_000)}{"a":1,"b":"x"}]}`,
  "mlflow:inputs": `{"inputs":[${"[1,2],".repeat(20_000)}[1,2]]}`,
};

const WORK: Readonly<Record<string, (source: AsyncGenerator<Buffer>, from: string) => Promise<unknown>>> = {
  "read as batches": async (source, from) => {
    for await (const _ of readBatches(source, { from }));
  },
  converted: (source, from) => buffer(Readable.from(source).pipe(convert({ from, to: from === "mlflow:inputs" ? "azureml" : "mlflow" }))),
  "converted into a binary file": (source, from) =>
    buffer(Readable.from(source).pipe(convert({ from, to: from === "mlflow:inputs" ? "npy" : "parquet" }))),
  "converted by dtype": (source, from) => buffer(Readable.from(source).pipe(convert({ from, to: "azureml", dtype: "float32" }))),
  "cut into pieces": async (source, from) => {
    for await (const piece of split(source, { from, to: "mlflow", maxRows: 7000 })) await buffer(piece);
  },
  inspected: (source, from) => inspect(source, { from }),
};

/** Windows of time in which the event loop may be busy, with the first half or on a machine that is. */
const WINDOWS = 50;

/** How busy the event loop was, at its quietest, while half of the payload was waited for. */
async function busyness(payload: Buffer, work: (source: AsyncGenerator<Buffer>) => Promise<unknown>): Promise<number> {
  let busy = 1;
  async function* slow() {
    yield payload.subarray(0, payload.length >> 1);
    for (let i = 0; i < WINDOWS && busy > 0.5; i++) {
      const before = performance.eventLoopUtilization();
      await sleep(50);
      busy = Math.min(busy, performance.eventLoopUtilization(before).utilization);
    }
    yield payload.subarray(payload.length >> 1);
  }
  await work(slow());
  return busy;
}

describe.each(Object.keys(WORK))("%s", (what) => {
  test.each(Object.keys(SOURCES))("%s, compressed or not, costs nothing while it is waited for", async (from) => {
    const work = WORK[what] as (typeof WORK)[string];
    for (const payload of [Buffer.from(SOURCES[from] as string), gzipSync(SOURCES[from] as string)])
      expect(await busyness(payload, (source) => work(source, from))).toBeLessThan(0.5);
  });
});
