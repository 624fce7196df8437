// A payload of so many columns, rows, keys or bytes of a cell, made in memory, through convert, inspect or readBatches.
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { convert, inspect, readBatches } from "../library.js";
import { given, report } from "./report.js";

export interface ScalingRun {
  readonly source: "csv" | "records" | "split" | "named" | "inputs";
  readonly to: string;
  readonly columns: number;
  readonly rows: number;
  readonly cell: number;
}

const { source, to, columns, rows, cell } = given<ScalingRun>();
const names = Array.from({ length: columns }, (_, i) => `k${i}`);
const text = cell > 1 ? JSON.stringify("x".repeat(cell)) : "7";
const join = (count: number, of: (i: number) => string, between = ",") => Array.from({ length: count }, (_, i) => of(i)).join(between);
const column = `[${join(rows, () => text)}]`;
const row = join(columns, () => text);
const PAYLOADS: Readonly<Record<ScalingRun["source"], () => string>> = {
  csv: () => `${names.join()}\n${join(rows, () => row, "\n")}\n`,
  records: () => `{"dataframe_records":[${join(rows, () => `{${join(columns, (i) => `"${names[i]}":${text}`)}}`)}]}`,
  split: () => `{"dataframe_split":{"columns":${JSON.stringify(names)},"data":[${join(rows, () => `[${row}]`)}]}}`,
  named: () => `{"inputs":{${join(columns, (i) => `"${names[i]}":${column}`)}}}`,
  inputs: () =>
    `{"inputs":[${join(columns, (i) => `{"name":"${names[i]}","shape":[${rows}],"datatype":"${cell > 1 ? "BYTES" : "INT64"}","data":${column}}`)}]}`,
};
const bytes = Buffer.from(PAYLOADS[source]());
const chunks = Array.from({ length: Math.ceil(bytes.length / (1 << 16)) }, (_, i) => bytes.subarray(i << 16, (i + 1) << 16));
const stream = Readable.from(chunks, { objectMode: false });
const from = source === "csv" ? "csv" : "auto";
const started = performance.now();
let size = 0;
if (to === "inspect") size = (await inspect(stream)).columns.length;
else if (to === "batches") for await (const batch of readBatches(stream, { from })) size += batch.rowCount;
else {
  const sink = new Writable({
    write(chunk: Uint8Array, _, done) {
      size += chunk.length;
      done();
    },
  });
  await pipeline(stream, convert({ from, to }), sink);
}
report({ seconds: (performance.now() - started) / 1000, check: `${size}` });
