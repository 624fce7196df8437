// What pandas' read_json guesses (pandas/io/json/_json.py, 2.x; Azure ML calls it with dtype=False and all else by default).

import type { Findings } from "./finding.js";
import type { InspectedColumn } from "./inspection.js";
import { kindsOf, onlyLooks } from "./kinds.js";

/** Parser._try_convert_dates: columns of these names are tried as dates. pandas 3 does so only where it guesses dtypes, too, which it is told not to. */
export function isDateName(name: string, to: Findings): boolean {
  if (to.since("pandas", "3")) return false;
  const lower = name.toLowerCase();
  return /_(?:at|time)$/.test(lower) || ["modified", "date", "datetime"].includes(lower) || lower.startsWith("timestamp");
}

/** Numbers up to here are not taken for seconds since 1970 (Parser._MIN_STAMPS: a year of them). */
const YEAR = 31536000;

/** Parser._try_convert_to_date: whether every cell of the column becomes a date. `maybe` where texts are not ISO dates. */
export function becomesDate(column: InspectedColumn): "yes" | "no" | "maybe" {
  const k = kindsOf(column);
  const { integers, floats } = column.cells;
  if (k.rows === 0 || k.booleans || k.listed) return "no";
  const numbers = k.integers || k.floats;
  if (k.strings) {
    if (numbers || k.nans) return "no";
    if (onlyLooks(column, "date", "empty") || onlyLooks(column, "zoned", "empty")) return "yes";
    if (onlyLooks(column, "date", "far", "numbered", "empty")) return "maybe"; // NaT beside dates
    if (column.cells.strings?.looks.includes("date") || column.cells.strings?.looks.includes("zoned")) return "no";
    return onlyLooks(column, "numbered", "far", "whole", "decimal", "empty", "nan") ? "maybe" : "no";
  }
  if ((integers && k.least <= YEAR) || (floats && (floats.least <= YEAR || floats.greatest >= 2 ** 63))) return "no";
  return k.nans && !numbers ? "maybe" : "yes"; // NaN becomes NaT, and Infinity does not
}

/** Parser._convert_axes: labels are converted when every one of them can be. */
export function labelsBecome(names: readonly string[], to: Findings): "numbers" | "dates" | undefined {
  if (names.length === 0) return undefined;
  if (names.every((name) => /^ *[-+]?\d+(?:_\d+)* *$/.test(name))) return names.every((name) => Number(name) > YEAR) ? "dates" : "numbers";
  if (names.every((name) => /^ *[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)? *$/.test(name)))
    return to.since("pandas", "3") ? "numbers" : "dates"; // to_datetime takes them for seconds
  return names.every((name) => /^\d{4}-\d\d-\d\d(?:[T ][\d:.]+)?$/.test(name)) ? "dates" : undefined;
}
