// Where bytes go that are lent: written before their memory is used again.
import { ftruncate, writev } from "node:fs";
import type { Writable } from "node:stream";
import { promisify } from "node:util";

/** Takes bytes, in order. */
export interface Sink {
  /** Resolves when all of these are written; they are the caller's again then. */
  write(views: readonly Uint8Array[]): Promise<void>;
  /** Takes back all that was written, where that can be done. */
  restart?(): Promise<void>;
}

const writeAll = promisify(writev);
const truncate = promisify(ftruncate);

/** An open file, from where it stands. */
export function fileSink(fd: number): Sink {
  return { write: (views) => writeWhole(fd, views) };
}

/** A new file that nobody else writes to. */
export function newFileSink(fd: number): Sink {
  let position = 0;
  return {
    async write(views) {
      await writeWhole(fd, views, position);
      for (const { length } of views) position += length;
    },
    async restart() {
      await truncate(fd);
      position = 0;
    },
  };
}

async function writeWhole(fd: number, views: readonly Uint8Array[], position?: number): Promise<void> {
  let at = position;
  for (let left = views; left.length > 0; ) {
    const { bytesWritten } = at === undefined ? await writeAll(fd, left) : await writeAll(fd, left, at);
    left = behindBytes(left, bytesWritten);
    if (at !== undefined) at += bytesWritten;
  }
}

/** The same, but for its first bytes, so many, which it has already. */
export function behind(sink: Sink, bytes: number): Sink {
  let there = bytes;
  return {
    async write(views) {
      const left = behindBytes(views, there);
      for (const { length } of views) there -= Math.min(there, length);
      if (left.length > 0) await sink.write(left);
    },
  };
}

/** What a write has left over: a disk that fills up takes a part, before it refuses the rest. */
function behindBytes(views: readonly Uint8Array[], written: number): Uint8Array[] {
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
