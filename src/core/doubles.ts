// Rows of plain numbers to float64, a stretch at a time, in two steps.
//
// How it works. First the matrix machine judges the text, 64 bytes at a time, and notes where numbers end. Then they are read by their
// ends alone: what they are made of is known by then. Four at a time where they have at most four characters. Their last four
// bytes lie in the lanes of one vector, a point is closed up, what stands before the number is cleared, and a multiply-add makes four numbers of them. Of a
// longer one the last sixteen digits are read as one vector: the point is taken out by a blend of the text with itself, one byte further.
//
// Numbers with exponents, of too many digits, whole ones of nine digits and more, and all other cells are left to cells.ts, which knows every
// rule. What a change must not break: a number has the same bits whoever reads it (test/core/numbers.test.ts).
import { AT, DTYPE, DType, RECORD, columns } from "./column";
import { TEN, clinger, eightDigits, mulHigh, product64 } from "./decimal";
import { FIRST_END, STRETCH, ends, noteCompact, noteSpaced } from "./matrix";
import { FIRST, POWERS } from "./powers";
import { Mode, St, base, countAt, depth, expectAt, leaf, mode, setDepth, setSt, st } from "./state";

const ZEROS: u64 = 0x3030303030303030;
/** More columns are left to cells.ts. */
const WIDEST: u32 = 4096;
/** Where the columns' values begin; the first four once more behind them, a row further. */
const PLACES: usize = memory.data(4 * (<i32>WIDEST + 4), 16);
/** 32 zeros before 32 times all ones: read at an offset, a mask of so many last bytes. */
const EDGE: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
], 16);

// Loaded, not spelled: V8 would make each of them anew for every number.
const POINTS: usize = memory.data<u32>([0x2e2e2e2e, 0x2e2e2e2e, 0x2e2e2e2e, 0x2e2e2e2e], 16);
const MINUSES: usize = memory.data<u32>([0x1d1d1d1d, 0x1d1d1d1d, 0x1d1d1d1d, 0x1d1d1d1d], 16); // as t has them, by xor
const ZERO_DIGITS: usize = memory.data<u32>([0x30303030, 0x30303030, 0x30303030, 0x30303030], 16);
const NINES: usize = memory.data<u32>([0x09090909, 0x09090909, 0x09090909, 0x09090909], 16);
const NOTHING: usize = memory.data<u32>([0, 0, 0, 0], 16);
/** Where what stands before a point goes to, and what is lost to it. */
const MOVED_TENTHS: usize = memory.data<u32>([0x00ffff00, 0x00ffff00, 0x00ffff00, 0x00ffff00], 16);
const MOVED_HUNDREDTHS: usize = memory.data<u32>([0x0000ff00, 0x0000ff00, 0x0000ff00, 0x0000ff00], 16);
const LOST_TENTHS: usize = memory.data<u32>([0x00ffffff, 0x00ffffff, 0x00ffffff, 0x00ffffff], 16);
const LOST_HUNDREDTHS: usize = memory.data<u32>([0x0000ffff, 0x0000ffff, 0x0000ffff, 0x0000ffff], 16);
const LOW_BYTES: usize = memory.data<u32>([0x00ff00ff, 0x00ff00ff, 0x00ff00ff, 0x00ff00ff], 16);
const TENS: usize = memory.data<u32>([0x000a000a, 0x000a000a, 0x000a000a, 0x000a000a], 16);
const HUNDREDS: usize = memory.data<u32>([0x00010064, 0x00010064, 0x00010064, 0x00010064], 16);
const TEN_THOUSANDS: usize = memory.data<u32>([0x00012710, 0x00012710, 0x00012710, 0x00012710], 16);
const ONES: usize = memory.data<u32>([1, 1, 1, 1], 16);
const NINE: usize = memory.data<u32>([9, 9, 9, 9], 16);
const NINETY_NINE: usize = memory.data<u32>([99, 99, 99, 99], 16);

/** All columns are float64, and few enough. */
export let allDoubles: bool = false;
/** Out: rows of the batch, and in a block its cells. */
export let doubleRows: u32 = 0;
export let doubleCells: u32 = 0;
/** The writer puts a space behind each comma, as far as has been seen. */
let spaces: bool = false;

/** Looks at the columns' records, which are fixed for a cargo. `count`: of a block one. */
export function layDoubles(count: u32): void {
  allDoubles = count > 0 && count <= WIDEST;
  for (let i: u32 = 0; i < count && allDoubles; i++) allDoubles = load<u32>(columns + <usize>i * RECORD, DTYPE) == DType.Float64;
}

/** The same of their values' places, which are a batch's. */
// @ts-ignore: decorator
@inline function layPlaces(width: u32): void {
  for (let i: u32 = 0; i < width; i++) store<u32>(PLACES + (<usize>i << 2), load<u32>(columns + <usize>i * RECORD, AT));
  for (let i: u32 = 0; i < 4; i++) store<u32>(PLACES + (<usize>(width + i) << 2), load<u32>(PLACES + (<usize>i << 2)) + 8);
}

/**
 * Reads on from p, between two tokens, as far as whole blocks are rows of plain numbers and the batch has room. Returns where cells.ts goes
 * on, the state set. `rows`, `cells`: those of the batch so far.
 */
export function readDoubles(p: usize, to: usize, asBlock: bool, rows: u32, cells: u32, rowLimit: u32): usize {
  doubleRows = rows; doubleCells = cells;
  if (leaf != base + 1 || mode == Mode.Free || mode == Mode.Records) return p;
  const width = load<i64>(expectAt(leaf));
  if (width < 4 || width > <i64>WIDEST) return p;
  if (!asBlock) layPlaces(<u32>width);
  while (p + 64 <= to) {
    const next = asBlock ? blockStretch(p, to, <u32>width, rowLimit) : columnStretch(p, to, <u32>width, rowLimit);
    if (next == p) break;
    p = next;
  }
  return p;
}

// exported from the core, or the optimizer would put both loops into readDoubles() and spill registers in each
export function blockStretch(p: usize, to: usize, width: u32, rowLimit: u32): usize { return stretch(p, to, width, rowLimit, true); }
export function columnStretch(p: usize, to: usize, width: u32, rowLimit: u32): usize { return stretch(p, to, width, rowLimit, false); }

/** Notes where numbers end; false where there is none that may be read from here. */
function note(p: usize, to: usize, rowLimit: u32): bool {
  // only between two tokens
  if (depth == leaf ? st != St.Value && st != St.ValueOrClose : depth != base || st != St.After || doubleRows == rowLimit) return false;
  const end = min(to, p + STRETCH);
  if (spaces) noteSpaced(p, end); else noteCompact(p, end);
  if (ends != 0) return true;
  spaces = !spaces;
  if (spaces) noteSpaced(p, end); else noteCompact(p, end);
  return ends != 0;
}

/** One stretch. `asBlock` is a constant. Returns p where nothing was read. */
// @ts-ignore: decorator
@inline function stretch(p: usize, to: usize, width: u32, rowLimit: u32, asBlock: bool): usize {
  if (!note(p, to, rowLimit)) return p;
  const inside = depth == leaf;
  const gap: usize = spaces ? 2 : 1, rowGap: usize = spaces ? 4 : 3; // from a number's end to the next one's start: ", " and "], ["
  let col = inside ? <u32>load<u64>(countAt(leaf)) : 0;
  const spaced = spaces && inside && st == St.Value && load<u8>(p) == 0x20;
  // what ended before the first number
  store<u32>(FIRST_END - 4, <u32>(inside ? p + <usize>spaced - (col == 0 ? rowGap : gap) : p - 1));
  let row = doubleRows;
  let at = FIRST_END;
  const last = at + (<usize>ends << 2);
  let out = asBlock ? <usize>load<u32>(columns, AT) + (<usize>doubleCells << 3) : 0;
  const short = <usize>load<u32>(last - 4) - p < <usize>ends * 6;
  while (at < last && row != rowLimit) {
    const place = PLACES + (<usize>col << 2), down = <usize>row << 3;
    if (short && at + 16 <= last && (col + 4 < width || row + 1 < rowLimit)) {
      const long = fourShort(at, <i32>gap + 4, out, place, down, asBlock);
      if (long != 0 && !someLong(at, long, col, width, gap, rowGap, out, place, down, asBlock)) break; // these four are read again by cells.ts
      at += 16;
      out += 32;
      col += 4;
      if (col >= width) { col -= width; row++; }
    } else {
      const value = readOne(<usize>load<u32>(at - 4) + (col == 0 ? rowGap : gap), <usize>load<u32>(at));
      if (value != value) break;
      store<f64>(asBlock ? out : <usize>load<u32>(place) + down, value);
      at += 4;
      out += 8;
      if (++col == width) { col = 0; row++; }
    }
  }
  if (at == FIRST_END) return p;
  if (asBlock) doubleCells += <u32>((at - FIRST_END) >> 2);
  leaveBehind(row - doubleRows, col, inside);
  doubleRows = row;
  return <usize>load<u32>(at - 4) + 1;
}

/** The state behind the last number and the comma or bracket that follows it. */
// @ts-ignore: decorator
@inline function leaveBehind(more: u32, col: u32, inside: bool): void {
  const index = load<u64>(countAt(base)) + more;
  if (col == 0) {
    store<u64>(countAt(base), inside ? index - 1 : index);
    setDepth(base);
    setSt(St.After);
    return;
  }
  store<u64>(countAt(base), inside ? index : index + 1);
  setDepth(leaf);
  store<u64>(countAt(leaf), col);
  setSt(St.Value);
}

/** The four numbers that end at the addresses at `at`, each as if it had at most four characters; a bit for each that has more. */
// @ts-ignore: decorator
@inline function fourShort(at: usize, most: i32, out: usize, place: usize, down: usize, asBlock: bool): i32 {
  const e0 = <usize>load<u32>(at), e1 = <usize>load<u32>(at, 4), e2 = <usize>load<u32>(at, 8), e3 = <usize>load<u32>(at, 12);
  // `most`: bytes from end to end, with what separates them; a row's brackets leave less to its first number
  const wide = i32x4.gt_s(i32x4.sub(v128.load(at), v128.load(at - 4)), i32x4.splat(most));
  const text = v128.load32_lane(e3 - 4, v128.load32_lane(e2 - 4, v128.load32_lane(e1 - 4, v128.load32_zero(e0 - 4), 1), 2), 3);
  // a point before the last digit, or the last two: what stands before it moves into its place
  const points = i8x16.eq(text, v128.load(POINTS));
  const tenths = i32x4.shr_s(i32x4.shl(points, 8), 31), hundredths = i32x4.shr_s(i32x4.shl(points, 16), 31);
  const moved = v128.or(v128.and(tenths, v128.load(MOVED_TENTHS)), v128.and(hundredths, v128.load(MOVED_HUNDREDTHS)));
  const kept = v128.andnot(text, v128.or(v128.and(tenths, v128.load(LOST_TENTHS)), v128.and(hundredths, v128.load(LOST_HUNDREDTHS))));
  const t = v128.xor(v128.or(kept, v128.and(i32x4.shl(text, 8), moved)), v128.load(ZERO_DIGITS));
  // bytes that are no digits, and all before them
  const no = i8x16.gt_s(t, v128.load(NINES));
  const near = v128.or(no, i32x4.shr_u(no, 8));
  const cleared = v128.or(near, i32x4.shr_u(near, 16));
  // the last of them is a minus
  const minus = i32x4.ne(v128.and(v128.andnot(no, i32x4.shr_u(cleared, 8)), i8x16.eq(t, v128.load(MINUSES))), v128.load(NOTHING));
  const d = v128.andnot(t, cleared);
  const pairs = i16x8.add(i16x8.mul(v128.and(d, v128.load(LOW_BYTES)), v128.load(TENS)), i16x8.shr_u(d, 8));
  const numbers = i32x4.dot_i16x8_s(pairs, v128.load(HUNDREDS));
  const scale = i32x4.add(v128.load(ONES), v128.or(v128.and(tenths, v128.load(NINE)), v128.and(hundredths, v128.load(NINETY_NINE))));
  const low = signed(numbers, scale, minus);
  const high = signed(i64x2.shuffle(numbers, numbers, 1, 1), i64x2.shuffle(scale, scale, 1, 1), i64x2.shuffle(minus, minus, 1, 1));
  if (asBlock) { v128.store(out, low); v128.store(out, high, 16); }
  else {
    v128.store64_lane(<usize>load<u32>(place) + down, low, 0);
    v128.store64_lane(<usize>load<u32>(place, 4) + down, low, 1);
    v128.store64_lane(<usize>load<u32>(place, 8) + down, high, 0);
    v128.store64_lane(<usize>load<u32>(place, 12) + down, high, 1);
  }
  return v128.any_true(wide) ? i32x4.bitmask(wide) : 0;
}

/** The first two lanes as doubles: whole numbers by their scales, a division that rounds once, with a sign where `minus` has ones. */
// @ts-ignore: decorator
@inline function signed(numbers: v128, scale: v128, minus: v128): v128 {
  const value = f64x2.div(f64x2.convert_low_i32x4_s(numbers), f64x2.convert_low_i32x4_s(scale));
  return v128.or(value, i64x2.shl(i64x2.extend_low_i32x4_u(minus), 63));
}

/** Those of four that fourShort() could not read. False where one is left to cells.ts. */
// @ts-ignore: decorator
@inline function someLong(at: usize, long: i32, col: u32, width: u32, gap: usize, rowGap: usize, out: usize, place: usize, down: usize, asBlock: bool): bool {
  for (let lanes = long; lanes != 0; lanes &= lanes - 1) {
    const k = <usize>ctz(lanes);
    const first = col + <u32>k == 0 || col + <u32>k == width;
    const value = readOne(<usize>load<u32>(at + (k << 2) - 4) + (first ? rowGap : gap), <usize>load<u32>(at + (k << 2)));
    if (value != value) return false;
    store<f64>(asBlock ? out + (k << 3) : <usize>load<u32>(place + (k << 2)) + down, value);
  }
  return true;
}

/** The number in [start, end); NaN where it is left to cells.ts. */
// @ts-ignore: decorator
@inline function readOne(start: usize, end: usize): f64 {
  const minus = <u64>(load<u8>(start) == 0x2d);
  const s = start + <usize>minus;
  const value = end - s <= 8 ? readEight(s, end) : readLong(s, end);
  return reinterpret<f64>(reinterpret<u64>(value) | (minus << 63));
}

/** A number of eight characters at most, without its sign. */
// @ts-ignore: decorator
@inline function readEight(s: usize, end: usize): f64 {
  const t = (load<u64>(end - 8) ^ ZEROS) & load<u64>(EDGE + 24 + (end - s));
  const point = t & 0x1010101010101010;
  if (point == 0) return <f64><i64>eightDigits(t);
  const bit = (point & (0 - point)) >> 4; // the lowest of the point's byte
  const digits = (t & (0 - (bit << 8))) | ((t & (bit - 1)) << 8);
  return <f64><i64>eightDigits(digits) / load<f64>(TEN + 56 - <usize>(ctz(bit) & 0x38));
}

/** A number of nine characters and more, without its sign. */
// @ts-ignore: decorator
@inline function readLong(s: usize, end: usize): f64 {
  // the point is behind five digits at most, and most often behind one
  let point = s + 1;
  if (load<u8>(point) != 0x2e) {
    while (point < end && point < s + 6 && load<u8>(point) != 0x2e) point++;
    if (point == end || point == s + 6) return NaN;
  }
  const fraction = end - point - 1, digits = point - s + fraction;
  if (fraction > 22) return NaN;
  // no more than nineteen that count
  for (let q = s, over = digits; over > 19; q++) {
    const c = load<u8>(q);
    if (c != 0x30 && c != 0x2e) return NaN;
    over -= usize(c == 0x30);
  }
  // what is behind the point, and what is before it from one byte further
  const behind = v128.load(EDGE + 16 + min<usize>(fraction, 16));
  const text = v128.bitselect(v128.load(end - 16), v128.load(end - 17), behind);
  const d = v128.and(v128.xor(text, v128.load(ZERO_DIGITS)), v128.load(EDGE + 16 + min<usize>(digits, 16)));
  const m = sixteenDigits(d) + moreDigits(end, fraction, digits) * 10000000000000000;
  if (fraction > 4) return m == 0 ? <f64>0 : divided(m, fraction);
  return m <= 1 << 53 ? clinger(m, -<i32>fraction) : product64(m, -<i32>fraction);
}

/** Up to three digits before the last sixteen. */
// @ts-ignore: decorator
@inline function moreDigits(end: usize, fraction: usize, digits: usize): u64 {
  const behind = load<u32>(EDGE + 28 + min<usize>(max<usize>(fraction, 16) - 16, 4));
  let t = ((load<u32>(end - 20) & behind) | (load<u32>(end - 21) & ~behind)) ^ 0x30303030;
  t &= load<u32>(EDGE + 28 + min<usize>(max<usize>(digits, 16) - 16, 3));
  t = ((t * 0xa01) >> 8) & 0x00ff00ff;
  return <u64>((t * 0x640001) >> 16);
}

/** Sixteen digit values, the first the most significant. */
// @ts-ignore: decorator
@inline function sixteenDigits(d: v128): u64 {
  const pairs = i16x8.add(i16x8.mul(v128.and(d, v128.load(LOW_BYTES)), v128.load(TENS)), i16x8.shr_u(d, 8));
  const fours = i32x4.dot_i16x8_s(pairs, v128.load(HUNDREDS));
  const narrow = i16x8.narrow_i32x4_u(fours, fours);
  const eights = i32x4.dot_i16x8_s(narrow, v128.load(TEN_THOUSANDS));
  const both = i64x2.extract_lane(eights, 0);
  return (<u64>both & 0xffffffff) * 100000000 + (<u64>both >> 32);
}

/** m * 10^-n for m > 0, n from 5 to 22: decimal.ts's product, without the ties, the subnormals and the infinities that cannot come of these. */
// @ts-ignore: decorator
@inline function divided(m: u64, n: u64): f64 {
  const lz = clz(m);
  const w = m << lz;
  const at = POWERS + (<usize>(0 - FIRST) << 4) - (<usize>n << 4);
  const power = load<u64>(at);
  let high = mulHigh(w, power);
  if ((high & 0x1ff) == 0x1ff) {
    const low = w * power, more = mulHigh(w, load<u64>(at, 8));
    if (low + more < low) high++;
  }
  const up = high >> 63;
  let bits = high >> (up + 9);
  bits += bits & 1;
  // a carry out of the mantissa makes the exponent one more, as it should
  const exponent = <u64>((217706 * -<i32>n) >> 16) + 1086 + up - lz;
  return reinterpret<f64>((bits >> 1) + ((exponent - 1) << 52));
}
