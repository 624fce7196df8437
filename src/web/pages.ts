// Spills in a browser. In a dedicated worker they are pages of a file in the origin's private file system, which is read and
// written at once; elsewhere pages of memory, of which there is a limit.
import { TransloadError } from "../errors.js";
import type { Spill } from "../io/store.js";

/** Bytes of a page. */
const PAGE = 1 << 18;
const PREFIX = "transload-spill-";

/** The private file system's, as far as it is used here (https://fs.spec.whatwg.org). */
interface SyncAccessHandle {
  read(target: Uint8Array, at: { at: number }): number;
  write(bytes: Uint8Array, at: { at: number }): number;
  close(): void;
}
interface FileHandle {
  createSyncAccessHandle?(): Promise<SyncAccessHandle>;
}
interface Directory {
  getFileHandle(name: string, options: { create: boolean }): Promise<FileHandle>;
  removeEntry(name: string): Promise<void>;
  keys(): AsyncIterable<string>;
}
declare const navigator: { readonly storage?: { getDirectory?(): Promise<Directory> } };

/** What pages lie in. */
interface Book {
  write(page: number, at: number, bytes: Uint8Array): void;
  read(page: number, at: number, target: Uint8Array): void;
  close(): void;
}

/** Pages that spills are made of; one that is given back is used again. */
export class Pages {
  readonly #book: Book;
  readonly #free: number[] = [];
  #count = 0;

  private constructor(book: Book) {
    this.#book = book;
  }

  /** `most`: bytes of memory, where there is no file. */
  static async open(most: number): Promise<Pages> {
    return new Pages((await openFile()) ?? memory(most));
  }

  spill(): Spill {
    const book = this.#book;
    const pages: number[] = [];
    let length = 0;
    /** Goes over these bytes of the spill page by page. */
    const each = (from: number, bytes: Uint8Array, step: (page: number, at: number, part: Uint8Array) => void) => {
      for (let done = 0; done < bytes.length; ) {
        const at = (from + done) % PAGE;
        const part = bytes.subarray(done, done + PAGE - at);
        step(pages[Math.floor((from + done) / PAGE)] as number, at, part);
        done += part.length;
      }
    };
    return {
      append: (bytes) => {
        const at = length;
        while (pages.length * PAGE < at + bytes.length) pages.push(this.#free.pop() ?? this.#count++);
        each(at, bytes, (...part) => book.write(...part));
        length += bytes.length;
        return at;
      },
      read: (position, target) => {
        const wanted = target.subarray(0, Math.max(0, length - position));
        each(position, wanted, (...part) => book.read(...part));
        return wanted.length;
      },
      close: () => {
        this.#free.push(...pages.splice(0));
        length = 0;
      },
    };
  }

  close(): void {
    this.#book.close();
  }
}

function memory(most: number): Book {
  const pages: Uint8Array[] = [];
  return {
    write: (page, at, bytes) => {
      if (page * PAGE >= most)
        throw new TransloadError(
          "E_SPILL",
          `more than ${most} bytes must be read again, which is maxSpill; convert in a dedicated worker, which spills to a file, or give the input as \`blob\``,
        );
      pages[page] ??= new Uint8Array(PAGE);
      pages[page].set(bytes, at);
    },
    read: (page, at, target) => target.set((pages[page] as Uint8Array).subarray(at, at + target.length)),
    close: () => void pages.splice(0),
  };
}

/** A new file of the origin's own; undefined where there is none, or it cannot be written at once. */
async function openFile(): Promise<Book | undefined> {
  try {
    const folder = await navigator.storage?.getDirectory?.();
    if (!folder) return undefined;
    await (swept ??= sweep(folder));
    const name = `${PREFIX}${crypto.randomUUID()}`;
    const file = await folder.getFileHandle(name, { create: true });
    const handle = await file.createSyncAccessHandle?.();
    if (handle) return bookOf(handle, () => void folder.removeEntry(name).catch(() => {}));
    await folder.removeEntry(name);
  } catch {
    // a private window has no storage
  }
  return undefined;
}

let swept: Promise<void> | undefined;

/** Files that were left behind when their worker was ended; one that is in use cannot be removed. Once is enough. */
async function sweep(folder: Directory): Promise<void> {
  const names: string[] = [];
  for await (const name of folder.keys()) if (name.startsWith(PREFIX)) names.push(name);
  await Promise.allSettled(names.map((name) => folder.removeEntry(name)));
}

function bookOf(handle: SyncAccessHandle, remove: () => void): Book {
  return {
    write: (page, at, bytes) => {
      try {
        const written = handle.write(bytes, { at: page * PAGE + at });
        if (written < bytes.length) throw new Error("no space left");
      } catch (error) {
        throw new TransloadError(
          "E_SPILL",
          `cannot spill to the origin's private files: ${(error as Error).message}`,
          {},
          { cause: error },
        );
      }
    },
    read: (page, at, target) => void handle.read(target, { at: page * PAGE + at }),
    close: () => {
      handle.close();
      remove();
    },
  };
}
