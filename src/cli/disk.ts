import { TransloadError } from "../errors.js";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of the path is not a directory",
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

const WRITING: readonly string[] = ["write", "writev", "close", "shutdown"];

export function cannotRead(name: string, error: unknown): TransloadError {
  return new TransloadError("E_READ", `cannot read ${name}: ${reason(error)}`, {}, { cause: error });
}

export function cannotWrite(name: string, error: unknown): TransloadError {
  return new TransloadError("E_WRITE", `cannot write ${name}: ${reason(error)}`, {}, { cause: error });
}

/**
 * An error of a stream as that of the end it came from; any other as it is. The system call tells the ends apart,
 * because pipeline() hands one error to both. A closed pipe stays what it is: it is no failure.
 */
export function blame(error: unknown, input = "standard input", output = "standard output"): unknown {
  const { syscall, code } = (error ?? {}) as NodeJS.ErrnoException;
  if (error instanceof TransloadError || syscall === undefined || code === "EPIPE") return error;
  if (syscall === "read") return cannotRead(input, error);
  return WRITING.includes(syscall) ? cannotWrite(output, error) : error;
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ""] ?? message;
}
