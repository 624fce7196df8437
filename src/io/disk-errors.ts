// What the disk says, in words, and of which end it speaks.
import { closeSync, fsyncSync, openSync, type Stats, statSync } from "node:fs";
import { TransloadError } from "../errors.js";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of the path is not a directory",
  EEXIST: "there is something else of that name",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "no space left on the device",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be too large",
  EIO: "input/output error",
  EMFILE: "too many open files",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "too many symbolic links",
  ENXIO: "no such device, or nobody at the other end",
};

const WRITING: readonly string[] = ["write", "writev", "fsync", "close", "shutdown"];
/** What a system says that cannot sync a folder, or has no such thing. */
const UNSYNCED: readonly string[] = ["EINVAL", "EISDIR", "EPERM", "EACCES", "ENOTSUP", "EBADF"];

/** A path that is empty, where a message names it. */
const NAMELESS = '""';

export function cannotRead(name: string, error: unknown): TransloadError {
  return new TransloadError("E_READ", `cannot read ${name || NAMELESS}: ${reason(error)}`, {}, { cause: error });
}

export function cannotWrite(name: string, error: unknown): TransloadError {
  return new TransloadError("E_WRITE", `cannot write ${name || NAMELESS}: ${reason(error)}`, {}, { cause: error });
}

/**
 * An error of a stream as that of the end it came from; any other as it is. The system call tells the ends apart,
 * because pipeline() hands one error to both. A closed pipe stays what it is: it is no failure.
 */
export function blame(error: unknown, input = "standard input", output = "standard output"): unknown {
  if (ofWriting(error)) return cannotWrite(output, error);
  return syscallOf(error) === "read" ? cannotRead(input, error) : error;
}

/** Whether writing failed, and not because the reader has enough. */
export function ofWriting(error: unknown): boolean {
  return WRITING.includes(syscallOf(error) ?? "") && (error as NodeJS.ErrnoException).code !== "EPIPE";
}

function syscallOf(error: unknown): string | undefined {
  return error instanceof TransloadError ? undefined : (error as NodeJS.ErrnoException | undefined)?.syscall;
}

export function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ""] ?? message;
}

/** What is at this path; undefined where the disk tells nothing of it, for whatever reason: whoever opens it says which. */
export function statsIfAny(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** A file that is read, as it was opened. */
export interface ReadInput {
  readonly stats: Stats;
  readonly name: string;
}

/** Of what is no file, as far as anybody asks. */
export const NO_FILE = { isFile: () => false, isDirectory: () => false, dev: 0, ino: 0 } as Stats;

/** @throws TransloadError E_OPTION when the output is a file that is read. */
export function refuseSame(output: Stats, inputs: ReadInput | readonly ReadInput[]): void {
  for (const { stats, name } of [inputs].flat())
    if (output.isFile() && stats.isFile() && output.ino === stats.ino && output.dev === stats.dev)
      throw new TransloadError("E_OPTION", `${name} is both the input and the output; write to another file`);
}

/** Names that appeared in the folder, or went, are on the disk when this returns, where the system can do that. */
export function syncFolder(path: string): void {
  try {
    const fd = openSync(path, "r");
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (!UNSYNCED.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}
