// The output: how the target wants its rows, where their bytes go, and how many a row may take.
//
// A row is written whole or not at all. The most that it may become is known beforehand, and where there is not so much room the
// caller empties the output first.
import { copy } from "./copy";
import { CELL, FIELD, FROM, KIND, TEXT, TEXT_LENGTH, TO, cells, changeSides, fields, rowStart, setCellIndex, width } from "./row";
import { Err, Ev, fail } from "./state";
import { Kind, metNested } from "./token";

/** How cells are written. */
export const enum Style {
  None, // not at all: rows are only read
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
export let missing: i32 = Gap.Null;
export let nan: i32 = Gap.Token;
export let nulls: bool = true;
export let delimiter: u8 = 0x2c;
/** The source's, which stands twice where it is meant. */
export let quote: u8 = 0x22;
/** How many bytes of output a byte of input may become: an escape has six. */
export let growth: u64 = 1;
export let between: usize = 0;
export let betweenLength: usize = 0;
let after: usize = 0;
let afterLength: usize = 0;
let fixed: usize = 0;

export let out: usize = 0;
export let outStart: usize = 0;
export let outEnd: usize = 0;
/** The output has a row: a separator stands before the next. */
export let begun: bool = false;
/** Bytes that the next row needs at most, or the cell at cellIndex. */
export let needed: f64 = 0;
/** The same of the row that was read last, where it was measured; 0 otherwise. */
let measured: u64 = 0;

/** `escapes`: JSON's text may be longer than the source's. */
export function setTarget(how: i32, gapMissing: i32, gapNan: i32, nullsPass: bool, delimiterByte: u8, sourceQuote: u8, escapes: bool): void {
  style = how; missing = gapMissing; nan = gapNan; nulls = nullsPass; delimiter = delimiterByte; quote = sourceQuote; growth = escapes ? 6 : 1;
  begun = false; measured = 0;
}

/** What stands between two rows and behind the last cell of each; `total`: bytes of these and all the fields' texts. */
export function setTexts(betweenAt: usize, betweenBytes: usize, afterAt: usize, afterBytes: usize, total: usize): void {
  between = betweenAt; betweenLength = betweenBytes; after = afterAt; afterLength = afterBytes; fixed = total;
}

export function setOut(from: usize, to: usize): void { out = outStart = from; outEnd = to; }
export function outAt(): usize { return out; }
/** The next row is the first of its output. */
export function startOutput(): void { begun = false; }

/** What stands in [from, to) has no line of its own where each row is a line: between JSON's tokens any white space will do. */
export function flatten(from: usize, to: usize): void {
  if (betweenLength != 1 || load<u8>(between) != 0x0a) return;
  const feed = i8x16.splat(0x0a), ret = i8x16.splat(0x0d);
  for (let at = from; at < to; at += 16) {
    const v = v128.load(at);
    if (!v128.any_true(v128.or(i8x16.eq(v, feed), i8x16.eq(v, ret)))) continue;
    for (let o = at; o < to && o < at + 16; o++) if (load<u8>(o) == 0x0a || load<u8>(o) == 0x0d) store<u8>(o, 0x20);
  }
}

/** The cells of a row end at o. */
// @ts-ignore: decorator
@inline export function endRow(o: usize): void {
  out = copy(o, after, afterLength);
  begun = true;
}

/** The same of a row without texts around it. */
// @ts-ignore: decorator
@inline export function endCells(o: usize): void { out = o; begun = true; }

/** What was written is gone. */
export function clearOutput(): void { out = outStart; }

// ---- room

/** How many more bytes a list or an object may take: null is a letter longer than NaN. */
export function nullBytes(from: usize, to: usize): u64 {
  if (nan != Gap.Null && nan != Gap.Finite) return 0;
  const letter = i8x16.splat(0x4e /* N */);
  let more: u64 = 0;
  for (let p = from; p < to; p += 16) {
    const here = to - p >= 16 ? 0xffff : (1 << <i32>(to - p)) - 1;
    more += popcnt(i8x16.bitmask(i8x16.eq(v128.load(p), letter)) & here);
  }
  return more;
}

/** The same of the lists and objects of a row; most rows have none, and there have been some in few files. */
// @ts-ignore: decorator
@inline export function nestedBytes(): u64 { return metNested ? nestedBytesOfRow() : 0; }

function nestedBytesOfRow(): u64 {
  let more: u64 = 0;
  for (let i: u32 = 0; i < width; i++) {
    const cell = cells + <usize>i * CELL;
    if (load<i32>(cell, KIND) == Kind.Nested) more += nullBytes(<usize>load<u32>(cell, FROM), <usize>load<u32>(cell, TO));
  }
  return more;
}

/** There is no room for these bytes: the output is to be emptied first. */
export function full(bytes: u64): i32 { needed = <f64>bytes; return Ev.Flush; }

/** Whether a row that may not fit does so after all, having been measured. */
export function fits(): bool {
  if (measured == 0 || <u64>out + measured > <u64>outEnd) return false;
  measured = 0;
  return true;
}

/** The most that the row that was read may become, closer than room(): every cell is gone through. */
export function measureRow(): f64 {
  changeSides();
  measured = <u64>fixed + <u64>width * 8 + SLACK;
  for (let i: u32 = 0; i < width; i++) {
    const cell = cells + <usize>i * CELL;
    const from = <usize>load<u32>(cell, FROM), to = <usize>load<u32>(cell, TO);
    measured += to - from;
    const kind = load<i32>(cell, KIND);
    if (style == Style.Delimited || kind > Kind.Nested) measured += escapeBytes(from, to);
    else if (kind == Kind.Nested) measured += nullBytes(from, to);
  }
  changeSides();
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

/** Room behind everything: copies run over by as much. */
export const SLACK: usize = 32;

/** The most that a row of `bytes` bytes may become. */
// @ts-ignore: decorator
@inline export function room(bytes: usize): u64 {
  return <u64>fixed + <u64>bytes * (style == Style.Delimited ? 2 : growth) + <u64>width * 8 + SLACK;
}

/** Writes a row of `bytes` bytes whose cells stand in [from, to) just as the target has them. False: there is no room. */
// @ts-ignore: decorator
@inline export function writeWhole(from: usize, to: usize, bytes: usize): bool {
  if (<u64>out + room(bytes) > <u64>outEnd) return false;
  let o = out;
  if (begun) o = copy(o, between, betweenLength);
  if (style == Style.Json) o = copy(o, load<u32>(fields, TEXT), load<u32>(fields, TEXT_LENGTH));
  const end = copy(o, from, to - from);
  flatten(o, end);
  endRow(end);
  return true;
}

// ---- refusals

/** A missing cell has no place of its own. */
export function refuse(error: i32, i: u32, at: usize): i32 { setCellIndex(i); return fail(error, error == Err.Missing || at == 0 ? rowStart : at); }
