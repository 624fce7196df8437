import type { CellReader, CellRequest } from "./cells.js";
import type { Mode } from "./codes.js";
import type { Printer, PrintRequest } from "./printer.js";
import type { RowReader, RowRequest, RowStyle } from "./rows.js";

/** What the scanner stopped for. `offset` is where: just after the byte or value that the event tells of. */
export type Event =
  | "more" // the chunk is used up
  | "value" // the first byte of a watched value is at offset - 1
  | "end" // a watched value ended at offset
  | "key" // the opening quote of a watched key is at offset - 1
  | "keyEnd" // a watched key ended at offset
  | "comma" // the comma between watched members is at offset - 1
  | "nanStart" // the first letter of a NaN or Infinity is at offset - 1; a minus may stand before it
  | "nanEnd" // that token ended at offset
  | "element" // the first byte inside the list that was peeked into is at offset, and not used up
  | "rows" // as many of the cargo's rows as were asked for have ended; the comma behind them is at offset - 1
  | "rowsEnd"; // the bracket that ends the rows is at offset, and not used up

/**
 * A JSON reader that is fed chunks and pulled for events. It checks everything RFC 8259 asks, and the lengths of the
 * cargo; it holds nothing but the chunk it was given and a few bytes of state.
 */
export interface Scanner {
  /** The next bytes; the ones before must be used up (`next()` said "more"). */
  push(chunk: Uint8Array): void;
  /** The chunk that was pushed last is the last one: nothing is to be waited for. Then the reader is asked once more, and `finish` called. */
  last(): void;
  /** No more bytes will be pushed; a last event may be due. */
  finish(): void;
  /** Throws E_TRUNCATED or E_EMPTY unless the document is complete. */
  end(): void;
  /** @throws TransloadError for the first fault in the input. */
  next(): Event;
  /** Absolute offset of the last event, in bytes. */
  readonly offset: number;
  /** The line of that offset, from 1, and the absolute offset of its first byte. */
  readonly line: number;
  readonly lineAt: number;
  /** Absolute offset up to which the input has been judged; what is before it may be passed on. */
  readonly judged: number;
  /** Judged bytes of the current chunk, from and to absolute. */
  slice(from: number, to: number): Uint8Array;
  /** Raise events for values with at most this many containers around them. */
  watch(depth: number): void;
  /** Raise "element" next: what the list begins with whose opening "value" event was just raised. */
  peek(): void;
  /** The list whose opening "value" (or "element") event was just raised is the cargo: check its lengths. `width`: cells of a row, when known. */
  startCargo(mode: Mode, width: number | undefined): void;
  /** Raise "rows" behind so many rows of the cargo, counted from its first, and "rowsEnd" at its end. */
  stopAfter(rows: number): void;
  /** Rows of the cargo that have ended, at "rows" and "rowsEnd". */
  readonly rowsEnded: number;
  /** Stops checking lengths. */
  endCargo(): void;
  /** Members of the container that the last "end" event closed. */
  readonly members: number;
  /** Cells of a row of the cargo, undefined before the first row ended. */
  readonly width: number | undefined;
  /** Dimensions inside the cargo's outermost list: 0 for a list of scalars. Undefined before the first scalar. */
  readonly innerRank: number | undefined;
  /** null is refused inside the cargo. */
  refuseNull(refuse: boolean): void;
  /** What NaN, Infinity and -Infinity are: refused, passed, or told of by nanStart and nanEnd. */
  nan(policy: "error" | "pass" | "tell"): void;
  /** The last byte judged is a minus that a nanStart may follow: it must not be passed on yet. */
  readonly pendingMinus: boolean;
  /** Reads the cargo as typed cells instead: call at its "value" event. */
  cells(request: CellRequest): CellReader;
  /** Reads the cargo's rows and writes them in another shape: call at its "value" event, or first of all where rows are the whole input. */
  rows(request: RowRequest, style: RowStyle): RowReader;
  /** Writes batches; those of this scanner's cell reader without copying them first. */
  printer(request: PrintRequest): Printer;
  /** Nothing more is asked of it, nor of its readers and printers, and what they lent is not read again. Without it, the memory is garbage. */
  close(): void;
}

/** The key path to the innermost watched container, for error messages. */
export type PathOf = () => readonly string[];

/** Makes a scanner. `start`: absolute offset of the first byte that will be pushed; `maxRowBytes`: what a row may have where it is held. */
export type CreateScanner = (pathOf: PathOf, start: number, maxRowBytes?: number) => Scanner;
