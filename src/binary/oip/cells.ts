// Numbers as the bytes that a datatype has for them.

import { swapBytes } from "../../columns/bytes.js";
import { DATATYPES } from "../../columns/datatype.js";
import { NUMERIC, type NumericDType, type TypedArray } from "../../columns/dtype.js";
import { castNumber } from "../../columns/number.js";
import { TransloadError } from "../../errors.js";
import { brainOf, halfOf } from "../half.js";
import { LITTLE } from "../npy/header.js";

/** Numbers of 16 bits: how one is made, and what is infinite among them. */
const SHORT: Readonly<Record<string, { readonly of: (value: number) => number; readonly infinite: number }>> = {
  FP16: { of: halfOf, infinite: 0x7c00 },
  BF16: { of: brainOf, infinite: 0x7f80 },
};

/** A number that has no place in the datatype: which of them. */
export class Misfit extends RangeError {
  readonly cell: number;

  constructor(cell: number, message: string) {
    super(message);
    this.cell = cell;
  }
}

/**
 * The cells in this datatype, little-endian; floats are rounded to the nearest, BF16 from their float32. They may lie in the memory of those
 * given.
 * @throws Misfit for the first that does not fit.
 */
export function cellsAs(values: TypedArray, dtype: NumericDType, datatype: string): Uint8Array<ArrayBuffer> {
  const short = SHORT[datatype];
  const wanted = DATATYPES[datatype]?.dtype as NumericDType;
  const cells = short ? shortened(values, short, datatype) : dtype === wanted ? values : cast(values, wanted, datatype);
  const bytes = new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength);
  if (!LITTLE && cells.BYTES_PER_ELEMENT > 1) swapBytes(bytes, cells.BYTES_PER_ELEMENT as 2);
  return bytes;
}

function shortened(values: TypedArray, { of, infinite }: (typeof SHORT)[string], datatype: string): Uint16Array<ArrayBuffer> {
  const out = new Uint16Array(values.length);
  for (let i = 0; i < out.length; i++) {
    const value = Number(values[i]);
    const short = of(value);
    if ((short & 0x7fff) === infinite && Number.isFinite(value)) throw outside(i, value, datatype);
    out[i] = short;
  }
  return out;
}

function cast(values: TypedArray, dtype: NumericDType, datatype: string): TypedArray {
  const out = new NUMERIC[dtype].array(values.length);
  for (let i = 0; i < out.length; i++) {
    const value = values[i] as number | bigint;
    try {
      out[i] = castNumber(value, dtype) as never;
    } catch (error) {
      if (!(error instanceof TransloadError)) throw error;
      throw outside(i, value, datatype);
    }
  }
  return out;
}

function outside(cell: number, value: number | bigint, datatype: string): Misfit {
  return new Misfit(cell, `${value} does not fit ${datatype}`);
}
