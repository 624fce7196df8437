// The cell reader: the cargo's bytes to typed columns, or to one row-major block.
//
// How it works. The scanner has been over a first stretch of the cargo, so the depth of the scalars and the length of every level are
// known. cells() goes from token to token. A plain number is checked and converted in one go (store.ts); any other cell has a function
// of its own. cells() stops only between tokens, and leaves the machine's state (state.ts) as the scanner would. So the scanner can go
// on from there, and decide about a byte that cells() does not take: every syntax error is the scanner's.
//
// Every column has a record (column.ts). A block has one record for all its cells.
import { AT, DTYPE, DType, LISTS, NOTHING, NAN_COUNT, NULL_COUNT, RECORD, SEEN, STEP, TAKES, columns, setColumns } from "./column";
import { readNumber } from "./decimal";
import { allDoubles, doubleCells, doubleRows, layDoubles, readDoubles } from "./doubles";
import { literalAt, literalLength } from "./literals";
import { scan } from "./json-grammar";
import { shortEnd } from "./row";
import { FULL, drainStrings, isTail, plainCell, put, putBool, putNan, putNull, putScalarText, remember, startStore, stringsAreFull } from "./store";
import { isLone, Look, lookText, see } from "./survey";
import { Kind, OK, end as tokenEnd, kind, value, WAIT as TOKEN_WAITS } from "./token";
import { Err, Ev, Nan, St, base, countAt, cursor, depth, expectAt, fail, lastNewline, leaf, nan, newlineAt, newlines as lines, nullOk, rowMost, setCursor, setDepth, setFreeAbove, setLastNewline, setLeaf, setNewlines, setSt, setWatch, st, watch } from "./state";

let width: u32 = 0; // columns; in a block, cells of a leaf list
let block: bool = false;
export let rows: u32 = 0; // rows of the batch so far
let rowLimit: u32 = 0;
let cell: u32 = 0; // cells of the batch so far, in a block

/** Where columns and string cells are; fixed for a cargo. */
export function startCells(at: usize, count: u32, asBlock: bool, stringsAt: usize, stringsEnd: usize, clips: bool): void {
  setColumns(at); width = count; block = asBlock;
  startStore(stringsAt, stringsEnd, clips);
  layDoubles(asBlock ? min(count, 1) : count);
  stride = NEAR;
}

export function startBatch(limit: u32): void { rows = 0; rowLimit = limit; cell = 0; drainStrings(); }

/** The batch ends with the row that is being read. */
export function endBatchSoon(): void { rowLimit = rows + 1; }

/** Back to the first byte inside the cargo, with what was learned of its lengths. */
export function assumeLeaf(d: i32): void { setLeaf(d); }

export function rewind(newlines: u64): void {
  setNewlines(newlines);
  setDepth(base);
  setSt(St.ValueOrClose);
  store<u64>(countAt(base), 0);
}

/** Reads [from, to) until the batch is full, the cargo ends, or the bytes do. */
export function cells(from: usize, to: usize): i32 {
  setLastNewline(0);
  let p = from;
  while (true) {
    if (allDoubles) p = passDoubles(p, to);
    if (depth < leaf || st == St.After) {
      const ev = between(p, to);
      if (ev != Ev.More || at >= to) return ev;
      p = at;
    }
    // a little way on, and then perhaps as doubles again
    const stop = allDoubles ? min(to, p + stride) : to;
    let ev = block ? blockRun(p, stop) : columnRun(p, stop);
    if (ev == Ev.More && stop < to) {
      if (cursor != p) { p = cursor; continue; }
      ev = block ? blockRun(p, to) : columnRun(p, to);
    }
    if (ev != GO_ON) return ev;
    p = at;
  }
}

/** Bytes until rows are tried as doubles again: more and more where they are none. */
const NEAR: usize = 1 << 8;
const FAR: usize = 1 << 14;
let stride: usize = NEAR;

// @ts-ignore: decorator
@inline function passDoubles(p: usize, to: usize): usize {
  const q = readDoubles(p, to, block, rows, cell, rowLimit);
  stride = q != p ? NEAR : min(FAR, 2 * stride);
  rows = doubleRows;
  if (block) cell = doubleCells;
  setCursor(q);
  return q;
}

const GO_ON: i32 = -1;
const AFTER: i32 = -2; // GO_ON, behind a value
let at: usize = 0; // where the functions below left off

/** Outside the leaf lists, or after a cell: brackets, commas, white space. Leaves st at a value inside a leaf list. */
function between(p: usize, to: usize): i32 {
  let d = depth;
  while (p < to) {
    const c = load<u8>(p);
    if (c == 0x20 || c == 0x0a || c == 0x0d || c == 0x09) {
      if (c == 0x0a) newlineAt(p);
      p++;
      continue;
    }
    if (st == St.After) {
      if (c == 0x2c /* , */) {
        // a cargo of scalars has a row in every cell
        if (d == base && rows == rowLimit) return stop(Ev.Batch, p);
        const next = load<u64>(countAt(d)) + 1;
        if (d != base && <i64>next == load<i64>(expectAt(d))) return leaveToScanner(p); // one too many; the scanner counts them
        store<u64>(countAt(d), next);
        setSt(St.Value);
        p++;
        if (d == leaf) { at = p; setCursor(p); return Ev.More; }
        continue;
      }
      if (c == 0x5d /* ] */) {
        if (d == base) return stop(Ev.Cells, p);
        if (load<i64>(expectAt(d)) != <i64>load<u64>(countAt(d)) + 1) return leaveToScanner(p);
        p++;
        d--;
        setDepth(d);
        if (d == base) rows++;
        continue;
      }
      return leaveToScanner(p);
    }
    if (d == leaf) { at = p; setCursor(p); return Ev.More; }
    if (c == 0x5b /* [ */) {
      if (d == base && rows == rowLimit) return stop(Ev.Batch, p);
      d++;
      setDepth(d);
      store<u64>(countAt(d), 0);
      setSt(St.ValueOrClose);
      p++;
      continue;
    }
    if (c == 0x5d && st == St.ValueOrClose) {
      if (d == base) return stop(Ev.Cells, p);
      if (load<i64>(expectAt(d)) != 0) return leaveToScanner(p);
      p++;
      d--;
      setDepth(d);
      setSt(St.After);
      if (d == base) rows++;
      continue;
    }
    return leaveToScanner(p);
  }
  at = p;
  setCursor(p);
  return Ev.More;
}

// @ts-ignore: decorator
@inline function stop(ev: i32, p: usize): i32 { setCursor(p); return ev; }

/** Leaves the byte at p to the scanner, which finds out what is wrong with it. */
function leaveToScanner(p: usize): i32 { return fail(Err.None, p); }

/** Cells of leaf lists into a block. */
function blockRun(from: usize, to: usize): i32 {
  return load<u32>(columns, DTYPE) == DType.Float64 ? run(from, to, true, true) : run(from, to, true, false);
}

/** Cells of rows into columns. */
function columnRun(from: usize, to: usize): i32 { return run(from, to, false, false); }

/**
 * Cells of leaf lists from a value on, row after row, as long as they are plain. The last two arguments are constants, so that each
 * caller's copy of the loop has only its own branches.
 */
// @ts-ignore: decorator
@inline function run(from: usize, to: usize, asBlock: bool, doubles: bool): i32 {
  const flat = leaf == base; // every cell is a row
  const last: u64 = flat ? <u64>-1 : <u64>width - 1;
  const rowEnds = leaf == base + 1;
  let p = from;
  let fresh = st == St.ValueOrClose;
  let col = load<u64>(countAt(leaf));
  let row = rows;
  let column = asBlock ? columns : columns + <usize>col * RECORD;
  let index = asBlock ? cell : row;
  let ev = GO_ON;
  while (true) {
    // ---- a value must start at p
    if (p >= to) { ev = Ev.More; break; }
    const c = load<u8>(p);
    if (!asBlock && load<u32>(column, DTYPE) >= <u32>DType.Skip && c > 0x20) {
      // checked, and not read
      const kept = load<u32>(column, DTYPE) == DType.Verbatim;
      if (kept && stringsAreFull()) { ev = stop(Ev.Strings, p); break; }
      let q = shortEnd(p);
      const short = q != 0 && q < to && !isTail(load<u8>(q));
      if (!short) {
        const result = value(p, to);
        if (result != OK) { ev = result == TOKEN_WAITS ? <i32>Ev.More : leaveToScanner(p); break; }
        q = tokenEnd;
      }
      if (kept) {
        const err = keep(column, <u32>col, index, p, q, short);
        if (err != Err.None) { ev = fail(err, p); break; }
      }
      p = q;
      fresh = false;
      if (flat) row++;
      if (p < to && load<u8>(p) == 0x2c && col != last) {
        col++;
        p++;
        column += RECORD;
        continue;
      }
      if (p + 3 <= to && load<u8>(p) == 0x5d && col == last && rowEnds && row + 1 != rowLimit && load<u16>(p, 1) == 0x5b2c /* ,[ */) {
        row++;
        p += 3;
        store<u64>(countAt(base), load<u64>(countAt(base)) + 1);
        fresh = true;
        col = 0;
        column = columns;
        index = row;
        continue;
      }
      ev = AFTER;
      break;
    }
    const minus = c == 0x2d; /* - */
    let q = p + <usize>minus;
    const out = <usize>load<u32>(column, AT) + <usize>index * <usize>load<u32>(column, STEP);
    if (<u32>load<u8>(q) - 0x30 < 10) {
      const end = plainCell(p, q, to, column, out, doubles, false);
      if (end != 0) q = end;
      else {
        q = readNumber(p, to);
        if (q == 0 || isTail(load<u8>(q))) { ev = numberReaches(p, to) ? <i32>Ev.More : leaveToScanner(p); break; }
        const err = load<u32>(column, DTYPE) == DType.String ? putScalarText(column, asBlock ? 0 : <u32>col, index, p, q) : put(column, out, p, q);
        if (err == FULL) { ev = stop(Ev.Strings, p); break; }
        if (err != Err.None) { ev = fail(err, p); break; }
      }
      p = q;
    } else {
      if (c == 0x20) { p++; continue; }
      if (c == 0x0a) { newlineAt(p); p++; continue; }
      if (c == 0x0d || c == 0x09) { p++; continue; }
      if (c == 0x5d /* ] */ && fresh) { // an empty list
        if (flat) { ev = stop(Ev.Cells, p); break; }
        if (width != 0) { ev = leaveToScanner(p); break; }
        p++;
        setDepth(leaf - 1);
        if (rowEnds) row++;
        fresh = false;
        ev = AFTER;
        break;
      }
      const err = other(column, out, <u32>col, index, p, to);
      if (err == WAIT) { ev = Ev.More; break; }
      if (err == FULL) { ev = stop(Ev.Strings, p); break; }
      if (err == REFUSED) { ev = leaveToScanner(p); break; }
      if (err == FAULT) return Ev.Error;
      if (err != Err.None) { ev = fail(err, p); break; }
      p = at;
    }

    // ---- a value has ended at p
    fresh = false;
    if (asBlock) index++;
    if (flat) row++;
    if (p >= to) { ev = AFTER; break; }
    const mark = load<u8>(p);
    if (mark == 0x2c /* , */ && col != last && !(flat && row == rowLimit)) {
      col++;
      p++;
      if (!asBlock) column += RECORD;
      continue;
    }
    if (mark == 0x5d /* ] */ && col == last && rowEnds) {
      // the end of a row, and most often the start of another
      row++;
      p++;
      if (row != rowLimit && p + 2 <= to && load<u16>(p) == 0x5b2c /* ,[ */) {
        p += 2;
        store<u64>(countAt(base), load<u64>(countAt(base)) + 1);
        fresh = true;
        col = 0;
        if (!asBlock) { column = columns; index = row; }
        continue;
      }
      setDepth(base);
    }
    ev = AFTER;
    break;
  }
  rows = row;
  if (asBlock) cell = index;
  store<u64>(countAt(leaf), col);
  at = p;
  if (ev == AFTER) { setSt(St.After); return GO_ON; }
  setSt(fresh ? St.ValueOrClose : St.Value);
  return ev == Ev.More ? stop(ev, p) : ev;
}

/** The cell [p, end) as the JSON that it is. */
function keep(column: usize, col: u32, index: u32, p: usize, end: usize, number: bool): i32 {
  if (end - p > rowMost) return Err.Long;
  if (!number && kind == Kind.Null) return nullOk ? putNull(column, 0, index) : <i32>Err.Null;
  if (!number && kind == Kind.Nan && nan == Nan.Error) return Err.Nan;
  const first = load<u8>(p);
  if ((first == 0x5b /* [ */ || first == 0x7b /* { */) && (load<u32>(column, TAKES) & LISTS) == 0) return Err.Kind;
  remember(p, end, col | (<u32>Kind.Bare << 24), index);
  return Err.None;
}

/** Whether the number at p runs into the end of the window. */
function numberReaches(p: usize, to: usize): bool {
  while (p < to) {
    const c = load<u8>(p);
    if (<u32>c - 0x30 >= 10 && c != 0x2e && c != 0x2b && c != 0x2d && (c | 0x20) != 0x65) return false;
    p++;
  }
  return true;
}

// What other() came to, besides an Err and FULL.
const WAIT: i32 = 1000; // the token reaches the end of the window
const REFUSED: i32 = 1002; // no JSON value, or none that a cell can be
const FAULT: i32 = 1003; // the scanner has met the fault already

/** A cell that is no plain number. Sets `at` after it. */
function other(column: usize, out: usize, col: u32, index: u32, p: usize, to: usize): i32 {
  const c = load<u8>(p);
  if (c == 0x22 /* " */) return text(column, col, index, p, to);
  const minus = c == 0x2d;
  const first = load<u8>(p + <usize>minus);
  if (minus && p + 1 == to) return WAIT;
  const n = literalLength(first);
  if (minus ? first != 0x49 /* I */ : <u32>c - 0x30 < 10) return numberReaches(p, to) ? WAIT : REFUSED;
  const dtype = load<u32>(column, DTYPE);
  if (n == 0) {
    if (block || (c != 0x7b /* { */ && c != 0x5b /* [ */)) return REFUSED;
    if (dtype == DType.Any) return nested(column, col, p, to);
    if (c != 0x5b || dtype != DType.String || (load<u32>(column, TAKES) & LISTS) == 0) return Err.Kind;
    if (stringsAreFull()) return FULL;
    const err = nested(column, col, p, to);
    if (err == Err.None) remember(p, at, col | (<u32>Kind.Bare << 24), index);
    return err;
  }
  const end = p + <usize>minus + <usize>n;
  if (!literalAt(p + <usize>minus, first, min(end, to))) return REFUSED;
  if (end >= to) return WAIT;
  at = end;
  if (first == 0x6e /* n */) {
    if (!nullOk) return Err.Null;
    if (dtype != DType.Any) return putNull(column, out, index);
    see(column + SEEN, Look.Null);
    store<u32>(column, load<u32>(column, NULL_COUNT) + 1, NULL_COUNT);
    return Err.None;
  }
  if (dtype == DType.String) {
    // a text where NaN may not be is none either
    if (first != 0x74 && first != 0x66 && nan == Nan.Error) return Err.Nan;
    return putScalarText(column, block ? 0 : col, index, p, end);
  }
  if (first == 0x74 /* t */ || first == 0x66 /* f */) {
    if (dtype == DType.Any) { see(column + SEEN, Look.Bool); return Err.None; }
    return putBool(column, out, first == 0x74, p, end);
  }
  if (nan == Nan.Error) return Err.Nan;
  if (dtype == DType.Any) {
    see(column + SEEN, Look.Float);
    store<u32>(column, load<u32>(column, NAN_COUNT) + 1, NAN_COUNT);
    return Err.None;
  }
  return putNan(dtype, out, first == 0x4e /* N */ ? NaN : minus ? -Infinity : Infinity);
}

/** A list or object in a frame's cell: the scanner goes through it. Sets `at` after it. */
function nested(column: usize, col: u32, p: usize, to: usize): i32 {
  const watched = watch, newline = lastNewline, feeds = lines;
  store<u64>(countAt(leaf), col);
  setSt(St.Value);
  setWatch(leaf);
  scan(p, to); // its first byte
  const ev = scan(cursor, to); // its end
  setWatch(watched);
  if (lastNewline == 0) setLastNewline(newline);
  if (ev == Ev.Error) return FAULT;
  if (ev != Ev.End) {
    // read again when more is there
    setNewlines(feeds);
    setLastNewline(newline);
    setDepth(leaf);
    setFreeAbove(i32.MAX_VALUE);
    return WAIT;
  }
  if (cursor - p > rowMost) return Err.Long;
  see(column + SEEN, Look.Nested);
  at = cursor;
  return Err.None;
}

/** A string cell: remembered by its place in the window. Its grammar is the scanner's business. */
function text(column: usize, col: u32, index: u32, p: usize, to: usize): i32 {
  let q = p + 1;
  let halves = false;
  while (q < to) {
    const c = load<u8>(q);
    if (c == 0x22 /* " */) break;
    if (c < 0x20) return REFUSED;
    if (c == 0x5c /* \ */) {
      const next = q + 1 < to ? load<u8>(q, 1) : 0;
      if (next == 0x75 /* u */) {
        for (let i: usize = 2; i < 6 && q + i < to; i++) {
          const h = load<u8>(q + i);
          if (<u32>h - 0x30 >= 10 && <u32>(h | 0x20) - 0x61 >= 6) return REFUSED;
        }
        if (q + 3 < to && (load<u8>(q, 2) | 0x20) == 0x64 /* d */ && load<u8>(q, 3) >= 0x38 /* 8 */) halves = true;
        q += 6;
        continue;
      }
      if (q + 1 < to && next != 0x22 && next != 0x5c && next != 0x2f && next != 0x62 && next != 0x66 && next != 0x6e && next != 0x72 && next != 0x74) return REFUSED;
      q += 2;
      continue;
    }
    q++;
  }
  if (q + 1 >= to) return WAIT;
  if (q + 1 - p > rowMost) return Err.Long;
  if (load<u32>(column, DTYPE) == DType.Any) {
    lookText(column + SEEN, p + 1, q);
    if (halves && isLone(p + 1, q)) see(column + SEEN, Look.Lone);
    at = q + 1;
    return Err.None;
  }
  if (load<u32>(column, DTYPE) != DType.String || (load<u32>(column, TAKES) & (LISTS | NOTHING)) != 0) return Err.Kind;
  if (stringsAreFull()) return FULL;
  remember(p + 1, q, block ? 0 : col, index);
  at = q + 1;
  return Err.None;
}
