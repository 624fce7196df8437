// Text on its way to an array of numpy's, whose cells are as wide as the longest of them.

import type { Column, Texts } from "../../columns/column.js";
import { product } from "../../columns/lists.js";
import { refuseLone, spreadTexts, textsNow, textsOf } from "../../columns/texts.js";
import { TransloadError } from "../../errors.js";
import type { Spill } from "../../io/store.js";

/** Bytes written at once, and read back at once. */
const PIECE = 1 << 20;
/** A cell on the disk begins with its length. */
const LENGTH = 4;

/** Text on its way to an array: it waits on the disk until the longest, whose width all have, is known. */
export class TextCells {
  readonly #spill: Spill;
  #count = 0;
  #width = 1;
  #length = 0;

  constructor(spill: Spill) {
    this.#spill = spill;
  }

  /** numpy's letters for the cells that were added. */
  get kind(): string {
    return `U${this.#width}`;
  }

  /**
   * Adds the cells of columns, row by row.
   * @throws TransloadError E_DTYPE for what numpy has no text for: nulls, and zeros at the end; E_UTF8 for halves of surrogate pairs.
   */
  add(columns: readonly Column[], rowOffset: number): void {
    const all = columns.map((column) => this.#checked(column, rowOffset));
    const cells = (all[0]?.offsets.length ?? 1) - 1;
    const total = all.reduce((sum, { offsets }) => sum + (offsets[cells] as number) - (offsets[0] as number) + LENGTH * cells, 0);
    const out = new Uint8Array(total);
    const view = new DataView(out.buffer);
    let at = 0;
    for (let i = 0; i < cells; i++)
      for (const { offsets, bytes } of all) {
        const from = offsets[i] as number;
        const length = (offsets[i + 1] as number) - from;
        view.setUint32(at, length, true);
        out.set(bytes.subarray(from, from + length), at + LENGTH);
        at += LENGTH + length;
      }
    this.#spill.append(out);
    this.#length += total;
    this.#count += cells * all.length;
  }

  #checked(column: Column, rowOffset: number): Texts {
    const { name, valid, shape } = column;
    const perRow = product(shape);
    const fault = (cell: number, what: string) => {
      const row = rowOffset + Math.floor(cell / perRow);
      return new TransloadError("E_DTYPE", `row ${row}, column ${JSON.stringify(name)} ${what}; write arrow or parquet`, { row });
    };
    const gap = valid?.indexOf(0) ?? -1;
    if (gap >= 0) throw fault(gap, "is null, and numpy's text has no null");
    refuseLone(column);
    const texts = spreadTexts(textsNow(column) ?? (textsOf(column.values as readonly string[], false) as Texts));
    const { offsets, bytes } = texts;
    for (let i = 0; i < offsets.length - 1; i++) {
      const [from, to] = [offsets[i] as number, offsets[i + 1] as number];
      if (to > from && bytes[to - 1] === 0) throw fault(i, "ends in U+0000, which numpy drops");
      if (to - from > this.#width) this.#width = Math.max(this.#width, charactersIn(bytes, from, to));
    }
    return texts;
  }

  /** The cells of the array, in this machine's order of bytes. */
  *cells(): Generator<Uint8Array, void, undefined> {
    const perPiece = Math.max(1, Math.floor(PIECE / (4 * this.#width)));
    const read = this.#reader();
    for (let done = 0; done < this.#count; done += perPiece) {
      const count = Math.min(perPiece, this.#count - done);
      const out = new Uint32Array(count * this.#width);
      for (let i = 0; i < count; i++) spell(read(), out, i * this.#width);
      yield new Uint8Array(out.buffer);
    }
  }

  /** Gives one cell's UTF-8 after the other; valid until the next. */
  #reader(): () => Uint8Array {
    let window = new Uint8Array(0);
    let at = 0;
    let taken = 0;
    const need = (bytes: number) => {
      if (window.length - at >= bytes) return;
      const rest = window.subarray(at);
      const next = new Uint8Array(Math.max(bytes, Math.min(rest.length + PIECE, rest.length + this.#length - taken)));
      next.set(rest);
      for (let end = rest.length; end < next.length; ) {
        const got = this.#spill.read(taken, next.subarray(end));
        if (got === 0) throw new TransloadError("E_SPILL", "the spilled text ends too early");
        taken += got;
        end += got;
      }
      window = next;
      at = 0;
    };
    return () => {
      need(LENGTH);
      const length = new DataView(window.buffer, window.byteOffset).getUint32(at, true);
      at += LENGTH;
      need(length);
      at += length;
      return window.subarray(at - length, at);
    };
  }

  close(): void {
    this.#spill.close();
  }
}

function charactersIn(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (((bytes[i] as number) & 0xc0) !== 0x80) count++;
  return count;
}

/** UTF-8, which was checked when it was read, as numbers of characters. */
function spell(bytes: Uint8Array, out: Uint32Array, at: number): void {
  for (let i = 0; i < bytes.length; at++) {
    const lead = bytes[i++] as number;
    let code = lead < 0x80 ? lead : lead < 0xe0 ? lead & 0x1f : lead < 0xf0 ? lead & 0x0f : lead & 0x07;
    for (const end = i + (lead < 0xc0 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3); i < end; i++)
      code = (code << 6) | ((bytes[i] as number) & 0x3f);
    out[at] = code;
  }
}
