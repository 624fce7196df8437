// Typed columns to the text of rows: the way back from cells.ts, over the same Column records.
//
// Rows are written until the next one might not fit. A frame's row is one cell of every column; a tensor's is one run
// of the block's cells, in the brackets that its dimensions ask for.
import { AT, CODES, DTYPE, DType, OFFSETS, RECORD, STEP, VALID } from "./column";
import { LONGEST, lengthOf, writeDigits, writeF32, writeF64 } from "./shortest-float";
import { Err, Nan } from "./state";
import { copy } from "./copy";

let columns: usize = 0;
let count: u32 = 0;
let dims: usize = 0; // u32 per inner dimension
let rank: i32 = 0; // how many; -1 for a frame
let perRow: u32 = 0; // cells of a tensor's row
let nan: i32 = Nan.Pass;
let nulls: bool = true;
let fixedRoom: usize = 0; // what a row takes at most, but for its texts
let texts: bool = false; // some columns have them

/** The texts of 0 to 999: three bytes, and their length in the fourth. */
const SMALL: usize = memory.data(4000, 4);
let smallReady: bool = false;

function makeSmall(): void {
  for (let i: u32 = 0; i < 1000; i++) {
    const length: u32 = i < 10 ? 1 : i < 100 ? 2 : 3;
    let text: u32 = 0;
    for (let k: u32 = length, rest = i; k > 0; k--, rest /= 10) text |= (0x30 + rest % 10) << ((k - 1) << 3);
    store<u32>(SMALL + (<usize>i << 2), text | (length << 24));
  }
  smallReady = true;
}

export let printed: u32 = 0; // rows written so far
export let printError: i32 = 0; // an Err; `printed` and `printColumn` tell where
export let printColumn: u32 = 0;

export function startPrint(at: usize, columnCount: u32, dimsAt: usize, innerRank: i32, cellsPerRow: u32, nanPolicy: i32, nullsPass: bool): void {
  columns = at; count = columnCount; dims = dimsAt; rank = innerRank; perRow = cellsPerRow; nan = nanPolicy; nulls = nullsPass;
  printError = 0;
  fixedRoom = 8 + <usize>(rank < 0 ? count : perRow) * <usize>LONGEST;
  // two brackets and a comma of each list, also of those that are empty
  let lists: usize = 1;
  for (let k: i32 = 0; k < rank; k++) {
    fixedRoom += 3 * lists;
    lists *= <usize>load<u32>(dims + (<usize>k << 2));
  }
  texts = false;
  for (let i: u32 = 0; i < count; i++) if (load<u32>(columns + <usize>i * RECORD, DTYPE) == DType.String) texts = true;
  if (!smallReady) makeSmall();
}

/** Writes rows from..to, with commas between and before all but row 0 when `more` is set; returns the address after them. */
export function print(from: u32, to: u32, more: bool, out: usize, end: usize): usize {
  let row = from;
  while (row < to && printError == 0) {
    if (out + room(row) > end) break;
    const start = out;
    if (more || row > from) store<u8>(out++, 0x2c /* , */);
    out = rank < 0 ? frameRow(row, out) : tensorRow(row, out);
    if (printError != 0) { out = start; break; }
    row++;
  }
  printed = row;
  return out;
}

/** Bytes a row may take at most. */
// @ts-ignore: decorator
@inline export function room(row: u32): usize {
  return texts ? roomOfTexts(row) : fixedRoom;
}

function roomOfTexts(row: u32): usize {
  let bytes = fixedRoom;
  for (let i: u32 = 0; i < count; i++) {
    const column = columns + <usize>i * RECORD;
    if (load<u32>(column, DTYPE) != DType.String) continue;
    const cells: u32 = rank < 0 ? 1 : perRow;
    for (let k: u32 = 0; k < cells; k++) bytes += <usize>textBytes(column, row * cells + k);
  }
  return bytes;
}

/** Where the ends of a cell's text are; 0 for one that a dictionary does not have, which is null. */
// @ts-ignore: decorator
@inline function textAt(column: usize, i: u32): usize {
  const codes = <usize>load<u32>(column, CODES);
  const code = codes == 0 ? <i32>i : load<i32>(codes + (<usize>i << 2));
  return code < 0 ? 0 : <usize>load<u32>(column, OFFSETS) + (<usize>code << 2);
}

function textBytes(column: usize, i: u32): u32 {
  const ends = textAt(column, i);
  return ends == 0 ? 0 : load<u32>(ends, 4) - load<u32>(ends);
}

function frameRow(row: u32, out: usize): usize {
  store<u8>(out++, 0x5b /* [ */);
  for (let i: u32 = 0; i < count; i++) {
    if (i > 0) store<u8>(out++, 0x2c /* , */);
    const column = columns + <usize>i * RECORD;
    if (load<u32>(column, DTYPE) == DType.Int64 && load<u32>(column, VALID) == 0) {
      const v = load<u64>(<usize>load<u32>(column, AT) + (<usize>row << 3));
      if (v < 1000) {
        const text = load<u32>(SMALL + (<usize>v << 2));
        store<u32>(out, text);
        out += text >> 24;
        continue;
      }
    }
    out = cell(column, row, out);
    if (printError != 0) { printColumn = i; return out; }
  }
  store<u8>(out++, 0x5d /* ] */);
  return out;
}

let next: u32 = 0;

function tensorRow(row: u32, out: usize): usize {
  next = row * perRow;
  out = level(0, out);
  printColumn = next - row * perRow;
  return out;
}

function level(k: i32, out: usize): usize {
  if (k == rank) return cell(columns, next++, out);
  const length = load<u32>(dims + (<usize>k << 2));
  store<u8>(out++, 0x5b /* [ */);
  for (let i: u32 = 0; i < length && printError == 0; i++) {
    if (i > 0) store<u8>(out++, 0x2c /* , */);
    out = level(k + 1, out);
  }
  store<u8>(out++, 0x5d /* ] */);
  return out;
}

function cell(column: usize, i: u32, out: usize): usize {
  const valid = <usize>load<u32>(column, VALID);
  if (valid != 0 && load<u8>(valid + i) == 0) {
    if (!nulls) printError = Err.Null;
    return writeNull(out);
  }
  const at = <usize>load<u32>(column, AT);
  const p = at + <usize>i * <usize>load<u32>(column, STEP);
  switch (load<u32>(column, DTYPE)) {
    case DType.Float64: {
      const v = load<f64>(p);
      return isFinite(v) ? writeF64(out, v) : special(out, v);
    }
    case DType.Float32: {
      const v = load<f32>(p);
      return isFinite(v) ? writeF32(out, v) : special(out, <f64>v);
    }
    case DType.String: return text(column, i, out);
    case DType.Int8: return signed(out, <i64>load<i8>(p));
    case DType.Int16: return signed(out, <i64>load<i16>(p));
    case DType.Int32: return signed(out, <i64>load<i32>(p));
    case DType.Int64: return signed(out, load<i64>(p));
    case DType.Uint8: return unsigned(out, <u64>load<u8>(p));
    case DType.Uint16: return unsigned(out, <u64>load<u16>(p));
    case DType.Uint32: return unsigned(out, <u64>load<u32>(p));
    case DType.Uint64: return unsigned(out, load<u64>(p));
    default: {
      if (load<u8>(p) != 0) { store<u32>(out, 0x65757274 /* true */); return out + 4; }
      store<u32>(out, 0x736c6166 /* fals */);
      store<u8>(out, 0x65 /* e */, 4);
      return out + 5;
    }
  }
}

function text(column: usize, i: u32, out: usize): usize {
  const ends = textAt(column, i);
  if (ends == 0) return writeNull(out);
  const first = load<u32>(ends);
  return copy(out, <usize>load<u32>(column, AT) + <usize>first, <usize>(load<u32>(ends, 4) - first));
}

// @ts-ignore: decorator
@inline function unsigned(out: usize, v: u64): usize { return writeDigits(out, v, lengthOf(v)); }

function signed(out: usize, v: i64): usize {
  if (v < 0) { store<u8>(out++, 0x2d /* - */); return unsigned(out, 0 - <u64>v); }
  return unsigned(out, <u64>v);
}

function writeNull(out: usize): usize { store<u32>(out, 0x6c6c756e /* null */); return out + 4; }

/** NaN and the infinities, as Python spells them. */
function special(out: usize, v: f64): usize {
  if (nan == Nan.Error) { printError = Err.Nan; return out; }
  if (nan == Nan.Tell) {
    if (!nulls) printError = Err.Null;
    return writeNull(out);
  }
  if (v != v) { store<u32>(out, 0x004e614e /* NaN */); return out + 3; }
  if (v < 0) store<u8>(out++, 0x2d /* - */);
  store<u64>(out, 0x7974696e69666e49 /* Infinity */);
  return out + 8;
}
