import type { TimeUnit } from "./dtype.js";

const PER_SECOND: Readonly<Record<Exclude<TimeUnit, "D">, bigint>> = { s: 1n, ms: 1_000n, us: 1_000_000n, ns: 1_000_000_000n };
const DIGITS: Readonly<Record<Exclude<TimeUnit, "D">, number>> = { s: 0, ms: 3, us: 6, ns: 9 };

/** Seconds at which the years of four digits begin, and end. */
const YEARS = [-62_167_219_200n, 253_402_300_800n] as const;

/** Undefined for what is not of the years 0000 to 9999. ISO 8601 without a zone, which pandas and MLflow read for datetimes (a `Z` is refused, FORMATS §1.5): `2020-01-31T12:00:00.5`. */
export function timeText(value: bigint, unit: TimeUnit): string | undefined {
  const [from, to] = YEARS.map((year) => (unit === "D" ? year / 86_400n : year * PER_SECOND[unit])) as [bigint, bigint];
  if (value < from || value >= to) return undefined;
  if (unit === "D") return new Date(Number(value) * 86_400_000).toISOString().slice(0, 10);
  const per = PER_SECOND[unit];
  const seconds = value / per - (value % per < 0n ? 1n : 0n);
  const fraction = value - seconds * per;
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return text + fractionText(fraction, unit);
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

/** A time of day in ISO 8601, `12:34:56.789`; undefined for what is no part of one day. */
export function clockText(value: bigint, unit: Exclude<TimeUnit, "D">): string | undefined {
  const per = PER_SECOND[unit];
  const seconds = Number(value / per);
  if (value < 0n || seconds >= 86_400) return undefined;
  const two = (n: number) => String(n).padStart(2, "0");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${fractionText(value % per, unit)}`;
}

/** A length of time in ISO 8601, as pandas writes and reads it: `P1DT2H3M4.5S`, days and a part of one that is not negative. */
export function durationText(value: bigint, unit: Exclude<TimeUnit, "D">): string {
  const day = 86_400n * PER_SECOND[unit];
  const days = value / day - (value % day < 0n ? 1n : 0n);
  const rest = value - days * day;
  const seconds = Number(rest / PER_SECOND[unit]);
  const fraction = fractionText(rest % PER_SECOND[unit], unit);
  return `P${days}DT${Math.floor(seconds / 3600)}H${Math.floor(seconds / 60) % 60}M${seconds % 60}${fraction}S`;
}

/** Part of a second, with its point; nothing where there is none. */
function fractionText(part: bigint, unit: Exclude<TimeUnit, "D">): string {
  return part === 0n ? "" : `.${part.toString().padStart(DIGITS[unit], "0").replace(/0+$/, "")}`;
}
