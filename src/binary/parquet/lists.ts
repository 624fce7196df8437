// Columns whose cells are lists of one shape: the shape to Dremel's levels, and levels to a shape (Melnik et al., 2010; parquet-format,
// Nested Encoding). A level of repetition says which list goes on: 0 begins a row. A level of definition says how much there is of it.

import { concat } from "../../columns/bytes.js";
import type { Column } from "../../columns/column.js";
import { placeLists, product } from "../../columns/lists.js";
import { TransloadError } from "../../errors.js";
import { expansionGuard } from "../../io/expansion.js";
import { joinColumns, sliceColumn } from "../cut.js";
import type { Decoded } from "./decode.js";
import { pack, widthOf } from "./hybrid.js";

/** The lists around a column's cells, as its schema has them. */
export interface Nesting {
  /** Levels of definition from which on a list has an element, the outermost list's first. */
  readonly elements: readonly number[];
  /** The level of a cell that is there. */
  readonly most: number;
}

/** Bits of a level. */
export function levelWidth(most: number): number {
  return widthOf(most + 1);
}

// ---- writing

/** Lists of so many levels as we write them: every list, and every cell, may be null. */
function nestingOf(rank: number): Nesting {
  return { elements: Array.from({ length: rank }, (_, i) => 2 * (i + 1)), most: 2 * rank + 1 };
}

/** Levels are packed so many at a time, eights of them, and need no memory to speak of. */
const SLICE = 1 << 16;

/** Both levels of rows of this shape, each behind its length (data page v1), and how many there are. */
export function levelsOfLists(
  shape: readonly number[],
  rows: number,
  valid: Uint8Array | undefined,
): { readonly bytes: readonly Uint8Array[]; readonly count: number } {
  const { elements, most } = nestingOf(shape.length);
  const row = repetitionOf(shape);
  const count = rows * row.length;
  const empty = shape.indexOf(0);
  const all = empty < 0 ? most : (elements[empty] as number) - 1;
  const repetition = packed(count, shape.length, (i) => row[i % row.length] as number);
  const definition = packed(count, most, valid ? (i) => (valid[i] === 0 ? most - 1 : most) : () => all);
  return { bytes: [...repetition, ...definition], count };
}

function packed(count: number, most: number, levelAt: (i: number) => number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let from = 0; from < count; from += SLICE) {
    const levels = new Int32Array(Math.min(SLICE, count - from));
    for (let i = 0; i < levels.length; i++) levels[i] = levelAt(from + i);
    parts.push(pack(levels, 0, levelWidth(most)));
  }
  const length = new Uint8Array(4);
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  new DataView(length.buffer).setUint32(0, bytes, true);
  return [length, ...parts];
}

/** Levels of repetition of one row: of each cell, or of each list that is empty. */
function repetitionOf(shape: readonly number[]): Int32Array {
  const empty = shape.indexOf(0);
  const dims = empty < 0 ? shape : shape.slice(0, empty);
  const levels = new Int32Array(product(dims));
  for (let i = 1; i < levels.length; i++) {
    levels[i] = dims.length;
    for (let d = dims.length - 1, inner = dims[d] as number; d > 0 && i % inner === 0; inner *= dims[--d] as number) levels[i] = d;
  }
  return levels;
}

// ---- reading

/** A run of rows. */
export interface Rows {
  readonly column: Column;
  readonly rows: number;
}

/** Puts the entries of pages together to rows of lists; a row may go on in the next page. */
export class ListRows {
  readonly #nesting: Nesting;
  /** Entries of a row whose end has not been seen. */
  #rest: Entries | undefined;

  constructor(nesting: Nesting) {
    this.#nesting = nesting;
  }

  /**
   * The rows that end in this page, whose levels are undefined where all are the most there can be. `last`: of the column chunk.
   * `known`: the shape of those before.
   * @throws TransloadError E_SHAPE for lists of different shapes, E_LIMIT for too many that are null.
   */
  add(page: Decoded, last: boolean, rowOffset: number, known: readonly number[] | undefined, maxExpand: number | undefined): Rows {
    const { elements, most } = this.#nesting;
    const own: Entries = {
      column: page.column,
      repetition: page.repetition ?? new Uint8Array(page.entries).fill(elements.length),
      definition: page.definition ?? new Uint8Array(page.entries).fill(most),
    };
    const all = this.#rest ? joined(this.#rest, own) : own;
    const count = all.repetition.length;
    const end = last ? count : all.repetition.lastIndexOf(0);
    const shapeless = known === undefined && all.definition.every((level) => level < (elements[0] as number) - 1);
    if (!last && (end <= 0 || shapeless)) {
      this.#rest = all;
      return { column: sliceColumn(all.column, 0, 0), rows: 0 };
    }
    this.#rest = end < count ? sliced(all, end, count) : undefined;
    return this.#rowsOf(end < count ? sliced(all, 0, end) : all, rowOffset, known, maxExpand);
  }

  #rowsOf(entries: Entries, rowOffset: number, known: readonly number[] | undefined, maxExpand: number | undefined): Rows {
    const { elements } = this.#nesting;
    const { repetition, definition, column } = entries;
    let shape = known;
    let pattern = shape && repetitionOf(shape);
    const places: [row: number, from: number][] = [];
    let row = 0;
    for (let at = 0; at < repetition.length; row++) {
      if ((definition[at] as number) < (elements[0] as number) - 1) {
        at++;
        continue;
      }
      shape ??= this.#shapeAt(entries, at);
      pattern ??= repetitionOf(shape);
      if (!this.#matches(entries, at, shape, pattern)) throw unlike(column.name, rowOffset + row, shape, this.#shapeAt(entries, at));
      places.push([row, at]);
      at += pattern.length;
    }
    if (!shape)
      throw new TransloadError(
        "E_SHAPE",
        `column ${JSON.stringify(column.name)} has no list that is not null among its first ${row}, so their shape is not known`,
      );
    checkSpread(row * product(shape), repetition.length, maxExpand);
    const whole = places.length === row && product(shape) > 0;
    return { column: whole ? { ...column, shape } : placeLists(column, shape, row, places), rows: row };
  }

  /** The shape of the lists that begin at this entry, as far as the first of each level tells. */
  #shapeAt({ repetition, definition }: Entries, at: number): number[] {
    return this.#nesting.elements.map((element, d) => {
      if ((definition[at] as number) < element) return 0;
      let length = 1;
      for (let i = at + 1; i < repetition.length && (repetition[i] as number) > d; i++) if (repetition[i] === d + 1) length++;
      return length;
    });
  }

  #matches({ repetition, definition }: Entries, at: number, shape: readonly number[], pattern: Int32Array): boolean {
    const { elements } = this.#nesting;
    const end = at + pattern.length;
    if (end > repetition.length || (end < repetition.length && repetition[end] !== 0)) return false;
    for (let i = 0; i < pattern.length; i++) if (repetition[at + i] !== pattern[i]) return false;
    const empty = shape.indexOf(0);
    if (empty >= 0) return definition.subarray(at, end).every((level) => level === (elements[empty] as number) - 1);
    const cell = elements[elements.length - 1] as number;
    for (let i = at; i < end; i++) if ((definition[i] as number) < cell) return false;
    return true;
  }
}

/** A list that is null is one entry, and as many cells as the others have. */
function checkSpread(cells: number, entries: number, maxExpand: number | undefined): void {
  const guard = expansionGuard("a column of lists that are null", maxExpand);
  guard.took(entries);
  guard.gave(cells);
}

/** A cell, or a list without any, and its levels. */
interface Entries {
  readonly column: Column;
  readonly repetition: Uint8Array;
  readonly definition: Uint8Array;
}

function sliced({ column, repetition, definition }: Entries, from: number, to: number): Entries {
  return {
    column: sliceColumn(column, from, to),
    repetition: repetition.subarray(from, to),
    definition: definition.subarray(from, to),
  };
}

function joined(a: Entries, b: Entries): Entries {
  return {
    column: joinColumns([a.column, b.column]),
    repetition: concat([a.repetition, b.repetition]),
    definition: concat([a.definition, b.definition]),
  };
}

function unlike(name: string, row: number, shape: readonly number[], own: readonly number[]): TransloadError {
  const found = `${own}` === `${shape}` ? "lists of more than one shape, or null, inside" : `shape [${own.join(", ")}]`;
  return new TransloadError(
    "E_SHAPE",
    `row ${row}, column ${JSON.stringify(name)}: its lists must all have one shape; this has ${found}, and those before have [${shape.join(", ")}]`,
    { row },
  );
}
