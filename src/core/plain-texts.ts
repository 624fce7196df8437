// Texts as Parquet's plain pages have them, each behind its length (parquet-format, Encodings.md, PLAIN), and which are their ends.
import { copy } from "./copy";

/** Writes `count` texts in Arrow's layout, and 16 bytes over; returns where it stopped. */
export function writePlain(texts: usize, offsets: usize, count: u32, out: usize): usize {
  let o = out;
  for (let i: u32 = 0; i < count; i++) {
    const from = at(offsets, i), n = at(offsets, i + 1) - from;
    store<u32>(o, <u32>n);
    o = copy(o + 4, texts + from, n);
  }
  return o;
}

/**
 * The way back, from page..end: texts one behind the other to `out`, which has room for as many bytes, and 16 over. Returns where they end;
 * 0 where there are fewer.
 */
export function readPlain(page: usize, end: usize, count: u32, out: usize, offsets: usize): usize {
  let p = page, o = out;
  store<u32>(offsets, 0);
  for (let i: u32 = 1; i <= count; i++) {
    if (p + 4 > end) return 0;
    const n = <usize>load<u32>(p);
    p += 4;
    if (n > end - p) return 0;
    o = copy(o, p, n);
    p += n;
    store<u32>(offsets + (<usize>i << 2), <u32>(o - out));
  }
  return o;
}

/** The first and the last in the order of their bytes; `count` is not 0. */
export let leastText: u32 = 0;
export let greatestText: u32 = 0;

export function findEnds(texts: usize, offsets: usize, count: u32): void {
  leastText = greatestText = 0;
  for (let i: u32 = 1; i < count; i++)
    if (before(texts, offsets, i, leastText)) leastText = i;
    else if (before(texts, offsets, greatestText, i)) greatestText = i;
}

// @ts-ignore: decorator
@inline function at(offsets: usize, i: u32): usize { return <usize>load<u32>(offsets + (<usize>i << 2)); }

function before(texts: usize, offsets: usize, a: u32, b: u32): bool {
  const fromA = at(offsets, a), fromB = at(offsets, b);
  const lengthA = at(offsets, a + 1) - fromA, lengthB = at(offsets, b + 1) - fromB;
  const common = min(lengthA, lengthB);
  let i: usize = 0;
  for (; i + 8 <= common; i += 8) {
    const wordA = bswap(load<u64>(texts + fromA + i)), wordB = bswap(load<u64>(texts + fromB + i));
    if (wordA != wordB) return wordA < wordB;
  }
  for (; i < common; i++) {
    const byteA = load<u8>(texts + fromA + i), byteB = load<u8>(texts + fromB + i);
    if (byteA != byteB) return byteA < byteB;
  }
  return lengthA < lengthB;
}
