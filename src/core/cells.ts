// The cell reader: the cargo's bytes to typed columns, or to one row-major block.
//
// How it works. The scanner has been over a first stretch of the cargo, so the depth of the scalars and the length of
// every level are known. cells() goes from token to token: a number is checked and converted
// in one go, short ones by branches and long ones eight digits at a time; anything else leaves the straight road for a function of its own. It stops only between tokens,
// with the machine's state (state.ts) as the scanner would have left it, so the scanner can go on, or judge a byte that
// cells() does not understand: every syntax error is the scanner's.
//
// Columns: a record of 32 bytes per column tells where its values lie. A block has one record for all its cells.
import { TEN_INT, clinger, cut, digitCount, digitsAt, e, eight, holds, m, negative, product64, read, set, some, toF32, toF64 } from "./decimal";
import { Look, isWhole, lookNumber, lookPlain, lookText, see as seeBit } from "./look";
import { literalLength, scan } from "./scan";
import { shortEnd } from "./row";
import { Kind, OK, end as tokenEnd, value, WAIT as TOKEN_WAITS } from "./token";
import { Err, Ev, Nan, St, base, countAt, cursor, depth, expectAt, fail, lastNewline, leaf, nan, newlineAt, newlines as lines, nullOk, rowMost, setCursor, setDepth, setFreeAbove, setLastNewline, setLeaf, setNewlines, setSt, setWatch, st, watch } from "./state";

export const enum DType { Bool, Int8, Int16, Int32, Int64, Uint8, Uint16, Uint32, Uint64, Float32, Float64, String, Any, Skip }

/** Offsets in a Column record of 32 bytes. */
export const AT: usize = 0; // address of the first value; in a survey, where every step is 0, of the column's Range (look.ts)
export const STEP: usize = 4; // bytes from one value to the next
export const DTYPE: usize = 8;
export const SKIPPED: usize = 12; // of a column that is passed over: how many are from it on, itself included
const VALID: usize = 12; // address of the first validity byte: 1 present, 0 null
const SEEN: usize = 16; // Look bits (look.ts) of the cells so far
const NULL_COUNT: usize = 20; // this and the next only in a survey
const NAN_COUNT: usize = 24;
const LISTS: usize = 28; // of a string column, whether its cells are lists, which are remembered as their text
export const RECORD: usize = 32;

/** A string cell: start and end of its inside in the window, column, cell in the batch. */
const STRING: usize = 16;

export let columns: usize = 0;
let width: u32 = 0; // columns; in a block, cells of a leaf list
let block: bool = false;
let strings: usize = 0;
let stringLimit: usize = 0;
export let stringEnd: usize = 0;
export let rows: u32 = 0; // rows of the batch so far
let rowLimit: u32 = 0;
let cell: u32 = 0; // cells of the batch so far, in a block
let clip: bool = false;
let strict: bool = false; // a float64 that nobody asked for: whole numbers must be exact

/** Where columns and string cells are; fixed for a cargo. */
export function startCells(at: usize, count: u32, asBlock: bool, stringsAt: usize, stringsEnd: usize, clips: bool, isStrict: bool): void {
  columns = at; width = count; block = asBlock; strings = stringsAt; stringLimit = stringsEnd; clip = clips; strict = isStrict;
}

export function startBatch(limit: u32): void { rows = 0; rowLimit = limit; cell = 0; stringEnd = strings; }

/** The batch ends with the row that is being read. */
export function endBatchSoon(): void { rowLimit = rows + 1; }

export function drainStrings(): void { stringEnd = strings; }

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
    if (depth < leaf || st == St.After) {
      const ev = between(p, to);
      if (ev != Ev.More || at >= to) return ev;
      p = at;
    }
    const ev = block ? blockRun(p, to) : columnRun(p, to);
    if (ev != GO_ON) return ev;
    p = at;
  }
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
        if (d != base && <i64>next == load<i64>(expectAt(d))) return judge(p); // one too many; the scanner counts them
        store<u64>(countAt(d), next);
        setSt(St.Value);
        p++;
        if (d == leaf) { at = p; setCursor(p); return Ev.More; }
        continue;
      }
      if (c == 0x5d /* ] */) {
        if (d == base) return stop(Ev.Cells, p);
        if (load<i64>(expectAt(d)) != <i64>load<u64>(countAt(d)) + 1) return judge(p);
        p++;
        d--;
        setDepth(d);
        if (d == base) rows++;
        continue;
      }
      return judge(p);
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
      if (load<i64>(expectAt(d)) != 0) return judge(p);
      p++;
      d--;
      setDepth(d);
      setSt(St.After);
      if (d == base) rows++;
      continue;
    }
    return judge(p);
  }
  at = p;
  setCursor(p);
  return Ev.More;
}

// @ts-ignore: decorator
@inline function stop(ev: i32, p: usize): i32 { setCursor(p); return ev; }

/** The scanner shall say what is wrong with the byte at p. */
function judge(p: usize): i32 { return fail(Err.None, p); }

/** Cells of leaf lists into a block. */
function blockRun(from: usize, to: usize): i32 {
  return load<u32>(columns, DTYPE) == DType.Float64 ? run(from, to, true, true) : run(from, to, true, false);
}

/** Cells of rows into columns. */
function columnRun(from: usize, to: usize): i32 { return run(from, to, false, false); }

/**
 * From a value inside a leaf list to the end of the straight road. The last two arguments are constants, so that each
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
    if (!asBlock && load<u32>(column, DTYPE) == DType.Skip && c > 0x20) {
      // checked, and not read
      const short = shortEnd(p);
      if (short != 0 && short < to && !isTail(load<u8>(short))) p = short;
      else {
        const result = value(p, to);
        if (result != OK) { ev = result == TOKEN_WAITS ? <i32>Ev.More : judge(p); break; }
        p = tokenEnd;
      }
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
        q = read(p, to);
        if (q == 0 || isTail(load<u8>(q))) { ev = numberReaches(p, to) ? <i32>Ev.More : judge(p); break; }
        const err = put(column, out, p, q);
        if (err != Err.None) { ev = fail(err, p); break; }
      }
      p = q;
    } else {
      if (c == 0x20) { p++; continue; }
      if (c == 0x0a) { newlineAt(p); p++; continue; }
      if (c == 0x0d || c == 0x09) { p++; continue; }
      if (c == 0x5d /* ] */ && fresh) { // an empty list
        if (flat) { ev = stop(Ev.Cells, p); break; }
        if (width != 0) { ev = judge(p); break; }
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
      if (err == JUDGE) { ev = judge(p); break; }
      if (err == JUDGED) return Ev.Error;
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

/**
 * Stores the number at p, whose first digit is at q; returns the address behind it, which is in the window. 0 when it has an
 * exponent, too many digits, no place in its column, or something behind it that may not follow. The last two arguments are
 * constants; in a line any byte may follow, and the caller looks at it.
 *
 * One to three digits by branches: columns repeat their lengths, so these are foreseen, and the next cell need not wait for this
 * one's length. More digits than that eight at a time.
 */
// @ts-ignore: decorator
@inline export function plainCell(p: usize, q: usize, to: usize, column: usize, out: usize, doubles: bool, line: bool): usize {
  const minus = p != q;
  const d0 = <u64>load<u8>(q) - 0x30;
  let digits = d0;
  let power = 0;
  let plain = true;
  let whole: u64 = 1;
  const d1 = <u64>load<u8>(q, 1) - 0x30;
  if (d1 > 9) q += 1;
  else {
    const d2 = <u64>load<u8>(q, 2) - 0x30;
    if (d2 > 9) { digits = d0 * 10 + d1; whole = 2; q += 2; }
    else {
      const d3 = <u64>load<u8>(q, 3) - 0x30;
      if (d3 > 9) { digits = d0 * 100 + d1 * 10 + d2; whole = 3; q += 3; }
      else {
        const t = digitsAt(q);
        whole = digitCount(t);
        digits = some(t, whole);
        plain = whole < 8;
        q += <usize>whole;
      }
    }
    plain = plain && d0 != 0;
  }
  let next = load<u8>(q);
  if (next == 0x2e /* . */ && plain) {
    const f0 = <u64>load<u8>(q, 1) - 0x30;
    const f1 = <u64>load<u8>(q, 2) - 0x30;
    if (f1 > 9) {
      digits = digits * 10 + f0;
      power = -1;
      plain = f0 < 10;
      q += 2;
    } else {
      let t = digitsAt(q + 1);
      let n = digitCount(t);
      if (n == 8) {
        digits = digits * 100000000 + eight(t);
        t = digitsAt(q + 9);
        n = digitCount(t);
        if (n == 8) {
          digits = digits * 100000000 + eight(t);
          t = digitsAt(q + 17);
          n = digitCount(t);
          plain = whole + n <= 3; // nineteen digits fit
          power = -16;
        } else {
          plain = whole + n <= 11;
          power = -8;
        }
      } else plain = n != 0;
      digits = digits * load<u64>(TEN_INT + (<usize>n << 3)) + select<u64>(some(t, n), 0, n != 0);
      power -= <i32>n;
      q += <usize>(1 - power);
    }
    next = load<u8>(q);
  }
  if (!plain || (!line && isTail(next)) || q >= to) return 0;
  if (doubles || load<u32>(column, DTYPE) == DType.Float64) {
    const v = power == 0 ? <f64>digits : power >= -15 && digits <= 1 << 53 ? clinger(digits, power) : product64(digits, power);
    store<u64>(out, reinterpret<u64>(v) | (<u64>minus << 63));
  } else if (load<u32>(column, DTYPE) == DType.Int64 && power == 0) store<u64>(out, minus ? 0 - digits : digits); // fewer than eight digits
  else if (load<u32>(column, DTYPE) == DType.Any) lookPlain(column + SEEN, out, digits, power, minus);
  else {
    set(digits, power, minus);
    if (put(column, out, p, q) != Err.None) return 0;
  }
  return q;
}

/** Bytes that may not follow a number: it goes on, or is a bad one. */
// @ts-ignore: decorator
@inline function isTail(c: u8): bool {
  return (c > 0x2c /* , */ && c != 0x5d /* ] */) || c == 0x2b; /* + */
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

const WAIT: i32 = 1000; // the token reaches the end of the window
export const FULL: i32 = 1001; // no room for another string cell
const JUDGED: i32 = 1003; // the scanner has found the fault already
const JUDGE: i32 = 1002; // no JSON value, or none that a cell can be

/** A cell that is no plain number. Sets `at` after it. */
function other(column: usize, out: usize, col: u32, index: u32, p: usize, to: usize): i32 {
  const c = load<u8>(p);
  if (c == 0x22 /* " */) return text(column, col, index, p, to);
  const minus = c == 0x2d;
  const first = load<u8>(p + <usize>minus);
  if (minus && p + 1 == to) return WAIT;
  const n = literalLength(first);
  if (minus ? first != 0x49 /* I */ : <u32>c - 0x30 < 10) return numberReaches(p, to) ? WAIT : JUDGE;
  const dtype = load<u32>(column, DTYPE);
  if (n == 0) {
    if (block || (c != 0x7b /* { */ && c != 0x5b /* [ */)) return JUDGE;
    if (dtype == DType.Any) return nested(column, col, p, to);
    if (c != 0x5b || dtype != DType.String || load<u32>(column, LISTS) == 0) return Err.Kind;
    if (stringEnd + STRING > stringLimit) return FULL;
    const err = nested(column, col, p, to);
    if (err == Err.None) remember(p, at, col | (<u32>Kind.Bare << 24), index);
    return err;
  }
  const end = p + <usize>minus + <usize>n;
  if (!literalAt(p + <usize>minus, first, min(end, to))) return JUDGE;
  if (end >= to) return WAIT;
  at = end;
  if (first == 0x6e /* n */) {
    if (!nullOk) return Err.Null;
    see(column, Look.Null);
    if (dtype == DType.Any) { store<u32>(column, load<u32>(column, NULL_COUNT) + 1, NULL_COUNT); return Err.None; }
    store<u8>(load<u32>(column, VALID) + index, 0);
    if (dtype == DType.Float64) store<f64>(out, NaN);
    else if (dtype == DType.Float32) store<f32>(out, <f32>NaN);
    else if (dtype != DType.String) zero(dtype, out);
    return Err.None;
  }
  if (dtype == DType.String) return Err.Kind;
  if (first == 0x74 /* t */ || first == 0x66 /* f */) {
    if (dtype == DType.Any) { see(column, Look.Bool); return Err.None; }
    set(<u64>(first == 0x74), 0, false);
    return put(column, out, p, end);
  }
  if (nan == Nan.Error) return Err.Nan;
  if (dtype == DType.Any) {
    see(column, Look.Float);
    store<u32>(column, load<u32>(column, NAN_COUNT) + 1, NAN_COUNT);
    return Err.None;
  }
  if (dtype != DType.Float32 && dtype != DType.Float64) return Err.Range;
  const v = first == 0x4e /* N */ ? NaN : minus ? -Infinity : Infinity;
  if (dtype == DType.Float64) store<f64>(out, v); else store<f32>(out, <f32>v);
  return Err.None;
}

// @ts-ignore: decorator
@inline function see(column: usize, kind: u32): void { seeBit(column + SEEN, kind); }

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
  if (ev == Ev.Error) return JUDGED;
  if (ev != Ev.End) {
    // read again when more is there
    setNewlines(feeds);
    setLastNewline(newline);
    setDepth(leaf);
    setFreeAbove(i32.MAX_VALUE);
    return WAIT;
  }
  if (cursor - p > rowMost) return Err.Long;
  see(column, Look.Nested);
  at = cursor;
  return Err.None;
}

function literalAt(p: usize, first: u8, end: usize): bool {
  const word: usize = first == 0x74 ? TRUE : first == 0x66 ? FALSE : first == 0x6e ? NULL : first == 0x4e ? NAN : INFINITY;
  for (let i: usize = 0; p + i < end; i++) if (load<u8>(p + i) != load<u8>(word + i)) return false;
  return true;
}

const TRUE: usize = memory.data<u8>([0x74, 0x72, 0x75, 0x65]);
const FALSE: usize = memory.data<u8>([0x66, 0x61, 0x6c, 0x73, 0x65]);
const NULL: usize = memory.data<u8>([0x6e, 0x75, 0x6c, 0x6c]);
const NAN: usize = memory.data<u8>([0x4e, 0x61, 0x4e]);
const INFINITY: usize = memory.data<u8>([0x49, 0x6e, 0x66, 0x69, 0x6e, 0x69, 0x74, 0x79]);

/** A string cell: remembered by its place in the window. Its grammar is the scanner's business. */
function text(column: usize, col: u32, index: u32, p: usize, to: usize): i32 {
  let q = p + 1;
  while (q < to) {
    const c = load<u8>(q);
    if (c == 0x22 /* " */) break;
    if (c < 0x20) return JUDGE;
    if (c == 0x5c /* \ */) {
      const next = q + 1 < to ? load<u8>(q, 1) : 0;
      if (next == 0x75 /* u */) {
        for (let i: usize = 2; i < 6 && q + i < to; i++) {
          const h = load<u8>(q + i);
          if (<u32>h - 0x30 >= 10 && <u32>(h | 0x20) - 0x61 >= 6) return JUDGE;
        }
        q += 6;
        continue;
      }
      if (q + 1 < to && next != 0x22 && next != 0x5c && next != 0x2f && next != 0x62 && next != 0x66 && next != 0x6e && next != 0x72 && next != 0x74) return JUDGE;
      q += 2;
      continue;
    }
    q++;
  }
  if (q + 1 >= to) return WAIT;
  if (q + 1 - p > rowMost) return Err.Long;
  if (load<u32>(column, DTYPE) == DType.Any) { lookText(column + SEEN, p + 1, q); at = q + 1; return Err.None; }
  if (load<u32>(column, DTYPE) != DType.String || load<u32>(column, LISTS) != 0) return Err.Kind;
  if (stringEnd + STRING > stringLimit) return FULL;
  remember(p + 1, q, block ? 0 : col, index);
  at = q + 1;
  return Err.None;
}

/** `where`: the column, and in its highest byte the text's Kind; 0 for JSON's inside, with escapes or without. */
function remember(from: usize, to: usize, where: u32, index: u32): void {
  store<u32>(stringEnd, <u32>from);
  store<u32>(stringEnd, <u32>to, 4);
  store<u32>(stringEnd, where, 8);
  store<u32>(stringEnd, index, 12);
  stringEnd += STRING;
}

// @ts-ignore: decorator
@inline function zero(dtype: u32, out: usize): void {
  if (dtype == DType.Int64 || dtype == DType.Uint64) store<u64>(out, 0);
  else if (dtype == DType.Int32 || dtype == DType.Uint32) store<u32>(out, 0);
  else if (dtype == DType.Int16 || dtype == DType.Uint16) store<u16>(out, 0);
  else store<u8>(out, 0);
}

/** Stores the number just read, whose text is [p, end), as its column's dtype. */
function put(column: usize, out: usize, p: usize, end: usize): i32 {
  const dtype = load<u32>(column, DTYPE);
  switch (dtype) {
    case DType.Float64: {
      const v = toF64(p, end);
      if (v == Infinity && !clip) return Err.Range;
      if (strict && v >= 9007199254740992 && isWhole(p, end) && !holds(p, <i32>(end - p), negative ? -v : v)) return Err.Range;
      store<f64>(out, negative ? -v : v);
      return Err.None;
    }
    case DType.Float32: {
      const v = toF32(p, end);
      if (v == <f32>Infinity && !clip) return Err.Range;
      store<f32>(out, negative ? -v : v);
      return Err.None;
    }
    case DType.String: return Err.Kind;
    case DType.Any: {
      lookNumber(column + SEEN, out, p, end);
      return Err.None;
    }
    case DType.Int8: return integer(out, 1, 0x7f, 0x80, p, end);
    case DType.Int16: return integer(out, 2, 0x7fff, 0x8000, p, end);
    case DType.Int32: return integer(out, 4, 0x7fffffff, 0x80000000, p, end);
    case DType.Int64: return integer(out, 8, 0x7fffffffffffffff, 0x8000000000000000, p, end);
    case DType.Uint8: return integer(out, 1, 0xff, 0, p, end);
    case DType.Uint16: return integer(out, 2, 0xffff, 0, p, end);
    case DType.Uint32: return integer(out, 4, 0xffffffff, 0, p, end);
    case DType.Uint64: return integer(out, 8, 0xffffffffffffffff, 0, p, end);
    default: return integer(out, 1, 1, 0, p, end); // bool
  }
}

/** An integer of so many bytes, from -below to above. Text like 1.0 or 1e3 is one too; clip cuts the rest to fit. */
function integer(out: usize, bytes: i32, above: u64, below: u64, p: usize, end: usize): i32 {
  let v = m;
  let whole = !cut, large = false;
  if (v != 0) {
    let x = e;
    while (x < 0 && v != 0) {
      if (v % 10 != 0) { whole = false; if (!clip) break; }
      v /= 10;
      x++;
    }
    if (cut && x > 0) large = true; // twenty digits and more
    while (x > 0 && !large) {
      if (v > 1844674407370955161) large = true; else v *= 10;
      x--;
    }
  }
  const limit = negative ? below : above;
  if (large || v > limit) { large = true; v = limit; }
  if ((large || !whole) && !clip) return Err.Range;
  if (negative) v = 0 - v;
  if (bytes == 8) store<u64>(out, v);
  else if (bytes == 4) store<u32>(out, <u32>v);
  else if (bytes == 2) store<u16>(out, <u16>v);
  else store<u8>(out, <u8>v);
  return Err.None;
}

/** Stores a cell that rows.ts has found, in this row of the batch, as its column's dtype. An Err, or FULL. */
export function storeCell(col: u32, row: u32, what: i32, from: usize, to: usize): i32 {
  const column = columns + <usize>col * RECORD;
  if (load<u32>(column, DTYPE) == DType.Skip) return Err.None;
  const out = <usize>load<u32>(column, AT) + <usize>row * <usize>load<u32>(column, STEP);
  if (what <= Kind.Float) {
    const n = to - from;
    if (what == Kind.Int && n < 4 && load<u8>(from) != 0x2d) {
      let v = <u64>load<u8>(from) - 0x30;
      if (n > 1) v = v * 10 + (<u64>load<u8>(from, 1) - 0x30);
      if (n > 2) v = v * 10 + (<u64>load<u8>(from, 2) - 0x30);
      if (load<u32>(column, DTYPE) == DType.Float64) { store<f64>(out, <f64>v); return Err.None; }
      set(v, 0, false);
    } else read(from, to + 1);
    return put(column, out, from, to);
  }
  const dtype = load<u32>(column, DTYPE);
  if (what == Kind.Null || what == Kind.Missing) {
    see(column, Look.Null);
    store<u8>(load<u32>(column, VALID) + row, 0);
    if (dtype == DType.Float64) store<f64>(out, NaN);
    else if (dtype == DType.Float32) store<f32>(out, <f32>NaN);
    else if (dtype != DType.String) zero(dtype, out);
    return Err.None;
  }
  if (what == Kind.Nan) {
    if (dtype == DType.String) return Err.Kind;
    if (dtype != DType.Float32 && dtype != DType.Float64) return Err.Range;
    const v = load<u8>(from) == 0x4e /* N */ ? NaN : load<u8>(from) == 0x2d /* - */ ? -Infinity : Infinity;
    if (dtype == DType.Float64) store<f64>(out, v); else store<f32>(out, <f32>v);
    return Err.None;
  }
  if (what == Kind.Bool) {
    if (dtype == DType.String) return Err.Kind;
    set(<u64>(load<u8>(from) == 0x74 /* t */), 0, false);
    return put(column, out, from, to);
  }
  if (dtype != DType.String || what == Kind.Nested || what == Kind.Odd) return Err.Kind;
  if (stringEnd + STRING > stringLimit) return FULL;
  const quotes: usize = what == Kind.Text || what == Kind.Escaped ? 1 : 0;
  remember(from + quotes, to - quotes, col | (what << 24), row);
  return Err.None;
}

/** Forgets the string cells from this address on. */
export function forgetStrings(from: usize): void { stringEnd = from; }
