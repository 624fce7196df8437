import { Kind } from "../codes.js";

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const BOOLEANS = new Set(["true", "True", "TRUE", "false", "False", "FALSE"]);

const ODD = /^ *[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|infinity) *$/i;

/**
 * What a field of a delimited file is by its text: nothing, a number, a boolean, or text. `numbers`: pandas' spellings
 * of numbers are some, too, and whole ones that fit no integer of 64 bits are text.
 */
export function fieldKind(text: string, words: ReadonlySet<string>, numbers = false): number {
  if (text === "" || words.has(text)) return Kind.Missing;
  if (NUMBER.test(text)) return /[.eE]/.test(text) ? Kind.Float : numbers && !fits(BigInt(text)) ? Kind.Bare : Kind.Int;
  if (BOOLEANS.has(text)) return Kind.Bool;
  return numbers && ODD.test(text) ? Kind.Odd : Kind.Bare;
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
