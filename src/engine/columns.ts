import { decode } from "../columns/bytes.js";
import { isWrittenAsText } from "../columns/cell-text.js";
import { roomFor } from "../columns/cells.js";
import type { Column } from "../columns/column.js";
import { columnsNamed, type DType, type DTypeChoice, dtypeNamed, isNumeric, NUMERIC } from "../columns/dtype.js";
import { nearest, placesAmong, TransloadError } from "../errors.js";
import type { CellRequest } from "./cells.js";
import { type ColumnChoice, Takes } from "./choice.js";

/** Bytes of the cargo that are read before dtypes are chosen; its first row when that is longer. */
export const SAMPLE = 1 << 16;

/** What a column's cells were, in the sample. */
export interface Kinds {
  numbers: boolean;
  /** Some of the numbers are not whole. */
  floats: boolean;
  strings: boolean;
  booleans: boolean;
  /** Whole numbers above 2^63 - 1; and numbers below 0. */
  large?: boolean;
  negative?: boolean;
  /** Lists, in a row of a frame. */
  lists?: boolean;
  /** Bytes of the longest of them. */
  listBytes?: number;
}

/** What was looked at last: the parts of one document have one sample. */
let looked: { readonly text: string; readonly rank: number; readonly width: number; readonly kinds: Kinds[] } | undefined;

/**
 * Kinds of the cells in the first bytes of a cargo, which the scanner has checked. `rank` levels of lists are around
 * a scalar, the cargo's own not counted. A row counts when it begins in the sample, and the first one always.
 */
export function survey(text: Uint8Array, rank: number, width: number): readonly Kinds[] {
  const own = decode(text);
  if (looked?.rank !== rank || looked.width !== width || looked.text !== own)
    looked = { text: own, rank, width, kinds: kindsIn(text, rank, width) };
  return looked.kinds;
}

function kindsIn(text: Uint8Array, rank: number, width: number): Kinds[] {
  const kinds: Kinds[] = Array.from({ length: width }, () => ({ numbers: false, floats: false, strings: false, booleans: false }));
  let depth = 0;
  let column = 0;
  let rows = 0;
  let began = 0;
  for (let i = 0; i < text.length; i++) {
    const byte = text[i] as number;
    if (byte === 0x5b /* [ */) {
      if (depth === 0 && rows > 0 && i >= SAMPLE) break;
      const holder = kinds[width > 1 ? column : 0];
      if (depth === rank && rank > 0 && holder) {
        holder.lists = true;
        began = i;
      }
      depth++;
      if (depth === rank) column = 0;
    } else if (byte === 0x5d /* ] */) {
      depth--;
      const holder = kinds[width > 1 ? column : 0];
      if (depth === rank && holder?.lists) holder.listBytes = Math.max(holder.listBytes ?? 0, i + 1 - began);
      if (depth < 0) break;
      if (depth === 0) rows++;
    } else if (byte === 0x2c /* , */) {
      if (depth === rank) column++;
      if (rank === 0 && i >= SAMPLE) break;
    } else if (byte > 0x20) {
      const kind = kinds[width > 1 ? column : 0];
      if (byte === 0x22 /* " */) {
        if (kind && depth === rank) kind.strings = true;
        for (i++; i < text.length && text[i] !== 0x22; i++) if (text[i] === 0x5c /* \ */) i++;
        continue;
      }
      if (kind && depth === rank) {
        if (byte === 0x74 /* t */ || byte === 0x66 /* f */) kind.booleans = true;
        else if (byte !== 0x6e /* n */) {
          kind.numbers = true;
          if (byte === 0x2d /* - */) kind.negative = true;
          if (byte === 0x4e /* N */ || byte === 0x49 /* I */) kind.floats = true;
        }
      }
      const start = i;
      while (i + 1 < text.length && !isDelimiter(text[i + 1] as number)) {
        i++;
        if (kind?.numbers && depth === rank && isFloating(text[i] as number)) kind.floats = true;
      }
      if (kind?.numbers && depth === rank && i - start >= 18) kind.large ||= isLarge(text.subarray(start, i + 1));
    }
  }
  return kinds;
}

/** Bytes that a text is taken for, where its ends are counted in: batches end where they grow beyond all measure. */
const TEXT = 24;

/** Bytes of a row, by which batches are cut: of numbers what they take, of text and lists about so many. */
function bytesOfRow(dtypes: readonly DType[], lists: readonly (number | undefined)[]): number {
  return dtypes.reduce((sum, dtype, i) => sum + (lists[i] ?? (isNumeric(dtype) ? NUMERIC[dtype].array.BYTES_PER_ELEMENT : TEXT)), 0);
}

/** Bytes of cells in a batch when the caller does not say: they stay in the second-level cache until they are used. */
const BATCH = 1 << 20;

/** Rows of a batch; `perRow`: cells that a row has in each column. */
export function batchRowsFor(
  dtypes: readonly DType[],
  perRow: number,
  { batchRows, batchBytes = BATCH }: { readonly batchRows?: number | undefined; readonly batchBytes?: number | undefined },
  lists: readonly (number | undefined)[] = [],
): number {
  return batchRows ?? Math.max(1, Math.floor(batchBytes / Math.max(1, perRow * bytesOfRow(dtypes, lists))));
}

/** The columns whose cells are lists, each a tensor of one shape. */
export function listsAmong(kinds: readonly Kinds[], choices: readonly ColumnChoice[]): boolean[] {
  return kinds.map(
    ({ lists, numbers, strings, booleans }, i) => lists === true && !numbers && !strings && !booleans && !choices[i]?.verbatim,
  );
}

/** A whole number above 2^63 - 1. */
function isLarge(digits: Uint8Array): boolean {
  const text = decode(digits);
  return /^\d+$/.test(text) && BigInt(text) >= 2n ** 63n;
}

/** A point, an exponent, an Infinity. */
function isFloating(byte: number): boolean {
  return byte === 0x2e || (byte | 0x20) === 0x65 || byte === 0x49;
}

function isDelimiter(byte: number): boolean {
  return byte <= 0x20 || byte === 0x2c || byte === 0x5d || byte === 0x5b;
}

/** Names of a frame's columns, positions where it has none that fit; a tensor's own, "" where it has none. */
export function namesOf({ layout, names }: CellRequest, width: number): readonly string[] {
  if (names?.length === width) return names;
  return layout === "rows" ? Array.from({ length: width }, (_, i) => `${i}`) : [names?.[0] ?? ""];
}

/** @throws TransloadError E_DTYPE when a dtype is asked for by a name that the payload does not have. */
export function checkNames(names: readonly string[], asked: DTypeChoice | undefined): void {
  const wanted = columnsNamed(asked);
  const known = wanted.length > 0 ? new Set(names) : undefined;
  for (const name of wanted) {
    if (known?.has(name)) continue;
    const guess = nearest(name, names);
    throw new TransloadError(
      "E_DTYPE",
      `a dtype is asked for ${JSON.stringify(name)}, and there is no such column${guess ? `; did you mean ${guess}?` : ""}`,
    );
  }
}

/**
 * The columns that are read, as places in the payload's: all of them, or those picked by name. One that is picked twice is read once, and
 * given out twice by whoever names the columns (pick.ts): an engine has one place for its cells.
 * @throws TransloadError E_COLUMNS for a name that the payload does not have.
 */
export function pickedOf(names: readonly string[], pick: readonly string[] | undefined): number[] {
  return pick ? [...new Set(placesAmong(names, pick))] : names.map((_, i) => i);
}

/**
 * What each column is. Its own dtype where one was asked for by its name; JSON as it came where the others stay what they are; the one for
 * all where that can hold it; what the payload says of it; or else what its cells look like: text where they are of several kinds, bool, int64
 * or uint64 where numbers are whole and `infer` says so, and float64, in which whole numbers must then be exact.
 */
export function chooseDtypes(names: readonly string[], kinds: readonly Kinds[], request: CellRequest): ColumnChoice[] {
  const { dtype: asked, declared, guesses, layout } = request;
  const all = typeof asked === "string" && asked !== "infer" ? asked : undefined;
  return names.map((name, i) => {
    const own = dtypeNamed(asked, name);
    if (own) return { dtype: own, guessed: false };
    const { strings, booleans, numbers, lists } = kinds[i] as Kinds;
    if (request.verbatim === "cells" || (request.verbatim && !lists))
      return { dtype: "string", guessed: false, verbatim: request.verbatim };
    const said = all ? undefined : declaredOf(declared, name);
    if (said) return { dtype: said, guessed: false };
    const known = ownValue(guesses, name);
    if (known) return { dtype: known, guessed: true };
    const mixed = Number(strings) + Number(booleans) + Number(numbers) > 1;
    if (mixed && layout === "rows" && !request.narrow && !all) return { dtype: "string", guessed: true };
    if (strings && !numbers && !booleans)
      return { dtype: all && isWrittenAsText(all) ? all : "string", guessed: !all || !isWrittenAsText(all) };
    const number = all && !isWrittenAsText(all) ? all : undefined;
    if (booleans && !numbers && !number) return { dtype: "bool", guessed: true };
    if (number) return { dtype: number, guessed: false };
    if (layout === "rows" && guesses && !numbers) return { dtype: "float64", guessed: true, unseen: true };
    return { dtype: asked === "infer" || request.infer ? wholeOrFloat(kinds[i] as Kinds) : "float64", guessed: true };
  });
}

/** What is asked of the cells in a column's lists, or declared of them. */
export function saidOf({ dtype: asked, declared }: CellRequest, name: string): DTypeChoice | undefined {
  if (typeof asked === "object") return dtypeNamed(asked, name) ?? declaredOf(declared, name);
  return asked === undefined || asked === "infer" ? (declaredOf(declared, name) ?? asked) : asked;
}

function declaredOf(declared: CellRequest["declared"], name: string): DType | undefined {
  return typeof declared === "string" ? declared : ownValue(declared, name);
}

/** Of columns of which no cell was seen. */
const UNSEEN: Kinds = { numbers: false, floats: false, strings: false, booleans: false };

/** The columns of a cargo that has names for them and no rows: each has the dtype that it has where all of its cells are null. */
export function emptyColumns(names: readonly string[], request: CellRequest): Column[] {
  if (request.layout === "rows") checkNames(names, request.dtype);
  const unseen = names.map(() => UNSEEN);
  const choices = chooseDtypes(names, unseen, request);
  return pickedOf(names, request.pick).map((i) => {
    const { dtype } = choices[i] as ColumnChoice;
    return { name: names[i] as string, dtype, values: roomFor(dtype, 0) as Column["values"], shape: [] };
  });
}

function ownValue(dtypes: Readonly<Record<string, DType>> | undefined, name: string): DType | undefined {
  return dtypes && Object.hasOwn(dtypes, name) ? dtypes[name] : undefined;
}

function wholeOrFloat({ numbers, floats, large, negative }: Kinds): DType {
  if (!numbers || floats) return "float64";
  return large && !negative ? "uint64" : "int64";
}

/** Texts take any scalar where they were asked for, or where a column may be of several kinds; guessed float64 takes what is exact. */
export function takesOf({ dtype, guessed, unseen, verbatim }: ColumnChoice, { narrow }: CellRequest): number {
  if (verbatim) return Takes.Verbatim | (verbatim === "cells" ? Takes.Lists : 0);
  if (unseen) return Takes.Nothing;
  if (dtype === "string") return guessed && narrow ? 0 : Takes.Scalars;
  return guessed ? Takes.Pure | (dtype === "float64" ? Takes.Exact : 0) : 0;
}
