// The core's packing of dictionary indices and levels (core/hybrid.ts has the format), for values in arrays of the caller's.
import { CoreMemory } from "../../engine/wasm/memory.js";

/** Bits that tell `count` values apart. */
export function widthOf(count: number): number {
  return count <= 1 ? 0 : 32 - Math.clz32(count - 1);
}

let core: CoreMemory | undefined;

/** The core, and places in its memory for what goes through it. */
export function parquetCore(): CoreMemory {
  return (core ??= new CoreMemory());
}

/** 32-bit values, each less `base`, of at most 24 bits. */
export function pack(values: Int32Array, base: number, width: number): Uint8Array {
  const memory = parquetCore();
  const at = memory.area("values", 4 * values.length);
  const out = memory.area("packed", Math.ceil((values.length + 8) / 8) * width + Math.ceil(values.length / 64) * 16 + 64);
  new Int32Array(memory.bytes.buffer, at, values.length).set(values);
  memory.core.packHybrid(at, values.length, base, width, out);
  return memory.bytes.slice(out, memory.core.packedTo.value);
}

/**
 * 64-bit integers into 32-bit ones, from `at` on, and their ends with those before.
 * @returns undefined where one of them does not fit
 */
export function narrow(values: BigInt64Array, out: Int32Array, at: number, ends: readonly [number, number]): [number, number] | undefined {
  const memory = parquetCore();
  const from = memory.area("cells", 8 * values.length);
  const to = memory.area("values", 4 * values.length);
  new BigInt64Array(memory.bytes.buffer, from, values.length).set(values);
  memory.core.setNarrowEnds(...ends);
  if (memory.core.narrow(from, values.length, to) === 0) return undefined;
  out.set(new Int32Array(memory.bytes.buffer, to, values.length), at);
  return [memory.core.narrowLeast.value, memory.core.narrowGreatest.value];
}

/**
 * Reads `count` values of so many bits from bytes[p..end) into out, which has room for eight more. Returns false when all of them lie
 * in one run of ones: a column without nulls, of which nothing was written.
 * @throws RangeError where the bytes end too early.
 */
export function unpack(bytes: Uint8Array, p: number, end: number, width: number, count: number, out: Int32Array | Uint8Array): boolean {
  let at = p;
  let done = 0;
  while (done < count) {
    let header = 0;
    let shift = 0;
    let byte = 0x80;
    while (byte > 0x7f) {
      if (at >= end || shift > 28) throw new RangeError("unexpected end of levels or indices");
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
      if (width < 32 && value >>> width !== 0) throw new RangeError(`a run of ${value} in ${width} bits`);
      if (done === 0 && length >= count && width === 1 && value === 1) return false;
      const run = Math.min(length, count - done);
      out.fill(value, done, done + run);
      done += run;
      if (length === 0) throw new RangeError("a run of nothing");
    }
  }
  return true;
}

function unpackGroups(bytes: Uint8Array, p: number, width: number, count: number, out: Int32Array | Uint8Array, to: number): void {
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
 * Reads `count` places in a dictionary of 8-byte cells, and puts the cells into `out`.
 * @throws RangeError where the bytes end too early, or a place lies beyond the dictionary.
 */
export function unpackCells(
  bytes: Uint8Array,
  p: number,
  width: number,
  count: number,
  dictionary: BigInt64Array,
  out: BigInt64Array,
): void {
  if (dictionary.length === 0 && count > 0) throw new RangeError("a place beyond the dictionary");
  const memory = parquetCore();
  const from = memory.area("page", bytes.length - p);
  const known = memory.area("dictionary", 8 * Math.max(1, dictionary.length));
  const to = memory.area("cells", 8 * count);
  memory.bytes.set(bytes.subarray(p), from);
  new BigInt64Array(memory.bytes.buffer, known, dictionary.length).set(dictionary);
  const found = memory.core.unpackCells(from, from + bytes.length - p, width, count, known, dictionary.length, to);
  if (found === 1) throw new RangeError("unexpected end of places");
  if (found === 2) throw new RangeError("a place beyond the dictionary");
  out.set(new BigInt64Array(memory.bytes.buffer, to, count));
}

/** Indices of more than 24 bits would overflow what is held. */
function unpackWide(bytes: Uint8Array, p: number, width: number, count: number, out: Int32Array | Uint8Array, to: number): void {
  for (let i = 0; i < count; i++) {
    let value = 0n;
    const bit = i * width;
    for (let b = 0; b < 5; b++) value |= BigInt(bytes[p + (bit >> 3) + b] ?? 0) << BigInt(8 * b);
    out[to + i] = Number(BigInt.asIntN(32, (value >> BigInt(bit & 7)) & ((1n << BigInt(width)) - 1n)));
  }
}
