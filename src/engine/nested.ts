// Columns of a frame whose cells are lists: tensors of one shape, read as the tensor that they are together.
import type { Column } from "../batch.js";
import { encode } from "../bytes.js";
import { type DTypeChoice, dtypeNamed, NUMERIC, nothingIn, storedAs, type TypedArray } from "../dtype.js";
import { TransloadError } from "../errors.js";
import type { Cast } from "./cells.js";
import { Mode } from "./codes.js";
import type { Scanner } from "./engine.js";

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
  read({ values, valid }: Column, rowOffset: number): Column {
    const texts = values as readonly string[];
    const rows = texts.flatMap((_, i) => (valid?.[i] === 0 ? [] : [i]));
    if (rows.length === 0) return spread(this.#name, this.#known ?? { dtype: "float64", shape: [] }, undefined, [], texts.length);
    try {
      const found = this.#cellsOf(`[${rows.map((i) => texts[i]).join(",")}]`, rows.length);
      this.#known ??= found;
      const { shape, dtype } = this.#known;
      if (`${shape}` !== `${found.shape}`)
        throw new TransloadError("E_SHAPE", `lists of shape [${found.shape}] where those before have [${shape}]`, { row: 0 });
      if (dtype !== found.dtype)
        throw new TransloadError("E_DTYPE", `lists of ${found.dtype} where those before are of ${dtype}`, { row: 0 });
      return spread(this.#name, found, found, rows, texts.length);
    } catch (error) {
      if (!(error instanceof TransloadError)) throw error;
      throw this.#told(error, rowOffset + (rows[error.row ?? 0] as number));
    }
  }

  #cellsOf(text: string, count: number): Column {
    const scanner = this.#createScanner();
    scanner.push(encode(text));
    scanner.next();
    scanner.watch(0);
    scanner.startCargo(Mode.Tensor, undefined);
    const how = { layout: "tensor", names: [this.#name], width: undefined, dtype: this.#asked, cast: this.#cast } as const;
    const found = scanner.cells({ ...how, batchRows: count, reuse: false }).next()?.columns[0];
    if (!found) throw new Error(`transload: the lists of column ${this.#name} gave no cells`);
    return found;
  }

  #told(error: TransloadError, row: number): TransloadError {
    const code = error.code === "E_RAGGED" || error.code === "E_MIXED" ? "E_SHAPE" : error.code;
    const what = error.detail.replace(/^row \d+(, column "[^"]*")?: /, "");
    const rule = code === "E_SHAPE" ? "its lists must all have one shape; " : "";
    return new TransloadError(code, `row ${row}, column ${JSON.stringify(this.#name)}: ${rule}${what}`, { row }, { cause: error });
  }
}

/** The cells of these rows at their places, and nothing at those of the others. */
function spread(
  name: string,
  { dtype, shape }: Pick<Column, "dtype" | "shape">,
  found: Column | undefined,
  rows: readonly number[],
  count: number,
): Column {
  if (found && rows.length === count) return found;
  const perRow = shape.reduce((a, b) => a * b, 1);
  const valid = new Uint8Array(count * perRow);
  const nothing = nothingIn(dtype) as never;
  const stored = storedAs(dtype);
  const values = stored
    ? (new NUMERIC[stored].array(count * perRow).fill(nothing) as TypedArray)
    : new Array<string>(count * perRow).fill(nothing);
  const cells = found?.values;
  rows.forEach((row, k) => {
    for (let i = 0; i < perRow; i++) {
      (values as unknown[])[row * perRow + i] = cells?.[k * perRow + i];
      valid[row * perRow + i] = found?.valid?.[k * perRow + i] ?? 1;
    }
  });
  return { name, dtype, values, valid, shape };
}
