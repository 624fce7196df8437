// A file through the public readBatches() into Float64Arrays; with `check`, every cell is added up in the order of the text.
import { createReadStream } from "node:fs";
import type { Batch, ReadOptions } from "../../src/index.js";
import { readBatches } from "../library.js";
import { given, report } from "./report.js";

const { input, options, check = false } = given<{ input: string; options?: ReadOptions; check?: boolean }>();
let rows = 0;
let cells = 0;
let sum = 0;
let sink = 0;
const started = performance.now();
// the reference engine is at its best with Node's own chunks of 64 KiB
const source = options?.engine === "reference" ? createReadStream(input) : input;
for await (const batch of readBatches(source, { dtype: "float64", ...options })) {
  rows += batch.rowCount;
  for (const { values } of batch.columns) {
    cells += values.length;
    sink += Number(values[0]); // so that no engine may leave out the work
  }
  if (check) sum = addUp(batch, sum);
}
const seconds = (performance.now() - started) / 1000;
if (Number.isNaN(sink)) throw new Error("a cell is not a number");
report({ seconds, ...(check && { check: `${rows} rows, ${cells} cells, sum ${sum}` }) });

function addUp(batch: Batch, start: number): number {
  let total = start;
  const columns = batch.columns.map(({ values }) => values as Float64Array);
  const length = columns[0]?.length ?? 0;
  for (let r = 0; r < length; r++) for (const column of columns) total += column[r] ?? Number.NaN;
  return total;
}
