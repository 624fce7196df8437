// What `numpy.array` makes of lists that a server hands it without a dtype: one kind for all cells.
//
// Run on numpy 2.4 by way of KServe's get_predict_input (test/model/record_oip.py); seldon-core's REST endpoint and the frameworks' containers
// on SageMaker do the same (utils.extract_request_parts_json; sagemaker_inference/decoder.py; read).
import { hasNumbers } from "./datatype.js";
import type { Findings } from "./finding.js";
import type { InspectedColumn } from "./inspection.js";
import { beyondDoubles, isBeyond64, type Kinds, kindsOf } from "./kinds.js";

/** `big`: what the parser makes of whole numbers of more than 64 bits: Python's own keeps them, orjson makes floats of them. */
export function judgeArray(columns: readonly InspectedColumn[], big: "kept" | "floats", to: Findings): void {
  const k = together(columns);
  const numbers = hasNumbers(k);
  if (k.strings && (numbers || k.booleans))
    to.change("F_CAST", "numpy makes texts of numbers beside texts, and of true and false, where all cells are one array");
  else if (k.nulls && (k.integers || k.floats || k.booleans))
    to.change("F_NULL", "a null makes this an array of objects, in which it is None");
  else if (k.booleans && numbers) to.change("F_CAST", "true and false become 1 and 0 beside numbers");
  if (!k.integers || k.strings) return;
  if (beyond(k) && big === "floats") to.change("F_RANGE", "whole numbers of more than 64 bits are rounded to doubles");
  // of Python's numbers below 2^63 numpy makes int64, of those above uint64, and of both float64
  else if (isBeyond64(k) || (k.greatest >= 2n ** 63n && k.least < 2n ** 63n))
    to.change("F_RANGE", "whole numbers of more than 64 bits make this an array of objects, or of rounded float64");
  else if (beyondDoubles(k) && (k.floats || k.nans))
    to.change("F_RANGE", "whole numbers beyond 2^53 are rounded beside numbers with a point");
}

/** Some whole number is none of int64's and none of uint64's. */
export function beyond({ integers, least, greatest }: Kinds): boolean {
  return integers && (greatest >= 2n ** 64n || least < -(2n ** 63n));
}

/** The kinds of all columns: they are one array. */
function together(columns: readonly InspectedColumn[]): Kinds {
  const all = columns.map(kindsOf);
  const whole = all.filter(({ integers }) => integers);
  const any = (key: "integers" | "floats" | "nans" | "nulls" | "booleans" | "strings" | "listed") => all.some((k) => k[key]);
  return {
    least: whole.reduce((least, k) => (k.least < least ? k.least : least), whole[0]?.least ?? 0n),
    greatest: whole.reduce((greatest, k) => (k.greatest > greatest ? k.greatest : greatest), whole[0]?.greatest ?? 0n),
    integers: any("integers"),
    floats: any("floats"),
    nans: any("nans"),
    nulls: any("nulls"),
    booleans: any("booleans"),
    strings: any("strings"),
    listed: any("listed"),
    rows: all[0]?.rows ?? 0,
  };
}
