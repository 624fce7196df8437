// LZ4, written: the blocks and frames that lz4.ts reads. Greedy, with one place for each hash, as the fast mode of lz4 itself is.
import { concat } from "../columns/bytes.js";
import { xxh32 } from "./lz4.js";

const MIN_MATCH = 4;
/** A block's last bytes are literals, and no match begins in its last twelve. */
const LAST_LITERALS = 5;
const MATCH_END = 12;
const FARTHEST = 65_535;
const HASH_BITS = 14;
/** After so many places without a match, two bits of them, steps become longer. */
const PATIENCE = 6;
/** What a frame has in a block, at most. */
const BLOCK = 1 << 22;
const MAGIC = 0x184d2204;
/** Version 1, blocks that stand alone, the size of all; blocks of up to 4 MiB. */
const [FLAGS, LARGEST] = [0x68, 0x70];
const STORED = 0x80000000;

/** Places of four bytes by their hash, from 1; one table for all, as nothing waits within a block. */
const places = new Int32Array(1 << HASH_BITS);

/** The bytes as a block. */
export function compressLz4Block(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length + Math.ceil(bytes.length / 255) + 16);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  places.fill(0);
  let to = 0;
  let from = 0; // of literals
  let at = 0;
  let tries = 1 << PATIENCE;
  while (at < bytes.length - MATCH_END) {
    const four = view.getInt32(at, true);
    const slot = Math.imul(four, 0x9e3779b1) >>> (32 - HASH_BITS);
    const known = (places[slot] as number) - 1;
    places[slot] = at + 1;
    if (known < 0 || at - known > FARTHEST || view.getInt32(known, true) !== four) {
      at += tries++ >> PATIENCE;
      continue;
    }
    const end = matchEnd(bytes, known + MIN_MATCH, at + MIN_MATCH);
    to = putLiterals(out, to, bytes, from, at, end - at - MIN_MATCH);
    out[to++] = (at - known) & 0xff;
    out[to++] = (at - known) >> 8;
    to = putLength(out, to, end - at - MIN_MATCH);
    from = at = end;
    tries = 1 << PATIENCE;
  }
  return out.slice(0, putLiterals(out, to, bytes, from, bytes.length, 0));
}

/** Where two runs of the same bytes are no longer the same, or must end. */
function matchEnd(bytes: Uint8Array, known: number, at: number): number {
  const most = bytes.length - LAST_LITERALS;
  let end = at;
  for (let i = known; end < most && bytes[i] === bytes[end]; i++) end++;
  return end;
}

/** A token, with how long its match is beyond the least, and its literals. Returns where the next byte goes. */
function putLiterals(out: Uint8Array, at: number, bytes: Uint8Array, from: number, end: number, match: number): number {
  const count = end - from;
  out[at] = (Math.min(15, count) << 4) | Math.min(15, match);
  const to = putLength(out, at + 1, count);
  out.set(bytes.subarray(from, end), to);
  return to + count;
}

/** What of a length is not in its token. */
function putLength(out: Uint8Array, at: number, length: number): number {
  let to = at;
  let rest = length - 15;
  for (; rest >= 255; rest -= 255) out[to++] = 255;
  if (rest >= 0) out[to++] = rest;
  return to;
}

/** The bytes as a frame that says how many they are. */
export function compressLz4Frame(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new DataView(new ArrayBuffer(15));
  head.setUint32(0, MAGIC, true);
  head.setUint8(4, FLAGS);
  head.setUint8(5, LARGEST);
  head.setBigUint64(6, BigInt(bytes.length), true);
  head.setUint8(14, (xxh32(new Uint8Array(head.buffer, 4, 10)) >> 8) & 0xff);
  const parts: Uint8Array[] = [new Uint8Array(head.buffer)];
  for (let from = 0; from < bytes.length; from += BLOCK) {
    const block = bytes.subarray(from, from + BLOCK);
    const packed = compressLz4Block(block);
    const own = packed.length < block.length ? packed : block;
    const size = new DataView(new ArrayBuffer(4));
    size.setUint32(0, own === packed ? own.length : own.length + STORED, true);
    parts.push(new Uint8Array(size.buffer), own);
  }
  return concat([...parts, new Uint8Array(4)]);
}
