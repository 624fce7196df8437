import type { ColumnPick } from "../columns/column-pick.js";
import type { ColumnChoice } from "./choice.js";

/** How rows are written down. The lines are those of JSON Lines: a list or a record each. */
export type RowSyntax =
  | "lists" // [[1,2],[3,4]]
  | "records" // [{"a":1},{"a":2}]
  | "features" // [{"features":[1,2]},{"features":[3,4]}]
  | "cells" // [1,2]: every cell is a row
  | "grouped" // [1,2,3,4]: as many cells as there are names are a row
  | "listLines"
  | "recordLines"
  | "delimited"
  | "across"; // a list for each column, side by side

/**
 * What is written for a cell that is missing, or NaN: the row is refused; null; Python's token; or not even a key.
 * `finite`: null for NaN, and the infinities are refused.
 */
export type Gap = "error" | "null" | "token" | "omit" | "finite";

/** Which fields of a column are numbers; in all but those of text, words for true and false are such. */
export type Spelling =
  | "json" // as JSON has them, and the infinities as programs write them: inf, Inf, Infinity
  | "pointed" // also those that begin with their point: .5
  | "any" // in every spelling that pandas reads: 01, +1, " 1", 5., INF
  | "pandas" // the same; whole ones above 2^64 - 1 are text
  | "text"; // none

/** How the fields of a delimited file are read. */
export interface Fields {
  /** One byte between two fields. */
  readonly delimiter: string;
  /** One byte around a field. */
  readonly quote: string;
  /** Words that stand for nothing, besides the empty field. */
  readonly missing: readonly string[];
  /** What the fields of a column are, by its name. */
  readonly spelling: (name: string) => Spelling;
}

/** How the rows of a cargo are to be read. */
export interface RowRequest {
  readonly syntax: RowSyntax;
  /** Names of the columns, where they are known. Without them lists have positions, and records are learned. */
  readonly names: readonly string[] | undefined;
  /** Cells of a row where it is known, and there are no names. */
  readonly width?: number;
  /** A key that is none of the names: refused; a column when the first record brings it; a column always. */
  readonly newKeys: "refuse" | "first" | "always";
  /** Short rows are refused, or filled with missing cells. */
  readonly ragged: "error" | "pad";
  /** Lists and objects in cells are texts: their JSON. */
  readonly nestedTexts?: boolean;
  /** Of a key that stands twice in a record, the one that counts. */
  readonly twice: "first" | "last";
  readonly fields: Fields | undefined;
  /** The columns that are written, where these are some of those that are read, or in another order. */
  readonly pick?: ColumnPick | undefined;
  /** The columns that are read side by side, in the order of the names; beside `lists`, the first column alone, which is not in the rows. */
  readonly across?: readonly ColumnSource[];
}

/** The inside of a column's list, without its brackets. */
export interface ColumnSource {
  /** Fills the target from where the last call ended; returns how many bytes, 0 at the end. */
  read(target: Uint8Array): number;
}

/** The texts around the cells of a row. */
export interface RowTexts {
  /** Before each cell, by its place in the row: `[` and `,`, or `{"age":` and `,"chol":`. */
  readonly before: (i: number) => string;
  readonly after: string;
  /** Between two rows. */
  readonly between: string;
}

/** Columns that the core fills with the cells of rows. */
interface TypedRows {
  readonly choices: readonly ColumnChoice[];
  /** There is no room for the next row: true when the batch is full. */
  flush(): boolean;
  /** The window is about to move. */
  drain(): void;
}

/** How rows are to be written. */
export interface RowStyle {
  /** `none`: they are only read. `columns`: as JSON, every column for itself, a comma between its cells. */
  readonly cells: "none" | "json" | "delimited" | "columns" | "typed";
  /** `typed`: the core's own columns take the cells. */
  readonly typed?: TypedRows;
  readonly delimiter?: string;
  readonly missing: Gap;
  readonly nan: Gap;
  /** null may be written. */
  readonly nulls: boolean;
  /** It matters whether numbers are whole, and how large: a datatype is to be chosen for them. */
  readonly sizes?: boolean;
  /** Called when the columns are known, and again when a record brings a new one. */
  texts(names: readonly string[] | undefined, width: number): RowTexts;
  /** A column that is left out of the rows: its cells go to `column`, a comma between them. Its text before is empty. */
  readonly routed?: number;
  /** Takes a stretch of that column, valid during the call. */
  column?(bytes: Uint8Array): void;
  /** `columns`: takes a stretch of every column, one behind the other, and where each ends; valid during the call. */
  block?(bytes: Uint8Array, ends: Uint32Array): void;
}

/** What the cells of a column were, so far. */
export interface CellKinds {
  readonly integers: boolean;
  readonly floats: boolean;
  readonly booleans: boolean;
  readonly texts: boolean;
  readonly nested: boolean;
  readonly nulls: boolean;
  readonly nans: boolean;
  readonly missing: boolean;
  /** Whole numbers above 2^63 - 1; those that 64 bits cannot hold; negative ones. */
  readonly unsigned: boolean;
  readonly huge: boolean;
  readonly negative: boolean;
}

/** What a person should know of the rows that were read, in numbers. */
export interface Counts {
  /** Cells that were filled in because a row was short. */
  readonly padded: number;
  /** Keys that stood twice in a record. */
  readonly repeated: number;
  /** Texts written to a delimited file that its reader will take for a number, a boolean or nothing. */
  readonly retyped: number;
}

/** Reads rows and writes them in another shape, their cells as they stand. */
export interface RowReader extends Counts {
  /** Text of the next rows, the caller's to keep; undefined when more input is needed, the limit is reached, or all is read. */
  next(): Uint8Array | undefined;
  /** All rows are read. */
  readonly done: boolean;
  /** The limit is reached, and there may be more rows. */
  readonly full: boolean;
  /** Read on, up to this many rows in all, and this many bytes of text from here. `fresh`: the next row is the first of its output. */
  limit(rows: number | undefined, bytes: number | undefined, fresh: boolean): void;
  /**
   * Rows are read and not written from here on, or written again; called where the reader is at its limit, or before the first row. What is told
   * of the rows (kinds, and counts) is told of those that are written.
   */
  skip(on: boolean): void;
  /** No row is wanted any more: the reader is done. Returns what it has written and not given out. */
  end(): Uint8Array | undefined;
  /** Of a keyed source whose columns are picked: those of them that no row has had, so far, and all columns that there are. */
  readonly keys: { readonly unseen: readonly string[]; readonly known: readonly string[] };
  /** Rows read so far, written or not. */
  readonly rows: number;
  /** Cells of a row that is written, once known. */
  readonly width: number | undefined;
  /** Names of the columns that are written, where there are any. */
  readonly names: readonly string[] | undefined;
  /** What the cells were. Where no `sizes` are asked for, numbers of text are numbers: integers and floats may not be told apart. */
  readonly kinds: readonly CellKinds[];
}
