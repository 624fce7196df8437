// A file that appears whole or not at all: it is written under a name that nobody sees, in the same folder, and takes its own at the end.
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { cannotWrite, syncFolder } from "./disk-errors.js";
import { temporaryIn } from "./temporary.js";

export const PERMISSIONS = 0o777;

/** The file while nobody sees it. */
export interface AtomicFile {
  readonly folder: string;
  /** To be made, written, and synced where that was asked for, before it is committed. */
  readonly temporary: string;
  /** Has these bytes put over the first ones when the file is complete. */
  patch(bytes: Uint8Array): void;
  /** @throws TransloadError E_WRITE. */
  commit(): void;
  discard(): void;
}

/**
 * `sync`: its bytes and its name are on the disk, and not in the system's memory alone, when it has been committed.
 * @param name what errors call it
 */
export function atomicFile(path: string, name: string, sync: boolean): AtomicFile {
  const folder = dirname(path);
  const temporary = temporaryIn(folder);
  let start: Uint8Array | undefined;
  const patch = (bytes: Uint8Array) => {
    start = bytes;
  };
  const commit = () => {
    try {
      if (start) overwrite(temporary, start, sync);
      renameSync(temporary, path);
      if (sync) syncFolder(folder);
    } catch (error) {
      throw cannotWrite(name, error);
    }
  };
  const discard = () => rmSync(temporary, { force: true });
  return { folder, temporary, patch, commit, discard };
}

/** The descriptor that it was written through is closed by now. */
function overwrite(path: string, bytes: Uint8Array, sync: boolean): void {
  const fd = openSync(path, "r+");
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, at);
    if (sync) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
