// Rows that are put together by columns: their cells are written row by row, and turned when there are enough of them.
import { copy } from "./copy";
import { refused, writeNested, writeSpecial } from "./json-cell";
import { begun, clearOutput, endCells, fits, full, nestedBytes, out, outEnd, outStart, refuse, room } from "./output";
import { CELL, FROM, KIND, TO, cells, changeSides, width } from "./row";
import { Ev } from "./state";
import { Kind } from "./token";

/** Where cells of columns end, as far as they are written, and how many there is room for. */
let ends: usize = 0;
let endsMost: u32 = 0;
export let endCount: u32 = 0;

/** Where columns are kept row by row; nothing is in them. */
export function setEnds(at: usize, most: u32): void { ends = at; endsMost = most; endCount = 0; }

/** No cell has been written. */
export function forgetEnds(): void { endCount = 0; }

/** The cells of a row behind those of the rows before, a comma before each but the first of its column, and where each ends. */
export function writeColumns(bytes: usize): i32 {
  const most = room(bytes) + nestedBytes();
  if (endCount + width > endsMost || (<u64>out + most > <u64>outEnd && !fits())) return full(most);
  let o = out, at = ends + (<usize>endCount << 2);
  for (let i: u32 = 0; i < width; i++, at += 4) {
    const cell = cells + <usize>i * CELL;
    if (begun) store<u8>(o++, 0x2c);
    const from = <usize>load<u32>(cell, FROM), to = <usize>load<u32>(cell, TO);
    const kind = load<i32>(cell, KIND);
    if (kind < Kind.Nested) o = copy(o, from, to - from);
    else {
      o = kind == Kind.Nested ? writeNested(o, from, to) : writeSpecial(o, kind, from, to);
      if (o == 0) return refuse(refused, i, from);
    }
    store<u32>(at, <u32>(o - outStart));
  }
  endCount += width;
  endCells(o);
  return Ev.More;
}

/** What was written row by row, column by column from `to` on; where each column ends goes to `stops`. Nothing is written then. */
export function turnColumns(to: usize, stops: usize): void {
  changeSides();
  const step = <usize>width << 2, last = ends + (<usize>endCount << 2);
  let o = to;
  for (let i: u32 = 0; i < width; i++) {
    for (let at = ends + (<usize>i << 2); at < last; at += step) {
      const from = outStart + (at == ends ? 0 : <usize>load<u32>(at - 4));
      o = copy(o, from, outStart + <usize>load<u32>(at) - from);
    }
    store<u32>(stops + (<usize>i << 2), <u32>(o - to));
  }
  clearOutput();
  endCount = 0;
  changeSides();
}
