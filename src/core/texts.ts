// Text cells into Arrow's layout: the bytes one behind the other, and where each ends. Or, as a dictionary, each text once, and which of
// them a cell is.
//
// How it works. cells.ts and fill.ts only remember where a text stands in the window; it is copied from there before its bytes leave. A
// text is put behind the others first, and forgotten again where the dictionary has it already: a hash of its bytes finds the place.
import { Kind } from "./token";
import { decode, undouble } from "./unescape";
import { copy } from "./copy";

/** A text column. */
const OFFSETS: usize = 0; // address of the ends, the first of which is a 0
const BYTES: usize = 4; // address of the texts
const USED: usize = 8; // bytes of them
const ROOM: usize = 12; // bytes there is place for; as many as a copy runs over are behind them
const NEXT: usize = 16; // cells so far
const CODES: usize = 20; // address of which text each cell is; 0 where there is no dictionary
const SLOTS: usize = 24; // address of the dictionary's table: numbers of texts, from 1
const MASK: usize = 28; // its length less one
const COUNT: usize = 32; // texts in the dictionary
export const TEXTS: usize = 48;

/** A remembered cell, as cells.ts has it. */
const CELL: usize = 16;

/**
 * Takes the cells remembered from here to there into their columns, whose records are at `texts`. Returns where it stopped: at `to`, or
 * at the cell that its column has no room for.
 */
export function gatherTexts(at: usize, to: usize, texts: usize, quote: u8): usize {
  while (at < to) {
    const from = <usize>load<u32>(at), end = <usize>load<u32>(at, 4);
    const where = load<u32>(at, 8);
    const record = texts + <usize>(where & 0xffffff) * TEXTS;
    const used = <usize>load<u32>(record, USED);
    // no text grows: six bytes of an escape become three at most
    if (used + (end - from) > <usize>load<u32>(record, ROOM)) return at;
    skipTo(record, load<u32>(at, 12));
    put(record, used, write(<usize>load<u32>(record, BYTES) + used, from, end, where >> 24, quote));
    at += CELL;
  }
  return at;
}

/** Takes `count` texts in Arrow's layout into a dictionary; false once it has more than `most`. */
export function learnTexts(record: usize, texts: usize, offsets: usize, count: u32, most: u32): bool {
  for (let i: u32 = 0; i < count; i++) {
    const ends = offsets + (<usize>i << 2);
    const from = texts + <usize>load<u32>(ends), n = <usize>(load<u32>(ends, 4) - load<u32>(ends));
    const used = <usize>load<u32>(record, USED);
    put(record, used, copy(<usize>load<u32>(record, BYTES) + used, from, n));
    if (load<u32>(record, COUNT) > most) return false;
  }
  return true;
}

/** The end of the text's copy. */
function write(out: usize, from: usize, to: usize, kind: i32, quote: u8): usize {
  if (kind == Kind.Bare) return copy(out, from, to - from);
  if (kind == Kind.Doubled) return undouble(out, from, to, quote);
  if (kind != Kind.Text && hasEscape(from, to)) return decode(out, from, to);
  return copy(out, from, to - from);
}

function hasEscape(from: usize, to: usize): bool {
  const backslash = i8x16.splat(0x5c);
  for (let p = from; p < to; p += 16) {
    const mask = i8x16.bitmask(i8x16.eq(v128.load(p), backslash));
    if ((to - p >= 16 ? mask : mask & ((1 << <i32>(to - p)) - 1)) != 0) return true;
  }
  return false;
}

/** Cells before this one that are no text. */
export function skipTo(record: usize, cell: u32): void {
  let next = load<u32>(record, NEXT);
  const codes = <usize>load<u32>(record, CODES);
  const offsets = <usize>load<u32>(record, OFFSETS);
  for (; next < cell; next++)
    if (codes != 0) store<i32>(codes + (<usize>next << 2), -1);
    else store<u32>(offsets + (<usize>next << 2), load<u32>(record, USED), 4);
  store<u32>(record, next, NEXT);
}

/** The text behind the others is the next cell's. */
function put(record: usize, used: usize, stop: usize): void {
  const bytes = <usize>load<u32>(record, BYTES);
  const next = <usize>load<u32>(record, NEXT);
  const codes = <usize>load<u32>(record, CODES);
  store<u32>(record, <u32>next + 1, NEXT);
  if (codes == 0) {
    store<u32>(record, <u32>(stop - bytes), USED);
    store<u32>(<usize>load<u32>(record, OFFSETS) + (next << 2), <u32>(stop - bytes), 4);
  } else store<u32>(codes + (next << 2), codeOf(record, bytes + used, stop));
}

/** Which text of the dictionary these bytes are; a new one stays where it is. */
function codeOf(record: usize, from: usize, to: usize): u32 {
  const slots = <usize>load<u32>(record, SLOTS), offsets = <usize>load<u32>(record, OFFSETS), bytes = <usize>load<u32>(record, BYTES);
  const mask = load<u32>(record, MASK);
  const n = to - from;
  let i = hash(from, n) & mask;
  while (true) {
    const number = load<u32>(slots + (<usize>i << 2));
    if (number == 0) break;
    const other = offsets + (<usize>number << 2);
    const start = <usize>load<u32>(other - 4);
    if (<usize>load<u32>(other) - start == n && same(bytes + start, from, n)) return number - 1;
    i = (i + 1) & mask;
  }
  const count = load<u32>(record, COUNT) + 1;
  store<u32>(slots + (<usize>i << 2), count);
  store<u32>(record, count, COUNT);
  store<u32>(record, <u32>(to - bytes), USED);
  store<u32>(offsets + (<usize>count << 2), <u32>(to - bytes));
  return count - 1;
}

/** Sixteen bytes at a time; there are as many readable ones behind either. */
export function same(a: usize, b: usize, n: usize): bool {
  for (let i: usize = 0; i < n; i += 16) {
    const other = ~i8x16.bitmask(i8x16.eq(v128.load(a + i), v128.load(b + i))) & 0xffff;
    if ((n - i >= 16 ? other : other & ((1 << <i32>(n - i)) - 1)) != 0) return false;
  }
  return true;
}

/** Eight bytes at a time, by a product whose high bits depend on all of them; its low bits depend on the first bytes alone. */
export function hash(p: usize, n: usize): u32 {
  let h: u64 = <u64>n * 0x9e3779b97f4a7c15;
  for (; n >= 8; p += 8, n -= 8) h = mix(h ^ load<u64>(p));
  if (n > 0) h = mix(h ^ (load<u64>(p) & (((<u64>1) << (<u64>n << 3)) - 1)));
  return <u32>(h >> 32);
}

// @ts-ignore: decorator
@inline function mix(h: u64): u64 { h *= 0xff51afd7ed558ccd; return h ^ (h >> 32); }
