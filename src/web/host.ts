import { coreScanner } from "../engine/index.js";
import { TransloadError } from "../errors.js";
import { type RandomAccess, SpillStore, type Store, spillAccess } from "../io/store.js";
import type { Host } from "../lanes/host.js";
import { Pages } from "./pages.js";

/** Bytes of memory that spills may take, where there is no file for them. */
export const MAX_SPILL = 1 << 28;

/** Reads a Blob at once; only workers have it (https://w3c.github.io/FileAPI). */
interface SyncReader {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}
declare const FileReaderSync: (new () => SyncReader) | undefined;

/** A browser: spills are pages; an input that is a Blob is read from it again, where that can be done at once. */
export async function webHost(blob: Blob | undefined, maxSpill: number): Promise<Host & { close(): void }> {
  const pages = await Pages.open(maxSpill);
  const input = () =>
    blob !== undefined && typeof FileReaderSync !== "undefined" ? blobStore(blob, new FileReaderSync()) : new SpillStore(pages.spill());
  const random = (chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) =>
    blob ? blobAccess(blob, chunks) : spillAccess(pages.spill(), chunks);
  return { spill: () => pages.spill(), input, random, npz: undefined, scannerOf, close: () => pages.close() };
}

async function blobAccess(blob: Blob, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<RandomAccess> {
  // what comes of the Blob's own stream is not needed, and must go somewhere
  void drain(chunks).catch(() => {});
  return {
    size: blob.size,
    read: async (from, to) => new Uint8Array(await blob.slice(from, to).arrayBuffer()),
    close: async () => {},
  };
}

async function drain(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  for await (const _ of chunks);
}

async function scannerOf(engine: "core" | "reference" | undefined): Promise<typeof coreScanner> {
  if (engine === "reference") throw new TransloadError("E_OPTION", "the reference engine runs in Node, and not here");
  return coreScanner;
}

function blobStore(blob: Blob, reader: SyncReader): Store {
  const read = (offset: number, target: Uint8Array): number => {
    const bytes = new Uint8Array(reader.readAsArrayBuffer(blob.slice(offset, offset + target.length)));
    target.set(bytes);
    return bytes.length;
  };
  return {
    keep: () => {},
    rest: () => {},
    take: () => {},
    read,
    ending: (length) => {
      const bytes = new Uint8Array(Math.min(length, blob.size));
      return bytes.subarray(0, read(blob.size - bytes.length, bytes));
    },
    close: () => {},
  };
}
