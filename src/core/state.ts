// The machine's memory: what is known of the JSON text up to one byte, shared by the scanner (json-grammar.ts, block.ts)
// and the cell reader (cells.ts). Everything is a global or a fixed table, so a chunk may end at any byte.

/** Lexical states. Order matters: json-grammar.ts and block.ts test ranges. */
export const enum St {
  Value, // a value must start: after a comma, a colon, or at the very beginning
  ValueOrClose, // after [
  KeyOrClose, // after {
  Key, // after a comma in an object
  Colon, // after a key
  After, // a value is complete: comma, close, or (outside everything) the end
  Minus,
  Zero,
  Int,
  Dot,
  Frac,
  Exp,
  ExpSign,
  ExpDigits,
  Str,
  Esc,
  Hex1,
  Hex2,
  Hex3,
  Hex4,
  Lit,
}

/** What a call of the machine came back with. */
export const enum Ev {
  More, // all input consumed
  Error,
  Value, // the first byte of a watched value was consumed; it is at cursor - 1
  End, // a watched value ended just before cursor
  Key, // the opening quote of a watched key is at cursor - 1
  KeyEnd, // a watched key ended just before cursor
  Comma, // a comma between watched values is at cursor - 1
  NanStart, // the first letter of an unwatched NaN or Infinity is at cursor - 1; a minus may stand before it
  NanEnd, // that token ended just before cursor
  Element, // the first byte of the list that was just begun is at cursor; it is not consumed
  // from the cell reader
  Batch, // the batch is full and cursor is between two rows
  Strings, // the list of string cells is full
  Cells, // the cargo ended; cursor is on its last bracket, which is left to the scanner
  // from rows(), which is then between two rows
  Limit, // as many rows as were asked for; the scanner has consumed the comma behind them
  Flush, // the output has no room for the next row
  NewKey, // a record has a key that no field has
  Width, // the first row is as wide as cellIndex says
  Side, // the window of column cellIndex is used up
}

export const enum Err {
  None,
  Unexpected, // a byte that cannot stand here; the state tells what could
  Number,
  Escape,
  Control,
  Literal,
  Bracket,
  Depth,
  Trailing,
  Ragged, // a list whose length differs from its siblings'
  Mixed, // lists beside scalars
  Object, // an object where the cargo may hold none
  Null, // null where the target refuses it
  Nan, // NaN or Infinity where the target refuses it
  Utf8,
  Range, // a number that does not fit its dtype
  Kind, // a cell of another kind than its column
  Record, // a row that is no object, among objects
  Missing, // a cell that is not there, where the target refuses that
  Nested, // a list or object where only text can be written
  Surrogate, // half a surrogate pair, which UTF-8 cannot spell
  OpenQuote, // a quoted field that does not end
  StrayQuote, // a quote inside a field that is not quoted
  AfterQuote, // something between a quoted field and the delimiter
  Long, // a row, or a text cell, of more bytes than it may have
}

/** How the cargo's lengths are checked. */
export const enum Mode {
  Free, // not at all
  Rows, // rows of one width; cells may be anything
  Tensor, // every level as long as its siblings, scalars at one depth only
  Records, // objects, whose members may be anything
}

export const enum Nan {
  Error,
  Pass,
  Tell, // raise NanStart and NanEnd, for a caller that writes something else
}

/** Deepest nesting accepted. Python's json stops near 1000, numpy at 64, Triton at 100. */
export const MAX_DEPTH: i32 = 512;

/** Byte per depth: 0x5b [ or 0x7b {. Entry d describes the container whose members are at depth d. */
export const TYPES: usize = memory.data(MAX_DEPTH + 8, 16);
/** u64 per depth: commas seen so far, which is the index of the current member. */
export const COUNTS: usize = memory.data((MAX_DEPTH + 8) * 8, 16);
/** i64 per depth: the length every container there must have; FREE or LEARN. */
export const EXPECT: usize = memory.data((MAX_DEPTH + 8) * 8, 16);
export const FREE: i64 = -1;
export const LEARN: i64 = -2;

export let st: i32 = St.Value;
export let depth: i32 = 0;
export let watch: i32 = 1;
export let inKey: bool = false;
export let peeking: bool = false; // Element is to be raised
/** The literal being matched: its first letter and how many letters are in. */
export let litFirst: i32 = 0;
export let litSeen: i32 = 0;

export let closedEmpty: bool = false; // of the container that step() closed last

export let mode: i32 = Mode.Free;
export let base: i32 = 0; // depth inside the cargo's outermost list
export let leaf: i32 = -1; // depth of the lists that hold scalars, once seen
let listed: i32 = -1; // depth of the deepest list that was seen to hold lists, if only empty ones
export let freeAbove: i32 = i32.MAX_VALUE; // containers deeper than this are not checked
export let nullOk: bool = true;
/** Rows of the cargo behind which an event is due, besides that at its end; u64.MAX_VALUE for neither. */
export let stopAt: u64 = u64.MAX_VALUE;
export let nan: i32 = Nan.Pass;
/** Bytes that a row that is held, or a cell, may have. */
export let rowMost: usize = usize.MAX_VALUE;

export let cursor: usize = 0;
export let error: i32 = Err.None;
export let newlines: u64 = 0; // line feeds consumed so far
export let lastNewline: usize = 0; // window address of the last one in this call, or 0

export function setSt(v: i32): void { st = v; }
export function setDepth(v: i32): void { depth = v; }
export function setWatch(v: i32): void { watch = v; }
export function setPeeking(v: bool): void { peeking = v; }
export function setInKey(v: bool): void { inKey = v; }
export function setLit(first: i32, seen: i32): void { litFirst = first; litSeen = seen; }
export function setLeaf(v: i32): void { leaf = v; }
export function setFreeAbove(v: i32): void { freeAbove = v; }
export function setNullOk(v: bool): void { nullOk = v; }
export function setNan(v: i32): void { nan = v; }
export function setRowMost(bytes: usize): void { rowMost = bytes; }
export function setStop(rows: u64): void { stopAt = rows; }
export function setCursor(v: usize): void { cursor = v; }
export function setLastNewline(v: usize): void { lastNewline = v; }

// @ts-ignore: decorator
@inline export function countAt(d: i32): usize { return COUNTS + (<usize>d << 3); }
// @ts-ignore: decorator
@inline export function expectAt(d: i32): usize { return EXPECT + (<usize>d << 3); }
// @ts-ignore: decorator
@inline export function typeAt(d: i32): u8 { return load<u8>(TYPES + <usize>d); }
// @ts-ignore: decorator
@inline export function newlineAt(p: usize): void { newlines++; lastNewline = p; }

/** Stops at p with an error; returns the event to pass on. */
export function fail(code: i32, p: usize): i32 { error = code; cursor = p; return Ev.Error; }

export function reset(): void {
  st = St.Value; depth = 0; watch = 1; inKey = false; peeking = false; error = Err.None; newlines = 0; lastNewline = 0;
  freeCargo();
}

/**
 * The list just opened (its inside is at the current depth) is the cargo.
 * Level 1 of it is its rows; width is the length every row must have, or LEARN.
 */
export function startCargo(how: i32, width: i64): void {
  mode = how; base = depth; leaf = -1; listed = -1; freeAbove = i32.MAX_VALUE;
  for (let d = 0; d < MAX_DEPTH + 8; d++) store<i64>(expectAt(d), how == Mode.Tensor && d > base ? LEARN : FREE);
  if (how == Mode.Rows) store<i64>(expectAt(base + 1), width);
  if (how == Mode.Tensor && width != LEARN) store<i64>(expectAt(base + 1), width);
}

export function freeCargo(): void { mode = Mode.Free; leaf = -1; base = 0; freeAbove = i32.MAX_VALUE; nullOk = true; stopAt = u64.MAX_VALUE; }

/** Opens a container; the caller has checked that it may stand here. False when too deep. */
export function open(type: u8): bool {
  if (depth >= MAX_DEPTH) return false;
  depth++;
  store<u8>(TYPES + <usize>depth, type);
  store<u64>(countAt(depth), 0);
  st = type == 0x5b /* [ */ ? St.ValueOrClose : St.KeyOrClose;
  return true;
}

/** Rules for a value that starts among the members at the current depth. kind: 0 scalar, 1 list, 2 object. */
export function admit(kind: i32): i32 {
  const d = depth;
  if (mode == Mode.Free || d < base || freeAbove != i32.MAX_VALUE) return Err.None;
  if (mode == Mode.Tensor) {
    if (kind == 2) return Err.Object;
    if (kind == 1) {
      if (d > listed) listed = d;
      return leaf >= 0 && d >= leaf ? Err.Mixed : Err.None;
    }
    if (leaf < 0 && d > listed) leaf = d;
    return d == leaf ? Err.None : Err.Mixed;
  }
  if (mode == Mode.Records) {
    if (d == base) return kind == 2 ? Err.None : Err.Record;
    if (kind != 0) freeAbove = d;
    return Err.None;
  }
  if (d == base) { // a row of a frame, or the cells of a frame of one column
    if (kind == 2) return Err.Object;
    const rows = base + kind;
    if (leaf < 0) leaf = rows;
    return leaf == rows ? Err.None : Err.Mixed;
  }
  if (kind != 0) freeAbove = d; // a cell of a frame may be anything
  return Err.None;
}

/** Length rule for the container at the current depth, about to close with `length` members. */
export function measure(length: i64): bool {
  if (mode == Mode.Free || depth < base || depth > freeAbove) return true;
  const expected = load<i64>(expectAt(depth));
  if (expected == LEARN) { store<i64>(expectAt(depth), length); return true; }
  return expected == FREE || expected == length;
}

/** Closes the container at the current depth. */
export function close(): void {
  closedEmpty = st == St.ValueOrClose || st == St.KeyOrClose;
  depth--;
  st = St.After;
  if (depth == freeAbove) freeAbove = i32.MAX_VALUE;
}

export function addNewlines(n: u64, last: usize): void { newlines += n; lastNewline = last; }
export function setNewlines(n: u64): void { newlines = n; }
