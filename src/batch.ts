import { createRequire } from "node:module";
import type ndarray from "ndarray";
import type { NdArray } from "ndarray";
import { type DType, NUMERIC, type TypedArray } from "./dtype.js";
import { TransloadError } from "./errors.js";

/** ndarray is loaded by the first tensor() and not by the splice lane, whose start it would delay by a tenth. */
const require = createRequire(import.meta.url);
let create: typeof ndarray | undefined;

/** A run of cells of one dtype: a column of a frame, or a whole tensor. */
export interface Column {
  /** The column's name, or its position when the payload has none; "" for an unnamed tensor. */
  readonly name: string;
  readonly dtype: DType;
  /** rowCount cells, times the product of `shape`; row-major. A null is NaN in floats, 0 in integers, "" in strings. */
  readonly values: TypedArray | string[];
  /** A byte for each cell, 1 present and 0 null; absent when no cell is null. */
  readonly valid?: Uint8Array<ArrayBuffer>;
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
  /** A frame's columns; a tensor is a single one. */
  readonly columns: readonly Column[];
  /** A frame has a column for each name; a tensor is a single column; a scalar is a tensor of shape []. */
  readonly kind: "frame" | "tensor" | "scalar";
  readonly #block: Block | undefined;

  /** @throws TransloadError E_OPTION for columns that do not have rowCount rows, or are not what their dtype says. */
  constructor({ rowOffset, rowCount, columns, kind, block }: BatchInit) {
    this.rowOffset = rowOffset;
    this.rowCount = rowCount;
    this.columns = columns;
    this.kind = kind;
    this.#block = block;
    for (const column of columns) this.#checkColumn(column);
    if (kind !== "frame" && columns.length !== 1)
      throw new TransloadError("E_OPTION", `a ${kind} is one column, and the batch has ${columns.length}`);
  }

  #checkColumn({ name, dtype, values, valid, shape }: Column): void {
    const cells = shape.reduce((a, b) => a * b, this.kind === "scalar" ? 1 : this.rowCount);
    const fault = (what: string) => new TransloadError("E_OPTION", `column ${JSON.stringify(name)} of the batch ${what}`);
    if (values.length !== cells) throw fault(`has ${values.length} cells, expected ${cells}`);
    if (valid && valid.length !== cells) throw fault(`has ${valid.length} validity bytes, expected ${cells}`);
    if (this.kind === "frame" && shape.length > 0) throw fault("has cells with a shape, which a frame cannot hold");
    const right = dtype === "string" ? Array.isArray(values) : values instanceof NUMERIC[dtype].array;
    if (!right) throw fault(`does not hold ${dtype}`);
  }

  /** @throws TransloadError E_COLUMNS when there is none of that name. */
  column(name: string): Column {
    const found = this.columns.find((c) => c.name === name);
    if (!found)
      throw new TransloadError("E_COLUMNS", `no column ${JSON.stringify(name)}; there are ${this.columns.map((c) => c.name).join(", ")}`);
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
    for (const column of this.columns) check(column, wanted);
    if (first.dtype === wanted && this.kind !== "frame") return view(first.values as TypedArray, this.shape);
    if (first.dtype === wanted && this.#block) return view(this.#block.values, this.shape, [1, this.#block.stride]);
    return this.#copy(wanted as Exclude<DType, "string">);
  }

  /** Shape of `tensor()`. */
  get shape(): number[] {
    if (this.kind === "scalar") return [];
    if (this.kind === "frame") return [this.rowCount, this.columns.length];
    return [this.rowCount, ...(this.columns[0]?.shape ?? [])];
  }

  #copy(dtype: Exclude<DType, "string">): NdArray<TypedArray> {
    const width = this.columns.length;
    const cells = this.columns[0]?.values.length ?? 0;
    const out = new NUMERIC[dtype].array(cells * width);
    this.columns.forEach((column, c) => {
      for (let r = 0; r < cells; r++) out[r * width + c] = cast((column.values as TypedArray)[r] as number | bigint, dtype) as never;
    });
    return view(out, this.shape);
  }
}

function view(values: TypedArray, shape: number[], stride?: number[]): NdArray<TypedArray> {
  create ??= require("ndarray") as typeof ndarray;
  return create(values, shape, stride) as NdArray<TypedArray>;
}

function check(column: Column, wanted: DType): void {
  if (column.dtype === "string" || wanted === "string")
    throw new TransloadError("E_DTYPE", `column ${JSON.stringify(column.name)} holds strings, which a tensor cannot`);
  if (column.valid && !wanted.startsWith("float"))
    throw new TransloadError("E_DTYPE", `column ${JSON.stringify(column.name)} has nulls, which ${wanted} cannot hold`);
}

/** A number in another dtype, exactly for integers, rounded for floats. */
function cast(value: number | bigint, dtype: Exclude<DType, "string">): number | bigint {
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
