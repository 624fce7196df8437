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

/** Dates, times and quarters that pandas' guessing reads, but for ISO dates, which are dates for sure: tried one by one with pandas 2.3 and 3.1. */
const MAYBE = new RegExp(
  `^(?:${[
    "|now|today|nan|nat",
    String.raw`\d{4}[-/. ]\d\d?(?:[-/. ]\d\d?)?(?:[T ][\d:.]+)?(?:Z|[-+]\d\d:?\d\d)?`,
    String.raw`\d\d?[.]\d\d?[.]\d+`,
    String.raw`\d\d?:\d\d(?::\d\d)?(?: ?[ap]m)?`,
    String.raw`\d{4}-?Q[1-4]|[1-4]Q-?\d{4}`,
    String.raw`(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?|(?:nov|dec)(?:ember)?)[- ,]*\d{4}`,
  ].join("|")})$`,
  "i",
);
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ][\d:.]+)?$/;

/** Parser._convert_axes: labels are converted when every one of them can be. `maybe` where all look like dates, of which pandas may not read some. */
export function labelsBecome(names: readonly string[], to: Findings): "numbers" | "dates" | "maybe" | undefined {
  if (names.length === 0) return undefined;
  if (names.every((name) => /^ *[-+]?\d+(?:_\d+)* *$/.test(name))) return names.every((name) => Number(name) > YEAR) ? "dates" : "numbers";
  if (names.every((name) => /^ *[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)? *$/.test(name)))
    return to.since("pandas", "3") ? "numbers" : "dates"; // to_datetime takes them for seconds
  if (names.some((name) => isNoDate(name, to))) return undefined;
  if (names.every((name) => ISO.test(name))) return "dates";
  return names.every((name) => MAYBE.test(name)) ? "maybe" : undefined;
}

export function perhapsDates(who: string): string {
  return `${who} makes dates of the columns' labels where pandas reads every one of them as such`;
}

/** 2020-13-01, and what nanoseconds do not reach, for which pandas 3 takes others. */
function isNoDate(name: string, to: Findings): boolean {
  const [, year, month, day] = (ISO.exec(name) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  const far = year < 1677 || year > 2262;
  return new Date(Date.UTC(2000, month - 1, day)).getUTCMonth() !== month - 1 || (far && !to.since("pandas", "3"));
}
