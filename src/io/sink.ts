// Where bytes go that are lent: written before their memory is used again.
import { writev } from "node:fs";
import type { Writable } from "node:stream";
import { promisify } from "node:util";

/** Takes bytes, in order. */
export interface Sink {
  /** Resolves when all of these are written; they are the caller's again then. */
  write(views: readonly Uint8Array[]): Promise<void>;
}

const writeAll = promisify(writev);

/** An open file, from where it stands. */
export function fileSink(fd: number): Sink {
  return {
    async write(views) {
      for (let left = views; left.length > 0; ) {
        const { bytesWritten } = await writeAll(fd, left);
        left = behind(left, bytesWritten);
      }
    },
  };
}

/** What a write has left over: a disk that fills up takes a part, before it refuses the rest. */
function behind(views: readonly Uint8Array[], written: number): Uint8Array[] {
  let at = written;
  const left: Uint8Array[] = [];
  for (const view of views) {
    if (at < view.length) left.push(at === 0 ? view : view.subarray(at));
    at = Math.max(0, at - view.length);
  }
  return left;
}

/** A stream, which says of each chunk that it is written before it gets the next. */
export function streamSink(stream: Writable): Sink {
  return {
    async write(views) {
      for (const view of views)
        await new Promise<void>((resolve, reject) => {
          stream.write(view, (error) => (error ? reject(error) : resolve()));
        });
    },
  };
}
