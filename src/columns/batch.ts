import type { RecordBatch } from "apache-arrow";
import type ndarray from "ndarray";
import type { NdArray } from "ndarray";
import { listed, placesAmong, TransloadError } from "../errors.js";
import { fromText, isWrittenAsText, toText } from "./cell-text.js";
import {
  checkDtype,
  columnsNamed,
  type DType,
  type DTypes,
  dtypeNamed,
  isNumeric,
  isTime,
  NAT,
  NUMERIC,
  type NumericDType,
  storedAs,
  type TimeDType,
  type TypedArray,
  unitOf,
} from "./dtype.js";
import { product } from "./lists.js";
import { changed, lengthOf, plainColumn, type Texts, textColumn, textsNow, textsOf } from "./texts.js";
import { convertTime, timeText } from "./time.js";

let create: typeof ndarray | undefined;

/** The package, where it cannot be loaded by the first tensor(). */
export function setNdarray(own: typeof ndarray): void {
  create = own;
}

/** Loaded by the first tensor() and not by the splice lane, whose start it would delay by a tenth. */
function loadNdarray(): typeof ndarray {
  const { createRequire } = process.getBuiltinModule("node:module");
  return createRequire(import.meta.url)("ndarray") as typeof ndarray;
}

/** A run of cells of one dtype: a column of a frame, or a whole tensor. */
export interface Column {
  /** The column's name, or its position when the payload has none; "" for an unnamed tensor. */
  readonly name: string;
  readonly dtype: DType;
  /**
   * rowCount cells, times the product of `shape`; row-major. A null is NaN in floats, 0 in integers, "" in strings, no bytes in bytes,
   * and numpy's NaT, the least 64-bit integer, in times.
   */
  readonly values: TypedArray | string[] | Uint8Array[];
  /**
   * Of text as it was read, in Arrow's layout: `values` makes JavaScript's strings of it when it is asked for, and these may be changed.
   * Absent where it came as strings.
   */
  readonly texts?: Texts;
  /** A byte for each cell, 1 present and 0 null; absent when no cell is null. */
  readonly valid?: Uint8Array<ArrayBuffer>;
  /** Of times that are points in UTC, or elsewhere, and not of a clock on some wall: Arrow's name of the zone. */
  readonly timezone?: string;
  /** Shape of one row's cells: [] for a scalar. */
  readonly shape: readonly number[];
}

/** Columns of equal dtype that lie behind each other in one array, `stride` cells apart. */
export interface Block {
  readonly values: TypedArray;
  readonly stride: number;
}

export interface BatchInit {
  rowOffset: number;
  rowCount: number;
  columns: readonly Column[];
  /** The only column is a tensor; `scalar` when it has no rows at all. */
  kind: "frame" | "tensor" | "scalar";
  block?: Block | undefined;
}

/** A run of rows as typed columns. */
export class Batch {
  /** Rows before this batch, in the payload (or in its tensor, where there are several). */
  readonly rowOffset: number;
  readonly rowCount: number;
  /** A frame's columns, whose cells may be tensors of one shape; a tensor is a single one. */
  readonly columns: readonly Column[];
  /** A frame has a column for each name; a tensor is a single column; a scalar is a tensor of shape []. */
  readonly kind: "frame" | "tensor" | "scalar";
  readonly #block: Block | undefined;

  /** @throws TransloadError E_OPTION for columns that do not have rowCount rows, or are not what their dtype says; E_DTYPE. */
  constructor({ rowOffset, rowCount, columns, kind, block }: BatchInit) {
    this.rowOffset = rowOffset;
    this.rowCount = rowCount;
    this.columns = columns;
    this.kind = kind;
    this.#block = block;
    this.check();
  }

  /**
   * That it still is what it was made as: its columns may have been put together anew.
   * @throws TransloadError as the constructor.
   */
  check(): void {
    const { rowCount, columns, kind } = this;
    if (!["frame", "tensor", "scalar"].includes(kind)) throw new TransloadError("E_OPTION", `no batch is a ${String(kind)}`);
    if (!isCount(rowCount)) throw new TransloadError("E_OPTION", `a batch has ${rowCount} rows, which is no count`);
    for (const column of columns) this.#checkColumn(column);
    if (kind !== "frame" && columns.length !== 1)
      throw new TransloadError("E_OPTION", `a ${kind} is one column, and the batch has ${columns.length}`);
  }

  #checkColumn(column: Column): void {
    const { name, dtype, valid, shape } = column;
    const fault = (what: string) => new TransloadError("E_OPTION", `column ${JSON.stringify(name)} of the batch ${what}`);
    if (typeof name !== "string") throw fault("has no name that is a string");
    checkDtype(dtype);
    if (!Array.isArray(shape) || !shape.every(isCount)) throw fault("has no shape");
    if (!("texts" in column) && !ArrayBuffer.isView(column.values) && !Array.isArray(column.values)) throw fault("has no cells");
    const length = lengthOf(column);
    const cells = shape.reduce((a, b) => a * b, this.kind === "scalar" ? 1 : this.rowCount);
    if (length !== cells) throw fault(`has ${length} cells, expected ${cells}`);
    if (valid && !(valid instanceof Uint8Array)) throw fault("has a validity that is no Uint8Array");
    if (valid && valid.length !== cells) throw fault(`has ${valid.length} validity bytes, expected ${cells}`);
    const stored = storedAs(dtype);
    const right = "texts" in column || (stored ? column.values instanceof NUMERIC[stored].array : Array.isArray(column.values));
    if (!right) throw fault(`does not hold ${dtype}`);
  }

  /** The columns in one array, where they lie so. */
  get block(): Block | undefined {
    return this.#block;
  }

  /** @throws TransloadError E_COLUMNS when there is none of that name. */
  column(name: string): Column {
    const found = this.columns.find((c) => c.name === name);
    if (!found)
      throw new TransloadError("E_COLUMNS", `no column ${JSON.stringify(name)}; there are ${listed(this.columns.map((c) => c.name))}`);
    return found;
  }

  /**
   * All cells as one n-d array, shape [rowCount, …]: [rows, columns] for a frame, [] for a scalar. A view where the
   * dtypes agree with each other and with `dtype`, a row-major copy otherwise.
   * @throws TransloadError E_DTYPE for strings, or nulls in a dtype that has no NaN; E_RANGE for a number that `dtype` cannot hold.
   */
  tensor(dtype?: DType): NdArray<TypedArray> {
    const first = this.columns[0];
    if (!first) return view(new Float64Array(0), [this.rowCount, 0]);
    const wanted = dtype ?? (this.columns.every((c) => c.dtype === first.dtype) ? first.dtype : "float64");
    if (this.kind === "frame" && this.columns.some(({ shape }) => shape.length > 0))
      throw new TransloadError("E_SHAPE", "a column has tensors as cells, so the frame is no matrix; take its columns one by one");
    for (const column of this.columns) check(column, wanted);
    if (first.dtype === wanted && this.kind !== "frame") return view(first.values as TypedArray, this.shape);
    if (first.dtype === wanted && this.#block) return view(this.#block.values, this.shape, [1, this.#block.stride]);
    return this.#copy(wanted);
  }

  /**
   * The batch as Apache Arrow's: numbers over the same memory, booleans and text copied; a tensor is a column of fixed-size lists. It
   * is a promise because apache-arrow is loaded by the first one that is asked for.
   */
  async toArrow(): Promise<RecordBatch> {
    const { toArrow } = await import("../binary/arrow.js");
    return toArrow(this);
  }

  /** Shape of `tensor()`. */
  get shape(): number[] {
    if (this.kind === "scalar") return [];
    if (this.kind === "frame") return [this.rowCount, this.columns.length];
    return [this.rowCount, ...(this.columns[0]?.shape ?? [])];
  }

  #copy(dtype: DType): NdArray<TypedArray> {
    const width = this.columns.length;
    const cells = this.columns[0]?.values.length ?? 0;
    const stored = storedAs(dtype) as NumericDType;
    const out = new NUMERIC[stored].array(cells * width);
    this.columns.forEach((column, c) => {
      for (let r = 0; r < cells; r++) out[r * width + c] = cast((column.values as TypedArray)[r] as number | bigint, stored) as never;
    });
    return view(out, this.shape);
  }
}

/**
 * The columns of these names, in this order, under new names. A tensor has none to choose from, and is one of several by its own name.
 * @throws TransloadError E_COLUMNS for a name that the batch does not have.
 */
export function pickColumns(batch: Batch, names: readonly string[], renamed: readonly string[]): Batch {
  const { columns, kind, rowOffset, rowCount } = batch;
  if (kind !== "frame") return renameTensor(batch, names, renamed);
  const same = (list: readonly string[]) => list.length === columns.length && columns.every(({ name }, i) => name === list[i]);
  if (same(names) && same(renamed)) return batch;
  const places = placesAmong(
    columns.map((column) => column.name),
    names,
  );
  const picked = places.map((place, i) => changed(columns[place] as Column, { name: renamed[i] as string }));
  const block = same(names) ? batch.block : undefined;
  return new Batch({ rowOffset, rowCount, columns: picked, kind, block });
}

function renameTensor(batch: Batch, names: readonly string[], renamed: readonly string[]): Batch {
  const { rowOffset, rowCount, kind, block } = batch;
  const [column] = batch.columns as readonly [Column];
  const name = renamed[names.indexOf(column.name)] ?? column.name;
  return name === column.name ? batch : new Batch({ rowOffset, rowCount, kind, columns: [changed(column, { name })], block });
}

/** Columns of text as dictionaries: each text once, and which of them a cell is. */
export function withDictionaries({ rowOffset, rowCount, kind, columns, block }: Batch): Batch {
  const own = columns.map((column) => {
    if (column.dtype !== "string" || textsNow(column)?.codes) return column;
    const texts = textsOf(column.values as readonly string[], true, column.valid);
    return texts ? textColumn(column, texts) : column;
  });
  return new Batch({ rowOffset, rowCount, kind, columns: own, block });
}

/** Columns of text without dictionaries, whose cells have each their own bytes. */
export function withoutDictionaries(batch: Batch): Batch {
  const { rowOffset, rowCount, kind, columns, block } = batch;
  if (!columns.some(({ texts }) => texts?.codes)) return batch;
  const own = columns.map((column) => {
    if (!column.texts?.codes) return column;
    const texts = textsNow(column) ?? textsOf(column.values as readonly string[], false);
    if (texts) return texts.codes ? plainColumn(column, texts) : textColumn(column, texts);
    const { name, dtype, values, shape, valid } = column;
    return { name, dtype, values, shape, ...(valid && { valid }) };
  });
  return new Batch({ rowOffset, rowCount, kind, columns: own, block });
}

/**
 * Numbers in other dtypes: all of them, or by column. Strings stay. `strict`: the batch has all of the columns that there are.
 * @throws TransloadError E_RANGE for a number that its dtype cannot hold, unless `clip`; E_DTYPE for a column that is not there.
 */
export function castBatch(batch: Batch, dtype: DType | DTypes, how: "error" | "clip", strict: boolean): Batch {
  const { rowOffset, rowCount, kind, columns } = batch;
  const known = strict && new Set(columns.map(({ name }) => name));
  if (known)
    for (const name of columnsNamed(dtype))
      if (!known.has(name))
        throw new TransloadError("E_DTYPE", `a dtype is asked for ${JSON.stringify(name)}, and there is no such column`);
  const cast = columns.map((column) => {
    const wanted = typeof dtype === "string" ? dtype : (dtypeNamed(dtype, column.name) ?? column.dtype);
    return castColumn(column, wanted, how, typeof dtype === "object", rowOffset);
  });
  return new Batch({ rowOffset, rowCount, columns: cast, kind });
}

function castColumn(column: Column, dtype: DType, how: "error" | "clip", named: boolean, rowOffset: number): Column {
  if (column.dtype === dtype) return column;
  if (column.dtype === "string" && isWrittenAsText(dtype)) return fromText(column, dtype, rowOffset);
  if (isWrittenAsText(column.dtype) && dtype === "string") return toText(column, rowOffset);
  if (isTime(column.dtype) && isTime(dtype)) return convertTimes(column, dtype, rowOffset);
  if (!isNumeric(column.dtype) || !isNumeric(dtype)) {
    if (!named) return column;
    throw new TransloadError("E_DTYPE", `column ${JSON.stringify(column.name)} holds ${column.dtype}, and cannot become ${dtype}`);
  }
  const { name, values, valid, shape } = column;
  const { array, range } = NUMERIC[dtype];
  const perRow = product(shape);
  const out = new array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (valid?.[i] === 0) {
      out[i] = (range ? (dtype.endsWith("64") ? 0n : 0) : Number.NaN) as never;
      continue;
    }
    const value = values[i] as number | bigint;
    try {
      out[i] = cast(value, dtype) as never;
    } catch (error) {
      if (how === "error")
        throw new TransloadError(
          "E_RANGE",
          `row ${rowOffset + Math.floor(i / perRow)}, column ${JSON.stringify(name)}: ${(error as TransloadError).detail}`,
          {
            row: rowOffset + Math.floor(i / perRow),
          },
        );
      out[i] = clip(value, dtype) as never;
    }
  }
  return { name, dtype, values: out, shape, ...(valid && { valid }) };
}

/** Times in another unit, which must hold them all. */
function convertTimes(column: Column, dtype: TimeDType, rowOffset: number): Column {
  const [from, to] = [unitOf(column.dtype as TimeDType), unitOf(dtype)];
  const perRow = product(column.shape);
  const values = (column.values as BigInt64Array<ArrayBuffer>).map((time, i) => {
    if (column.valid?.[i] === 0 || time === NAT) return NAT;
    const found = convertTime(time, from, to);
    if (found !== undefined) return found;
    const row = rowOffset + Math.floor(i / perRow);
    const shown = timeText(time, from) ?? `${time} in ${column.dtype}`;
    throw new TransloadError("E_RANGE", `row ${row}, column ${JSON.stringify(column.name)}: ${shown} does not fit ${dtype}`, { row });
  });
  return { ...column, dtype, values };
}

/** The nearest number that the dtype has, cut towards 0. */
function clip(value: number | bigint, dtype: NumericDType): number | bigint {
  const { range, array } = NUMERIC[dtype];
  if (!range) return Number(value) > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  const [low, high] = range;
  const whole = typeof value === "bigint" ? value : Number.isFinite(value) ? BigInt(Math.trunc(value)) : value > 0 ? high : low;
  if (typeof value === "number" && Number.isNaN(value)) throw outside(value, dtype);
  const cut = whole < low ? low : whole > high ? high : whole;
  return array === BigInt64Array || array === BigUint64Array ? cut : Number(cut);
}

function view(values: TypedArray, shape: number[], stride?: number[]): NdArray<TypedArray> {
  create ??= loadNdarray();
  return create(values, shape, stride) as NdArray<TypedArray>;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function plural(dtype: DType): string {
  return dtype === "string" ? "strings" : dtype;
}

function check(column: Column, wanted: DType): void {
  const { dtype } = column;
  if (!storedAs(dtype) || !storedAs(wanted) || (dtype !== wanted && (isTime(dtype) || isTime(wanted))))
    throw new TransloadError("E_DTYPE", `column ${JSON.stringify(column.name)} holds ${plural(dtype)}, which a tensor of ${wanted} cannot`);
  if (column.valid && !wanted.startsWith("float") && !isTime(wanted))
    throw new TransloadError("E_DTYPE", `column ${JSON.stringify(column.name)} has nulls, which ${wanted} cannot hold`);
}

/** A number in another dtype, exactly for integers, rounded for floats. */
function cast(value: number | bigint, dtype: NumericDType): number | bigint {
  const { range, array } = NUMERIC[dtype];
  if (!range) {
    const float = Number(value);
    if (dtype === "float32" && Number.isFinite(float) && !Number.isFinite(Math.fround(float))) throw outside(value, dtype);
    return float;
  }
  if (typeof value === "number" && !Number.isInteger(value)) throw outside(value, dtype);
  const whole = BigInt(value);
  if (whole < range[0] || whole > range[1]) throw outside(value, dtype);
  return array === BigInt64Array || array === BigUint64Array ? whole : Number(value);
}

function outside(value: number | bigint, dtype: DType): TransloadError {
  return new TransloadError("E_RANGE", `${value} does not fit ${dtype}`);
}
