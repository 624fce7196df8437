// Columns side by side: a list for each field, every one with a window of its own (row.ts's SIDE), read in step. The
// lists have been checked before, so all that is sought is where a cell ends.
import { CELL, FIELD, SIDE, SIDE_END, SIDE_LAST, TO, cells, fields, setToken, tell, tellError, width } from "./row";
import { Err, Ev } from "./state";
import { OK, WAIT, end, kind, value } from "./token";

/** How long the cells are together, which lie here and there. */
export let sideBytes: usize = 0;

/** The column that a row goes on with whose window was used up: the cells before it have been read. */
let next: u32 = 0;

/** No row has begun. */
export function startSides(): void { next = 0; }

/** The next cell of every column. */
export function readAcross(): i32 { return readSides(width); }

/** The next cell of the first columns. */
export function readSides(count: u32): i32 {
  if (next == 0) sideBytes = 0;
  let i = next;
  next = 0;
  for (; i < count; i++) {
    const field = fields + <usize>i * FIELD;
    let p = <usize>load<u32>(field, SIDE);
    const to = <usize>load<u32>(field, SIDE_END);
    while (p < to) {
      const c = load<u8>(p);
      if (c > 0x20 && c != 0x2c /* , */) break;
      p++;
    }
    store<u32>(field, <u32>p, SIDE);
    if (p >= to) return load<u32>(field, SIDE_LAST) != 0 ? tell(Ev.Cells, i, p) : used(i, p);
    if (load<u8>(p) == 0x5d /* ] */) return tell(Ev.Cells, i, p);
    const result = value(p, to);
    if (result == WAIT) return used(i, p);
    if (result != OK) return tellError(Err.Unexpected, i, p);
    setToken(i, p, end, kind);
    sideBytes += end - p;
  }
  return OK;
}

function used(i: u32, p: usize): i32 { next = i; return tell(Ev.Side, i, p); }

/** The row is written: the windows go on behind its cells. */
export function commitAcross(): void { commitSides(width); }

export function commitSides(count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const field = fields + <usize>i * FIELD;
    store<u32>(field, load<u32>(cells + <usize>i * CELL, TO), SIDE);
  }
}
