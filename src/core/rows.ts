// Rows of one shape to rows of another, their cells as spans of the window: no number is read, none is printed.
//
// How it works. A reader (one of the read-*.ts) finds the cells of one row; a writer (write.ts) puts their texts between the separators and keys of the target. rows() stops only between rows. What a
// reader does not understand it leaves to the scanner, whose state is set as if it had come so far: every syntax error of
// JSON has one author.
//
// What a change must not break: a row that is not whole in the window leaves no trace, so that it can be read again.
import { Style, style } from "./output";
import { fillLines, passLines, passLists, passed, plain, worthwhile } from "./plain";
import { commitAcross, commitSides, readAcross, sideBytes, startSides } from "./read-columns";
import { quote, readFields } from "./read-delimited";
import { readFeatures, readGroup, readList, readSingle } from "./read-list";
import { readRecord, startRecords, twice } from "./read-record";
import { TOLD, cellIndex, changeSides, forgetPicks, pads, pickCells, pickedBytes, picking, readCell, resetPads, rewind, rowEnd, rowStart, setRowEnd, sided, startRow, tell, told, width } from "./row";
import { Err, Ev, Mode, St, base, countAt, cursor, fail, mode, newlineAt, rowMost, setCursor, setDepth, setFreeAbove, setLastNewline, setLeaf, setSt, st } from "./state";
import { REFUSED, OK, WAIT, setNested } from "./token";
import { write } from "./write";

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
/** Rows are read, and not written. */
let skipping: bool = false;
/** Rows read so far, written or not. */
export let rowCount: u64 = 0;
/** Those of them that were copied whole. */
export let wholeCount: u64 = 0;
/** Keys that stood twice in a record. */
export let repeated: u64 = 0;
/** Cells that were filled in because rows were short. */
export let padded: u64 = 0;

/** `firstKeyWins`: of a key that stands twice in a record the first counts, as for TensorFlow Serving; otherwise the last, as for Python. */
/** `nestedTexts`: lists and objects in cells are texts. */
export function startRows(how: i32, pads: bool, firstKeyWins: bool, nestedTexts: bool): void {
  syntax = how; padding = pads; firstWins = firstKeyWins; rowCount = 0; wholeCount = 0; repeated = 0; padded = 0; rowLimit = u64.MAX_VALUE; skipping = false;
  startRecords(); resetPads(); startSides(); forgetPicks(); setNested(nestedTexts);
}

/** Stop before the row of this number. */
export function limitRows(limit: u64): void { rowLimit = limit; }

/** From here on rows are read alone, which counts nothing that is told of those that are written; or they are written again. */
export function skipRows(on: bool): void { skipping = on; }

/** Reads and writes the rows of [from, to); the input ends there when `last`. The cursor is left before the first row that is not done. */
export function rows(from: usize, to: usize, last: bool): i32 {
  setLastNewline(0);
  let p = from;
  while (true) {
    if (plain && !skipping && worthwhile()) p = pass(p, to);
    const result = syntax == Syntax.Delimited ? delimited(p, to, last) : syntax == Syntax.Across ? across() : json(p, to, last);
    if (result == OK) {
      const bytes = rowEnd - rowStart + (sided || syntax == Syntax.Across ? sideBytes : 0);
      if (bytes > rowMost) { fail(Err.Long, rowStart); return faultAt(rowStart); }
      const ev = skipping ? <i32>Ev.More : picking ? writePicked(bytes) : write(bytes);
      if (ev == Ev.More) {
        rowCount++;
        if (!skipping) { repeated += twice; padded += pads; }
        resetPads();
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
    if (result == REFUSED) return leaveToScanner();
    return result == WAIT ? <i32>Ev.More : told;
  }
}

/** Writes the columns that are picked. */
function writePicked(bytes: usize): i32 {
  pickCells();
  changeSides();
  const ev = write(pickedBytes(bytes));
  changeSides();
  if (ev == Ev.Error) readCell();
  return ev;
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

/** Leaves the row to the scanner, from its first byte on: it finds out what is wrong there. */
function leaveToScanner(): i32 {
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
  if (st == St.After) return REFUSED;
  store<u64>(countAt(base), syntax == Syntax.Grouped ? rowCount * width : rowCount);
  if (rowCount == rowLimit) return tell(Ev.Limit, 0, p);
  const result = read(p, to);
  setDepth(base);
  setSt(St.After);
  return result;
}

function read(p: usize, to: usize): i32 {
  switch (syntax) {
    case Syntax.Records: case Syntax.RecordLines: return readRecord(p, to, firstWins);
    case Syntax.Cells: return readSingle(p, to);
    case Syntax.Grouped: return readGroup(p, to, rowCount);
    case Syntax.Features: return readFeatures(p, to, padding);
    default: return readList(p, to, padding);
  }
}
