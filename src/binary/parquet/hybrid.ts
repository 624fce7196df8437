// Parquet's hybrid of runs and bit-packed groups, for dictionary indices and levels (parquet-format, Encodings.md, RLE = 3).
//
// A part begins with a varint: twice the length of a run, whose value follows; or twice the count of groups of eight, plus one,
// whose values follow `width` bits each, the lowest first.

/** Equal values in a stretch this long begin a run: shorter ones take less space, or time, packed. */
const BLOCK = 64;

/** Bits that tell `count` values apart. */
export function widthOf(count: number): number {
  return count <= 1 ? 0 : 32 - Math.clz32(count - 1);
}

/** The most bytes that pack() may write. */
export function packedBytes(count: number, width: number): number {
  return Math.ceil((count + 8) / 8) * width + Math.ceil(count / BLOCK) * 8 + 16;
}

/** Writes values, less `base`, of at most 24 bits at out[p..]; returns the end. */
export function pack(values: Int32Array, count: number, base: number, width: number, out: Uint8Array, p: number): number {
  if (width === 0) return packRun(0, count, 0, out, p);
  let from = 0;
  let to = p;
  for (let i = 0; i + BLOCK <= count; ) {
    const end = runEnd(values, i, count);
    if (end - i < BLOCK) {
      i += BLOCK;
      continue;
    }
    to = packGroups(values, from, i, base, width, out, to);
    // groups that follow begin at a multiple of eight
    const length = end === count ? end - i : (end - i) & ~7;
    to = packRun((values[i] as number) - base, length, width, out, to);
    i += length;
    from = i;
  }
  return packGroups(values, from, count, base, width, out, to);
}

/** Writes so many equal values. */
export function packRun(value: number, count: number, width: number, out: Uint8Array, p: number): number {
  let to = varint(count * 2, out, p);
  for (let bits = 0; bits < width; bits += 8) out[to++] = value >>> bits;
  return to;
}

function runEnd(values: Int32Array, from: number, count: number): number {
  const value = values[from];
  if (values[from + BLOCK - 1] !== value) return from;
  let i = from + 1;
  while (i < count && values[i] === value) i++;
  return i;
}

function packGroups(values: Int32Array, from: number, count: number, base: number, width: number, out: Uint8Array, p: number): number {
  if (from === count) return p;
  const groups = Math.ceil((count - from) / 8);
  let to = varint(groups * 2 + 1, out, p);
  let held = 0;
  let bits = 0;
  for (let i = from; i < count; i++) {
    held |= ((values[i] as number) - base) << bits;
    bits += width;
    while (bits >= 8) {
      out[to++] = held;
      held >>>= 8;
      bits -= 8;
    }
  }
  const end = p + varintBytes(groups * 2 + 1) + groups * width;
  if (bits > 0) out[to++] = held;
  out.fill(0, to, end);
  return end;
}

function varint(value: number, out: Uint8Array, p: number): number {
  let rest = value;
  let to = p;
  for (; rest > 0x7f; rest >>>= 7) out[to++] = (rest & 0x7f) | 0x80;
  out[to++] = rest;
  return to;
}

function varintBytes(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}

/**
 * Reads `count` values of so many bits from bytes[p..end) into out, which has room for eight more. Returns false when all of them lie
 * in one run of ones: a column without nulls, of which nothing was written.
 * @throws RangeError where the bytes end too early.
 */
export function unpack(bytes: Uint8Array, p: number, end: number, width: number, count: number, out: Int32Array): boolean {
  let at = p;
  let done = 0;
  while (done < count) {
    let header = 0;
    let shift = 0;
    let byte = 0x80;
    while (byte > 0x7f) {
      if (at >= end) throw new RangeError("unexpected end of levels or indices");
      byte = bytes[at++] as number;
      header |= (byte & 0x7f) << shift;
      shift += 7;
    }
    const length = header >>> 1;
    if (header & 1) {
      const groups = Math.min(length, Math.ceil((count - done) / 8));
      if (at + groups * width > end) throw new RangeError("unexpected end of levels or indices");
      unpackGroups(bytes, at, width, groups * 8, out, done);
      at += length * width;
      done += groups * 8;
    } else {
      let value = 0;
      for (let bits = 0; bits < width; bits += 8) value |= (bytes[at++] as number) << bits;
      if (at > end) throw new RangeError("unexpected end of levels or indices");
      if (done === 0 && length >= count && width === 1 && value === 1) return false;
      const run = Math.min(length, count - done);
      out.fill(value, done, done + run);
      done += run;
      if (length === 0) throw new RangeError("a run of nothing");
    }
  }
  return true;
}

function unpackGroups(bytes: Uint8Array, p: number, width: number, count: number, out: Int32Array, to: number): void {
  if (width === 0) {
    out.fill(0, to, to + count);
    return;
  }
  const mask = width === 32 ? -1 : (1 << width) - 1;
  let at = p;
  let held = 0;
  let bits = 0;
  if (width > 24) {
    unpackWide(bytes, p, width, count, out, to);
    return;
  }
  for (let i = to; i < to + count; i++) {
    while (bits < width) {
      held |= (bytes[at++] as number) << bits;
      bits += 8;
    }
    out[i] = held & mask;
    held >>>= width;
    bits -= width;
  }
}

/**
 * Reads `count` places in a dictionary of 8-byte cells, given as pairs of words, and puts the cells into `out` from cell `at` on:
 * places and cells in one go, because the places alone would be written and read once more.
 * @throws RangeError where the bytes end too early, or a place lies beyond the dictionary.
 */
export function unpackCells(
  bytes: Uint8Array,
  p: number,
  end: number,
  width: number,
  count: number,
  dictionary: Int32Array,
  out: Int32Array,
  at: number,
): void {
  const most = dictionary.length / 2;
  const last = at + count;
  let q = p;
  let to = at;
  while (to < last) {
    let header = 0;
    let shift = 0;
    let byte = 0x80;
    while (byte > 0x7f) {
      if (q >= end) throw new RangeError("unexpected end of indices");
      byte = bytes[q++] as number;
      header |= (byte & 0x7f) << shift;
      shift += 7;
    }
    const length = header >>> 1;
    const here = Math.min(last - to, header & 1 ? length * 8 : length);
    if (length === 0) throw new RangeError("a run of nothing");
    if (header & 1) {
      if (q + Math.ceil((here * width) / 8) > end) throw new RangeError("unexpected end of indices");
      if (!cellsOfGroups(bytes, q, width, here, dictionary, most, out, to)) throw new RangeError("a place beyond the dictionary");
      q += length * width;
    } else {
      let place = 0;
      for (let bits = 0; bits < width; bits += 8) place |= (bytes[q++] as number) << bits;
      if (q > end) throw new RangeError("unexpected end of indices");
      if (place >>> 0 >= most) throw new RangeError("a place beyond the dictionary");
      fillCells(out, to, here, dictionary[2 * place] as number, dictionary[2 * place + 1] as number);
    }
    to += here;
  }
}

function cellsOfGroups(
  bytes: Uint8Array,
  p: number,
  width: number,
  count: number,
  dictionary: Int32Array,
  most: number,
  out: Int32Array,
  at: number,
): boolean {
  const mask = (1 << width) - 1;
  let q = p;
  let held = 0;
  let bits = 0;
  let greatest = 0;
  for (let to = 2 * at, stop = to + 2 * count; to < stop; to += 2) {
    while (bits < width) {
      held |= (bytes[q++] as number) << bits;
      bits += 8;
    }
    const place = held & mask;
    held >>>= width;
    bits -= width;
    if (place > greatest) greatest = place;
    out[to] = dictionary[2 * place] as number;
    out[to + 1] = dictionary[2 * place + 1] as number;
  }
  return greatest < most;
}

function fillCells(out: Int32Array, at: number, count: number, low: number, high: number): void {
  for (let to = 2 * at, stop = to + 2 * count; to < stop; to += 2) {
    out[to] = low;
    out[to + 1] = high;
  }
}

/** Indices of more than 24 bits would overflow what is held. */
function unpackWide(bytes: Uint8Array, p: number, width: number, count: number, out: Int32Array, to: number): void {
  for (let i = 0; i < count; i++) {
    let value = 0n;
    const bit = i * width;
    for (let b = 0; b < 5; b++) value |= BigInt(bytes[p + (bit >> 3) + b] ?? 0) << BigInt(8 * b);
    out[to + i] = Number(BigInt.asIntN(32, (value >> BigInt(bit & 7)) & ((1n << BigInt(width)) - 1n)));
  }
}
