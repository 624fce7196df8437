// The looks of cells in a survey: what they would be to a server that guesses. src/core/survey.ts says the same of bytes.
import { Look } from "../codes.js";

/** Words that pandas' read_csv takes for a missing value (pandas._libs.parsers.STR_NA_VALUES), those for NaN aside. */
const MISSING = ["NA", "N/A", "n/a", "NULL", "null", "None", "<NA>", "#N/A", "#NA", "#N/A N/A", "1.#IND", "1.#QNAN", "-1.#IND", "-1.#QNAN"];
const NANS = ["NaN", "nan", "-NaN", "-nan"];
const TRUTHS = ["true", "True", "TRUE", "false", "False", "FALSE"];
const WHOLE = /^ *[-+]?\d+ *$/;
const DECIMAL = /^ *[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|inf|infinity) *$/i;
const DATE = /^(\d{4}-\d\d-\d\d)(?:([T ])(\d\d:\d\d)(:\d\d)?(\.\d{1,9})?(Z|[-+](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$/;
/** The first and the last second that pandas' nanoseconds reach. */
const FIRST = "1677-09-21T00:12:44";
const LAST = "2262-04-11T23:47:16";
/** Python reads no more digits of a whole number. */
const DIGITS = 4300;
/** Longer texts are none of these: the core does not match them. */
const LONGEST = 40;

/** Bits of a JSON number's text; NaN and the infinities have none but their kind. */
export function lookNumber(text: string): number {
  if (/^-?\d+$/.test(text)) {
    const value = BigInt(text);
    const beyond = value >= 2n ** 64n ? Look.Over : value <= -(2n ** 64n) ? Look.Under : 0;
    return Look.Int | beyond | (text.replace("-", "").length > DIGITS ? Look.Endless : 0);
  }
  const value = Number(text);
  const digits = text
    .replace(/[eE].*/, "")
    .replace(/[-.]/g, "")
    .replace(/^0+|0+$/g, "");
  return Look.Float | (Math.trunc(value) === value ? 0 : Look.Fraction) | (digits.length > 15 ? Look.Long : 0);
}

/** Bits of a string's inside as written, escapes and all, a character for each byte. */
export function lookText(text: string): number {
  if (text === "") return Look.Text | Look.Empty;
  const ascii = /^(?:[^\\\x80-\xff]|\\[^u]|\\u00[0-7].)*$/s.test(text);
  return Look.Text | kindOf(text) | (ascii ? 0 : Look.Foreign) | (isLone(text) ? Look.Lone : 0) | base64(text);
}

/** Of escapes that are halves of surrogate pairs, one stands alone. */
function isLone(text: string): boolean {
  if (!/\\u[dD][89a-fA-F]/.test(text)) return false;
  const halves = text.replace(/\\[^u]/gs, " ");
  return /\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]/.test(halves);
}

function kindOf(text: string): number {
  if (text.length > LONGEST) return Look.Plain;
  const date = dateOf(text);
  if (date !== 0) return date;
  if (WHOLE.test(text)) return Look.Whole;
  if (DECIMAL.test(text)) return Look.Decimal;
  if (NANS.includes(text)) return Look.Nan;
  if (MISSING.includes(text)) return Look.Missing;
  if (TRUTHS.includes(text)) return Look.Truth;
  return /\d|^NaT$/.test(text) ? Look.Numbered : Look.Plain;
}

/** An ISO date, with a time or without, and how far it goes; 0 for none. */
function dateOf(text: string): number {
  const [, day, between, minutes, seconds, fraction, zone] = DATE.exec(text) ?? [];
  if (day === undefined || (fraction !== undefined && seconds === undefined)) return 0;
  const time = `${day}T${minutes ?? "00:00"}${seconds ?? ":00"}`;
  // Date.parse takes 24:00 and rolls over what no month has
  const at = new Date(`${time}Z`);
  if (Number.isNaN(at.getTime()) || at.toISOString().slice(0, time.length) !== time) return 0;
  const far = time < FIRST || time > LAST;
  const kind = zone !== undefined ? (far ? Look.Zoned | Look.Far : Look.Zoned) : far ? Look.Far : Look.Date;
  if (between === undefined) return kind | Look.Day;
  const form = fraction !== undefined ? Look.Subsecond : seconds !== undefined ? Look.Second : Look.Minute;
  return kind | form | (between === "T" ? Look.Tee : Look.Blank);
}

/** What Python's decodebytes makes of it (binascii.a2b_base64): junk is dropped, padding must be there. */
function base64(text: string): number {
  const plain = text.replace(/\\(?:(\/)|u....|.)/gs, (_, slash: string | undefined) => slash ?? "!");
  let chars = 0;
  let pads = 0;
  let junk = false;
  for (const [i, c] of [...plain].entries()) {
    if (/[A-Za-z0-9+/]/.test(c)) {
      junk ||= pads > 0;
      chars++;
      pads = 0;
    } else if (c === "=" && chars % 4 > 1) {
      if ((chars % 4) + ++pads === 4) return junk || i + 1 < plain.length ? Look.Junk : 0;
    } else junk = true;
  }
  return chars % 4 !== 0 ? Look.Unpadded : junk ? Look.Junk : 0;
}
