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
import { type CellType, cellTypeOf } from "./schema.js";

export { parquetMetadata };

/** Values as the pages have them: numbers of the physical type, or bytes of a cell each. */
type Raw = Int32Array | BigInt64Array | Float32Array | Float64Array | Uint8Array | readonly Uint8Array[];

/** Rows that a row group may have: as many texts as V8 has room for in a list, and far more than any writer makes. */
const MOST_ROWS = 1 << 27;

const MOST_BYTES = 1 << 30;

const BYTES: Readonly<Record<string, number>> = { INT32: 4, INT64: 8, FLOAT: 4, DOUBLE: 8 };

/** A page: its values, and which rows have one. */
interface Page {
  readonly rows: number;
  /** 1 present, 0 null; undefined where all are present. */
  readonly levels: Int32Array | undefined;
  readonly values: Raw;
  /** In their place: where the places in the dictionary are, and how many bits each has. */
  readonly places: { readonly bytes: Uint8Array; readonly at: number; readonly width: number } | undefined;
  /** Values, or places. */
  readonly present: number;
}

/**
 * Decodes a column chunk, whose bytes begin with its first page.
 * @throws RangeError where it ends too early, Error for what hyparquet cannot read, TransloadError E_DTYPE for types that are no cells.
 */
export function decode(
  bytes: Uint8Array,
  meta: ColumnMetaData,
  element: SchemaElement,
  rows: number,
  compressors: Compressors,
  places?: Map<string, TypedArray>,
): Column {
  const type = cellTypeOf(element);
  // one damaged count must not have us wait for rows that never come
  if (Number(meta.num_values) !== rows)
    throw new Error(`column ${element.name} is said to have ${meta.num_values} values for ${rows} rows`);
  if (rows > MOST_ROWS) throw new Error(`a row group of ${rows} rows`);
  const target = new Target(element.name, type, rows, places);
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  let dictionary: Raw | undefined;
  while (target.rows < rows) {
    if (reader.offset >= bytes.length) throw new RangeError(`unexpected end: ${target.rows} of ${rows} rows of column ${element.name}`);
    const header = parquetHeader(reader);
    const from = reader.offset;
    if (!isSize(header.compressed_page_size) || !isSize(header.uncompressed_page_size)) throw new Error("a page header without its sizes");
    reader.offset += header.compressed_page_size;
    if (reader.offset > bytes.length) throw new RangeError(`unexpected end of a page of column ${element.name}`);
    const body = bytes.subarray(from, reader.offset);
    if (header.type === "DICTIONARY_PAGE") {
      const page = decompressPage(body, header.uncompressed_page_size, meta.codec, compressors);
      dictionary = plain(page, 0, meta.type, header.dictionary_page_header?.num_values ?? 0, element.type_length);
    } else if (header.data_page_header || header.data_page_header_v2) {
      const page = pageOf(header, body, meta, element, compressors, rows - target.rows);
      if (page.places && !dictionary) throw new Error(`column ${element.name} has no dictionary`);
      target.add(page, dictionary);
    }
  }
  return target.column();
}

/** A damaged header may lack its numbers, or ask for more memory than there is. */
function isSize(bytes: unknown): bytes is number {
  return Number.isSafeInteger(bytes) && (bytes as number) >= 0 && (bytes as number) < MOST_BYTES;
}

function pageOf(
  header: ReturnType<typeof parquetHeader>,
  body: Uint8Array,
  meta: ColumnMetaData,
  element: SchemaElement,
  compressors: Compressors,
  left: number,
): Page {
  const v1 = header.data_page_header;
  const v2 = header.data_page_header_v2;
  const optional = element.repetition_type === "OPTIONAL";
  const rows = (v1 ?? v2)?.num_values as number;
  if (!(rows > 0 && rows <= left)) throw new RangeError(`a page of ${rows} rows where ${left} are left`);
  const encoding = (v1 ?? v2)?.encoding as string;
  let levels: Int32Array | undefined;
  let page: Uint8Array;
  let at = 0;
  if (v1) {
    page = decompressPage(body, header.uncompressed_page_size, meta.codec, compressors);
    if (optional) {
      const length = new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(0, true);
      levels = levelsAt(page, 4, 4 + length, rows);
      at = 4 + length;
    }
  } else {
    const before = (v2?.definition_levels_byte_length ?? 0) + (v2?.repetition_levels_byte_length ?? 0);
    if (optional) levels = levelsAt(body, v2?.repetition_levels_byte_length ?? 0, before, rows);
    const length = header.uncompressed_page_size - before;
    page = body.subarray(before);
    if (v2?.is_compressed !== false && length > 0) page = decompressPage(page, length, meta.codec, compressors);
  }
  const present = levels ? levels.reduce((sum, level) => sum + level, 0) : rows;
  if (encoding === "RLE_DICTIONARY" || encoding === "PLAIN_DICTIONARY")
    return { rows, levels, values: [], places: { bytes: page, at: at + 1, width: present > 0 ? (page[at] as number) : 0 }, present };
  return { rows, levels, values: valuesOf(page, at, encoding, meta, element, present), places: undefined, present };
}

/** Undefined where no row is null. */
function levelsAt(bytes: Uint8Array, from: number, to: number, rows: number): Int32Array | undefined {
  if (to > bytes.length) throw new RangeError("unexpected end of levels");
  if (isOneRun(bytes, from, to, rows)) return undefined;
  const levels = new Int32Array(rows + 8);
  return unpack(bytes, from, to, 1, rows, levels) ? levels.subarray(0, rows) : undefined;
}

/** Most columns have no nulls, which is a run of as many ones as there are rows. */
function isOneRun(bytes: Uint8Array, from: number, to: number, rows: number): boolean {
  let header = 0;
  let at = from;
  for (let shift = 0; at < to && shift < 35; shift += 7) {
    const byte = bytes[at++] as number;
    header += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return header % 2 === 0 && header / 2 >= rows && at < to && bytes[at] === 1;
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
  rows = 0;
  readonly #name: string;
  readonly #type: CellType;
  readonly #values: Cells;
  #valid: Uint8Array<ArrayBuffer> | undefined;
  /** The dictionary as cells, and what it was made of. */
  #known: { readonly raw: Raw; readonly cells: Cells } | undefined;

  /** `places`: arrays of earlier row groups, to be filled again. */
  constructor(name: string, type: CellType, rows: number, places: Map<string, TypedArray> | undefined) {
    this.#name = name;
    this.#type = type;
    const stored = storedAs(type.dtype);
    if (!stored) this.#values = new Array<never>(rows);
    else {
      const known = places?.get(name);
      const values = known && known.length >= rows ? known : new NUMERIC[stored].array(rows);
      places?.set(name, values);
      this.#values = values.subarray(0, rows) as TypedArray;
    }
  }

  add(page: Page, dictionary: Raw | undefined): void {
    const cells = page.places ? this.#dictionary(dictionary as Raw) : this.#cellsOf(page.values);
    if (page.levels) this.#markNulls(page.levels);
    if (page.places) this.#gather(cells, page);
    else this.#spread(cells, page.levels, page.rows);
    this.rows += page.rows;
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
    for (let i = 0; i < levels.length; i++) valid[this.rows + i] = levels[i] as number;
  }

  #gather(cells: Cells, { places, levels, rows, present }: Page): void {
    const at = this.rows;
    const { bytes, at: from, width } = places as NonNullable<Page["places"]>;
    if (!levels && !Array.isArray(cells) && cells.BYTES_PER_ELEMENT === 8 && width <= 24) {
      unpackCells(bytes, from, width, present, bitsOf(cells), bitsOf(this.#values as TypedArray), at);
      return;
    }
    const indices = new Int32Array(present + 8);
    // a single run of ones is told apart for levels alone
    if (present > 0 && !unpack(bytes, from, bytes.length, width, present, indices)) indices.fill(1, 0, present);
    const out = this.#values as unknown[];
    for (let i = 0, k = 0; i < rows; i++) {
      if (levels && levels[i] === 0) {
        out[at + i] = this.#nothing;
        continue;
      }
      const place = (indices[k++] as number) >>> 0;
      if (place >= cells.length) throw new RangeError("a place beyond the dictionary");
      out[at + i] = cells[place];
    }
  }

  #spread(cells: Cells, levels: Int32Array | undefined, rows: number): void {
    const at = this.rows;
    const out = this.#values as unknown[];
    if (!levels && !Array.isArray(cells)) (this.#values as Float64Array).set(cells as Float64Array, at);
    else for (let i = 0, k = 0; i < rows; i++) out[at + i] = !levels || levels[i] === 1 ? cells[k++] : this.#nothing;
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
