// What is read twice: ranges of the input that lie in its store.
import type { Seen } from "../engine/cells.js";
import { Mode } from "../engine/codes.js";
import type { ColumnSource, RowReader, RowRequest, RowStyle } from "../engine/rows.js";
import type { Scanner } from "../engine/scanner.js";
import type { InputFacts } from "../envelope/layouts/scope.js";
import { TransloadError } from "../errors.js";
import type { Store } from "../io/store.js";
import type { TableJob } from "./job.js";

const LIST = Uint8Array.of(0x5b /* [ */);
export const CLOSE = Uint8Array.of(0x5d /* ] */);
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
  /** Where its bytes are, by their offsets, unless they are the input's own. */
  readonly store?: Pick<Store, "read">;
}

/** A scanner that stands inside a list, which begins before this offset. */
export function scannerInside(job: Pick<TableJob, "createScanner">, range: Pick<Range, "from" | "path">, mode: Mode): Scanner {
  const scanner = job.createScanner(() => range.path, range.from - 1);
  scanner.push(LIST);
  scanner.watch(1);
  scanner.next();
  scanner.startCargo(mode, undefined);
  return scanner;
}

/** A range that begins here. */
export function rangeFrom(from: number, path: readonly string[]): Range {
  return { name: undefined, from, path, to: from, rows: 0, nested: false, facts: undefined, seen: undefined };
}

export function* bytesOf(input: Store, { from, to, store = input }: Range): Generator<Uint8Array, undefined, void> {
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
export function sourceOf(input: Store, { from, to, store = input }: Pick<Range, "from" | "to" | "store">): ColumnSource {
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
  const scanner = json ? scannerInside(job, range, mode) : job.createScanner(() => range.path, range.from);
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
