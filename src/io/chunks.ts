// What a caller hands over as a source is bytes, or comes as chunks of them: told where they are first seen, as nothing behind it would say so.
import { TransloadError } from "../errors.js";

type Iterating = AsyncIterator<Uint8Array> | Iterator<Uint8Array>;

/**
 * The chunks of a stream or an iterable.
 * @throws TransloadError E_OPTION for what is neither; while it is read, for a chunk that is no bytes.
 */
export function chunksIn(source: unknown): AsyncIterable<Uint8Array> {
  const chunks = source as Partial<AsyncIterable<Uint8Array> & Iterable<Uint8Array>> | null | undefined;
  const begins = (chunks?.[Symbol.asyncIterator] ?? chunks?.[Symbol.iterator]) as (() => Iterating) | undefined;
  if (typeof begins !== "function") throw noSource(source);
  return { [Symbol.asyncIterator]: () => checked(begins.call(chunks)) };
}

/** @throws TransloadError E_OPTION for what is no path and no URL. */
export function checkPath(path: unknown): asserts path is string | URL {
  if (typeof path !== "string" && !(path instanceof URL))
    throw new TransloadError("E_OPTION", `a file is a path or a URL, and not ${kindOf(path)}`);
}

/** No generator: closing it closes the iterator at once, also while a chunk is waited for. */
function checked(iterator: Iterating): AsyncIterator<Uint8Array> {
  return {
    async next() {
      const next = await iterator.next();
      if (next.done || isBytes(next.value)) return next;
      await iterator.return?.();
      throw noChunk(next.value);
    },
    async return() {
      await iterator.return?.();
      return { value: undefined, done: true };
    },
  };
}

/** Also one of another realm, as of a test runner's. */
function isBytes(chunk: unknown): boolean {
  return ArrayBuffer.isView(chunk) && (chunk as Uint8Array)[Symbol.toStringTag] === "Uint8Array";
}

function noSource(source: unknown): TransloadError {
  return new TransloadError(
    "E_OPTION",
    `a source is a file, bytes (a Uint8Array), or a stream or an iterable of these, and not ${kindOf(source)}`,
  );
}

function noChunk(chunk: unknown): TransloadError {
  const remedy =
    typeof chunk === "string" ? "; encode texts, as new TextEncoder().encode(text) does, and set no encoding for a stream" : "";
  return new TransloadError("E_OPTION", `the chunks of a source are bytes (a Uint8Array), and not ${kindOf(chunk)}${remedy}`);
}

/** What messages call a value: of an object, its class. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  return Array.isArray(value) ? "a list" : (value.constructor?.name ?? "an object");
}
