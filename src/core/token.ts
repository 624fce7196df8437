// One JSON value of a row: where it ends and what it is. It checks what RFC 8259 asks of the value itself. What it does not
// know it does not take: the caller then has the scanner read the row, which knows every rule and every error.
import { isDigit, isHex } from "./bytes";
import { scan } from "./json-grammar";
import { Ev, MAX_DEPTH, Mode, St, TYPES, countAt, cursor, depth, lastNewline, mode, newlineAt, newlines, setDepth, setFreeAbove, setInKey, setLastNewline, setNewlines, setSt, setWatch, watch } from "./state";

/** What a cell is. Up to Nested, JSON writes its text as it stands. */
export const enum Kind {
  Int, // a number without point or exponent
  Float,
  Bool,
  Text, // a JSON string without escapes, quotes included
  Escaped, // a JSON string with escapes, quotes included
  Nested, // a list or an object
  Null,
  Nan, // NaN, Infinity, -Infinity
  Missing, // no such key, an empty field, a word for nothing
  Bare, // text as it is, without quotes: a field of a delimited file
  Doubled, // the same, with quotes doubled
  Odd, // a number as pandas reads it and JSON does not: 01, +1, .5, 5., inf
}

export const OK: i32 = 0;
/** The value reaches the end of the window. */
export const WAIT: i32 = 1;
/** Not a value, or none that this reader knows: the scanner is to say which. */
export const REFUSED: i32 = 2;

export let end: usize = 0;
export let kind: i32 = Kind.Int;

/** What a list or an object is: Nested, or Bare where its JSON is a text. */
let nestedKind: i32 = Kind.Nested;
export function setNested(texts: bool): void { nestedKind = texts ? Kind.Bare : Kind.Nested; metNested = false; }
/** There has been a list or an object. */
export let metNested: bool = false;

/** The first byte from p on that is no white space, or `to`. */
// @ts-ignore: decorator
@inline export function skipSpace(p: usize, to: usize): usize {
  while (p < to) {
    const c = load<u8>(p);
    if (c > 0x20) break;
    if (c == 0x0a) newlineAt(p);
    else if (c != 0x20 && c != 0x0d && c != 0x09) break;
    p++;
  }
  return p;
}

/** Reads the value at p, which is not white space. Sets `end` and `kind` when it is OK. */
export function value(p: usize, to: usize): i32 {
  const c = load<u8>(p);
  if (<u32>c - 0x30 < 10 || c == 0x2d /* - */) return number(p, to);
  if (c == 0x22 /* " */) return text(p, to);
  if (c == 0x5b /* [ */ || c == 0x7b /* { */) return nested(p, to);
  return literal(p, p, to);
}

/** Bytes that may follow a value. */
// @ts-ignore: decorator
@inline function ends(c: u8): bool {
  return c == 0x2c /* , */ || c == 0x5d /* ] */ || c == 0x7d /* } */ || c == 0x20 || c == 0x0a || c == 0x0d || c == 0x09;
}

function number(p: usize, to: usize): i32 {
  let q = p + <usize>(load<u8>(p) == 0x2d);
  let c = load<u8>(q);
  kind = Kind.Int;
  if (c == 0x30) c = load<u8>(++q);
  else if (isDigit(c)) { do { c = load<u8>(++q); } while (isDigit(c) && q < to); }
  else if (c == 0x49 /* I */ && q < to) return literal(p, q, to);
  else return q >= to ? WAIT : REFUSED;
  if (c == 0x2e /* . */) {
    kind = Kind.Float;
    c = load<u8>(++q);
    if (!isDigit(c)) return q >= to ? WAIT : REFUSED;
    do { c = load<u8>(++q); } while (isDigit(c) && q < to);
  }
  if ((c | 0x20) == 0x65 /* e */) {
    kind = Kind.Float;
    c = load<u8>(++q);
    if (c == 0x2b /* + */ || c == 0x2d /* - */) c = load<u8>(++q);
    if (!isDigit(c)) return q >= to ? WAIT : REFUSED;
    do { c = load<u8>(++q); } while (isDigit(c) && q < to);
  }
  if (q >= to) return WAIT; // it may go on
  end = q;
  return ends(c) ? OK : REFUSED;
}

const BACKSLASH: i32 = 0x5c;

/** The string at p. */
export function text(p: usize, to: usize): i32 {
  let q = p + 1;
  kind = Kind.Text;
  while (q < to) {
    const v = v128.load(q);
    const special = i8x16.bitmask(v128.or(
      v128.or(i8x16.eq(v, i8x16.splat(0x22)), i8x16.eq(v, i8x16.splat(0x5c))),
      i8x16.eq(i8x16.min_u(v, i8x16.splat(0x1f)), v)));
    if (special == 0) { q += 16; continue; }
    q += ctz(special);
    if (q >= to) return WAIT;
    const c = load<u8>(q);
    if (c == 0x22 /* " */) { end = q + 1; return OK; }
    if (c != BACKSLASH) return REFUSED;
    kind = Kind.Escaped;
    if (q + 6 > to) { if (q + 2 > to || load<u8>(q, 1) == 0x75 /* u */) return WAIT; }
    const next = load<u8>(q, 1);
    if (next == 0x75) {
      if (!isHex(load<u8>(q, 2)) || !isHex(load<u8>(q, 3)) || !isHex(load<u8>(q, 4)) || !isHex(load<u8>(q, 5))) return REFUSED;
      q += 6;
    } else {
      if (next != 0x22 && next != 0x5c && next != 0x2f && next != 0x62 && next != 0x66 && next != 0x6e && next != 0x72 && next != 0x74) return REFUSED;
      q += 2;
    }
  }
  return WAIT;
}

/** true, false, null, NaN, Infinity; p is before a minus, q behind it. */
function literal(p: usize, q: usize, to: usize): i32 {
  const w = load<u32>(q);
  let n: usize = 4;
  if (w == 0x65757274 /* true */) kind = Kind.Bool;
  else if (w == 0x6c6c756e /* null */) kind = Kind.Null;
  else if (w == 0x736c6166 /* fals */ && load<u8>(q, 4) == 0x65 /* e */) { kind = Kind.Bool; n = 5; }
  else if ((w & 0xffffff) == 0x4e614e /* NaN */) { kind = Kind.Nan; n = 3; }
  else if (load<u64>(q) == 0x7974696e69666e49 /* Infinity */) { kind = Kind.Nan; n = 8; }
  else return q + 8 > to ? WAIT : REFUSED;
  if (p != q && n != 8) return REFUSED;
  if (q + n >= to) return WAIT;
  end = q + n;
  return ends(load<u8>(end)) ? OK : REFUSED;
}

/** A list or object: the scanner goes through it, from the depth the machine is at. */
function nested(p: usize, to: usize): i32 {
  if (mode == Mode.Tensor) return REFUSED; // one whose rows are read has rank 2
  const d = depth, watched = watch, feeds = newlines, feed = lastNewline;
  if (d + 1 >= MAX_DEPTH) return REFUSED;
  const type = load<u8>(TYPES + <usize>d), count = load<u64>(countAt(d));
  store<u8>(TYPES + <usize>d, 0x5b /* [ */); // whatever holds the cell, a value may start here
  setSt(St.Value);
  setWatch(d);
  scan(p, to); // its first byte
  const ev = scan(p + 1, to); // its end
  setWatch(watched);
  store<u8>(TYPES + <usize>d, type);
  store<u64>(countAt(d), count);
  setFreeAbove(i32.MAX_VALUE);
  setInKey(false); // the window may end in one
  setDepth(d);
  if (ev != Ev.End) {
    setNewlines(feeds);
    setLastNewline(feed);
    return ev == Ev.More ? WAIT : REFUSED; // a NaN inside raises an event where it is not passed
  }
  if (lastNewline == 0) setLastNewline(feed);
  end = cursor;
  kind = nestedKind;
  metNested = true;
  return OK;
}
