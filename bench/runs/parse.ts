// The same file through JSON.parse, as a check of the sums that readBatches gives.
import { readFileSync } from "node:fs";
import { given, report } from "./report.js";

const { input } = given<{ input: string }>();
const started = performance.now();
const { input_data: cargo } = JSON.parse(readFileSync(input, "latin1")) as { input_data: number[][] | { data: number[][] } };
const seconds = (performance.now() - started) / 1000;
const rows = Array.isArray(cargo) ? cargo : cargo.data;
let cells = 0;
let sum = 0;
for (const row of rows) {
  for (const cell of row) sum += cell;
  cells += row.length;
}
report({ seconds, check: `${rows.length} rows, ${cells} cells, sum ${sum}` });
