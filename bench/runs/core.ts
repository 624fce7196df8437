// One task over the core alone, in memory, under tinybench: neither files nor streams.
import { readFileSync } from "node:fs";
import { Bench } from "tinybench";
import { CoreScanner } from "../../src/engine/wasm/scanner.js";
import { given, report } from "./report.js";

const { input, task, milliseconds } = given<{ input: string; task: "scan" | "cells"; milliseconds: number }>();
const CHUNK = 1 << 20;

// the rows alone, [[…],…]: the envelope is not the core's
const payload = readFileSync(input);
const from = payload.indexOf("[[");
const rows = payload.subarray(from, payload.lastIndexOf("]]") + 2);
const frame = payload.subarray(0, from).includes("columns");
const chunks: Uint8Array[] = [];
for (let at = 0; at < rows.length; at += CHUNK) chunks.push(rows.subarray(at, at + CHUNK));

const expected = rows.toString("latin1").split("],").length;
const run = task === "scan" ? scan : cells;
const found = run();
if (found !== expected) throw new Error(`${task}: ${found} rows, not ${expected}`);

const bench = new Bench({ time: milliseconds, warmupTime: milliseconds / 4 });
bench.add(task, run);
await bench.run();
const result = bench.tasks[0]?.result;
if (result?.state !== "completed") throw new Error(`${task} did not run`);
report({ seconds: result.latency.p50 / 1000, check: `${rows.length}` });

/** A scanner that stands at the first byte of the rows. */
function openScanner(): CoreScanner {
  const scanner = new CoreScanner(() => [], 0);
  scanner.watch(0);
  scanner.push(chunks[0] as Uint8Array);
  if (scanner.next() !== "value") throw new Error("no value at the first byte");
  return scanner;
}

/** Checks the text, and that the rows are of one length. */
function scan(): number {
  const scanner = openScanner();
  scanner.startCargo(frame ? 1 : 2, undefined);
  let event = scanner.next();
  for (let i = 1; event === "more" && i < chunks.length; i++) {
    scanner.push(chunks[i] as Uint8Array);
    event = scanner.next();
  }
  if (event !== "end") throw new Error(`stopped at ${event}`);
  return scanner.members;
}

/** Reads every cell into a Float64Array. */
function cells(): number {
  const scanner = openScanner();
  scanner.startCargo(frame ? 1 : 2, undefined);
  const layout = frame ? "rows" : "tensor";
  const reader = scanner.cells({
    layout,
    names: undefined,
    width: undefined,
    dtype: "float64",
    cast: "error",
    batchRows: undefined,
    reuse: true,
  });
  let read = 0;
  for (let i = 1; ; i++) {
    for (let batch = reader.next(); batch; batch = reader.next()) read += batch.rowCount;
    if (reader.done || i === chunks.length) return read;
    scanner.push(chunks[i] as Uint8Array);
  }
}
