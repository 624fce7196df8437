import { coreScanner } from "../engine/index.js";
import { TransloadError } from "../errors.js";
import type { Host } from "../host.js";
import { SpillStore, type Store } from "../io/store.js";
import { Pages } from "./pages.js";

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
  return { spill: () => pages.spill(), input, scannerOf, close: () => pages.close() };
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
