// What a column is: below everything that makes one, reads one or writes one.
import type { DType, TimeDType, TypedArray } from "./dtype.js";

/**
 * Text cells in Arrow's layout: UTF-8, one behind the other. Without `codes`, cell i is `bytes` from `offsets[i]` to `offsets[i + 1]`; with
 * them it is the text of that number, and -1 stands for a null.
 */
export interface Texts {
  /** Where each text begins in `bytes`, and where the last one ends. */
  readonly offsets: Int32Array<ArrayBuffer>;
  /** The texts in UTF-8, without anything between them. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** A dictionary's: which of its texts each cell is. */
  readonly codes?: Int32Array<ArrayBuffer>;
}

/** The lists of one level. */
export interface Level {
  /** List i has the lists of the next level, or the cells, from `offsets[i]` to `offsets[i + 1]`: from 0 to all that there are. */
  readonly offsets: Int32Array<ArrayBuffer>;
  /** A byte for each list, 1 present and 0 null, which has none; absent where no list is null. */
  readonly valid?: Uint8Array<ArrayBuffer>;
}

/** A run of cells of one dtype: a column of a frame, or a whole tensor. */
export interface Column {
  /** The column's name, or its position when the payload has none; "" for an unnamed tensor. */
  readonly name: string;
  /** numpy's name for the kind of its cells. */
  readonly dtype: DType;
  /**
   * rowCount cells, times the product of `shape`, or as many as `lists` have; row-major. A null is NaN in floats, 0 in integers, "" in strings, no bytes in bytes,
   * and numpy's NaT, the least 64-bit integer, in times.
   */
  readonly values: TypedArray | string[] | Uint8Array[];
  /**
   * Of text as it was read, in Arrow's layout: `values` makes JavaScript's strings of it when it is asked for, and these may be changed.
   * Absent where it came as strings.
   */
  readonly texts?: Texts;
  /** A byte for each cell, 1 present and 0 null; absent when no cell is null. */
  readonly valid?: Uint8Array<ArrayBuffer>;
  /** Of times that are points in UTC, or elsewhere, and not of a clock on some wall: Arrow's name of the zone. */
  readonly timezone?: string;
  /** Shape of one row's cells: [] for a scalar, and for lists that have not all one shape, or are null. */
  readonly shape: readonly number[];
  /**
   * Of cells that are lists of any length, from the outermost level in: absent for scalars, and where `shape` is that of all that can come.
   * Where these lists happen to have one shape, `shape` has it, too.
   */
  readonly lists?: readonly Level[];
  /** Of text that is decimal numbers, whose every digit counts: text forms have them as numbers. */
  readonly decimal?: true;
  /** Of text that is JSON, an object or a list that has some, as a file with structs or maps has: text forms have it as it is. */
  readonly json?: true;
}

/** What a column's text is where it is more than text. */
export type Verbatim = Pick<Column, "decimal" | "json">;

/** That of a column, for one that has the same text. */
export function verbatim({ decimal, json }: Verbatim): Verbatim {
  return { ...(decimal && { decimal }), ...(json && { json }) };
}

/** Whether its text stands in text forms as it is, and not as a string. */
export function isVerbatim({ decimal, json }: Verbatim): boolean {
  return decimal === true || json === true;
}

/** A column without its cells and what they are. */
export type Around = Pick<Column, "name" | "shape" | "valid" | "lists">;

/** What stays of a column whose cells become others. */
export function around({ name, shape, valid, lists }: Around): Around {
  return { name, shape, ...(valid && { valid }), ...(lists && { lists }) };
}

/** What the cells of each dtype lie in. Booleans are bytes, 0 or 1; times count in their unit since 1970. */
type ValuesOf = {
  readonly bool: Uint8Array<ArrayBuffer>;
  readonly int8: Int8Array<ArrayBuffer>;
  readonly int16: Int16Array<ArrayBuffer>;
  readonly int32: Int32Array<ArrayBuffer>;
  readonly int64: BigInt64Array<ArrayBuffer>;
  readonly uint8: Uint8Array<ArrayBuffer>;
  readonly uint16: Uint16Array<ArrayBuffer>;
  readonly uint32: Uint32Array<ArrayBuffer>;
  readonly uint64: BigUint64Array<ArrayBuffer>;
  readonly float32: Float32Array<ArrayBuffer>;
  readonly float64: Float64Array<ArrayBuffer>;
  readonly string: string[];
  readonly bytes: Uint8Array[];
} & { readonly [Time in TimeDType]: BigInt64Array<ArrayBuffer> };

/** A column whose `dtype` tells what its `values` are: `if (column.dtype === "int64") column.values[0] // a bigint`. */
export type TypedColumn = {
  readonly [D in DType]: Omit<Column, "dtype" | "values"> & {
    /** numpy's name for the kind of its cells. */
    readonly dtype: D;
    /**
     * rowCount cells, times the product of `shape`; row-major. A null is NaN in floats, 0 in integers, "" in strings, no bytes in bytes, and
     * numpy's NaT, the least 64-bit integer, in times.
     */
    readonly values: ValuesOf[D];
  };
}[DType];

/** Columns of equal dtype that lie behind each other in one array, `stride` cells apart. */
export interface Block {
  /** All cells, column by column. */
  readonly values: TypedArray;
  /** Cells from the start of a column to the start of the next. */
  readonly stride: number;
}
