// Stores on a disk: a file is read a second time; anything else is spilled to a temporary file, which has no name any more
// once it is open, so that it is gone however the process ends.
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmdirSync, type Stats, statSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TransloadError } from "../errors.js";
import { refuseChanged } from "./source.js";
import type { Spill, Store } from "./store.js";

/** A file without a name. */
export class DiskSpill implements Spill {
  readonly #folder: string | undefined;
  #fd: number | undefined;
  #length = 0;

  /** `folder`: where it is made; the system's temporary folder by default. */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** @throws TransloadError E_SPILL when the disk is full, or the folder cannot be written to. */
  append(bytes: Uint8Array): number {
    const at = this.#length;
    try {
      this.#fd ??= open(this.#folder ?? tmpdir());
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done, bytes.length - done, at + done);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const why = code === "ENOSPC" ? "no space left on the device" : message;
      throw new TransloadError(
        "E_SPILL",
        `cannot spill to ${this.#folder ?? tmpdir()}: ${why}; choose another folder with --spill-dir, or give the input as a file`,
        {},
        { cause: error },
      );
    }
    this.#length += bytes.length;
    return at;
  }

  read(position: number, target: Uint8Array): number {
    return this.#fd === undefined ? 0 : readSync(this.#fd, target, 0, Math.min(target.length, this.#length - position), position);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    this.#length = 0;
  }
}

function open(folder: string): number {
  const own = mkdtempSync(join(folder, "transload-"));
  const path = join(own, "spill");
  try {
    const fd = openSync(path, "wx+", 0o600);
    unlinkSync(path);
    return fd;
  } finally {
    rmdirSync(own);
  }
}

/** An input that is a file: nothing need be kept. What is read of it again is of the file that it was. */
export class FileStore implements Store {
  readonly #path: string;
  readonly #before: Stats | undefined;
  #fd: number | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#before = statSync(path, { throwIfNoEntry: false });
  }

  keep(): void {}
  rest(): void {}
  take(): void {}

  read(offset: number, target: Uint8Array): number {
    return readSync(this.#open(), target, 0, target.length, offset);
  }

  ending(length: number): Uint8Array {
    const { size } = fstatSync(this.#open());
    const bytes = new Uint8Array(Math.min(length, size));
    return bytes.subarray(0, this.read(size - bytes.length, bytes));
  }

  #open(): number {
    if (this.#fd !== undefined) return this.#fd;
    this.#fd = openSync(this.#path, "r");
    if (this.#before) refuseChanged(this.#path, this.#before, fstatSync(this.#fd));
    return this.#fd;
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}
