// Files are read into buffers that are used again: a stream's new megabyte for each read costs more than the reading, by the pages that the
// system must hand out for it.
import { read } from "node:fs";
import { promisify } from "node:util";

const CHUNK = 1 << 20;
const HEAD = 1 << 16;
/** Chunks in memory at a time: one is read, one worked on, one written. */
const SLOTS = 3;

/** Reads from where a file stands, at most what this has room for; 0 where it ends. */
type Read = (memory: Uint8Array, offset: number, length: number) => Promise<{ bytesRead: number }>;

const readInto = promisify(read);

/** Of an open file. It must stay open until the last read has ended. */
export function readerOf(fd: number): Read {
  return (memory, offset, length) => readInto(fd, memory, offset, length, null);
}

/**
 * A file's chunks, the next one read while the caller works on the last. `lends`: a chunk is valid until two more have been asked for, so that
 * it may be worked on and written; otherwise it is the caller's to keep. `head`: what has been read of it already.
 */
export async function* ring(read: Read, lends: boolean, head?: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  const slots: Uint8Array[] = [];
  const next = (turn: number) => {
    if (!slots[turn] || !lends) slots[turn] = roomFor(CHUNK);
    const pending = read(slots[turn] as Uint8Array, 0, CHUNK);
    pending.catch(() => {}); // met again at the next turn, or not at all when the caller stops
    return pending;
  };
  let pending = next(0);
  if (head?.length) yield head;
  for (let turn = 0; ; ) {
    const { bytesRead } = await pending;
    if (bytesRead === 0) return;
    const chunk = (slots[turn] as Uint8Array).subarray(0, bytesRead);
    turn = (turn + 1) % SLOTS;
    pending = next(turn);
    yield chunk;
  }
}

/** The first bytes of a file: a chunk, or all there is. */
export async function headOfFile(read: Read): Promise<Uint8Array> {
  let head = roomFor(HEAD);
  for (let length = 0; ; ) {
    const { bytesRead } = await read(head, length, head.length - length);
    length += bytesRead;
    if (bytesRead === 0 || length === CHUNK) return head.subarray(0, length);
    // a small file takes little memory
    if (length < head.length) continue;
    const more = roomFor(CHUNK);
    more.set(head);
    head = more;
  }
}

/** Not cleared, and no Buffer, whose slice() is no copy. */
function roomFor(length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}
