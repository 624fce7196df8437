// One column of a row group to its pages: a dictionary where few values occur, the values themselves elsewhere. The cells present are
// put together as they come; numbers.ts and texts.ts make dictionaries of them.

import { concat } from "../../columns/bytes.js";
import type { Column } from "../../columns/column.js";
import { type DType, NUMERIC, storedAs, type TypedArray } from "../../columns/dtype.js";
import { cellsIn, levelsOf as levelsOfShape } from "../../columns/lists.js";
import { narrow, pack, widthOf } from "./hybrid.js";
import { ListLevels } from "./levels.js";
import { encodeBooleans, encodeFloats, encodeIntegers, encodeWide, endsOf, MOST, REPEATED } from "./numbers.js";

import type { DataPage, Encoded, Pages } from "./page-shapes.js";
import { TextCells } from "./texts.js";

/** Cells of a page, where it can be cut. */
const PAGE = 1 << 17;

/** The cells of a column in a row group, as they come. */
export class ChunkCells {
  readonly #dtype: DType;
  /** Cells that there is room for. */
  #most: number;
  #count = 0;
  readonly #rank: number;
  #levels: ListLevels | undefined;
  #valid: Uint8Array | undefined;
  readonly #texts: TextCells | undefined;
  /** Bytes, or numbers but whole ones of 32 bits. */
  #values: Uint8Array[] | TypedArray | undefined;
  /** Whole numbers as long as 32 bits hold them, with their ends. */
  #narrow: Int32Array | undefined;
  #least = 0;
  #greatest = 0;
  /** int64 from where one of them needs more. */
  #wide: BigInt64Array<ArrayBuffer> | undefined;

  /** `rank`: levels of lists around each cell; `cells`: as many as there will be, about. */
  constructor(dtype: DType, rank: number, cells: number) {
    this.#dtype = dtype;
    this.#rank = rank;
    this.#levels = rank > 0 ? new ListLevels(rank) : undefined;
    this.#most = cells;
    const stored = storedAs(dtype);
    if (dtype === "string") this.#texts = new TextCells();
    else if (stored && NARROW.includes(stored)) this.#narrow = new Int32Array(this.#most);
    else this.#values = stored ? new NUMERIC[stored].array(this.#most) : [];
  }

  /** Adds so many rows of the column, from this one on. */
  add(column: Column, row: number, rows: number): void {
    const { valid, shape } = column;
    const at = this.#count;
    const lists = this.#levels && (column.lists ?? levelsOfShape(shape, row + rows));
    const [from, to] = lists ? [cellsIn(lists, row), cellsIn(lists, row + rows)] : [row, row + rows];
    const count = to - from;
    if (lists) this.#levels?.add(lists, row, row + rows, valid);
    if (at + count > this.#most) this.#grow(at + count);
    if (this.#texts) this.#texts.add(column, from, count);
    else this.#addValues(column.values, from, count, at);
    if (valid || this.#valid) {
      this.#valid ??= new Uint8Array(this.#most).fill(1);
      if (valid) this.#valid.set(valid.subarray(from, from + count), at);
      else this.#valid.fill(1, at, at + count);
    }
    this.#count += count;
  }

  /** Lists of any length have as many cells as they have. */
  #grow(need: number): void {
    this.#most = Math.max(need, 2 * this.#most);
    if (this.#narrow) this.#narrow = grown(this.#narrow, new Int32Array(this.#most));
    if (this.#wide) this.#wide = grown(this.#wide, new BigInt64Array(this.#most));
    if (this.#valid) this.#valid = grown(this.#valid, new Uint8Array(this.#most).fill(1));
    const stored = storedAs(this.#dtype);
    if (stored && this.#values)
      this.#values = grown(this.#values as Float64Array, new NUMERIC[stored].array(this.#most) as Float64Array) as TypedArray;
  }

  /** Bytes of texts, and of what is in lists, which no count of rows bounds. */
  get bytes(): number {
    const stored = storedAs(this.#dtype);
    return (this.#texts?.bytes ?? 0) + (this.#rank > 0 && stored ? this.#count * NUMERIC[stored].array.BYTES_PER_ELEMENT : 0);
  }

  #addValues(values: Column["values"], from: number, count: number, at: number): void {
    if (Array.isArray(values)) for (let i = 0; i < count; i++) (this.#values as unknown[])[at + i] = values[from + i];
    else if (!this.#narrow) (this.#values as Float64Array).set((values as Float64Array).subarray(from, from + count), at);
    else if (storedAs(this.#dtype) === "int64") this.#addWide((values as BigInt64Array<ArrayBuffer>).subarray(from, from + count), at);
    else this.#addNarrow(this.#narrow, (values as Int32Array).subarray(from, from + count), at);
  }

  /** The pages of what has come, and begins anew. */
  take(): Pages {
    const count = this.#count;
    const valid = this.#valid?.subarray(0, count);
    const present = valid ? sumOf(valid) : count;
    const gaps = present < count ? valid : undefined;
    const encoded = this.#encode(gaps, count);
    const levels = this.#levels;
    const nulls = (levels?.count ?? count) - present;
    const pages = levels ? this.#listPages(encoded, levels, present) : this.#pages(encoded, count, gaps);
    this.#count = 0;
    this.#valid = this.#wide = undefined;
    if (levels) this.#levels = new ListLevels(this.#rank);
    return { dictionary: encoded.dictionary, pages, nulls, least: encoded.least, greatest: encoded.greatest };
  }

  *#pages(encoded: Encoded, cells: number, valid: Uint8Array | undefined): Generator<DataPage, void, undefined> {
    const step = this.#isCuttable(encoded) ? PAGE : Math.max(1, cells);
    const values = this.#valuesOf(encoded, valid ? sumOf(valid) : cells);
    for (let at = 0, from = 0; at < cells; at += step) {
      const count = Math.min(step, cells - at);
      const gaps = valid?.subarray(at, at + count);
      const to = from + (gaps ? sumOf(gaps) : count);
      yield { bytes: concat([...levelsOf(count, gaps), ...values(from, to)]), entries: count };
      from = to;
    }
  }

  /** Rows are not cut. */
  *#listPages(encoded: Encoded, levels: ListLevels, present: number): Generator<DataPage, void, undefined> {
    const step = this.#isCuttable(encoded) ? PAGE : Number.POSITIVE_INFINITY;
    const values = this.#valuesOf(encoded, present);
    for (let at = 0, from = 0; at < levels.count; ) {
      const found = levels.cut(at, step);
      const to = from + found.present;
      yield { bytes: concat([...levels.bytes(at, found.to), ...values(from, to)]), entries: found.to - at };
      [at, from] = [found.to, to];
    }
  }

  /** Plain texts have no one length, and plain booleans no bytes of their own. */
  #isCuttable({ places }: Encoded): boolean {
    const stored = storedAs(this.#dtype);
    return places !== undefined || (stored !== undefined && stored !== "bool");
  }

  /** Of the values that are present, those from here to there. */
  #valuesOf(encoded: Encoded, present: number): (from: number, to: number) => Uint8Array[] {
    const { places, dictionary } = encoded;
    if (places) return (from, to) => indicesOf(places.values.subarray(from, to), places.base, dictionary?.count ?? 0);
    const plain = encoded.plain as Uint8Array;
    const width = plain.length / Math.max(1, present);
    return this.#isCuttable(encoded) ? (from, to) => [plain.subarray(from * width, to * width)] : () => [plain];
  }

  #addNarrow(out: Int32Array, values: Int32Array, at: number): void {
    const ends: [number, number] = at === 0 ? [values[0] ?? 0, values[0] ?? 0] : [this.#least, this.#greatest];
    [this.#least, this.#greatest] = copyNarrow(values, out, at, ends);
  }

  #addWide(values: BigInt64Array<ArrayBuffer>, at: number): void {
    const cells = this.#narrow as Int32Array;
    if (this.#wide) {
      this.#wide.set(values, at);
      return;
    }
    if (at === 0) this.#least = this.#greatest = Number(BigInt.asIntN(32, values[0] ?? 0n));
    const ends = narrow(values, cells, at, [this.#least, this.#greatest]);
    if (ends) [this.#least, this.#greatest] = ends;
    else {
      this.#wide = new BigInt64Array(this.#most);
      for (let i = 0; i < at; i++) this.#wide[i] = BigInt(cells[i] as number);
      this.#wide.set(values, at);
    }
  }

  #encode(valid: Uint8Array | undefined, count: number): Encoded {
    const dtype = this.#dtype;
    if (this.#wide) return encodeWide(presentOf(this.#wide.subarray(0, count), valid));
    if (this.#narrow) {
      const values = presentOf(this.#narrow.subarray(0, count), valid);
      // a null is a 0, which may be none of the ends
      const ends = valid ? endsOf(values) : ([this.#least, this.#greatest] as const);
      return encodeIntegers(values, ends, storedAs(dtype) === "int64", dtype === "uint32");
    }
    if (this.#texts) return this.#texts.take(Math.min(MOST, Math.floor((valid ? sumOf(valid) : count) / REPEATED)));
    if (Array.isArray(this.#values))
      return encodeBytes(valid ? this.#values.filter((_, i) => i < count && valid[i] === 1) : this.#values.slice(0, count));
    const values = presentOf((this.#values as Float64Array<ArrayBuffer>).subarray(0, count), valid) as TypedArray;
    if (dtype === "bool") return encodeBooleans(values as Uint8Array);
    return dtype === "uint64" ? encodeWide(values as BigUint64Array<ArrayBuffer>) : encodeFloats(values as Float64Array | Float32Array);
  }
}

const NARROW: readonly DType[] = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"];

function copyNarrow(values: Int32Array, out: Int32Array, at: number, ends: readonly [number, number]): [number, number] {
  let [least, greatest] = ends;
  for (let i = 0; i < values.length; i++) {
    const value = (values[i] as number) | 0; // uint32 by its bits
    out[at + i] = value;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return [least, greatest];
}

function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) sum += bytes[i] as number;
  return sum;
}

function grown<T extends { set(own: T): void }>(own: T, larger: T): T {
  larger.set(own);
  return larger;
}

/** The cells that are present. */
function presentOf<T extends Int32Array | Float64Array | BigInt64Array<ArrayBuffer>>(values: T, valid: Uint8Array | undefined): T {
  if (!valid) return values;
  const own = values.slice() as T;
  let to = 0;
  for (let i = 0; i < values.length; i++) if (valid[i] === 1) own[to++] = own[i] as never;
  return own.subarray(0, to) as T;
}

/** Definition levels: a run of ones, or a bit for each cell; their length before them (data page v1). */
function levelsOf(count: number, valid: Uint8Array | undefined): Uint8Array[] {
  const levels = valid ? Int32Array.from(valid) : new Int32Array(count).fill(1);
  const packed = pack(levels, 0, 1);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, packed.length, true);
  return [length, packed];
}

function indicesOf(values: Int32Array, base: number, distinct: number): Uint8Array[] {
  const width = widthOf(distinct);
  return [Uint8Array.of(width), pack(values, base, width)];
}

/** No dictionary, and no ends: what bytes are is not known here. */
function encodeBytes(values: readonly Uint8Array[]): Encoded {
  const out = new Uint8Array(values.reduce((sum, { length }) => sum + 4 + length, 0));
  const view = new DataView(out.buffer);
  let at = 0;
  for (const bytes of values) {
    view.setUint32(at, bytes.length, true);
    out.set(bytes, at + 4);
    at += 4 + bytes.length;
  }
  return { places: undefined, dictionary: undefined, plain: out, least: undefined, greatest: undefined };
}
