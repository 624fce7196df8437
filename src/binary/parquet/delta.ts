// Parquet's delta encodings (parquet-format, Encodings.md), which hyparquet unpacks, and what it takes on trust of them.
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { readVarInt } from "hyparquet/src/thrift.js";
import type { ExpansionGuard } from "../../io/expansion.js";

interface Reader {
  view: DataView;
  offset: number;
}

/** Values of a block, and of a part of it, are multiples of these. */
const [BLOCK, PART] = [128, 32];

/** @throws RangeError where there are fewer, or the block cannot be. */
export function deltaNumbers(reader: Reader, count: number, narrow: boolean): Int32Array | BigInt64Array {
  const out = narrow ? new Int32Array(count) : new BigInt64Array(count);
  const ahead = { view: reader.view, offset: reader.offset };
  const [block, parts, total] = [readVarInt(ahead), readVarInt(ahead), readVarInt(ahead)];
  const sound = block > 0 && block % BLOCK === 0 && parts > 0 && block % parts === 0 && (block / parts) % PART === 0;
  if (!sound) throw new RangeError(`delta blocks of ${block} values in ${parts} parts`);
  if (total < count) throw new RangeError(`unexpected end: ${total} of ${count} values`);
  // behind the header is the first value, and nothing where there is none
  if (count > 0) deltaBinaryUnpack(reader, count, out);
  return out;
}

/** @throws RangeError where there are fewer bytes than the lengths say. */
export function deltaLengths(reader: Reader, count: number): Uint8Array[] {
  const lengths = deltaNumbers(reader, count, true) as Int32Array;
  return Array.from(lengths, (length) => bytesAt(reader, length));
}

/**
 * Texts of which each begins as the one before it. `guard` hears of the bytes, which may be many times those of the page.
 * @throws RangeError where one is said to begin with more than that one has.
 */
export function deltaTexts(reader: Reader, count: number, guard: ExpansionGuard): Uint8Array[] {
  const shared = deltaNumbers(reader, count, true) as Int32Array;
  const lengths = deltaNumbers(reader, count, true) as Int32Array;
  const texts: Uint8Array[] = [];
  let before = new Uint8Array(0);
  for (let i = 0; i < count; i++) {
    const rest = bytesAt(reader, lengths[i] as number);
    const common = shared[i] as number;
    if (common < 0 || common > before.length) throw new RangeError(`a text that begins with ${common} of ${before.length} bytes`);
    guard.gave(common + rest.length);
    if (common > 0) {
      const whole = new Uint8Array(common + rest.length);
      whole.set(before.subarray(0, common));
      whole.set(rest, common);
      before = whole;
    } else before = rest;
    texts.push(before);
  }
  return texts;
}

function bytesAt(reader: Reader, length: number): Uint8Array<ArrayBuffer> {
  const { view, offset } = reader;
  if (length < 0 || offset + length > view.byteLength) throw new RangeError("unexpected end of values");
  reader.offset += length;
  return new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset + offset, length);
}
