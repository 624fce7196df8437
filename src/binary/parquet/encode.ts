// One column of a row group to its pages: a dictionary where few values occur, the values themselves elsewhere. The cells present are
// put together as they come; numbers.ts and texts.ts make dictionaries of them.

import { concat } from "../../columns/bytes.js";
import type { Column } from "../../columns/column.js";
import { type DType, NUMERIC, storedAs, type TypedArray } from "../../columns/dtype.js";
import { product } from "../../columns/lists.js";
import { narrow, pack, widthOf } from "./hybrid.js";
import { levelsOfLists } from "./levels.js";
import { encodeBooleans, encodeFloats, encodeIntegers, encodeWide, endsOf, MOST, REPEATED } from "./numbers.js";

import type { DataPage, Encoded, Pages } from "./page.js";
import { TextCells } from "./texts.js";

/** Cells of a page, where it can be cut. */
const PAGE = 1 << 17;

/** The cells of a column in a row group, as they come. */
export class ChunkCells {
  readonly #dtype: DType;
  readonly #shape: readonly number[];
  readonly #perRow: number;
  /** The most cells there will be. */
  readonly #most: number;
  #rows = 0;
  #count = 0;
  #valid: Uint8Array | undefined;
  readonly #texts: TextCells | undefined;
  /** Bytes, or numbers but whole ones of 32 bits. */
  readonly #values: Uint8Array[] | TypedArray | undefined;
  /** Whole numbers as long as 32 bits hold them, with their ends. */
  readonly #narrow: Int32Array | undefined;
  #least = 0;
  #greatest = 0;
  /** int64 from where one of them needs more. */
  #wide: BigInt64Array<ArrayBuffer> | undefined;

  /** `rows`: the most there will be. */
  constructor(dtype: DType, shape: readonly number[], rows: number) {
    this.#dtype = dtype;
    this.#shape = shape;
    this.#perRow = product(shape);
    this.#most = rows * this.#perRow;
    const stored = storedAs(dtype);
    if (dtype === "string") this.#texts = new TextCells();
    else if (stored && NARROW.includes(stored)) this.#narrow = new Int32Array(this.#most);
    else this.#values = stored ? new NUMERIC[stored].array(this.#most) : [];
  }

  /** Adds so many rows of the column, from this one on. */
  add(column: Column, row: number, rows: number): void {
    const { valid } = column;
    const at = this.#count;
    const [from, count] = [row * this.#perRow, rows * this.#perRow];
    if (this.#texts) this.#texts.add(column, from, count);
    else this.#addValues(column.values, from, count, at);
    if (valid || this.#valid) {
      this.#valid ??= new Uint8Array(this.#most).fill(1);
      if (valid) this.#valid.set(valid.subarray(from, from + count), at);
      else this.#valid.fill(1, at, at + count);
    }
    this.#count += count;
    this.#rows += rows;
  }

  /** Bytes of texts, which no count of rows bounds. */
  get textBytes(): number {
    return this.#texts?.bytes ?? 0;
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
    const nulls = valid ? count - sumOf(valid) : 0;
    const gaps = nulls > 0 ? valid : undefined;
    const encoded = this.#encode(gaps, count);
    const pages = this.#pages(encoded, this.#rows, gaps);
    this.#count = this.#rows = 0;
    this.#valid = this.#wide = undefined;
    return { dictionary: encoded.dictionary, pages, nulls, least: encoded.least, greatest: encoded.greatest };
  }

  *#pages({ places, dictionary, plain }: Encoded, rows: number, valid: Uint8Array | undefined): Generator<DataPage, void, undefined> {
    const cells = rows * this.#perRow;
    // plain texts have no one length, and plain booleans no bytes of their own
    const stored = storedAs(this.#dtype);
    const cuttable = places !== undefined || (stored !== undefined && stored !== "bool");
    const step = cuttable ? Math.max(1, Math.floor(PAGE / Math.max(1, this.#perRow))) : rows;
    const width = cuttable && plain ? plain.length / (valid ? sumOf(valid) : cells) : 0;
    for (let row = 0, from = 0; row < rows; row += step) {
      const count = Math.min(step, rows - row);
      const gaps = valid?.subarray(row * this.#perRow, (row + count) * this.#perRow);
      const to = from + (gaps ? sumOf(gaps) : count * this.#perRow);
      const levels = this.#shape.length > 0 ? levelsOfLists(this.#shape, count, gaps) : { bytes: levelsOf(count, gaps), count };
      const values = places
        ? indicesOf(places.values.subarray(from, to), places.base, dictionary?.count ?? 0)
        : [cuttable ? (plain as Uint8Array).subarray(from * width, to * width) : (plain as Uint8Array)];
      yield { bytes: concat([...levels.bytes, ...values]), entries: levels.count };
      from = to;
    }
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
