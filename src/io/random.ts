import { fstatSync } from "node:fs";
import { type FileHandle, mkdtemp, open, rmdir, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TransloadError } from "../errors.js";
import { refuseChanged } from "./source.js";
import type { RandomAccess } from "./store.js";

/** @throws TransloadError E_READ when it cannot be opened. */
export async function openRandom(path: string): Promise<RandomAccess> {
  const handle = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new TransloadError("E_READ", `cannot read ${path}: ${error.message}`, {}, { cause: error });
  });
  return accessTo(handle, path);
}

/**
 * What passes but once, put into a temporary file without a name.
 * @throws TransloadError E_SPILL when it cannot be written.
 */
export async function spillRandom(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  folder: string = tmpdir(),
): Promise<RandomAccess> {
  const handle = await openNameless(folder).catch((error) => cannotSpill(folder, error));
  try {
    for await (const chunk of chunks) await handle.appendFile(chunk).catch((error) => cannotSpill(folder, error));
    return await accessTo(handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openNameless(folder: string): Promise<FileHandle> {
  const own = await mkdtemp(join(folder, "transload-"));
  const path = join(own, "spill");
  try {
    const handle = await open(path, "wx+", 0o600);
    await unlink(path);
    return handle;
  } finally {
    await rmdir(own);
  }
}

function cannotSpill(folder: string, error: NodeJS.ErrnoException): never {
  const why = error.code === "ENOSPC" ? "no space left on the device" : error.message;
  throw new TransloadError(
    "E_SPILL",
    `cannot spill to ${folder}: ${why}; choose another folder with --spill-dir, or give the input as a file`,
    {},
    { cause: error },
  );
}

/** `name`: of a file that somebody else may write to. */
async function accessTo(handle: FileHandle, name?: string): Promise<RandomAccess> {
  const stats = await handle.stat();
  const { size } = stats;
  return {
    size,
    read: async (from, to) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(to, size) - from));
      for (let done = 0; done < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, done, bytes.length - done, from + done);
        if (bytesRead === 0) return bytes.subarray(0, done);
        done += bytesRead;
      }
      if (name !== undefined) refuseChanged(name, stats, fstatSync(handle.fd));
      return bytes;
    },
    close: () => handle.close(),
  };
}
