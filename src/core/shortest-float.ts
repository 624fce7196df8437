// Doubles and floats to the shortest decimal that reads back to the same bits, the nearest of those to the value.
//
// After Giulietti, "The Schubfach way to render doubles" (2020). The three products of the paper (the value and the two
// ends of its rounding interval) differ by multiples of the same power of ten, so one 192-bit product is made and the
// ends follow by addition. Most values need less: their last digit and half the distance to a neighbour, from three quarters of that product
// (shortestRegular), which leaves to the paper's way what lies too near an edge. Digits are written from the left, sixteen at once, and what is behind
// the point is moved on by one. The layout of the text is JavaScript's Number::toString but for three things: a whole number
// gets ".0", so that servers infer a float column; the exponent has no "+"; minus zero keeps its sign.
import { mulHigh } from "./decimal";
import { FIRST, POWERS } from "./powers";

/** Longest text of a float64, "-1.2345678901234567e-308", with room for a store of sixteen bytes behind its digits. */
export const LONGEST: i32 = 40;

let digits: u64 = 0;
let exponent: i32 = 0;

/** Writes v at p; returns the address after it. v is finite. */
export function writeF64(p: usize, v: f64): usize {
  const bits = reinterpret<u64>(v);
  if (bits >> 63 != 0) store<u8>(p++, 0x2d /* - */);
  const abs = bits & 0x7fffffffffffffff;
  if (abs == 0) { store<u32>(p, ZERO_POINT_ZERO); return p + 3; }
  const biased = <i32>(abs >> 52);
  const fraction = abs & 0xfffffffffffff;
  if (biased == 0) shortest(fraction, -1074, false);
  else {
    const c = fraction | 0x10000000000000;
    const q = biased - 1075;
    if (q <= 0 && q > -53 && ctz(c) >= <u64>(-q)) return writeWhole(p, c >> <u64>(-q));
    if (q > -63 && q < -9) {
      const end = writeThousandths(p, reinterpret<f64>(abs));
      if (end != 0) return end;
    }
    if (fraction == 0) shortest(c, q, biased > 1);
    else shortestRegular(c, q);
  }
  return layout(p);
}

/**
 * A number of at most three decimals, 0 when it is none. What is written is the shortest: the quotient of two whole numbers that are
 * exact is rounded once, so it reads back to v, and its neighbours of as many digits are far off below 2^43.
 */
// @ts-ignore: decorator
@inline function writeThousandths(p: usize, v: f64): usize {
  const thousandths = v * 1000;
  if (floor(thousandths) != thousandths) return 0;
  // a zero at the end means that the product before was rounded away from its whole number
  let t = v * 10;
  if (floor(t) == t && t / 10 == v) return writeDecimals(p, <u64>t, 10, 1);
  t = v * 100;
  if (floor(t) == t && t / 100 == v && <u64>t % 10 != 0) return writeDecimals(p, <u64>t, 100, 2);
  return thousandths / 1000 == v && <u64>thousandths % 10 != 0 ? writeDecimals(p, <u64>thousandths, 1000, 3) : 0;
}

function writeDecimals(p: usize, n: u64, unit: u64, places: i32): usize {
  const whole = n / unit;
  let rest = n - whole * unit;
  p = writeDigits(p, whole, lengthOf(whole));
  store<u8>(p, 0x2e /* . */);
  for (let i = places; i > 0; i--) {
    const tens = rest / 10;
    store<u8>(p + <usize>i, <u8>(rest - tens * 10) + 0x30);
    rest = tens;
  }
  return p + 1 + <usize>places;
}

/** The same for a float32. */
export function writeF32(p: usize, v: f32): usize {
  const bits = reinterpret<u32>(v);
  if (bits >> 31 != 0) store<u8>(p++, 0x2d /* - */);
  const abs = bits & 0x7fffffff;
  if (abs == 0) { store<u32>(p, ZERO_POINT_ZERO); return p + 3; }
  const biased = <i32>(abs >> 23);
  const fraction = <u64>(abs & 0x7fffff);
  if (biased == 0) shortest(fraction, -149, false);
  else {
    const c = fraction | 0x800000;
    const q = biased - 150;
    if (q <= 0 && q > -24 && ctz(c) >= <u64>(-q)) return writeWhole(p, c >> <u64>(-q));
    if (fraction == 0) shortest(c, q, biased > 1);
    else shortestRegular(c, q);
  }
  return layout(p);
}

function writeWhole(p: usize, n: u64): usize {
  p = writeDigits(p, n, lengthOf(n));
  store<u16>(p, 0x302e /* .0 */);
  return p + 2;
}

const ZERO_POINT_ZERO: u32 = 0x00302e30;

/** Ten, and what is too near to tell, where a unit is 2^60. */
const TEN_UNITS: u64 = 10 << 60;
const NEAR: u64 = 1 << 22;

/**
 * The same as shortest() for a value whose neighbours are as far off on either side, and that is none of the smallest. The value's last digit and
 * what is behind it, and half the distance to a neighbour, are told to 2^-39 by the upper three quarters of the power, which leaves one in 2^36
 * undecided: where a number with one digit less, or the middle between two, is so near the edge.
 */
function shortestRegular(c: u64, q: i32): void {
  const k = (q * 1262611) >> 22; // floor(log10(2^q))
  const h = q + ((-k * 1741647) >> 19) + 1; // 1 to 4
  const at = POWERS + (<usize>(-k - FIRST) << 4);
  const high = load<u64>(at), next = <u64>load<u32>(at, 12);
  // c << h times the power: whole and fraction
  const cp = c << <u64>h;
  const cl = cp & 0xffffffff, ch = cp >> 32, pl = high & 0xffffffff, ph = high >> 32;
  const bottom = cl * pl;
  const mid = ch * pl + (bottom >> 32);
  const mid2 = cl * ph + (mid & 0xffffffff);
  let whole = ch * ph + (mid >> 32) + (mid2 >> 32);
  const product = (mid2 << 32) | (bottom & 0xffffffff);
  const fraction = product + next * ch + (next * cl >> 32);
  whole += <u64>(fraction < product);
  const half = high >> <u64>(5 - h);
  const tens = mulHigh(whole, 0xcccccccccccccccd) >> 3;
  const down = ((whole - tens * 10) << 60) | (fraction >> 4);
  const up = TEN_UNITS - down;
  if (down - half + NEAR > 2 * NEAR && up - half + NEAR > 2 * NEAR) {
    if (down < half || up < half) {
      digits = tens + <u64>(up < half);
      exponent = k + 1;
      return trim();
    }
    if (fraction + ((<u64>1) << 63) + (NEAR << 4) > NEAR << 5) {
      digits = whole + (fraction >> 63);
      exponent = k;
      return;
    }
  }
  shortest(c, q, false);
}

/** Only where a digit less is enough can zeros be left at the end. */
function trim(): void {
  while (true) {
    const tenth = digits / 10;
    if (tenth * 10 != digits) return;
    digits = tenth;
    exponent++;
  }
}

/** c * 2^q to digits * 10^exponent. `closer`: the value below is half as far as the one above. */
function shortest(c: u64, q: i32, closer: bool): void {
  const odd = c & 1; // the ends of the interval read back to c only when c is even
  const k = (q * 1262611 - (closer ? 524031 : 0)) >> 22; // floor(log10 of the interval's width)
  const h = q + ((-k * 1741647) >> 19) + 1; // 1 to 4
  const at = POWERS + (<usize>(-k - FIRST) << 4);
  const high = load<u64>(at);
  // the table cuts inexact positive powers; Schubfach wants them raised
  const low = load<u64>(at, 8) + <u64>(-k > 55);
  const shift = <u64>h;

  // 4c << h times the power: words z2 z1 (z0 is not needed beyond its carry into z1)
  const cp = (c << 2) << shift;
  const xh = mulHigh(low, cp);
  let z1 = high * cp, z2 = mulHigh(high, cp);
  const xl = low * cp;
  z1 += xh;
  z2 += <u64>(z1 < xh);
  // 2 << h times the power, to add and to take away
  const s = shift + 1;
  const d0 = low << s;
  const d1 = (high << s) | (low >> (64 - s));
  const d2 = high >> (64 - s);
  const vb = z2 | <u64>(z1 > 1);
  // upper end
  const u0 = xl + d0;
  const uc = <u64>(u0 < xl);
  let u1 = z1 + d1;
  let u2 = z2 + d2 + <u64>(u1 < z1);
  u1 += uc;
  u2 += <u64>(u1 < uc);
  const vbr = u2 | <u64>(u1 > 1);
  // lower end: half the distance when the value below is closer
  const e0 = closer ? low << shift : d0;
  const e1 = closer ? (high << shift) | (low >> (64 - shift)) : d1;
  const e2 = closer ? high >> (64 - shift) : d2;
  const lb = <u64>(xl < e0);
  let l1 = z1 - e1;
  let l2 = z2 - e2 - <u64>(z1 < e1);
  l2 -= <u64>(l1 < lb);
  l1 -= lb;
  const vbl = l2 | <u64>(l1 > 1);

  const lower = vbl + odd;
  const upper = vbr - odd;
  const t = vb >> 2;
  if (t >= 10) {
    const sp = t / 10;
    const down = lower <= 40 * sp;
    const up = 40 * sp + 40 <= upper;
    if (down != up) {
      digits = sp + <u64>up;
      exponent = k + 1;
      return trim();
    }
  }
  const down = lower <= 4 * t;
  const up = 4 * t + 4 <= upper;
  const mid = 4 * t + 2;
  digits = t + <u64>(down != up ? up : vb > mid || (vb == mid && (t & 1) != 0));
  exponent = k;
  if (digits == 10) { digits = 1; exponent++; } // below t = 10, among the smallest subnormals
}

const PAIRS: usize = memory.data(200, 16);
let paired: bool = false;

function pair(n: u32): u16 {
  if (!paired) {
    for (let i = 0; i < 100; i++) store<u16>(PAIRS + (<usize>i << 1), <u16>(0x3030 + i / 10 + ((i % 10) << 8)));
    paired = true;
  }
  return load<u16>(PAIRS + (<usize>n << 1));
}

/** How many decimal digits n has, 1 to 20. */
// @ts-ignore: decorator
@inline export function lengthOf(n: u64): i32 {
  const guess = (<i32>(64 - clz(n | 1)) * 1233) >> 12;
  return guess + 1 - i32(guess > 0 && n < power10(guess));
}

const TENS: usize = memory.data<u64>([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000, 1000000000000000000, 10000000000000000000], 16);
// @ts-ignore: decorator
@inline function power10(n: i32): u64 { return load<u64>(TENS + (<usize>n << 3)); }

/** Eight digits of n < 10^8 as ASCII, the first at the lowest byte: halves, then quarters, then single digits at once. */
// @ts-ignore: decorator
@inline function ascii8(n: u64): u64 {
  const hundreds = n / 10000; // two halves of four digits
  let x = hundreds | ((n - hundreds * 10000) << 32);
  const h = ((x * 10486) >> 20) & 0x0000007f0000007f; // by 100
  x = h | ((x - h * 100) << 16);
  const t = ((x * 103) >> 10) & 0x000f000f000f000f; // by 10
  x = t | ((x - t * 10) << 8);
  return x + 0x3030303030303030;
}

/** The `length` digits of n, ending before p + length. */
export function writeDigits(p: usize, n: u64, length: i32): usize {
  const end = p + <usize>length;
  let q = end;
  while (n >= 100000000) {
    const rest = n / 100000000;
    q -= 8;
    store<u64>(q, ascii8(n - rest * 100000000));
    n = rest;
  }
  let small = <u32>n;
  while (small >= 10) {
    const rest = small / 100;
    if (q - p == 1) break;
    q -= 2;
    store<u16>(q, pair(small - rest * 100));
    small = rest;
  }
  if (q > p) store<u8>(p, <u8>(0x30 + small));
  return end;
}

/** digits * 10^exponent as text. At most 17 digits. */
function layout(p: usize): usize {
  const n = lengthOf(digits);
  const point = n + exponent; // digits before the decimal point
  if (-6 < point && point <= 0) {
    store<u64>(p, 0x3030303030302e30 /* 0.000000 */);
    p += <usize>(2 - point);
    writeLeft(p, digits, n);
    return p + <usize>n;
  }
  writeLeft(p, digits, n);
  if (0 < point && point <= 21) {
    if (exponent >= 0) {
      v128.store(p + <usize>max(n, 9), i8x16.splat(0x30 /* 0 */));
      store<u16>(p + <usize>point, 0x302e /* .0 */);
      return p + <usize>point + 2;
    }
    const at = p + <usize>point;
    const behind = v128.load(at);
    store<u8>(at, 0x2e /* . */);
    v128.store(at, behind, 1);
    return p + <usize>n + 1;
  }
  // d.ddde-x
  const behind = v128.load(p, 1);
  store<u8>(p, 0x2e /* . */, 1);
  v128.store(p, behind, 2);
  p += <usize>(n == 1 ? 1 : n + 1);
  store<u8>(p++, 0x65 /* e */);
  let x = point - 1;
  if (x < 0) { store<u8>(p++, 0x2d /* - */); x = -x; }
  return writeDigits(p, x, lengthOf(x));
}

/** The digits of n, so many, at most 17, and zeros behind them. */
// @ts-ignore: decorator
@inline function writeLeft(p: usize, n: u64, length: i32): void {
  if (length <= 9) {
    const all = <u32>(n * power10(9 - length));
    const first = all / 100000000;
    store<u8>(p, <u8>first + 0x30);
    store<u64>(p, ascii8(all - first * 100000000), 1);
    return;
  }
  const all = n * power10(17 - length);
  const high = mulHigh(all, 0xabcc77118461cefd) >> 26; // by 10^8
  const first = <u64>(<u32>high / 100000000);
  store<u8>(p, <u8>first + 0x30);
  v128.store(p, ascii16(high - first * 100000000, all - high * 100000000), 1);
}

/** Eight digits each of two numbers below 10^8 as ASCII: halves, then quarters, then single digits of both at once. */
// @ts-ignore: decorator
@inline function ascii16(high: u64, low: u64): v128 {
  const both = i64x2.splat(high | (low << 32));
  const fours = i64x2.shr_u(i64x2.extmul_low_i32x4_u(both, i32x4.splat(109951163)), 40);
  const rest4 = i64x2.sub(i64x2.extend_low_i32x4_u(both), i32x4.dot_i16x8_s(fours, i32x4.splat(10000)));
  const four = v128.or(fours, i64x2.shl(rest4, 32));
  const twos = i32x4.shr_u(i32x4.dot_i16x8_s(four, i32x4.splat(5243)), 19);
  const two = v128.or(twos, i32x4.shl(i32x4.sub(four, i32x4.dot_i16x8_s(twos, i32x4.splat(100))), 16));
  const ones = i16x8.shr_u(i16x8.mul(two, i16x8.splat(103)), 10);
  const one = i16x8.sub(i16x8.shl(two, 8), i16x8.mul(ones, i16x8.splat(2559)));
  return v128.or(one, i8x16.splat(0x30));
}
