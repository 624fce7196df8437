// A survey reads no values. Of a column it keeps the least and the greatest of its numbers, and the looks of its cells: a bit for each thing
// that a string would be to a server that guesses.
//
// How it works. A column's record (cells.ts) has a word of Look bits, and where its values would lie there is a Range
// instead. Every number moves the ends of the Range, which after the first rows is a comparison that fails. What takes
// longer, digits to count or bytes to match, is asked only until the column has the bit. src/engine/reference/survey.ts says the
// same of a token's text; test/engine/engines-agree.test.ts compares the two.
import { isDigit } from "./bytes";
import { TEN, clinger, cut, negative, product64, significand, tens, toF64 } from "./decimal";

/** What cells of a column were. src/engine/codes.ts has the same numbers. In a typed column only Null is kept. */
export const enum Look {
  Null = 0x1,
  Int = 0x2,
  Float = 0x4,
  Text = 0x8,
  Bool = 0x10,
  Nested = 0x20,
  Fraction = 0x40, // a number with point or exponent that is not whole
  Long = 0x80, // one of more than 15 significant digits
  Over = 0x100, // a whole number of 2^64 or more
  Under = 0x200, // or of -2^64 or less
  // strings; one of these for each
  Empty = 0x400,
  Plain = 0x800, // any other
  Numbered = 0x400000, // any other of up to 40 bytes with a digit, or NaT, which a reader of dates may take
  Missing = 0x1000, // pandas' words for a missing value, those for NaN aside
  Nan = 0x2000,
  Whole = 0x4000,
  Decimal = 0x8000,
  Truth = 0x10000,
  Date = 0x20000,
  Zoned = 0x40000, // a date and time with Z or an offset
  // and of their bytes
  Foreign = 0x80000, // beyond ASCII
  Junk = 0x100000, // base64 with bytes that decoders drop
  Unpadded = 0x200000, // no base64
  // how far dates go, and what is between a date and its time: pandas takes one form for a column
  Day = 0x800000,
  Minute = 0x1000000,
  Second = 0x2000000,
  Subsecond = 0x4000000,
  Tee = 0x8000000,
  Blank = 0x10000000,
  Far = 0x20000000, // a date, with a time or without, that nanoseconds of 64 bits do not reach
  Endless = 0x40000000, // a whole number of more digits than Python reads
  Lone = 0x80000000, // half a surrogate pair, which UTF-8 has no place for
}

/** Offsets in a Range of 48 bytes: least and greatest magnitude of whole numbers, those with a minus apart, and of the rest. */
const NEGATIVE: usize = 16;
const GREATEST: usize = 8; // behind the least
const LEAST_FLOAT: usize = 32;
const GREATEST_FLOAT: usize = 40;

/** Python reads no more digits of a whole number (sys.int_info.default_max_str_digits, since 3.11). */
const DIGITS: usize = 4300;

/** An address of Look bits gets one more. */
// @ts-ignore: decorator
@inline export function see(seen: usize, bit: u32): void { store<u32>(seen, load<u32>(seen) | bit); }

/** A number without exponent, whose digits and power of ten are known and below 2^64. */
// @ts-ignore: decorator
@inline export function lookPlain(seen: usize, range: usize, digits: u64, power: i32, minus: bool): void {
  if (power == 0) { see(seen, Look.Int); whole(range, digits, minus); }
  else lookFraction(seen, range, digits, power, minus);
}

function lookFraction(seen: usize, range: usize, digits: u64, power: i32, minus: bool): void {
  const bits: u32 = load<u32>(seen);
  // near enough to tell that it lies between the ends, as it mostly does; only then it need not be rounded correctly
  const near = <f64>digits / load<f64>(TEN + (<usize>(0 - power) << 3));
  const v = minus ? -near : near;
  const slack = near * 1e-15;
  const inside = v - slack >= load<f64>(range, LEAST_FLOAT) && v + slack <= load<f64>(range, GREATEST_FLOAT);
  const wanted: u32 = digits < 1000000000000000 ? Look.Float | Look.Fraction : Look.Float | Look.Fraction | Look.Long;
  if (!inside || (bits & wanted) != wanted) lookCloser(seen, range, digits, power, minus);
}

function lookCloser(seen: usize, range: usize, digits: u64, power: i32, minus: bool): void {
  let bits: u32 = load<u32>(seen) | Look.Float;
  if (digits >= 1000000000000000 && isLong(digits)) bits |= Look.Long;
  const v = power >= -15 && digits <= 1 << 53 ? clinger(digits, power) : product64(digits, power);
  if (v != trunc(v)) bits |= Look.Fraction;
  store<u32>(seen, bits);
  float(range, minus ? -v : v);
}

/** The number that readNumber() has just read at [p, end). */
export function lookNumber(seen: usize, range: usize, p: usize, end: usize): void {
  if (isWhole(p, end)) {
    const over = tens > 0 || cut; // readNumber() stops at twenty digits
    see(seen, Look.Int);
    // what is beyond has a bit and no number, so that 2^64 - 1 stays what it is
    if (over) see(seen, (negative ? Look.Under : Look.Over) | (end - p > DIGITS + <usize>negative ? Look.Endless : 0));
    else whole(range, significand, negative);
    return;
  }
  let bits: u32 = load<u32>(seen) | Look.Float;
  if (significand >= 1000000000000000 && (cut || isLong(significand))) bits |= Look.Long;
  const v = toF64(p, end);
  if (v != trunc(v)) bits |= Look.Fraction;
  store<u32>(seen, bits);
  float(range, negative ? -v : v);
}

// @ts-ignore: decorator
@inline function whole(range: usize, magnitude: u64, minus: bool): void {
  range += select<usize>(NEGATIVE, 0, minus);
  if (magnitude < load<u64>(range)) store<u64>(range, magnitude);
  if (magnitude > load<u64>(range, GREATEST)) store<u64>(range, magnitude, GREATEST);
}

// @ts-ignore: decorator
@inline function float(range: usize, v: f64): void {
  if (v < load<f64>(range, LEAST_FLOAT)) store<f64>(range, v, LEAST_FLOAT);
  if (v > load<f64>(range, GREATEST_FLOAT)) store<f64>(range, v, GREATEST_FLOAT);
}

/** More than 15 digits without the zeros at the end, of 16 and more. */
function isLong(digits: u64): bool {
  while (digits >= 1000000000000000) {
    if (digits % 10 != 0) return true;
    digits /= 10;
  }
  return false;
}

/** The number's text has neither a point nor an exponent. */
export function isWhole(p: usize, end: usize): bool {
  for (; p < end; p++) {
    const c = load<u8>(p) | 0x20;
    if (c == 0x2e /* . */ || c == 0x65 /* e */) return false;
  }
  return true;
}

// ---- strings

/** Longer texts are neither numbers nor dates nor words that mean something. */
const LONGEST: usize = 40;

/** A string whose inside is [p, end) as written, escapes and all. */
export function lookText(seen: usize, p: usize, end: usize): void {
  let bits: u32 = load<u32>(seen) | Look.Text;
  if (p == end) { store<u32>(seen, bits | Look.Empty); return; }
  const kind = kindOf(p, end);
  bits |= kind == Look.Plain && hasDigit(p, end) ? Look.Numbered : kind;
  if (!(bits & Look.Foreign) && isForeign(p, end)) bits |= Look.Foreign;
  if (!(bits & Look.Unpadded)) bits |= base64(p, end);
  store<u32>(seen, bits);
}

/** The first byte tells most texts from those that a reader would take for something else. */
function kindOf(p: usize, end: usize): u32 {
  const n = end - p;
  if (n > LONGEST) return Look.Plain;
  const c = load<u8>(p);
  if (isDigit(c)) {
    const date = dateAt(p, end);
    if (date != 0) return date;
    const number = numberAt(p, end);
    return number != 0 ? number : isWord(MISSING, 14, p, n) ? Look.Missing : Look.Plain; // 1.#IND
  }
  switch (c) {
    case 0x20: /* space */
    case 0x2b: /* + */
    case 0x2e: /* . */
    case 0x2d: /* - */ {
      const number = numberAt(p, end);
      if (number != 0) return number;
      if (c != 0x2d) return Look.Plain;
      return isWord(NANS, 4, p, n) ? Look.Nan : isWord(MISSING, 14, p, n) ? Look.Missing : Look.Plain;
    }
    case 0x49: /* I */
    case 0x69: /* i */
      return numberAt(p, end) != 0 ? Look.Decimal : Look.Plain;
    case 0x4e: /* N */
    case 0x6e: /* n */
      if (isWord(NANS, 4, p, n)) return Look.Nan;
      if (n == 3 && load<u16>(p, 1) == 0x5461 /* aT */) return Look.Numbered; // no time, to readers of dates
    case 0x23: /* # */
    case 0x3c: /* < */
      return isWord(MISSING, 14, p, n) ? Look.Missing : Look.Plain;
    case 0x46: /* F */
    case 0x54: /* T */
    case 0x66: /* f */
    case 0x74: /* t */
      return isWord(TRUTHS, 6, p, n) ? Look.Truth : Look.Plain;
  }
  return Look.Plain;
}

function hasDigit(p: usize, end: usize): bool {
  if (end - p > LONGEST) return false;
  while (p < end) if (isDigit(load<u8>(p++))) return true;
  return false;
}

/** Whole or Decimal when the text is a number to pandas and Python, blanks around it included; infinity is one, too. */
function numberAt(p: usize, end: usize): u32 {
  while (p < end && load<u8>(p) == 0x20) p++;
  while (end > p && load<u8>(end - 1) == 0x20) end--;
  if (p < end && (load<u8>(p) == 0x2d || load<u8>(p) == 0x2b)) p++;
  if (p == end) return 0;
  if ((load<u8>(p) | 0x20) == 0x69 /* i */) return isInfinity(p, end - p) ? Look.Decimal : 0;
  let q = p;
  while (q < end && isDigit(load<u8>(q))) q++;
  let digits = q - p;
  if (q == end) return Look.Whole;
  if (load<u8>(q) == 0x2e /* . */) {
    const point = ++q;
    while (q < end && isDigit(load<u8>(q))) q++;
    digits += q - point;
  }
  if (digits == 0) return 0;
  if (q == end) return Look.Decimal;
  if ((load<u8>(q) | 0x20) != 0x65 /* e */) return 0;
  q++;
  if (q < end && (load<u8>(q) == 0x2d || load<u8>(q) == 0x2b)) q++;
  if (q == end) return 0;
  while (q < end && isDigit(load<u8>(q))) q++;
  return q == end ? Look.Decimal : 0;
}

function isInfinity(p: usize, n: usize): bool {
  if (n != 3 && n != 8) return false;
  for (let i: usize = 0; i < n; i++) if ((load<u8>(p + i) | 0x20) != load<u8>(INFINITY + i)) return false;
  return true;
}

/** Date, Zoned or Far, and how far it goes, when the text is an ISO date, with a time or without. */
function dateAt(p: usize, end: usize): u32 {
  const n = end - p;
  if (n < 10 || load<u8>(p, 4) != 0x2d || load<u8>(p, 7) != 0x2d) return 0;
  const year = two(p) * 100 + two(p + 2);
  const month = two(p + 5), day = two(p + 8);
  if (two(p) > 99 || two(p + 2) > 99 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return 0;
  // two digits each, so that texts compare as times do
  const date = year * 10000 + month * 100 + day;
  if (n == 10) return reach(date, 0) | Look.Day;
  const t = load<u8>(p, 10);
  const hour = two(p + 11), minute = two(p + 14);
  if ((t != 0x54 /* T */ && t != 0x20) || n < 16 || hour > 23 || load<u8>(p, 13) != 0x3a /* : */ || minute > 59) return 0;
  let form: u32 = (t == 0x20 ? Look.Blank : Look.Tee) | Look.Minute;
  let second: u32 = 0;
  let q = p + 16;
  if (q < end && load<u8>(q) == 0x3a) {
    form ^= Look.Minute | Look.Second;
    if (end - q < 3) return 0;
    second = two(q + 1);
    if (second > 59) return 0;
    q += 3;
    if (q < end && load<u8>(q) == 0x2e /* . */) {
      form ^= Look.Second | Look.Subsecond;
      const point = ++q;
      while (q < end && isDigit(load<u8>(q))) q++;
      if (q == point || q - point > 9) return 0;
    }
  }
  form |= reach(date, hour * 10000 + minute * 100 + second);
  if (q == end) return form;
  return zoneAt(q, end) ? form & ~Look.Date | Look.Zoned : 0;
}

/** Z, or an offset of hours, and of minutes with a colon or without. */
function zoneAt(q: usize, end: usize): bool {
  const sign = load<u8>(q++);
  if (sign == 0x5a /* Z */) return q == end;
  if (sign != 0x2d && sign != 0x2b) return false;
  const left = end - q;
  if (left < 2 || two(q) > 23) return false;
  if (left == 2) return true;
  q += 2;
  if (load<u8>(q) == 0x3a) q++;
  return end - q == 2 && two(q) <= 59;
}

/** The first and the last second that pandas' nanoseconds reach: 1677-09-21 00:12:44 and 2262-04-11 23:47:16. */
// @ts-ignore: decorator
@inline function reach(date: u32, time: u32): u32 {
  const before = date < 16770921 || (date == 16770921 && time < 1244);
  const behind = date > 22620411 || (date == 22620411 && time > 234716);
  return before || behind ? Look.Far : Look.Date;
}

// @ts-ignore: decorator
@inline function daysOf(year: u32, month: u32): u32 {
  if (month != 2) return 30 + ((month + (month >> 3)) & 1);
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
}

/** The number that two digits spell, 255 when they are none. */
function two(p: usize): u32 {
  const a = <u32>load<u8>(p) - 0x30, b = <u32>load<u8>(p, 1) - 0x30;
  return a < 10 && b < 10 ? a * 10 + b : 255;
}

/** The text is one of `count` words; each is a number whose bytes spell it, the first the least. */
function isWord(words: usize, count: i32, p: usize, n: usize): bool {
  if (n > 8) return false;
  let word: u64 = 0;
  for (let i: usize = 0; i < n; i++) word |= <u64>load<u8>(p + i) << (i << 3);
  for (let i = 0; i < count; i++) if (load<u64>(words + (<usize>i << 3)) == word) return true;
  return false;
}

const INFINITY: usize = memory.data<u8>([0x69, 0x6e, 0x66, 0x69, 0x6e, 0x69, 0x74, 0x79]);
// NaN nan -NaN -nan
const NANS: usize = memory.data<u64>([0x4e614e, 0x6e616e, 0x4e614e2d, 0x6e616e2d]);
// NA N/A n/a NULL null None <NA> #N/A #NA #N/A N/A 1.#IND 1.#QNAN -1.#IND -1.#QNAN
const MISSING: usize = memory.data<u64>([0x414e, 0x412f4e, 0x612f6e, 0x4c4c554e, 0x6c6c756e, 0x656e6f4e, 0x3e414e3c, 0x412f4e23, 0x414e23, 0x412f4e20412f4e23, 0x444e49232e31, 0x4e414e51232e31, 0x444e49232e312d, 0x4e414e51232e312d]);
// true True TRUE false False FALSE
const TRUTHS: usize = memory.data<u64>([0x65757274, 0x65757254, 0x45555254, 0x65736c6166, 0x65736c6146, 0x45534c4146]);

/** Bytes beyond ASCII, written as they are or as an escape. */
function isForeign(p: usize, end: usize): bool {
  while (p < end) {
    const c = load<u8>(p);
    if (c >= 0x80) return true;
    if (c != 0x5c /* \ */) { p++; continue; }
    if (load<u8>(p, 1) != 0x75 /* u */) { p += 2; continue; }
    if (load<u16>(p, 2) != 0x3030 /* 00 */ || load<u8>(p, 4) >= 0x38 /* 8 */) return true;
    p += 6;
  }
  return false;
}

/** Of escapes that are halves of surrogate pairs, one stands alone. */
export function isLone(p: usize, end: usize): bool {
  while (p < end) {
    if (load<u8>(p) != 0x5c /* \ */) { p++; continue; }
    const half = halfAt(p, end);
    if (half == 0) { p += 2; continue; }
    if (half == 2 || halfAt(p + 6, end) != 2) return true;
    p += 12;
  }
  return false;
}

/** 1 for the first half of a pair, written as an escape, 2 for the second. */
function halfAt(p: usize, end: usize): u32 {
  if (p + 6 > end || load<u16>(p) != 0x755c /* \u */ || (load<u8>(p, 2) | 0x20) != 0x64 /* d */) return 0;
  const c = load<u8>(p, 3) | 0x20; // digits have the bit already
  return c < 0x38 /* 8 */ ? 0 : c < 0x63 /* c */ ? 1 : 2;
}

/** Nothing for base64 as it is written by the book, Junk where Python's decoder drops bytes, Unpadded where it fails. */
function base64(p: usize, end: usize): u32 {
  let chars: u32 = 0, pads: u32 = 0;
  let junk = false;
  while (p < end) {
    let c = load<u8>(p++);
    if (c == 0x5c /* \ */) {
      c = load<u8>(p++);
      if (c == 0x75 /* u */) p += 4;
      if (c != 0x2f /* / */) { junk = true; continue; }
    }
    if (isBase64(c)) {
      junk = junk || pads > 0;
      chars++;
      pads = 0;
    } else if (c == 0x3d /* = */ && (chars & 3) > 1) {
      if ((chars & 3) + ++pads == 4) return junk || p < end ? Look.Junk : 0;
    } else junk = true;
  }
  return (chars & 3) != 0 ? Look.Unpadded : junk ? Look.Junk : 0;
}

// @ts-ignore: decorator
@inline function isBase64(c: u8): bool { return <u32>(c | 0x20) - 0x61 < 26 || <u32>c - 0x2f < 11 || c == 0x2b; /* a-z, / and digits, + */ }
