// Batches of one dtype to numpy's .npy. Its shape is known last, so the header is written again or the cells wait in a spill.

import { arrayOf, type Batch } from "../../columns/batch.js";
import type { Column } from "../../columns/column.js";
import { type DType, isTime, NUMERIC, type NumericDType, storedAs, type TypedArray } from "../../columns/dtype.js";
import { optionText, TransloadError } from "../../errors.js";
import type { Spill } from "../../io/store.js";
import type { BinaryWrite, BinaryWriter } from "../form.js";
import { type ArrayDType, HEADER, headerOf, kindOf } from "./header.js";
import { TextCells } from "./text-cells.js";

/** Writes the cells of batches of one dtype, row-major: a tensor as it is, a frame as [rows, columns]. */
export class NpyWriter implements BinaryWriter {
  patch: Uint8Array | undefined;
  readonly #options: BinaryWrite;
  readonly #spill: Spill;
  #dtype: ArrayDType | undefined;
  #texts: TextCells | undefined;
  #shape: readonly number[] = [];
  #name: string | undefined;
  #scalar = false;
  #rows = 0;
  #bytes = 0;

  constructor(options: BinaryWrite) {
    this.#options = options;
    this.#spill = options.spill();
  }

  *write(batch: Batch): Generator<Uint8Array, void, undefined> {
    const name = batch.kind === "frame" ? "" : (batch.columns[0]?.name ?? "");
    if (this.#name !== undefined && this.#name !== name)
      throw new TransloadError("E_FORM", "an npy file holds one array, and there are several tensors; npz holds them all");
    this.#name = name;
    const first = this.#dtype === undefined;
    this.#scalar = batch.kind === "scalar";
    const shape = batch.shape.slice(1);
    if (this.#rows > 0 && batch.rowCount > 0 && `${shape}` !== `${this.#shape}`)
      throw new TransloadError(
        "E_SHAPE",
        `row ${this.#rows}${name === "" ? "" : `, column ${JSON.stringify(name)}`}: an array has one shape, and this has cells of shape [${shape.join(", ")}] where those before have [${this.#shape.join(", ")}]`,
        { row: this.#rows },
      );
    if (batch.rowCount > 0 || this.#rows === 0) this.#shape = shape;
    this.#rows += batch.rowCount;
    if (this.#texts || (this.#dtype === undefined && isText(batch))) return this.#keepTexts(batch);
    this.#dtype ??= commonDtype(batch);
    const array = arrayOf(batch, this.#dtype);
    const cells = bytesOf(batch.kind === "frame" ? rowMajor(batch, this.#dtype) : array);
    this.#bytes += cells.length;
    if (!this.#options.patches) return void this.#spill.append(cells);
    if (first) yield this.#header();
    yield cells;
  }

  /** Text has a width that is known last, wherever it goes. */
  #keepTexts(batch: Batch): void {
    if (!isText(batch)) throw mixed(batch.columns.find(({ dtype }) => dtype !== "string") as Column);
    if (batch.kind === "frame" && batch.columns.some(({ shape, lists }) => lists || shape.length > 0)) batch.tensor(); // says why it is no matrix
    this.#texts ??= new TextCells(this.#options.spill());
    this.#texts.add(batch.columns, batch.rowOffset);
  }

  /** What is behind the last batch; it may be had more than once. */
  *end(): Generator<Uint8Array, void, undefined> {
    const header = this.#header();
    if (this.#options.patches && this.#dtype !== undefined) {
      this.patch = header;
      return;
    }
    yield header;
    if (this.#texts) return yield* this.#texts.cells();
    for (let at = 0; at < this.#bytes; ) {
      const buffer = new Uint8Array(Math.min(1 << 20, this.#bytes - at));
      at += this.#spill.read(at, buffer);
      yield buffer;
    }
  }

  close(): void {
    this.#spill.close();
    this.#texts?.close();
  }

  #header(): Uint8Array {
    const shape = this.#scalar ? [] : [this.#rows, ...this.#shape];
    return headerOf(this.#texts?.kind ?? kindOf(this.#dtype ?? "float64"), shape, HEADER);
  }
}

function isText({ columns }: Batch): boolean {
  return columns.length > 0 && columns.every(({ dtype }) => dtype === "string");
}

/** numpy's result type of the columns, as far as the arrays can be told apart (numpy.result_type). */
function commonDtype(batch: Batch): ArrayDType {
  const dtypes = new Set<DType>(batch.columns.map(({ dtype }) => dtype));
  const odd = batch.columns.find(({ dtype }) => !storedAs(dtype) || (isTime(dtype) && dtypes.size > 1));
  if (odd) throw mixed(odd);
  const [only] = dtypes;
  return dtypes.size === 1 ? (only as ArrayDType) : "float64";
}

function mixed({ name, dtype }: Column): TransloadError {
  return new TransloadError(
    "E_DTYPE",
    `column ${JSON.stringify(name)} holds ${dtype === "string" ? "text" : dtype}, and npy has numbers alone, times alone, or text alone; choose others with ${optionText("columns")}, or write npz, which has an array for each`,
  );
}

function rowMajor(batch: Batch, dtype: ArrayDType): TypedArray {
  const { columns, rowCount } = batch;
  const width = columns.length;
  if (columns.some((column) => column.dtype !== dtype)) return arrayOf(batch, dtype);
  const out = new NUMERIC[storedAs(dtype) as NumericDType].array(rowCount * width);
  columns.forEach(({ values }, c) => {
    const cells = values as TypedArray;
    for (let r = 0, at = c; r < rowCount; r++, at += width) out[at] = cells[r] as never;
  });
  return out;
}

function bytesOf({ buffer, byteOffset, byteLength }: TypedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
