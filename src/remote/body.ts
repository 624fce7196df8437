import type { Readable } from "node:stream";
import type { Answer } from "./store.js";

/** A stream's chunks. Closing it ends the stream, also where nothing was asked for yet; `blame` says what its errors are. */
export function bodyOf(stream: Readable, blame: (error: unknown) => unknown): AsyncIterable<Uint8Array> {
  stream.on("error", () => {}); // told by next(), where somebody asks
  return {
    [Symbol.asyncIterator]() {
      const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
      return {
        async next() {
          try {
            const { value, done } = await chunks.next();
            // a Buffer's slice() is no copy
            return done ? { value: undefined, done } : { value: new Uint8Array(value.buffer, value.byteOffset, value.length), done: false };
          } catch (error) {
            throw blame(error);
          }
        },
        async return() {
          stream.destroy();
          return { value: undefined, done: true };
        },
      };
    },
  };
}

/** An object without bytes, of which a store has no range. */
export function emptyAnswer(version?: string): Answer {
  return { from: 0, size: 0, version, ranged: true, body: nothing() };
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}
