// Parquet's hybrid of runs and bit-packed groups (parquet-format, Encodings.md, RLE = 3), as it stands in data pages.
//
// A part begins with a varint: twice the length of a run, whose value follows; or twice the count of groups of eight, plus one,
// whose values follow `width` bits each, the lowest first. Widths are 24 bits at most.

/** Equal values in a stretch this long begin a run: shorter ones take less space, or time, packed. */
const BLOCK: u32 = 64;

/** Where the last call stopped writing. */
export let packedTo: usize = 0;

/** Writes `count` 32-bit values from `values`, each less `base`. The place written to has room for all of them packed, and more. */
export function packHybrid(values: usize, count: u32, base: i32, width: u32, out: usize): void {
  packedTo = out;
  if (width == 0) { packRun(0, count, 0); return; }
  let from: u32 = 0, i: u32 = 0;
  while (i + BLOCK <= count) {
    const length = runAt(values, i, count);
    if (length < BLOCK) { i += BLOCK; continue; }
    packGroups(values, from, i, base, width);
    // groups that follow begin at a multiple of eight
    const whole = i + length == count ? length : length & ~7;
    packRun(at(values, i) - base, whole, width);
    i += whole;
    from = i;
  }
  packGroups(values, from, count, base, width);
}

// @ts-ignore: decorator
@inline function at(values: usize, i: u32): i32 { return load<i32>(values + (<usize>i << 2)); }

/** How many values from i on are equal; fewer than a block when they are not worth a run. */
function runAt(values: usize, i: u32, count: u32): u32 {
  const value = at(values, i);
  if (at(values, i + BLOCK - 1) != value) return 0;
  let k = i + 1;
  while (k < count && at(values, k) == value) k++;
  return k - i;
}

function varint(value: u32): void {
  let o = packedTo;
  while (value > 0x7f) { store<u8>(o++, <u8>(value | 0x80)); value >>= 7; }
  store<u8>(o++, <u8>value);
  packedTo = o;
}

function packRun(value: i32, count: u32, width: u32): void {
  varint(count << 1);
  for (let bits: u32 = 0; bits < width; bits += 8) store<u8>(packedTo++, <u8>(value >>> bits));
}

function packGroups(values: usize, from: u32, to: u32, base: i32, width: u32): void {
  if (from == to) return;
  const groups = (to - from + 7) >> 3;
  varint((groups << 1) | 1);
  const end = packedTo + <usize>(groups * width);
  let o = packedTo;
  let held: u64 = 0;
  let bits: u32 = 0;
  const stop = values + (<usize>to << 2);
  for (let p = values + (<usize>from << 2); p < stop; p += 4) {
    const place: u32 = load<i32>(p) - base; // in 32 bits: a negative base would borrow from the next value
    held |= <u64>place << bits;
    bits += width;
    if (bits >= 32) {
      store<u32>(o, <u32>held);
      o += 4;
      held >>= 32;
      bits -= 32;
    }
  }
  store<u64>(o, held); // the last group is filled up with zeros
  for (o += 8; o < end; o += 8) store<u64>(o, 0);
  packedTo = end;
}

/** What was wrong with what unpackCells() read. */
export const enum Unpacked { Good, Short, Beyond }

/**
 * Reads `count` places in a dictionary of `most` 8-byte cells, and puts the cells at `out`: places and cells in one go, because the
 * places alone would be written and read once more.
 */
export function unpackCells(p: usize, end: usize, width: u32, count: u32, dictionary: usize, most: u32, out: usize): i32 {
  const stop = out + (<usize>count << 3);
  const mask: u64 = ((<u64>1) << width) - 1;
  while (out < stop) {
    let header: u32 = 0, shift: u32 = 0;
    let byte: u32 = 0x80;
    while (byte > 0x7f) {
      if (p >= end || shift > 28) return Unpacked.Short;
      byte = load<u8>(p++);
      header |= (byte & 0x7f) << shift;
      shift += 7;
    }
    const length = header >> 1;
    if (length == 0) return Unpacked.Short;
    const left = <u32>((stop - out) >> 3);
    if (header & 1) {
      const here = length > left >> 3 ? left : length << 3;
      if (p + ((<usize>here * width + 7) >> 3) > end) return Unpacked.Short;
      let bit: usize = 0;
      let greatest: u64 = 0;
      for (const last = out + (<usize>here << 3); out < last; out += 8, bit += width) {
        const place = (load<u64>(p + (bit >> 3)) >> (bit & 7)) & mask;
        greatest = max(greatest, place);
        store<u64>(out, load<u64>(dictionary + (min<usize>(<usize>place, most - 1) << 3)));
      }
      if (greatest >= most) return Unpacked.Beyond;
      p += <usize>length * width;
    } else {
      let place: u32 = 0;
      for (let bits: u32 = 0; bits < width; bits += 8) place |= <u32>load<u8>(p++) << bits;
      if (p > end) return Unpacked.Short;
      if (place >= most) return Unpacked.Beyond;
      const cell = load<u64>(dictionary + (<usize>place << 3));
      for (const last = out + (<usize>min(length, left) << 3); out < last; out += 8) store<u64>(out, cell);
    }
  }
  return Unpacked.Good;
}

/** Ends of what narrow() has seen; the caller sets them before the first. */
export let narrowLeast: i32 = 0;
export let narrowGreatest: i32 = 0;
export function setNarrowEnds(least: i32, greatest: i32): void { narrowLeast = least; narrowGreatest = greatest; }

/** 64-bit integers as 32-bit ones. False: one of them does not fit. */
export function narrow(from: usize, count: u32, to: usize): bool {
  let beyond = i32x4.splat(0);
  let least = i32x4.splat(narrowLeast), greatest = i32x4.splat(narrowGreatest);
  let i: u32 = 0;
  for (; i + 4 <= count; i += 4, from += 32, to += 16) {
    const a = v128.load(from), b = v128.load(from, 16);
    const low = i8x16.shuffle(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    const high = i8x16.shuffle(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
    beyond = v128.or(beyond, v128.xor(high, i32x4.shr_s(low, 31)));
    least = i32x4.min_s(least, low);
    greatest = i32x4.max_s(greatest, low);
    v128.store(to, low);
  }
  let bad = v128.any_true(beyond);
  let low0 = min(min(i32x4.extract_lane(least, 0), i32x4.extract_lane(least, 1)), min(i32x4.extract_lane(least, 2), i32x4.extract_lane(least, 3)));
  let high0 = max(max(i32x4.extract_lane(greatest, 0), i32x4.extract_lane(greatest, 1)), max(i32x4.extract_lane(greatest, 2), i32x4.extract_lane(greatest, 3)));
  for (; i < count; i++, from += 8, to += 4) {
    const value = load<i64>(from);
    if (value != <i64>(<i32>value)) bad = true;
    low0 = min(low0, <i32>value);
    high0 = max(high0, <i32>value);
    store<i32>(to, <i32>value);
  }
  narrowLeast = low0;
  narrowGreatest = high0;
  return !bad;
}
