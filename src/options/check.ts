// Whether options are known, and can be what they are: one check for each, in the parts of convert.ts. What each function takes is
// put together of these, so that a name that is misspelled is refused by all of them.
import { byteLength } from "../columns/bytes.js";
import { DATATYPE_NAMES, isDatatype } from "../columns/datatype.js";
import { checkDtype, checkDtypes } from "../columns/dtype.js";
import { nearest, optionText, TransloadError } from "../errors.js";
import { encodingOf } from "../io/recode.js";
import type {
  EndOptions,
  LimitOptions,
  PickOptions,
  PieceOptions,
  RowOptions,
  RunOptions,
  TargetOptions,
  TypedOptions,
} from "./convert.js";

/** Throws E_OPTION, or E_DTYPE, for a value that the option of this name cannot be. */
type Check = (name: string, value: unknown) => void;

/** The options that a function takes. */
export type Checks = Readonly<Record<string, Check>>;

/** A check for each option of a part. */
export type ChecksOf<Part> = { readonly [Name in keyof Required<Part>]: Check };

const ENDS: ChecksOf<EndOptions> = { from: isText, to: isText, what: isOneOf("request", "response"), encoding: isEncoding };

export const ROWS: ChecksOf<RowOptions> = {
  columns: areColumns,
  drop: areTexts,
  fixed: isFlag,
  ragged: isOneOf("error", "pad"),
  nested: isOneOf("keep", "json"),
  header: isFlag,
  delimiter: isOneByte,
  quote: isOneByte,
  skipLines: isWhole,
  comment: isOneByte,
  escape: isOneByte,
  na: areWords,
  text: areTexts,
  headerLength: isWhole,
  typing: isOneOf("lexical", "pandas"),
};

/** How a delimited file is read. */
const { columns: _, drop: __, fixed: ___, ragged: ____, headerLength: _____, ...DELIMITED } = ROWS;

export const PICKS: ChecksOf<PickOptions> = { where: isText, skip: isWhole, head: isWhole, sample: isWhole, seed: isSeed };

export const TYPED: ChecksOf<TypedOptions> = {
  dtype: isDtype,
  infer: isOneOf("whole", "head"),
  cast: isOneOf("error", "clip"),
  through: areFunctions,
  batchRows: isRows,
};

export const TARGET: ChecksOf<TargetOptions> = {
  nan: isOneOf("null", "token", "error"),
  missing: isOneOf("null", "token", "error"),
  index: isIndex,
  datatype: areDatatypes,
  codec: isOneOf("snappy", "lz4", "zstd", "gzip", "none"),
  rowGroupRows: isCount,
};

export const PIECES: ChecksOf<PieceOptions> = { maxRows: isCount, maxBytes: isCount };

export const LIMITS: ChecksOf<LimitOptions> = { maxRowBytes: isCount, maxExpand: isAmount, maxWindow: isAmount };

export const RUN: ChecksOf<RunOptions> = {
  file: isText,
  spillDir: isText,
  engine: isOneOf("core", "reference"),
  signal: isSignal,
  onWarning: isFunction,
  onProgress: isFunction,
  onHeaders: isFunction,
};

/** What split() takes. */
export const SPLIT = { ...ENDS, ...ROWS, ...PICKS, ...TYPED, ...TARGET, ...PIECES, ...LIMITS, ...RUN };

/** What convert() takes: pieces one behind the other would be no payload. */
export const CONVERT = { ...SPLIT, maxRows: isOfSplit, maxBytes: isOfSplit } satisfies Checks;

/** What readBatches() takes; `columns` may be an object there. */
export const READ = {
  ...ROWS,
  ...PICKS,
  ...LIMITS,
  from: isText,
  encoding: isEncoding,
  dtype: isDtypeOrInfer,
  cast: TYPED.cast,
  batchRows: isRows,
  batchBytes: isCount,
  dictionary: isFlag,
  reuse: isFlag,
  spillDir: isText,
  model: isGiven,
  engine: RUN.engine,
  signal: isSignal,
  onWarning: isFunction,
  onProgress: isFunction,
};

/** What writeBatches() takes. */
export const WRITE = {
  ...TARGET,
  to: isText,
  header: isFlag,
  spillDir: isText,
  engine: RUN.engine,
  signal: isSignal,
  onWarning: isFunction,
  onHeaders: isFunction,
};

/** What inspect() takes. */
export const INSPECT = {
  ...DELIMITED,
  ...LIMITS,
  summary: isFlag,
  spillDir: isText,
  headerLength: isWhole,
  from: isText,
  encoding: isEncoding,
  engine: RUN.engine,
  signal: isSignal,
  onWarning: isFunction,
  onProgress: isFunction,
};

/**
 * Options of the function of this name, each of which `checks` knows. One that is undefined is not given.
 * @throws TransloadError E_OPTION for an option that there is not, with the nearest that there is, and for a value that cannot be;
 * E_DTYPE for an unknown dtype.
 */
export function checkOptions(call: string, options: object, checks: Checks): void {
  if (typeof options !== "object" || options === null) throw new TransloadError("E_OPTION", `${call} takes an object of options`);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (!check) throw unknown(call, name, Object.keys(checks));
    check(name, value);
  }
  checkCharacters(options);
}

/** @throws TransloadError E_OPTION for what is no number of threads. */
export function checkJobs(jobs: number): void {
  if (!Number.isInteger(jobs) || jobs < 1) throw new TransloadError("E_OPTION", "`jobs` is a number of threads, a whole number from 1");
}

/** @throws TransloadError E_OPTION for a character that is to mean two things. */
function checkCharacters({ quote = '"', delimiter = ",", comment, ...rows }: RowOptions): void {
  // an escape that is the quote is the quote that is doubled
  const own = rows.escape === quote ? undefined : rows.escape;
  const meanings = Object.entries({ quote, delimiter, escape: own, comment }).filter(([, character]) => character !== undefined);
  for (const [i, [name, character]] of meanings.entries()) {
    const other = meanings.slice(i + 1).find(([, another]) => another === character);
    if (other) throw new TransloadError("E_OPTION", `${optionText(name)} and ${optionText(other[0])} must differ`);
  }
}

function unknown(call: string, name: string, known: readonly string[]): TransloadError {
  const guess = nearest(name, known);
  return new TransloadError(
    "E_OPTION",
    `${call} has no option ${name}${guess ? `; did you mean ${guess}?` : `; known: ${known.join(", ")}`}`,
  );
}

function refuse(name: string, value: unknown, what: string): never {
  const shown = typeof value === "object" || typeof value === "string" ? JSON.stringify(value) : String(value);
  throw new TransloadError("E_OPTION", `${optionText(name)} is ${shown}; it must be ${what}`);
}

export function isOneOf(...known: readonly string[]): Check {
  return (name, value) => {
    if (!known.includes(value as string)) refuse(name, value, known.join(" or "));
  };
}

function isOfSplit(name: string): never {
  throw new TransloadError(
    "E_OPTION",
    `${optionText(name)} cuts a payload into pieces, and this gives one payload; split() gives the pieces`,
  );
}

export function isText(name: string, value: unknown): void {
  if (typeof value !== "string") refuse(name, value, "a string");
}

function isEncoding(name: string, value: unknown): void {
  isText(name, value);
  encodingOf(value as string);
}

function areTexts(name: string, value: unknown): void {
  if (!Array.isArray(value) || !value.every((text) => typeof text === "string")) refuse(name, value, "a list of strings");
}

export function isTextOrTexts(name: string, value: unknown): void {
  areTexts(name, typeof value === "string" ? [value] : value);
}

function areColumns(name: string, value: unknown): void {
  const names = Array.isArray(value) ? value : typeof value === "object" ? Object.values(value as object) : undefined;
  if (!names?.every((text) => typeof text === "string")) refuse(name, value, "a list of names, or an object of new names and old");
}

export function isObject(name: string, value: unknown): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse(name, typeof value, "an object of names and values");
}

/** What a model is, is for those who read it to say. */
function isGiven(): void {}

export function isFlag(name: string, value: unknown): void {
  if (typeof value !== "boolean") refuse(name, value, "true or false");
}

function isFunction(name: string, value: unknown): void {
  if (typeof value !== "function") refuse(name, value, "a function");
}

function areFunctions(name: string, value: unknown): void {
  if (!Array.isArray(value) || !value.every((work) => typeof work === "function")) refuse(name, value, "a list of functions");
}

function isSignal(name: string, value: unknown): void {
  if (typeof (value as Partial<AbortSignal>).aborted !== "boolean") refuse(name, value, "an AbortSignal");
}

function isDtype(_: string, value: unknown): void {
  if (typeof value === "object") checkDtypes(value as Record<string, string>);
  else checkDtype(value as string);
}

function isDtypeOrInfer(name: string, value: unknown): void {
  if (value !== "infer") isDtype(name, value);
}

function areDatatypes(name: string, value: unknown): void {
  if (typeof value !== "string" && (typeof value !== "object" || value === null)) refuse(name, value, "a datatype, or one for each column");
  const asked = typeof value === "string" ? [value] : Object.values(value);
  const unknown = asked.find((one) => !isDatatype(one));
  if (unknown === undefined) return;
  const guess = nearest(String(unknown).toUpperCase(), DATATYPE_NAMES);
  throw new TransloadError(
    "E_OPTION",
    `${optionText(name, String(unknown))} is unknown${guess ? `; did you mean ${guess}?` : ""}; known: ${DATATYPE_NAMES.join(", ")}`,
  );
}

function isIndex(name: string, value: unknown): void {
  if (typeof value !== "string" || !/^(?:keep|drop|generate|column:.+)$/s.test(value))
    refuse(name, value, "keep or drop or generate or column:NAME");
}

/** ASCII, and none of what ends a line or may begin a number. */
function isOneByte(name: string, value: unknown): void {
  if (typeof value !== "string" || !/^[\t !-*,/:-@[-`{-~]$/.test(value))
    refuse(name, value, "one character of ASCII, and no letter, digit, sign or point");
}

function areWords(name: string, value: unknown): void {
  areTexts(name, value);
  for (const word of value as readonly string[])
    if (byteLength(word) > 255 || /[\r\n]/.test(word))
      throw new TransloadError(
        "E_OPTION",
        `${optionText(name)} holds ${JSON.stringify(word)}; a word has no line break and 255 bytes at most`,
      );
}

export function isCount(name: string, value: unknown): void {
  if (!(Number.isSafeInteger(value) && (value as number) > 0)) refuse(name, value, "a whole number from 1");
}

export function isWhole(name: string, value: unknown): void {
  if (!(Number.isSafeInteger(value) && (value as number) >= 0)) refuse(name, value, "a whole number from 0");
}

function isSeed(name: string, value: unknown): void {
  if (!(Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32))
    refuse(name, value, "a whole number from 0 to 4294967295");
}

export function isAmount(name: string, value: unknown): void {
  if (!(typeof value === "number" && value > 0)) refuse(name, value, "a number above 0");
}

/** Rows of a batch, whose cells are counted in 32 bits. */
function isRows(name: string, value: unknown): void {
  if (!(Number.isSafeInteger(value) && (value as number) > 0 && (value as number) < 2 ** 30)) refuse(name, value, "a whole number from 1");
}
