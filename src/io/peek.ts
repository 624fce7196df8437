import { concat } from "../columns/bytes.js";

/** So many bytes tell the form of a binary file. */
export const ENOUGH = 8;

const MAGIC = [
  ["gzip", [0x1f, 0x8b]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
] as const;

/** How it is compressed, as far as the first bytes tell; Brotli has none that tell. */
export function compressionAt(head: Uint8Array): "gzip" | "zstd" | undefined {
  return MAGIC.find(([, magic]) => magic.every((byte, i) => head[i] === byte))?.[0];
}

/** Whether bytes that are still to come may tell that it is. */
export function mayBeCompressed(head: Uint8Array): boolean {
  return MAGIC.some(([, magic]) => head.length < magic.length && head.every((byte, i) => byte === magic[i]));
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The first bytes of a source, and all of it: what was looked at comes again. */
export async function peek(chunks: Chunks): Promise<{ head: Uint8Array; rest: AsyncIterableIterator<Uint8Array> }> {
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  let head: Uint8Array = new Uint8Array();
  while (head.length < ENOUGH) {
    const { value, done } = await iterator.next();
    if (done) break;
    // most often the first chunk is enough; it may be lent, and is valid until the next is asked for
    head = head.length === 0 && value.length >= ENOUGH ? value : concat([head, value]);
  }
  return { head, rest: rejoin(head, iterator) };
}

/** What was taken of an iterator, and the rest of it. Closing it closes the iterator, even when nothing was asked for yet. */
export function rejoin(head: Uint8Array, rest: AsyncIterator<Uint8Array> | Iterator<Uint8Array>): AsyncIterableIterator<Uint8Array> {
  let first = head.length > 0;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (!first) return rest.next();
      first = false;
      return { value: head, done: false };
    },
    async return() {
      await rest.return?.();
      return { value: undefined, done: true };
    },
  };
}
