import type { TimeUnit } from "./dtype.js";

const PER_SECOND: Readonly<Record<Exclude<TimeUnit, "D">, bigint>> = { s: 1n, ms: 1_000n, us: 1_000_000n, ns: 1_000_000_000n };
const DIGITS: Readonly<Record<Exclude<TimeUnit, "D">, number>> = { s: 0, ms: 3, us: 6, ns: 9 };
const DAY = 86_400;

/** Seconds at which the years of four digits begin, and end. */
const [FIRST, BEYOND] = [-62_167_219_200, 253_402_300_800];

/**
 * ISO 8601 without a zone, which pandas and MLflow read for datetimes (a `Z` is refused, FORMATS §1.5): `2020-01-31T12:00:00.500`. The unit alone
 * says how many digits of a second there are, zeros too: pandas takes the first text's format for a whole column, and so MLflow since 3.12
 * refuses `…:05` beside `…:05.5`. Undefined for what is not of the years 0000 to 9999.
 */
export function timeText(value: bigint, unit: TimeUnit): string | undefined {
  if (unit === "D") return dayText(Number(value));
  const [seconds, part] = secondsOf(value, unit);
  const day = Math.floor(seconds / DAY);
  const date = dayText(day);
  return date && `${date}T${clockOf(seconds - day * DAY)}${fractionText(part, unit)}`;
}

/** Whole seconds, rounded down, and what is beyond them. */
function secondsOf(value: bigint, unit: Exclude<TimeUnit, "D">): [number, number] {
  const per = PER_SECOND[unit];
  const part = Number(value % per);
  return part < 0 ? [Number(value / per) - 1, part + Number(per)] : [Number(value / per), part];
}

/** The day that was asked for last: times in a file are mostly near each other, and Date is slow. */
let last = { day: 0, text: "1970-01-01" };

/** `2020-01-31`, of a day since 1970. */
function dayText(day: number): string | undefined {
  if (day === last.day) return last.text;
  if (day * DAY < FIRST || day * DAY >= BEYOND) return undefined;
  last = { day, text: new Date(day * DAY * 1000).toISOString().slice(0, 10) };
  return last.text;
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, "0"));

/** `12:34:56`, of a second of a day. */
function clockOf(second: number): string {
  const minute = Math.floor(second / 60);
  return `${TWO_DIGITS[Math.floor(minute / 60)]}:${TWO_DIGITS[minute % 60]}:${TWO_DIGITS[second % 60]}`;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/;

/**
 * A point in time in ISO 8601: a day, or a day and a time of it, with a zone or without one, which is taken for UTC (as numpy does).
 * "none" where the text is none, "finer" where the unit cannot hold it.
 */
export function parseTime(text: string, unit: TimeUnit): bigint | "none" | "finer" {
  const found = ISO.exec(text);
  if (!found) return "none";
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] = found;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day) || h > 23 || m > 59 || s > 59) return "none";
  if (zone !== "Z" && (Number(zone.slice(1, 3)) > 23 || Number(zone.slice(3).replace(":", "") || 0) > 59)) return "none";
  const away = zone === "Z" ? 0 : Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(":", "") || 0);
  const seconds = date.getTime() / 1000 + h * 3600 + m * 60 + s - (zone.startsWith("-") ? -away : away) * 60;
  if (unit === "D") return seconds % 86_400 === 0 && !/[1-9]/.test(fraction) ? BigInt(seconds / 86_400) : "finer";
  const digits = DIGITS[unit];
  if (/[1-9]/.test(fraction.slice(digits))) return "finer";
  const value = BigInt(seconds) * PER_SECOND[unit] + BigInt(fraction.slice(0, digits).padEnd(digits, "0") || 0);
  return value > -(2n ** 63n) && value < 2n ** 63n ? value : "finer";
}

/** The same point in time in another unit; undefined where it does not hold it. */
export function convertTime(value: bigint, from: TimeUnit, to: TimeUnit): bigint | undefined {
  const ns = (unit: TimeUnit) => (unit === "D" ? 86_400n * PER_SECOND.ns : PER_SECOND.ns / PER_SECOND[unit]);
  const all = value * ns(from);
  const found = all / ns(to);
  return all % ns(to) === 0n && found > -(2n ** 63n) && found < 2n ** 63n ? found : undefined;
}

/** A time of day in ISO 8601, `12:34:56.789`, with its unit's digits; undefined for what is no part of one day. */
export function clockText(value: bigint, unit: Exclude<TimeUnit, "D">): string | undefined {
  const [seconds, part] = secondsOf(value, unit);
  return seconds < 0 || seconds >= DAY ? undefined : clockOf(seconds) + fractionText(part, unit);
}

/** A length of time in ISO 8601, as pandas writes and reads it: `P1DT2H3M4.5S`, days and a part of one that is not negative. */
export function durationText(value: bigint, unit: Exclude<TimeUnit, "D">): string {
  const day = BigInt(DAY) * PER_SECOND[unit];
  const days = value / day - (value % day < 0n ? 1n : 0n);
  const [seconds, part] = secondsOf(value - days * day, unit);
  // the digits that it has, as pandas writes them: nobody reads a column of lengths by the format of its first
  const fraction = part === 0 ? "" : fractionText(part, unit).replace(/0+$/, "");
  return `P${days}DT${Math.floor(seconds / 3600)}H${Math.floor(seconds / 60) % 60}M${seconds % 60}${fraction}S`;
}

/** Part of a second, with its point and all digits of the unit; nothing in whole seconds. */
function fractionText(part: number, unit: Exclude<TimeUnit, "D">): string {
  return unit === "s" ? "" : `.${String(part).padStart(DIGITS[unit], "0")}`;
}
