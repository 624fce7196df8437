import { Err, St } from "../codes.js";

/** Where the text stands behind the last token. */
export interface Context {
  /** The innermost open container; undefined outside all. */
  readonly top: { readonly list: boolean; readonly members: number } | undefined;
  /** The last token was a key. */
  readonly afterKey: boolean;
  /** There was a token at all. */
  readonly begun: boolean;
}

/**
 * What the next token is or what is wrong with it. `at`: behind the last token, the end of a good one or the place of
 * the fault. Err.None without a name: the text only ends too early.
 */
export interface Diagnosis {
  readonly error: number;
  readonly at: number;
  readonly state: number;
  readonly name?: string;
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/;

/** Looks at the text behind the last token, in the chunk that stream-json refused. */
export function diagnose(text: string, { top, afterKey, begun }: Context): Diagnosis {
  let at = white(text, 0);
  if (!top) return begun ? { error: at < text.length ? Err.Trailing : Err.None, at, state: St.After } : value(text, at, St.Value);
  if (afterKey) {
    if (at === text.length) return { error: Err.None, at, state: St.Colon };
    if (text[at] !== ":") return { error: Err.Unexpected, at, state: St.Colon };
    return value(text, white(text, at + 1), St.Value);
  }
  if (at === text.length) return { error: Err.None, at, state: top.members === 0 ? St.ValueOrClose : St.After };
  const close = top.list ? "]" : "}";
  if (text[at] === close) return { error: Err.None, at: at + 1, state: St.After, name: top.list ? "endArray" : "endObject" };
  if (top.members === 0) return top.list ? value(text, at, St.ValueOrClose) : key(text, at, St.KeyOrClose);
  if (text[at] === ",") {
    at = white(text, at + 1);
    return top.list ? value(text, at, St.Value) : key(text, at, St.Key);
  }
  return { error: text[at] === "]" || text[at] === "}" ? Err.Bracket : Err.Unexpected, at, state: St.After };
}

function white(text: string, from: number): number {
  let at = from;
  while (/[ \n\r\t]/.test(text[at] ?? "")) at++;
  return at;
}

function key(text: string, at: number, state: number): Diagnosis {
  if (at === text.length) return { error: Err.None, at, state };
  return text[at] === '"' ? string(text, at, "keyValue") : { error: Err.Unexpected, at, state };
}

function value(text: string, at: number, state: number): Diagnosis {
  const c = text[at];
  if (c === undefined) return { error: Err.None, at, state };
  if (c === "[" || c === "{") return { error: Err.None, at: at + 1, state, name: c === "[" ? "startArray" : "startObject" };
  if (c === '"') return string(text, at, "stringValue");
  if (/[-\d]/.test(c)) return number(text, at);
  const word = ["true", "false", "null", "NaN", "Infinity"].find((w) => w[0] === c);
  if (!word) return { error: Err.Unexpected, at, state };
  let same = 0;
  while (same < word.length && text[at + same] === word[same]) same++;
  if (same === word.length)
    return { error: Err.None, at: at + same, state: St.After, name: same === 3 || same === 8 ? "numberValue" : `${word}Value` };
  return { error: at + same === text.length ? Err.None : Err.Literal, at: at + same, state: St.Lit };
}

function string(text: string, from: number, name: string): Diagnosis {
  for (let at = from + 1; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === 0x22) return { error: Err.None, at: at + 1, state: St.After, name };
    if (c < 0x20) return { error: Err.Control, at, state: St.Str };
    if (c !== 0x5c) continue;
    at++;
    if (at === text.length) return { error: Err.None, at, state: St.Esc };
    if (text[at] === "u") {
      for (let i = 0; i < 4; i++) {
        at++;
        if (at === text.length) return { error: Err.None, at, state: St.Hex1 };
        if (!/[\da-fA-F]/.test(text[at] as string)) return { error: Err.Escape, at, state: St.Hex1 };
      }
    } else if (!/["\\/bfnrt]/.test(text[at] as string)) return { error: Err.Escape, at, state: St.Esc };
  }
  return { error: Err.None, at: text.length, state: St.Str };
}

function number(text: string, from: number): Diagnosis {
  const rest = text.slice(from);
  if (rest.startsWith("-I")) return value(text, from + 1, St.Value);
  const good = NUMBER.exec(rest)?.[0] ?? "-";
  let at = from + good.length;
  const open = good === "-" ? St.Minus : St.Int;
  if (at === text.length) return { error: Err.None, at, state: open };
  if (open === St.Int && !/[\w.+-]/.test(text[at] as string)) return { error: Err.None, at, state: St.After, name: "numberValue" };
  // a point or exponent that goes nowhere is part of the number as far as it goes
  let state: number = open === St.Int && /^-?0$/.test(good) && /\d/.test(text[at] as string) ? St.Zero : open;
  if (state === St.Int && !/[eE]/.test(good)) {
    if (text[at] === "." && !good.includes(".")) {
      at++;
      state = St.Dot;
    } else if (/[eE]/.test(text[at] as string)) {
      at++;
      state = St.Exp;
      if (/[+-]/.test(text[at] ?? "")) at++;
    }
  }
  return { error: at === text.length ? Err.None : Err.Number, at, state };
}
