// Open Inference Protocol's datatypes: numpy's dtypes for them, what they hold, and which of them a column's cells have.
import type { Findings } from "./finding.js";
import type { InspectedColumn } from "./inspection.js";
import { type Kinds, kindsOf } from "./kinds.js";

/** numpy's names; BYTES has none by itself, and BF16 numpy does not know (mlserver/codecs/numpy.py, kserve/utils/numpy_codec.py). */
export const DTYPES: Readonly<Record<string, string>> = {
  BOOL: "bool",
  UINT8: "uint8",
  UINT16: "uint16",
  UINT32: "uint32",
  UINT64: "uint64",
  INT8: "int8",
  INT16: "int16",
  INT32: "int32",
  INT64: "int64",
  FP16: "float16",
  FP32: "float32",
  FP64: "float64",
};

export function isInteger(datatype: string): boolean {
  return /^U?INT/.test(datatype);
}

/** The least and the greatest whole number of an integer's datatype. */
export function rangeOf(datatype: string): readonly [least: bigint, greatest: bigint] {
  const bits = BigInt(datatype.replace(/\D/g, ""));
  return datatype.startsWith("U") ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
}

/** Some number is beyond what a double holds: `1e400`. Python's json makes it infinite; orjson and rapidjson refuse it. */
function overflows({ cells: { floats } }: InspectedColumn): boolean {
  return floats !== undefined && (floats.greatest === Number.POSITIVE_INFINITY || floats.least === Number.NEGATIVE_INFINITY);
}

/** Some text has half of a surrogate pair, which a parser that makes UTF-8 of texts refuses: orjson, and rapidjson. */
function isLone({ cells: { strings } }: InspectedColumn): boolean {
  return strings?.lone === true;
}

/** What such a parser refuses, whatever the model. */
export function refuseUnparsed(column: InspectedColumn, to: Findings): void {
  if (overflows(column)) to.refuse("F_RANGE", `${to.who} refuses numbers beyond a double's, as 1e400`);
  if (isLone(column)) to.refuse("F_ENCODING", `${to.who} refuses half of a surrogate pair, as \\ud800`);
}

/** Of texts, numbers, and true and false, those that a column has. */
export function kindNames(k: Kinds): string[] {
  return [...(k.strings ? ["texts"] : []), ...(k.booleans ? ["true and false"] : []), ...(hasNumbers(k) ? ["numbers"] : [])];
}

export function hasNumbers(k: Kinds): boolean {
  return k.integers || k.floats || k.nans;
}

/** What a conversion writes for such cells; undefined where no datatype has them all (table/kinds.ts says the same of what it writes). */
export function datatypeFor(column: InspectedColumn): string | undefined {
  const k = kindsOf(column);
  if (column.cells.nested || kindNames(k).length > 1) return undefined;
  if (k.strings) return "BYTES";
  if (k.booleans) return k.nulls ? undefined : "BOOL";
  if (k.floats || k.nans || k.nulls || k.least < -(2n ** 63n) || k.greatest >= 2n ** 64n) return "FP64";
  return k.greatest >= 2n ** 63n ? "UINT64" : "INT64";
}
