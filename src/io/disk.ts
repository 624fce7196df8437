// Stores on a disk: a file is read a second time; anything else is held while it is little, and spilled to a temporary file when it is more.
// That has no name any more once it is open, so that it is gone however the process ends.
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmdirSync, type Stats, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { statsIfAny } from "./disk-errors.js";
import { refuseChanged } from "./source.js";
import { cannotSpill, HELD, spillFolder } from "./spill-folder.js";
import type { Spill, Store } from "./store.js";

/** A file without a name, or what is too little for one. */
export class DiskSpill implements Spill {
  readonly #asked: string | undefined;
  #folder: string | undefined;
  #held = new Uint8Array();
  #fd: number | undefined;
  #length = 0;

  /** `folder`: where it is made; the system's temporary folder by default. */
  constructor(folder: string | undefined) {
    this.#asked = folder;
  }

  /** @throws TransloadError E_SPILL when the disk is full, or the folder cannot be written to. */
  append(bytes: Uint8Array): number {
    const at = this.#length;
    this.#folder ??= spillFolder(this.#asked);
    if (this.#fd === undefined && at + bytes.length <= HELD) this.#hold(bytes);
    else this.#write(this.#folder, bytes);
    this.#length += bytes.length;
    return at;
  }

  #hold(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#held.length) {
      const more = new Uint8Array(Math.min(2 * length, HELD));
      more.set(this.#held);
      this.#held = more;
    }
    this.#held.set(bytes, this.#length);
  }

  #write(folder: string, bytes: Uint8Array): void {
    try {
      if (this.#fd === undefined) {
        this.#fd = open(folder);
        writeWhole(this.#fd, this.#held.subarray(0, this.#length), 0);
        this.#held = new Uint8Array();
      }
      writeWhole(this.#fd, bytes, this.#length);
    } catch (error) {
      cannotSpill(folder, error as NodeJS.ErrnoException);
    }
  }

  read(position: number, target: Uint8Array): number {
    const count = Math.max(0, Math.min(target.length, this.#length - position));
    if (this.#fd !== undefined) return readSync(this.#fd, target, 0, count, position);
    target.set(this.#held.subarray(position, position + count));
    return count;
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    this.#held = new Uint8Array();
    this.#length = 0;
  }
}

function writeWhole(fd: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
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
    this.#before = statsIfAny(path);
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
