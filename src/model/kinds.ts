// A column's cells in the terms that the rules of casts and servers need.
import type { Findings } from "./finding.js";
import type { InspectedColumn, StringLook } from "./inspection.js";

/** The facts about a column in the terms that the rules below need. */
export interface Kinds {
  readonly least: bigint;
  readonly greatest: bigint;
  readonly integers: boolean;
  readonly floats: boolean;
  readonly nans: boolean;
  readonly nulls: boolean;
  readonly booleans: boolean;
  readonly strings: boolean;
  /** Lists or objects where a single value is expected. */
  readonly listed: boolean;
  readonly rows: number;
}

export function kindsOf({ cells, nulls, nans, rows, shape }: InspectedColumn): Kinds {
  const { integers, floats, booleans, strings, nested } = cells;
  return {
    least: BigInt(integers?.least ?? 0),
    greatest: BigInt(integers?.greatest ?? 0),
    integers: integers !== undefined,
    floats: floats !== undefined,
    nans: nans > 0,
    nulls: nulls > 0,
    booleans: booleans === true,
    strings: strings !== undefined,
    listed: nested === true || shape.length > 0,
    rows,
  };
}

/** Strings of these looks only. */
export function onlyLooks({ cells }: InspectedColumn, ...looks: StringLook[]): boolean {
  return cells.strings?.looks.every((look) => looks.includes(look)) ?? true;
}

export function anyLook({ cells }: InspectedColumn, ...looks: StringLook[]): boolean {
  return cells.strings?.looks.some((look) => looks.includes(look)) ?? false;
}

/** Whole numbers that no column of 64 bits holds: pandas keeps them as Python's own, in a column of objects. */
export function isBeyond64({ integers, least, greatest }: Kinds): boolean {
  return integers && (greatest >= 2n ** 64n || least < -(2n ** 63n) || (least < 0n && greatest >= 2n ** 63n));
}

/** pandas 3 keeps a column of texts as `str`, UTF-8 in which a gap is NaN; beside anything else texts are objects still. */
export function isStr({ strings, booleans, listed, integers, floats, nans }: Kinds, to: Findings): boolean {
  return strings && !booleans && !listed && !integers && !floats && !nans && to.since("pandas", "3");
}

/** Whole numbers that a double may not hold. */
export function beyondDoubles({ integers, least, greatest }: Kinds): boolean {
  return integers && (greatest > 2n ** 53n || least < -(2n ** 53n));
}

/** The texts that cannot stay, for a message. */
export function describe(column: InspectedColumn, k: Kinds): string {
  if (anyLook(column, "text", "numbered")) return "texts";
  if (anyLook(column, "na", "nan", "empty")) return "empty texts and words for a missing value";
  if (anyLook(column, "date", "zoned")) return "dates";
  if (anyLook(column, "boolean")) return `"true" and "false" in quotes`;
  if (k.strings) return "numbers in quotes";
  return k.nulls || k.nans ? "missing values" : k.booleans ? "booleans beside numbers" : "such numbers";
}

/** Words among a column's texts that pandas takes for a missing value. */
export function wordsOf(column: InspectedColumn): string {
  const words = [
    ...(anyLook(column, "na") ? ["NA, null, None"] : []),
    ...(anyLook(column, "nan") ? ["nan"] : []),
    ...(anyLook(column, "empty") ? ["empty texts"] : []),
  ];
  return words.join(" and ");
}

/** Lengths of every dimension, [] for a single cell. */
export function shapeOf({ rows, shape, scalar }: InspectedColumn): readonly number[] {
  return scalar ? [] : [rows, ...shape];
}
