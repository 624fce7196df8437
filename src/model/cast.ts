// What MLflow and Azure ML make of a column's cells when its type is known. The rules were found by running both on every
// kind of cell in every type (test/model/answers.json) and are those of numpy's and pandas' casts: MLflow casts before it
// enforces (proto_json_utils.cast_df_types_according_to_schema), so that most of what cannot be right passes in silence.
import type { Reading } from "../dialects/index.js";
import { DATETIME } from "./cast-dates.js";
import type { Findings } from "./finding.js";
import type { InspectedColumn } from "./inspection.js";
import { anyLook, beyondDoubles, describe, isBeyond64, isStr, type Kinds, kindsOf, onlyLooks, wordsOf } from "./kinds.js";
import type { Refusal, Rule, Target } from "./rule.js";
import type { ScalarType } from "./signature.js";

const INTEGERS: Readonly<Record<string, readonly [bigint, bigint]>> = Object.fromEntries(
  [8n, 16n, 32n, 64n].flatMap((bits) => [
    [`int${bits}`, [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n]],
    [`uint${bits}`, [0n, 2n ** bits - 1n]],
  ]),
);
/** Whole numbers up to here are exact, and from `infinite` on there is only infinity. */
const FLOATS: Readonly<Record<string, { exact: bigint; infinite: number }>> = {
  float16: { exact: 2n ** 11n, infinite: 65520 },
  float32: { exact: 2n ** 24n, infinite: 2 ** 128 - 2 ** 103 },
  float64: { exact: 2n ** 53n, infinite: Number.POSITIVE_INFINITY },
};
const NUMPY: Readonly<Record<ScalarType, string>> = {
  boolean: "bool",
  integer: "int32",
  long: "int64",
  float: "float32",
  double: "float64",
  string: "str",
  binary: "bytes",
  datetime: "datetime64[ns]",
};

/** What a lone half of a surrogate pair does. */
export const LONE = "half of a surrogate pair has no place in UTF-8, and pandas 3 refuses it";
export const LONE_LOST = "half of a surrogate pair is not kept: pandas' parser makes other characters of it";

/** What becomes of a column's cells in a scalar type of the signature's. */
export function castColumn(column: InspectedColumn, type: ScalarType, reading: Reading, to: Findings): void {
  cast(column, { name: type, dtype: NUMPY[type] }, reading, to);
}

/** The same for a tensor: its cells of any rank are made an array of this dtype. */
export function castTensor(column: InspectedColumn, dtype: string, reading: Reading, to: Findings): void {
  // numpy makes the texts, whatever the cells came from
  cast({ ...column, shape: [] }, { name: dtype, dtype }, dtype.startsWith("str") ? "numpy" : reading, to);
}

/** Why no array of this dtype is made of the cells, whatever lists they stand in; undefined where one is. */
export function refusalOf(column: InspectedColumn, dtype: string, reading: Reading, to: Findings): Refusal {
  const flat = { ...column, shape: [] };
  return ruleOf(dtype)?.refuses(flat, kindsOf(flat), reading, { name: dtype, dtype }, to);
}

function cast(column: InspectedColumn, target: Target, reading: Reading, to: Findings): void {
  const kinds = kindsOf(column);
  if (kinds.rows === 0) return;
  const rule = ruleOf(target.dtype);
  if (column.cells.strings?.lone && castLone(kinds, target, reading, to)) return;
  const refusal = rule?.refuses(column, kinds, reading, target, to);
  if (refusal) {
    to.refuse(refusal[0], `${to.who} refuses ${refusal[1]} in ${a(target)}`);
    return;
  }
  // read_csv does so where the column is one of whole numbers, and keeps the text of others
  const lifts = reading === "frame" || reading === "ujson" || (reading === "csv" && target.dtype in INTEGERS);
  if (lifts && !(target.dtype in FLOATS) && (kinds.floats || kinds.nans) && beyondDoubles(kinds))
    to.change("F_RANGE", "whole numbers beyond 2^53 are rounded beside numbers with a point");
  rule?.changes(column, kinds, reading, target, to);
}

/** True where that alone refuses the column. */
function castLone(k: Kinds, { name, dtype }: Target, reading: Reading, to: Findings): boolean {
  const utf8 = (reading === "frame" && isStr(k, to)) || (reading === "numpy" && name === "string" && to.since("pandas", "3"));
  if (utf8) to.refuse("F_ENCODING", LONE);
  else if (reading === "frame" && dtype === "bytes")
    to.refuse("F_BASE64", `${to.who} refuses letters beyond ASCII, which base64 has none of`);
  else if (reading === "ujson") judgeLoneLost(k, to);
  return to.refused;
}

/** pandas' ujson drops a first half without its second. A second half alone is kept up to pandas 2, and has no place in `str`. */
export function judgeLoneLost(k: Kinds, to: Findings): void {
  to.change("F_ENCODING", LONE_LOST);
  if (isStr(k, to)) to.depend("F_ENCODING", `${to.who} refuses the second half of a surrogate pair without its first`);
}

function ruleOf(dtype: string): Rule | undefined {
  if (dtype === "bool") return BOOLEAN;
  if (dtype in INTEGERS) return INTEGER;
  if (dtype in FLOATS) return FLOAT;
  if (dtype.startsWith("str") || dtype.startsWith("<U")) return STRING;
  if (dtype.startsWith("bytes")) return BINARY;
  return dtype.startsWith("datetime64") ? DATETIME : undefined; // object, complex128 …: not known
}

/** `an integer column`. */
export function a({ name }: Pick<Target, "name">): string {
  return `${/^[aeiou]/.test(name) && !name.startsWith("u") ? "an" : "a"} ${name} column`;
}

const BOOLEAN: Rule = {
  refuses(column, k, reading) {
    if (reading !== "csv") return undefined;
    const bits = k.integers && k.least >= 0n && k.greatest <= 1n;
    const alone = !k.integers || (!k.booleans && !k.strings);
    if (!k.nulls && !k.nans && !k.floats && alone && (bits || !k.integers) && onlyLooks(column, "boolean", "whole")) return undefined;
    return ["F_TYPE", describe(column, k)];
  },
  changes(column, k, reading, __, to) {
    if (reading === "csv") {
      if (anyLook(column, "whole")) to.depend("F_TYPE", "numbers in quotes are refused in a boolean column, but for 0 and 1");
      return;
    }
    if (k.strings) to.change("F_CAST", `every text but the empty one becomes true in a boolean column, "false" too; send true and false`);
    if ((k.integers && (k.least < 0n || k.greatest > 1n)) || k.floats || k.nans)
      to.change("F_CAST", "every number but 0 becomes true in a boolean column, NaN too");
    const lifted = reading === "ujson" || (reading === "frame" && (k.integers || k.floats || k.nans));
    if (k.nulls && !(reading !== "ujson" && to.since("mlflow", "3.18")))
      to.change("F_NULL", `null becomes ${lifted ? "true" : "false"} in a boolean column`);
    if (k.listed) to.change("F_CAST", "lists and objects become true, or lists of true and false, in a boolean column");
  },
};

const INTEGER: Rule = {
  refuses(column, k, reading, target, to) {
    if (k.listed) return ["F_TYPE", "lists and objects"];
    const none = "which has no place for it; log the model with double, or leave these rows out";
    if (k.nulls) return ["F_NULL", `null, ${none},`];
    if (k.nans) return ["F_NULL", `NaN or Infinity, ${none},`];
    const { floats } = column.cells;
    if (floats && !(Number.isFinite(floats.least) && Number.isFinite(floats.greatest))) return ["F_RANGE", "numbers beyond a double's"];
    const truths = reading === "csv" && !k.integers && !k.floats;
    if (!onlyLooks(column, "whole", ...(truths ? ["boolean" as const] : []))) return ["F_TYPE", describe(column, k)];
    if (reading === "csv" && k.booleans && (k.integers || k.floats || k.strings)) return ["F_TYPE", "booleans beside numbers"];
    if (reading === "csv" && column.cells.floats?.fractions) return ["F_CAST", "numbers that are not whole"];
    // in a column of objects each is cast by itself, and none wraps around
    const objects = k.booleans || k.strings || isBeyond64(k);
    // pandas makes nothing unsigned of a float below zero, not even of -0.25 (astype_float_to_int_nansafe)
    if (reading !== "numpy" && target.dtype.startsWith("u") && floats && !objects && (floats.least < 0 || k.least < 0n))
      return ["F_RANGE", "numbers below zero"];
    const worst = farthest(column, k, target, reading === "csv");
    if (worst === undefined) return undefined;
    // read_csv casts whole numbers alone, and not uint64 to int64; since pandas 3.1 it wraps none around
    const wide = k.greatest >= 2n ** 63n && target.dtype === "int64";
    const unsafe = reading === "csv" && (typeof worst === "number" || wide || to.since("pandas", "3.1"));
    const refused = reading === "numpy" || unsafe || objects;
    return refused ? ["F_RANGE", `${worst}, which is out of range,`] : undefined;
  },
  changes(column, k, _, target, to) {
    const worst = farthest(column, k, target);
    if (typeof worst === "bigint")
      to.change("F_RANGE", `${worst} is out of range in ${a(target)} and wraps around to ${wrapped(worst, target)}`);
    else if (worst !== undefined) to.change("F_RANGE", `${worst} is out of range in ${a(target)} and becomes some other number`);
    if (column.cells.floats?.fractions) to.change("F_CAST", `numbers lose their fractions in ${a(target)}: 1.5 becomes 1`);
    if (k.strings) to.change("F_CAST", `texts are read as numbers in ${a(target)}`);
    if (k.strings) to.depend("F_RANGE", `texts of numbers that ${a(target)} cannot hold are refused`);
    if (k.booleans) to.change("F_CAST", `true and false become 1 and 0 in ${a(target)}`);
  },
};

/** The number farthest out of an integer's range. */
function farthest({ cells: { floats } }: InspectedColumn, k: Kinds, { dtype }: Target, doubles = false): bigint | number | undefined {
  const [low, high] = INTEGERS[dtype] as readonly [bigint, bigint];
  // beside numbers with a point read_csv makes doubles of whole numbers, and 2^63 of 2^63 - 1
  if (doubles && floats && k.integers && Number(k.greatest) >= Number(high) + 1) return Number(k.greatest);
  if (doubles && floats && k.integers && Number(k.least) < Number(low)) return Number(k.least);
  if (floats && wholeOf(floats.greatest) > high) return floats.greatest;
  if (floats && wholeOf(floats.least) < low) return floats.least;
  if (!k.integers) return undefined;
  return k.greatest > high ? k.greatest : k.least < low ? k.least : undefined;
}

/** What is behind the point is cut off first. 2^63 - 1 is no double: to compare with it as one is to compare with 2^63. */
function wholeOf(value: number): bigint {
  return BigInt(Math.trunc(Number.isFinite(value) ? value : Math.sign(value) * Number.MAX_VALUE));
}

/** Whole numbers wrap around in a frame, as C's do. */
function wrapped(value: bigint, { dtype }: Target): bigint {
  const bits = Number(dtype.replace(/\D/g, ""));
  return dtype.startsWith("u") ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value);
}

/** Before pandas 3.1 read_csv makes a text of a number beyond a double, and so of its whole column; since then it is infinite. */
export function keepsText({ cells: { floats } }: InspectedColumn, reading: Reading, to: Findings): boolean {
  const within = !floats || (Number.isFinite(floats.least) && Number.isFinite(floats.greatest));
  return reading === "csv" && !within && !to.since("pandas", "3.1");
}

const FLOAT: Rule = {
  refuses(column, k, reading, _, to) {
    if (k.listed) return ["F_TYPE", "lists and objects"];
    const endless = column.cells.integers?.endless && reading === "csv" && !to.since("pandas", "3.1");
    if (endless) return ["F_RANGE", "whole numbers of more than 4,300 digits"];
    if (keepsText(column, reading, to)) return ["F_RANGE", "numbers beyond a double's, as 1e309,"];
    const numbers = k.integers || k.floats || k.nans;
    const words = reading === "csv" ? (["na", "empty"] as const) : [];
    const truths = reading === "csv" && !numbers && onlyLooks(column, "boolean");
    if (!truths && !onlyLooks(column, "whole", "decimal", "nan", ...words)) return ["F_TYPE", describe(column, k)];
    return reading === "csv" && k.booleans && (numbers || k.strings) ? ["F_TYPE", "booleans beside numbers"] : undefined;
  },
  changes({ cells: { floats } }, k, _, target, to) {
    const { exact, infinite } = FLOATS[target.dtype] as { exact: bigint; infinite: number };
    if (floats && Math.max(floats.greatest, -floats.least) >= infinite && Number.isFinite(infinite))
      to.change("F_RANGE", `numbers beyond ${infinite.toPrecision(3)} become infinite in ${a(target)}`);
    if (k.integers && (k.greatest > exact || k.least < -exact))
      to.change("F_RANGE", `whole numbers beyond ${exact} may be rounded in ${a(target)}`);
    if (k.strings) to.change("F_CAST", `texts are read as numbers in ${a(target)}`);
    if (k.booleans) to.change("F_CAST", `true and false become 1 and 0 in ${a(target)}`);
  },
};

const STRING: Rule = {
  refuses: () => undefined,
  changes(column, k, reading, _, to) {
    if (reading === "csv") {
      if (anyLook(column, "na", "nan", "empty"))
        to.change("F_WORD", `${wordsOf(column)} become NaN: pandas takes such words for missing values`);
      else if (k.nulls || k.nans)
        to.change("F_WORD", "empty fields, null and nan reach the model as NaN: pandas takes them for missing values");
      return;
    }
    const numbers = k.integers || k.floats || k.nans ? ["numbers"] : [];
    const others = [...numbers, ...(k.booleans ? ["booleans"] : []), ...(k.listed ? ["lists and objects"] : [])];
    if (reading === "numpy") {
      if (others.length > 0) to.change("F_CAST", `${others.join(" and ")} become texts in a string column; true becomes "True"`);
      if (k.nulls && !to.since("mlflow", "3.18")) to.change("F_NULL", `null becomes the text "None" in a string column; split keeps it`);
      return;
    }
    if (others.length > 0)
      to.change("F_CAST", `${others.join(" and ")} stay what they are in a string column: the model is not given texts`);
    if (k.nulls && (reading === "ujson" || numbers.length > 0 || (reading === "frame" && isStr(k, to))))
      to.change("F_NULL", "null reaches the model as NaN, not as None");
  },
};

/** Base64 is decoded in MLflow's frames and nowhere else. */
const BINARY: Rule = {
  refuses({ cells: { strings } }, k, reading) {
    if (reading === "numpy") return strings?.ascii === false ? ["F_BASE64", "letters beyond ASCII, which base64 has none of,"] : undefined;
    if (reading !== "frame") return undefined;
    if (k.nulls) return ["F_NULL", "null"];
    if (k.integers || k.floats || k.nans || k.booleans || k.listed) return ["F_TYPE", "anything but base64 in texts"];
    return strings?.base64 === "none" ? ["F_BASE64", "text that is no base64, or lacks its padding,"] : undefined;
  },
  changes(column, k, reading, _, to) {
    const { strings } = column.cells;
    if (strings && onlyLooks(column, "empty") && !k.nulls && !k.integers && !k.floats && !k.nans && !k.booleans && reading === "numpy")
      return;
    if (reading === "numpy")
      to.change("F_BASE64", `${to.who} does not decode base64 here: the model is given the bytes of its text; split decodes it`);
    else if (reading !== "frame") to.change("F_BASE64", `${to.who} does not decode base64: the model is given its text`);
    else if (strings?.base64 === "loose")
      to.change(
        "F_BASE64",
        "bytes that do not belong to base64 are dropped in a binary column, - and _ of its URL form too, and the rest is decoded",
      );
  },
};
