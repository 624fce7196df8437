// Bytes from somewhere: what a caller may hand over as a source.
//
// The room. In: paths, streams, iterables, blobs, compressed or not. Out: chunks of plain bytes, in order (unpack.ts), or the same bytes here
// and there (random.ts); and stores, for what must be read twice (store.ts, disk.ts). Whose errors they are, E_READ or E_SPILL, is told here.
import type { Stats } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { TransloadError } from "../errors.js";
import type { RemoteObject } from "../remote/object.js";
import type { RemoteOptions } from "../remote/open.js";
import { isRemote, spelled } from "../remote/url.js";
import { chunksIn } from "./chunks.js";
import { cannotRead, statsIfAny } from "./disk-errors.js";
import { ring } from "./ring.js";

/**
 * Where bytes come from: a path, a file URL, bytes, or any stream of them; or the URL of an object elsewhere (`https://`, `s3://`, `az://`,
 * `abfss://`, `gs://`), as text or as a URL.
 */
export type Source = string | URL | Uint8Array | Readable | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * The source's chunks. Stopping early closes the source. `lend`: a chunk of a file is valid until two more have been asked for (ring.ts);
 * otherwise it is the caller's to keep.
 * @throws TransloadError E_OPTION for what is no source.
 */
export function chunksOf(source: Source, { lend }: { lend: boolean }): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (isRemote(source)) return remoteChunks(source as string | URL);
  if (typeof source === "string" || source instanceof URL) return fileChunks(source, lend);
  if (source instanceof Uint8Array) return [source];
  return chunksIn(source);
}

/** The source, opened where it is elsewhere. @throws TransloadError E_READ; E_OPTION where a client is missing. */
export async function reach(source: Source, options: RemoteOptions): Promise<Source> {
  if (!isRemote(source)) return source;
  const { openObject } = await import("../remote/open.js");
  return openObject(source as string | URL, options);
}

async function* remoteChunks(url: string | URL): AsyncGenerator<Uint8Array, void, undefined> {
  yield* (await reach(url, {})) as RemoteObject;
}

/** An object elsewhere, which is open. */
export function objectOf(source: Source): RemoteObject | undefined {
  return typeof source === "object" && source !== null && "ranged" in source ? (source as RemoteObject) : undefined;
}

/** What errors call a source, and whose end tells its form: its path, or its URL without secrets. */
export function nameOf(source: Source): string | undefined {
  return objectOf(source)?.name ?? (isRemote(source) ? spelled(source as string | URL) : fileOf(source));
}

/** The path of a source that is a file. */
function fileOf(source: Source): string | undefined {
  if (isRemote(source)) return undefined;
  return source instanceof URL ? fileURLToPath(source) : typeof source === "string" ? source : undefined;
}

/** Several sources by their names: files, folders, patterns of names, or manifests of pieces. */
export type Sources = readonly (string | URL)[];

/** Whether these are several sources, and no chunks of one. */
export function isSources(source: Source | Sources): source is Sources {
  return Array.isArray(source) && source.length > 0 && source.every((own) => typeof own === "string" || own instanceof URL);
}

/** What was thrown while this was read: the error names its file, where it has one. */
export function blameSource(error: unknown, source: Source): unknown {
  return error instanceof TransloadError ? error.inFile(nameOf(source)) : error;
}

/** The same, where the file can be read more than once: a pipe that has a name cannot. */
export function regularFileOf(source: Source): string | undefined {
  const path = fileOf(source);
  return path !== undefined && statsIfAny(path)?.isFile() ? path : undefined;
}

async function* fileChunks(path: string | URL, lend: boolean): AsyncGenerator<Uint8Array> {
  const file = await open(path).catch((error: unknown) => {
    throw cannotRead(String(path), error);
  });
  try {
    const before = await file.stat();
    yield* ring((memory, offset, length) => file.read(memory, offset, length), lend);
    refuseChanged(path, before, await file.stat());
  } catch (error) {
    throw error instanceof TransloadError ? error : cannotRead(String(path), error);
  } finally {
    await file.close();
  }
}

/** @throws TransloadError E_READ when a regular file is no longer what it was: two readings of it may not be of one payload. */
export function refuseChanged(name: string | URL, before: Stats, now: Stats): void {
  if (!before.isFile() || (before.ino === now.ino && before.size === now.size && before.mtimeMs === now.mtimeMs)) return;
  throw new TransloadError("E_READ", `${name} was written to while it was read; read it when it is complete, or a copy of it`);
}
