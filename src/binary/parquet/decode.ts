// One column of a row group, from its pages to a typed array.
//
// How it works. Page headers, decompression and the rarer encodings are hyparquet's; levels, dictionary indices and plain values are
// read here, because hyparquet makes JavaScript lists of columns that may have nulls.
import { type ColumnMetaData, type Compressors, parquetMetadata, type SchemaElement } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { decompressPage } from "hyparquet/src/datapage.js";
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from "hyparquet/src/delta.js";
import { byteStreamSplit } from "hyparquet/src/encoding.js";
import type { Column } from "../../batch.js";
import { decode as decodeText } from "../../bytes.js";
import { NUMERIC, type NumericDType, nothingIn, storedAs, type TypedArray } from "../../dtype.js";
import { halves } from "../half.js";
import { unpack, unpackCells } from "./hybrid.js";
import { ListLevels, levelWidth } from "./lists.js";
import { type CellType, cellTypeOf, type Field } from "./schema.js";

export { parquetMetadata };

/** Values as the pages have them: numbers of the physical type, or bytes of a cell each. */
type Raw = Int32Array | BigInt64Array | Float32Array | Float64Array | Uint8Array | readonly Uint8Array[];

/** Values that a column of a row group may have: as many texts as V8 has room for in a list, and far more than any writer makes. */
const MOST_ROWS = 1 << 27;

const MOST_BYTES = 1 << 30;

const BYTES: Readonly<Record<string, number>> = { INT32: 4, INT64: 8, FLOAT: 4, DOUBLE: 8 };

/** A page: its values, and which entries have one. An entry is a row; of lists, a cell or a list without any. */
interface Page {
  readonly entries: number;
  /** 1 present, 0 null; undefined where all are present. */
  readonly levels: Int32Array | undefined;
  /** Of lists: both levels of each entry; undefined where all are the most there can be. */
  readonly repetition: Int32Array | undefined;
  readonly definition: Int32Array | undefined;
  readonly values: Raw;
  /** In their place: where the places in the dictionary are, and how many bits each has. */
  readonly places: { readonly bytes: Uint8Array; readonly at: number; readonly width: number } | undefined;
  /** Values, or places. */
  readonly present: number;
}

/** A column chunk, and what its rows are among. */
export interface Chunk {
  readonly field: Field;
  readonly meta: ColumnMetaData;
  readonly rows: number;
  readonly rowOffset: number;
}

/** What goes from one row group to the next. */
export interface Between {
  readonly compressors: Compressors;
  /** Arrays to be filled again. */
  readonly places: Map<string, TypedArray> | undefined;
  /** Shapes of lists, by the names of their columns. */
  readonly shapes: Map<string, readonly number[]>;
}

/**
 * Decodes a column chunk, whose bytes begin with its first page.
 * @throws RangeError where it ends too early, Error for what hyparquet cannot read, TransloadError E_DTYPE for types that are no cells,
 * E_SHAPE for lists of more than one shape.
 */
export function decode(bytes: Uint8Array, { field, meta, rows, rowOffset }: Chunk, { compressors, places, shapes }: Between): Column {
  const { name, leaf, nesting } = field;
  const entries = Number(meta.num_values);
  // one damaged count must not have us wait for rows that never come
  if (nesting ? entries < rows : entries !== rows) throw new Error(`column ${name} is said to have ${entries} values for ${rows} rows`);
  if (!(entries <= MOST_ROWS)) throw new Error(`a row group of ${entries} values`);
  const target = new Target(name, cellTypeOf(leaf, name), entries, places);
  const lists = nesting && new ListLevels(nesting, entries);
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  let dictionary: Raw | undefined;
  while (target.entries < entries) {
    if (reader.offset >= bytes.length) throw new RangeError(`unexpected end: ${target.entries} of ${entries} values of column ${name}`);
    const header = parquetHeader(reader);
    const from = reader.offset;
    if (!isSize(header.compressed_page_size) || !isSize(header.uncompressed_page_size)) throw new Error("a page header without its sizes");
    reader.offset += header.compressed_page_size;
    if (reader.offset > bytes.length) throw new RangeError(`unexpected end of a page of column ${name}`);
    const body = bytes.subarray(from, reader.offset);
    if (header.type === "DICTIONARY_PAGE") {
      const page = decompressPage(body, header.uncompressed_page_size, meta.codec, compressors);
      dictionary = plain(page, 0, meta.type, header.dictionary_page_header?.num_values ?? 0, leaf.type_length);
    } else if (header.data_page_header || header.data_page_header_v2) {
      const page = pageOf(header, body, meta, field, compressors, entries - target.entries);
      if (page.places && !dictionary) throw new Error(`column ${name} has no dictionary`);
      target.add(page, dictionary);
      lists?.add(page.repetition, page.definition, page.entries);
    }
  }
  if (!lists) return target.column();
  const column = lists.column(target.column(), rows, rowOffset, shapes.get(name));
  shapes.set(name, column.shape);
  return column;
}

/** A damaged header may lack its numbers, or ask for more memory than there is. */
function isSize(bytes: unknown): bytes is number {
  return Number.isSafeInteger(bytes) && (bytes as number) >= 0 && (bytes as number) < MOST_BYTES;
}

function pageOf(
  header: ReturnType<typeof parquetHeader>,
  body: Uint8Array,
  meta: ColumnMetaData,
  { leaf, nesting }: Field,
  compressors: Compressors,
  left: number,
): Page {
  const v1 = header.data_page_header;
  const v2 = header.data_page_header_v2;
  const most = nesting?.most ?? (leaf.repetition_type === "OPTIONAL" ? 1 : 0);
  const entries = (v1 ?? v2)?.num_values as number;
  if (!(entries > 0 && entries <= left)) throw new RangeError(`a page of ${entries} values where ${left} are left`);
  const encoding = (v1 ?? v2)?.encoding as string;
  let page: Uint8Array;
  let at = 0;
  let levels: Uint8Array;
  let ends: readonly [repetition: number, definition: number];
  if (v1) {
    levels = page = decompressPage(body, header.uncompressed_page_size, meta.codec, compressors);
    const repetition = nesting ? lengthAt(page, 0) : 0;
    at = most > 0 ? lengthAt(page, repetition) : repetition;
    ends = [repetition, at];
  } else {
    levels = body;
    const repetition = v2?.repetition_levels_byte_length ?? 0;
    ends = [repetition, repetition + (v2?.definition_levels_byte_length ?? 0)];
    const length = header.uncompressed_page_size - ends[1];
    page = body.subarray(ends[1]);
    if (v2?.is_compressed !== false && length > 0) page = decompressPage(page, length, meta.codec, compressors);
  }
  const prefix = v1 ? LENGTH : 0;
  const repetition = nesting && levelsAt(levels, prefix, ends[0], entries, nesting.elements.length);
  const definition = most > 0 ? levelsAt(levels, ends[0] + prefix, ends[1], entries, most) : undefined;
  const present01 = most > 1 ? definition?.map((level) => Number(level === most)) : definition;
  const present = present01 ? present01.reduce((sum, level) => sum + level, 0) : entries;
  const common = { entries, levels: present01, repetition, definition, present };
  if (encoding === "RLE_DICTIONARY" || encoding === "PLAIN_DICTIONARY")
    return { ...common, values: [], places: { bytes: page, at: at + 1, width: present > 0 ? (page[at] as number) : 0 } };
  return { ...common, values: valuesOf(page, at, encoding, meta, leaf, present), places: undefined };
}

/** Bytes of a length (data page v1). */
const LENGTH = 4;

/** The end of levels that begin with their length. */
function lengthAt(page: Uint8Array, at: number): number {
  return at + LENGTH + new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(at, true);
}

/** Levels of so many entries; undefined where all are the most there can be. */
function levelsAt(bytes: Uint8Array, from: number, to: number, entries: number, most: number): Int32Array | undefined {
  if (to > bytes.length) throw new RangeError("unexpected end of levels");
  if (isOneRun(bytes, from, to, entries, most)) return undefined;
  const levels = new Int32Array(entries + 8);
  return unpack(bytes, from, to, levelWidth(most), entries, levels) ? levels.subarray(0, entries) : undefined;
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

function valuesOf(page: Uint8Array, at: number, encoding: string, meta: ColumnMetaData, element: SchemaElement, count: number): Raw {
  const reader = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: at };
  const { type } = meta;
  switch (encoding) {
    case "PLAIN":
      return plain(page, at, type, count, element.type_length);
    case "RLE": {
      const bits = new Int32Array(count + 8);
      if (count > 0 && !unpack(page, at + 4, page.length, 1, count, bits)) bits.fill(1, 0, count);
      return Uint8Array.from(bits.subarray(0, count));
    }
    case "DELTA_BINARY_PACKED": {
      const out = type === "INT32" ? new Int32Array(count) : new BigInt64Array(count);
      deltaBinaryUnpack(reader, count, out);
      return out;
    }
    case "DELTA_LENGTH_BYTE_ARRAY": {
      const out: Uint8Array[] = new Array(count);
      deltaLengthByteArray(reader, count, out);
      return out;
    }
    case "DELTA_BYTE_ARRAY": {
      const out: Uint8Array[] = new Array(count);
      deltaByteArray(reader, count, out);
      return out;
    }
    case "BYTE_STREAM_SPLIT":
      return byteStreamSplit(reader, count, type, element.type_length) as Raw;
    default:
      throw new Error(`encoding ${encoding} is not read`);
  }
}

/** Plain values of a physical type, in memory of their own. */
function plain(page: Uint8Array, at: number, type: ColumnMetaData["type"], count: number, length: number | undefined): Raw {
  const enough = (bytes: number) => {
    if (at + bytes > page.length) throw new RangeError("unexpected end of values");
  };
  if (type === "BOOLEAN") {
    enough(Math.ceil(count / 8));
    return Uint8Array.from({ length: count }, (_, i) => ((page[at + (i >> 3)] as number) >> (i & 7)) & 1);
  }
  if (type === "BYTE_ARRAY") return texts(page, at, count);
  const width = BYTES[type];
  if (width === undefined) {
    const size = type === "INT96" ? 12 : (length ?? 0);
    enough(count * size);
    return Array.from({ length: count }, (_, i) => page.subarray(at + i * size, at + (i + 1) * size));
  }
  enough(count * width);
  const own = Uint8Array.prototype.slice.call(page, at, at + count * width).buffer; // a Buffer's own slice() is a view
  return type === "INT32"
    ? new Int32Array(own)
    : type === "INT64"
      ? new BigInt64Array(own)
      : type === "FLOAT"
        ? new Float32Array(own)
        : new Float64Array(own);
}

function texts(page: Uint8Array, at: number, count: number): Uint8Array[] {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const out: Uint8Array[] = new Array(count);
  let p = at;
  for (let i = 0; i < count; i++) {
    if (p + 4 > page.length) throw new RangeError("unexpected end of values");
    const end = p + 4 + view.getUint32(p, true);
    if (end > page.length) throw new RangeError("unexpected end of values");
    out[i] = page.subarray(p + 4, end);
    p = end;
  }
  return out;
}

type Cells = TypedArray | string[] | Uint8Array[];

/** A column as it fills, page by page. */
class Target {
  entries = 0;
  readonly #name: string;
  readonly #type: CellType;
  readonly #values: Cells;
  #valid: Uint8Array<ArrayBuffer> | undefined;
  /** The dictionary as cells, and what it was made of. */
  #known: { readonly raw: Raw; readonly cells: Cells } | undefined;

  /** `places`: arrays of earlier row groups, to be filled again. */
  constructor(name: string, type: CellType, entries: number, places: Map<string, TypedArray> | undefined) {
    this.#name = name;
    this.#type = type;
    const stored = storedAs(type.dtype);
    if (!stored) this.#values = new Array<never>(entries);
    else {
      const known = places?.get(name);
      const values = known && known.length >= entries ? known : new NUMERIC[stored].array(entries);
      places?.set(name, values);
      this.#values = values.subarray(0, entries) as TypedArray;
    }
  }

  add(page: Page, dictionary: Raw | undefined): void {
    const cells = page.places ? this.#dictionary(dictionary as Raw) : this.#cellsOf(page.values);
    if (page.levels) this.#markNulls(page.levels);
    if (page.places) this.#gather(cells, page);
    else this.#spread(cells, page.levels, page.entries);
    this.entries += page.entries;
  }

  column(): Column {
    const { dtype, utc } = this.#type;
    const valid = this.#valid?.includes(0) && { valid: this.#valid };
    return { name: this.#name, dtype, values: this.#values, shape: [], ...valid, ...(utc && { timezone: "UTC" }) };
  }

  #dictionary(raw: Raw): Cells {
    if (this.#known?.raw !== raw) this.#known = { raw, cells: this.#cellsOf(raw) };
    return this.#known.cells;
  }

  #markNulls(levels: Int32Array): void {
    const valid = (this.#valid ??= new Uint8Array(this.#values.length).fill(1));
    for (let i = 0; i < levels.length; i++) valid[this.entries + i] = levels[i] as number;
  }

  #gather(cells: Cells, { places, levels, entries, present }: Page): void {
    const at = this.entries;
    const { bytes, at: from, width } = places as NonNullable<Page["places"]>;
    if (!levels && !Array.isArray(cells) && cells.BYTES_PER_ELEMENT === 8 && width <= 24) {
      unpackCells(bytes, from, width, present, bitsOf(cells), bitsOf(this.#values as TypedArray), at);
      return;
    }
    const indices = new Int32Array(present + 8);
    // a single run of ones is told apart for levels alone
    if (present > 0 && !unpack(bytes, from, bytes.length, width, present, indices)) indices.fill(1, 0, present);
    const out = this.#values as unknown[];
    for (let i = 0, k = 0; i < entries; i++) {
      if (levels && levels[i] === 0) {
        out[at + i] = this.#nothing;
        continue;
      }
      const place = (indices[k++] as number) >>> 0;
      if (place >= cells.length) throw new RangeError("a place beyond the dictionary");
      out[at + i] = cells[place];
    }
  }

  #spread(cells: Cells, levels: Int32Array | undefined, entries: number): void {
    const at = this.entries;
    const out = this.#values as unknown[];
    if (!levels && !Array.isArray(cells)) (this.#values as Float64Array).set(cells as Float64Array, at);
    else for (let i = 0, k = 0; i < entries; i++) out[at + i] = !levels || levels[i] === 1 ? cells[k++] : this.#nothing;
  }

  get #nothing(): ReturnType<typeof nothingIn> {
    return nothingIn(this.#type.dtype);
  }

  /** Values of the physical type as cells. */
  #cellsOf(raw: Raw): Cells {
    const { dtype, int96, half, scale } = this.#type;
    if (Array.isArray(raw)) {
      const cells = raw as readonly Uint8Array[];
      if (half) return halves(Uint16Array.from(cells, (bytes) => (bytes[0] as number) | ((bytes[1] as number) << 8)));
      if (scale !== undefined) return Float64Array.from(cells, (bytes) => Number(bigEndian(bytes)) / 10 ** scale);
      if (int96) return BigInt64Array.from(cells, int96Nanoseconds);
      // bytes of their own, and not the page they stand in
      return dtype === "bytes" ? cells.map((bytes) => Uint8Array.from(bytes)) : cells.map(decodeText);
    }
    const numbers = raw as Exclude<Raw, readonly Uint8Array[]>;
    if (scale !== undefined) return Float64Array.from(numbers as Int32Array, (value) => Number(value) / 10 ** scale);
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

/** Nanoseconds of a day, and its Julian number. */
function int96Nanoseconds(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 12);
  const days = BigInt(view.getUint32(8, true)) - 2_440_588n;
  return days * 86_400_000_000_000n + view.getBigInt64(0, true);
}
