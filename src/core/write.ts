// The cells of a row as the target writes them: text copied from the window wherever both sides spell it alike.
//
// A row is written whole or not at all: the room it may take at most is known beforehand, and where there is not so much
// the caller empties the output first.
import { readsAs } from "./read-delimited";
import { fill } from "./fill";
import {
  CELL, FIELD, FROM, KIND, OUT, OUT_END, TEXT, TEXT_LENGTH, TO, cells, fields, routed, rowStart, setCellIndex, width,
} from "./row";
import { Err, Ev, fail } from "./state";
import { Kind } from "./token";
import { decode, forgetLone, lone, undouble } from "./unescape";

/** How cells are written. */
export const enum Style {
  None, // only looked at
  Json,
  Delimited,
  Columns, // as JSON, to be put together by columns
  Typed, // as numbers, into typed columns
}

/** What is written for a cell that is missing, and for NaN. */
export const enum Gap {
  Error,
  Null,
  Token, // NaN, Infinity, -Infinity
  Omit, // nothing, not even the key
  Finite, // null for NaN; the infinities are refused
}

export let style: i32 = Style.None;
let missing: i32 = Gap.Null;
let nan: i32 = Gap.Token;
let nulls: bool = true;
let delimiter: u8 = 0x2c;
/** The source's, which stands twice where it is meant. */
let quote: u8 = 0x22;
/** Bytes of input may become so many of output: an escape is six bytes for one. */
let growth: u64 = 1;
let between: usize = 0;
let betweenLength: usize = 0;
let after: usize = 0;
let afterLength: usize = 0;
let fixed: usize = 0;

let out: usize = 0;
let outStart: usize = 0;
let outEnd: usize = 0;
/** The output has a row: a separator stands before the next. */
export let begun: bool = false;
/** Bytes that the next row needs at most, or the cell at cellIndex. */
export let needed: f64 = 0;
/** The same of the row that was read last, where it was measured; 0 otherwise. */
let measured: u64 = 0;
/** Where cells of columns end, as far as they are written, and how many there is room for. */
let ends: usize = 0;
let endsMost: u32 = 0;
export let endCount: u32 = 0;
/** Text cells that a reader of delimited files will take for something else. */
export let retyped: u64 = 0;

export function startWrite(how: i32, gapMissing: i32, gapNan: i32, nullsPass: bool, delimiterByte: u8, sourceQuote: u8, escapes: bool): void {
  style = how; missing = gapMissing; nan = gapNan; nulls = nullsPass; delimiter = delimiterByte; quote = sourceQuote; growth = escapes ? 6 : 1;
  begun = false; retyped = 0; measured = 0; endCount = 0;
}

/** Where columns are kept row by row; nothing is in them. */
export function setEnds(at: usize, most: u32): void { ends = at; endsMost = most; endCount = 0; }

/** What stands between two rows and behind the last cell of each; `total`: bytes of these and all the fields' texts. */
export function setTexts(betweenAt: usize, betweenBytes: usize, afterAt: usize, afterBytes: usize, total: usize): void {
  between = betweenAt; betweenLength = betweenBytes; after = afterAt; afterLength = afterBytes; fixed = total;
}

export function setOut(from: usize, to: usize): void { out = outStart = from; outEnd = to; }
export function outAt(): usize { return out; }
/** The next row is the first of its output. */
export function startOutput(): void { begun = false; }

/** Writes the row that was read, of so many bytes. */
export function write(bytes: usize): i32 {
  if (style == Style.Json) return json(bytes);
  if (style == Style.Typed) return fill();
  if (style == Style.Delimited) return delimited(bytes);
  return style == Style.Columns ? columns(bytes) : <i32>Ev.More;
}

function full(bytes: u64): i32 { needed = <f64>bytes; return Ev.Flush; }

/** Whether a row that may not fit does so after all, having been measured. */
function fits(): bool {
  if (measured == 0 || <u64>out + measured > <u64>outEnd) return false;
  measured = 0;
  return true;
}

/** Looks at every cell of the row that was read: the most that it may become is told again, nearer. */
export function measureRow(): f64 {
  measured = <u64>fixed + <u64>width * 8 + SLACK;
  for (let i: u32 = 0; i < width; i++) {
    const cell = cells + <usize>i * CELL;
    const from = <usize>load<u32>(cell, FROM), to = <usize>load<u32>(cell, TO);
    measured += to - from;
    if (style == Style.Delimited || load<i32>(cell, KIND) > Kind.Nested) measured += escapeBytes(from, to);
  }
  return <f64>measured;
}

/** How many more bytes a text's escapes, or its quotes in a field, may take. */
function escapeBytes(from: usize, to: usize): u64 {
  const control: u64 = style == Style.Delimited ? 0 : 5;
  const q = i8x16.splat(0x22), b = i8x16.splat(0x5c), c = i8x16.splat(0x1f), own = i8x16.splat(quote);
  let more: u64 = 0;
  for (let p = from; p < to; p += 16) {
    const v = v128.load(p);
    const here = to - p >= 16 ? 0xffff : (1 << <i32>(to - p)) - 1;
    more += popcnt(i8x16.bitmask(v128.or(v128.or(i8x16.eq(v, q), i8x16.eq(v, b)), i8x16.eq(v, own))) & here);
    more += control * popcnt(i8x16.bitmask(i8x16.eq(i8x16.min_u(v, c), v)) & here);
  }
  return more;
}

/** A missing cell has no place of its own. */
function refuse(error: i32, i: u32, at: usize): i32 { setCellIndex(i); return fail(error, error == Err.Missing || at == 0 ? rowStart : at); }

// @ts-ignore: decorator
@inline export function copy(to: usize, from: usize, n: usize): usize {
  v128.store(to, v128.load(from));
  if (n > 16) return copyLong(to, from, n);
  return to + n;
}

function copyLong(to: usize, from: usize, n: usize): usize {
  if (n > 256) memory.copy(to, from, n);
  else for (let i: usize = 16; i < n; i += 16) v128.store(to + i, v128.load(from + i));
  return to + n;
}

/** Room behind everything: copies run over by as much. */
const SLACK: usize = 32;

/** The most that a row of so many bytes may become. */
// @ts-ignore: decorator
@inline function room(bytes: usize): u64 {
  return <u64>fixed + <u64>bytes * (style == Style.Delimited ? 2 : growth) + <u64>width * 8 + SLACK;
}

/** A row whose cells stand in [from, to) just as the target has them, of so many bytes in all. False: there is no room. */
// @ts-ignore: decorator
@inline export function writeWhole(from: usize, to: usize, bytes: usize): bool {
  if (<u64>out + room(bytes) > <u64>outEnd) return false;
  let o = out;
  if (begun) o = copy(o, between, betweenLength);
  if (style == Style.Json) o = copy(o, load<u32>(fields, TEXT), load<u32>(fields, TEXT_LENGTH));
  o = copy(o, from, to - from);
  out = copy(o, after, afterLength);
  begun = true;
  return true;
}

function json(bytes: usize): i32 {
  const most = room(bytes);
  if (<u64>out + most > <u64>outEnd && !fits()) return full(most);
  let o = out;
  if (begun) o = copy(o, between, betweenLength);
  if (routed >= 0) {
    const ev = route();
    if (ev != Ev.More) return ev;
  }
  o = missing == Gap.Omit ? sparse(o) : dense(o);
  if (o == 0) return refuse(refused, refusedCell, load<u32>(cells + <usize>refusedCell * CELL, FROM));
  out = copy(o, after, afterLength);
  begun = true;
  return Ev.More;
}

/** The cell that goes to its own place, a comma before it except at the start of an output; its text is left out of the row. */
function route(): i32 {
  const field = fields + <usize>routed * FIELD, cell = cells + <usize>routed * CELL;
  const from = <usize>load<u32>(cell, FROM), to = <usize>load<u32>(cell, TO);
  const n = <u64>(to - from) * growth + SLACK;
  let o = <usize>load<u32>(field, OUT);
  if (<u64>o + n > <u64>load<u32>(field, OUT_END)) { setCellIndex(routed); return full(n); }
  if (begun) store<u8>(o++, 0x2c);
  o = load<i32>(cell, KIND) <= Kind.Nested ? copy(o, from, to - from) : special(o, load<i32>(cell, KIND), from, to);
  if (o == 0) return refuse(refused, routed, from);
  store<u32>(field, o, OUT);
  // nothing of it stands in the row
  store<u32>(cell, <u32>to, FROM);
  store<u32>(cell, Kind.Text, KIND);
  return Ev.More;
}

/** All the cells of a row. */
// @ts-ignore: decorator
@inline function dense(o: usize): usize {
  let field = fields, cell = cells;
  const stop = cells + <usize>width * CELL;
  while (cell != stop) {
    const text = <usize>load<u32>(field, TEXT), length = <usize>load<u32>(field, TEXT_LENGTH);
    if (length == 1) store<u8>(o++, load<u8>(text));
    else o = copy(o, text, length);
    const from = <usize>load<u32>(cell, FROM), to = <usize>load<u32>(cell, TO);
    if (load<i32>(cell, KIND) <= Kind.Nested) o = copy(o, from, to - from);
    else {
      o = special(o, load<i32>(cell, KIND), from, to);
      if (o == 0) { refusedCell = <u32>((cell - cells) / CELL); return 0; }
    }
    field += FIELD;
    cell += CELL;
  }
  return o;
}

/** The cells that are there, and their keys: the first begins the object. */
function sparse(o: usize): usize {
  const start = o;
  for (let i: u32 = 0; i < width; i++) {
    const field = fields + <usize>i * FIELD, cell = cells + <usize>i * CELL;
    const kind = load<i32>(cell, KIND);
    if (kind == Kind.Missing) continue;
    const first = o == start;
    o = copy(o, load<u32>(field, TEXT), load<u32>(field, TEXT_LENGTH));
    if (first) store<u8>(start, 0x7b /* { */);
    const from = <usize>load<u32>(cell, FROM), to = <usize>load<u32>(cell, TO);
    o = kind <= Kind.Nested ? copy(o, from, to - from) : special(o, kind, from, to);
    if (o == 0) { refusedCell = i; return 0; }
  }
  if (o == start && width > 0) store<u8>(o++, 0x7b);
  return o;
}

let refusedCell: u32 = 0;
let refused: i32 = 0;

function no(error: i32): usize { refused = error; return 0; }

/** A cell that JSON does not write as the source does. */
function special(o: usize, kind: i32, from: usize, to: usize): usize {
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

/** A number in pandas' spelling, in JSON's. */
function writeOdd(o: usize, p: usize, to: usize): usize {
  while (load<u8>(p) == 0x20) p++;
  while (load<u8>(to - 1) == 0x20) to--;
  const minus = load<u8>(p) == 0x2d;
  if (minus || load<u8>(p) == 0x2b) p++;
  if ((load<u8>(p) | 0x20) == 0x69 /* i */) {
    if (nan == Gap.Error || nan == Gap.Finite) return no(Err.Nan);
    if (nan == Gap.Null) return nulls ? writeNull(o) : no(Err.Null);
    if (minus) store<u8>(o++, 0x2d);
    store<u64>(o, 0x7974696e69666e49 /* Infinity */);
    return o + 8;
  }
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

/** A row of a delimited file. */
function delimited(bytes: usize): i32 {
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
      case Kind.Bare: case Kind.Odd: o = writeField(o, from, to, false); break;
      case Kind.Doubled: o = writeField(o, o + 1, undouble(o + 1, from, to, quote), true); break;
      default: return refuse(Err.Nested, i, from);
    }
    // a line of nothing would be no row
    if (width == 1 && o == start) { store<u16>(o, 0x2222 /* "" */); o += 2; }
  }
  out = copy(o, after, afterLength);
  begun = true;
  return Ev.More;
}

/** Text as a field, in quotes where it must be. `inPlace`: it stands in the output already, a byte further on. */
function writeField(o: usize, from: usize, to: usize, inPlace: bool): usize {
  const n = to - from;
  if (readsAs(from, to) != Kind.Bare) retyped++;
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

/** The cells of a row behind those of the rows before, a comma before each but the first of its column, and where each ends. */
function columns(bytes: usize): i32 {
  const most = room(bytes);
  if (endCount + width > endsMost || (<u64>out + most > <u64>outEnd && !fits())) return full(most);
  let o = out, at = ends + (<usize>endCount << 2);
  for (let i: u32 = 0; i < width; i++, at += 4) {
    const cell = cells + <usize>i * CELL;
    if (begun) store<u8>(o++, 0x2c);
    const from = <usize>load<u32>(cell, FROM), to = <usize>load<u32>(cell, TO);
    if (load<i32>(cell, KIND) <= Kind.Nested) o = copy(o, from, to - from);
    else {
      o = special(o, load<i32>(cell, KIND), from, to);
      if (o == 0) return refuse(refused, i, from);
    }
    store<u32>(at, <u32>(o - outStart));
  }
  endCount += width;
  out = o;
  begun = true;
  return Ev.More;
}

/** What was written row by row, column by column from `to` on; where each column ends goes to `stops`. Nothing is written then. */
export function turnColumns(to: usize, stops: usize): void {
  const step = <usize>width << 2, last = ends + (<usize>endCount << 2);
  let o = to;
  for (let i: u32 = 0; i < width; i++) {
    for (let at = ends + (<usize>i << 2); at < last; at += step) {
      const from = outStart + (at == ends ? 0 : <usize>load<u32>(at - 4));
      o = copy(o, from, outStart + <usize>load<u32>(at) - from);
    }
    store<u32>(stops + (<usize>i << 2), <u32>(o - to));
  }
  out = outStart;
  endCount = 0;
}
