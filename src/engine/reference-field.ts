import { Kind } from "./codes.js";

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const BOOLEANS = new Set(["true", "True", "TRUE", "false", "False", "FALSE"]);

/** What a field of a delimited file is by its looks: nothing, a number, a boolean, or text. */
export function fieldKind(text: string, words: ReadonlySet<string>): number {
  if (text === "" || words.has(text)) return Kind.Missing;
  if (NUMBER.test(text)) return /[.eE]/.test(text) ? Kind.Float : Kind.Int;
  return BOOLEANS.has(text) ? Kind.Bool : Kind.Bare;
}
