// Columns whose cells are lists of one shape.

import { TransloadError } from "../errors.js";
import type { Column } from "./column.js";
import { NUMERIC, nothingIn, storedAs, type TypedArray } from "./dtype.js";

/** Cells of a shape. */
export function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/**
 * Lists of this shape out of cells that lie elsewhere: those of row `row` from cell `from` on; the other rows are null.
 * @throws TransloadError E_SHAPE where that cannot be told: a column of empty lists has no cells that could be null.
 */
export function placeLists(
  cells: Column,
  shape: readonly number[],
  rows: number,
  places: readonly (readonly [row: number, from: number])[],
): Column {
  const { name, dtype, timezone } = cells;
  const perRow = product(shape);
  if (perRow === 0 && places.length < rows)
    throw new TransloadError("E_SHAPE", `column ${JSON.stringify(name)} has lists that are null among lists that are empty`);
  const stored = storedAs(dtype);
  const values = (stored ? new NUMERIC[stored].array(rows * perRow) : new Array(rows * perRow)) as unknown[];
  values.fill(nothingIn(dtype));
  const valid = new Uint8Array(rows * perRow);
  const own = cells.values;
  for (const [row, from] of places)
    for (let i = 0; i < perRow; i++) {
      values[row * perRow + i] = own[from + i];
      valid[row * perRow + i] = cells.valid?.[from + i] ?? 1;
    }
  const gaps = valid.includes(0) && { valid };
  return { name, dtype, shape, values: values as unknown as TypedArray, ...gaps, ...(timezone && { timezone }) };
}
