// Rows of a delimited file (RFC 4180, and what pandas.read_csv takes besides): the fields of a line and what each is.
//
// A field is text; what it means is a policy. Lexical: what JSON reads as a number is one, and so are the infinities as pandas, numpy, polars,
// R and Spark write them; pandas' words for true and false and for nothing are those, the rest is text. A column's type, from a schema or
// from having read all of it, takes precedence: a column of text keeps its 01 and its 1, and one of numbers takes .5 and +1.
import { Style, style } from "./output";
import { FIELD, MOST, TYPING, above, fields, learning, pad, setCell, setRowEnd, setToken, shortEnd, startRow, tell, tellError, width } from "./row";
import { Err, Ev, newlineAt } from "./state";
import { Kind, OK, WAIT } from "./token";

/** How the fields of a column are read. */
export const enum Typing {
  Lexical,
  Pointed, // lexical, and numbers that begin with their point
  Numbers, // and numbers in every spelling that pandas reads
  Pandas, // the same, and whole ones that 64 bits cannot hold are text
  Text, // whatever it looks like
}

export let delimiter: u8 = 0x2c;
export let quote: u8 = 0x22;
/** Words that stand for nothing: a length byte and the word, one behind the other; a length of 0 ends them. */
let words: usize = 0;
let longest: usize = 0;
/** Some of them are numbers, which are looked for before words. */
export let numericWords: bool = false;
/** 1 for every byte that such a word begins with. */
const FIRST: usize = memory.data(256);

export function startDelimited(delimiterByte: u8, quoteByte: u8, wordsAt: usize): void {
  delimiter = delimiterByte; quote = quoteByte; words = wordsAt; longest = 0; numericWords = false;
  memory.fill(FIRST, 0, 256);
  for (let at = wordsAt; load<u8>(at) != 0; at += 1 + <usize>load<u8>(at)) {
    store<u8>(FIRST + <usize>load<u8>(at, 1), 1);
    longest = max(longest, <usize>load<u8>(at));
    if (numberEnd(at + 1, at + 1 + load<u8>(at)) == at + 1 + load<u8>(at)) numericWords = true;
  }
}

/** The fields of the next line that is not empty. */
export function readFields(p: usize, to: usize, last: bool, padding: bool): i32 {
  while (p < to && isEnd(load<u8>(p))) {
    if (load<u8>(p) == 0x0d) {
      // \r\n is one end, and must be seen whole
      if (p + 1 >= to && !last) { startRow(p); return WAIT; }
      if (p + 1 < to && load<u8>(p, 1) == 0x0a) p++;
    }
    newlineAt(p++);
  }
  startRow(p);
  if (p >= to) return last ? tell(Ev.Cells, 0, p) : WAIT;
  const start = p;
  let i: u32 = 0;
  while (true) {
    if (!learning) {
      if (i >= width) return tellError(Err.Ragged, i, start);
      // most fields are short whole numbers, and a delimiter follows
      const short = numericWords ? <usize>0 : shortEnd(p);
      if (short != 0 && short + 1 < to && load<u8>(short) == delimiter && load<u32>(fields + <usize>i * FIELD, TYPING) < <u32>Typing.Pandas) {
        setCell(i++, p, short, Kind.Int);
        p = short + 1;
        continue;
      }
    }
    const result = field(i, p, to, last);
    if (result != OK) return result;
    i++;
    p = fieldEnd;
    if (p >= to) {
      if (!last) return WAIT;
      break;
    }
    const c = load<u8>(p++);
    if (c == delimiter) continue;
    if (c == 0x0d) {
      if (p >= to && !last) return WAIT;
      if (p < to && load<u8>(p) == 0x0a) p++;
    }
    newlineAt(p - 1);
    break;
  }
  if (learning) return tell(Ev.Width, i, start);
  if (i < width) {
    if (!padding) return tellError(Err.Ragged, i, start);
    pad(i);
  }
  setRowEnd(p);
  return OK;
}

// @ts-ignore: decorator
@inline function isEnd(c: u8): bool { return c == 0x0a || c == 0x0d; }

let fieldEnd: usize = 0;

/** The field at p, up to the delimiter or the end of the line: fieldEnd. */
function field(i: u32, p: usize, to: usize, last: bool): i32 {
  if (p < to && load<u8>(p) == quote) return quoted(i, p, to, last);
  const typing = learning ? <u32>Typing.Text : load<u32>(fields + <usize>i * FIELD, TYPING);
  let q = p;
  if (typing != Typing.Text) {
    // most fields are numbers, and most of those short
    const number = numberEnd(p, to);
    if (number > p && (number < to ? load<u8>(number) == delimiter || isEnd(load<u8>(number)) : last) && !(numericWords && isWord(p, number - p))) {
      setToken(i, p, number, typing == Typing.Pandas && tooLarge(p, number) ? <i32>Kind.Bare : numberKind);
      fieldEnd = number;
      return OK;
    }
  }
  q = textEnd(q, to);
  if (q >= to && !last) return WAIT;
  if (q < to && load<u8>(q) == quote) return tellError(Err.StrayQuote, i, q);
  fieldEnd = q;
  if (!learning) classify(i, p, q, typing);
  return OK;
}

/** The first delimiter, end of line or quote. */
// @ts-ignore: decorator
@inline function textEnd(q: usize, to: usize): usize {
  const d = i8x16.splat(delimiter), n = i8x16.splat(0x0a), r = i8x16.splat(0x0d), t = i8x16.splat(quote);
  while (q < to) {
    const v = v128.load(q);
    const mask = i8x16.bitmask(v128.or(v128.or(i8x16.eq(v, d), i8x16.eq(v, n)), v128.or(i8x16.eq(v, r), i8x16.eq(v, t))));
    if (mask != 0) return min(q + ctz(mask), to);
    q += 16;
  }
  return to;
}

let numberKind: i32 = Kind.Int;

/** Behind the JSON number at p; p when there is none. */
// @ts-ignore: decorator
@inline function numberEnd(p: usize, to: usize): usize {
  let q = p + <usize>(load<u8>(p) == 0x2d /* - */);
  let c = load<u8>(q);
  if (<u32>c - 0x30 > 9) return p;
  numberKind = Kind.Int;
  if (c == 0x30) c = load<u8>(++q);
  else do { c = load<u8>(++q); } while (<u32>c - 0x30 < 10 && q < to);
  if (c == 0x2e /* . */) {
    numberKind = Kind.Float;
    c = load<u8>(++q);
    if (<u32>c - 0x30 > 9) return p;
    do { c = load<u8>(++q); } while (<u32>c - 0x30 < 10 && q < to);
  }
  if ((c | 0x20) == 0x65 /* e */) {
    numberKind = Kind.Float;
    c = load<u8>(++q);
    if (c == 0x2b /* + */ || c == 0x2d /* - */) c = load<u8>(++q);
    if (<u32>c - 0x30 > 9) return p;
    do { c = load<u8>(++q); } while (<u32>c - 0x30 < 10 && q < to);
  }
  return min(q, to);
}

function quoted(i: u32, from: usize, to: usize, last: bool): i32 {
  let p = from + 1;
  let doubled = false;
  const v = i8x16.splat(quote), n = i8x16.splat(0x0a);
  while (true) {
    if (p >= to) return last ? tellError(Err.OpenQuote, i, from) : WAIT;
    const bytes = v128.load(p);
    const quotes = i8x16.bitmask(i8x16.eq(bytes, v)), feeds = i8x16.bitmask(i8x16.eq(bytes, n));
    if ((quotes | feeds) == 0) { p += 16; continue; }
    p += ctz(quotes | feeds);
    if (p >= to) continue;
    if (load<u8>(p) == 0x0a && quote != 0x0a) { newlineAt(p); p++; continue; }
    if (p + 1 >= to && !last) return WAIT;
    if (p + 1 < to && load<u8>(p, 1) == quote) { doubled = true; p += 2; continue; }
    break;
  }
  fieldEnd = p + 1;
  if (fieldEnd < to) {
    const c = load<u8>(fieldEnd);
    if (c != delimiter && !isEnd(c)) return tellError(Err.AfterQuote, i, fieldEnd);
  }
  if (learning) return OK;
  if (doubled) setCell(i, from + 1, p, Kind.Doubled);
  else {
    // quotes do not make text: pandas reads "1" as a number
    const typing = load<u32>(fields + <usize>i * FIELD, TYPING);
    if (typing != Typing.Text && numberEnd(from + 1, p) == p && p > from + 1 && !(numericWords && isWord(from + 1, p - from - 1)))
      setToken(i, from + 1, p, typing == Typing.Pandas && tooLarge(from + 1, p) ? <i32>Kind.Bare : numberKind);
    else classify(i, from + 1, p, typing);
  }
  return OK;
}

const TRUE: usize = memory.data<u8>([0x74, 0x72, 0x75, 0x65]);
const FALSE: usize = memory.data<u8>([0x66, 0x61, 0x6c, 0x73, 0x65]);

/** A field that is no number: nothing, true or false, or text. */
function classify(i: u32, from: usize, to: usize, typing: u32): void {
  const n = to - from;
  if (n == 0 || (n <= longest && load<u8>(FIRST + <usize>load<u8>(from)) != 0 && isWord(from, n))) { setCell(i, from, from, Kind.Missing); return; }
  const word = typing != Typing.Text ? isBoolean(from, n) : 0;
  // JSON has one spelling for it, a delimited file keeps its own
  if (word != 0) setCell(i, style == Style.Delimited ? from : word, (style == Style.Delimited ? from : word) + n, Kind.Bool);
  else if (isOdd(from, to, typing)) setCell(i, from, to, Kind.Odd);
  else setCell(i, from, to, Kind.Bare);
}

function isWord(p: usize, n: usize): bool {
  for (let at = words; load<u8>(at) != 0; at += 1 + <usize>load<u8>(at)) {
    if (<usize>load<u8>(at) != n) continue;
    let i: usize = 0;
    while (i < n && load<u8>(at + 1 + i) == load<u8>(p + i)) i++;
    if (i == n) return true;
  }
  return false;
}

/** What a reader of delimited files takes a text for: Bare when it stays text. */
export function readsAs(from: usize, to: usize): i32 {
  const n = to - from;
  if (n == 0 || (n <= longest && load<u8>(FIRST + <usize>load<u8>(from)) != 0 && isWord(from, n))) return Kind.Missing;
  if (numberEnd(from, to) == to) return numberKind;
  if (isOdd(from, to, Typing.Lexical)) return Kind.Odd;
  return isBoolean(from, n) != 0 ? Kind.Bool : Kind.Bare;
}

/** True, true, TRUE, as pandas reads them: the address of the word as JSON has it, or 0. */
function isBoolean(from: usize, n: usize): usize {
  const w = load<u32>(from);
  if (n == 4) return w == 0x65757274 || w == 0x65757254 || w == 0x45555254 ? TRUE : 0;
  if (n != 5) return 0;
  const last = load<u8>(from, 4);
  return ((w == 0x736c6166 || w == 0x736c6146) && last == 0x65) || (w == 0x534c4146 && last == 0x45) ? FALSE : 0;
}

const LEAST: usize = memory.data<u8>([0x39, 0x32, 0x32, 0x33, 0x33, 0x37, 0x32, 0x30, 0x33, 0x36, 0x38, 0x35, 0x34, 0x37, 0x37, 0x35, 0x38, 0x30, 0x38]);

/** A whole number above 2^64 - 1 or below -2^63, which pandas leaves as text. */
function tooLarge(p: usize, end: usize): bool {
  if (numberKind != Kind.Int) return false;
  const minus = load<u8>(p) == 0x2d;
  if (minus) p++;
  const n = end - p, digits: usize = minus ? 19 : 20;
  return n > digits || (n == digits && above(p, minus ? LEAST : MOST, digits));
}

/** A number that JSON does not have: an infinity; one that begins with its point; with a plus, leading zeros, spaces around it, or nothing behind the point. */
function isOdd(from: usize, to: usize, typing: u32): bool {
  if (typing >= <u32>Typing.Numbers) return typing != Typing.Text && isNumber(from, to);
  const p = from + <usize>(load<u8>(from) == 0x2d || load<u8>(from) == 0x2b);
  const c = load<u8>(p);
  if ((c | 0x20) == 0x69 /* i */) return isWrittenInfinity(p, to);
  return typing == Typing.Pointed && c == 0x2e /* . */ && load<u8>(from) != 0x2b && isNumber(from, to);
}

/** In every spelling that pandas reads. */
function isNumber(p: usize, to: usize): bool {
  while (p < to && load<u8>(p) == 0x20) p++;
  while (p < to && load<u8>(to - 1) == 0x20) to--;
  if (p < to && (load<u8>(p) == 0x2b || load<u8>(p) == 0x2d)) p++;
  if (p == to) return false;
  if ((load<u8>(p) | 0x20) == 0x69 /* i */) return isInfinity(p, to);
  let digits: usize = 0;
  while (p < to && <u32>load<u8>(p) - 0x30 < 10) { p++; digits++; }
  if (p < to && load<u8>(p) == 0x2e) {
    p++;
    while (p < to && <u32>load<u8>(p) - 0x30 < 10) { p++; digits++; }
  }
  if (digits == 0) return false;
  if (p < to && (load<u8>(p) | 0x20) == 0x65 /* e */) {
    p++;
    if (p < to && (load<u8>(p) == 0x2b || load<u8>(p) == 0x2d)) p++;
    if (p == to) return false;
    while (p < to && <u32>load<u8>(p) - 0x30 < 10) p++;
  }
  return p == to;
}

/** inf, Inf or Infinity, which is how programs write it; INF and infinity may be words. */
function isWrittenInfinity(p: usize, to: usize): bool {
  const w = load<u32>(p);
  if (to - p == 3) return (w & 0xffffff) == 0x666e69 /* inf */ || (w & 0xffffff) == 0x666e49 /* Inf */;
  return to - p == 8 && load<u64>(p) == load<u64>(INFINITY);
}

/** inf or infinity, in capitals or not. */
export function isInfinity(p: usize, to: usize): bool {
  const n = to - p;
  if (n != 3 && n != 8) return false;
  for (let i: usize = 0; i < n; i++) if ((load<u8>(p + i) | 0x20) != (load<u8>(INFINITY + i) | 0x20)) return false;
  return true;
}

const INFINITY: usize = memory.data<u8>([0x49, 0x6e, 0x66, 0x69, 0x6e, 0x69, 0x74, 0x79]);
