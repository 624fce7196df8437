// Files of the origin's own (the private file system), in which results wait that the page cannot write to where the user wants them. They
// are on the disk, and are swept when the tab that made them is gone.

/** The private file system's, as far as it is used here, and workers alone have it (https://fs.spec.whatwg.org). */
interface SyncAccess {
  write(bytes: Uint8Array, at: { at: number }): number;
  close(): void;
}
interface OwnHandle extends FileSystemFileHandle {
  createSyncAccessHandle?(): Promise<SyncAccess>;
}
interface Folder extends FileSystemDirectoryHandle {
  keys(): AsyncIterableIterator<string>;
}

const PREFIX = "transload-page-";

/** A file that is being written. */
export interface OwnFile {
  readonly writable: WritableStream<Uint8Array>;
  /** What has been written, once it is closed. */
  file(): Promise<File>;
  remove(): Promise<void>;
}

/** Undefined where there is no such file system: in a private window of some browsers, or on a page that is not served securely. */
export async function createOwnFile(): Promise<OwnFile | undefined> {
  try {
    const folder = await (ours ??= openFolder());
    const name = crypto.randomUUID();
    const handle = (await folder?.getFileHandle(name, { create: true })) as OwnHandle | undefined;
    const access = await handle?.createSyncAccessHandle?.();
    if (!folder || !handle || !access) return undefined;
    return { writable: writableOf(access), file: () => handle.getFile(), remove: () => folder.removeEntry(name) };
  } catch {
    return undefined;
  }
}

function writableOf(access: SyncAccess): WritableStream<Uint8Array> {
  let at = 0;
  return new WritableStream<Uint8Array>({
    write(chunk) {
      const written = access.write(chunk, { at });
      if (written < chunk.length) throw new DOMException("no space left", "QuotaExceededError");
      at += written;
    },
    close() {
      // without a flush: it waits here to be saved elsewhere, and is gone with the tab
      access.close();
    },
    abort: () => access.close(),
  });
}

let ours: Promise<Folder | undefined> | undefined;

/** A folder for this tab. It is locked as long as the tab is there, so that no other one sweeps it. */
async function openFolder(): Promise<Folder | undefined> {
  const root = (await navigator.storage?.getDirectory?.()) as Folder | undefined;
  if (!root) return undefined;
  const name = `${PREFIX}${crypto.randomUUID()}`;
  if (navigator.locks) {
    await new Promise<void>((locked) => {
      void navigator.locks.request(name, () => {
        locked();
        return new Promise(() => {});
      });
    });
    await sweep(root);
  }
  return (await root.getDirectoryHandle(name, { create: true })) as Folder;
}

async function sweep(root: Folder): Promise<void> {
  const { held = [] } = await navigator.locks.query();
  const kept = new Set(held.map((lock) => lock.name));
  const left: string[] = [];
  for await (const name of root.keys()) if (name.startsWith(PREFIX) && !kept.has(name)) left.push(name);
  await Promise.allSettled(left.map((name) => root.removeEntry(name, { recursive: true })));
}
