// What is read twice: ranges of the input that lie in its store.
import type { Seen } from "../engine/cells.js";
import { Mode } from "../engine/codes.js";
import type { ColumnSource, RowReader, RowRequest, RowStyle } from "../engine/rows.js";
import type { InputFacts } from "../envelope/layouts/scope.js";
import { TransloadError } from "../errors.js";
import type { Store } from "../io/store.js";
import type { TableJob } from "./job.js";

const LIST = Uint8Array.of(0x5b /* [ */);
const CLOSE = Uint8Array.of(0x5d /* ] */);
/** Bytes read from a store at once. */
const PIECE = 1 << 18;

/** A range of the input that is to be read again; `to` is known once it has ended. */
export interface Range {
  readonly name: string | undefined;
  readonly from: number;
  /** The keys on the way to it. */
  readonly path: readonly string[];
  to: number;
  /** Elements of its list. */
  rows: number;
  /** Its elements are lists. */
  nested: boolean;
  /** How deep they are, and how long, once it has ended. */
  inner?: readonly [rank: number, length: number] | undefined;
  facts: InputFacts | undefined;
  /** What its cells were, where that was looked at. */
  seen: Seen | undefined;
}

/** A range that begins here. */
export function rangeFrom(from: number, path: readonly string[]): Range {
  return { name: undefined, from, path, to: from, rows: 0, nested: false, facts: undefined, seen: undefined };
}

export function* bytesOf(store: Store, { from, to }: Range): Generator<Uint8Array, undefined, void> {
  for (let at = from; at < to; ) {
    const buffer = new Uint8Array(Math.min(PIECE, to - at));
    const n = store.read(at, buffer);
    if (n === 0) throw new TransloadError("E_READ", "the input changed while it was read");
    yield buffer.subarray(0, n);
    at += n;
  }
  return undefined;
}

/** The inside of a list that lies in a store. */
export function sourceOf(store: Store, { from, to }: { from: number; to: number }): ColumnSource {
  let at = from;
  return {
    read: (target) => {
      const n = store.read(at, target.subarray(0, to - at));
      at += n;
      return n;
    },
  };
}

/** A reader of a range; `feed` gives it the next piece, and says whether there was one; `close` when it is done. */
export function reread(
  job: TableJob,
  range: Range,
  request: RowRequest,
  style: RowStyle,
  mode: Mode = request.syntax === "records" ? Mode.Records : Mode.Free,
): { reader: RowReader; feed(): boolean; close(): void } {
  const json = job.rewriter !== undefined;
  const scanner = job.createScanner(() => range.path, json ? range.from - 1 : range.from);
  if (json) {
    // the scanner is to find itself inside a list
    scanner.push(LIST);
    scanner.watch(1);
    scanner.next();
    scanner.startCargo(mode, undefined);
  }
  const pieces = bytesOf(job.store, range);
  let closed = false;
  const feed = (): boolean => {
    const { value, done } = pieces.next();
    if (!done) scanner.push(value);
    else if (closed) return false;
    else {
      closed = true;
      if (json) scanner.push(CLOSE);
      scanner.finish();
    }
    return true;
  };
  feed();
  return { reader: scanner.rows(request, style), feed, close: () => scanner.close() };
}
