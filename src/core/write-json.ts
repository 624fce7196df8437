// A row as a JSON list or object.
import { copy } from "./copy";
import { refused, writeNested, writeSpecial } from "./json-cell";
import { Gap, SLACK, begun, between, betweenLength, endRow, fits, flatten, full, growth, missing, nestedBytes, nullBytes, out, outEnd, refuse, room } from "./output";
import { CELL, FIELD, FROM, KIND, OUT, OUT_END, TEXT, TEXT_LENGTH, TO, cells, fields, routed, setCellIndex, width } from "./row";
import { Ev } from "./state";
import { Kind } from "./token";

/** The cell that was refused, when dense() or sparse() came to nothing. */
let refusedCell: u32 = 0;

/** A row of cells, each behind its field's text. */
export function writeJson(bytes: usize): i32 {
  const most = room(bytes) + nestedBytes();
  if (<u64>out + most > <u64>outEnd && !fits()) return full(most);
  let o = out;
  if (begun) o = copy(o, between, betweenLength);
  if (routed >= 0) {
    const ev = route();
    if (ev != Ev.More) return ev;
  }
  o = missing == Gap.Omit ? sparse(o) : dense(o);
  if (o == 0) return refuse(refused, refusedCell, load<u32>(cells + <usize>refusedCell * CELL, FROM));
  endRow(o);
  return Ev.More;
}

/** The cell that goes to its own place, a comma before it except at the start of an output; its text is left out of the row. */
function route(): i32 {
  const field = fields + <usize>routed * FIELD, cell = cells + <usize>routed * CELL;
  const from = <usize>load<u32>(cell, FROM), to = <usize>load<u32>(cell, TO);
  const n = <u64>(to - from) * growth + nullBytes(from, to) + SLACK;
  let o = <usize>load<u32>(field, OUT);
  if (<u64>o + n > <u64>load<u32>(field, OUT_END)) { setCellIndex(routed); return full(n); }
  if (begun) store<u8>(o++, 0x2c);
  const kind = load<i32>(cell, KIND);
  o = kind < Kind.Nested ? copy(o, from, to - from) : kind == Kind.Nested ? writeNested(o, from, to) : writeSpecial(o, kind, from, to);
  if (o == 0) return refuse(refused, routed, from);
  store<u32>(field, o, OUT);
  // nothing of it stands in the row
  store<u32>(cell, <u32>to, FROM);
  store<u32>(cell, Kind.Text, KIND);
  return Ev.More;
}

/** A list or an object, in one line where a row is one. */
function nested(o: usize, from: usize, to: usize): usize {
  const end = writeNested(o, from, to);
  if (end != 0) flatten(o, end);
  return end;
}

/** All the cells of a row. */
// @ts-ignore: decorator
@inline function dense(o: usize): usize {
  let field = fields, cell = cells;
  const stop = cells + <usize>width * CELL;
  while (cell != stop) {
    const text = <usize>load<u32>(field, TEXT), length = <usize>load<u32>(field, TEXT_LENGTH);
    if (length == 1) store<u8>(o++, load<u8>(text));
    else o = copy(o, text, length);
    const from = <usize>load<u32>(cell, FROM), to = <usize>load<u32>(cell, TO);
    const kind = load<i32>(cell, KIND);
    if (kind < Kind.Nested) o = copy(o, from, to - from);
    else {
      o = kind == Kind.Nested ? nested(o, from, to) : writeSpecial(o, kind, from, to);
      if (o == 0) { refusedCell = <u32>((cell - cells) / CELL); return 0; }
    }
    field += FIELD;
    cell += CELL;
  }
  return o;
}

/** The cells that are there, and their keys: the first begins the object. */
function sparse(o: usize): usize {
  const start = o;
  for (let i: u32 = 0; i < width; i++) {
    const field = fields + <usize>i * FIELD, cell = cells + <usize>i * CELL;
    const kind = load<i32>(cell, KIND);
    if (kind == Kind.Missing) continue;
    const first = o == start;
    o = copy(o, load<u32>(field, TEXT), load<u32>(field, TEXT_LENGTH));
    if (first) store<u8>(start, 0x7b /* { */);
    const from = <usize>load<u32>(cell, FROM), to = <usize>load<u32>(cell, TO);
    if (kind < Kind.Nested) o = copy(o, from, to - from);
    else if (kind == Kind.Nested) o = nested(o, from, to);
    else o = writeSpecial(o, kind, from, to);
    if (o == 0) { refusedCell = i; return 0; }
  }
  if (o == start && width > 0) store<u8>(o++, 0x7b);
  return o;
}
