// UTF-8 well-formedness (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF), resumable at every byte.
// A pass of its own: the scanner then treats bytes above 0x7f inside strings as text and elsewhere as faults.
//
// Blocks of 64 bytes are judged by three table lookups (after Keiser and Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte",
// 2021): each half of a byte and the half behind it has a bit for every fault that it may be a part of, and a fault is where all have the
// same. What blocks leave, and where a fault is, is told byte by byte.
import { look } from "./masks";

let need: i32 = 0; // continuation bytes still due
let low: u8 = 0x80; // the next one lies in [low, high]
let high: u8 = 0xbf;

export function resetUtf8(): void { need = 0; }
/** No character is cut off. */
export function isWhole(): bool { return need == 0; }

/** Checks [p, to); returns the address of the first byte that cannot stand there, or `to`. */
export function utf8(p: usize, to: usize): usize {
  while (p < to) {
    if (need == 0) {
      p = blocks(p, to);
      while (p < to && load<u8>(p) < 0x80) p++;
      if (p == to) break;
      const c = load<u8>(p);
      if (c < 0xc2 || c > 0xf4) return p;
      need = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
      low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
      high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
      p++;
    } else {
      const c = load<u8>(p);
      if (c < low || c > high) return p;
      need--;
      low = 0x80; high = 0xbf;
      p++;
    }
  }
  return to;
}

// Faults that two bytes show, a bit each. Two of them never meet, and share one.
const SHORT: u8 = 1; // a continuation is due, and none comes
const STRAY: u8 = 2; // a continuation behind ASCII
const OVERLONG_3: u8 = 4;
const BEYOND: u8 = 8; // F4 90 and above
const SURROGATE: u8 = 16;
const OVERLONG_2: u8 = 32;
const BEYOND_1000: u8 = 64; // F5 and above
const OVERLONG_4: u8 = 64;
const TWO: u8 = 128; // two continuations: right where a lead of three or four bytes stands before them
/** Faults that the low half of the first byte has no say in. */
const ANY: u8 = SHORT | STRAY | TWO;
/** By the high half of the first byte, by its low half, and by the high half of the second. */
const FIRST_HIGH: usize = memory.data<u8>([
  STRAY, STRAY, STRAY, STRAY, STRAY, STRAY, STRAY, STRAY, TWO, TWO, TWO, TWO,
  SHORT | OVERLONG_2, SHORT, SHORT | OVERLONG_3 | SURROGATE, SHORT | BEYOND | BEYOND_1000 | OVERLONG_4,
], 16);
const FIRST_LOW: usize = memory.data<u8>([
  ANY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4, ANY | OVERLONG_2, ANY, ANY, ANY | BEYOND, ANY | BEYOND | BEYOND_1000, ANY | BEYOND | BEYOND_1000,
  ANY | BEYOND | BEYOND_1000, ANY | BEYOND | BEYOND_1000, ANY | BEYOND | BEYOND_1000, ANY | BEYOND | BEYOND_1000, ANY | BEYOND | BEYOND_1000,
  ANY | BEYOND | BEYOND_1000, ANY | BEYOND | BEYOND_1000 | SURROGATE, ANY | BEYOND | BEYOND_1000, ANY | BEYOND | BEYOND_1000,
], 16);
const SECOND_HIGH: usize = memory.data<u8>([
  SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT,
  STRAY | OVERLONG_2 | TWO | OVERLONG_3 | BEYOND_1000 | OVERLONG_4, STRAY | OVERLONG_2 | TWO | OVERLONG_3 | BEYOND,
  STRAY | OVERLONG_2 | TWO | SURROGATE | BEYOND, STRAY | OVERLONG_2 | TWO | SURROGATE | BEYOND,
  SHORT, SHORT, SHORT, SHORT,
], 16);

/** What is not zero is a fault in v, or before it; `last`: the sixteen bytes before. */
// @ts-ignore: decorator
@inline function faults(last: v128, v: v128, firstHigh: v128, firstLow: v128, secondHigh: v128): v128 {
  const half = i8x16.splat(15);
  const one = i8x16.shuffle(last, v, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
  const two = i8x16.shuffle(last, v, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
  const three = i8x16.shuffle(last, v, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28);
  const high = look(firstHigh, v128.and(i16x8.shr_u(one, 4), half)), low = look(firstLow, v128.and(one, half));
  const pairs = v128.and(v128.and(high, low), look(secondHigh, v128.and(i16x8.shr_u(v, 4), half)));
  // the third byte of three, and the third and fourth of four, are the ones that must have two continuations in a row
  const due = v128.or(i8x16.sub_sat_u(two, i8x16.splat(0x60)), i8x16.sub_sat_u(three, i8x16.splat(0x70)));
  return v128.xor(v128.and(due, i8x16.splat(<i8>0x80)), pairs);
}

/** Takes blocks that are sound; returns the first byte of a character. */
function blocks(from: usize, to: usize): usize {
  const firstHigh = v128.load(FIRST_HIGH), firstLow = v128.load(FIRST_LOW), secondHigh = v128.load(SECOND_HIGH);
  let p = from;
  let last = i8x16.splat(0);
  let goesOn = false; // a character may
  while (p + 64 <= to) {
    const v0 = v128.load(p), v1 = v128.load(p, 16), v2 = v128.load(p, 32), v3 = v128.load(p, 48);
    const wide = i8x16.bitmask(v128.or(v128.or(v0, v1), v128.or(v2, v3))) != 0;
    if (wide || goesOn) {
      const first = v128.or(faults(last, v0, firstHigh, firstLow, secondHigh), faults(v0, v1, firstHigh, firstLow, secondHigh));
      const second = v128.or(faults(v1, v2, firstHigh, firstLow, secondHigh), faults(v2, v3, firstHigh, firstLow, secondHigh));
      if (v128.any_true(v128.or(first, second))) break;
      goesOn = i8x16.bitmask(v3) >> 13 != 0;
    }
    last = v3;
    p += 64;
  }
  return p == from ? p : startOfLast(p);
}

/** p, or the start of the character that is cut off there. */
// @ts-ignore: decorator
@inline function startOfLast(p: usize): usize {
  if (load<u8>(p - 1) >= 0xc0) return p - 1;
  if (load<u8>(p - 2) >= 0xe0) return p - 2;
  return load<u8>(p - 3) >= 0xf0 ? p - 3 : p;
}
