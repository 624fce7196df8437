// What an AbortSignal ends, ends with E_ABORT: streams, and those who read chunks that may never come.
import type { Duplex } from "node:stream";
import { abortError } from "../errors.js";

/** The stream, which the signal destroys. */
export function destroyOn<Stream extends Duplex>(signal: AbortSignal | undefined, stream: Stream): Stream {
  if (!signal) return stream;
  const stop = () => void stream.destroy(abortError(signal));
  if (signal.aborted) stop();
  else {
    signal.addEventListener("abort", stop, { once: true });
    stream.once("close", () => signal.removeEventListener("abort", stop));
  }
  return stream;
}

/** @throws TransloadError E_ABORT where the signal has said so. */
export function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal);
}

/** The items until the signal says otherwise, also while one is waited for. */
export function abortable<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  signal: AbortSignal | undefined,
): AsyncIterable<Item> | Iterable<Item> {
  return signal ? untilAborted(items, signal) : items;
}

/** @throws TransloadError E_ABORT. */
async function* untilAborted<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  signal: AbortSignal,
): AsyncGenerator<Item, void, undefined> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let fail = (_: unknown): void => {};
  const stop = () => fail(abortError(signal));
  signal.addEventListener("abort", stop);
  try {
    for (;;) {
      refuseAborted(signal);
      // not Promise.race, which would keep a reaction for each item as long as the signal lives
      const next = await new Promise<IteratorResult<Item>>((resolve, reject) => {
        fail = reject;
        Promise.resolve(iterator.next()).then(resolve, reject);
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    await close(iterator, signal);
  }
}

/** Closes an iterator, also one that nobody has asked for anything, or that is closed. */
export async function close(iterator: AsyncIterator<unknown> | Iterator<unknown>, signal: AbortSignal | undefined): Promise<void> {
  const closed = Promise.resolve(iterator.return?.());
  // what was waited for may never come, and a generator closes only then
  if (signal?.aborted) closed.catch(() => {});
  else await closed;
}
