// Rows of one shape to rows of another, their cells as spans of the window: no number is read, none is printed.
//
// How it works. A reader (lists and records here, delimited.ts, across.ts) finds the cells of one row; a writer
// (write.ts) puts their texts between the separators and keys of the target. rows() stops only between rows. What a
// reader does not understand it leaves to the scanner, whose state is set as if it had come so far: every syntax error of
// JSON has one author.
//
// What a change must not break: a row that is not whole in the window leaves no trace, so that it can be read again.
import { commitAcross, commitSides, readAcross, readSides, sideBytes, startSides } from "./across";
import { quote, readFields } from "./delimited";
import { fieldOfKey, forgetStrangers, remember, strangerCount } from "./keys";
import { fillLines, passLines, passLists, passed, plain, worthwhile } from "./plain";
import {
  CELL, FIELD, KEY, KEY_LENGTH, RECORD, TOLD, cellIndex, cells, fields, learning, pad, pads, resetPads, rewind, rowEnd, rowStart, setCell, setRowEnd, setToken, shortEnd, sided, startRow,
  tell, tellError, told, width,
} from "./row";
import { Err, Ev, Mode, St, TYPES, base, countAt, cursor, expectAt, fail, mode, newlineAt, rowMost, setCursor, setDepth, setFreeAbove, setLastNewline, setLeaf, setSt, st } from "./state";
import { JUDGE, Kind, OK, WAIT, end, kind, text, value } from "./token";
import { Style, style, write } from "./write";

/** How rows are written down. */
export const enum Syntax {
  Lists, // [[1,2],[3,4]]
  Records, // [{"a":1,"b":2},…]
  Cells, // [1,2,3]: each cell is a row
  ListLines, // the first two, a line each, without commas between and brackets around
  RecordLines,
  Delimited,
  Across, // a list for each column, side by side
  Grouped, // [1,2,3,4]: as many cells as there are fields are a row
  Features, // [{"features":[1,2]},…]
}

let syntax: i32 = Syntax.Lists;
let padding: bool = false;
let firstWins: bool = false;
let rowLimit: u64 = 0;
/** Rows read and written so far. */
export let rowCount: u64 = 0;
/** Those of them that were copied whole. */
export let wholeCount: u64 = 0;
/** Keys that stood twice in a record. */
export let repeated: u64 = 0;
/** Cells that were filled in because rows were short. */
export let padded: u64 = 0;
/** Tells the cells of this reading of a record from those of the one before. */
let attempts: u32 = 0;
let twice: u64 = 0;

/** `firstKeyWins`: of a key that stands twice in a record the first counts, as for TensorFlow Serving; otherwise the last, as for Python. */
export function startRows(how: i32, pads: bool, firstKeyWins: bool): void {
  syntax = how; padding = pads; firstWins = firstKeyWins; rowCount = 0; wholeCount = 0; repeated = 0; padded = 0; rowLimit = u64.MAX_VALUE;
  twice = 0; resetPads(); startSides();
}

/** Stop before the row of this number. */
export function limitRows(limit: u64): void { rowLimit = limit; }

/** Reads and writes the rows of [from, to); the input ends there when `last`. The cursor is left before the first row that is not done. */
export function rows(from: usize, to: usize, last: bool): i32 {
  setLastNewline(0);
  let p = from;
  while (true) {
    if (plain && worthwhile()) p = pass(p, to);
    const result = syntax == Syntax.Delimited ? delimited(p, to, last) : syntax == Syntax.Across ? across() : json(p, to, last);
    if (result == OK) {
      const bytes = rowEnd - rowStart + (sided || syntax == Syntax.Across ? sideBytes : 0);
      if (bytes > rowMost) { fail(Err.Long, rowStart); return faultAt(rowStart); }
      const ev = write(bytes);
      if (ev == Ev.More) {
        rowCount++;
        repeated += twice;
        padded += pads; resetPads();
        if (sided) commitSides(1);
        if (syntax == Syntax.Across) commitAcross(); else p = rowEnd;
        continue;
      }
      if (ev == Ev.Error) return faultAt(cursor);
      rewind();
      return ev;
    }
    setDepth(base);
    if (result == TOLD && told == Ev.Error) return faultAt(cursor);
    if (result == TOLD && told == Ev.Cells) return told;
    rewind();
    if (result == JUDGE) return judge();
    return result == WAIT ? <i32>Ev.More : told;
  }
}

/** Behind the rows that may be taken whole. */
function pass(p: usize, to: usize): usize {
  const limit = rowLimit - rowCount;
  if (syntax == Syntax.Delimited) p = style == Style.Typed ? fillLines(p, to) : passLines(p, to, limit);
  else if (st != St.After) return p;
  else p = passLists(p, to, limit, syntax == Syntax.Lists ? 0x5b2c /* ,[ */ : 0x5b0a /* \n[ */);
  if (passed == 0) return p;
  rowCount += passed;
  wholeCount += passed;
  store<u64>(countAt(base), rowCount - 1);
  return p;
}

/** The scanner is to judge the row, from its first byte on. */
function judge(): i32 {
  setFreeAbove(i32.MAX_VALUE);
  if (syntax == Syntax.Cells || syntax == Syntax.Grouped) setLeaf(base);
  else if (mode == Mode.Rows || mode == Mode.Tensor) setLeaf(base + 1);
  return fail(Err.None, rowStart);
}

/** An error in the row: counts the lines that end before it. Within quotes only line feeds end a line. */
function faultAt(at: usize): i32 {
  if (syntax == Syntax.Across) return Ev.Error;
  rewind();
  if (sided && cellIndex == 0) at = rowStart; // it stands elsewhere
  let inside = false;
  for (let p = rowStart; p < at; p++) {
    const c = load<u8>(p);
    if (syntax == Syntax.Delimited && c == quote) inside = !inside;
    if (c == 0x0a || (c == 0x0d && syntax == Syntax.Delimited && !inside && load<u8>(p, 1) != 0x0a)) newlineAt(p);
  }
  setCursor(at);
  return Ev.Error;
}

function delimited(p: usize, to: usize, last: bool): i32 {
  startRow(p);
  return rowCount == rowLimit ? tell(Ev.Limit, 0, p) : readFields(p, to, last, padding);
}

function across(): i32 {
  startRow(0);
  setRowEnd(0);
  return rowCount == rowLimit ? tell(Ev.Limit, 0, 0) : readAcross();
}

/** A row of JSON, and what stands before it. */
function json(from: usize, to: usize, last: bool): i32 {
  const lines = syntax == Syntax.ListLines || syntax == Syntax.RecordLines;
  let p = from;
  let c: u8 = 0;
  while (p < to) {
    c = load<u8>(p);
    if (c > 0x20) {
      if (lines || c != 0x2c /* , */ || st != St.After) break;
      setSt(St.Value);
      store<u64>(countAt(base), load<u64>(countAt(base)) + 1);
    } else if (c == 0x0a) {
      newlineAt(p);
      if (lines) setSt(St.Value);
    } else if (c != 0x20 && c != 0x0d && c != 0x09) break;
    p++;
  }
  startRow(p);
  if (p >= to) return lines && last ? tell(Ev.Cells, 0, p) : WAIT;
  if (!lines && c == 0x5d /* ] */ && st != St.Value) return tell(Ev.Cells, 0, p);
  if (st == St.After) return JUDGE;
  store<u64>(countAt(base), syntax == Syntax.Grouped ? rowCount * width : rowCount);
  if (rowCount == rowLimit) return tell(Ev.Limit, 0, p);
  const result = read(p, to);
  setDepth(base);
  setSt(St.After);
  return result;
}

function read(p: usize, to: usize): i32 {
  switch (syntax) {
    case Syntax.Records: case Syntax.RecordLines: return record(p, to);
    case Syntax.Cells: return single(p, to);
    case Syntax.Grouped: return group(p, to);
    case Syntax.Features: return features(p, to);
    default: return list(p, to);
  }
}

// @ts-ignore: decorator
@inline function skipSpace(p: usize, to: usize): usize {
  while (p < to) {
    const c = load<u8>(p);
    if (c > 0x20) break;
    if (c == 0x0a) newlineAt(p);
    else if (c != 0x20 && c != 0x0d && c != 0x09) break;
    p++;
  }
  return p;
}

function enter(type: u8): void {
  setDepth(base + 1);
  store<u8>(TYPES + <usize>(base + 1), type);
  store<u64>(countAt(base + 1), 0);
}

function single(p: usize, to: usize): i32 {
  const result = scalar(p, to);
  if (result != OK) return result;
  if (learning) return tell(Ev.Width, 1, p);
  if (width != 1) return tellError(Err.Ragged, 1, p);
  setToken(0, p, end, kind);
  setRowEnd(end);
  return OK;
}

/** A cell of a flat list. */
function scalar(p: usize, to: usize): i32 {
  const c = load<u8>(p);
  return c == 0x5b /* [ */ || c == 0x7b /* { */ ? JUDGE : value(p, to);
}

/** As many cells of a flat list as there are fields. */
function group(p: usize, to: usize): i32 {
  for (let i: u32 = 0; i < width; i++) {
    if (i > 0) {
      p = skipSpace(p, to);
      if (p >= to) return WAIT;
      if (load<u8>(p) != 0x2c /* , */) return tellError(Err.Ragged, i, p);
      p = skipSpace(p + 1, to);
      if (p >= to) return WAIT;
    }
    const result = scalar(p, to);
    if (result != OK) return result;
    setToken(i, p, end, kind);
    p = end;
  }
  store<u64>(countAt(base), (rowCount + 1) * width - 1);
  setRowEnd(p);
  return OK;
}

const FEATURES: usize = memory.data<u8>([0x22, 0x66, 0x65, 0x61, 0x74, 0x75, 0x72, 0x65, 0x73, 0x22]);

/** The list in {"features":[1,2,…]}. */
function features(p: usize, to: usize): i32 {
  if (load<u8>(p) != 0x7b /* { */) return otherwise(Err.Record, p, to);
  p = skipSpace(p + 1, to);
  if (p >= to) return WAIT;
  if (load<u8>(p) == 0x7d /* } */) return tellError(Err.Object, 0, p);
  if (load<u8>(p) != 0x22 /* " */) return JUDGE;
  const key = text(p, to);
  if (key != OK) return key;
  if (end - p != 10 || !equal(p, FEATURES, 10)) return tellError(Err.Object, 0, p);
  p = skipSpace(end, to);
  if (p >= to) return WAIT;
  if (load<u8>(p) != 0x3a /* : */) return JUDGE;
  p = skipSpace(p + 1, to);
  if (p >= to) return WAIT;
  if (load<u8>(p) != 0x5b /* [ */) return otherwise(Err.Object, p, to);
  const result = list(p, to);
  if (result != OK) return result;
  p = skipSpace(rowEnd, to);
  if (p >= to) return WAIT;
  if (load<u8>(p) == 0x2c /* , */) return tellError(Err.Object, 0, p);
  if (load<u8>(p) != 0x7d /* } */) return JUDGE;
  setRowEnd(p + 1);
  return OK;
}

/** A value that cannot stand here, if it is one. */
function otherwise(error: i32, p: usize, to: usize): i32 {
  const result = value(p, to);
  return result == OK ? tellError(error, 0, p) : result;
}

/** The cells of [1,2,…]. */
function list(p: usize, to: usize): i32 {
  if (load<u8>(p) != 0x5b /* [ */) return JUDGE;
  const start = p;
  if (sided) {
    // a scanner's state must not show that a cell was read elsewhere
    setFreeAbove(0); // it may be a list of any length
    const result = readSides(1);
    setFreeAbove(i32.MAX_VALUE);
    rewind();
    // too few labels: the frame says so at its end
    if (result == TOLD && told == Ev.Cells) setCell(0, 0, 0, Kind.Missing);
    else if (result != OK) return result;
  }
  enter(0x5b);
  let i: u32 = <u32>sided;
  p = skipSpace(p + 1, to);
  if (p >= to) return WAIT;
  if (load<u8>(p) != 0x5d /* ] */) {
    while (true) {
      // the straight road: short whole numbers, commas, nothing else
      const short = shortEnd(p);
      if (short != 0 && short < to && load<u8>(short) == 0x2c /* , */ && i < width) {
        setCell(i++, p, short, Kind.Int);
        p = short + 1;
        if (p < to && load<u8>(p) > 0x20) continue;
        p = skipSpace(p, to);
        if (p >= to) return WAIT;
        continue;
      }
      const result = value(p, to);
      if (result != OK) return result;
      if (i < width) setToken(i, p, end, kind);
      i++;
      // most often a comma and the next cell, or the end
      if (end + 1 < to) {
        const next = load<u8>(end);
        if (next == 0x2c && load<u8>(end, 1) > 0x20) { p = end + 1; continue; }
        if (next == 0x5d) { p = end; break; }
      }
      p = skipSpace(end, to);
      if (p >= to) return WAIT;
      const c = load<u8>(p);
      if (c == 0x2c /* , */) { p = skipSpace(p + 1, to); if (p >= to) return WAIT; continue; }
      if (c == 0x5d) break;
      return JUDGE;
    }
  }
  if (learning) {
    store<i64>(expectAt(base + 1), i);
    return tell(Ev.Width, i, start);
  }
  if (i > width || (i < width && !padding)) return ragged(i);
  if (i < width) pad(i);
  setRowEnd(p + 1);
  return OK;
}

/** A row of another width, which is whole: where the scanner checks lengths, the error is its own. */
function ragged(i: u32): i32 {
  if (mode != Mode.Rows || padding) return tellError(Err.Ragged, i, rowStart);
  store<i64>(expectAt(base + 1), width - <u32>sided);
  return JUDGE;
}

/** A record. Keys that no field has are told of together, as far as the record is there; it is then read again. */
function record(p: usize, to: usize): i32 {
  forgetStrangers();
  const result = members(p, to);
  return strangerCount == 0 ? result : tell(Ev.NewKey, 0, p);
}

/** The members of {"a":1,…}, which most often come in the order of the fields. */
function members(p: usize, to: usize): i32 {
  if (load<u8>(p) != 0x7b /* { */) return JUDGE;
  enter(0x7b);
  const stamp = ++attempts;
  let i: u32 = 0, found: u32 = 0;
  twice = 0;
  p = skipSpace(p + 1, to);
  if (p >= to) return WAIT;
  if (load<u8>(p) != 0x7d /* } */) {
    while (true) {
      let at = i < width ? afterKey(p, fields + <usize>i * FIELD) : 0;
      if (at == 0) {
        const result = findKey(p, to, i);
        if (result != OK) return result;
        i = keyField;
        at = keyEnd;
      }
      at = skipSpace(at, to);
      if (at >= to) return WAIT;
      const short = shortEnd(at);
      let stop = short, what: i32 = Kind.Int;
      if (short == 0 || short >= to || (load<u8>(short) != 0x2c /* , */ && load<u8>(short) != 0x7d)) {
        const result = value(at, to);
        if (result != OK) return result;
        stop = end;
        what = kind;
      }
      const cell = cells + <usize>i * CELL;
      if (load<u32>(cell, RECORD) != stamp) {
        store<u32>(cell, stamp, RECORD);
        found++;
        setToken(i, at, stop, what);
      } else {
        twice++;
        if (!firstWins) setToken(i, at, stop, what);
      }
      i++;
      p = skipSpace(stop, to);
      if (p >= to) return WAIT;
      const c = load<u8>(p);
      if (c == 0x2c /* , */) { p = skipSpace(p + 1, to); if (p >= to) return WAIT; continue; }
      if (c == 0x7d) break;
      return JUDGE;
    }
  }
  if (found < width) {
    for (let k: u32 = 0; k < width; k++)
      if (load<u32>(cells + <usize>k * CELL, RECORD) != stamp) setCell(k, 0, 0, Kind.Missing);
  }
  setRowEnd(p + 1);
  return OK;
}

/** So many fields are looked at before the table. */
const NEAR: u32 = 4;
let keyField: u32 = 0;
let keyEnd: usize = 0;

/** Behind the colon when the key at p is this field's as it is most often written, 0 otherwise. */
// @ts-ignore: decorator
@inline function afterKey(p: usize, field: usize): usize {
  const n = <usize>load<u32>(field, KEY_LENGTH), key = <usize>load<u32>(field, KEY);
  const same = i8x16.bitmask(i8x16.eq(v128.load(p), v128.load(key)));
  if (n <= 16) {
    const mask = (1 << <i32>n) - 1;
    return (same & mask) == mask ? p + n : 0;
  }
  return same == 0xffff && equal(p + 16, key + 16, n - 16) ? p + n : 0;
}

// @ts-ignore: decorator
@inline function equal(a: usize, b: usize, n: usize): bool {
  for (let i: usize = 0; i < n; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}

/** The key at p, out of order or with white space behind it. Sets keyField and keyEnd, behind the colon. */
function findKey(p: usize, to: usize, expected: u32): i32 {
  if (load<u8>(p) != 0x22 /* " */) return JUDGE;
  const result = text(p, to);
  if (result != OK) return result;
  const n = end - p;
  let at = skipSpace(end, to);
  if (at >= to) return WAIT;
  if (load<u8>(at) != 0x3a /* : */) return JUDGE;
  keyEnd = at + 1;
  // keys that are left out: the one sought is most often not far behind
  for (let k: u32 = 0, i = expected; k < NEAR && i < width; k++, i++) {
    const field = fields + <usize>i * FIELD;
    if (<usize>load<u32>(field, KEY_LENGTH) == n + 1 && equal(p, load<u32>(field, KEY), n)) { keyField = i; return OK; }
  }
  const known = fieldOfKey(p, n);
  // what is no field's goes to a place behind the fields, which nobody reads
  keyField = known < 0 ? width : <u32>known;
  if (known >= 0 || remember(p, n)) return OK;
  return tell(Ev.NewKey, expected, p);
}
