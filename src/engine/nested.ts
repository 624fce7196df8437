// Columns of a frame whose cells are lists: tensors of one shape, read as the tensor that they are together.

import { encode } from "../columns/bytes.js";
import type { Column } from "../columns/column.js";
import { type DTypeChoice, dtypeNamed, NUMERIC, storedAs } from "../columns/dtype.js";
import { placeLists, product } from "../columns/lists.js";
import { lengthOf, textsNow } from "../columns/texts.js";
import { TransloadError } from "../errors.js";
import type { Cast } from "./cells.js";
import { Mode } from "./codes.js";
import type { Scanner } from "./scanner.js";

/** Reads a column's lists, batch by batch; they have one shape and one dtype, those of the first. */
export class ListReader {
  readonly #name: string;
  readonly #asked: DTypeChoice | undefined;
  readonly #cast: Cast;
  readonly #createScanner: () => Scanner;
  #known: Pick<Column, "dtype" | "shape"> | undefined;

  /** `asked`: of the whole payload, as the caller chose. */
  constructor(name: string, asked: DTypeChoice | undefined, cast: Cast, createScanner: () => Scanner) {
    this.#name = name;
    this.#asked = typeof asked === "object" ? dtypeNamed(asked, name) : asked;
    this.#cast = cast;
    this.#createScanner = createScanner;
  }

  /**
   * A column of JSON lists as cells of a shape. `rowOffset`: rows before the first.
   * @throws TransloadError E_SHAPE for lists of another shape, E_DTYPE for lists of something else, and what reading a tensor does, with the row.
   */
  read(column: Column, rowOffset: number): Column {
    const { valid } = column;
    const count = lengthOf(column);
    const rows = Array.from({ length: count }, (_, i) => i).filter((i) => valid?.[i] !== 0);
    if (rows.length === 0) return this.#nulls(count);
    try {
      const cells = this.#cellsOf(listOf(column, rows), rows.length);
      this.#known ??= cells;
      const { shape, dtype } = this.#known;
      if (`${shape}` !== `${cells.shape}`)
        throw new TransloadError("E_SHAPE", `lists of shape [${cells.shape}] where those before have [${shape}]`, { row: 0 });
      if (dtype !== cells.dtype)
        throw new TransloadError("E_DTYPE", `lists of ${cells.dtype} where those before are of ${dtype}`, { row: 0 });
      const perRow = product(shape);
      return rows.length === count
        ? cells
        : placeLists(
            cells,
            shape,
            count,
            rows.map((row, k) => [row, k * perRow]),
          );
    } catch (error) {
      if (!(error instanceof TransloadError)) throw error;
      throw this.#inColumn(error, rowOffset + (rows[error.row ?? 0] as number));
    }
  }

  #nulls(count: number): Column {
    const { dtype, shape } = this.#known ?? { dtype: "float64", shape: [] };
    const stored = storedAs(dtype);
    const values = stored ? new NUMERIC[stored].array(0) : [];
    return placeLists({ name: this.#name, dtype, values, shape }, shape, count, []);
  }

  #cellsOf(text: Uint8Array, count: number): Column {
    const scanner = this.#createScanner();
    scanner.push(text);
    scanner.last();
    scanner.next();
    scanner.watch(0);
    scanner.startCargo(Mode.Tensor, undefined);
    const how = {
      layout: "tensor",
      names: [this.#name],
      width: undefined,
      dtype: this.#known?.dtype ?? this.#asked,
      cast: this.#cast,
    } as const;
    const cells = scanner.cells({ ...how, batchRows: count, reuse: false }).next()?.columns[0];
    if (!cells) throw new Error(`transload: the lists of column ${this.#name} gave no cells`);
    return cells;
  }

  /** An error in the lists, as one of this column and row. */
  #inColumn(error: TransloadError, row: number): TransloadError {
    const code = error.code === "E_RAGGED" || error.code === "E_MIXED" ? "E_SHAPE" : error.code;
    const what = error.detail.replace(/^row \d+(, column "[^"]*")?: /, "");
    const rule = code === "E_SHAPE" ? "its lists must all have one shape; " : "";
    return new TransloadError(code, `row ${row}, column ${JSON.stringify(this.#name)}: ${rule}${what}`, { row }, { cause: error });
  }
}

/** The lists of these rows as one of them all. */
function listOf(column: Column, rows: readonly number[]): Uint8Array {
  const texts = textsNow(column);
  if (!texts) return encode(`[${rows.map((i) => column.values[i] as string).join(",")}]`);
  const { offsets, bytes } = texts;
  const out = new Uint8Array((offsets[offsets.length - 1] as number) - (offsets[0] as number) + rows.length + 1);
  let at = 0;
  for (const i of rows) {
    out[at] = at === 0 ? OPEN : COMMA;
    at++;
    const text = bytes.subarray(offsets[i], offsets[i + 1]);
    out.set(text, at);
    at += text.length;
  }
  out[at++] = CLOSE;
  return out.subarray(0, at);
}

const OPEN = 0x5b; // [
const CLOSE = 0x5d; // ]
const COMMA = 0x2c;
