/** Units of a point in time, counted from 1970. */
export type TimeUnit = "D" | "s" | "ms" | "us" | "ns";

const PER_SECOND: Readonly<Record<Exclude<TimeUnit, "D">, bigint>> = { s: 1n, ms: 1_000n, us: 1_000_000n, ns: 1_000_000_000n };
const DIGITS: Readonly<Record<Exclude<TimeUnit, "D">, number>> = { s: 0, ms: 3, us: 6, ns: 9 };

/** ISO 8601 without a zone, which pandas and MLflow read for datetimes (a `Z` is refused, FORMATS §1.5): `2020-01-31T12:00:00.5`. */
export function timeText(value: bigint, unit: TimeUnit): string {
  if (unit === "D") return new Date(Number(value) * 86_400_000).toISOString().slice(0, 10);
  const per = PER_SECOND[unit];
  const seconds = value / per - (value % per < 0n ? 1n : 0n);
  const fraction = value - seconds * per;
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  if (fraction === 0n) return text;
  return `${text}.${fraction.toString().padStart(DIGITS[unit], "0").replace(/0+$/, "")}`;
}
