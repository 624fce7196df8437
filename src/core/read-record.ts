// Rows of JSON that are records: an object for each. Their keys most often come in the order of the fields.
import { equalBytes } from "./bytes";
import { fieldOfKey, forgetStrangers, remember, strangerCount } from "./keys";
import { CELL, FIELD, KEY, KEY_LENGTH, RECORD, cells, enter, fields, setCell, setRowEnd, setToken, shortEnd, tell, width } from "./row";
import { Ev } from "./state";
import { REFUSED, Kind, OK, WAIT, end, kind, skipSpace, text, value } from "./token";

/** Keys that stood twice in the record that was read. */
export let twice: u64 = 0;
/** Tells the cells of this reading of a record from those of the one before. */
let attempts: u32 = 0;

/** No record has been read. */
export function startRecords(): void { twice = 0; }

/**
 * A record. `firstWins`: of a key that stands twice the first counts, otherwise the last. Keys that no field has are collected
 * as far as the record is there, and reported together; the record is then read again.
 */
export function readRecord(p: usize, to: usize, firstWins: bool): i32 {
  forgetStrangers();
  const result = members(p, to, firstWins);
  return strangerCount == 0 ? result : tell(Ev.NewKey, 0, p);
}

/** The members of {"a":1,…}, which most often come in the order of the fields. */
function members(p: usize, to: usize, firstWins: bool): i32 {
  if (load<u8>(p) != 0x7b /* { */) return REFUSED;
  enter(0x7b);
  const stamp = ++attempts;
  let i: u32 = 0, found: u32 = 0;
  twice = 0;
  p = skipSpace(p + 1, to);
  if (p >= to) return WAIT;
  if (load<u8>(p) != 0x7d /* } */) {
    while (true) {
      let at = i < width ? afterKey(p, fields + <usize>i * FIELD) : 0;
      if (at == 0) {
        const result = findKey(p, to, i);
        if (result != OK) return result;
        i = keyField;
        at = keyEnd;
      }
      at = skipSpace(at, to);
      if (at >= to) return WAIT;
      const short = shortEnd(at);
      let stop = short, what: i32 = Kind.Int;
      if (short == 0 || short >= to || (load<u8>(short) != 0x2c /* , */ && load<u8>(short) != 0x7d)) {
        const result = value(at, to);
        if (result != OK) return result;
        stop = end;
        what = kind;
      }
      const cell = cells + <usize>i * CELL;
      if (load<u32>(cell, RECORD) != stamp) {
        store<u32>(cell, stamp, RECORD);
        found++;
        setToken(i, at, stop, what);
      } else {
        twice++;
        if (!firstWins) setToken(i, at, stop, what);
      }
      i++;
      p = skipSpace(stop, to);
      if (p >= to) return WAIT;
      const c = load<u8>(p);
      if (c == 0x2c /* , */) { p = skipSpace(p + 1, to); if (p >= to) return WAIT; continue; }
      if (c == 0x7d) break;
      return REFUSED;
    }
  }
  if (found < width) {
    for (let k: u32 = 0; k < width; k++)
      if (load<u32>(cells + <usize>k * CELL, RECORD) != stamp) setCell(k, 0, 0, Kind.Missing);
  }
  setRowEnd(p + 1);
  return OK;
}

/** Fields that are compared with a key before the table is asked. */
const NEAR: u32 = 4;
let keyField: u32 = 0;
let keyEnd: usize = 0;

/** Behind the colon when the key at p is this field's as it is most often written, 0 otherwise. */
// @ts-ignore: decorator
@inline function afterKey(p: usize, field: usize): usize {
  const n = <usize>load<u32>(field, KEY_LENGTH), key = <usize>load<u32>(field, KEY);
  const same = i8x16.bitmask(i8x16.eq(v128.load(p), v128.load(key)));
  if (n <= 16) {
    const mask = (1 << <i32>n) - 1;
    return (same & mask) == mask ? p + n : 0;
  }
  return same == 0xffff && equalBytes(p + 16, key + 16, n - 16) ? p + n : 0;
}

/** The key at p, out of order or with white space behind it. Sets keyField and keyEnd, behind the colon. */
function findKey(p: usize, to: usize, expected: u32): i32 {
  if (load<u8>(p) != 0x22 /* " */) return REFUSED;
  const result = text(p, to);
  if (result != OK) return result;
  const n = end - p;
  let at = skipSpace(end, to);
  if (at >= to) return WAIT;
  if (load<u8>(at) != 0x3a /* : */) return REFUSED;
  keyEnd = at + 1;
  // keys that are left out: the one sought is most often not far behind
  for (let k: u32 = 0, i = expected; k < NEAR && i < width; k++, i++) {
    const field = fields + <usize>i * FIELD;
    if (<usize>load<u32>(field, KEY_LENGTH) == n + 1 && equalBytes(p, load<u32>(field, KEY), n)) { keyField = i; return OK; }
  }
  const known = fieldOfKey(p, n);
  // a value that belongs to no field goes to a place behind the fields, which is never read
  keyField = known < 0 ? width : <u32>known;
  if (known >= 0 || remember(p, n)) return OK;
  return tell(Ev.NewKey, expected, p);
}
