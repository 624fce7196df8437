import type { ColumnSource } from "../rows.js";
import { type CoreFields, Word } from "./fields.js";
import type { CoreMemory } from "./memory.js";

/** Bytes for the windows of all columns together, and the least and most for one. */
const ALL = 1 << 23;
const LEAST = 1 << 6;
const MOST = 1 << 18;
const CLOSE = 0x5d; /* ] */

/** Columns side by side: a window for each, one as long as the other, but for those whose cells are longer. */
export class CoreSides {
  readonly #memory: CoreMemory;
  readonly #fields: CoreFields;
  readonly #sources: readonly ColumnSource[];
  #at = 0;
  #length = 0;
  readonly #long = new Map<number, { at: number; length: number }>();

  constructor(memory: CoreMemory, fields: CoreFields, sources: readonly ColumnSource[]) {
    this.#memory = memory;
    this.#fields = fields;
    this.#sources = sources;
  }

  /** Empty windows for so many columns. */
  lay(width: number): void {
    this.#length = Math.min(MOST, Math.max(LEAST, Math.floor(ALL / Math.max(1, width)) & ~63));
    this.#at = this.#memory.area("windows of columns", this.#length * width);
    this.#long.clear();
    for (let i = 0; i < width; i++) {
      this.#fields.set(i, Word.Side, this.#at + i * this.#length);
      this.#fields.set(i, Word.SideEnd, this.#at + i * this.#length);
    }
  }

  /**
   * The next bytes of a column, behind what is left of its window; a window of twice the size where a cell fills it. False: the cell is longer
   * than a row may be.
   */
  refill(i: number): boolean {
    const memory = this.#memory;
    const from = this.#fields.get(i, Word.Side);
    const left = this.#fields.get(i, Word.SideEnd) - from;
    let side = this.#long.get(i) ?? { at: this.#at + i * this.#length, length: this.#length };
    if (left > memory.maxRowBytes) return false;
    if (left > side.length / 2) {
      side = { at: memory.allocate(2 * side.length), length: 2 * side.length };
      this.#long.set(i, side);
    }
    const { at: to, length } = side;
    memory.bytes.copyWithin(to, from, from + left);
    const source = this.#sources[i] as ColumnSource;
    const read = source.read(memory.bytes.subarray(to + left, to + length));
    const last = read === 0;
    // behind the last cell stands what ends it
    if (last) memory.bytes[to + left] = CLOSE;
    this.#fields.set(i, Word.Side, to);
    this.#fields.set(i, Word.SideEnd, to + left + (last ? 1 : read));
    this.#fields.set(i, Word.SideLast, last ? 1 : 0);
    return true;
  }
}
