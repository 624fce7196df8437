// numpy's .npy (numpy/lib/format.py, versions 1 to 3): a header that is a Python dict, then the cells.

import { Batch } from "../../columns/batch.js";
import { decode, decodeBytes, encode, swapBytes } from "../../columns/bytes.js";
import type { Column } from "../../columns/column.js";
import {
  type DType,
  isTime,
  NAT,
  NUMERIC,
  type NumericDType,
  storedAs,
  type TimeDType,
  type TimeUnit,
  type TypedArray,
  unitOf,
} from "../../columns/dtype.js";
import { product } from "../../columns/lists.js";
import { TransloadError } from "../../errors.js";
import type { RandomAccess, Spill } from "../../io/store.js";
import { type BinaryRead, type BinaryWrite, type BinaryWriter, checkBare, rowsOfBatch } from "../form.js";
import { halves } from "../half.js";
import { readTexts, TextCells } from "./text.js";

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** A header is this long when its shape is written last: room for twenty digits more than it may need. */
const HEADER = 192;
const HEADER_LIMIT = 1 << 20;
/** numpy 2's limit. */
const MOST_DIMENSIONS = 64;
/** Bytes read at once where columns are gathered from all over the file. */
const GATHER = 1 << 22;
const LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** numpy's letters for our dtypes, with bytes of a cell. `f2` is widened to float32. */
const KINDS: Readonly<Record<string, NumericDType>> = {
  b1: "bool",
  i1: "int8",
  i2: "int16",
  i4: "int32",
  i8: "int64",
  u1: "uint8",
  u2: "uint16",
  u4: "uint32",
  u8: "uint64",
  f2: "float32",
  f4: "float32",
  f8: "float64",
};

/** Points in time, of a unit. */
const TIME = /^M8\[(D|s|ms|us|ns)\]$/;

/** What a header says. */
export interface NpyHeader {
  /** Kind and bytes of a cell: `f8`, `U10`. */
  readonly kind: string;
  readonly cellBytes: number;
  readonly big: boolean;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Where the cells begin. */
  readonly at: number;
}

/**
 * Reads an array, `name` its own, as a tensor of any rank.
 * @throws TransloadError E_SYNTAX for a damaged header, E_DTYPE for structured or object arrays, E_SHAPE for a shape that none has,
 * E_TRUNCATED for missing cells, E_LIMIT for more of them than so small a file may have.
 */
export async function* readNpy(file: RandomAccess, options: BinaryRead, name = ""): AsyncGenerator<Batch, void, undefined> {
  const header = await readNpyHeader(file);
  const { shape, cellBytes: bytes } = header;
  const rows = shape[0] ?? 1;
  const inner = shape.slice(1);
  const perRow = product(inner);
  const need = header.at + rows * perRow * bytes;
  if (file.size < need)
    throw new TransloadError("E_TRUNCATED", `the array ends after ${file.size - header.at} of ${need - header.at} bytes`, {
      offset: file.size,
    });
  if (file.size > need) throw new TransloadError("E_TRAILING", "something follows the array", { offset: need });
  const bare = need === header.at;
  if (bare) checkBare(Math.max(rows, rows * perRow), file.size, options);
  const step = rowsOfBatch(perRow * Math.max(1, bytes), options);
  for (let row = 0; row < rows || row === 0; row += step) {
    const count = Math.min(step, rows - row);
    const cells =
      header.fortran && shape.length > 1 && !bare
        ? await gather(file, header, row, count)
        : await file.read(header.at + row * perRow * bytes, header.at + (row + count) * perRow * bytes);
    const column = columnOf(cells, header, name, inner, { count: count * perRow, first: row * perRow });
    yield new Batch({ rowOffset: row, rowCount: count, columns: [column], kind: shape.length === 0 ? "scalar" : "tensor" });
  }
}

export async function readNpyHeader(file: RandomAccess): Promise<NpyHeader> {
  const start = await file.read(0, 12);
  const damaged = (what: string, offset = 0) => new TransloadError("E_SYNTAX", `not a whole .npy file: ${what}`, { offset });
  if (!MAGIC.every((byte, i) => start[i] === byte)) throw damaged("it does not begin with \\x93NUMPY");
  const major = start[6] ?? 0;
  if (major < 1 || major > 3) throw damaged(`version ${major}.${start[7]}; 1 to 3 are known`, 6);
  const view = new DataView(start.buffer);
  if (start.length < 12) throw damaged("it ends inside its header", start.length);
  const long = major > 1;
  const length = long ? view.getUint32(8, true) : view.getUint16(8, true);
  const at = (long ? 12 : 10) + length;
  if (length > HEADER_LIMIT || at > file.size) throw damaged(`its header is said to have ${length} bytes`, 8);
  const bytes = await file.read(long ? 12 : 10, at);
  const text = major === 3 ? decode(bytes) : decodeBytes(bytes);
  const descr = /['"]descr['"]\s*:\s*(?:['"]([^'"]*)['"]|(\[))/.exec(text);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text);
  const shape = /['"]shape['"]\s*:\s*\(([\d\s,]*)\)/.exec(text);
  if (!descr || !order || !shape) throw damaged(`its header is ${JSON.stringify(text.trim().slice(0, 100))}`, 10);
  if (descr[2])
    throw new TransloadError("E_DTYPE", "the array is structured (a dtype with fields); save each field as an array of its own");
  const [, byteOrder = "", kind = ""] = /^([<>|=]?)(.*)$/.exec(descr[1] ?? "") ?? [];
  if (!KINDS[kind] && !/^[US]\d+$/.test(kind) && !TIME.test(kind))
    throw new TransloadError(
      "E_DTYPE",
      `numpy's dtype ${JSON.stringify(descr[1])} has no place here; known: ${Object.keys(KINDS).join(", ")}, U, S, and M8 of D, s, ms, us, ns`,
    );
  const dims = (shape[1] ?? "")
    .split(",")
    .map((n) => n.trim())
    .filter((n) => n !== "")
    .map(Number);
  if (dims.length > MOST_DIMENSIONS || !Number.isSafeInteger(product(dims.filter((length) => length > 0)) * 4))
    throw new TransloadError("E_SHAPE", `no array has the shape (${(shape[1] as string).slice(0, 100)})`, { offset: 10 });
  return {
    kind,
    cellBytes: cellBytesOf(kind),
    big: byteOrder === ">" || (byteOrder === "=" && !LITTLE),
    fortran: order[1] === "True",
    shape: dims,
    at,
  };
}

function cellBytesOf(kind: string): number {
  if (kind.startsWith("M")) return 8;
  const n = Number(kind.slice(1));
  return kind.startsWith("U") ? 4 * n : n;
}

/** Rows of an array whose first dimension varies fastest, put together from all over the file. */
async function gather(
  file: RandomAccess,
  { cellBytes: bytes, shape, at }: NpyHeader,
  row: number,
  count: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const rows = shape[0] as number;
  const inner = shape.slice(1);
  const perRow = product(inner);
  const out = new Uint8Array(count * perRow * bytes);
  // the run of rows of one inner cell lies together; inner cells follow each other with their own first dimension fastest
  const stride = rows * bytes;
  const whole = count === rows;
  const runs = whole ? Math.max(1, Math.floor(GATHER / stride)) : 1;
  for (let k = 0; k < perRow; k += runs) {
    const n = Math.min(runs, perRow - k);
    const from = at + k * stride + row * bytes;
    const cells = await file.read(from, from + (whole ? n * stride : count * bytes));
    for (let j = 0; j < n; j++) {
      const to = place(k + j, inner) * bytes;
      for (let r = 0; r < count; r++) {
        const source = j * stride + r * bytes;
        for (let b = 0; b < bytes; b++) out[to + r * perRow * bytes + b] = cells[source + b] as number;
      }
    }
  }
  return out;
}

/** The row-major place of the inner cell that is number k when the first dimension varies fastest. */
function place(k: number, inner: readonly number[]): number {
  let left = k;
  let at = 0;
  const strides: number[] = [];
  for (let d = inner.length - 1, stride = 1; d >= 0; stride *= inner[d--] as number) strides[d] = stride;
  inner.forEach((length, d) => {
    at += (left % length) * (strides[d] as number);
    left = Math.floor(left / length);
  });
  return at;
}

function columnOf(
  cells: Uint8Array<ArrayBuffer>,
  { kind, big, cellBytes: bytes }: NpyHeader,
  name: string,
  shape: readonly number[],
  { count, first }: { count: number; first: number },
): Column {
  const [, unit] = TIME.exec(kind) ?? [];
  const dtype = unit ? "int64" : KINDS[kind];
  if (!dtype) return { name, dtype: "string", values: readTexts(cells, count, kind, big, first), shape };
  if (big === LITTLE && bytes > 1) swapBytes(cells, bytes as 2);
  if (kind === "b1") for (let i = 0; i < cells.length; i++) if ((cells[i] as number) > 1) cells[i] = 1;
  if (unit) return timesOf(new BigInt64Array(cells.buffer, cells.byteOffset, cells.length / bytes), unit as TimeUnit, name, shape);
  const values =
    kind === "f2"
      ? halves(new Uint16Array(cells.buffer, cells.byteOffset, cells.length / 2))
      : new NUMERIC[dtype].array(cells.buffer, cells.byteOffset, cells.length / bytes);
  return { name, dtype, values, shape };
}

/** numpy's "not a time" is a null here. */
function timesOf(values: BigInt64Array<ArrayBuffer>, unit: TimeUnit, name: string, shape: readonly number[]): Column {
  const valid = values.includes(NAT) ? { valid: Uint8Array.from(values, (time) => Number(time !== NAT)) } : {};
  return { name, dtype: `datetime64[${unit}]`, values, shape, ...valid };
}

/** The dtypes that an array is written in. */
type ArrayDType = NumericDType | TimeDType;

/** Writes the cells of batches of one dtype, row-major: a tensor as it is, a frame as [rows, columns]. */
export class NpyWriter implements BinaryWriter {
  patch: Uint8Array | undefined;
  readonly #options: BinaryWrite;
  readonly #spill: Spill;
  #dtype: ArrayDType | undefined;
  #texts: TextCells | undefined;
  #shape: readonly number[] = [];
  #name: string | undefined;
  #scalar = false;
  #rows = 0;
  #bytes = 0;

  constructor(options: BinaryWrite) {
    this.#options = options;
    this.#spill = options.spill();
  }

  *write(batch: Batch): Generator<Uint8Array, void, undefined> {
    const name = batch.kind === "frame" ? "" : (batch.columns[0]?.name ?? "");
    if (this.#name !== undefined && this.#name !== name)
      throw new TransloadError("E_FORM", "an npy file holds one array, and there are several tensors; npz holds them all");
    this.#name = name;
    const first = this.#dtype === undefined;
    this.#scalar = batch.kind === "scalar";
    this.#shape = batch.shape.slice(1);
    this.#rows += batch.rowCount;
    if (this.#texts || (this.#dtype === undefined && isText(batch))) return this.#keepTexts(batch);
    this.#dtype ??= commonDtype(batch);
    const { data } = batch.tensor(this.#dtype);
    const cells = bytesOf(batch.kind === "frame" ? rowMajor(batch, this.#dtype) : data);
    this.#bytes += cells.length;
    if (!this.#options.patches) return void this.#spill.append(cells);
    if (first) yield this.#header();
    yield cells;
  }

  /** Text has a width that is known last, wherever it goes. */
  #keepTexts(batch: Batch): void {
    if (!isText(batch)) throw mixed(batch.columns.find(({ dtype }) => dtype !== "string") as Column);
    if (batch.kind === "frame" && batch.columns.some(({ shape }) => shape.length > 0)) batch.tensor(); // says why it is no matrix
    this.#texts ??= new TextCells(this.#options.spill());
    this.#texts.add(batch.columns, batch.rowOffset);
  }

  *end(): Generator<Uint8Array, void, undefined> {
    const header = this.#header();
    if (this.#options.patches && this.#dtype !== undefined) {
      this.patch = header;
      return;
    }
    yield header;
    if (this.#texts) return yield* this.#texts.cells();
    for (let at = 0; at < this.#bytes; ) {
      const buffer = new Uint8Array(Math.min(1 << 20, this.#bytes - at));
      at += this.#spill.read(at, buffer);
      yield buffer;
    }
  }

  /** Bytes of the whole file, once all is written. */
  get size(): number {
    return HEADER + (this.#texts?.size ?? this.#bytes);
  }

  close(): void {
    this.#spill.close();
    this.#texts?.close();
  }

  #header(): Uint8Array {
    const shape = this.#scalar ? [] : [this.#rows, ...this.#shape];
    return headerOf(this.#texts?.kind ?? kindOf(this.#dtype ?? "float64"), shape, HEADER);
  }
}

function isText({ columns }: Batch): boolean {
  return columns.length > 0 && columns.every(({ dtype }) => dtype === "string");
}

function kindOf(dtype: ArrayDType): string {
  if (isTime(dtype)) return `M8[${unitOf(dtype)}]`;
  return Object.entries(KINDS).find(([some, own]) => own === dtype && some !== "f2")?.[0] as string;
}

/** A header of version 1, padded with spaces to so many bytes, or to 64. */
function headerOf(kind: string, shape: readonly number[], length = 0): Uint8Array {
  const descr = `${/^[a-z]1$/.test(kind) ? "|" : LITTLE ? "<" : ">"}${kind}`;
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${dims}), }`;
  const total = Math.max(length, Math.ceil((11 + text.length) / 64) * 64);
  const header = new Uint8Array(total).fill(0x20);
  header.set([...MAGIC, 1, 0]);
  new DataView(header.buffer).setUint16(8, total - 10, true);
  header.set(encode(text), 10);
  header[total - 1] = 0x0a;
  return header;
}

/** numpy's result type of the columns, as far as the arrays can be told apart (numpy.result_type). */
function commonDtype(batch: Batch): ArrayDType {
  const dtypes = new Set<DType>(batch.columns.map(({ dtype }) => dtype));
  const odd = batch.columns.find(({ dtype }) => !storedAs(dtype) || (isTime(dtype) && dtypes.size > 1));
  if (odd) throw mixed(odd);
  const [only] = dtypes;
  return dtypes.size === 1 ? (only as ArrayDType) : "float64";
}

function mixed({ name, dtype }: Column): TransloadError {
  return new TransloadError(
    "E_DTYPE",
    `column ${JSON.stringify(name)} holds ${dtype === "string" ? "text" : dtype}, and npy has numbers alone, times alone, or text alone; choose others with --columns, or write npz, which has an array for each`,
  );
}

function rowMajor(batch: Batch, dtype: ArrayDType): TypedArray {
  const { columns, rowCount } = batch;
  const width = columns.length;
  if (columns.some((column) => column.dtype !== dtype)) return batch.tensor(dtype).data;
  const out = new NUMERIC[storedAs(dtype) as NumericDType].array(rowCount * width);
  columns.forEach(({ values }, c) => {
    const cells = values as TypedArray;
    for (let r = 0, at = c; r < rowCount; r++, at += width) out[at] = cells[r] as never;
  });
  return out;
}

function bytesOf({ buffer, byteOffset, byteLength }: TypedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
