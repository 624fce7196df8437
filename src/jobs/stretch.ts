// A stretch of a document's rows, read and converted on whatever thread. It is proved by its own conversion: with the document's head before it
// and the brackets closed behind it, it is a whole payload only if it ends between two rows. So where a stretch is sound, the next one has begun
// where a row begins; the first one has; and so every byte is checked in the state in which one reader alone would have checked it.
import { readSync } from "node:fs";
import { concat } from "../columns/bytes.js";
import type { CellKinds, Counts } from "../engine/rows.js";
import { convertPart, type Errand, type Outcome, type Part } from "./part.js";
import { type Ending, type Head, labelText, same } from "./plan.js";

/** What a document's stretches have in common. */
export interface Document {
  readonly fd: number;
  /** For stretches that others follow, and for the last one. */
  readonly bare: Errand;
  readonly errand: Errand;
  readonly first: Head;
  readonly others: Head;
  readonly tail: Uint8Array;
  readonly ending: Ending;
  readonly bareEnding: Uint8Array;
}

/** Stretches end where rows do, and so are not of one length. */
const SPARE = 1 << 16;
/** More than the memory which Node has for small buffers together. */
const LITTLE = 1 << 14;

/** Which rows: from just behind one to just behind another. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** No rows but the head's stand before it. */
  readonly first: boolean;
}

/** What came of a stretch, besides its bytes. */
export interface Converted extends Pick<Outcome, "rows" | "labels"> {
  readonly counts: Counts | undefined;
  readonly kinds: CellKinds | undefined;
  /** Codes of its warnings. */
  readonly warned: readonly string[];
}

/**
 * Converts a stretch that others follow. Undefined where it is not sound, or does not go with the others: what is written around its rows is
 * another than the head alone has told.
 * @throws TransloadError as the conversion does.
 */
export async function convertStretch(
  document: Document,
  stretch: Stretch,
  memory: ArrayBuffer,
): Promise<(Converted & { written: readonly Uint8Array<ArrayBuffer>[]; memory: ArrayBuffer; moved: readonly ArrayBuffer[] }) | undefined> {
  const { bare, tail, bareEnding } = document;
  const head = headOf(document, stretch);
  const part = partOf(document.fd, head.bytes, stretch, tail, memory);
  const writing = new Writing(head.written);
  const outcome = await convertPart(part, bare, (bytes) => writing.put(bytes));
  // lines have no bracket; a line feed ends a row wherever the conversion is not within one at its end
  const ends = tail.length === 0 || outcome.cargoEnd === part.bytes.length - tail.length + 1;
  const written = ends && !outcome.torn ? writing.before(bareEnding) : undefined;
  const { buffer } = part.bytes;
  const moved = [buffer, ...(written?.map((view) => view.buffer) ?? [])];
  return written && { ...convertedOf(outcome), written, memory: buffer, moved };
}

/** The same of the last one, which has the document's own end: what is written up to the labels that are made, and what is behind them. */
export async function convertLast(
  document: Document,
  stretch: Stretch,
): Promise<{ converted: Converted; outcome: Outcome; upTo: Uint8Array; after: Uint8Array } | undefined> {
  const { errand, ending } = document;
  const head = headOf(document, stretch);
  const part = partOf(document.fd, head.bytes, stretch, new Uint8Array());
  const chunks: Uint8Array[] = [];
  const outcome = await convertPart(part, errand, (bytes) => chunks.push(bytes));
  const text = Buffer.concat(chunks);
  if (outcome.torn || !same(text.subarray(0, head.written.length), head.written)) return undefined;
  const upTo = ending.labelled ? concat([ending.before, labelText(outcome.rows)]) : undefined;
  const at = upTo ? text.lastIndexOf(upTo) : text.length;
  if (at < 0) return undefined;
  const labels = at + ending.before.length;
  const own = text.subarray(head.written.length, upTo ? labels : undefined);
  return { converted: convertedOf(outcome), outcome, upTo: own, after: upTo ? text.subarray(at + upTo.length) : new Uint8Array() };
}

function headOf({ first, others }: Document, stretch: Stretch): Head {
  return stretch.first ? first : others;
}

function convertedOf({ rows, labels, tally, warnings }: Outcome): Converted {
  return { rows, labels, counts: tally?.counts, kinds: tally?.kinds, warned: warnings.map(({ code }) => code) };
}

/** The head, the stretch and the tail, one behind the other, in this memory where it is large enough; and what reads the stretch. */
function partOf(fd: number, head: Uint8Array, { from, to }: Stretch, tail: Uint8Array, memory = new ArrayBuffer(0)): Part {
  const length = head.length + (to - from) + tail.length;
  const bytes = new Uint8Array(memory.byteLength < length ? new ArrayBuffer(length + SPARE) : memory, 0, length);
  bytes.set(head);
  bytes.set(tail, length - tail.length);
  const fill = (begin: number, end: number) => {
    const until = Math.min(end, length - tail.length);
    for (let at = Math.max(begin, head.length); at < until; ) {
      const read = readSync(fd, bytes, at, until - at, from + at - head.length);
      if (read === 0) throw new Error("transload: the file has become shorter");
      at += read;
    }
  };
  return { bytes, fill };
}

/** What is written for a part, but for what is written around its rows. */
class Writing {
  readonly #views: Uint8Array[] = [];
  /** What is yet to come before the rows; undefined where another text came. */
  #head: Uint8Array | undefined;

  constructor(head: Uint8Array) {
    this.#head = head;
  }

  put(bytes: Uint8Array): void {
    if (!this.#head) return;
    const length = Math.min(this.#head.length, bytes.length);
    const fits = same(bytes.subarray(0, length), this.#head.subarray(0, length));
    this.#head = fits ? this.#head.subarray(length) : undefined;
    if (fits && bytes.length > length) this.#views.push(bytes.subarray(length));
  }

  /** All that was written before this text, which was written last; undefined where it was not. */
  before(ending: Uint8Array): Uint8Array<ArrayBuffer>[] | undefined {
    if (this.#head?.length !== 0) return undefined;
    for (let left = ending.length; left > 0; ) {
      const last = this.#views.pop();
      if (!last) return undefined;
      const length = Math.min(left, last.length);
      if (!same(last.subarray(last.length - length), ending.subarray(left - length, left))) return undefined;
      if (length < last.length) this.#views.push(last.subarray(0, last.length - length));
      left -= length;
    }
    return this.#views.map(movable);
  }
}

/** What is little, or lies in memory that others use, in memory of its own: that can go to another thread. */
function movable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const alone = bytes.buffer instanceof ArrayBuffer && bytes.length > LITTLE;
  return alone ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);
}
