// What Arrow's buffers say of themselves, held against the bytes that are there before anything goes by it.

import { type Data, DataType, DateUnit } from "apache-arrow";
import { endsIn } from "../places.js";

/**
 * A damaged message may say that there are more cells than bytes.
 * @throws RangeError
 */
export function checkRoom({ type, offset, length, nullBitmap, values }: Data): void {
  const end = offset + length;
  const short =
    (nullBitmap && nullBitmap.length > 0 && 8 * nullBitmap.length < end) ||
    8 * ((values as Uint8Array | undefined)?.byteLength ?? 0) < bitsOfCell(type) * end;
  if (short) throw new RangeError(`unexpected end of a message: it has not the ${length} cells that it says`);
}

/** Bits of a cell, where all of them have as many; 0 elsewhere. */
function bitsOfCell(type: DataType): number {
  if (DataType.isBool(type)) return 1;
  if (DataType.isDictionary(type)) return bitsOfCell(type.indices);
  if (DataType.isInt(type)) return type.bitWidth;
  if (DataType.isFloat(type)) return [16, 32, 64][type.precision] as number;
  if (DataType.isDate(type)) return type.unit === DateUnit.DAY ? 32 : 64;
  if (DataType.isTimestamp(type)) return 64;
  return DataType.isFixedSizeBinary(type) ? 8 * type.byteWidth : 0;
}

/**
 * How many cells are null, as the message says and as it has them; of all that is in a column.
 * @throws RangeError where these are not the same.
 */
export function checkNulls(data: Data): void {
  const { nullBitmap, nullCount, offset, length, children } = data;
  if (nullBitmap && nullBitmap.length > 0) {
    checkRoom(data);
    let present = 0;
    for (let i = offset; i < offset + length; i++) present += ((nullBitmap[i >> 3] as number) >> (i & 7)) & 1;
    if (length - present !== nullCount) throw new RangeError(`${length - present} nulls where it says ${nullCount}`);
  }
  for (const child of children) checkNulls(child);
}

/** Where the cells of text, bytes or lists end, within what they are of. */
export function offsetsIn({ valueOffsets, offset, length }: Data, most: number): Int32Array<ArrayBuffer> {
  if (length === 0) return new Int32Array(1);
  const own = valueOffsets as unknown as Int32Array<ArrayBuffer> | BigInt64Array;
  if (own.length <= offset + length) throw new RangeError(`unexpected end of a message: it has not the ${length} cells that it says`);
  return endsIn(own.subarray(offset, offset + length + 1) as typeof own, most);
}
