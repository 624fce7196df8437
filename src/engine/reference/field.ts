import { Kind } from "../codes.js";
import type { Spelling } from "../rows.js";

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const BOOLEANS = new Set(["true", "True", "TRUE", "false", "False", "FALSE"]);

const ODD = /^ *[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|infinity) *$/i;

/** Which numbers that JSON does not have are some all the same. */
const SPELLED: Readonly<Record<Exclude<Spelling, "text">, RegExp>> = {
  json: /^[+-]?(?:inf|Inf|Infinity)$/,
  pointed: /^(?:[+-]?(?:inf|Inf|Infinity)|-?\.\d+(?:[eE][+-]?\d+)?)$/,
  any: ODD,
  pandas: ODD,
};

/** What a field of a delimited file is by its text: nothing, a number, a boolean, or text. */
export function fieldKind(text: string, words: ReadonlySet<string>, spelling: Spelling = "json"): number {
  if (text === "" || words.has(text)) return Kind.Missing;
  if (spelling === "text") return Kind.Bare;
  if (NUMBER.test(text)) return /[.eE]/.test(text) ? Kind.Float : spelling === "pandas" && !fits(BigInt(text)) ? Kind.Bare : Kind.Int;
  if (BOOLEANS.has(text)) return Kind.Bool;
  return SPELLED[spelling].test(text) ? Kind.Odd : Kind.Bare;
}

function fits(value: bigint): boolean {
  return value >= -(2n ** 63n) && value < 2n ** 64n;
}

/** A number in pandas' spelling, in JSON's. */
export function spelled(odd: string): string {
  const [, sign, number = ""] = /^ *([+-]?)(.*?) *$/.exec(odd) as RegExpExecArray;
  const minus = sign === "-" ? "-" : "";
  if (/^i/i.test(number)) return `${minus}Infinity`;
  return (
    minus +
    number
      .replace(/^0+(?=\d)/, "")
      .replace(/^\./, "0.")
      .replace(/\.(?!\d)/, ".0")
  );
}
