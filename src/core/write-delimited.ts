// A row as a line of a delimited file.
import { copy } from "./copy";
import { Gap, begun, between, betweenLength, delimiter, endRow, fits, full, nan, out, outEnd, quote, refuse, room } from "./output";
import { readsAs } from "./read-delimited";
import { CELL, FROM, KIND, TO, cells, width } from "./row";
import { Err, Ev } from "./state";
import { Kind } from "./token";
import { decode, forgetLone, lone, undouble } from "./unescape";

/** Text cells that a reader of delimited files will take for something else. */
export let retyped: u64 = 0;
export function forgetRetyped(): void { retyped = 0; }

/** A row of a delimited file. */
export function writeDelimited(bytes: usize): i32 {
  const most = room(bytes);
  if (<u64>out + most > <u64>outEnd && !fits()) return full(most);
  let o = out;
  if (begun) o = copy(o, between, betweenLength);
  const start = o;
  for (let i: u32 = 0; i < width; i++) {
    const cell = cells + <usize>i * CELL;
    const from = <usize>load<u32>(cell, FROM), to = <usize>load<u32>(cell, TO);
    if (i > 0) store<u8>(o++, delimiter);
    if (load<i32>(cell, KIND) <= Kind.Bool) { o = copy(o, from, to - from); continue; }
    switch (load<i32>(cell, KIND)) {
      case Kind.Null: case Kind.Missing: break;
      case Kind.Nan: {
        // pandas writes nothing for NaN, and inf
        if (nan == Gap.Error) return refuse(Err.Nan, i, from);
        const minus = load<u8>(from) == 0x2d;
        if (load<u8>(from + <usize>minus) == 0x4e /* N */) break;
        if (minus) store<u8>(o++, 0x2d);
        store<u32>(o, 0x666e69 /* inf */);
        o += 3;
        break;
      }
      case Kind.Text: o = writeField(o, from + 1, to - 1, false); break;
      case Kind.Escaped: {
        const start = o + 1;
        forgetLone();
        const stop = decode(start, from + 1, to - 1);
        if (lone != 0) return refuse(Err.Surrogate, i, from);
        o = writeField(o, start, stop, true);
        break;
      }
      case Kind.Bare: o = writeField(o, from, to, false); break;
      // that it is read as something else is what it was before
      case Kind.Odd: o = writeAsText(o, from, to, false); break;
      case Kind.Doubled: o = writeField(o, o + 1, undouble(o + 1, from, to, quote), true); break;
      default: return refuse(Err.Nested, i, from);
    }
    // a line of nothing would be no row
    if (width == 1 && o == start) { store<u16>(o, 0x2222 /* "" */); o += 2; }
  }
  endRow(o);
  return Ev.More;
}

/** A text as a field; one that will be read as something else is counted. */
function writeField(o: usize, from: usize, to: usize, inPlace: bool): usize {
  if (readsAs(from, to) != Kind.Bare) retyped++;
  return writeAsText(o, from, to, inPlace);
}

/** Bytes as a field, in quotes where they must be. `inPlace`: they stand in the output already, a byte further on. */
function writeAsText(o: usize, from: usize, to: usize, inPlace: bool): usize {
  const n = to - from;
  const d = i8x16.splat(delimiter), q = i8x16.splat(0x22), f = i8x16.splat(0x0a), r = i8x16.splat(0x0d);
  let special = n == 0;
  let quotes: usize = 0;
  for (let p = from; p < to; p += 16) {
    const v = v128.load(p);
    const here = to - p >= 16 ? 0xffff : (1 << <i32>(to - p)) - 1;
    const twice = i8x16.bitmask(i8x16.eq(v, q)) & here;
    quotes += popcnt(twice);
    special = special || twice != 0 || (i8x16.bitmask(v128.or(i8x16.eq(v, d), v128.or(i8x16.eq(v, f), i8x16.eq(v, r)))) & here) != 0;
  }
  if (!special) {
    if (!inPlace) return copy(o, from, n);
    memory.copy(o, from, n);
    return o + n;
  }
  store<u8>(o++, 0x22);
  if (!inPlace || o != from) memory.copy(o, from, n);
  let p = o + n, at = o + n + quotes;
  store<u8>(at, 0x22);
  const stop = at + 1;
  // from the back, so that nothing is overwritten before it has moved
  while (at != p) {
    const c = load<u8>(--p);
    store<u8>(--at, c);
    if (c == 0x22) store<u8>(--at, c);
  }
  return stop;
}
