import type { Column } from "../columns/column.js";
import { TransloadError } from "../errors.js";

/** Days since 1970 as Arrow and Parquet have them, in 32 bits. */
export function daysOf({ name, values, valid }: Column): Int32Array<ArrayBuffer> {
  return Int32Array.from(values as BigInt64Array, (day, i) => {
    if (valid?.[i] === 0) return 0;
    if (BigInt.asIntN(32, day) !== day)
      throw new TransloadError("E_RANGE", `column ${JSON.stringify(name)}: a day of 1970 + ${day} does not fit 32 bits`);
    return Number(day);
  });
}
