import { closeSync, fstatSync, openSync } from "node:fs";
import { refuseChanged } from "../io/source.js";

/** A file that is open, to be read here and there. */
export interface OpenFile {
  readonly fd: number;
  /** Bytes. */
  readonly size: number;
}

/**
 * What is read of the file while it is open.
 * @throws TransloadError E_READ where it has changed meanwhile.
 */
export async function* whileOpen<Item>(path: string, read: (file: OpenFile) => AsyncIterable<Item>): AsyncGenerator<Item, void, undefined> {
  const fd = openSync(path, "r");
  try {
    const before = fstatSync(fd);
    yield* read({ fd, size: before.size });
    refuseChanged(path, before, fstatSync(fd));
  } finally {
    closeSync(fd);
  }
}
