// Bytes that must be read again: names that come after rows, columns that become rows. A file is read a second time; of
// anything else the bytes are spilled to a temporary file, which has no name any more once it is open, so that it is
// gone however the process ends.
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmdirSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TransloadError } from "../errors.js";

/** A file without a name. */
export class Spill {
  readonly #folder: string | undefined;
  #fd: number | undefined;
  #length = 0;

  /** `folder`: where it is made; the system's temporary folder by default. */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /**
   * Writes these behind what is there; returns where.
   * @throws TransloadError E_SPILL when the disk is full, or the folder cannot be written to.
   */
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

  /** Reads from there on into the target; returns how many bytes. */
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

/** The input's bytes by their offset, as far as they were kept. */
export interface Store {
  /** Keep what comes from this offset on, which lies in the chunk taken last. */
  keep(from: number): void;
  /** Keep no more. */
  rest(): void;
  /** The next chunk of the input, at this offset. */
  take(chunk: Uint8Array, at: number): void;
  /** Reads from this offset on; fewer bytes than asked for only at the end of what was kept. */
  read(offset: number, target: Uint8Array): number;
  /** The input's last bytes, so many at most, where they can be had before it is read. */
  ending(length: number): Uint8Array | undefined;
  close(): void;
}

/** An input that is a file: nothing need be kept. */
export class FileStore implements Store {
  readonly #path: string;
  #fd: number | undefined;

  constructor(path: string) {
    this.#path = path;
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
    this.#fd ??= openSync(this.#path, "r");
    return this.#fd;
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/** An input that passes but once. */
export class SpillStore implements Store {
  readonly #spill: Spill;
  readonly #runs: { offset: number; position: number; length: number }[] = [];
  #chunk: Uint8Array = new Uint8Array();
  #at = 0;
  #keeping = false;

  constructor(folder: string | undefined) {
    this.#spill = new Spill(folder);
  }

  keep(from: number): void {
    if (this.#keeping) return;
    this.#keeping = true;
    this.#runs.push({
      offset: from,
      position: this.#spill.append(this.#chunk.subarray(from - this.#at)),
      length: this.#chunk.length - (from - this.#at),
    });
  }

  rest(): void {
    this.#keeping = false;
  }

  take(chunk: Uint8Array, at: number): void {
    this.#chunk = chunk;
    this.#at = at;
    if (!this.#keeping) return;
    this.#spill.append(chunk);
    (this.#runs[this.#runs.length - 1] as { length: number }).length += chunk.length;
  }

  read(offset: number, target: Uint8Array): number {
    const run = this.#runs.findLast((r) => r.offset <= offset && offset < r.offset + r.length);
    if (!run) return 0;
    const left = run.offset + run.length - offset;
    return this.#spill.read(run.position + (offset - run.offset), target.subarray(0, left));
  }

  ending(): undefined {}

  close(): void {
    this.#spill.close();
  }
}
