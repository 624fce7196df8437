// Pages whose cells stand in lists to rows: levels to a shape, which all of a column's lists must have.

import { concat } from "../../columns/bytes.js";
import type { Column } from "../../columns/column.js";
import { placeLists, product } from "../../columns/lists.js";
import { TransloadError } from "../../errors.js";
import { expansionGuard } from "../../io/expansion.js";
import { joinColumns, sliceColumn } from "../cut.js";

import { type Nesting, repetitionOf } from "./nesting.js";

import type { Decoded } from "./page.js";

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
