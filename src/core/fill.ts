// Rows into typed columns, over the same records as cells.ts's own reader.
import { FULL, forgetStrings, storeCell, stringEnd } from "./store";
import { CELL, FROM, KIND, TO, cells, rowStart, setCellIndex, width } from "./row";
import { Err, Ev, fail } from "./state";

export let limit: u32 = 0;
/** Rows of the batch so far. */
export let filled: u32 = 0;

/** A batch of at most `rows` begins. */
export function startFill(rows: u32): void { filled = 0; limit = rows; }

/** The batch ends here, unless it has no row. */
export function endFillSoon(): void { if (filled > 0) limit = filled; }

/** Rows that plain.ts has put into the columns. */
export function addFilled(rows: u32): void { filled += rows; }

/** Puts the row that was read into the columns. Flush: the batch is full, or the list of string cells. */
export function fill(): i32 {
  if (filled == limit) return Ev.Flush;
  const strings = stringEnd;
  for (let i: u32 = 0; i < width; i++) {
    const cell = cells + <usize>i * CELL;
    const from = <usize>load<u32>(cell, FROM);
    const err = storeCell(i, filled, load<i32>(cell, KIND), from, load<u32>(cell, TO));
    if (err == Err.None) continue;
    forgetStrings(strings);
    if (err == FULL) return Ev.Flush;
    setCellIndex(i);
    return fail(err, from == 0 ? rowStart : from);
  }
  filled++;
  return Ev.More;
}
