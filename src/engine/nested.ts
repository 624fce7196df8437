// Columns of a frame whose cells are lists: tensors of one shape, read as the tensor that they are together.
import type { Column } from "../batch.js";
import { encode } from "../bytes.js";
import { type DType, isNumeric, NUMERIC, nothingIn, type TypedArray } from "../dtype.js";
import { TransloadError } from "../errors.js";
import type { Cast } from "./cells.js";
import { Mode } from "./codes.js";
import type { Scanner } from "./engine.js";

/**
 * A column of JSON lists as cells of a shape. `shape`: the one they must have, where it is known; `rowOffset`: rows before the first.
 * @throws TransloadError E_SHAPE for lists of another shape, and what reading a tensor does, with the row.
 */
export function readLists(
  column: Column,
  dtype: DType,
  cast: Cast,
  shape: readonly number[] | undefined,
  rowOffset: number,
  createScanner: () => Scanner,
): Column {
  const { name, valid } = column;
  const texts = column.values as readonly string[];
  const rows = texts.flatMap((_, i) => (valid?.[i] === 0 ? [] : [i]));
  if (rows.length === 0) return spread(name, dtype, undefined, [], texts.length, shape ?? []);
  const scanner = createScanner();
  const all = { layout: "tensor", names: [name], width: undefined, dtype, cast, batchRows: rows.length, reuse: false } as const;
  try {
    scanner.push(encode(`[${rows.map((i) => texts[i]).join(",")}]`));
    scanner.next();
    scanner.startCargo(Mode.Tensor, undefined);
    const found = scanner.cells(all).next()?.columns[0];
    if (!found) throw new Error(`transload: the lists of column ${name} gave no cells`);
    if (shape && `${shape}` !== `${found.shape}`)
      throw new TransloadError("E_SHAPE", `lists of shape [${found.shape}] where those before have [${shape}]`, { row: 0 });
    return spread(name, found.dtype, found, rows, texts.length, found.shape);
  } catch (error) {
    if (!(error instanceof TransloadError)) throw error;
    const row = rowOffset + (rows[error.row ?? 0] as number);
    const code = error.code === "E_RAGGED" || error.code === "E_MIXED" ? "E_SHAPE" : error.code;
    const what = error.detail.replace(/^row \d+(, column "[^"]*")?: /, "");
    throw new TransloadError(
      code,
      `row ${row}, column ${JSON.stringify(name)}: ${code === "E_SHAPE" ? "its lists must all have one shape; " : ""}${what}`,
      { row },
      { cause: error },
    );
  }
}

/** The cells of these rows at their places, and nothing at those of the others. */
function spread(
  name: string,
  dtype: DType,
  found: Column | undefined,
  rows: readonly number[],
  count: number,
  shape: readonly number[],
): Column {
  if (found && rows.length === count) return found;
  const perRow = shape.reduce((a, b) => a * b, 1);
  const valid = new Uint8Array(count * perRow);
  const nothing = nothingIn(dtype);
  const values = isNumeric(dtype)
    ? (new NUMERIC[dtype].array(count * perRow).fill(nothing as never) as TypedArray)
    : new Array<string>(count * perRow).fill("");
  rows.forEach((row, k) => {
    for (let i = 0; i < perRow; i++) {
      (values as unknown[])[row * perRow + i] = found?.values[k * perRow + i];
      valid[row * perRow + i] = found?.valid?.[k * perRow + i] ?? 1;
    }
  });
  return { name, dtype, values, valid, shape } as Column;
}
