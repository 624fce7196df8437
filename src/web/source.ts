import { TransloadError } from "../errors.js";
import { chunksIn } from "../io/chunks.js";
import { compressionAt, peek } from "../io/peek.js";

/** Where bytes come from: a Blob or a File, or any stream of bytes, which passes but once. */
export type Source = Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** What can be read again. */
export function blobOf(source: Source): Blob | undefined {
  return source instanceof Blob ? source : undefined;
}

/** The source's chunks. Stopping early closes the source. @throws TransloadError E_SYNTAX for what is compressed. */
export async function* chunksOf(source: Source): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = source instanceof Blob ? (source.stream() as ReadableStream<Uint8Array>) : source;
  const { head, rest } = await peek(chunksIn(bytes instanceof ReadableStream ? streamed(bytes) : bytes));
  try {
    const kind = compressionAt(head);
    if (kind) throw packedError(kind);
    yield* rest;
  } finally {
    await rest.return?.();
  }
}

/** What is compressed is for the page to expand: it knows gzip, and we would have to bring the rest along. */
export function packedError(kind: "gzip" | "zstd"): TransloadError {
  const how = kind === "gzip" ? ': .pipeThrough(new DecompressionStream("gzip"))' : "";
  return new TransloadError("E_SYNTAX", `the input is compressed by ${kind}; expand it first${how}`, { offset: 0 });
}

/** Not every browser's streams can be iterated over. */
async function* streamed(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel();
  }
}
