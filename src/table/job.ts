import type { Batch } from "../columns/batch.js";
import type { ColumnPick } from "../columns/column-pick.js";
import type { DTypeChoice } from "../columns/dtype.js";
import type { RowSet } from "../columns/row-set.js";
import type { Gap } from "../dialects/index.js";
import type { End } from "../dialects/needs.js";
import type { CellRequest } from "../engine/cells.js";
import type { CreateScanner } from "../engine/index.js";
import type { CellKinds, Counts } from "../engine/rows.js";
import type { Scanner } from "../engine/scanner.js";
import type { Rewriter } from "../envelope/rewriter.js";
import type { Warning } from "../errors.js";
import type { Spill, Store } from "../io/store.js";

/** What a lane waits for: the next chunk, or the sink. */
export type Wait = "more" | "pause";

/** What is asked of the rows. */
export interface TableOptions {
  /** Names for columns that have none. */
  readonly columns: readonly string[] | undefined;
  /** The columns that are wanted of those that have names; undefined for all. */
  readonly pick: ColumnPick | undefined;
  /** The first record has all the keys there are, and nothing that pieces need stands behind the rows. */
  readonly fixed: boolean;
  readonly ragged: "error" | "pad";
  /** A column that is asked for, and that no record has, is a gap in all of them, and no fault. */
  readonly mayLack: boolean;
  /** Lists and objects in cells are written as the text of their JSON. */
  readonly nested: "keep" | "json";
  readonly nan: Gap | undefined;
  readonly missing: Gap | undefined;
  /** A delimited file of the source's, and of the target's, begins with a line of names. */
  readonly header: boolean;
  readonly delimiter: string | undefined;
  readonly quote: string;
  /** Words that stand for nothing in a delimited file. */
  readonly na: readonly string[];
  /** Columns of a delimited file that are text. */
  readonly text: ReadonlySet<string>;
  /** A frame's names are written before its rows. */
  readonly namesFirst: boolean;
  /** Records that lack a key that others have are told of: they would not have it otherwise. */
  readonly tellsGaps: boolean;
  /** The rows are gone through to choose some of them by their columns' names. */
  readonly namesOnly: boolean;
  /** What somebody will read the columns of a delimited file as. */
  readonly asked: DTypeChoice | undefined;
  /** A field is what it looks like, or what pandas makes of its whole column. */
  readonly typing: "lexical" | "pandas";
  /** `column:NAME`: the labels become that column, or the column the labels. */
  readonly index: string;
  /** Where the rows go in the end, where the target is but on the way. */
  readonly goal: End | "reader" | undefined;
  /** Open Inference Protocol's datatype for numbers, where it is not to be told from the cells. */
  readonly datatype: string | Readonly<Record<string, string>> | undefined;
  readonly maxRows: number | undefined;
  readonly maxBytes: number | undefined;
  /** The rows that are wanted; undefined for all. */
  readonly picked: RowSet | undefined;
}

/** How batches are to be made. */
export type BatchRequest = Pick<
  CellRequest,
  "dtype" | "infer" | "declared" | "guesses" | "cast" | "batchRows" | "batchBytes" | "reuse" | "dictionary"
> & {
  /** What is lent is looked at by nobody any more, once the last batch has been taken. */
  readonly copied?: boolean;
};

/** Where the outputs go: one, or a piece after the other. */
interface TableSink {
  write(bytes: Uint8Array): void;
  /** Takes rows as typed columns, where batches were asked for. */
  batch(batch: Batch): void;
  /** The piece is complete. */
  endPiece(rows: number, firstRow: number): void;
  /** The sink takes no more for now. */
  readonly full: boolean;
}

/** What is to be told of the rows that were read, where these are but some of them. */
export interface Tally {
  readonly counts: Counts;
  /** What the cells were. */
  readonly kinds: CellKinds;
  /** What is said of so many in all. */
  readonly warnings: (all: Counts) => Warning[];
}

export interface TableJob {
  readonly source: End;
  readonly target: End;
  readonly rewriter: Rewriter | undefined;
  readonly scanner: Scanner;
  readonly createScanner: CreateScanner;
  readonly store: Store;
  readonly spill: () => Spill;
  readonly sink: TableSink;
  readonly options: TableOptions;
  readonly warn: (code: Warning["code"], message: string) => void;
  /** Called in the place of a warning about the rows that were read. */
  readonly tally: ((tally: Tally) => void) | undefined;
  /** Rows of a delimited file are wanted as batches, and not as text. */
  readonly batches: BatchRequest | undefined;
  /** No chunk will come any more. */
  readonly ended: () => boolean;
  /** The chunk that was taken last, and the offset of its first byte. */
  readonly head: () => Uint8Array;
  readonly headAt: () => number;
  /** The source that the caller has, where this one was made of it on the way. */
  readonly origin: End;
}

export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
