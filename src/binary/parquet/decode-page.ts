// Pages of a column chunk to cells.
//
// How it works. Page headers, decompression and the rarer encodings are hyparquet's; levels, dictionary indices and plain values are
// read here, because hyparquet makes JavaScript lists of columns that may have nulls.

import type { ColumnMetaData } from "hyparquet";
import type { parquetHeader } from "hyparquet/src/column.js";
import { concat } from "../../columns/bytes.js";
import { type Texts, verbatim } from "../../columns/column.js";
import { decimalNumber, decimalText } from "../../columns/decimal.js";
import { NUMERIC, type NumericDType, nothingIn, storedAs, type TypedArray } from "../../columns/dtype.js";
import { checkUtf8, textColumn, textsOf } from "../../columns/texts.js";
import { uuidTexts } from "../../columns/uuid.js";
import { TransloadError } from "../../errors.js";
import { expansionGuard } from "../../io/expansion.js";
import { halves } from "../half.js";
import type { Between } from "./between.js";
import type { Field } from "./field.js";
import { unpack, unpackCells } from "./hybrid.js";
import { levelWidth } from "./nesting.js";
import type { Decoded } from "./page-shapes.js";
import type { Pool } from "./pool.js";
import { type CellType, cellTypeOf } from "./schema.js";

import { LENGTH, lengthAt, plain, type Raw, valuesOf } from "./values.js";

export type PageHeader = ReturnType<typeof parquetHeader>;

/** A page: its values, and which entries have one. An entry is a row; of lists, a cell or a list without any. */
interface Page {
  readonly entries: number;
  /** 1 present, 0 null; undefined where all are present. */
  readonly levels: Uint8Array | undefined;
  /** Of lists: both levels of each entry; undefined where all are the most there can be. */
  readonly repetition: Uint8Array | undefined;
  readonly definition: Uint8Array | undefined;
  readonly values: Raw;
  /** In their place: where the places in the dictionary are, and how many bits each has. */
  readonly places: { readonly bytes: Uint8Array; readonly at: number; readonly width: number } | undefined;
  /** Values, or places. */
  readonly present: number;
}

/** Decodes the pages of a column chunk, in their order. */
export class PageDecoder {
  readonly #field: Field;
  readonly #meta: ColumnMetaData;
  readonly #type: CellType;
  readonly #between: Between;
  readonly #pool: Pool;
  #dictionary: Cells | undefined;

  /** @throws TransloadError E_DTYPE for types that are no cells here. */
  constructor(field: Field, meta: ColumnMetaData, between: Between) {
    this.#pool = between.pool;
    this.#between = between;
    this.#field = field;
    this.#meta = meta;
    this.#type = cellTypeOf(field);
  }

  /**
   * A page of at most `left` entries; undefined for one that has none.
   * @throws RangeError where it ends too early, Error for what hyparquet cannot read, TransloadError E_UTF8 for texts that are none.
   */
  decode(header: PageHeader, body: Uint8Array, left: number): Decoded | undefined {
    const { name, leaf } = this.#field;
    if (header.type === "DICTIONARY_PAGE") {
      const page = this.#expand(body, header.uncompressed_page_size);
      const count = header.dictionary_page_header?.num_values ?? 0;
      if (!(count >= 0)) throw new RangeError(`a dictionary of ${count} values`);
      this.#dictionary = this.#cellsOf(plain(page, 0, this.#meta.type, count, leaf.type_length));
      return undefined;
    }
    // some writers have pages without any values among those of lists
    if (!(header.data_page_header ?? header.data_page_header_v2)?.num_values) return undefined;
    const page = this.#pageOf(header, body, left);
    if (page.places && !this.#dictionary) throw new Error(`column ${name} has no dictionary`);
    const { entries, repetition, definition, levels } = page;
    const values = page.places ? this.#gather(this.#dictionary as Cells, page) : this.#spread(this.#cellsOf(page.values), page);
    const { dtype, timezone } = this.#type;
    const valid = levels && { valid: levels as Uint8Array<ArrayBuffer> };
    const column = isTexts(values)
      ? textColumn({ name, shape: [], ...valid, ...verbatim(this.#type) }, values)
      : { name, dtype, values, shape: [], ...valid, ...(timezone && { timezone }) };
    return { column, entries, repetition, definition };
  }

  /** As many bytes as the header says, once that is no more than the rule allows. */
  #expand(bytes: Uint8Array, size: number): Uint8Array {
    const { guard, expand } = this.#between;
    if (this.#meta.codec !== "UNCOMPRESSED") {
      guard.took(bytes.length);
      guard.gave(size);
    }
    return expand(this.#meta.codec, bytes, size);
  }

  #pageOf(header: PageHeader, body: Uint8Array, left: number): Page {
    const { leaf, nesting } = this.#field;
    const meta = this.#meta;
    const v1 = header.data_page_header;
    const v2 = header.data_page_header_v2;
    const most = nesting?.most ?? (leaf.repetition_type === "OPTIONAL" ? 1 : 0);
    const repeats = nesting?.elements.length ?? 0;
    const entries = (v1 ?? v2)?.num_values as number;
    if (!(entries > 0 && entries <= left)) throw new RangeError(`a page of ${entries} values where ${left} are left`);
    // levels and places may be runs of any length, in a few bytes
    const cells = expansionGuard("a page of the parquet file", this.#between.maxExpand);
    cells.took(body.length);
    cells.gave(entries);
    const encoding = (v1 ?? v2)?.encoding as string;
    let page: Uint8Array;
    let at = 0;
    let levels: Uint8Array;
    let ends: readonly [repetition: number, definition: number];
    if (v1) {
      levels = page = this.#expand(body, header.uncompressed_page_size);
      const repetition = repeats > 0 ? lengthAt(page, 0) : 0;
      at = most > 0 ? lengthAt(page, repetition) : repetition;
      ends = [repetition, at];
    } else {
      levels = body;
      const repetition = v2?.repetition_levels_byte_length ?? 0;
      ends = [repetition, repetition + (v2?.definition_levels_byte_length ?? 0)];
      if (!(ends[0] >= 0 && ends[1] >= ends[0] && ends[1] <= body.length)) throw new RangeError("unexpected end of levels");
      const length = header.uncompressed_page_size - ends[1];
      if (length < 0) throw new RangeError("a page that is smaller than its levels");
      page = body.subarray(ends[1]);
      if (v2?.is_compressed !== false && length > 0) page = this.#expand(page, length);
    }
    const prefix = v1 ? LENGTH : 0;
    const repetition = repeats > 0 ? levelsAt(levels, prefix, ends[0], entries, repeats) : undefined;
    const definition = most > 0 ? levelsAt(levels, ends[0] + prefix, ends[1], entries, most) : undefined;
    const present = definition ? countOf(definition, most) : entries;
    const flags = definition && present < entries ? (most > 1 ? definition.map((level) => Number(level === most)) : definition) : undefined;
    const common = { entries, levels: flags, repetition, definition, present };
    if (encoding === "RLE_DICTIONARY" || encoding === "PLAIN_DICTIONARY") {
      const width = present > 0 ? (page[at] ?? WIDEST + 1) : 0;
      if (width > WIDEST) throw new RangeError(`places of ${width} bits`);
      return { ...common, values: [], places: { bytes: page, at: at + 1, width } };
    }
    return { ...common, values: valuesOf(page, at, encoding, meta, leaf, present, cells), places: undefined };
  }

  /** Cells by their places in the dictionary. */
  #gather(cells: Cells, { places, levels, entries, present }: Page): Cells {
    const { bytes, at: from, width } = places as NonNullable<Page["places"]>;
    if (!levels && isNumbers(cells) && cells.BYTES_PER_ELEMENT === 8 && width <= 24) {
      const out = this.#room(entries) as unknown as TypedArray;
      unpackCells(bytes, from, width, present, bitsOf(cells), bitsOf(out));
      return out;
    }
    const indices = new Int32Array(present + 8);
    // a single run of ones is told apart for levels alone
    if (present > 0 && !unpack(bytes, from, bytes.length, width, present, indices)) indices.fill(1, 0, present);
    const known = isTexts(cells) ? cells.offsets.length - 1 : cells.length;
    for (let k = 0; k < present; k++) if ((indices[k] as number) >>> 0 >= known) throw new RangeError("a place beyond the dictionary");
    if (isTexts(cells)) return { ...cells, codes: spreadOver(indices.subarray(0, present), new Int32Array(entries), levels, -1) };
    const out = this.#room(entries);
    const nothing = this.#nothing;
    for (let i = 0, k = 0; i < entries; i++) out[i] = levels && levels[i] === 0 ? nothing : cells[indices[k++] as number];
    return out as unknown as TypedArray;
  }

  #spread(cells: Cells, { levels, entries }: Page): Cells {
    if (!levels) return cells;
    if (!isTexts(cells)) return spreadOver(cells as unknown[], this.#room(entries), levels, this.#nothing) as unknown as TypedArray;
    const offsets = new Int32Array(entries + 1);
    for (let i = 0, k = 0; i < entries; i++) offsets[i + 1] = cells.offsets[levels[i] === 0 ? k : ++k] as number;
    return { offsets, bytes: cells.bytes };
  }

  #room(entries: number): unknown[] {
    const stored = storedAs(this.#type.dtype);
    if (!stored) return new Array(entries);
    const { array } = NUMERIC[stored];
    return new array(this.#pool.take(entries * array.BYTES_PER_ELEMENT), 0, entries) as unknown as unknown[];
  }

  get #nothing(): ReturnType<typeof nothingIn> {
    return nothingIn(this.#type.dtype);
  }

  /** Values of the physical type as cells. */
  #cellsOf(raw: Raw): Cells {
    const { dtype, int96, half, uuid, spell, scale, decimal } = this.#type;
    if (spell) return spelled(raw, spell);
    if (decimal) return spelled(raw, (value) => decimalText(value, scale as number));
    if (uuid) {
      const cells = raw as readonly Uint8Array[];
      if (cells.some(({ length }) => length !== 16)) throw new Error("UUIDs that have not sixteen bytes");
      return uuidTexts(cells);
    }
    if (dtype === "string") return checkUtf8("offsets" in raw ? raw : packed(raw as readonly Uint8Array[]), this.#field.name);
    if ("offsets" in raw || Array.isArray(raw)) {
      const cells = "offsets" in raw ? piecesOf(raw) : (raw as readonly Uint8Array[]);
      if (half && cells.some(({ length }) => length !== 2)) throw new Error("half-precision numbers that have not two bytes");
      if (int96 && cells.some(({ length }) => length !== 12)) throw new Error("INT96 cells that have not twelve bytes");
      if (half) return halves(Uint16Array.from(cells, (bytes) => (bytes[0] as number) | ((bytes[1] as number) << 8)));
      if (scale !== undefined) return Float64Array.from(cells, (bytes) => decimalNumber(bigEndian(bytes), scale));
      if (int96) return BigInt64Array.from(cells, (bytes) => int96Nanoseconds(bytes, this.#field.name));
      // bytes of their own, and not the page they stand in
      return cells.map((bytes) => Uint8Array.from(bytes));
    }
    const numbers = raw as Exclude<Raw, readonly Uint8Array[] | Texts>;
    if (scale !== undefined) return Float64Array.from(numbers as Int32Array, (value) => decimalNumber(value, scale));
    const { array } = NUMERIC[storedAs(dtype) as NumericDType];
    if (numbers instanceof array) return numbers as TypedArray;
    // the same bits without a sign, or fewer of them
    if (numbers instanceof BigInt64Array) return new BigUint64Array(numbers.buffer as ArrayBuffer, numbers.byteOffset, numbers.length);
    const out = new array(numbers.length);
    const wide = out instanceof BigInt64Array;
    for (let i = 0; i < numbers.length; i++) out[i] = (wide ? BigInt(numbers[i] as number) : numbers[i]) as never;
    return out;
  }
}

/** Cells present where the levels have them, and nothing elsewhere. */
function spreadOver<T extends { [i: number]: unknown }>(
  cells: { readonly [i: number]: unknown },
  out: T,
  levels: Uint8Array | undefined,
  nothing: unknown,
): T {
  const { length } = out as unknown as { length: number };
  for (let i = 0, k = 0; i < length; i++) out[i] = (!levels || levels[i] === 1 ? cells[k++] : nothing) as T[number];
  return out;
}

/** Texts one behind the other. */
function packed(cells: readonly Uint8Array[]): Texts {
  const offsets = new Int32Array(cells.length + 1);
  for (let i = 0; i < cells.length; i++) offsets[i + 1] = (offsets[i] as number) + (cells[i] as Uint8Array).length;
  return { offsets, bytes: concat(cells) };
}

function piecesOf({ offsets, bytes }: Texts): Uint8Array[] {
  return Array.from({ length: offsets.length - 1 }, (_, i) => bytes.subarray(offsets[i], offsets[i + 1]));
}

type Cells = TypedArray | Uint8Array[] | Texts;

function isTexts(cells: Cells): cells is Texts {
  return "offsets" in cells;
}

function isNumbers(cells: Cells): cells is TypedArray {
  return ArrayBuffer.isView(cells);
}

function countOf(levels: Uint8Array, level: number): number {
  let count = 0;
  for (let i = 0; i < levels.length; i++) if (levels[i] === level) count++;
  return count;
}

/** Bits of a place. */
const WIDEST = 32;

/** Levels of so many entries; undefined where all are the most there can be. */
function levelsAt(bytes: Uint8Array, from: number, to: number, entries: number, most: number): Uint8Array | undefined {
  if (to > bytes.length || from > to) throw new RangeError("unexpected end of levels");
  if (isOneRun(bytes, from, to, entries, most)) return undefined;
  const levels = new Uint8Array(entries + 8);
  if (!unpack(bytes, from, to, levelWidth(most), entries, levels)) return undefined;
  const own = levels.subarray(0, entries);
  // the bits of a level may hold more than there are
  if ((most & (most + 1)) !== 0 && own.some((level) => level > most)) throw new RangeError("a level above the highest");
  return own;
}

/** Most columns have no nulls, which is a run of one level as long as the page. */
function isOneRun(bytes: Uint8Array, from: number, to: number, entries: number, most: number): boolean {
  let header = 0;
  let at = from;
  for (let shift = 0; at < to && shift < 35; shift += 7) {
    const byte = bytes[at++] as number;
    header += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return header % 2 === 0 && header / 2 >= entries && at < to && bytes[at] === most;
  }
  return false;
}

/** 8-byte cells by their bits. */
function bitsOf({ buffer, byteOffset, length }: TypedArray): BigInt64Array {
  return new BigInt64Array(buffer, byteOffset, length);
}

/** A whole number in two's complement, the highest byte first. */
function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(8 * bytes.length, value);
}

/**
 * Nanoseconds of a day, and its Julian number.
 * @throws TransloadError E_RANGE for a time that is not of the years 1678 to 2261, which 64 bits hold in nanoseconds.
 */
function int96Nanoseconds(bytes: Uint8Array, name: string): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 12);
  const days = view.getUint32(8, true) - 2_440_588;
  const time = BigInt(days) * 86_400_000_000_000n + view.getBigInt64(0, true);
  if (BigInt.asIntN(64, time) === time) return time;
  throw new TransloadError(
    "E_RANGE",
    `column ${JSON.stringify(name)} has a time of INT96 ${days} days from 1970, which 64 bits do not hold in nanoseconds; write it as TIMESTAMP_MICROS`,
  );
}

/** Whole numbers, or the bytes of such, as text. */
function spelled(raw: Raw, spell: (value: bigint) => string): Texts {
  if ("offsets" in raw) return spelled(piecesOf(raw), spell);
  const values: ArrayLike<unknown> = raw;
  const own = Array.from(values, (value) => spell(value instanceof Uint8Array ? bigEndian(value) : BigInt(value as number)));
  return textsOf(own, false) as Texts;
}
