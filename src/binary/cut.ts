// Columns in pieces, and together again.

import { Batch } from "../columns/batch.js";
import type { Column } from "../columns/column.js";
import { NUMERIC, storedAs, type TypedArray } from "../columns/dtype.js";
import { product } from "../columns/lists.js";
import { joinTexts, lengthOf, slicedTexts, textColumn, textsNow } from "../columns/texts.js";

/** What a text is taken to take beside its bytes, where batches are cut by them. */
const TEXT = 16;

/** Bytes that a row of these columns takes, about. */
export function bytesOfRow(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + bytesOfCell(column) * product(column.shape), 0);
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
    const part = columns.map((column) => {
      const perRow = product(column.shape);
      return sliceColumn(column, from * perRow, to * perRow);
    });
    yield new Batch({ rowOffset: rowOffset + from, rowCount: to - from, columns: part, kind });
  }
}

/** The cells from here to there: views. */
export function sliceColumn(column: Column, from: number, to: number): Column {
  const { name, shape, valid } = column;
  const texts = textsNow(column);
  const mask = valid && { valid: valid.subarray(from, to) };
  if (texts) return textColumn({ name, shape, ...mask }, slicedTexts(texts, from, to));
  const { values } = column;
  const own = Array.isArray(values) ? (values.slice(from, to) as string[]) : (values.subarray(from, to) as TypedArray);
  return { ...column, values: own, ...mask };
}

/** Columns of one name and dtype, one behind the other. */
export function joinColumns(parts: readonly Column[]): Column {
  const [first] = parts as readonly [Column];
  if (parts.length === 1) return first;
  const cells = parts.reduce((sum, part) => sum + lengthOf(part), 0);
  const valid = parts.some((part) => part.valid) && new Uint8Array(cells).fill(1);
  let at = 0;
  for (const part of parts) {
    if (valid && part.valid) valid.set(part.valid, at);
    at += lengthOf(part);
  }
  const { name, shape } = first;
  const mask = valid && { valid };
  const texts = parts.map(textsNow);
  if (texts.every((some) => some !== undefined)) return textColumn({ name, shape, ...mask }, joinTexts(texts));
  return { ...first, values: joinValues(parts, cells), ...mask };
}

function joinValues(parts: readonly Column[], cells: number): Column["values"] {
  const stored = storedAs((parts[0] as Column).dtype);
  if (!stored) return parts.flatMap(({ values }) => values as string[]);
  const out = new NUMERIC[stored].array(cells);
  let at = 0;
  for (const { values } of parts) {
    (out as Float64Array).set(values as Float64Array, at);
    at += values.length;
  }
  return out;
}
