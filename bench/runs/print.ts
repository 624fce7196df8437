// Numbers to text in bulk: the engine's printer over batches, or a loop of String(x).
import { createHash } from "node:crypto";
import { Batch } from "../../src/columns/batch.js";
import { createCorePrinter } from "../../src/engine/wasm/index.js";
import { readBatches } from "../library.js";
import { given, report } from "./report.js";

const { input, dtype, by, numbers, check } = given<{
  input: string;
  dtype: "float64" | "float32";
  by: "printer" | "String";
  /** Numbers to print at least. */
  numbers: number;
  check?: boolean;
}>();
/** Cells of a batch, as readBatches gives them: about a mebibyte. */
const CELLS = 1 << 17;
const BATCHES = 4;

const batches = await readNumbers();
const printer = createCorePrinter({ nan: "pass", nulls: true });
const print = by === "printer" ? printAll : stringAll;
if (check) {
  report({ seconds: 0, check: readBack() });
} else {
  let bytes = sizeOf(print()); // once cold
  let printed = 0;
  const started = performance.now();
  for (; printed < numbers; printed += CELLS * BATCHES) bytes += sizeOf(print());
  const seconds = (performance.now() - started) / 1000;
  if (bytes < printed) throw new Error("nothing was printed");
  report({ seconds: (seconds / printed) * numbers });
}

/** Half a million numbers of the payload, in four batches that own their memory. */
async function readNumbers(): Promise<Batch[]> {
  const cells: number[] = [];
  for await (const batch of readBatches(input, { dtype: "float64", reuse: true })) {
    for (let r = 0; r < batch.rowCount && batch.kind === "frame"; r++)
      for (const { values } of batch.columns) cells.push(Number(values[r]));
    if (batch.kind === "tensor") for (const value of (batch.columns[0] as { values: Float64Array }).values) cells.push(value);
    if (cells.length >= CELLS * BATCHES) break;
  }
  return Array.from({ length: BATCHES }, (_, i) => {
    const some = cells.slice(i * CELLS, (i + 1) * CELLS);
    const values = dtype === "float32" ? Float32Array.from(some) : Float64Array.from(some);
    return new Batch({ kind: "tensor", rowOffset: i * CELLS, rowCount: CELLS, columns: [{ name: "", dtype, values, shape: [] }] });
  });
}

function printAll(): Uint8Array[] {
  return batches.flatMap((batch, i) => [...printer.print(batch, i > 0)]);
}

function stringAll(): Uint8Array[] {
  return batches.map((batch, i) => {
    const values = batch.columns[0]?.values as Float64Array;
    let text = i > 0 ? "," : "";
    for (let c = 0; c < values.length; c++) text += c === 0 ? String(values[c]) : `,${String(values[c])}`;
    return Buffer.from(text, "latin1");
  });
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

/**
 * Throws unless every number reads back to its bits and none is longer than String(x), but for the ".0" that keeps a
 * whole number a float; a hash of the numbers.
 */
function readBack(): string {
  const texts = Buffer.concat(print()).toString("latin1").split(",");
  const hash = createHash("sha256");
  let at = 0;
  for (const batch of batches) {
    const values = batch.columns[0]?.values as Float64Array;
    hash.update(new Uint8Array(values.buffer));
    for (const value of values) {
      const text = texts[at++] ?? "";
      const back = dtype === "float32" ? Math.fround(Number(text)) : Number(text);
      if (!Object.is(back, value)) throw new Error(`${value} printed as ${text}`);
      if (text.replace(/\.0$/, "").length > String(value).length) throw new Error(`${value} printed longer: ${text}`);
    }
  }
  if (at !== texts.length) throw new Error(`${texts.length} texts of ${at} numbers`);
  return hash.digest("hex");
}
