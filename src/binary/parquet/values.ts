// Values of a page, as its encoding has them, to arrays of their physical type. The rarer encodings are hyparquet's.

import type { ColumnMetaData, SchemaElement } from "hyparquet";
import { byteStreamSplit } from "hyparquet/src/encoding.js";
import type { Texts } from "../../columns/column.js";
import type { ExpansionGuard } from "../../io/expansion.js";
import { deltaLengths, deltaNumbers, deltaTexts } from "./delta.js";
import { unpack } from "./hybrid.js";
import { readPlainTexts } from "./plain-texts.js";

/** Values as the pages have them: numbers of the physical type, or bytes of a cell each. */
export type Raw = Int32Array | BigInt64Array | Float32Array | Float64Array | Uint8Array | readonly Uint8Array[] | Texts;

const BYTES: Readonly<Record<string, number>> = { INT32: 4, INT64: 8, FLOAT: 4, DOUBLE: 8 };

/** Bytes of a length (data page v1). */
export const LENGTH = 4;

/** The end of levels that begin with their length. */
export function lengthAt(page: Uint8Array, at: number): number {
  return at + LENGTH + new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(at, true);
}

/** @throws RangeError where there are fewer than `count`, Error for an encoding that is not known. */
export function valuesOf(
  page: Uint8Array,
  at: number,
  encoding: string,
  meta: ColumnMetaData,
  element: SchemaElement,
  count: number,
  guard: ExpansionGuard,
): Raw {
  const reader = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: at };
  const { type } = meta;
  switch (encoding) {
    case "PLAIN":
      return plain(page, at, type, count, element.type_length);
    case "RLE": {
      const bits = new Int32Array(count + 8);
      if (count > 0 && !unpack(page, at + LENGTH, ended(lengthAt(page, at), page), 1, count, bits)) bits.fill(1, 0, count);
      return Uint8Array.from(bits.subarray(0, count));
    }
    case "DELTA_BINARY_PACKED":
      return deltaNumbers(reader, count, type === "INT32");
    case "DELTA_LENGTH_BYTE_ARRAY":
      return deltaLengths(reader, count);
    case "DELTA_BYTE_ARRAY":
      return deltaTexts(reader, count, guard);
    case "BYTE_STREAM_SPLIT":
      return byteStreamSplit(reader, count, type, element.type_length) as Raw;
    default:
      throw new Error(`encoding ${encoding} is not read`);
  }
}

function ended(end: number, page: Uint8Array): number {
  if (end > page.length) throw new RangeError("unexpected end of values");
  return end;
}

/** Plain values of a physical type, in memory of their own. */
export function plain(page: Uint8Array, at: number, type: ColumnMetaData["type"], count: number, length: number | undefined): Raw {
  const enough = (bytes: number) => {
    if (at + bytes > page.length) throw new RangeError("unexpected end of values");
  };
  if (type === "BOOLEAN") {
    enough(Math.ceil(count / 8));
    return Uint8Array.from({ length: count }, (_, i) => ((page[at + (i >> 3)] as number) >> (i & 7)) & 1);
  }
  if (type === "BYTE_ARRAY") return readPlainTexts(page, at, count);
  const width = BYTES[type];
  if (width === undefined) {
    const size = type === "INT96" ? 12 : (length ?? 0);
    if (!(size > 0)) throw new Error(`cells of ${size} bytes`);
    enough(count * size);
    return Array.from({ length: count }, (_, i) => page.subarray(at + i * size, at + (i + 1) * size));
  }
  enough(count * width);
  const own = Uint8Array.prototype.slice.call(page, at, at + count * width).buffer; // a Buffer's own slice() is a view
  return type === "INT32"
    ? new Int32Array(own)
    : type === "INT64"
      ? new BigInt64Array(own)
      : type === "FLOAT"
        ? new Float32Array(own)
        : new Float64Array(own);
}
