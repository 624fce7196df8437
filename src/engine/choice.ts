import type { DType } from "../columns/dtype.js";

/** What a column is, and who said so. */
export interface ColumnChoice {
  readonly dtype: DType;
  /** Its cells said so, as far as they have been seen: a cell that does not fit shows that the guess was wrong. */
  readonly guessed: boolean;
  /** None of them was seen but nulls, which are of any dtype, and whoever asks can read again: the first other cell says what the column is. */
  readonly unseen?: true;
  /** Nothing is asked of its cells: text, each as the JSON that it is; or each that is no list or object. */
  readonly verbatim?: "cells" | "scalars" | undefined;
}

/** What a column takes besides its dtype's own cells (core/column.ts). Verbatim: any cell, as the JSON that it is; to the core that is a dtype. */
export const Takes = { Lists: 1, Scalars: 2, Exact: 4, Pure: 8, Nothing: 16, Verbatim: 32 } as const;
