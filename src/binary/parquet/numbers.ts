// Values of a chunk that are present to what a page holds: whole numbers find their place in a dictionary by a table, other numbers by a
// hash of their bits. 64-bit integers are looked at as pairs of 32-bit words, so that no BigInt is made.

import type { TypedArray } from "../../columns/dtype.js";
import { widthOf } from "./hybrid.js";
import type { Encoded, Places } from "./page-shapes.js";

/** Largest dictionary, and the span of whole numbers that a table finds their places in. */
export const MOST = 1 << 16;
/** A dictionary pays where each of its values occurs so often. */
export const REPEATED = 2;
/** In so small a span all values are taken to occur. */
const FEW = 4;

const SEEN = new Uint8Array(MOST);
const PLACE = new Int32Array(MOST);

/** uint32 lies in an Int32Array by its bits, and is compared so only where that is right. */
export function encodeIntegers(
  values: Int32Array,
  [least, greatest]: readonly [number, number],
  wide: boolean,
  unsigned: boolean,
): Encoded {
  const shown = (n: number) => (wide ? BigInt(n) : n);
  const ordered = values.length > 0 && !(unsigned && least < 0);
  const ends = ordered ? { least: shown(least), greatest: shown(greatest) } : { least: undefined, greatest: undefined };
  const table = ordered && greatest - least < MOST ? tableOf(values, least, greatest - least + 1) : undefined;
  if (!table) return { places: undefined, dictionary: undefined, plain: wide ? widened(values) : bytesOf(values), ...ends };
  const { distinct, places } = table;
  return { places, dictionary: { bytes: wide ? widened(distinct) : bytesOf(distinct), count: distinct.length }, plain: undefined, ...ends };
}

export function endsOf(values: Int32Array): [least: number, greatest: number] {
  let least = values[0] ?? 0;
  let greatest = least;
  for (let i = 1; i < values.length; i++) {
    const value = values[i] as number;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return [least, greatest];
}

/** The values that occur between `least` and the end of its span, in their order, and each cell's place among them. */
function tableOf(values: Int32Array, least: number, span: number): { distinct: Int32Array; places: Places } | undefined {
  const { length } = values;
  const distinct = span <= FEW ? span : seenIn(values, least, span);
  if (distinct * REPEATED > length) return undefined;
  // where nearly all of the span occurs, a place is a difference
  if (widthOf(span) === widthOf(distinct))
    return { distinct: Int32Array.from({ length: span }, (_, k) => least + k), places: { values, base: least } };
  const found = new Int32Array(distinct);
  for (let k = 0; k < span; k++) if (SEEN[k] === 1) found[PLACE[k] as number] = least + k;
  const places = new Int32Array(length);
  for (let i = 0; i < length; i++) places[i] = PLACE[(values[i] as number) - least] as number;
  return { distinct: found, places: { values: places, base: 0 } };
}

/** How many values of the span occur; SEEN and PLACE tell which, and what place each has. */
function seenIn(values: Int32Array, least: number, span: number): number {
  SEEN.fill(0, 0, span);
  for (let i = 0; i < values.length; i++) SEEN[(values[i] as number) - least] = 1;
  let distinct = 0;
  for (let k = 0; k < span; k++) {
    PLACE[k] = distinct;
    distinct += SEEN[k] as number;
  }
  return distinct;
}

function widened(values: Int32Array): Uint8Array {
  const words = new Int32Array(2 * values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    words[2 * i] = value;
    words[2 * i + 1] = value >> 31;
  }
  return bytesOf(words);
}

/** 64-bit integers that need their bits. */
export function encodeWide(values: BigInt64Array<ArrayBuffer> | BigUint64Array<ArrayBuffer>): Encoded {
  const hashed = hashOf(new Int32Array(values.buffer, values.byteOffset, 2 * values.length));
  let least = values[0];
  let greatest = least;
  for (const value of hashed ? wideOf(hashed.distinct, values) : values) {
    if (value < (least as bigint)) least = value;
    if (value > (greatest as bigint)) greatest = value;
  }
  return { ...hashedOr(hashed, values), least, greatest };
}

function wideOf(words: Int32Array, like: BigInt64Array | BigUint64Array): BigInt64Array | BigUint64Array {
  return like instanceof BigUint64Array ? new BigUint64Array(words.buffer as ArrayBuffer) : new BigInt64Array(words.buffer as ArrayBuffer);
}

export function encodeFloats(values: Float64Array | Float32Array): Encoded {
  const hashed = values instanceof Float64Array ? hashOf(new Int32Array(values.buffer, values.byteOffset, 2 * values.length)) : undefined;
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  let nan = false;
  for (const value of hashed ? new Float64Array(hashed.distinct.buffer as ArrayBuffer) : values) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
    nan = nan || Number.isNaN(value);
  }
  // where NaN occurs a reader may take no ends for granted; zeros are ordered by their sign (parquet-format, ColumnOrder)
  const ends =
    nan || values.length === 0
      ? { least: undefined, greatest: undefined }
      : { least: least === 0 ? -0 : least, greatest: greatest === 0 ? 0 : greatest };
  return { ...hashedOr(hashed, values), ...ends };
}

interface Hashed {
  /** Pairs of words. */
  readonly distinct: Int32Array;
  readonly places: Int32Array;
}

function hashedOr(
  hashed: Hashed | undefined,
  values: TypedArray | Float64Array | Float32Array | BigInt64Array | BigUint64Array,
): Pick<Encoded, "places" | "dictionary" | "plain"> {
  if (!hashed) return { places: undefined, dictionary: undefined, plain: bytesOf(values) };
  const { distinct, places } = hashed;
  return { places: { values: places, base: 0 }, dictionary: { bytes: bytesOf(distinct), count: distinct.length / 2 }, plain: undefined };
}

const SLOTS = 1 << 17;
const SLOT = new Int32Array(SLOTS);

/** Distinct pairs of words in the order they come, and each pair's place among them; undefined where there are too many. */
function hashOf(words: Int32Array): Hashed | undefined {
  const length = words.length / 2;
  const most = Math.min(MOST, Math.floor(length / REPEATED / 2));
  const keys = new Int32Array(2 * most);
  const places = new Int32Array(length);
  SLOT.fill(0);
  let count = 0;
  for (let i = 0; i < length; i++) {
    const low = words[2 * i] as number;
    const high = words[2 * i + 1] as number;
    let at = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> 15;
    let place = SLOT[at] as number;
    while (place !== 0 && (keys[2 * place - 2] !== low || keys[2 * place - 1] !== high)) {
      at = (at + 1) & (SLOTS - 1);
      place = SLOT[at] as number;
    }
    if (place === 0) {
      if (count === most) return undefined;
      keys[2 * count] = low;
      keys[2 * count + 1] = high;
      place = ++count;
      SLOT[at] = place;
    }
    places[i] = place - 1;
  }
  return { distinct: keys.slice(0, 2 * count), places };
}

export function encodeBooleans(values: Uint8Array): Encoded {
  const plain = new Uint8Array(Math.ceil(values.length / 8));
  let truths = 0;
  for (let i = 0; i < values.length; i++) {
    plain[i >> 3] = (plain[i >> 3] as number) | ((values[i] as number) << (i & 7));
    truths += values[i] as number;
  }
  const ends =
    values.length > 0
      ? { least: Number(truths === values.length), greatest: Number(truths > 0) }
      : { least: undefined, greatest: undefined };
  return { places: undefined, dictionary: undefined, plain, ...ends };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}
