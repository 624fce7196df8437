import { TransloadError } from "../errors.js";
import { Batch } from "./batch.js";
import { fromText, isWrittenAsText, toText } from "./cell-text.js";
import { around, type Column } from "./column.js";
import {
  columnsNamed,
  type DType,
  type DTypes,
  dtypeNamed,
  isNumeric,
  isTime,
  NAT,
  NUMERIC,
  type NumericDType,
  type TimeDType,
  unitOf,
} from "./dtype.js";
import { rowOf } from "./lists.js";
import { castNumber, clipNumber } from "./number.js";
import { convertTime, timeText } from "./time.js";

/**
 * Numbers in other dtypes: all of them, or by column. Strings stay. `strict`: the batch has all of the columns that there are. One dtype for all
 * is none for the columns that are `kept`.
 * @throws TransloadError E_RANGE for a number that its dtype cannot hold, unless `clip`; E_DTYPE for a column that is not there.
 */
export function castBatch(
  batch: Batch,
  dtype: DType | DTypes,
  how: "error" | "clip",
  strict: boolean,
  kept: readonly string[] = [],
): Batch {
  const { rowOffset, rowCount, kind, columns } = batch;
  const known = strict && new Set(columns.map(({ name }) => name));
  if (known)
    for (const name of columnsNamed(dtype))
      if (!known.has(name))
        throw new TransloadError("E_DTYPE", `a dtype is asked for ${JSON.stringify(name)}, and there is no such column`);
  const cast = columns.map((column) => {
    if (typeof dtype === "string" && kept.includes(column.name)) return column;
    const wanted = typeof dtype === "string" ? dtype : (dtypeNamed(dtype, column.name) ?? column.dtype);
    return castColumn(column, wanted, how, typeof dtype === "object", rowOffset);
  });
  return new Batch({ rowOffset, rowCount, columns: cast, kind });
}

function castColumn(column: Column, dtype: DType, how: "error" | "clip", named: boolean, rowOffset: number): Column {
  if (column.dtype === dtype) return column;
  if (column.dtype === "string" && isWrittenAsText(dtype)) return fromText(column, dtype, rowOffset);
  if (isWrittenAsText(column.dtype) && dtype === "string") return toText(column, rowOffset);
  if (isTime(column.dtype) && isTime(dtype)) return convertTimes(column, dtype, rowOffset);
  if (!(isNumeric(column.dtype) || column.decimal) || !isNumeric(dtype)) {
    if (!named) return column;
    throw new TransloadError("E_DTYPE", `column ${JSON.stringify(column.name)} holds ${column.dtype}, and cannot become ${dtype}`);
  }
  const { name, valid, decimal } = column;
  const values = decimal ? (column.values as readonly string[]).map((text) => numberOf(text, dtype)) : column.values;
  const { array, range } = NUMERIC[dtype];
  const out = new array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (valid?.[i] === 0) {
      out[i] = (range ? (dtype.endsWith("64") ? 0n : 0) : Number.NaN) as never;
      continue;
    }
    const value = values[i] as number | bigint;
    try {
      out[i] = castNumber(value, dtype) as never;
    } catch (error) {
      if (how === "error") {
        const row = rowOffset + rowOf(column, i);
        throw new TransloadError("E_RANGE", `row ${row}, column ${JSON.stringify(name)}: ${(error as TransloadError).detail}`, { row });
      }
      out[i] = clipNumber(value, dtype) as never;
    }
  }
  return { ...around(column), dtype, values: out };
}

/** A decimal's number: whole ones with all of their digits, where these are wanted. */
function numberOf(text: string, dtype: NumericDType): number | bigint {
  const [, whole, fraction = ""] = /^([^.]*)(?:\.(.*))?$/.exec(text) ?? [];
  return NUMERIC[dtype].range && whole && !/[1-9]/.test(fraction) ? BigInt(whole) : Number(text);
}

/** Times in another unit, which must hold them all. */
function convertTimes(column: Column, dtype: TimeDType, rowOffset: number): Column {
  const [from, to] = [unitOf(column.dtype as TimeDType), unitOf(dtype)];
  const values = (column.values as BigInt64Array<ArrayBuffer>).map((time, i) => {
    if (column.valid?.[i] === 0 || time === NAT) return NAT;
    const found = convertTime(time, from, to);
    if (found !== undefined) return found;
    const row = rowOffset + rowOf(column, i);
    const shown = timeText(time, from) ?? `${time} in ${column.dtype}`;
    throw new TransloadError("E_RANGE", `row ${row}, column ${JSON.stringify(column.name)}: ${shown} does not fit ${dtype}`, { row });
  });
  return { ...column, dtype, values };
}
