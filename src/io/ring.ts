// Files are read into buffers that are used again: a stream's new megabyte for each read costs more than the reading, by the pages that the
// system must hand out for it.
import { read } from "node:fs";
import { promisify } from "node:util";

const CHUNK = 1 << 20;
const HEAD = 1 << 16;

const readInto = promisify(read);

/**
 * An open file's chunks from where it stands, the next one read while the caller works on the last. A chunk is valid until `slots - 1` more
 * have been asked for. `head`: what has been read of it already.
 */
export async function* ring(fd: number, slots: number, head?: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  const buffers: Buffer[] = [];
  const next = (turn: number) => {
    buffers[turn] ??= Buffer.allocUnsafeSlow(CHUNK);
    const pending = readInto(fd, buffers[turn] as Buffer, 0, CHUNK, null);
    pending.catch(() => {}); // met again at the next turn, or not at all when the caller stops
    return pending;
  };
  let pending = next(0);
  if (head?.length) yield head;
  for (let turn = 0; ; ) {
    const { bytesRead } = await pending;
    if (bytesRead === 0) return;
    const chunk = (buffers[turn] as Buffer).subarray(0, bytesRead);
    turn = (turn + 1) % slots;
    pending = next(turn);
    yield chunk;
  }
}

/** The first bytes of an open file, from where it stands: a chunk, or all there is. */
export async function headOfFile(fd: number): Promise<Uint8Array> {
  let head = Buffer.allocUnsafeSlow(HEAD);
  for (let length = 0; ; ) {
    const { bytesRead } = await readInto(fd, head, length, head.length - length, null);
    length += bytesRead;
    if (bytesRead === 0 || length === CHUNK) return head.subarray(0, length);
    // a small file takes little memory
    if (length === head.length) head = Buffer.concat([head], CHUNK);
  }
}
