// The levels of lists, as they are written: rows in, an entry for each cell, and for each list without any.

import type { Level } from "../../columns/column.js";
import { pack } from "./hybrid.js";
import { levelWidth, type Nesting, nestingOf } from "./nesting.js";

/** Levels are packed so many at a time, eights of them, and need no memory to speak of. */
const SLICE = 1 << 16;

/** Both levels of the entries so far. */
export class ListLevels {
  readonly #nesting: Nesting;
  readonly #rank: number;
  #repetition = new Uint8Array(1 << 12);
  #definition = new Uint8Array(1 << 12);
  #count = 0;

  constructor(rank: number) {
    this.#rank = rank;
    this.#nesting = nestingOf(rank);
  }

  get count(): number {
    return this.#count;
  }

  /** Adds the lists of these rows; `valid` is of all cells that the lists have. */
  add(lists: readonly Level[], from: number, to: number, valid: Uint8Array | undefined): void {
    for (let row = from; row < to; row++) this.#list(lists, 0, row, 0, valid);
  }

  #list(lists: readonly Level[], level: number, item: number, repetition: number, valid: Uint8Array | undefined): void {
    const { offsets, valid: present } = lists[level] as Level;
    const [from, to] = [offsets[item] as number, offsets[item + 1] as number];
    if (from === to) {
      this.#reserve(1);
      this.#push(repetition, 2 * level + (present?.[item] === 0 ? 0 : 1));
      return;
    }
    if (level + 1 < this.#rank) {
      for (let i = from; i < to; i++) this.#list(lists, level + 1, i, i === from ? repetition : level + 1, valid);
      return;
    }
    this.#reserve(to - from);
    const { most } = this.#nesting;
    for (let i = from; i < to; i++) this.#push(i === from ? repetition : this.#rank, valid?.[i] === 0 ? most - 1 : most);
  }

  #push(repetition: number, definition: number): void {
    this.#repetition[this.#count] = repetition;
    this.#definition[this.#count++] = definition;
  }

  #reserve(entries: number): void {
    const need = this.#count + entries;
    if (need <= this.#repetition.length) return;
    this.#repetition = grown(this.#repetition, need);
    this.#definition = grown(this.#definition, need);
  }

  /** Where the row ends that has, from this entry on, so many cells or is the last to have fewer; and how many of its cells are there. */
  cut(from: number, cells: number): { readonly to: number; readonly present: number } {
    const { most } = this.#nesting;
    let to = from;
    let present = 0;
    while (to < this.#count && (to - from < cells || this.#repetition[to] !== 0)) if (this.#definition[to++] === most) present++;
    return { to, present };
  }

  /** Both levels of these entries, each behind its length (data page v1). */
  bytes(from: number, to: number): Uint8Array[] {
    return [...packed(this.#repetition.subarray(from, to), this.#rank), ...packed(this.#definition.subarray(from, to), this.#nesting.most)];
  }
}

function grown(own: Uint8Array<ArrayBuffer>, need: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(need, 2 * own.length));
  larger.set(own);
  return larger;
}

function packed(levels: Uint8Array, most: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let from = 0; from < levels.length; from += SLICE)
    parts.push(pack(Int32Array.from(levels.subarray(from, from + SLICE)), 0, levelWidth(most)));
  const length = new Uint8Array(4);
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  new DataView(length.buffer).setUint32(0, bytes, true);
  return [length, ...parts];
}
