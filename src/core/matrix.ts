// The matrix machine: rows of plain numbers, all of one width, 64 bytes at a time.
//
// How it works. Sixteen characters can stand there: digits, point, minus, comma, the two brackets, and a space behind a comma where the
// writer puts one, as Python's json does behind each. A perfect hash gives each a slot of sixteen. So one table lookup says what a character is, one what
// may follow it, and one what may follow the character before that. The three sets meet in at least one bit where the text is right. What
// is not local has bit masks: one point a number (a carry from point to point that a comma stops), and the commas of each row. It is
// 1.3 to 2 times as fast as block.ts, which keeps a mask for each rule.
//
// What a change must not break is what block.ts says of itself: a block is taken whole or not at all, and only when it is surely fine.
import { afterRun, look, pack, runLeaves } from "./masks";
import { Mode, St, countAt, depth, expectAt, freeAbove, leaf, mode, setDepth, setSt, st, stopAt, watch } from "./state";

/** As many bytes are judged before their numbers are read. */
export const STRETCH: usize = 8192;
/** Where numbers end, one address behind the other from FIRST_END on, with room for four in vain. */
const NOTED: usize = memory.data(16 + 4 * (<i32>STRETCH / 2 + 4), 16);
export const FIRST_END: usize = NOTED + 16;
/** How many there are. */
export let ends: u32 = 0;

// What a character is, a bit each; a digit has two, so that one behind a leading zero can be told.
const FIRST: u8 = 1, LATER: u8 = 2, POINT: u8 = 4, COMMA: u8 = 8, CLOSE: u8 = 16, MINUS: u8 = 32, OPEN: u8 = 64, SPACE: u8 = 128;
const DIGIT: u8 = FIRST | LATER;
const ENDS: u8 = POINT | COMMA | CLOSE;
/** Two behind a character inside a number. */
const INSIDE: u8 = DIGIT | ENDS | MINUS | SPACE;
/** Two behind what a number may begin after: no second digit, where the first was 0. */
const START: u8 = FIRST | ENDS | MINUS;

// slots, by the hash below: 0 to 9, a for the space, b for [, c for the comma, d for minus, e for the point, f for ]
const CHARACTER: usize = memory.data<u8>([0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x20, 0x5b, 0x2c, 0x2d, 0x2e, 0x5d], 16);
const ITSELF: usize = memory.data<u8>([DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, SPACE, OPEN, COMMA, MINUS, POINT, CLOSE], 16);
/** What may stand behind it: compact, and with a space behind every comma. */
const NEXT: usize = memory.data<u8>([
  LATER | ENDS, FIRST | ENDS, FIRST | ENDS, FIRST | ENDS, FIRST | ENDS, FIRST | ENDS, FIRST | ENDS, FIRST | ENDS, FIRST | ENDS, FIRST | ENDS,
  0, FIRST | MINUS, FIRST | MINUS | OPEN, FIRST, FIRST, COMMA,
], 16);
const NEXT_SPACED: usize = memory.data<u8>([
  LATER | ENDS, FIRST | ENDS, FIRST | ENDS, FIRST | ENDS, FIRST | ENDS, FIRST | ENDS, FIRST | ENDS, FIRST | ENDS, FIRST | ENDS, FIRST | ENDS,
  FIRST | MINUS | OPEN, FIRST | MINUS, SPACE, FIRST, FIRST, COMMA,
], 16);
/** What may stand two behind it. Compact, a bracket opens there only behind one that closed; with spaces, that is for the masks to say. */
const THEN: usize = memory.data<u8>([INSIDE, INSIDE, INSIDE, INSIDE, INSIDE, INSIDE, INSIDE, INSIDE, INSIDE, INSIDE, 0, START, START, START, INSIDE, OPEN], 16);
const THEN_SPACED: usize = memory.data<u8>([
  INSIDE, INSIDE, INSIDE, INSIDE, INSIDE, INSIDE, INSIDE, INSIDE, INSIDE, INSIDE, START, START, FIRST | MINUS | OPEN, START, INSIDE, SPACE,
], 16);
/** Loaded, not spelled: V8 would make each of them anew in every round. */
const CONSTANTS: usize = memory.data<u8>([59, 15, 0x2c, 0x2e, 0x5d, 0x2a, 0x5b], 16);

/** Calls to pass over where the last ones were in vain. */
const PATIENCE: i32 = 32;
let pause: i32 = 0;
/** The writer puts a space behind each comma, as far as has been seen. */
let spaces: bool = false;

/** c ^ max(c - 59, 0), its low half; with spaces, 42 - c as well, which is something for a space alone. */
// @ts-ignore: decorator
@inline function slots(v: v128, most: v128, least: v128, low: v128, spaced: bool): v128 {
  const slot = v128.xor(v, i8x16.sub_sat_u(v, most));
  return v128.and(spaced ? v128.xor(slot, i8x16.sub_sat_u(least, v)) : slot, low);
}

/** No byte is zero where each of v may stand behind the two before it. `at`: its slots; `before`: those of the sixteen before. */
// @ts-ignore: decorator
@inline function legal(v: v128, at: v128, before: v128, character: v128, itself: v128, next: v128, then: v128): v128 {
  const last = i8x16.shuffle(before, at, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
  const second = i8x16.shuffle(before, at, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
  return v128.and(v128.and(i8x16.eq(look(character, at), v), look(itself, at)), v128.and(look(next, last), look(then, second)));
}

/** The two characters before the byte at p, the last one in the low half; 0 where there is nothing for this machine. */
// @ts-ignore: decorator
@inline function before(p: usize, inside: bool, spaced: bool): u32 {
  const gap: u32 = spaced ? 0x2000 : 0x2c00;
  switch (st) {
    // whether the space has been there is told by what comes
    case St.Value: return spaced && load<u8>(p) != 0x20 ? 0x2c20 : inside ? 0x312c : 0x5d2c; // ", ", "1,", "],"
    case St.ValueOrClose: return inside ? gap | 0x5b : spaced ? 0x2c20 : 0x5d2c; // ",[", or as behind a row
    case St.After: return inside ? 0 : 0x315d; // "1]"
    case St.Minus: return gap | 0x2d; // ",-"
    case St.Zero: return gap | 0x30; // ",0"
    case St.Int: return 0x3131; // "11"
    case St.Dot: return 0x312e; // "1."
    case St.Frac: return 0x2e31; // ".1"
    default: return 0;
  }
}

/** Takes blocks from p while they are rows of plain numbers of the learned width; returns the first byte not taken. */
export function matrixBlocks(p: usize, to: usize): usize {
  if (pause > 0) { pause--; return p; }
  if (p + 64 > to || mode == Mode.Free || freeAbove != i32.MAX_VALUE || stopAt != u64.MAX_VALUE || leaf < 1 || leaf - 1 <= watch) return p;
  if (load<i64>(expectAt(leaf)) <= 0 || depth < leaf - 1 || depth > leaf) return p;
  const q = spaces ? spacedBlocks(p, to) : compactBlocks(p, to);
  if (q == p) {
    // the other kind is next
    spaces = !spaces;
    if (!spaces) pause = PATIENCE;
  }
  return q;
}

// exported from the core, or the optimizer would put both loops into matrixBlocks() and spill registers in each
export function compactBlocks(p: usize, to: usize): usize { return blocks(p, to, false, false); }
export function spacedBlocks(p: usize, to: usize): usize { return blocks(p, to, true, false); }

/** Notes where the numbers of such blocks end, and leaves the state as it is; [p, to) is no longer than a STRETCH. */
export function noteCompact(p: usize, to: usize): void { blocks(p, to, false, true); }
export function noteSpaced(p: usize, to: usize): void { blocks(p, to, true, true); }

/** `spaced` and `notes` are constants, and each of the calls has its own copy of the loop. */
// @ts-ignore: decorator
@inline function blocks(from: usize, to: usize, spaced: bool, notes: bool): usize {
  if (notes) ends = 0;
  const inside = depth == leaf;
  const pair = before(from, inside, spaced);
  if (pair == 0) return from;

  const lastCell = load<u64>(expectAt(leaf)) - 1;
  let cell = inside ? load<u64>(countAt(leaf)) : 0;
  let rows = load<u64>(countAt(leaf - 1));
  let inFraction: u64 = <u64>(st == St.Dot || st == St.Frac);
  let wasClose: u64 = <u64>((pair & 0xff) == 0x5d);
  // a bracket is due here, or behind the space
  let wantOpen: u64 = spaced && !inside && st != St.After ? ((pair & 0xff) == 0x20 ? 1 : 2) : 0;

  const most = v128.load8_splat(CONSTANTS), low = v128.load8_splat(CONSTANTS, 1), least = v128.load8_splat(CONSTANTS, 5);
  const commas = v128.load8_splat(CONSTANTS, 2), points = v128.load8_splat(CONSTANTS, 3), closes = v128.load8_splat(CONSTANTS, 4), opens = v128.load8_splat(CONSTANTS, 6);
  const character = v128.load(CHARACTER), itself = v128.load(ITSELF), next = v128.load(spaced ? NEXT_SPACED : NEXT), then = v128.load(spaced ? THEN_SPACED : THEN);
  let last = slots(i8x16.replace_lane(i8x16.replace_lane(i8x16.splat(0x31), 14, <i8>(pair >> 8)), 15, <i8>pair), most, least, low, spaced);
  let p = from;
  let note = FIRST_END;
  while (p + 64 <= to) {
    const v0 = v128.load(p), v1 = v128.load(p, 16), v2 = v128.load(p, 32), v3 = v128.load(p, 48);
    const a0 = slots(v0, most, least, low, spaced), a1 = slots(v1, most, least, low, spaced);
    const a2 = slots(v2, most, least, low, spaced), a3 = slots(v3, most, least, low, spaced);
    let sound = legal(v0, a0, last, character, itself, next, then);
    sound = i8x16.min_u(sound, legal(v1, a1, a0, character, itself, next, then));
    sound = i8x16.min_u(sound, legal(v2, a2, a1, character, itself, next, then));
    sound = i8x16.min_u(sound, legal(v3, a3, a2, character, itself, next, then));
    const comma = pack(i8x16.eq(v0, commas), i8x16.eq(v1, commas), i8x16.eq(v2, commas), i8x16.eq(v3, commas));
    const point = pack(i8x16.eq(v0, points), i8x16.eq(v1, points), i8x16.eq(v2, points), i8x16.eq(v3, points));
    const close = pack(i8x16.eq(v0, closes), i8x16.eq(v1, closes), i8x16.eq(v2, closes), i8x16.eq(v3, closes));
    const run = ~(comma | point), begun = (point << 1) | inFraction;
    let wrong = afterRun(begun, run) & point;
    const between = comma & ((close << 1) | wasClose);
    if (spaced) {
      const open = pack(i8x16.eq(v0, opens), i8x16.eq(v1, opens), i8x16.eq(v2, opens), i8x16.eq(v3, opens));
      wrong |= open ^ ((between << 2) | wantOpen);
    }
    const cells = comma ^ between;
    let n = cell, done: u64 = 0;
    for (let k = close; k != 0; k &= k - 1) {
      const below = (k & (0 - k)) - 1;
      wrong |= (n + popcnt(cells & below & ~done)) ^ lastCell;
      n = 0;
      done = below;
    }
    if (wrong != 0 || !i8x16.all_true(sound)) break;
    if (notes) note = noteEnds(note, p, cells | close);
    cell = n + popcnt(cells & ~done);
    rows += popcnt(between);
    inFraction = runLeaves(begun, run) | (point >> 63);
    wasClose = close >> 63;
    if (spaced) wantOpen = between >> 62;
    last = a3;
    p += 64;
  }
  if (notes) ends = <u32>((note - FIRST_END) >> 2);
  else if (p != from) leaveAt(p, rows, cell, inFraction != 0);
  return p;
}

/** Four at a time, some of them perhaps in vain. */
// @ts-ignore: decorator
@inline function noteEnds(note: usize, p: usize, marks: u64): usize {
  const behind = note + (<usize>popcnt(marks) << 2);
  while (marks != 0) {
    store<u32>(note, <u32>(p + <usize>ctz(marks))); marks &= marks - 1;
    store<u32>(note, <u32>(p + <usize>ctz(marks)), 4); marks &= marks - 1;
    store<u32>(note, <u32>(p + <usize>ctz(marks)), 8); marks &= marks - 1;
    store<u32>(note, <u32>(p + <usize>ctz(marks)), 12); marks &= marks - 1;
    note += 16;
  }
  return behind;
}

/** The state as the byte machine has it, by the last characters before p. */
// @ts-ignore: decorator
@inline function leaveAt(p: usize, rows: u64, cell: u64, inFraction: bool): void {
  const c = load<u8>(p - 1), second = load<u8>(p - 2);
  const between = c == 0x5d || (c == 0x2c && second == 0x5d) || (c == 0x20 && load<u8>(p - 3) == 0x5d);
  store<u64>(countAt(leaf - 1), rows);
  if (!between) store<u64>(countAt(leaf), cell);
  setDepth(between ? leaf - 1 : leaf);
  if (c == 0x5d) setSt(St.After);
  else if (c == 0x2c || c == 0x20) setSt(St.Value);
  else if (c == 0x5b) setSt(St.ValueOrClose);
  else if (c == 0x2d) setSt(St.Minus);
  else if (c == 0x2e) setSt(St.Dot);
  else if (inFraction) setSt(St.Frac);
  else setSt(c == 0x30 && (second == 0x2c || second == 0x2d || second == 0x5b || second == 0x20) ? St.Zero : St.Int);
}
