import type { Batch } from "../../columns/batch.js";
import { toText } from "../../columns/cell-text.js";
import { type Column, isVerbatim, type Level } from "../../columns/column.js";
import type { TypedArray } from "../../columns/dtype.js";
import { product } from "../../columns/lists.js";
import { optionText, TransloadError } from "../../errors.js";
import { floatText } from "../float-text.js";
import type { Printer, PrintRequest } from "../printer.js";

/** The reference engine's printer: String(x) and a join. */
export class ReferencePrinter implements Printer {
  readonly #request: PrintRequest;

  constructor(request: PrintRequest) {
    this.#request = request;
  }

  *print(batch: Batch, more: boolean): Iterable<Uint8Array> {
    const rows = batch.kind === "scalar" ? 1 : batch.rowCount;
    const columns = batch.columns.map((column) => toText(column, batch.rowOffset));
    for (let r = 0; r < rows; r++) yield Buffer.from(`${more || r > 0 ? "," : ""}${this.#row(batch, columns, r)}`);
  }

  #row(batch: Batch, columns: readonly Column[], r: number): string {
    if (batch.kind !== "frame") return this.#tensor(batch, columns[0] as Column, r);
    const cells = columns.map((column) => {
      if (column.lists) return this.#list(batch, column, column.lists, r, r);
      return column.shape.length > 0 ? this.#tensor(batch, column, r) : this.#cell(batch, column, r, r);
    });
    return `[${cells.join(",")}]`;
  }

  /** A list of any length, of the outermost of these levels; null where it is. */
  #list(batch: Batch, column: Column, [own, ...inner]: readonly Level[], item: number, row: number): string {
    if (!own) return this.#cell(batch, column, item, row);
    if (own.valid?.[item] === 0) return this.#null(batch, column.name, row);
    const [from, to] = [own.offsets[item] as number, own.offsets[item + 1] as number];
    return `[${Array.from({ length: to - from }, (_, i) => this.#list(batch, column, inner, from + i, row)).join(",")}]`;
  }

  #tensor(batch: Batch, column: Column, r: number): string {
    const level = (dims: readonly number[], first: number): string => {
      const [length, ...inner] = dims;
      if (length === undefined) return this.#cell(batch, column, first, r);
      const size = product(inner);
      return `[${Array.from({ length }, (_, i) => level(inner, first + i * size)).join(",")}]`;
    };
    return level(column.shape, r * product(column.shape));
  }

  #cell(batch: Batch, column: Column, i: number, row: number): string {
    const { name, values, valid, dtype } = column;
    if (valid && valid[i] === 0) return this.#null(batch, name, row);
    if (isVerbatim(column)) return values[i] as string;
    if (dtype === "string") return JSON.stringify(values[i]);
    const value = (values as TypedArray)[i] as number | bigint;
    if (dtype === "bool") return value ? "true" : "false";
    if (dtype !== "float32" && dtype !== "float64") return String(value);
    const float = value as number;
    if (Number.isFinite(float)) return floatText(float, dtype);
    if (this.#request.nan === "tell") return this.#null(batch, name, row);
    if (this.#request.nan === "pass") return String(float);
    throw new TransloadError(
      "E_NAN",
      `${where(batch, name, row)}: NaN or Infinity; ${optionText("nan", "null")} or ${optionText("nan", "token")} lets it through`,
    );
  }

  #null(batch: Batch, name: string, row: number): string {
    if (this.#request.nulls) return "null";
    throw new TransloadError("E_NULL", `${where(batch, name, row)}: null, which the target's servers refuse in every dtype`);
  }
}

function where(batch: Batch, name: string, row: number): string {
  return `row ${batch.rowOffset + row}${name ? `, column ${JSON.stringify(name)}` : ""}`;
}
