// Dremel's levels of the lists around cells (Melnik et al., 2010; parquet-format, Nested Encoding). A level of repetition says which list
// goes on: 0 begins a row. A level of definition says how much there is of it.

import { widthOf } from "./hybrid.js";

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

/** Lists of so many levels as we write them: every list, and every cell, may be null. */
export function nestingOf(rank: number): Nesting {
  return { elements: Array.from({ length: rank }, (_, i) => 2 * (i + 1)), most: 2 * rank + 1 };
}
