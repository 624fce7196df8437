import { isWrittenAsText } from "../columns/cell-text.js";
import { columnsNamed, type DType, type DTypeChoice, dtypeNamed, isNumeric, NUMERIC } from "../columns/dtype.js";
import { nearest, placesAmong, TransloadError } from "../errors.js";
import type { CellRequest } from "./cells.js";

/** Bytes of the cargo that are read before dtypes are chosen; its first row when that is longer. */
export const SAMPLE = 1 << 16;

/** What a column's cells were, in the sample. */
export interface Kinds {
  numbers: boolean;
  /** Some of the numbers are not whole. */
  floats: boolean;
  strings: boolean;
  booleans: boolean;
  /** Lists, in a row of a frame. */
  lists?: boolean;
  /** Bytes of the longest of them. */
  listBytes?: number;
}

/**
 * Kinds of the cells in the first bytes of a cargo, which the scanner has checked. `rank` levels of lists are around
 * a scalar, the cargo's own not counted. A row counts when it begins in the sample, and the first one always.
 */
export function survey(text: Uint8Array, rank: number, width: number): Kinds[] {
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
          if (byte === 0x4e /* N */ || byte === 0x49 /* I */) kind.floats = true;
        }
      }
      while (i + 1 < text.length && !isDelimiter(text[i + 1] as number)) {
        i++;
        if (kind?.numbers && depth === rank && isFloating(text[i] as number)) kind.floats = true;
      }
    }
  }
  return kinds;
}

/** Bytes that a text is taken for, where its ends are counted in: batches end where they grow beyond all measure. */
const TEXT = 24;

/** Bytes of a row, by which batches are cut: of numbers what they take, of text and lists about so many. */
export function bytesOfRow(dtypes: readonly DType[], lists: readonly (number | undefined)[]): number {
  return dtypes.reduce((sum, dtype, i) => sum + (lists[i] ?? (isNumeric(dtype) ? NUMERIC[dtype].array.BYTES_PER_ELEMENT : TEXT)), 0);
}

/** The columns whose cells are lists, each a tensor of one shape. */
export function listsAmong(kinds: readonly Kinds[]): boolean[] {
  return kinds.map(({ lists, numbers, strings, booleans }) => lists === true && !numbers && !strings && !booleans);
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
 * The columns that are read, as places in the payload's: all of them, or those picked by name.
 * @throws TransloadError E_COLUMNS for a name that the payload does not have.
 */
export function pickedOf(names: readonly string[], pick: readonly string[] | undefined): number[] {
  return pick ? placesAmong(names, pick) : names.map((_, i) => i);
}

/** Nobody asked for this dtype by its name. */
export function isDefaulted(asked: DTypeChoice | undefined): boolean {
  return asked === undefined || asked === "infer";
}

/**
 * The dtype of each column: strings stay strings; booleans stay bool unless their dtype was named; the rest is as asked, float64 by default.
 */
export function chooseDtypes(names: readonly string[], kinds: readonly Kinds[], asked: DTypeChoice | undefined): DType[] {
  return names.map((name, i) => {
    const { strings, booleans, numbers, floats } = kinds[i] as Kinds;
    const own = dtypeNamed(asked, name);
    if (own) return own;
    const all = typeof asked === "string" && asked !== "infer" ? asked : undefined;
    if (strings && !numbers && !booleans) return all && isWrittenAsText(all) ? all : "string";
    const number = all && !isWrittenAsText(all) ? all : undefined;
    if (booleans && !numbers && !number) return "bool";
    if (asked === "infer") return numbers && !floats ? "int64" : "float64";
    return number ?? "float64";
  });
}
