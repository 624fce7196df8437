// Numbers of a file that are places in something else: each is checked before it is used as one. A loop over what is at hand takes less
// than copying it to the core would.

/**
 * Where cells end, as 32-bit numbers: none before the one before it, and none behind `most`.
 * @throws RangeError
 */
export function endsIn(offsets: Int32Array<ArrayBuffer> | BigInt64Array, most: number): Int32Array<ArrayBuffer> {
  const ends = offsets instanceof Int32Array ? offsets : lowHalves(offsets);
  let before = 0;
  let fell = 0;
  for (let i = 0; i < ends.length; i++) {
    const end = ends[i] as number;
    // none of both is negative
    fell |= end | (end - before);
    before = end;
  }
  if (fell < 0 || before > most) throw new RangeError("offsets that do not go up, or lie outside of what they are of");
  return ends;
}

/** 64-bit offsets of what is in memory have nothing in their upper half. */
function lowHalves({ buffer, byteOffset, length }: BigInt64Array): Int32Array<ArrayBuffer> {
  const words = new Int32Array(buffer, byteOffset, 2 * length);
  const ends = new Int32Array(length);
  let high = 0;
  for (let i = 0; i < length; i++) {
    ends[i] = words[2 * i] as number;
    high |= words[2 * i + 1] as number;
  }
  if (high !== 0) throw new RangeError("offsets beyond what is in memory");
  return ends;
}

type Indices = Int8Array | Int16Array | Int32Array | BigInt64Array | Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

/**
 * Which of `known` things each cell is; -1 for a null, whatever stands there.
 * @throws RangeError
 */
export function placesIn(indices: Indices, known: number, valid: Uint8Array | undefined): Int32Array<ArrayBuffer> {
  const places = new Int32Array(indices.length);
  for (let i = 0; i < places.length; i++) {
    const place = Number(indices[i]);
    if (valid !== undefined && valid[i] === 0) places[i] = -1;
    else if (place >= 0 && place < known) places[i] = place;
    else throw new RangeError(`a place, ${place}, outside of a dictionary of ${known}`);
  }
  return places;
}

/** A byte for each of so many bits, the first the lowest, from bit `at` on. */
export function bitsAt(bytes: Uint8Array, at: number, count: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) out[i] = ((bytes[(at + i) >> 3] as number) >> ((at + i) & 7)) & 1;
  return out;
}
