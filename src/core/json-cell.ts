// A cell that JSON does not spell as the source does: what is missing, NaN, pandas' numbers, and the text of fields.
import { copy } from "./copy";
import { Gap, missing, nan, nulls, quote } from "./output";
import { Err } from "./state";
import { Kind } from "./token";

/** Why the last cell was refused. */
export let refused: i32 = 0;

function no(error: i32): usize { refused = error; return 0; }

/** A cell that JSON does not write as the source does. */
export function writeSpecial(o: usize, kind: i32, from: usize, to: usize): usize {
  switch (kind) {
    case Kind.Null: return nulls ? writeNull(o) : no(Err.Null);
    case Kind.Nan:
      if (nan == Gap.Token) return copy(o, from, to - from);
      if (nan == Gap.Error || (nan == Gap.Finite && load<u8>(to - 1) != 0x4e /* N */)) return no(Err.Nan);
      return nulls ? writeNull(o) : no(Err.Null);
    case Kind.Missing:
      if (missing == Gap.Token) { store<u32>(o, 0x4e614e /* NaN */); return o + 3; }
      if (missing == Gap.Error) return no(Err.Missing);
      return nulls ? writeNull(o) : no(Err.Null);
    case Kind.Odd: return writeOdd(o, from, to);
    default: return writeText(o, from, to, kind == Kind.Doubled);
  }
}

/** A list or an object as it stands, but for NaN and the infinities in it, where the target has none. 0: it is refused. */
export function writeNested(o: usize, from: usize, to: usize): usize {
  if (nan == Gap.Token || !mayHold(from, to)) return copy(o, from, to - from);
  let text = false;
  for (let p = from; p < to; p++) {
    const c = load<u8>(p);
    if (text || (c != 0x4e /* N */ && c != 0x49 /* I */)) {
      store<u8>(o++, c);
      if (c == 0x22) text = !text;
      else if (text && c == 0x5c) store<u8>(o++, load<u8>(++p));
      continue;
    }
    const infinite = c == 0x49;
    if (nan == Gap.Error || (nan == Gap.Finite && infinite)) return no(Err.Nan);
    if (!nulls) return no(Err.Null);
    if (infinite && load<u8>(p - 1) == 0x2d) o--;
    o = writeNull(o);
    p += infinite ? 7 : 2; // the letters behind the first
  }
  return o;
}

/** Whether there is a letter that NaN or Infinity begins with; it may be of a text. */
function mayHold(from: usize, to: usize): bool {
  const letter = i8x16.splat(0x4e), other = i8x16.splat(0x49);
  for (let p = from; p < to; p += 16) {
    const v = v128.load(p);
    if (v128.any_true(v128.or(i8x16.eq(v, letter), i8x16.eq(v, other)))) return true;
  }
  return false;
}

/** A number in pandas' spelling, in JSON's. */
function writeOdd(o: usize, from: usize, to: usize): usize {
  const infinity = oddInfinity(from, to);
  if (infinity == 0) return spellOdd(o, from, to);
  if (nan == Gap.Error || nan == Gap.Finite) return no(Err.Nan);
  if (nan == Gap.Null) return nulls ? writeNull(o) : no(Err.Null);
  if (infinity < 0) store<u8>(o++, 0x2d);
  store<u64>(o, 0x7974696e69666e49 /* Infinity */);
  return o + 8;
}

/** The infinity that a number in pandas' spelling is; 0 for any other. */
export function oddInfinity(p: usize, to: usize): f64 {
  while (p < to && load<u8>(p) == 0x20) p++;
  const minus = load<u8>(p) == 0x2d;
  if (minus || load<u8>(p) == 0x2b) p++;
  return (load<u8>(p) | 0x20) == 0x69 /* i */ ? (minus ? -Infinity : Infinity) : 0;
}

/** A finite number in pandas' spelling, in JSON's: the end of what is written at o. */
export function spellOdd(o: usize, p: usize, to: usize): usize {
  while (load<u8>(p) == 0x20) p++;
  while (load<u8>(to - 1) == 0x20) to--;
  const minus = load<u8>(p) == 0x2d;
  if (minus || load<u8>(p) == 0x2b) p++;
  if (minus) store<u8>(o++, 0x2d);
  while (p + 1 < to && load<u8>(p) == 0x30 && <u32>load<u8>(p, 1) - 0x30 < 10) p++;
  if (load<u8>(p) == 0x2e) store<u8>(o++, 0x30);
  for (; p < to; p++) {
    const c = load<u8>(p);
    store<u8>(o++, c);
    if (c == 0x2e && (p + 1 == to || <u32>load<u8>(p, 1) - 0x30 > 9)) store<u8>(o++, 0x30);
  }
  return o;
}

// @ts-ignore: decorator
@inline function writeNull(o: usize): usize { store<u32>(o, 0x6c6c756e /* null */); return o + 4; }

const HEX: usize = memory.data<u8>([0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66]);

/** Text as a JSON string; `doubled`: two quotes in it are one. */
function writeText(o: usize, from: usize, to: usize, doubled: bool): usize {
  const pair = i8x16.splat(doubled ? quote : 0x22);
  store<u8>(o++, 0x22 /* " */);
  let p = from;
  while (p < to) {
    const v = v128.load(p);
    v128.store(o, v);
    const mask = i8x16.bitmask(v128.or(
      v128.or(v128.or(i8x16.eq(v, i8x16.splat(0x22)), i8x16.eq(v, i8x16.splat(0x5c))), i8x16.eq(v, pair)),
      i8x16.eq(i8x16.min_u(v, i8x16.splat(0x1f)), v)));
    const plain = min<usize>(mask == 0 ? 16 : ctz(mask), to - p);
    p += plain;
    o += plain;
    if (mask == 0 || p >= to) continue;
    const c = load<u8>(p++);
    if (doubled && c == quote && p < to && load<u8>(p) == quote) p++;
    if (c == quote && c != 0x22 && c != 0x5c && c >= 0x20) { store<u8>(o++, c); continue; }
    store<u8>(o++, 0x5c /* \ */);
    const short = c == 0x22 || c == 0x5c ? c : c == 0x0a ? 0x6e : c == 0x0d ? 0x72 : c == 0x09 ? 0x74 : c == 0x08 ? 0x62 : c == 0x0c ? 0x66 : 0;
    if (short != 0) { store<u8>(o++, short); continue; }
    store<u32>(o, 0x30303075 /* u000 */);
    store<u8>(o, load<u8>(HEX + <usize>(c >> 4)), 3);
    store<u8>(o, load<u8>(HEX + <usize>(c & 15)), 4);
    o += 5;
  }
  store<u8>(o++, 0x22);
  return o;
}
