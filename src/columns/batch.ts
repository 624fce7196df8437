// A batch, which is what this room is about: typed columns of some rows each.
//
// In: cells that a reader has put into memory, as column.ts says how they lie there. Out: the same cells as a program wants them: typed
// arrays, ndarray views, JavaScript values row by row, Arrow's batches. Nothing here reads or writes a file.
// biome-ignore lint/suspicious/noTsIgnore: it goes into the declarations, for those who have no apache-arrow; here is nothing to expect
/** @ts-ignore its types are there where it is */
import type { RecordBatch } from "apache-arrow";
import type ndarray from "ndarray";
import type { NdArray } from "ndarray";
import { listed, TransloadError } from "../errors.js";
import type { Block, Column, TypedColumn } from "./column.js";
import { checkDtype, type DType, isTime, NUMERIC, type NumericDType, storedAs, type TypedArray } from "./dtype.js";
import { inlinedNdarray } from "./inlined-ndarray.js";
import { cellsIn, faultIn, product } from "./lists.js";
import { castNumber } from "./number.js";
import { lengthOf } from "./texts.js";

let create: typeof ndarray | undefined;

/** The package, where it cannot be loaded by the first tensor(). */
export function setNdarray(own: typeof ndarray): void {
  create = own;
}

/** Loaded by the first tensor() and not by the splice lane, whose start it would delay by a tenth. A bundle has no packages beside it. */
function loadNdarray(): typeof ndarray {
  try {
    const { createRequire } = process.getBuiltinModule("node:module");
    return createRequire(import.meta.url)("ndarray") as typeof ndarray;
  } catch (error) {
    if (!inlinedNdarray) throw error;
    return inlinedNdarray();
  }
}

/**
 * The array that `batch.tensor(dtype)` is a view of, without the view: ndarray makes these by `new Function`, which a page's content security
 * policy may forbid.
 */
export let arrayOf: (batch: Batch, dtype?: DType) => TypedArray;

/** What a batch is made of. */
export interface BatchInit {
  /** Rows before it. */
  rowOffset: number;
  /** Its rows. */
  rowCount: number;
  /** Its columns, each with a cell, or a tensor of one shape, for each row. */
  columns: readonly Column[];
  /** The only column is a tensor; `scalar` when it has no rows at all. */
  kind: "frame" | "tensor" | "scalar";
  /** The columns in one array, where they lie so: `tensor()` is then a view. */
  block?: Block | undefined;
}

/** A run of rows as typed columns. */
export class Batch {
  /** Rows before this batch, in the payload (or in its tensor, where there are several). */
  readonly rowOffset: number;
  /** Rows of this batch. */
  readonly rowCount: number;
  /** A frame's columns, whose cells may be tensors of one shape; a tensor is a single one. */
  readonly columns: readonly TypedColumn[];
  /** A frame has a column for each name; a tensor is a single column; a scalar is a tensor of shape []. */
  readonly kind: "frame" | "tensor" | "scalar";
  readonly #block: Block | undefined;

  /** @throws TransloadError E_OPTION for columns that do not have rowCount rows, or are not what their dtype says; E_DTYPE for an unknown dtype. */
  constructor({ rowOffset, rowCount, columns, kind, block }: BatchInit) {
    this.rowOffset = rowOffset;
    this.rowCount = rowCount;
    this.columns = columns as readonly TypedColumn[]; // which is checked below
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
    const { name, dtype, valid, shape, lists } = column;
    const fault = (what: string) => new TransloadError("E_OPTION", `column ${JSON.stringify(name)} of the batch ${what}`);
    if (typeof name !== "string") throw fault("has no name that is a string");
    checkDtype(dtype);
    if (!Array.isArray(shape) || !shape.every(isCount)) throw fault("has no shape");
    if (!("texts" in column) && !ArrayBuffer.isView(column.values) && !Array.isArray(column.values)) throw fault("has no cells");
    const length = lengthOf(column);
    const rows = this.kind === "scalar" ? 1 : this.rowCount;
    const found = lists && faultIn(lists, rows);
    if (found) throw fault(found);
    if (lists && this.kind !== "frame") throw fault(`has lists of any length, and a ${this.kind} has none`);
    const cells = lists ? cellsIn(lists, rows) : rows * product(shape);
    if (lists && shape.length > 0 && cells !== rows * product(shape)) throw fault(`has ${cells} cells, and its shape asks for others`);
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

  /**
   * The column of this name; of two the first.
   * @throws TransloadError E_COLUMNS when there is none of that name.
   */
  column(name: string): TypedColumn {
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
    const { values, stride } = this.#array(dtype);
    return view(values, this.columns.length === 0 ? [this.rowCount, 0] : this.shape, stride);
  }

  /** The array that `tensor()` is a view of. */
  #array(dtype: DType | undefined): { values: TypedArray; stride?: number[] } {
    const first = this.columns[0];
    if (!first) return { values: new Float64Array(0) };
    const wanted = dtype ?? (this.columns.every((c) => c.dtype === first.dtype) ? first.dtype : "float64");
    if (this.kind === "frame" && this.columns.some(({ shape, lists }) => lists || shape.length > 0))
      throw new TransloadError("E_SHAPE", "a column has tensors as cells, so the frame is no matrix; take its columns one by one");
    for (const column of this.columns) check(column, wanted);
    if (first.dtype === wanted && this.kind !== "frame") return { values: first.values as TypedArray };
    if (first.dtype === wanted && this.#block) return { values: this.#block.values, stride: [1, this.#block.stride] };
    return { values: this.#copy(wanted) };
  }

  /**
   * The batch as Apache Arrow's: numbers over the same memory, booleans and text copied; a tensor is a column of fixed-size lists. It
   * is a promise because apache-arrow, which is in our code, is loaded by the first one that is asked for. To a copy of yours, of 21.2 or later, it
   * is a RecordBatch like its own; its types are those of your copy.
   */
  async toArrow(): Promise<RecordBatch> {
    const { toArrow } = await import("./arrow.js");
    return toArrow(this);
  }

  /** Shape of `tensor()`. */
  get shape(): number[] {
    if (this.kind === "scalar") return [];
    if (this.kind === "frame") return [this.rowCount, this.columns.length];
    return [this.rowCount, ...(this.columns[0]?.shape ?? [])];
  }

  #copy(dtype: DType): TypedArray {
    const width = this.columns.length;
    const cells = this.columns[0]?.values.length ?? 0;
    const stored = storedAs(dtype) as NumericDType;
    const out = new NUMERIC[stored].array(cells * width);
    this.columns.forEach((column, c) => {
      for (let r = 0; r < cells; r++) out[r * width + c] = castNumber((column.values as TypedArray)[r] as number | bigint, stored) as never;
    });
    return out;
  }

  static {
    arrayOf = (batch, dtype) => batch.#array(dtype).values;
  }
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
