// One tensor of a request as it is written: its cells wait in a spill, in their own dtype, until it is known which datatype they are to have.

import { toText } from "../../columns/cell-text.js";
import type { Column } from "../../columns/column.js";
import { type AskedDatatype, DATATYPES, datatypeHolding } from "../../columns/datatype.js";
import { NUMERIC, type NumericDType, storedAs, type TypedArray } from "../../columns/dtype.js";
import { product } from "../../columns/lists.js";
import { TransloadError } from "../../errors.js";
import type { Spill } from "../../io/store.js";
import { cellsAs, Misfit } from "./cells.js";
import { elementsOf } from "./elements.js";

/** Bytes that are read back at once: whole cells of every dtype. */
const BLOCK = 1 << 20;

export class TensorWriter {
  name: string;
  readonly #scalar: boolean;
  readonly #spill: Spill;
  /** What the cells are; undefined for text and bytes. */
  #dtype: NumericDType | undefined;
  #shape: readonly number[] = [];
  #rows = 0;
  #spilled = 0;
  #datatype = "BYTES";

  /** `scalar`: it is a single value, without rows. */
  constructor(name: string, scalar: boolean, spill: Spill) {
    this.name = name;
    this.#scalar = scalar;
    this.#spill = spill;
  }

  /**
   * Adds rows of it.
   * @throws TransloadError E_NULL for a null, E_SHAPE for cells of another shape than those before, E_UTF8 for half a surrogate pair.
   */
  add(column: Column, rows: number, rowOffset: number): void {
    const { valid, shape } = column;
    const gap = valid?.indexOf(0) ?? -1;
    if (gap >= 0)
      throw this.#fault(
        "E_NULL",
        rowOffset + Math.floor(gap / Math.max(1, product(shape))),
        "null, which binary tensors have no place for",
      );
    if (this.#rows > 0 && rows > 0 && `${shape}` !== `${this.#shape}`)
      throw this.#fault("E_SHAPE", rowOffset, `cells of shape [${shape.join(", ")}] where those before have [${this.#shape.join(", ")}]`);
    if (rows > 0 || this.#rows === 0) this.#shape = shape;
    this.#rows += rows;
    this.#dtype = isNumbers(column) ? (column.dtype as NumericDType) : undefined;
    const bytes = this.#dtype
      ? bytesOf(column.values as TypedArray)
      : elementsOf(column.dtype === "bytes" ? column : toText(column, rowOffset));
    this.#spill.append(bytes);
    this.#spilled += bytes.length;
  }

  /**
   * Says which datatype it has: the one that is asked for numbers, or its `own` in the source, or what holds its dtype. Text is BYTES, and
   * true and false are BOOL, whatever is asked.
   * @throws TransloadError E_OPTION for a datatype that there is not, E_DTYPE for one of the source's that its cells have no place in.
   */
  settle(wanted: readonly AskedDatatype[], own: string | undefined): void {
    const asked = wanted.map((one) => (typeof one === "object" ? one[this.name] : one)).find((one) => one !== undefined);
    const dtype = this.#dtype;
    const found = dtype === undefined ? "BYTES" : datatypeHolding(dtype);
    const numbers = dtype !== undefined && dtype !== "bool";
    const datatype = (numbers && own !== "BOOL" && own !== "BYTES" ? asked : undefined) ?? own ?? found;
    if ((datatype === "BYTES") !== (dtype === undefined) || (dtype === "bool" && datatype !== "BOOL"))
      throw new TransloadError("E_DTYPE", `tensor ${JSON.stringify(this.name)} holds ${dtype ?? "text"}, and cannot become ${datatype}`);
    this.#datatype = datatype as string;
  }

  /** What the request's JSON says of it. */
  head(): string {
    const shape = this.#scalar ? [] : [this.#rows, ...this.#shape];
    const { bytes } = DATATYPES[this.#datatype] as { bytes?: number };
    const size = bytes === undefined ? this.#spilled : product(shape) * bytes;
    return JSON.stringify({ name: this.name, shape, datatype: this.#datatype, parameters: { binary_data_size: size } });
  }

  /**
   * Its cells.
   * @throws TransloadError E_RANGE for a number that the datatype has no place for.
   */
  *bytes(): Generator<Uint8Array, void, undefined> {
    const dtype = this.#dtype;
    for (let at = 0; at < this.#spilled; ) {
      const block = new Uint8Array(Math.min(BLOCK, this.#spilled - at));
      if (this.#spill.read(at, block) < block.length) throw new TransloadError("E_SPILL", "the spilled cells end too early");
      yield dtype === undefined ? block : this.#cells(block, dtype, at);
      at += block.length;
    }
  }

  close(): void {
    this.#spill.close();
  }

  #cells(block: Uint8Array<ArrayBuffer>, dtype: NumericDType, at: number): Uint8Array {
    const { array } = NUMERIC[dtype];
    try {
      return cellsAs(new array(block.buffer), dtype, this.#datatype);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      const cell = at / array.BYTES_PER_ELEMENT + error.cell;
      throw this.#fault("E_RANGE", Math.floor(cell / Math.max(1, product(this.#shape))), error.message);
    }
  }

  #fault(code: "E_NULL" | "E_SHAPE" | "E_RANGE", row: number, what: string): TransloadError {
    return new TransloadError(code, `row ${row}, column ${JSON.stringify(this.name)}: ${what}`, { row });
  }
}

/** Times are text in a request, and decimals are text whose digits all count. */
function isNumbers({ dtype }: Column): boolean {
  return storedAs(dtype) === dtype;
}

function bytesOf({ buffer, byteOffset, byteLength }: TypedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
