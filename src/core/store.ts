// One cell into its column: a number as the column's dtype, a text as its place in the window.
//
// Three readers put their cells into columns here: cells.ts those of JSON, plain.ts those of plain lines, fill.ts those of rows. A text is
// only remembered; texts.ts copies it before its bytes leave the window.
import { AT, DTYPE, DType, EXACT, NOTHING, PURE, RECORD, SCALARS, SEEN, STEP, TAKES, VALID, columns } from "./column";
import { TEN_INT, clinger, cut, digitCount, digitsAt, eightDigits, holds, leading, negative, pointed, product64, readNumber, setNumber, significand, tens, toF32, toF64 } from "./decimal";
import { oddInfinity, spellOdd } from "./json-cell";
import { Err } from "./state";
import { Look, isWhole, lookNumber, lookPlain, see } from "./survey";
import { Kind } from "./token";

/** No room for another text. */
export const FULL: i32 = 1001;

/** A text: start and end of its inside in the window, column, cell in the batch. */
const STRING: usize = 16;

let strings: usize = 0;
let stringLimit: usize = 0;
export let stringEnd: usize = 0;
let clip: bool = false;

/** Where texts are remembered, and what becomes of numbers that their dtype cannot hold; fixed for a cargo. */
export function startStore(stringsAt: usize, stringsEnd: usize, clips: bool): void {
  strings = stringsAt; stringLimit = stringsEnd; clip = clips;
}

// ---- texts

// @ts-ignore: decorator
@inline export function stringsAreFull(): bool { return stringEnd + STRING > stringLimit; }

/** Remembers a text by its place in the window. `where`: the column, and in its highest byte the text's Kind; 0 for JSON's inside, with escapes or without. */
export function remember(from: usize, to: usize, where: u32, index: u32): void {
  store<u32>(stringEnd, <u32>from);
  store<u32>(stringEnd, <u32>to, 4);
  store<u32>(stringEnd, where, 8);
  store<u32>(stringEnd, index, 12);
  stringEnd += STRING;
}

/** A number, true or false in a column of texts: its text, where the column takes it. An Err, or FULL. */
export function putScalarText(column: usize, where: u32, index: u32, from: usize, to: usize): i32 {
  if ((load<u32>(column, TAKES) & SCALARS) == 0) return Err.Kind;
  if (stringsAreFull()) return FULL;
  remember(from, to, where, index);
  return Err.None;
}

/** All texts have been taken. */
export function drainStrings(): void { stringEnd = strings; }

/** Forgets the string cells from this address on. */
export function forgetStrings(from: usize): void { stringEnd = from; }

// ---- null and NaN

/** Null: what it leaves among the values is NaN, or 0. */
export function putNull(column: usize, out: usize, index: u32): i32 {
  const dtype = load<u32>(column, DTYPE);
  see(column + SEEN, Look.Null);
  store<u8>(load<u32>(column, VALID) + index, 0);
  if (dtype == DType.Float64) store<f64>(out, NaN);
  else if (dtype == DType.Float32) store<f32>(out, <f32>NaN);
  else if (dtype < <u32>DType.String) zero(dtype, out);
  return Err.None;
}

// @ts-ignore: decorator
@inline function zero(dtype: u32, out: usize): void {
  if (dtype == DType.Int64 || dtype == DType.Uint64) store<u64>(out, 0);
  else if (dtype == DType.Int32 || dtype == DType.Uint32) store<u32>(out, 0);
  else if (dtype == DType.Int16 || dtype == DType.Uint16) store<u16>(out, 0);
  else store<u8>(out, 0);
}

/** NaN or an infinity. */
export function putNan(dtype: u32, out: usize, v: f64): i32 {
  if (dtype != DType.Float32 && dtype != DType.Float64) return Err.Range;
  if (dtype == DType.Float64) store<f64>(out, v); else store<f32>(out, <f32>v);
  return Err.None;
}

// ---- numbers

/**
 * Stores the number at p, whose first digit is at q; returns the address behind it, which is in the window. 0 when it has an
 * exponent, too many digits, no place in its column, or something behind it that may not follow. The last two arguments are
 * constants; in a line any byte may follow, and the caller checks it.
 *
 * One to three digits by branches: columns repeat their lengths, so these are foreseen, and the next cell need not wait for this
 * one's length. More digits than that eight at a time.
 */
// @ts-ignore: decorator
@inline export function plainCell(p: usize, q: usize, to: usize, column: usize, out: usize, doubles: bool, line: bool): usize {
  const minus = p != q;
  const d0 = <u64>load<u8>(q) - 0x30;
  let digits = d0;
  let power = 0;
  let plain = true;
  let whole: u64 = 1;
  const d1 = <u64>load<u8>(q, 1) - 0x30;
  if (d1 > 9) q += 1;
  else {
    const d2 = <u64>load<u8>(q, 2) - 0x30;
    if (d2 > 9) { digits = d0 * 10 + d1; whole = 2; q += 2; }
    else {
      const d3 = <u64>load<u8>(q, 3) - 0x30;
      if (d3 > 9) { digits = d0 * 100 + d1 * 10 + d2; whole = 3; q += 3; }
      else {
        const t = digitsAt(q);
        whole = digitCount(t);
        digits = leading(t, whole);
        plain = whole < 8;
        q += <usize>whole;
      }
    }
    plain = plain && d0 != 0;
  }
  let next = load<u8>(q);
  if (next == 0x2e /* . */ && plain) {
    const f0 = <u64>load<u8>(q, 1) - 0x30;
    const f1 = <u64>load<u8>(q, 2) - 0x30;
    if (f1 > 9) {
      digits = digits * 10 + f0;
      power = -1;
      plain = f0 < 10;
      q += 2;
    } else {
      let t = digitsAt(q + 1);
      let n = digitCount(t);
      if (n == 8) {
        digits = digits * 100000000 + eightDigits(t);
        t = digitsAt(q + 9);
        n = digitCount(t);
        if (n == 8) {
          digits = digits * 100000000 + eightDigits(t);
          t = digitsAt(q + 17);
          n = digitCount(t);
          plain = whole + n <= 3; // nineteen digits fit
          power = -16;
        } else {
          plain = whole + n <= 11;
          power = -8;
        }
      } else plain = n != 0;
      digits = digits * load<u64>(TEN_INT + (<usize>n << 3)) + select<u64>(leading(t, n), 0, n != 0);
      power -= <i32>n;
      q += <usize>(1 - power);
    }
    next = load<u8>(q);
  }
  if (!plain || (!line && isTail(next)) || q >= to) return 0;
  if (doubles || load<u32>(column, DTYPE) == DType.Float64) {
    const v = power == 0 ? <f64>digits : power >= -15 && digits <= 1 << 53 ? clinger(digits, power) : product64(digits, power);
    store<u64>(out, reinterpret<u64>(v) | (<u64>minus << 63));
  } else if (load<u32>(column, DTYPE) == DType.Int64 && power == 0) store<u64>(out, minus ? 0 - digits : digits); // fewer than eight digits
  else if (load<u32>(column, DTYPE) == DType.Any) lookPlain(column + SEEN, out, digits, power, minus);
  else {
    setNumber(digits, power, minus);
    if (put(column, out, p, q) != Err.None) return 0;
  }
  return q;
}

/** Bytes that may not follow a number: it goes on, or is a bad one. */
// @ts-ignore: decorator
@inline export function isTail(c: u8): bool {
  return (c > 0x2c /* , */ && c != 0x5d /* ] */) || c == 0x2b; /* + */
}

/** True or false, whose text is [p, end): 1 or 0 among numbers, where their dtype was asked for. */
export function putBool(column: usize, out: usize, truth: bool, p: usize, end: usize): i32 {
  if (load<u32>(column, DTYPE) == DType.Bool) { store<u8>(out, <u8>truth); return Err.None; }
  if ((load<u32>(column, TAKES) & PURE) != 0) return Err.Kind;
  setNumber(<u64>truth, 0, false);
  return put(column, out, p, end);
}

/** Stores the number just read, whose text is [p, end), as its column's dtype. */
export function put(column: usize, out: usize, p: usize, end: usize): i32 {
  const dtype = load<u32>(column, DTYPE);
  switch (dtype) {
    case DType.Float64: {
      const v = toF64(p, end);
      if (v == Infinity && !clip) return Err.Range;
      if (v >= 9007199254740992 && (load<u32>(column, TAKES) & EXACT) != 0 && isWhole(p, end) && !holds(p, <i32>(end - p), negative ? -v : v)) return Err.Range;
      store<f64>(out, negative ? -v : v);
      return Err.None;
    }
    case DType.Float32: {
      const v = toF32(p, end);
      if (v == <f32>Infinity && !clip) return Err.Range;
      store<f32>(out, negative ? -v : v);
      return Err.None;
    }
    case DType.String: return Err.Kind;
    case DType.Any: {
      lookNumber(column + SEEN, out, p, end);
      return Err.None;
    }
    case DType.Int8: return integer(out, 1, 0x7f, 0x80, p, end);
    case DType.Int16: return integer(out, 2, 0x7fff, 0x8000, p, end);
    case DType.Int32: return integer(out, 4, 0x7fffffff, 0x80000000, p, end);
    case DType.Int64: return longInteger(column, out, 0x7fffffffffffffff, 0x8000000000000000, p, end);
    case DType.Uint8: return integer(out, 1, 0xff, 0, p, end);
    case DType.Uint16: return integer(out, 2, 0xffff, 0, p, end);
    case DType.Uint32: return integer(out, 4, 0xffffffff, 0, p, end);
    case DType.Uint64: return longInteger(column, out, 0xffffffffffffffff, 0, p, end);
    default: return (load<u32>(column, TAKES) & PURE) != 0 ? <i32>Err.Kind : integer(out, 1, 1, 0, p, end); // bool
  }
}

/** An integer of 64 bits. Text like 1.0 is none where nobody asked for integers: its column is then float64, wherever it stands. */
function longInteger(column: usize, out: usize, above: u64, below: u64, p: usize, end: usize): i32 {
  if (pointed && (load<u32>(column, TAKES) & PURE) != 0) return Err.Range;
  return integer(out, 8, above, below, p, end);
}

/** An integer of `bytes` bytes, from -below to above. Text like 1.0 or 1e3 is one too; clip cuts the rest to fit. */
function integer(out: usize, bytes: i32, above: u64, below: u64, p: usize, end: usize): i32 {
  let v = significand;
  let whole = !cut, large = false;
  if (v != 0) {
    let x = tens;
    while (x < 0 && v != 0) {
      if (v % 10 != 0) { whole = false; if (!clip) break; }
      v /= 10;
      x++;
    }
    if (cut && x > 0) large = true; // twenty digits and more
    while (x > 0 && !large) {
      if (v > 1844674407370955161) large = true; else v *= 10;
      x--;
    }
  }
  const limit = negative ? below : above;
  if (large || v > limit) { large = true; v = limit; }
  if ((large || !whole) && !clip) return Err.Range;
  if (negative) v = 0 - v;
  if (bytes == 8) store<u64>(out, v);
  else if (bytes == 4) store<u32>(out, <u32>v);
  else if (bytes == 2) store<u16>(out, <u16>v);
  else store<u8>(out, <u8>v);
  return Err.None;
}

/** A number of another spelling than JSON's, in JSON's; and a byte behind it that is none of a number. */
const SPELLED: usize = memory.data(1024);

/** A number of another spelling than JSON's, of a thousand bytes at most: a longer one is refused, and not cut short. */
function putOdd(column: usize, out: usize, from: usize, to: usize): i32 {
  const infinity = oddInfinity(from, to);
  if (infinity != 0) return putNan(load<u32>(column, DTYPE), out, infinity);
  if (to - from > 1000) return Err.Kind;
  const end = spellOdd(SPELLED, from, to);
  store<u8>(end, 0x2c);
  readNumber(SPELLED, end + 1);
  return put(column, out, SPELLED, end);
}

// ---- cells of rows

/** Stores a cell that rows.ts has found, in this row of the batch, as its column's dtype. An Err, or FULL. */
export function storeCell(col: u32, row: u32, what: i32, from: usize, to: usize): i32 {
  const column = columns + <usize>col * RECORD;
  if (load<u32>(column, DTYPE) == DType.Skip) return Err.None;
  const out = <usize>load<u32>(column, AT) + <usize>row * <usize>load<u32>(column, STEP);
  const dtype = load<u32>(column, DTYPE);
  if (dtype == DType.String && (what <= Kind.Bool || what == Kind.Nan || what == Kind.Odd))
    return putScalarText(column, col | (<u32>Kind.Bare << 24), row, from, to);
  if (what <= Kind.Float) {
    const n = to - from;
    if (what == Kind.Int && n < 4 && load<u8>(from) != 0x2d) {
      let v = <u64>load<u8>(from) - 0x30;
      if (n > 1) v = v * 10 + (<u64>load<u8>(from, 1) - 0x30);
      if (n > 2) v = v * 10 + (<u64>load<u8>(from, 2) - 0x30);
      if (load<u32>(column, DTYPE) == DType.Float64) { store<f64>(out, <f64>v); return Err.None; }
      setNumber(v, 0, false);
    } else readNumber(from, to + 1);
    return put(column, out, from, to);
  }
  if (what == Kind.Null || what == Kind.Missing) return putNull(column, out, row);
  if (what == Kind.Nan) return putNan(dtype, out, load<u8>(from) == 0x4e /* N */ ? NaN : load<u8>(from) == 0x2d /* - */ ? -Infinity : Infinity);
  if (what == Kind.Odd) return putOdd(column, out, from, to);
  if (what == Kind.Bool) return putBool(column, out, load<u8>(from) == 0x74 /* t */, from, to);
  if (dtype != DType.String || what == Kind.Nested || (load<u32>(column, TAKES) & NOTHING) != 0) return Err.Kind;
  if (stringsAreFull()) return FULL;
  const quotes: usize = what == Kind.Text || what == Kind.Escaped ? 1 : 0;
  remember(from + quotes, to - quotes, col | (what << 24), row);
  return Err.None;
}
