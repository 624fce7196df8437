// One number in another dtype.
import { TransloadError } from "../errors.js";
import { type DType, NUMERIC, type NumericDType } from "./dtype.js";

/** A number in another dtype, exactly for integers, rounded for floats. */
export function castNumber(value: number | bigint, dtype: NumericDType): number | bigint {
  const { range, array } = NUMERIC[dtype];
  if (!range) {
    const float = Number(value);
    if (dtype === "float32" && Number.isFinite(float) && !Number.isFinite(Math.fround(float))) throw outside(value, dtype);
    return float;
  }
  if (typeof value === "number" && !Number.isInteger(value)) throw outside(value, dtype);
  const whole = BigInt(value);
  if (whole < range[0] || whole > range[1]) throw outside(value, dtype);
  return array === BigInt64Array || array === BigUint64Array ? whole : Number(value);
}

/** The nearest number that the dtype has, cut towards 0. */
export function clipNumber(value: number | bigint, dtype: NumericDType): number | bigint {
  const { range, array } = NUMERIC[dtype];
  if (!range) return Number(value) > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  const [low, high] = range;
  const whole = typeof value === "bigint" ? value : Number.isFinite(value) ? BigInt(Math.trunc(value)) : value > 0 ? high : low;
  if (typeof value === "number" && Number.isNaN(value)) throw outside(value, dtype);
  const cut = whole < low ? low : whole > high ? high : whole;
  return array === BigInt64Array || array === BigUint64Array ? cut : Number(cut);
}

function outside(value: number | bigint, dtype: DType): TransloadError {
  return new TransloadError("E_RANGE", `${value} does not fit ${dtype}`);
}
