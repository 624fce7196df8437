// Decimal text to numbers, correctly rounded.
//
// How it works. A number is read as a whole number and a power of ten, significand * 10^tens, eight digits at a time. Small ones are
// exact in a double and one division rounds them (Clinger 1990). The rest goes through the 128-bit product of Eisel and
// Lemire ("Number Parsing at a Gigabyte per Second", 2021), which needs no fallback when the significand holds all the digits
// (Mushtak and Lemire 2023). With more than 19 digits the products of the significand and of the next one must agree; where they do not, the
// host decides exactly. For float32 the same is done with its own constants, so nothing is rounded twice.
import { isDigit } from "./bytes";
import { FIRST, LAST, POWERS } from "./powers";

/** The text in [p, p + n) read exactly by the host: a float32's value when single is set. */
// @ts-ignore: decorator
@external("env", "exact")
declare function exact(p: usize, n: i32, single: bool): f64;
/** Whether the whole number in [p, p + n) is exactly v. */
// @ts-ignore: decorator
@external("env", "holds")
export declare function holds(p: usize, n: i32, v: f64): bool;

export const TEN: usize = memory.data<f64>([1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22], 16);
export const TEN_INT: usize = memory.data<u64>([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000], 16);

/** What readNumber() read: digits, power of ten, whether digits other than 0 were left out, sign, whether it has a point or an exponent. */
export let significand: u64 = 0;
export let tens: i32 = 0;
export let cut: bool = false;
export let negative: bool = false;
export let pointed: bool = false;

const ZEROS: u64 = 0x3030303030303030;

/** Eight bytes as digit values; a byte above 9 was no digit. */
// @ts-ignore: decorator
@inline export function digitsAt(p: usize): u64 { return load<u64>(p) ^ ZEROS; }

/** How many of the eight are digits before the first that is not. */
// @ts-ignore: decorator
@inline export function digitCount(t: u64): u64 { return ctz(((t + 0x7676767676767676) | t) & 0x8080808080808080) >> 3; }

/** The number that eight digit values spell, the first byte the most significant. */
// @ts-ignore: decorator
@inline export function eightDigits(t: u64): u64 {
  t = t * 10 + (t >> 8);
  return ((t & 0x000000ff000000ff) * 0x000f424000000064 + ((t >> 16) & 0x000000ff000000ff) * 0x0000271000000001) >> 32;
}

/** The number that the first n > 0 of eight digit values spell. */
// @ts-ignore: decorator
@inline export function leading(t: u64, n: u64): u64 { return eightDigits(t << (64 - (n << 3))); }

/**
 * Reads the JSON number at p into significand, tens, cut and negative. Returns the address after it, or 0 when it is not a number
 * or reaches the end of the window, where it may go on.
 */
export function readNumber(p: usize, to: usize): usize {
  negative = load<u8>(p) == 0x2d; /* - */
  p += <usize>negative;
  significand = 0; tens = 0; cut = false; pointed = false;
  let kept = 0, full = false;
  const first = p;
  while (isDigit(load<u8>(p))) {
    const d = <u64>(load<u8>(p) - 0x30);
    if (!full && room(kept, d)) { significand = significand * 10 + d; kept += i32(significand != 0); } else { full = true; tens++; cut = cut || d != 0; }
    p++;
  }
  if (p == first || (load<u8>(first) == 0x30 && p > first + 1)) return 0;
  if (load<u8>(p) == 0x2e /* . */) {
    pointed = true;
    p++;
    const point = p;
    while (isDigit(load<u8>(p))) {
      const d = <u64>(load<u8>(p) - 0x30);
      if (!full && room(kept, d)) { significand = significand * 10 + d; tens--; kept += i32(significand != 0); } else { full = true; cut = cut || d != 0; }
      p++;
    }
    if (p == point) return 0;
  }
  if ((load<u8>(p) | 0x20) == 0x65 /* e */) {
    pointed = true;
    p++;
    const minus = load<u8>(p) == 0x2d;
    if (minus || load<u8>(p) == 0x2b) p++;
    const digits = p;
    let x = 0;
    while (isDigit(load<u8>(p))) { if (x < 100000000) x = x * 10 + <i32>(load<u8>(p) - 0x30); p++; }
    if (p == digits) return 0;
    tens += minus ? -x : x;
  }
  return p < to ? p : 0;
}

/** One more digit fits the significand: nineteen always do, and a twentieth up to 2^64 - 1. */
// @ts-ignore: decorator
@inline function room(kept: i32, d: u64): bool {
  return kept < 19 || (kept == 19 && (significand < 1844674407370955161 || (significand == 1844674407370955161 && d <= 5)));
}

/** |value| of the number last read, at [p, end) for the host. Infinity when it is too large. */
export function toF64(p: usize, end: usize): f64 {
  if (!cut) return significand <= 1 << 53 && tens >= -22 && tens <= 22 ? clinger(significand, tens) : product64(significand, tens);
  const low = product64(significand, tens);
  return low == product64(significand + 1, tens) ? low : abs(exact(p, <i32>(end - p), false));
}

export function toF32(p: usize, end: usize): f32 {
  // both exact in a float32: 10^10 is 2^10 times 5^10, which has 24 bits
  if (!cut && significand <= 1 << 24 && tens >= -10 && tens <= 0) return <f32>significand / <f32>load<f64>(TEN + (<usize>(0 - tens) << 3));
  const low = product32(significand, tens);
  return !cut || low == product32(significand + 1, tens) ? low : abs(<f32>exact(p, <i32>(end - p), true));
}

// @ts-ignore: decorator
@inline export function clinger(w: u64, q: i32): f64 {
  return q < 0 ? <f64>w / load<f64>(TEN + (<usize>(0 - q) << 3)) : <f64>w * load<f64>(TEN + (<usize>q << 3));
}

// @ts-ignore: decorator
@inline export function mulHigh(a: u64, b: u64): u64 {
  const al = a & 0xffffffff, ah = a >> 32, bl = b & 0xffffffff, bh = b >> 32;
  const mid = ah * bl + (al * bl >> 32);
  const mid2 = al * bh + (mid & 0xffffffff);
  return ah * bh + (mid >> 32) + (mid2 >> 32);
}

/** w * 10^q as the bits of a float with so many mantissa bits; tie* bound the exponents where an exact tie can occur. */
// @ts-ignore: decorator
@inline function product(w: u64, q: i32, mantissa: i32, bias: i32, inf: i32, tieLow: i32, tieHigh: i32): u64 {
  if (w == 0 || q < FIRST) return 0;
  if (q > 308) return <u64>inf << mantissa;
  const lz = <i32>clz(w);
  w <<= lz;
  const at = POWERS + (<usize>(q - FIRST) << 4);
  const power = load<u64>(at);
  let high = mulHigh(w, power), low = w * power;
  const mask = <u64>-1 >> (mantissa + 3);
  if ((high & mask) == mask) {
    const more = mulHigh(w, load<u64>(at, 8));
    low += more;
    if (low < more) high++;
  }
  const up = <i32>(high >> 63);
  const shift = up + 64 - mantissa - 3;
  let bits = high >> shift;
  let exponent = ((217706 * q) >> 16) + 63 + up - lz + bias;
  if (exponent <= 0) { // subnormal, or nothing
    if (1 - exponent >= 64) return 0;
    bits >>= 1 - exponent;
    bits += bits & 1;
    return bits >> 1; // a carry into the exponent is the smallest normal number, as it should be
  }
  if (low <= 1 && q >= tieLow && q <= tieHigh && (bits & 3) == 1 && bits << shift == high) bits &= ~(<u64>1);
  bits += bits & 1;
  bits >>= 1;
  if (bits >= <u64>2 << mantissa) { bits = <u64>1 << mantissa; exponent++; }
  if (exponent >= inf) return <u64>inf << mantissa;
  return (bits & ~(<u64>1 << mantissa)) | (<u64>exponent << mantissa);
}

/** Sets what a caller read by itself: significand * 10^tens, no digit left out. */
// @ts-ignore: decorator
@inline export function setNumber(digits: u64, power: i32, minus: bool): void {
  significand = digits; tens = power; cut = false; negative = minus; pointed = power != 0;
}

export function product64(w: u64, q: i32): f64 { return reinterpret<f64>(product(w, q, 52, 1023, 0x7ff, -4, 23)); }
export function product32(w: u64, q: i32): f32 { return reinterpret<f32>(<u32>product(w, q, 23, 127, 0xff, -17, 10)); }
