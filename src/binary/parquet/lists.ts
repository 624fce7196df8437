// Pages whose cells stand in lists to rows: levels to the lists that they tell of.

import { concat } from "../../columns/bytes.js";
import type { Column, Level } from "../../columns/column.js";
import { inLists } from "../../columns/lists.js";
import { joinColumns, sliceRows, takeRows } from "../../columns/rows.js";
import type { Nesting } from "./nesting.js";
import type { Decoded } from "./page-shapes.js";

/** A run of rows: of their cells, and of what else is told of them. */
export interface Rows {
  readonly columns: readonly Column[];
  readonly rows: number;
}

/** Puts the entries of pages together to rows of lists; a row may go on in the next page. */
export class ListRows {
  readonly #nesting: Nesting;
  readonly #rowsOf: (entries: Entries, elements: readonly number[]) => Rows;
  /** Entries of a row whose end has not been seen. */
  #rest: Entries | undefined;

  /** `rowsOf` makes rows of whole ones: of what is in lists, unless it says otherwise. */
  constructor(nesting: Nesting, rowsOf = listRows) {
    this.#nesting = nesting;
    this.#rowsOf = rowsOf;
  }

  /**
   * The rows that end in this page, whose levels are undefined where all are the most there can be. `last`: of the column chunk.
   * @throws Error for levels that no lists have.
   */
  add(page: Decoded, last: boolean): Rows {
    const { elements, most } = this.#nesting;
    const own: Entries = {
      column: page.column,
      repetition: page.repetition ?? new Uint8Array(page.entries).fill(elements.length),
      definition: page.definition ?? new Uint8Array(page.entries).fill(most),
    };
    const all = this.#rest ? joined(this.#rest, own) : own;
    const count = all.repetition.length;
    const end = last ? count : all.repetition.lastIndexOf(0);
    if (!last && end <= 0) {
      this.#rest = all;
      return { columns: [], rows: 0 };
    }
    this.#rest = end < count ? sliced(all, end, count) : undefined;
    return this.#rowsOf(end < count ? sliced(all, 0, end) : all, elements);
  }
}

/** A cell, or a list without any, and its levels. */
export interface Entries {
  readonly column: Column;
  readonly repetition: Uint8Array;
  readonly definition: Uint8Array;
}

function listRows(entries: Entries, elements: readonly number[]): Rows {
  const { cells, lists } = listsOf(entries, elements);
  return { columns: [inLists(cells, lists)], rows: (lists[0]?.offsets.length ?? 1) - 1 };
}

/** The lists that entries tell of, and the cells in them. */
function listsOf({ column, repetition, definition }: Entries, elements: readonly number[]): { cells: Column; lists: Level[] } {
  const count = repetition.length;
  const rank = elements.length;
  const deepest = elements[rank - 1] as number;
  const filling = elements.map(() => new Filling(count));
  const cells = new Int32Array(count);
  let found = 0;
  for (let i = 0, before = 0; i < count; i++) {
    const [from, depth] = [repetition[i] as number, definition[i] as number];
    // DuckDB 2.0 has as many entries for an array that is null as the array would have cells
    if (i > 0 && from > 0 && before === depth && depth < (elements[from - 1] as number)) continue;
    // what goes on must have begun, and must have something more
    if (i === 0 ? from !== 0 : from > 0 && (before < (elements[from - 1] as number) || depth < (elements[from - 1] as number)))
      throw new Error("lists whose levels contradict each other");
    before = depth;
    for (let level = from; level < rank; level++) {
      if (level > 0 && depth < (elements[level - 1] as number)) break;
      (filling[level] as Filling).begin(
        level + 1 < rank ? (filling[level + 1] as Filling).count : found,
        depth >= (elements[level] as number) - 1,
      );
    }
    if (depth >= deepest) cells[found++] = i;
  }
  const lists = filling.map((own, level) => own.end(filling[level + 1]?.count ?? found));
  return { cells: found === count ? column : takeRows(column, cells.subarray(0, found)), lists };
}

/** The lists of one level, one after the other. */
class Filling {
  readonly #offsets: Int32Array<ArrayBuffer>;
  readonly #valid: Uint8Array<ArrayBuffer>;
  #nulls = 0;
  count = 0;

  constructor(most: number) {
    this.#offsets = new Int32Array(most + 1);
    this.#valid = new Uint8Array(most);
  }

  begin(at: number, present: boolean): void {
    this.#offsets[this.count] = at;
    this.#valid[this.count++] = present ? 1 : 0;
    if (!present) this.#nulls++;
  }

  end(at: number): Level {
    this.#offsets[this.count] = at;
    const offsets = this.#offsets.slice(0, this.count + 1);
    return this.#nulls > 0 ? { offsets, valid: this.#valid.slice(0, this.count) } : { offsets };
  }
}

function sliced({ column, repetition, definition }: Entries, from: number, to: number): Entries {
  return {
    column: sliceRows(column, from, to),
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
