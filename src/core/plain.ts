// Rows of nothing but plain numbers, judged 64 bytes at a time and copied whole: between the first cell and the last, source
// and target spell them alike.
//
// How it works. The masks and rules are block.ts's for numbers and commas; a row begins in a block of its own, so most rows are
// one block and nothing is carried. A row that is not surely plain (an exponent, a word, a quote, white space, another width, the
// end of the window) is left to the readers of single cells, which know every rule and every error.
//
// Lines that become typed columns go the same way, a number at a time.
//
// What a change must not break: a row gets the same text, and takes the same room, whether it is copied whole or written cell by cell.
// Where the window ends decides which.
import { AT, DTYPE, DType, RECORD, SKIPPED, STEP, columns } from "./column";
import { addFilled, filled, limit as batchRows } from "./fill";
import { afterRun, digits, equal, runLeaves } from "./masks";
import { delimiter, numericWords, quote } from "./read-delimited";
import { width } from "./row";
import { newlineAt, rowMost } from "./state";
import { plainCell } from "./store";
import { writeWhole } from "./output";

/** Rows may be copied whole. */
export let plain: bool = false;
export function setPlain(on: bool): void { plain = on && !numericWords; patience = 0; pause = 0; }

/** Rows that the last call passed. */
export let passed: u64 = 0;

/** Where rows are seldom plain, the next ones are not tried: at most PAUSE of them. */
let pause: u32 = 0;
let patience: u32 = 0;
const PAUSE: u32 = 256;

/** True when the next row is to be tried. */
// @ts-ignore: decorator
@inline export function worthwhile(): bool {
  if (pause == 0) return true;
  pause--;
  return false;
}

/** Passes at most `limit` lists, each behind the two bytes `before`; returns the address behind the last. */
export function passLists(from: usize, to: usize, limit: u64, before: u16): usize {
  let p = from;
  passed = 0;
  while (passed < limit && p + 2 < to && load<u16>(p) == before) {
    const end = endOfRow(p + 2, to, true);
    if (end == 0 || end - p > rowMost || !writeWhole(p + 2, end, end - p)) break;
    if (<u8>before == 0x0a) newlineAt(p);
    passed++;
    p = end + 1;
  }
  rest();
  return p;
}

/** Passes at most `limit` lines; returns the address behind the last. */
export function passLines(from: usize, to: usize, limit: u64): usize {
  let p = from;
  passed = 0;
  while (passed < limit && p < to) {
    const end = endOfRow(p, to, false);
    if (end == 0) break;
    const feed = end + <usize>(load<u8>(end) == 0x0d);
    if (feed + 1 - p > rowMost || !writeWhole(p, end, feed + 1 - p)) break;
    newlineAt(feed);
    passed++;
    p = feed + 1;
  }
  rest();
  return p;
}

/**
 * Puts the numbers of lines straight into the columns, as far as the batch has room; returns the address behind the last line. Of the
 * line behind it nothing is kept.
 */
export function fillLines(from: usize, to: usize): usize {
  const stop = columns + <usize>width * RECORD;
  let line = from;
  let row = filled;
  while (row < batchRows) {
    const end = fillLine(line, to, row, stop);
    if (end == 0 || end - line > rowMost) break;
    newlineAt(end - 1);
    row++;
    line = end;
  }
  passed = row - filled;
  addFilled(row - filled);
  rest();
  return line;
}

// @ts-ignore: decorator
@inline function fillLine(p: usize, to: usize, row: u32, stop: usize): usize {
  let column = columns;
  while (true) {
    if (load<u32>(column, DTYPE) == DType.Skip) {
      const fields = load<u32>(column, SKIPPED);
      column += <usize>(fields - 1) * RECORD;
      p = skipFields(p, to, fields, column + RECORD == stop);
      if (p == 0) return 0;
    } else {
      const q = p + <usize>(load<u8>(p) == 0x2d /* - */);
      if (<u32>load<u8>(q) - 0x30 > 9) return 0;
      const out = <usize>load<u32>(column, AT) + <usize>row * <usize>load<u32>(column, STEP);
      p = plainCell(p, q, to, column, out, false, true);
      if (p == 0) return 0;
    }
    column += RECORD;
    if (column == stop) break;
    if (load<u8>(p++) != delimiter) return 0;
  }
  p += <usize>(load<u8>(p) == 0x0d);
  return p < to && load<u8>(p) == 0x0a ? p + 1 : 0;
}

/**
 * Passes over `fields` fields; returns the address of the delimiter that ends them, or of the line's end. 0 when a quote comes before, or the
 * window ends, or the line does elsewhere.
 */
function skipFields(from: usize, to: usize, fields: u32, ends: bool): usize {
  let left: u64 = fields;
  for (let p = from; p < to; p += 64) {
    const v0 = v128.load(p), v1 = v128.load(p, 16), v2 = v128.load(p, 32), v3 = v128.load(p, 48);
    const feeds = equal(v0, v1, v2, v3, 0x0a);
    const stops = feeds | equal(v0, v1, v2, v3, quote) | equal(v0, v1, v2, v3, 0x0d);
    let marks = equal(v0, v1, v2, v3, delimiter) & (stops - 1) & ~stops; // before the first that stops
    if (!ends) {
      const here = popcnt(marks);
      if (here >= left) {
        for (; left > 1; left--) marks &= marks - 1;
        const end = p + <usize>ctz(marks);
        return end < to ? end : 0;
      }
      left -= here;
      if (stops != 0) return 0;
      continue;
    }
    left -= popcnt(marks);
    if (stops == 0) continue;
    const end = p + <usize>ctz(stops);
    if (left != 1 || end + 1 >= to || load<u8>(end) == quote) return 0;
    // a carriage return alone ends a line, too, and is left to the reader of single fields
    return load<u8>(end) == 0x0a || load<u8>(end, 1) == 0x0a ? end : 0;
  }
  return 0;
}

function rest(): void {
  patience = passed != 0 ? 0 : min(2 * patience + 1, PAUSE);
  pause = patience >> 1;
}

/**
 * The end of the cells that begin at `start`: the bracket, or the line's end. 0 when the row is not plain, or not whole.
 * `list` is a constant, and each caller has its own copy.
 */
// @ts-ignore: decorator
@inline function endOfRow(start: usize, to: usize, list: bool): usize {
  // carries, each 0 or 1: what the byte before the block was
  let wasDigit: u64 = 0, wasNumber: u64 = 0, wantDigit: u64 = 0, wasMinus: u64 = 0, wasZero: u64 = 0, inFrac: u64 = 0, wantValue: u64 = 1;
  let commas: u64 = 0;
  for (let p = start; p < to; p += 64) {
    const v0 = v128.load(p), v1 = v128.load(p, 16), v2 = v128.load(p, 32), v3 = v128.load(p, 48);
    const ends = list ? equal(v0, v1, v2, v3, 0x5d /* ] */) : equal(v0, v1, v2, v3, 0x0a);
    let here = (ends - 1) & ~ends; // all bytes before the first
    const digit = digits(v0, v1, v2, v3) & here;
    const dot = equal(v0, v1, v2, v3, 0x2e /* . */) & here;
    const minus = equal(v0, v1, v2, v3, 0x2d /* - */) & here;
    const comma = equal(v0, v1, v2, v3, 0x2c /* , */) & here;
    const other = here ^ (digit | dot | minus | comma);
    if (other != 0) {
      // \r\n is an end, too
      if (list || other != here ^ (here >> 1) || ends == 0 || load<u8>(p + <usize>ctz(other)) != 0x0d) return 0;
      here >>= 1;
    }

    const number = digit | dot | minus;
    const numberStart = (digit | minus) & ~((number << 1) | wasNumber);
    const minusStart = minus & numberStart;
    const zero = (numberStart | (minusStart << 1) | wasMinus) & equal(v0, v1, v2, v3, 0x30 /* 0 */);
    let bad = (minus ^ minusStart) | (dot & ~((digit << 1) | wasDigit)) | ((((dot | minus) << 1) | wantDigit) & here & ~digit);
    bad |= ((zero << 1) | wasZero) & digit;
    bad |= comma & ((comma << 1) | wantValue);
    let nextFrac: u64 = 0;
    if ((dot | inFrac) != 0) {
      const at = (dot << 1) | inFrac;
      bad |= afterRun(at, digit) & dot;
      nextFrac = runLeaves(at, digit) | (dot >> 63);
    }
    if (bad != 0) return 0;

    commas += popcnt(comma);
    if (ends != 0) {
      const length = popcnt(here);
      const end = p + <usize>length;
      // the last cell ends in a digit, and there is one
      const complete = (((digit << 1) | wasDigit) >> length) & 1;
      return complete != 0 && commas + 1 == <u64>width && p + <usize>ctz(ends) < to ? end : 0;
    }
    wasDigit = digit >> 63;
    wasNumber = number >> 63;
    wantDigit = (dot | minus) >> 63;
    wasMinus = minusStart >> 63;
    wasZero = zero >> 63;
    inFrac = nextFrac;
    wantValue = comma >> 63;
  }
  return 0;
}
