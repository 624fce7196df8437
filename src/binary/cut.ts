// Batches in pieces, and what their rows take.

import { Batch } from "../columns/batch.js";
import type { Column } from "../columns/column.js";
import { NUMERIC, storedAs } from "../columns/dtype.js";
import { product } from "../columns/lists.js";
import { sliceRows } from "../columns/rows.js";
import { lengthOf, textsNow } from "../columns/texts.js";

/** What a text is taken to take beside its bytes, where batches are cut by them. */
const TEXT = 16;

/** Bytes that a row of these columns takes, about. */
export function bytesOfRow(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + bytesOfCell(column) * cellsOfRow(column), 0);
}

function cellsOfRow(column: Column): number {
  const rows = (column.lists?.[0]?.offsets.length ?? 1) - 1;
  return rows > 0 ? Math.ceil(lengthOf(column) / rows) : product(column.shape);
}

function bytesOfCell(column: Column): number {
  const stored = storedAs(column.dtype);
  if (stored) return NUMERIC[stored].array.BYTES_PER_ELEMENT;
  const { offsets } = textsNow(column) ?? {};
  if (!offsets) return TEXT;
  return TEXT + Math.ceil(((offsets[offsets.length - 1] as number) - (offsets[0] as number)) / offsets.length);
}

/** A batch in batches of at most so many rows, which are views of its columns. */
export function* cut(batch: Batch, step: number): Generator<Batch> {
  const { rowOffset, rowCount, columns, kind } = batch;
  if (rowCount <= step) {
    yield batch;
    return;
  }
  for (let from = 0; from < rowCount; from += step) {
    const to = Math.min(rowCount, from + step);
    const part = columns.map((column) => sliceRows(column, from, to));
    yield new Batch({ rowOffset: rowOffset + from, rowCount: to - from, columns: part, kind });
  }
}
