// Values of a definition, each held against what it must be; what is wrong is told with its place.
import { nearest, type Place, TransloadError } from "../errors.js";

/** Where a definition comes from. */
export interface Whence {
  /** Its file, for messages. */
  readonly file?: string;
  /** Where in it the key at the end of this path stands, or its value. */
  readonly place?: (path: readonly (string | number)[], what: "key" | "value") => Place;
}

/** A place in a definition. */
export class At {
  readonly #whence: Whence;
  readonly #path: readonly (string | number)[];
  /** What the definition is called in messages. */
  readonly #who: string;

  constructor(whence: Whence, who: string, path: readonly (string | number)[] = []) {
    this.#whence = whence;
    this.#who = who;
    this.#path = path;
  }

  under(key: string | number): At {
    return new At(this.#whence, this.#who, [...this.#path, key]);
  }

  toString(): string {
    return this.#path.reduce<string>(
      (text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? key : `${text}.${key}`),
      "",
    );
  }

  refuse(message: string, what: "key" | "value" = "value"): never {
    const { file, place } = this.#whence;
    throw new TransloadError("E_DIALECT", `${file ?? this.#who}: ${message}`, place?.(this.#path, what) ?? {});
  }
}

/** Holds a value against what it must be, and gives it as a copy of its own. */
export type Check = (value: unknown, at: At) => unknown;

const json = JSON.stringify;

export function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null) return json(value);
  return typeof value === "object" ? "an object" : value === undefined ? "nothing" : `a ${typeof value}`;
}

function must(fits: (value: unknown) => boolean, what: string): Check {
  return (value, at) => (fits(value) ? value : at.refuse(`${at} must be ${what}, and this is ${shown(value)}`));
}

export const flag = must((value) => typeof value === "boolean", "true or false");
export const text = must((value) => typeof value === "string" && value !== "", "a text");
export const whole = must((value) => Number.isSafeInteger(value) && (value as number) > 0, "a whole number from 1");
const NAME = /^[a-z][a-z0-9_-]*$/;
export const word = must((value) => typeof value === "string" && NAME.test(value), "a word of a-z, 0-9, - and _ that begins with a letter");
export const delimiter = must(
  (value) => typeof value === "string" && /^[\t !#-*,/:-@[-`{-~]$/.test(value),
  "one character of ASCII, and no quote, letter, digit, sign or point",
);
export const extension = must(
  (value) => typeof value === "string" && /^[a-z0-9]+$/.test(value),
  "an ending of small letters and digits, without the point",
);

export function oneOf(known: readonly string[]): Check {
  return (value, at) => {
    if (known.includes(value as string)) return value;
    const guess = typeof value === "string" ? nearest(value, known) : undefined;
    return at.refuse(`${at} is ${shown(value)}${guess ? `; did you mean ${guess}?` : `; there are ${known.join(", ")}`}`);
  };
}

export function listOf(check: Check): Check {
  return (value, at) =>
    Array.isArray(value)
      ? value.map((item, i) => check(item, at.under(i)))
      : at.refuse(`${at} must be a list, and this is ${shown(value)}`);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The members come out in the order of the checks, so that two definitions that say the same are the same. */
export function membersOf(checks: Readonly<Record<string, Check>>, what: string): Check {
  const known = Object.keys(checks);
  return (value, at) => {
    if (!isObject(value)) return at.refuse(`${what}, and this is ${shown(value)}`);
    for (const key of Object.keys(value).filter((key) => !Object.hasOwn(checks, key))) {
      const guess = nearest(key, known);
      at.under(key).refuse(
        `${at.under(key)} is no part of a definition; ${guess ? `did you mean ${guess}?` : `there are ${known.join(", ")}`}`,
        "key",
      );
    }
    const given = known.filter((key) => value[key] !== undefined);
    return Object.fromEntries(given.map((key) => [key, (checks[key] as Check)(value[key], at.under(key))]));
  };
}
