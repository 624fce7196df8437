import { decode } from "../../columns/bytes.js";
import type { Place, TransloadError } from "../../errors.js";
import type { ColumnChoice } from "../choice.js";
import { Err, St } from "../codes.js";
import { jsonPath, refuse, refuseCell, truncated } from "../fault.js";
import type { PathOf } from "../scanner.js";
import { tooLong } from "../size.js";
import type { CoreMemory } from "./memory.js";

/** Bytes taken in one go: they stay in the second-level cache between the copy, the UTF-8 check and the scan. */
const PIECE = 1 << 17;
/** Shorter pieces of a row are read again each time more comes. */
const PATIENCE = 1 << 16;
const LINE_FEED = 0x0a; /* \n */
const LIST = 0x5b; /* [ */

/**
 * The window: input bytes in the core's memory, and where they are in the input. `from` to `to` are not yet consumed,
 * and are UTF-8 up to `sound`. Nothing outside the window is held but the current chunk.
 */
export class CoreInput {
  from: number;
  sound: number;
  to: number;
  readonly #memory: CoreMemory;
  readonly #pathOf: PathOf;
  #window: number;
  #capacity = 2 * PIECE;
  /** Absolute offset of the window's first byte. */
  #windowAt: number;
  #chunk: Uint8Array = new Uint8Array();
  /** Absolute offset of the chunk's first byte, and how much of it the window has taken. */
  #chunkAt: number;
  #taken = 0;
  /** The line that the core has reached, from 1, and the absolute offset of its first byte. */
  line = 1;
  lineAt: number;
  #marked: [line: number, lineAt: number] = [1, 0];
  /** Every line is a document of its own. */
  lines = false;
  /** The error for a row, or a cell, at `from` that is longer than it may be. */
  tooLong: () => TransloadError;
  /** Bytes that the window must hold before what stands at `from` is read again. */
  #enough = 0;
  #ended = false;

  constructor(memory: CoreMemory, pathOf: PathOf, start: number) {
    this.#memory = memory;
    this.#pathOf = pathOf;
    this.#window = memory.area("window", this.#capacity);
    this.from = this.sound = this.to = this.#window;
    this.#windowAt = this.#chunkAt = this.lineAt = start;
    this.#marked = [1, start];
    this.tooLong = () => tooLong("a cell", memory.maxRowBytes, this.#place(this.from, memory.core.depth.value));
  }

  push(chunk: Uint8Array): void {
    while (this.waiting) this.append();
    this.#chunkAt += this.#chunk.length;
    this.#chunk = chunk;
    this.#taken = 0;
  }

  /** The window has not taken all of the chunk. */
  get waiting(): boolean {
    return this.#taken < this.#chunk.length;
  }

  /** Absolute offset of the next byte to be consumed. */
  get offset(): number {
    return this.#absolute(this.from);
  }

  /** Takes the next piece of the chunk in place of what is in the window, for the scanner. False: the chunk is used up. */
  fill(): boolean {
    this.from = this.sound = this.to = this.#window;
    this.#windowAt = this.#chunkAt + this.#taken;
    return this.#take(true);
  }

  /** Takes the next piece behind what is still to be consumed. False: the chunk is used up. */
  append(): boolean {
    if (this.#taken === this.#chunk.length) return false;
    if (this.to + PIECE > this.#window + this.#capacity) this.#makeRoom();
    return this.#take();
  }

  /**
   * The row, or the cell, at `from` is not whole: takes the next piece. Short pieces of what is long would be gone through over and over,
   * so that it is due again when twice as much is there.
   * @throws TransloadError E_LIMIT where it is longer than a row may be.
   */
  appendMore(): boolean {
    const held = this.to - this.from;
    const most = this.#memory.maxRowBytes;
    if (held > most) throw this.tooLong();
    this.#enough = held > PATIENCE && !this.#ended ? Math.min(2 * held, most + 1) : 0;
    return this.append();
  }

  /** What stands at `from` is worth reading. */
  get isDue(): boolean {
    return this.to - this.from >= this.#enough;
  }

  /** No more will come: whatever is there is due. */
  finish(): void {
    this.#ended = true;
    this.#enough = 0;
  }

  /** The core has consumed up to this address. */
  moveTo(cursor: number): void {
    if (cursor !== this.from) this.#enough = 0;
    this.from = cursor;
    this.noteLines();
  }

  /** Keeps the line and its start after a call of the core. */
  noteLines(): void {
    const { lastNewline, newlines } = this.#memory.core;
    if (lastNewline.value === 0) return;
    this.line = 1 + Number(newlines.value);
    this.lineAt = this.#absolute(lastNewline.value) + 1;
  }

  markLine(): void {
    this.#marked = [this.line, this.lineAt];
  }

  rewindLine(): void {
    [this.line, this.lineAt] = this.#marked;
  }

  /** Bytes of the current chunk, from and to absolute; or of the window, where they had to wait there. */
  slice(from: number, to: number): Uint8Array {
    if (from < this.#chunkAt) {
      const shift = this.#window - this.#windowAt;
      return this.#memory.bytes.slice(from + shift, to + shift);
    }
    return this.#chunk.subarray(from - this.#chunkAt, to - this.#chunkAt);
  }

  /** Index of the current member of the list or object at this depth. */
  count(depth: number): number {
    return Number(this.#memory.view.getBigUint64(this.#memory.core.COUNTS.value + 8 * depth, true));
  }

  /** Length of every list at this depth, negative when unknown. */
  expect(depth: number): number {
    return Number(this.#memory.view.getBigInt64(this.#memory.core.EXPECT.value + 8 * depth, true));
  }

  /** Throws what an Err of the core's means, at this address. */
  refuse(error: number, at: number): never {
    const { core, bytes } = this.#memory;
    const depth = core.depth.value;
    const state = core.st.value;
    const ragged = error === Err.Ragged;
    throw refuse({
      error,
      state,
      byte: bytes[at] as number,
      container: depth > 0 ? (bytes[core.TYPES.value + depth] as number) : 0,
      place: this.#place(at, ragged ? depth - 1 : depth),
      ...(ragged && {
        found: state === St.ValueOrClose ? 0 : this.count(depth) + 1,
        expected: this.expect(depth),
        level: depth - core.base.value,
      }),
    });
  }

  /** The error for the cell at `from`, which this column cannot take. */
  refuseCell(error: number, column: string, choice: ColumnChoice): TransloadError {
    return refuseCell({
      error,
      column,
      ...choice,
      text: this.#textTo(/[\s,\]}]/),
      place: this.#place(this.from, this.#memory.core.depth.value),
    });
  }

  /** Counts the lines up to this address, in a row that the core has not consumed. */
  countLines(address: number): void {
    const { bytes } = this.#memory;
    for (let at = bytes.indexOf(LINE_FEED, this.from); at >= 0 && at < address; at = bytes.indexOf(LINE_FEED, at + 1)) {
      this.line++;
      this.lineAt = this.#absolute(at) + 1;
    }
  }

  /** The beginning of the field at `from`; what has been read as a word of JSON's is that word. */
  cellText(): string {
    return this.isElsewhere ? (/^(?:true|false|null|NaN|-?Infinity)/.exec(this.#textTo(/\0/))?.[0] ?? "") : this.#textTo(/[\s,;\t"\]}]/);
  }

  /** What stands at `from` is none of the input's bytes: a word of the core's own. */
  get isElsewhere(): boolean {
    return this.from < this.#window || this.from >= this.#window + this.#capacity;
  }

  /** What stands at `from`, to such a character of ASCII's, or 40 bytes of it: whole characters. */
  #textTo(stop: RegExp): string {
    const { bytes } = this.#memory;
    const last = this.isElsewhere ? this.from + 9 : Math.min(this.to, this.from + 40);
    let end = this.from;
    while (end < last && ((bytes[end] as number) >= 0x80 || !stop.test(String.fromCharCode(bytes[end] as number)))) end++;
    while (end > this.from && end < this.to && ((bytes[end] as number) & 0xc0) === 0x80) end--;
    return decode(bytes.subarray(this.from, end));
  }

  /** The place of a byte in a row. */
  placeOfRow(address: number, row: number): Place {
    const offset = this.#absolute(address);
    const path = this.#memory.core.base.value > 0 ? { path: jsonPath([...this.#pathOf(), row]) } : {};
    return { offset, line: this.line, column: offset - this.lineAt + 1, ...path, row };
  }

  truncated(): TransloadError {
    const { st, depth } = this.#memory.core;
    return truncated(st.value, depth.value, this.#place(this.from, depth.value));
  }

  /** `scans`: what is surely fine and ASCII is consumed at once. */
  #take(scans = false): boolean {
    const count = Math.min(PIECE, this.#chunk.length - this.#taken);
    if (count === 0) return false;
    this.#memory.bytes.set(this.#chunk.subarray(this.#taken, this.#taken + count), this.to);
    this.#taken += count;
    const clean = this.sound === this.to;
    const start = this.to;
    this.to += count;
    if (scans && clean) this.from = this.#memory.core.skim(start, this.to);
    if (clean) this.sound = this.#memory.core.utf8(scans ? this.from : start, this.to);
    return true;
  }

  /** Moves what is left to the front, of a larger window when it fills more than half of this one. */
  #makeRoom(): void {
    const { from, to } = this;
    const left = to - from;
    this.#windowAt = this.#absolute(from);
    if (left > this.#capacity - PIECE) {
      this.#capacity = Math.max(left + 2 * PIECE, Math.min(2 * this.#capacity, this.#memory.maxRowBytes + 2 * PIECE));
      this.#window = this.#memory.area("window", this.#capacity);
    }
    this.#memory.bytes.copyWithin(this.#window, from, to);
    this.from = this.#window;
    this.sound += this.#window - from;
    this.to = this.#window + left;
  }

  #absolute(address: number): number {
    return this.#windowAt + (address - this.#window);
  }

  /** Where this address is, with indices for the lists up to this depth. */
  #place(address: number, depth: number): Place {
    const { core, bytes } = this.#memory;
    const base = core.base.value;
    const path: (string | number)[] = [...this.#pathOf()];
    for (let d = path.length + 1; d <= depth && bytes[core.TYPES.value + d] === LIST; d++) path.push(this.count(d));
    const offset = this.#absolute(address);
    const place: Place = { offset, line: this.line, column: offset - this.lineAt + 1, path: jsonPath(path) };
    if (this.lines) return { offset, line: this.line, column: offset - this.lineAt + 1, row: this.count(0) };
    if (base > 0 && depth >= base) {
      place.row = this.count(base);
      if (depth > base) place.cell = this.count(base + 1);
    }
    return place;
  }
}
