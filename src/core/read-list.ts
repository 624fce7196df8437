// Rows of JSON whose cells stand in lists: a list for each row, one list of all cells, or a list inside an object.
import { equalBytes } from "./bytes";
import { readSides } from "./read-columns";
import { enter, learning, pad, rewind, rowEnd, rowStart, setCell, setRowEnd, setToken, shortEnd, sided, tell, tellError, told, TOLD, width } from "./row";
import { Err, Ev, Mode, base, countAt, expectAt, mode, setFreeAbove } from "./state";
import { REFUSED, Kind, OK, WAIT, end, kind, skipSpace, text, value } from "./token";

/** A cell that is a row by itself. */
export function readSingle(p: usize, to: usize): i32 {
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
  return c == 0x5b /* [ */ || c == 0x7b /* { */ ? REFUSED : value(p, to);
}

/** As many cells of a flat list as there are fields; `row`: rows before it. */
export function readGroup(p: usize, to: usize, row: u64): i32 {
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
  store<u64>(countAt(base), (row + 1) * width - 1);
  setRowEnd(p);
  return OK;
}

const FEATURES: usize = memory.data<u8>([0x22, 0x66, 0x65, 0x61, 0x74, 0x75, 0x72, 0x65, 0x73, 0x22]);

/** The list in {"features":[1,2,…]}. */
export function readFeatures(p: usize, to: usize, padding: bool): i32 {
  if (load<u8>(p) != 0x7b /* { */) return otherwise(Err.Record, p, to);
  p = skipSpace(p + 1, to);
  if (p >= to) return WAIT;
  if (load<u8>(p) == 0x7d /* } */) return tellError(Err.Object, 0, p);
  if (load<u8>(p) != 0x22 /* " */) return REFUSED;
  const key = text(p, to);
  if (key != OK) return key;
  if (end - p != 10 || !equalBytes(p, FEATURES, 10)) return tellError(Err.Object, 0, p);
  p = skipSpace(end, to);
  if (p >= to) return WAIT;
  if (load<u8>(p) != 0x3a /* : */) return REFUSED;
  p = skipSpace(p + 1, to);
  if (p >= to) return WAIT;
  if (load<u8>(p) != 0x5b /* [ */) return otherwise(Err.Object, p, to);
  const result = readList(p, to, padding);
  if (result != OK) return result;
  p = skipSpace(rowEnd, to);
  if (p >= to) return WAIT;
  if (load<u8>(p) == 0x2c /* , */) return tellError(Err.Object, 0, p);
  if (load<u8>(p) != 0x7d /* } */) return REFUSED;
  setRowEnd(p + 1);
  return OK;
}

/** A value that cannot stand here, if it is one. */
function otherwise(error: i32, p: usize, to: usize): i32 {
  const result = value(p, to);
  return result == OK ? tellError(error, 0, p) : result;
}

/** The cells of [1,2,…]. `padding`: a short row is filled in. */
export function readList(p: usize, to: usize, padding: bool): i32 {
  if (load<u8>(p) != 0x5b /* [ */) return REFUSED;
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
      // most cells are short whole numbers, and a comma follows
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
      return REFUSED;
    }
  }
  if (learning) {
    store<i64>(expectAt(base + 1), i);
    return tell(Ev.Width, i, start);
  }
  if (i > width || (i < width && !padding)) return ragged(i, padding);
  if (i < width) pad(i);
  setRowEnd(p + 1);
  return OK;
}

/** A row of another width, which is whole: where the scanner checks lengths, the error is its own. */
function ragged(i: u32, padding: bool): i32 {
  if (mode != Mode.Rows || padding) return tellError(Err.Ragged, i, rowStart);
  store<i64>(expectAt(base + 1), width - <u32>sided);
  return REFUSED;
}
