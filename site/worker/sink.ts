import type { Destination, Result } from "../messages.js";
import { createOwnFile } from "./own-file.js";

/** Bytes that go to a picked file at once: each write is a message to another process, which takes as long for 64 KiB. */
const WRITTEN = 1 << 22;

/** Where a result is written. */
export interface Sink {
  readonly writable: WritableStream<Uint8Array>;
  /** Once it is closed. */
  result(): Promise<Pick<Result, "bytes" | "blob">>;
  /** Nothing of it is left. */
  discard(): Promise<void>;
}

export async function sinkFor({ handle, name }: Destination): Promise<Sink> {
  if (handle) return await pickedSink(handle);
  const own = await createOwnFile();
  if (!own) return memorySink(name);
  return {
    writable: own.writable,
    result: async () => {
      const file = await own.file();
      return { bytes: file.size, blob: file };
    },
    discard: () => own.remove(),
  };
}

/** What was in the file before stays in it until all is written. */
async function pickedSink(handle: FileSystemFileHandle & { remove?(): Promise<void> }): Promise<Sink> {
  const { size } = await handle.getFile();
  return {
    writable: gathering(await handle.createWritable()),
    result: async () => ({ bytes: (await handle.getFile()).size, blob: undefined }),
    // whoever is asked for a new file makes an empty one
    discard: async () => {
      if (size === 0) await handle.remove?.();
    },
  };
}

function gathering(target: FileSystemWritableFileStream): WritableStream<Uint8Array> {
  const writer = target.getWriter();
  const held = new Uint8Array(WRITTEN);
  let length = 0;
  const flush = async () => {
    if (length > 0) await writer.write(held.slice(0, length));
    length = 0;
  };
  return new WritableStream<Uint8Array>({
    async write(chunk) {
      for (let done = 0; done < chunk.length; ) {
        const part = chunk.subarray(done, done + WRITTEN - length);
        held.set(part, length);
        length += part.length;
        done += part.length;
        if (length === WRITTEN) await flush();
      }
    },
    async close() {
      await flush();
      await writer.close();
    },
    abort: (reason) => writer.abort(reason),
  });
}

/** The last resort. Browsers put a large Blob on the disk as well, but only once it is made. */
function memorySink(name: string): Sink {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  return {
    writable: new WritableStream<Uint8Array>({ write: (chunk) => void parts.push(chunk.slice()) }),
    result: async () => {
      const blob = new File(parts.splice(0), name);
      return { bytes: blob.size, blob };
    },
    discard: async () => void parts.splice(0),
  };
}
