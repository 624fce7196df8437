// LZ4: blocks of literals and matches, and the frames around them (lz4/doc, lz4_Block_format.md and lz4_Frame_format.md). Written here because
// the size of what comes out is known beforehand, and no byte is copied that lies outside of it.

const MAGIC = 0x184d2204;
/** Copies of so many bytes and more are made all at once. */
const LONG = 32;

/**
 * A block from its first byte to `end`, into `out` from `at` on, where matches may reach back to its start. Returns where it ends.
 * @throws RangeError where there is more, or less, than the block says.
 */
function expandBlock(bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
  let i = start;
  let o = at;
  const size = out.length;
  while (i < end) {
    const token = bytes[i++] as number;
    let length = token >>> 4;
    if (length === 15) {
      let byte = 255;
      while (byte === 255 && i < end) length += byte = bytes[i++] as number;
    }
    if (i + length > end || o + length > size) throw new RangeError("unexpected end of LZ4 literals");
    if (length < LONG) for (const stop = i + length; i < stop; ) out[o++] = bytes[i++] as number;
    else {
      out.set(bytes.subarray(i, i + length), o);
      i += length;
      o += length;
    }
    // the last ones have no match behind them
    if (i === end) return o;
    if (i + 2 > end) throw new RangeError("unexpected end of an LZ4 block");
    const offset = (bytes[i] as number) | ((bytes[i + 1] as number) << 8);
    i += 2;
    length = token & 15;
    if (length === 15) {
      let byte = 255;
      while (byte === 255 && i < end) length += byte = bytes[i++] as number;
    }
    length += 4;
    if (offset === 0 || offset > o || o + length > size) throw new RangeError("an LZ4 match of bytes that are not there");
    const from = o - offset;
    if (length >= LONG && offset >= length) out.copyWithin(o, from, from + length);
    else if (length >= LONG && offset === 1) out.fill(out[from] as number, o, o + length);
    else for (let k = 0; k < length; k++) out[o + k] = out[from + k] as number;
    o += length;
  }
  return o;
}

/**
 * The frame's bytes, which are so many.
 * @throws RangeError where there are not, Error for what is no frame, or has not the checksum that it says.
 */
export function expandLz4Frame(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== MAGIC) throw new Error("it is no LZ4 frame");
  const flags = view.getUint8(4);
  const [version, independent, blockSums, sized, whole, dictionary] = [flags >> 6, flags & 32, flags & 16, flags & 8, flags & 4, flags & 1];
  if (version !== 1) throw new Error(`an LZ4 frame of version ${version}`);
  if (sized && Number(view.getBigUint64(6, true)) !== size) throw new Error(`an LZ4 frame of another size than ${size} bytes`);
  const out = new Uint8Array(size);
  let at = 6 + (sized ? 8 : 0) + (dictionary ? 4 : 0) + 1;
  let end = 0;
  for (;;) {
    const length = view.getUint32(at, true);
    at += 4;
    if (length === 0) break;
    const own = length & 0x7fffffff;
    if (at + own > bytes.length) throw new RangeError("unexpected end of an LZ4 frame");
    if (length >>> 31) {
      if (end + own > size) throw new RangeError("an LZ4 block of more bytes than there should be");
      out.set(bytes.subarray(at, at + own), end);
      end += own;
    } else if (independent) end += expandBlock(bytes, at, at + own, out.subarray(end), 0);
    else end = expandBlock(bytes, at, at + own, out, end);
    if (blockSums && view.getUint32(at + own, true) !== xxh32(bytes.subarray(at, at + own))) throw wrongSum();
    at += own + (blockSums ? 4 : 0);
  }
  if (end !== size) throw new RangeError(`an LZ4 frame of ${end} bytes where there should be ${size}`);
  if (whole && view.getUint32(at, true) !== xxh32(out)) throw wrongSum();
  return out;
}

/** A block that stands alone, of so many bytes. @throws RangeError */
export function expandLz4Block(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  const end = expandBlock(bytes, 0, bytes.length, out, 0);
  if (end !== size) throw new RangeError(`an LZ4 block of ${end} bytes where there should be ${size}`);
  return out;
}

function wrongSum(): Error {
  return new Error("an LZ4 frame that has not the checksum that it says");
}

const [P1, P2, P3, P4, P5] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1] as const;

/** xxHash of 32 bits, seed 0. */
export function xxh32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const turn = (n: number, by: number) => (n << by) | (n >>> (32 - by));
  let at = 0;
  let hash: number = P5;
  if (bytes.length >= 16) {
    const lanes = [P1 + P2, P2, 0, -P1].map((n) => n | 0) as [number, number, number, number];
    for (; at + 16 <= bytes.length; at += 16)
      for (let lane = 0; lane < 4; lane++) {
        const sum = (lanes[lane] as number) + Math.imul(view.getUint32(at + 4 * lane, true), P2);
        lanes[lane] = Math.imul(turn(sum | 0, 13), P1);
      }
    hash = turn(lanes[0], 1) + turn(lanes[1], 7) + turn(lanes[2], 12) + turn(lanes[3], 18);
  }
  hash = (hash + bytes.length) | 0;
  for (; at + 4 <= bytes.length; at += 4) hash = Math.imul(turn((hash + Math.imul(view.getUint32(at, true), P3)) | 0, 17), P4);
  for (; at < bytes.length; at++) hash = Math.imul(turn((hash + Math.imul(bytes[at] as number, P5)) | 0, 11), P1);
  hash = Math.imul(hash ^ (hash >>> 15), P2);
  hash = Math.imul(hash ^ (hash >>> 13), P3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
