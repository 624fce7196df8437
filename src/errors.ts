/** Every way transload refuses, and what each code means. docs/errors.md has an example and a remedy for each. */
export const CODES = {
  E_SYNTAX: "the text is not JSON: a byte stands where it cannot",
  E_NUMBER: "a number that JSON does not allow (01, 1., .5, +1, 0x1, 1e)",
  E_ESCAPE: "an escape in a string that JSON does not allow",
  E_CONTROL: "a raw control character in a string",
  E_BRACKET: "a bracket closed by the wrong kind",
  E_DEPTH: "nesting deeper than 512",
  E_UTF8: "bytes that are not UTF-8",
  E_UTF16: "UTF-16 or UTF-32 input",
  E_ENCODING: "bytes that are not of the encoding that was named",
  E_TRUNCATED: "the input ends inside the document",
  E_TRAILING: "something follows the document",
  E_EMPTY: "the input is empty",
  E_RAGGED: "a row or list whose length differs from its siblings'",
  E_MIXED: "lists beside scalars at one level",
  E_OBJECT: "an object where rows or tensors are expected",
  E_NULL: "null where the target's servers refuse it",
  E_NAN: "NaN or Infinity where it is refused",
  E_MISSING: "a cell without a value where the target's servers take no gap",
  E_NESTED: "a list or object where there is no place for one",
  E_QUOTE: "a quote in a delimited file that does not end, or stands where it cannot",
  E_RANGE: "a number that does not fit its dtype",
  E_DTYPE: "a cell of another kind than its column, or an unknown dtype",
  E_DIALECT: "an unknown dialect or form, or a definition of one that cannot be",
  E_FORM: "the payload does not have the form that was named, or cannot take the one asked for",
  E_KEY: "a key that may not stand in a split",
  E_DUPLICATE: "a key that occurs twice",
  E_AMBIGUOUS: "two payloads in one document",
  E_LLM: "a language-model body, which servers pass on unparsed",
  E_COLUMNS: "column names are missing, or do not match the rows",
  E_SHAPE: "a tensor that does not have the shape it says",
  E_SPILL: "the temporary file cannot be written",
  E_INDEX: "an index that does not match the rows",
  E_TARGET: "a payload that the target's servers refuse",
  E_MODEL: "an MLmodel file that is none, or has no signature where one is needed",
  E_LIMIT: "a key, a gap between keys, or a row larger than transload holds",
  E_OPTION: "an option that cannot be used so",
  E_REFUSED: "a server refuses the rows that it was sent",
  E_ANSWER: "a server's answer that does not fit what it was asked",
  E_READ: "the input cannot be read",
  E_WRITE: "the output cannot be written",
  E_ABORT: "the conversion was aborted",
} as const;

/** A code of `CODES`. */
export type ErrorCode = keyof typeof CODES;

/** What is no fault of the input, or names it itself. */
const ELSEWHERE: readonly ErrorCode[] = [
  "E_OPTION",
  "E_DIALECT",
  "E_MODEL",
  "E_REFUSED",
  "E_ANSWER",
  "E_READ",
  "E_WRITE",
  "E_SPILL",
  "E_ABORT",
];

/** Where in the input, as far as known. All but line and column count from 0. */
export interface Place {
  /** Bytes before the fault, a byte-order mark included. */
  offset?: number;
  /** Lines count from 1. */
  line?: number;
  /** Bytes into the line, from 1. */
  column?: number;
  /** JSON path, `$.input_data.data[4][2]`. */
  path?: string;
  /** Row of the cargo. */
  row?: number;
  /** Cell of the row. */
  cell?: number;
}

/** Every refusal of transload. `message` is one line a person can act on; the fields are for programs. */
export class TransloadError extends Error {
  /** Tells the error where `instanceof` cannot, because another copy of the package made it. */
  override readonly name = "TransloadError";
  /** What kind of refusal it is. */
  readonly code: ErrorCode;
  /** The message without the place. */
  readonly detail: string;
  /** Bytes before the fault, a byte-order mark included; undefined where the place is not known, as for the fields that follow. */
  readonly offset: number | undefined;
  /** Line of the fault, from 1. */
  readonly line: number | undefined;
  /** Bytes into the line, from 1. */
  readonly column: number | undefined;
  /** JSON path of the fault, `$.input_data.data[4][2]`. */
  readonly path: string | undefined;
  /** Row of the fault, from 0. */
  readonly row: number | undefined;
  /** Cell of the row, from 0. */
  readonly cell: number | undefined;
  /** The input's file, where it is read by its name. */
  file: string | undefined;

  constructor(code: ErrorCode, detail: string, place: Place = {}, options?: ErrorOptions) {
    super(detail + describe(place), options);
    this.code = code;
    this.detail = detail;
    this.offset = place.offset;
    this.line = place.line;
    this.column = place.column;
    this.path = place.path;
    this.row = place.row;
    this.cell = place.cell;
  }

  /** As an error of this file, unless it is none of an input. */
  inFile(file: string | undefined): this {
    if (!ELSEWHERE.includes(this.code)) this.file ??= file;
    return this;
  }

  /** The fields as an object, for logs and answers: `--errors json` writes it. */
  toJSON(): Record<string, unknown> {
    const { code, detail, file, offset, line, column, path, row, cell, message } = this;
    return { code, message, detail, file, offset, line, column, path, row, cell };
  }
}

/** What a signal ended; its reason is the error's cause. */
export function abortError(signal: AbortSignal): TransloadError {
  return new TransloadError("E_ABORT", "the conversion was aborted", {}, { cause: signal.reason });
}

function describe({ offset, line, column, path }: Place): string {
  const parts: string[] = [];
  if (line !== undefined) parts.push(`line ${line}, column ${column}`);
  if (offset !== undefined) parts.push(`byte ${offset}`);
  if (path !== undefined) parts.push(path);
  return parts.length > 0 ? ` (${parts.join(", ")})` : "";
}

/** Something the conversion changed or left out that the caller should know of. */
export interface Warning {
  /** What kind of change it is: something dropped, made up, filled in or renamed. */
  code:
    | "W_DROPPED"
    | "W_NAMES"
    | "W_INDEX"
    | "W_DUPLICATE_COLUMNS"
    | "W_COLUMNS_LATE"
    | "W_PADDED"
    | "W_REPEATED"
    | "W_RETYPED"
    | "W_STALE"
    | "W_TEXT";
  /** One line for a person. */
  message: string;
}

/**
 * How the caller spells an option, here with a value: `index: "drop"` in a program, `--index drop` on the command line.
 * `value` is as a program gives it; a name alone is the option whatever its value.
 */
export function optionText(name: string, value?: OptionValue): string {
  return spell(name, value);
}

export type OptionValue = string | boolean | readonly string[] | Readonly<Record<string, string>>;
type Speller = typeof optionText;

let spell: Speller = (name, value) => (value === undefined ? name : `${name}: ${JSON.stringify(value)}`);

/** From now on options are spelled so, in this whole process: the command line's own door says it, once. */
export function spellOptions(speller: Speller): void {
  spell = speller;
}

/** Words in a message: the first of them where there are many. */
export function listed(words: readonly string[]): string {
  return words.length > MANY ? `${words.slice(0, MANY).join(", ")}, … (${words.length})` : words.join(", ");
}

const MANY = 20;

/**
 * The places of columns among those there are; of two of one name the first.
 * @throws TransloadError E_COLUMNS for one that is none, with the nearest name.
 */
export function placesAmong(names: readonly string[], wanted: readonly string[]): number[] {
  // those that are wanted are few, and the names may be a million
  const places = new Map<string, number | undefined>(wanted.map((name) => [name, undefined]));
  names.forEach((name, i) => {
    if (places.has(name)) places.set(name, places.get(name) ?? i);
  });
  return wanted.map((name) => places.get(name) ?? refuseName(names, name));
}

function refuseName(names: readonly string[], name: string): never {
  const guess = nearest(name, names);
  throw new TransloadError(
    "E_COLUMNS",
    `no column ${JSON.stringify(name)}${guess ? `; did you mean ${guess}?` : `; there are ${listed(names)}`}`,
  );
}

/** The nearest of the known words, for "did you mean". */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, word.length / 2);
  for (const other of known) {
    const d = distance(word, other);
    if (d < least) {
      least = d;
      best = other;
    }
  }
  return best;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
