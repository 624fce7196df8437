import { Batch } from "../../columns/batch.js";
import { fromText } from "../../columns/cell-text.js";
import type { Block, Column } from "../../columns/column.js";
import { type DType, isNumeric, NUMERIC, SKIP_CODE, STRING_CODE, VERBATIM_CODE } from "../../columns/dtype.js";
import { product } from "../../columns/lists.js";
import { spreadTexts, textColumn } from "../../columns/texts.js";
import { TransloadError } from "../../errors.js";
import { Takes } from "../choice.js";
import { batchRowsFor } from "../columns.js";
import type { ListReader } from "../nested.js";
import { align, type CoreMemory } from "./memory.js";
import { CoreTexts } from "./texts.js";

export const RECORD = 32;
const STRINGS = 4096;
/** Columns that a remembered text cell can tell from each other. */
const MOST = 2 ** 24;

/** What the columns of a batch are. */
export interface Layout {
  readonly names: readonly string[];
  readonly dtypes: readonly DType[];
  /** Shape of one row's cells. */
  readonly shape: readonly number[];
  /** All cells in one block, which is the only column. */
  readonly block: boolean;
  readonly kind: "frame" | "tensor";
  readonly batchRows: number | undefined;
  readonly batchBytes: number | undefined;
  /** Batches borrow the memory. */
  readonly reuse: boolean;
  /** Of the columns that have lists as cells, what reads them, and about how many bytes each has. */
  readonly lists?: readonly (ListReader | undefined)[];
  readonly listBytes?: readonly (number | undefined)[];
  /** Texts are kept once for each that occurs. */
  readonly dictionary?: boolean;
  /** What each takes besides its own cells (Takes). */
  readonly takes: readonly number[];
  /** Columns of the source, and the place among them of each that is kept. */
  readonly sourceWidth: number;
  readonly places: readonly number[];
}

/** The columns that the core fills (core/cells.ts), and the batches that are made of them. */
export class CoreColumns {
  /** Address of the columns' records. */
  readonly at: number;
  /** Rows of a batch. */
  readonly batchRows: number;
  /** Addresses of the places for string cells, and their end. */
  readonly stringsAt: number;
  readonly stringsEnd: number;
  readonly #memory: CoreMemory;
  readonly #layout: Layout;
  readonly #valuesAt: number[] = [];
  readonly #validAt: number[] = [];
  readonly #cellsEnd: number;
  readonly #texts: CoreTexts;
  /** Rows of the batches so far. */
  rows = 0;

  constructor(memory: CoreMemory, layout: Layout) {
    this.#memory = memory;
    this.#layout = layout;
    const { dtypes, shape, sourceWidth, places } = layout;
    const perRow = product(shape);
    // what takes nothing but nulls is text without cells to the core
    const own = dtypes.map((dtype, i) => (layout.lists?.[i] || this.#isUnseen(i) ? "string" : dtype));
    this.batchRows = batchRowsFor(dtypes, perRow, layout, layout.listBytes);
    const cells = perRow * this.batchRows;
    const bytes = own.map((dtype) => align(size(dtype) * cells));
    if (sourceWidth > MOST)
      throw new TransloadError(
        "E_LIMIT",
        `${sourceWidth} columns, and no more than ${MOST} can be typed; convert moves them as they stand`,
      );
    this.at = memory.area("columns of cells", RECORD * Math.max(1, sourceWidth));
    let at = memory.area(
      "cells",
      bytes.reduce((a, b) => a + b, 0),
    );
    let valid = memory.area("validity of cells", cells * dtypes.length);
    memory.bytes.fill(1, valid, valid + cells * dtypes.length);
    for (const length of bytes) {
      this.#valuesAt.push(at);
      this.#validAt.push(valid);
      at += length;
      valid += cells;
    }
    this.#cellsEnd = at;
    this.#texts = new CoreTexts(
      memory,
      sourceWidth,
      own.flatMap((dtype, i) => (isNumeric(dtype) ? [] : [places[i] as number])),
      cells,
      layout.dictionary ?? false,
    );
    // those of a row must fit
    const strings = Math.max(STRINGS, sourceWidth);
    this.stringsAt = memory.area("string cells", 16 * strings);
    this.stringsEnd = this.stringsAt + 16 * strings;
    const kept = new Set(places);
    for (let i = sourceWidth - 1, skipped = 0; i >= 0; i--) {
      skipped = kept.has(i) ? 0 : skipped + 1;
      memory.view.setUint32(this.at + RECORD * i + 8, SKIP_CODE, true);
      memory.view.setUint32(this.at + RECORD * i + 12, skipped, true);
    }
    own.forEach((dtype, i) => {
      const record = this.at + RECORD * (places[i] as number);
      memory.view.setUint32(record, this.#valuesAt[i] as number, true);
      memory.view.setUint32(record + 4, size(dtype), true);
      const text = this.#takes(i, Takes.Verbatim) ? VERBATIM_CODE : STRING_CODE;
      memory.view.setUint32(record + 8, isNumeric(dtype) ? NUMERIC[dtype].code : text, true);
      memory.view.setUint32(record + 12, this.#validAt[i] as number, true);
      for (let word = 16; word < RECORD; word += 4) memory.view.setUint32(record + word, 0, true);
      memory.view.setUint32(record + 28, layout.takes[i] ?? 0, true);
    });
    // a row of no cells still has somewhere to write before it is refused
    if (sourceWidth === 0)
      for (let i = 0; i < 4; i++) memory.view.setUint32(this.at + 4 * i, i === 2 ? NUMERIC.bool.code : i === 1 ? 0 : this.at, true);
  }

  /** Copies the text cells remembered so far, before their bytes leave the window. */
  drain(quote: string): void {
    const { core } = this.#memory;
    this.#texts.gather(this.stringsAt, core.stringEnd.value, quote);
    core.drainStrings();
    if (this.#texts.isFull) {
      core.endBatchSoon();
      core.endFillSoon();
    }
  }

  /** The rows filled so far, of which there are so many. */
  batch(rowCount: number): Batch {
    const { names, dtypes, shape, block, kind, reuse } = this.#layout;
    const cells = rowCount * product(shape);
    const { buffer } = this.#memory.bytes;
    const first = this.#valuesAt[0] ?? this.#cellsEnd;
    // one copy for all columns; or none, when the caller only borrows
    const whole = block ? first + cells * size(dtypes[0] as DType) : this.#cellsEnd;
    const store = reuse ? buffer : buffer.slice(first, whole);
    const shift = reuse ? 0 : first;
    const columns = dtypes.map((dtype, i): Column => {
      const name = names[i] as string;
      const valid = this.#takeValid(i, cells);
      const lists = this.#layout.lists?.[i];
      if (this.#isUnseen(i)) return { name, dtype, values: new Float64Array(cells).fill(Number.NaN), shape, ...(valid && { valid }) };
      if (lists || !isNumeric(dtype)) {
        const json = this.#takes(i, Takes.Verbatim) && ({ json: true } as const);
        const column = this.#texts.take(this.#layout.places[i] as number, { name, shape, ...(valid && { valid }), ...json }, cells, reuse);
        if (lists) return lists.read(column.texts?.codes ? textColumn(column, spreadTexts(column.texts)) : column, this.rows);
        return dtype === "string" ? column : fromText(column, dtype, this.rows);
      }
      const values = new NUMERIC[dtype].array(store, (this.#valuesAt[i] as number) - shift, cells);
      return { name, dtype, values, shape, ...(valid && { valid }) };
    });
    const batch = new Batch({
      rowOffset: this.rows,
      rowCount,
      columns,
      kind,
      block: this.#blockOf(store, first - shift, this.batchRows * product(shape)),
    });
    this.#memory.core.forgetLone();
    this.rows += rowCount;
    return batch;
  }

  #isUnseen(i: number): boolean {
    return this.#takes(i, Takes.Nothing);
  }

  #takes(i: number, bit: number): boolean {
    return ((this.#layout.takes[i] ?? 0) & bit) !== 0;
  }

  /** The columns as one strided array, when they have one dtype. */
  #blockOf(store: ArrayBuffer, at: number, capacity: number): Block | undefined {
    const { dtypes, lists } = this.#layout;
    const apart = lists?.some((reader) => reader) || dtypes.some((_, i) => this.#isUnseen(i));
    const dtype = apart ? undefined : dtypes[0];
    if (dtype === undefined || !isNumeric(dtype) || dtypes.some((d) => d !== dtype)) return undefined;
    const bytes = size(dtype);
    const stride = dtypes.length > 1 ? ((this.#valuesAt[1] as number) - (this.#valuesAt[0] as number)) / bytes : capacity;
    const length = Math.min(stride * dtypes.length, Math.floor((store.byteLength - at) / bytes));
    return { values: new NUMERIC[dtype].array(store, at, length), stride };
  }

  /** Validity of a column with nulls, which is then made ready for the next batch. */
  #takeValid(i: number, cells: number): Uint8Array<ArrayBuffer> | undefined {
    const { bytes, view } = this.#memory;
    const flag = this.at + RECORD * (this.#layout.places[i] as number) + 16;
    if (view.getUint32(flag, true) === 0) return undefined;
    const at = this.#validAt[i] as number;
    const valid = new Uint8Array(bytes.buffer.slice(at, at + cells));
    bytes.fill(1, at, at + cells);
    view.setUint32(flag, 0, true);
    return valid;
  }
}

function size(dtype: DType): number {
  return isNumeric(dtype) ? NUMERIC[dtype].array.BYTES_PER_ELEMENT : 0;
}
