// Cells of Arrow's types as those of our dtypes, over the same memory where both have them alike.
import type { Column, Texts } from "../../columns/column.js";
import { decimalNumber, decimalText, EXACT_DIGITS } from "../../columns/decimal.js";
import { NAT, NUMERIC, type NumericDType, type TypedArray } from "../../columns/dtype.js";
import { checkUtf8, textColumn } from "../../columns/texts.js";
import { clockText, durationText } from "../../columns/time.js";
import { uuidTexts } from "../../columns/uuid.js";
import { TransloadError } from "../../errors.js";
import { halves } from "../half.js";
import { bitsAt, endsIn } from "../places.js";
import { type Buffers, type Node, numbersIn } from "./body.js";
import type { Reading } from "./reading.js";
import type { ArrowField, ArrowType } from "./schema.js";
import { viewedTexts } from "./views.js";

/** Milliseconds. */
const DAY = 86_400_000n;

/** Cells that are no lists, and no places in something else. */
export function cellsOf(field: ArrowField, node: Node, body: Buffers, of: Reading): Column {
  const { type, metadata } = field;
  const { length } = node;
  const { swap, name } = of;
  if (type.kind === "null") return withNulls(name, "float64", new Float64Array(length), new Uint8Array(length));
  const valid = validOf(node, body);
  const rest = { name, shape: [], ...(valid && { valid }) };
  switch (type.kind) {
    case "int": {
      const dtype = `${type.signed ? "" : "u"}int${type.bits}` as NumericDType;
      return withNulls(name, dtype, numbersAs(dtype, body, length, swap), valid);
    }
    case "float":
      if (type.bits > 16)
        return withNulls(name, `float${type.bits as 32 | 64}`, numbersAs(`float${type.bits as 32 | 64}`, body, length, swap), valid);
      return withNulls(name, "float32", halves(numbersIn(body.buffer(2 * length), Uint16Array, length, swap)), valid);
    case "bool":
      return withNulls(name, "bool", bitsAt(body.buffer(Math.ceil(length / 8)), 0, length), valid);
    case "decimal":
      return decimalsOf(type, body, length, rest, swap);
    case "date": {
      const at = wholeOf(body, type.bits, length, swap);
      return timesOf(rest, "D", length, type.bits === 32 ? at : (i) => wholeDays(at(i), i, of));
    }
    case "timestamp": {
      const { timezone } = type;
      return { ...timesOf(rest, type.unit, length, wholeOf(body, 64, length, swap)), ...(timezone && { timezone }) };
    }
    case "time":
    case "duration":
      return spelled(type, wholeOf(body, type.bits, length, swap), length, rest, of);
    case "text":
    case "bytes": {
      const texts = type.offsets === "view" ? viewedTexts(body, length, valid, of) : packedTexts(body, type.offsets, length, swap);
      return type.kind === "text" ? textColumn(rest, checkUtf8(texts, name)) : { ...rest, dtype: "bytes", values: piecesOf(texts, valid) };
    }
    case "fixed": {
      const bytes = body.buffer(type.bytes * length);
      const uuid = metadata.get("ARROW:extension:name") === "arrow.uuid" && type.bytes === 16;
      const values = Array.from({ length }, (_, i) => bytes.subarray(i * type.bytes, (i + 1) * type.bytes));
      if (uuid) return textColumn(rest, uuidTexts(values));
      return { ...rest, dtype: "bytes", values: values.map((cell, i) => (valid?.[i] === 0 ? new Uint8Array() : cell)) };
    }
    default:
      throw noCell(name, type);
  }
}

/** E_DTYPE for a type that is no cell here. */
export function noCell(name: string, type: ArrowType): TransloadError {
  const what = type.kind === "other" ? type.name : type.kind;
  return new TransloadError(
    "E_DTYPE",
    `column ${JSON.stringify(name)} holds ${what}, which is no cell here; choose other columns, or cast it where the file is written`,
  );
}

/**
 * A byte for each cell; undefined where none is null.
 * @throws RangeError where others are null than the message counts.
 */
export function validOf({ length, nulls }: Node, body: Buffers): Uint8Array<ArrayBuffer> | undefined {
  const bits = body.buffer(nulls > 0 ? Math.ceil(length / 8) : 0);
  if (bits.length === 0) return undefined;
  if (8 * bits.length < length) throw new RangeError(`unexpected end of a message: it has not the ${length} cells that it says`);
  const valid = bitsAt(bits, 0, length);
  let present = 0;
  for (let i = 0; i < length; i++) present += valid[i] as number;
  if (length - present !== nulls) throw new RangeError(`${length - present} nulls where it says ${nulls}`);
  return nulls > 0 ? valid : undefined;
}

function numbersAs(dtype: NumericDType, body: Buffers, length: number, swap: boolean): TypedArray {
  const { array } = NUMERIC[dtype];
  return numbersIn(body.buffer(array.BYTES_PER_ELEMENT * length), array, length, swap);
}

/** Offsets of lists or texts, within what they are of. */
export function offsetsOf(
  body: Buffers,
  bytes: 4 | 8,
  length: number,
  swap: boolean,
): Int32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer> {
  // without cells there need be no offsets
  const own = body.buffer(length > 0 ? bytes * (length + 1) : 0);
  if (length === 0) return new Int32Array(1);
  return bytes === 4 ? numbersIn(own, Int32Array, length + 1, swap) : numbersIn(own, BigInt64Array, length + 1, swap);
}

function packedTexts(body: Buffers, offsets: 4 | 8, length: number, swap: boolean): Texts {
  const own = offsetsOf(body, offsets, length, swap);
  const bytes = body.buffer(0);
  return { offsets: endsIn(own, bytes.length), bytes };
}

function piecesOf({ offsets, bytes }: Texts, valid: Uint8Array | undefined): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: offsets.length - 1 }, (_, i) =>
    valid?.[i] === 0 ? new Uint8Array() : bytes.subarray(offsets[i], offsets[i + 1]),
  );
}

/** Whole numbers of 32 bits or 64, one by one. */
function wholeOf(body: Buffers, bits: number, length: number, swap: boolean): (i: number) => bigint {
  const own = body.buffer((bits / 8) * length);
  const values = bits === 32 ? numbersIn(own, Int32Array, length, swap) : numbersIn(own, BigInt64Array, length, swap);
  return (i) => BigInt(values[i] as number | bigint);
}

type Rest = Pick<Column, "name" | "shape" | "valid">;

function timesOf(rest: Rest, unit: "D" | "s" | "ms" | "us" | "ns", length: number, at: (i: number) => bigint): Column {
  const { valid } = rest;
  const values = BigInt64Array.from({ length }, (_, i) => (valid?.[i] === 0 ? NAT : at(i)));
  return { ...rest, dtype: `datetime64[${unit}]`, values };
}

/**
 * Days of a date in milliseconds, which Arrow's Schema.fbs wants to be whole ones.
 * @throws TransloadError E_RANGE for a time of day beside the date, which pyarrow 26 writes and shows without it.
 */
function wholeDays(milliseconds: bigint, i: number, { name, rowOffset }: Reading): bigint {
  if (milliseconds % DAY === 0n) return milliseconds / DAY;
  const row = rowOffset + i;
  throw new TransloadError(
    "E_RANGE",
    `row ${row}, column ${JSON.stringify(name)}: ${milliseconds} milliseconds are no whole day, as its type date64 wants; cast it to a timestamp where the file is written`,
    { row },
  );
}

/** Times of day, and lengths of time, as ISO 8601 has them. */
function spelled(
  { kind, unit }: ArrowType & { readonly kind: "time" | "duration" },
  at: (i: number) => bigint,
  length: number,
  rest: Rest,
  { name, rowOffset }: Reading,
): Column {
  const text = (i: number) => {
    const found = kind === "time" ? clockText(at(i), unit) : durationText(at(i), unit);
    if (found !== undefined) return found;
    const row = rowOffset + i;
    throw new TransloadError("E_RANGE", `row ${row}, column ${JSON.stringify(name)}: ${at(i)} in ${unit} is no time of one day`, { row });
  };
  return { ...rest, dtype: "string", values: Array.from({ length }, (_, i) => (rest.valid?.[i] === 0 ? "" : text(i))) };
}

/** Decimals of few digits as doubles, which have them all; others as text. */
function decimalsOf(
  { bits, precision, scale }: ArrowType & { readonly kind: "decimal" },
  body: Buffers,
  length: number,
  rest: Rest,
  swap: boolean,
): Column {
  const own = body.buffer((bits / 8) * length);
  const words = bits === 32 ? numbersIn(own, Int32Array, length, swap) : numbersIn(own, BigInt64Array, (bits / 64) * length, swap);
  const at = words instanceof Int32Array ? (i: number) => words[i] as number : wholeNumbers(words, bits / 64, swap);
  const { name, valid } = rest;
  if (precision <= EXACT_DIGITS) {
    const values = Float64Array.from({ length }, (_, i) => decimalNumber(at(i), scale));
    return withNulls(name, "float64", values, valid);
  }
  const values = Array.from({ length }, (_, i) => (valid?.[i] === 0 ? "" : decimalText(at(i), scale)));
  return { ...rest, dtype: "string", values, decimal: true };
}

/** Numbers of so many 64-bit words each, the lowest first, or the highest where their order is the other. */
function wholeNumbers(words: BigInt64Array, each: number, swap: boolean): (i: number) => bigint | number {
  return (i) => {
    const word = (k: number) => words[i * each + (swap ? each - 1 - k : k)] as bigint;
    let value = word(each - 1);
    for (let k = each - 2; k >= 0; k--) value = (value << 64n) | BigInt.asUintN(64, word(k));
    return value;
  };
}

/** A null is NaN in floats, and 0 in the rest. The memory is the file's, which nobody else reads. */
function withNulls(name: string, dtype: NumericDType, values: TypedArray, valid: Uint8Array<ArrayBuffer> | undefined): Column {
  if (!valid) return { name, dtype, values, shape: [] };
  const nothing = dtype === "float32" || dtype === "float64" ? Number.NaN : dtype.endsWith("64") ? 0n : 0;
  for (let i = 0; i < valid.length; i++) if (!valid[i]) values[i] = nothing as never;
  return { name, dtype, values, valid, shape: [] };
}
