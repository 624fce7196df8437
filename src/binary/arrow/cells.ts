// Cells of Arrow's types as those of our dtypes, over the same memory where both have them alike.

import { type Data, DataType, Precision, RecordBatch, TimeUnit, type Vector } from "apache-arrow";
import type { Column, Texts } from "../../columns/column.js";
import { NAT, NUMERIC, type NumericDType, type TypedArray } from "../../columns/dtype.js";
import { checkUtf8, textColumn } from "../../columns/texts.js";
import { TransloadError } from "../../errors.js";
import { halves } from "../half.js";
import { bitsAt, placesIn } from "../places.js";

import { checkRoom, offsetsIn } from "./bounds.js";

type Cells = Pick<Column, "dtype" | "values" | "valid" | "timezone" | "texts">;

export function cellsFrom(data: Data, name: string): Cells {
  checkRoom(data);
  const valid = data.nullCount > 0 ? bitsAt(data.nullBitmap, data.offset, data.length) : undefined;
  const { type } = data;
  const direct = numericOf(type);
  if (direct) return withNulls(direct, sliceOf(data, direct), valid);
  if (DataType.isBool(type)) return withNulls("bool", bitsAt(data.values as unknown as Uint8Array, data.offset, data.length), valid);
  if (DataType.isFloat(type) && type.precision === Precision.HALF)
    return withNulls("float32", halves((data.values as unknown as Uint16Array).subarray(data.offset, data.offset + data.length)), valid);
  if (DataType.isNull(type)) return withNulls("float64", new Float64Array(data.length), new Uint8Array(data.length));
  const mask = valid && { valid };
  const unit = DataType.isTimestamp(type) ? UNITS[type.unit] : DataType.isDate(type) ? "D" : undefined;
  if (unit) {
    const raw = rawTimes(data);
    const values = BigInt64Array.from({ length: data.length }, (_, i) => (valid?.[i] === 0 ? NAT : raw(i)));
    const timezone = DataType.isTimestamp(type) && type.timezone ? { timezone: type.timezone } : {};
    return { dtype: `datetime64[${unit}]`, values, ...timezone, ...mask };
  }
  const texts = textsIn(data, name, valid);
  if (texts) return textColumn({ name, shape: [], ...mask }, texts);
  const values = listOf(data, name, valid);
  // a dictionary may have a null among its cells
  const own = values.includes(null) ? { valid: Uint8Array.from(values, (value) => (value === null ? 0 : 1)) } : {};
  return isBinary(type)
    ? { dtype: "bytes", values: values.map((value) => (value as Uint8Array<ArrayBuffer> | null) ?? new Uint8Array()), ...own }
    : { dtype: "string", values: values.map((value) => (value as string | null) ?? ""), ...own };
}

/**
 * Text as it lies there; undefined for other types, and for dictionaries that are not of one piece.
 * @throws TransloadError E_UTF8.
 */
function textsIn(data: Data, name: string, valid: Uint8Array | undefined): Texts | undefined {
  const { type, length } = data;
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) {
    const bytes = data.values as Texts["bytes"];
    return length === 0
      ? { offsets: new Int32Array(1), bytes: new Uint8Array() }
      : checkUtf8({ offsets: offsetsIn(data, bytes.length), bytes }, name);
  }
  const [known, ...more] = DataType.isDictionary(type) ? (data.dictionary?.data ?? []) : [];
  if (!known || more.length > 0 || known.nullCount > 0) return undefined;
  const texts = textsIn(known, name, undefined);
  return texts && { ...texts, codes: codesIn(data, texts.offsets.length - 1, valid) };
}

/** Which of a dictionary's cells each is. */
function codesIn({ values, offset, length }: Data, known: number, valid: Uint8Array | undefined): Int32Array<ArrayBuffer> {
  return placesIn((values as unknown as Int32Array).subarray(offset, offset + length), known, valid);
}

function numericOf(type: DataType): NumericDType | undefined {
  if (DataType.isInt(type)) return `${type.isSigned ? "" : "u"}int${type.bitWidth}` as NumericDType;
  if (DataType.isFloat(type) && type.precision !== Precision.HALF) return type.precision === Precision.SINGLE ? "float32" : "float64";
  return undefined;
}

function sliceOf(data: Data, dtype: NumericDType): TypedArray {
  const values = data.values as unknown as TypedArray;
  const { array } = NUMERIC[dtype];
  const at = values.byteOffset + data.offset * array.BYTES_PER_ELEMENT;
  // a column of a message may lie at any byte
  if (at % array.BYTES_PER_ELEMENT === 0) return new array(values.buffer, at, data.length);
  return new array(values.buffer.slice(at, at + data.length * array.BYTES_PER_ELEMENT));
}

/** A null is NaN in floats, and 0 in the rest. */
function withNulls(dtype: NumericDType, values: TypedArray, valid: Uint8Array<ArrayBuffer> | undefined): Cells {
  if (!valid) return { dtype, values };
  const own = values.slice() as TypedArray;
  const nothing = dtype === "float32" || dtype === "float64" ? Number.NaN : dtype.endsWith("64") ? 0n : 0;
  for (let i = 0; i < valid.length; i++) if (!valid[i]) own[i] = nothing as never;
  return { dtype, values: own, valid };
}

/** Cells that are text, or bytes; null where there is none. */
function listOf(data: Data, name: string, valid: Uint8Array | undefined): unknown[] {
  const { type } = data;
  const own = DataType.isDictionary(type) ? type.dictionary : type;
  if (!DataType.isUtf8(own) && !DataType.isLargeUtf8(own) && !isBinary(own))
    throw new TransloadError(
      "E_DTYPE",
      `column ${JSON.stringify(name)} is ${type}, which is no cell here; cast it where the file is written`,
    );
  if (DataType.isDictionary(type)) {
    codesIn(data, data.dictionary?.length ?? 0, valid);
    for (const known of data.dictionary?.data ?? []) checkCells(known);
  } else checkCells(data);
  // apache-arrow's own slices have their buffers cut
  const cut = data.offset === 0 ? data : data.clone(type, 0, data.offset + data.length).slice(data.offset, data.length);
  const vector = new RecordBatch({ column: cut }).getChildAt(0) as Vector;
  return Array.from({ length: data.length }, (_, i) => vector.get(i));
}

/** Of text and bytes, before apache-arrow goes by their offsets. */
function checkCells(data: Data): void {
  checkRoom(data);
  if (!DataType.isFixedSizeBinary(data.type)) offsetsIn(data, (data.values as Uint8Array).length);
}

function isBinary(type: DataType): boolean {
  if (DataType.isDictionary(type)) return isBinary(type.dictionary);
  return DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isFixedSizeBinary(type);
}

const UNITS = { [TimeUnit.SECOND]: "s", [TimeUnit.MILLISECOND]: "ms", [TimeUnit.MICROSECOND]: "us", [TimeUnit.NANOSECOND]: "ns" } as const;

/** Times as whole numbers of their unit; days of Arrow's two dates. */
function rawTimes(data: Data): (i: number) => bigint {
  const values = data.values as unknown as BigInt64Array | Int32Array;
  if (values instanceof Int32Array && DataType.isTimestamp(data.type)) {
    const wide = new BigInt64Array(values.buffer, values.byteOffset, values.length / 2);
    return (i) => wide[data.offset + i] as bigint;
  }
  if (
    values instanceof Int32Array &&
    values.length >= 2 * (data.offset + data.length) &&
    DataType.isDate(data.type) &&
    data.type.unit === 1
  ) {
    const wide = new BigInt64Array(values.buffer, values.byteOffset, values.length / 2);
    return (i) => (wide[data.offset + i] as bigint) / 86_400_000n;
  }
  // milliseconds of whole days
  if (DataType.isDate(data.type) && data.type.unit === 1) return (i) => BigInt(values[data.offset + i] as number | bigint) / 86_400_000n;
  return (i) => BigInt(values[data.offset + i] as number | bigint);
}
