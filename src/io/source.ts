import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { TransloadError } from "../errors.js";

/** Where bytes come from: a path, a file URL, bytes, or any stream of them. */
export type Source = string | URL | Uint8Array | Readable | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

const CHUNK = 1 << 20;

/** The source's chunks. A chunk of a file is valid until the next one is asked for. Stopping early closes the source. */
export function chunksOf(source: Source): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (typeof source === "string" || source instanceof URL) return fileChunks(source);
  if (source instanceof Uint8Array) return [source];
  return source as AsyncIterable<Uint8Array>;
}

/** Reads a file into two buffers in turn, the next while the caller works on the last. */
async function* fileChunks(path: string | URL): AsyncGenerator<Uint8Array> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new TransloadError("E_READ", `cannot read ${path}: ${error.message}`, {}, { cause: error });
  });
  try {
    const buffers: readonly Buffer[] = [Buffer.allocUnsafeSlow(CHUNK), Buffer.allocUnsafeSlow(CHUNK)];
    let turn = 0;
    let pending = file.read(buffers[0] as Buffer, 0, CHUNK);
    for (;;) {
      const { bytesRead } = await pending;
      if (bytesRead === 0) return;
      const chunk = (buffers[turn] as Buffer).subarray(0, bytesRead);
      turn = 1 - turn;
      pending = file.read(buffers[turn] as Buffer, 0, CHUNK);
      pending.catch(() => {}); // met again at the next turn, or not at all when the caller stops
      yield chunk;
    }
  } catch (error) {
    if (error instanceof TransloadError) throw error;
    throw new TransloadError("E_READ", `cannot read ${path}: ${(error as Error).message}`, {}, { cause: error });
  } finally {
    await file.close();
  }
}
