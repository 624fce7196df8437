// A document's stretches, handed out to threads as these become free, and what comes of them, in order.
import { readSync } from "node:fs";
import { boundaryBehind, type RowLook } from "./boundary.js";
import type { OpenFile } from "./open-file.js";
import type { Stretch } from "./stretch.js";
import type { Thread } from "./threads.js";

/** Bytes of a stretch: enough that its head, and telling a thread of it, cost little. */
export const STRETCH = 1 << 22;
/** Where a row ends is looked for in so many bytes, and then in more, */
const WINDOW = 1 << 16;
/** and in no more than these; the last stretch is no longer, either. */
export const FAR = 1 << 26;
/** Stretches that a thread is given: one that it works on, and one that waits, is used, or is next. */
const ROOMS = 2;

export interface Planned extends Stretch {
  /** It goes to the document's end. */
  readonly last: boolean;
}

/** The stretches of rows that look so; the first one begins behind the head. */
export function* stretchesOf(file: OpenFile, head: number, look: RowLook): Generator<Planned, void, void> {
  for (let from = head, begins = true; ; begins = false) {
    const to = cutBehind(file, from + STRETCH, look);
    yield { from, to: to ?? file.size, first: begins, last: to === undefined };
    if (to === undefined) return;
    from = to;
  }
}

/** Just behind the row that seems to end at this place or behind it. */
export function cutBehind({ fd, size }: OpenFile, at: number, look: RowLook): number | undefined {
  for (let length = WINDOW; at < size && length <= FAR; length *= 4) {
    const bytes = new Uint8Array(Math.min(length, size - at));
    const found = boundaryBehind(bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, at)), 0, look);
    if (found !== undefined) return at + found;
    if (length >= size - at) return undefined;
  }
  return undefined;
}

/** What a thread has made of a stretch: undefined where it is not sound. */
export interface Answered<Answer> {
  readonly stretch: Stretch;
  readonly answer: Answer | undefined;
}

/**
 * Has the stretches worked on; `first` and then the others. The last one is not for a thread: `onLast` is given it while others are still
 * worked on. Each is worked on in memory that was used before: `freed` says which an answer leaves, when the next one is asked for.
 */
export async function* relay<Answer>(
  threads: readonly Thread[],
  first: Planned,
  others: Iterator<Planned, void, void>,
  onLast: (stretch: Planned) => void,
  freed: (answer: Answer) => ArrayBuffer,
): AsyncGenerator<Answered<Answer>, void, undefined> {
  const memories = Array.from({ length: threads.length * ROOMS }, () => new ArrayBuffer(0));
  const flying: { stretch: Stretch; answer: Promise<Answer | undefined> }[] = [];
  let next: Planned | undefined = first;
  for (;;) {
    while (next && (next.last || memories.length > 0)) {
      if (next.last) onLast(next);
      else {
        const stretch = next;
        const memory = memories.pop() as ArrayBuffer;
        const thread = threads.reduce((a, b) => (b.pending < a.pending ? b : a));
        // what is refused, one reader says
        flying.push({ stretch, answer: thread.ask<Answer | undefined>({ stretch, memory }, [memory]).catch(() => undefined) });
      }
      next = others.next().value ?? undefined;
    }
    const flight = flying.shift();
    if (!flight) return;
    const answer = await flight.answer;
    yield { stretch: flight.stretch, answer };
    if (answer) memories.push(freed(answer));
  }
}
