import type { Batch } from "../columns/batch.js";
import type { DType, DTypeChoice } from "../columns/dtype.js";
import type { ColumnChoice } from "./choice.js";
import type { RowRequest } from "./rows.js";

/** What to do with a number that its dtype cannot hold: refuse, or cut it to fit (a float becomes infinite). */
export type Cast = "error" | "clip";

/** How the cargo is to be read as typed cells. */
export interface CellRequest {
  /** `rows`: a frame's data, one column per cell of a row. `tensor`: one block of any rank. */
  readonly layout: "rows" | "tensor";
  /** Names of the columns; positions stand in when there are none. For a tensor, its own name. */
  readonly names: readonly string[] | undefined;
  /** Cells a row must have, when known. */
  readonly width: number | undefined;
  /** For all numeric columns, or by name. Columns of strings keep theirs. */
  readonly dtype: DTypeChoice | undefined;
  /** Columns of a frame that are read, in this order, where there are names; the others are passed over. */
  readonly pick?: readonly string[] | undefined;
  /** Where nobody asked for a dtype: int64 or uint64 where the numbers are whole, and not float64. */
  readonly infer?: boolean | undefined;
  /** What the payload itself says that its columns are, all of them or by name: for those that nobody asked a dtype for. */
  readonly declared?: DType | Readonly<Record<string, DType>> | undefined;
  /** What columns turned out to be that were guessed wrong before, by name; undefined where they are read but once. */
  readonly guesses?: Readonly<Record<string, DType>> | undefined;
  /** A column of several kinds is refused, and not read as text: it is to be written as it came. */
  readonly narrow?: boolean | undefined;
  /** Columns of a frame that no dtype is asked for are written as they came, of however many kinds; or where they are scalars. */
  readonly verbatim?: ColumnChoice["verbatim"];
  readonly cast: Cast;
  /** Rows of a batch; undefined for about a mebibyte of cells. */
  readonly batchRows: number | undefined;
  /** In its place: bytes of cells in a batch. */
  readonly batchBytes?: number | undefined;
  /** Batches borrow the engine's memory, valid until the next one is read. */
  readonly reuse: boolean;
  /** Text columns keep each text once, and which of them a cell is. */
  readonly dictionary?: boolean;
  /** Read no values: `next()` gives no batch, and `seen` tells what the columns hold. */
  readonly survey?: boolean;
  /** The rows are those of a delimited file, to be read so. */
  readonly rows?: RowRequest;
}

/** What the cells of a column were. */
export interface Seen {
  readonly name: string;
  /** Shape of one row's cells. */
  readonly shape: readonly number[];
  readonly integers: boolean;
  readonly floats: boolean;
  readonly strings: boolean;
  readonly booleans: boolean;
  /** Lists or objects in a frame's cells. */
  readonly nested: boolean;
  readonly nulls: number;
  readonly nans: number;
  /** Least and greatest of the whole numbers without point or exponent; 2^64 and its negative stand for what is beyond. */
  readonly wholes: readonly [bigint, bigint] | undefined;
  /** Least and greatest of the other numbers, as doubles, NaN and Infinity aside. */
  readonly reals: readonly [number, number] | undefined;
  /** Look bits (codes.ts) of all cells: what they would be to a server that guesses. */
  readonly looks: number;
}

/** What stands for whole numbers of 2^64 and more. */
export const BEYOND = 2n ** 64n;

/** A whole number for `wholes`. */
export function cutToFit(value: bigint): bigint {
  return value > BEYOND ? BEYOND : value < -BEYOND ? -BEYOND : value;
}

/** Reads the cargo as batches, from its first byte to its last. */
export interface CellReader {
  /** The next batch; undefined when more input is needed, or none is left. */
  next(): Batch | undefined;
  /** The cargo is read to its end; the scanner goes on after it. */
  readonly done: boolean;
  /** Rows read so far. */
  readonly rows: number;
  /** In a survey: what was seen of each column. */
  readonly seen: readonly Seen[];
  /** Cells of short rows that were filled in, where they are. */
  readonly padded?: number;
}
