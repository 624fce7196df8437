// Where the rows go that the core writes: text that is handed on, blocks that are put together by columns, and the place of a column that
// leaves the rows.
import { TransloadError } from "../../errors.js";
import type { RowStyle } from "../rows.js";
import { checkWritten } from "../size.js";
import { type CoreFields, Word } from "./fields.js";
import type { CoreMemory } from "./memory.js";

const OUT = 1 << 18;
/** Bytes of a column that leaves the rows. */
const PLACE = 1 << 18;
/** Bytes of cells, and cells, that are put together by columns at once, or a row: fewer make pieces that are dear to put together. */
const BLOCK = { bytes: 1 << 23, cells: 1 << 21 };
/** The same of the first block, which is the only one of most payloads. */
const FIRST_BLOCK = { bytes: OUT, cells: OUT / 4 };
/** Rows that may take more are measured before there is made room for them. */
const ROOMY = 1 << 24;

export class CoreOutput {
  /** The limit is reached, and there may be more rows. */
  full = false;
  readonly #memory: CoreMemory;
  readonly #fields: CoreFields;
  readonly #style: RowStyle;
  #at = 0;
  #length = 0;
  #block = FIRST_BLOCK;
  /** Columns that are laid out. */
  #width: number | undefined;
  /** Bytes that may still be written; undefined without a limit. */
  #bytesLeft: number | undefined;
  /** Where the cells of a column go that leaves the rows. */
  #place = { at: 0, length: 0 };

  constructor(memory: CoreMemory, fields: CoreFields, style: RowStyle) {
    this.#memory = memory;
    this.#fields = fields;
    this.#style = style;
  }

  /** Room for the first rows. */
  start(): void {
    this.#room(OUT);
  }

  /** The columns are known, or there are more of them. Those that are written may be no more than before: the block goes on. */
  lay(width: number): void {
    const { cells, routed } = this.#style;
    if (cells === "columns" && width !== this.#width) this.#layBlock(this.#length, width);
    this.#width = width;
    if (routed !== undefined) this.#layPlace(routed, PLACE);
  }

  /** So many bytes of text may be written from here; undefined for any. */
  limit(bytes: number | undefined): void {
    this.full = false;
    this.#bytesLeft = bytes;
    // blocks of columns are not cut, and go on where they were
    if (this.#style.cells !== "columns") this.#setOut(bytes);
  }

  /** Makes room for a row, or a cell, of so many bytes: what is written is handed on. `width`: cells of a row. */
  flush(needed: number, width: number): Uint8Array | undefined {
    const { core } = this.#memory;
    const { cells, routed, typed } = this.#style;
    if (typed) {
      this.full = typed.flush();
      return undefined;
    }
    if (cells === "columns") {
      this.#makeBlock(needed, width);
      return undefined;
    }
    if (core.cellIndex.value === routed && needed > this.#placeLeft(routed)) {
      this.#makePlace(routed, needed);
      return undefined;
    }
    const bytes = this.take(false, width);
    if (this.#bytesLeft === undefined || needed <= this.#bytesLeft) this.#room(needed);
    else if (core.begun.value !== 0) this.full = true;
    else {
      // the only row of its output, whose size is known once it is written
      core.limitRows(core.rowCount.value + 1n);
      this.#room(needed);
      this.#setOut(undefined);
    }
    return bytes;
  }

  /** What is written; undefined where it is nothing, or goes out by columns. `last`: no more rows come for now. */
  take(last: boolean, width: number): Uint8Array | undefined {
    const { core, bytes } = this.#memory;
    if (this.#style.cells === "columns") {
      if (last) this.#takeBlock(width);
      return undefined;
    }
    if (last) this.#takePlace();
    const to = core.outAt();
    if (to === this.#at) return undefined;
    const text = bytes.slice(this.#at, to);
    if (this.#bytesLeft !== undefined) {
      this.#bytesLeft -= text.length;
      const row = this.#rows - 1;
      if (this.#bytesLeft < 0) throw new TransloadError("E_LIMIT", `row ${row} alone takes more bytes than a piece may have`, { row });
    }
    this.#setOut(this.#bytesLeft);
    return text;
  }

  get #rows(): number {
    return Number(this.#memory.core.rowCount.value);
  }

  #room(most: number): void {
    if (most <= this.#length) return;
    this.#length = Math.max(OUT, this.#measured(most));
    this.#at = this.#memory.area("rows written", this.#length);
    this.#setOut(this.#bytesLeft);
  }

  /** What the row that was read takes, measured where it may be much. */
  #measured(most: number): number {
    const { core, maxRowBytes } = this.#memory;
    const bytes = most > ROOMY || most > maxRowBytes ? core.measureRow() : most;
    checkWritten(bytes, this.#rows, maxRowBytes);
    return bytes;
  }

  #setOut(most: number | undefined): void {
    this.#memory.core.setOut(this.#at, this.#at + Math.min(this.#length, most ?? this.#length));
  }

  // ---- rows that are put together by columns

  /** Room for rows of so many bytes, and for where their cells end. */
  #layBlock(bytes: number, width: number): void {
    const memory = this.#memory;
    this.#length = Math.max(this.#block.bytes, bytes);
    this.#at = memory.area("rows written", this.#length);
    const cells = Math.max(1, Math.floor(this.#block.cells / Math.max(1, width))) * Math.max(1, width);
    memory.core.setEnds(memory.area("ends of cells", 4 * cells), cells);
    this.#setOut(undefined);
  }

  #makeBlock(most: number, width: number): void {
    this.#takeBlock(width);
    const first = this.#block === FIRST_BLOCK;
    this.#block = BLOCK;
    if (first || most > this.#length) this.#layBlock(most > this.#length ? this.#measured(most) : 0, width);
  }

  /** What was written goes out, column by column. */
  #takeBlock(width: number): void {
    const memory = this.#memory;
    const { core } = memory;
    if (core.endCount.value === 0) return;
    const length = core.outAt() - this.#at;
    const to = memory.area("columns written", length);
    const ends = memory.area("ends of columns", 4 * width);
    core.turnColumns(to, ends);
    this.#style.block?.(memory.bytes.subarray(to, to + length), new Uint32Array(memory.bytes.buffer, ends, width));
  }

  // ---- a column that leaves the rows

  #layPlace(i: number, length: number): void {
    this.#place = { at: this.#memory.area("a column's place", length), length };
    this.#openPlace(i);
  }

  #openPlace(i: number): void {
    const { at, length } = this.#place;
    this.#fields.set(i, Word.Out, at);
    this.#fields.set(i, Word.OutEnd, at + length);
  }

  #placeLeft(i: number): number {
    return this.#fields.get(i, Word.OutEnd) - this.#fields.get(i, Word.Out);
  }

  /** Empties the place; it is made larger where a cell does not fit it. */
  #makePlace(i: number, needed: number): void {
    this.#takePlace();
    if (needed <= this.#place.length) return;
    checkWritten(needed, this.#rows, this.#memory.maxRowBytes);
    this.#layPlace(i, needed);
  }

  #takePlace(): void {
    const { routed, column } = this.#style;
    if (routed === undefined || this.#fields.count === 0) return;
    const to = this.#fields.get(routed, Word.Out);
    if (to > this.#place.at) column?.(this.#memory.bytes.subarray(this.#place.at, to));
    this.#openPlace(routed);
  }
}
