import type { Batch } from "../../columns/batch.js";
import { toText } from "../../columns/cell-text.js";
import type { Column, Level } from "../../columns/column.js";
import type { TypedArray } from "../../columns/dtype.js";
import { product } from "../../columns/lists.js";
import { optionText, TransloadError } from "../../errors.js";
import { compare } from "../exact.js";
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

  #cell(batch: Batch, { name, values, valid, dtype, decimal: digits }: Column, i: number, row: number): string {
    if (valid && valid[i] === 0) return this.#null(batch, name, row);
    if (digits) return values[i] as string;
    if (dtype === "string") return JSON.stringify(values[i]);
    const value = (values as TypedArray)[i] as number | bigint;
    if (dtype === "bool") return value ? "true" : "false";
    if (dtype !== "float32" && dtype !== "float64") return String(value);
    const float = value as number;
    if (Number.isFinite(float)) return decimal(dtype === "float32" ? shortest32(float) : float);
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

/** JavaScript's text, but "1.0" for a whole number, no "+" in the exponent, and the sign of minus zero. */
function decimal(value: number): string {
  const text = Object.is(value, -0) ? "-0" : String(value).replace("e+", "e");
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** The double that spells the float32 shortest: of the decimals that read back to it with fewest digits, the nearest, even on a tie. */
function shortest32(float: number): number {
  if (float === 0) return float;
  for (let precision = 1; precision < 9; precision++) {
    const [digits = "", power = ""] = float.toExponential(precision - 1).split("e");
    const n = BigInt(digits.replace(".", ""));
    const tens = Number(power) - precision + 1;
    const texts = [n - 1n, n, n + 1n].map((digits) => `${digits}e${tens}`).filter((text) => Math.fround(Number(text)) === float);
    if (texts.length === 0) continue;
    texts.sort((a, b) => nearer(a, b, float));
    return Number(texts[0]);
  }
  return Number(float.toPrecision(9));
}

/** Which of two decimals is nearer to the float; on a tie the one whose last digit is even. */
function nearer(a: string, b: string, float: number): number {
  const sum = middle(a, b);
  const side = compare(sum, float);
  const [low, high] = Number(a) < Number(b) ? [-1, 1] : [1, -1];
  if (side !== 0) return side > 0 ? low : high;
  return Number(a.split("e")[0]) % 2 === 0 ? -1 : 1;
}

/** Half of the sum of two decimals with the same power of ten. */
function middle(a: string, b: string): string {
  const [digits = "", tens = ""] = a.split("e");
  const sum = (BigInt(digits) + BigInt(b.split("e")[0] as string)) * 5n;
  return `${sum}e${Number(tens) - 1}`;
}
