// One row as spans of the window, and the fields its cells belong to: what the readers fill and the writers take.
import { TYPES, base, countAt, fail, lastNewline, newlines, setCursor, setDepth, setLastNewline, setNewlines, setSt, st } from "./state";
import { Kind } from "./token";

/**
 * A field is a column of the target: 48 bytes. Its text is what stands before a cell of it, separator and key; its key
 * is how records of the source spell it, quotes and colon included. Both are padded to 16 bytes.
 */
export const FIELD: usize = 48;
export const TEXT: usize = 0;
export const TEXT_LENGTH: usize = 4;
export const KEY: usize = 8;
export const KEY_LENGTH: usize = 12;
/** A bit for every Kind that its cells were. */
export const KINDS: usize = 16;
/** How a field of a delimited file is to be read: one of read-delimited.ts's Typing. */
export const TYPING: usize = 20;
/** Where its cells go when every column has a place of its own: the next byte, the end, the start. */
export const OUT: usize = 24;
export const OUT_END: usize = 28;
export const OUT_START: usize = 32;
/** Side by side: the next byte of the column's window, its end, and whether the input ends there. */
export const SIDE: usize = 36;
export const SIDE_END: usize = 40;
export const SIDE_LAST: usize = 44;

/** A cell of the row: its bytes in the window, its kind, and the record it was last set in. */
export const CELL: usize = 16;
export const FROM: usize = 0;
export const TO: usize = 4;
export const KIND: usize = 8;
export const RECORD: usize = 12;

/** What reading a row came to, besides token.ts's results: an event is due. */
export const TOLD: i32 = 3;

export let fields: usize = 0;
export let cells: usize = 0;
export let width: u32 = 0;
/** The width is still to be learned, from the first row. */
export let learning: bool = false;
/** The first byte of the row, and just behind it. */
export let rowStart: usize = 0;
export let rowEnd: usize = 0;
/** What was known at the row's first byte. */
let feeds: u64 = 0;
let feed: usize = 0;
let state: i32 = 0;
/** The event that TOLD stands for. */
export let told: i32 = 0;
/** The cell that an event or error is about; for Ev.Width, how many there are. */
export let cellIndex: u32 = 0;
/** Cells of the row that were filled in because it was short. */
export let pads: u64 = 0;

/** The first field's cells are not in the rows: they come from its side window. */
export let sided: bool = false;
/** The field whose cells go to its own place and not into the rows, or -1. */
export let routed: i32 = -1;
export function setRoutes(side: bool, route: i32): void { sided = side; routed = route; }

export function setFields(fieldsAt: usize, cellsAt: usize, count: u32, learns: bool): void {
  fields = fieldsAt; cells = cellsAt; width = count; learning = learns;
}

// Columns may be picked: what is written are then some of the cells that are read, in another order, and fields of their own.
/** Some columns are picked. */
export let picking: bool = false;
/** Of each column that is written its place among those that are read; how often one of these is written at most. */
let places: usize = 0;
let most: usize = 1;
let otherFields: usize = 0;
let otherCells: usize = 0;
let otherWidth: u32 = 0;

/** Written are the columns at these places, `count` of them, none more often than `times`. */
export function setPicks(placesAt: usize, count: u32, times: u32, fieldsAt: usize, cellsAt: usize): void {
  picking = true; places = placesAt; most = times; otherFields = fieldsAt; otherCells = cellsAt; otherWidth = count;
}

/** All columns are written, in their order. */
export function forgetPicks(): void { picking = false; most = 1; }

/** From the columns that are read to those that are written, or back. */
export function changeSides(): void {
  if (!picking) return;
  const f = fields, c = cells, w = width;
  fields = otherFields; cells = otherCells; width = otherWidth;
  otherFields = f; otherCells = c; otherWidth = w;
}

/** The cells that are written, out of those that were read. */
export function pickCells(): void {
  for (let i: u32 = 0; i < otherWidth; i++)
    v128.store(otherCells + <usize>i * CELL, v128.load(cells + <usize>load<u32>(places + (<usize>i << 2)) * CELL));
}

/** A row of so many bytes as far as it is written: no column may take more than all of it. */
export function pickedBytes(bytes: usize): usize { return bytes * most; }

/** The cell that an error is about was written: its place among those that were read. */
export function readCell(): void { if (picking) cellIndex = load<u32>(places + (<usize>cellIndex << 2)); }

export function resetPads(): void { pads = 0; }

/** A row begins at p. */
export function startRow(p: usize): void { rowStart = p; feeds = newlines; feed = lastNewline; state = st; }

/** Back to the row's first byte: one that is not whole, or does not fit the output, leaves no trace. */
export function rewind(): void { setNewlines(feeds); setLastNewline(feed); setSt(state); setCursor(rowStart); }

/** A list or an object that holds cells has begun. */
export function enter(type: u8): void {
  setDepth(base + 1);
  store<u8>(TYPES + <usize>(base + 1), type);
  store<u64>(countAt(base + 1), 0);
}

export function setRowEnd(p: usize): void { rowEnd = p; }
export function setCellIndex(i: u32): void { cellIndex = i; }

/** The row stops with an event at p, about this cell. */
export function tell(event: i32, cell: u32, p: usize): i32 { told = event; cellIndex = cell; setCursor(p); return TOLD; }

/** The same with an error. */
export function tellError(error: i32, cell: u32, p: usize): i32 { cellIndex = cell; told = fail(error, p); return TOLD; }

// @ts-ignore: decorator
@inline export function setCell(i: u32, from: usize, to: usize, kind: i32): void {
  const at = cells + <usize>i * CELL;
  store<u64>(at, <u64>from | (<u64>to << 32));
  store<u32>(at, kind, KIND);
  const field = fields + <usize>i * FIELD;
  store<u32>(field, load<u32>(field, KINDS) | (1 << kind), KINDS);
}

/** Besides the kinds: whole numbers above 2^63 - 1, those that 64 bits cannot hold, and negative ones. */
const UNSIGNED: u32 = 1 << 16;
const HUGE: u32 = 1 << 17;
const NEGATIVE: u32 = 1 << 18;
const SIGNED_MOST: usize = memory.data<u8>([0x39, 0x32, 0x32, 0x33, 0x33, 0x37, 0x32, 0x30, 0x33, 0x36, 0x38, 0x35, 0x34, 0x37, 0x37, 0x35, 0x38, 0x30, 0x37]);
const UNSIGNED_MOST: usize = memory.data<u8>([0x31, 0x38, 0x34, 0x34, 0x36, 0x37, 0x34, 0x34, 0x30, 0x37, 0x33, 0x37, 0x30, 0x39, 0x35, 0x35, 0x31, 0x36, 0x31, 0x35]);

/** A cell that may be a whole number of any size. */
// @ts-ignore: decorator
@inline export function setToken(i: u32, from: usize, to: usize, kind: i32): void {
  setCell(i, from, to, kind);
  if (kind == Kind.Int && (to - from > 18 || load<u8>(from) == 0x2d /* - */)) measureInt(i, from, to);
}

function measureInt(i: u32, from: usize, to: usize): void {
  const minus = load<u8>(from) == 0x2d;
  const p = from + <usize>minus, n = to - p;
  let bits: u32 = minus ? NEGATIVE : 0;
  if (n > 20) bits |= HUGE;
  else if (n == 20) bits |= minus || above(p, UNSIGNED_MOST, 20) ? HUGE : UNSIGNED;
  else if (n == 19 && above(p, SIGNED_MOST, 19)) {
    // -2^63 is one more than 2^63 - 1
    const least = minus && load<u8>(p, 18) == 0x38 && !above(p, SIGNED_MOST, 18);
    if (!least) bits |= minus ? HUGE : UNSIGNED;
  }
  const field = fields + <usize>i * FIELD;
  store<u32>(field, load<u32>(field, KINDS) | bits, KINDS);
}

/** Digits that make a larger number than the others of the same length. */
export function above(p: usize, q: usize, n: usize): bool {
  for (let i: usize = 0; i < n; i++) {
    const a = load<u8>(p + i), b = load<u8>(q + i);
    if (a != b) return a > b;
  }
  return false;
}

/**
 * Behind the whole number at p when it has one to three digits, 0 otherwise. Columns repeat their lengths, so these
 * branches are foreseen, and what comes next need not wait.
 */
// @ts-ignore: decorator
@inline export function shortEnd(p: usize): usize {
  const d0 = <u32>load<u8>(p) - 0x30;
  if (d0 > 9) return 0;
  if (<u32>load<u8>(p, 1) - 0x30 > 9) return p + 1;
  if (d0 == 0) return 0;
  if (<u32>load<u8>(p, 2) - 0x30 > 9) return p + 2;
  return <u32>load<u8>(p, 3) - 0x30 > 9 ? p + 3 : 0;
}

/** 2^64 - 1 as twenty digits. */
export const MOST: usize = UNSIGNED_MOST;

/** Cells from this one on are missing. */
export function pad(i: u32): void {
  pads = width - i;
  for (; i < width; i++) setCell(i, 0, 0, Kind.Missing);
}
