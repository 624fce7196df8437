import { fstatSync } from "node:fs";
import { type FileHandle, mkdtemp, open, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { concat } from "../columns/bytes.js";
import { cannotRead } from "./disk-errors.js";
import { refuseChanged } from "./source.js";
import { cannotSpill, HELD, spillFolder } from "./spill-folder.js";
import type { RandomAccess } from "./store.js";

/** @throws TransloadError E_READ when it cannot be opened. */
export async function openRandom(path: string): Promise<RandomAccess> {
  const handle = await open(path).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  return accessTo(handle, path);
}

/**
 * What passes but once, held where it is little, and put into a temporary file without a name where it is more. `asked`: the file's folder.
 * @throws TransloadError E_SPILL when it cannot be written.
 */
export async function spillRandom(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, asked?: string): Promise<RandomAccess> {
  const folder = spillFolder(asked);
  const held: Uint8Array[] = [];
  let length = 0;
  let handle: FileHandle | undefined;
  try {
    for await (const chunk of chunks) {
      length += chunk.length;
      if (length <= HELD) {
        held.push(Uint8Array.from(chunk));
        continue;
      }
      handle ??= await openNameless(folder).catch((error) => cannotSpill(folder, error));
      for (const bytes of [...held.splice(0), chunk]) await handle.appendFile(bytes).catch((error) => cannotSpill(folder, error));
    }
    return handle ? await accessTo(handle) : accessToHeld(concat(held));
  } catch (error) {
    await handle?.close();
    throw error;
  }
}

function accessToHeld(bytes: Uint8Array): RandomAccess {
  return { size: bytes.length, read: async (from, to) => Uint8Array.from(bytes.subarray(from, to)), close: async () => {} };
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
