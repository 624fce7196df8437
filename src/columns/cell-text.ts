// Cells whose text is a string and whose value is not: times in ISO 8601, bytes in base64.

import { TransloadError } from "../errors.js";
import { fromBase64, toBase64 } from "./bytes.js";
import { around, type Column } from "./column.js";
import { type DType, isTime, NAT, nothingIn, type TimeDType, unitOf } from "./dtype.js";
import { rowOf } from "./lists.js";
import { parseTime, timeText } from "./time.js";

/** Whether cells of this dtype stand in text as strings, and are something else. */
export function isWrittenAsText(dtype: DType): boolean {
  return dtype === "bytes" || isTime(dtype);
}

/**
 * A column of strings as times, or bytes. `rowOffset`: rows before the first.
 * @throws TransloadError E_DTYPE for a string that is none; E_RANGE for a time that the unit cannot hold.
 */
export function fromText(column: Column, dtype: DType, rowOffset: number): Column {
  const { name, valid } = column;
  const texts = column.values as readonly string[];
  const refuse = (i: number, code: "E_DTYPE" | "E_RANGE", what: string): never => {
    const row = rowOffset + rowOf(column, i);
    const shown = (texts[i] as string).length > 60 ? `${texts[i]?.slice(0, 60)}…` : texts[i];
    throw new TransloadError(code, `row ${row}${name ? `, column ${JSON.stringify(name)}` : ""}: ${JSON.stringify(shown)} ${what}`, {
      row,
    });
  };
  const each = <T>(read: (text: string, i: number) => T): T[] =>
    texts.map((text, i) => (valid?.[i] === 0 ? (nothingIn(dtype) as T) : read(text, i)));
  const rest = around(column);
  if (!isTime(dtype))
    return {
      ...rest,
      dtype,
      values: each((text, i) => fromBase64(text) ?? refuse(i, "E_DTYPE", "is no base64, which bytes stand in text as")),
    };
  const unit = unitOf(dtype);
  const times = each((text, i) => {
    const time = parseTime(text, unit);
    if (time === "none") return refuse(i, "E_DTYPE", "is no date or time in ISO 8601");
    return time === "finer" ? refuse(i, "E_RANGE", `does not fit ${dtype}`) : time;
  });
  return { ...rest, dtype, values: BigInt64Array.from(times) };
}

/** numpy's "not a time" is a null, whether it is marked or not. */
export function validTimes({ values, valid }: Pick<Column, "values" | "valid">): Column["valid"] {
  const times = values as BigInt64Array;
  return times.includes(NAT) ? Uint8Array.from(times, (time, i) => Number(time !== NAT && valid?.[i] !== 0)) : valid;
}

/**
 * Such a column as strings; any other as it is.
 * @throws TransloadError E_RANGE for a time that ISO 8601 does not write in four digits of a year.
 */
export function toText(column: Column, rowOffset = 0): Column {
  const { name, dtype } = column;
  if (!isWrittenAsText(dtype)) return column;
  const { values } = column;
  const valid = isTime(dtype) ? validTimes(column) : column.valid;
  const rest = { ...around(column), dtype: "string" as const, ...(valid && { valid }) };
  if (dtype === "bytes") return { ...rest, values: (values as readonly Uint8Array[]).map(toBase64) };
  const unit = unitOf(dtype as TimeDType);
  const write = (time: bigint, i: number) => {
    const text = timeText(time, unit);
    if (text !== undefined) return text;
    const row = rowOffset + rowOf(column, i);
    throw new TransloadError(
      "E_RANGE",
      `row ${row}${name ? `, column ${JSON.stringify(name)}` : ""}: ${time} in ${dtype} is not of the years 0000 to 9999, which ISO 8601 has`,
      { row },
    );
  };
  return { ...rest, values: Array.from(values as BigInt64Array, (time, i) => (valid?.[i] === 0 ? "" : write(time, i))) };
}
