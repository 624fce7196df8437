import { Batch, type Column } from "../batch.js";
import { NUMERIC, storedAs, type TypedArray } from "../dtype.js";
import { slicedTexts, textColumn, textsNow } from "../texts.js";

/** What a text is taken to take, where batches are cut by their bytes. */
const TEXT = 16;

/** Bytes that a row of these columns takes, about. */
export function bytesOfRow(columns: readonly Column[]): number {
  return columns.reduce((sum, { dtype, shape }) => {
    const stored = storedAs(dtype);
    const cell = stored ? NUMERIC[stored].array.BYTES_PER_ELEMENT : TEXT;
    return sum + cell * shape.reduce((a, b) => a * b, 1);
  }, 0);
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
    const part = columns.map((column): Column => {
      const perRow = column.shape.reduce((a, b) => a * b, 1);
      const [start, end] = [from * perRow, to * perRow];
      const { valid } = column;
      const texts = textsNow(column);
      const mask = valid && { valid: valid.subarray(start, end) };
      if (texts) return textColumn({ name: column.name, shape: column.shape, ...mask }, slicedTexts(texts, start, end));
      const { values } = column;
      return {
        ...column,
        values: Array.isArray(values) ? (values.slice(start, end) as string[]) : (values.subarray(start, end) as TypedArray),
        ...mask,
      };
    });
    yield new Batch({ rowOffset: rowOffset + from, rowCount: to - from, columns: part, kind });
  }
}
