import { Batch } from "./batch.js";
import type { Column } from "./column.js";
import { changed } from "./texts.js";

/** What a file says of its rows' labels: they are columns of its own, or are counted. */
export interface RowLabels {
  /** A column for each level; none where they are counted. */
  readonly columns: readonly string[];
  /** The first label, and from one to the next. */
  readonly range?: { readonly start: number; readonly step: number };
}

/** A batch of the labels alone: each a cell, or a list where they have several levels. */
export function labelsOf({ rowOffset, rowCount, columns }: Batch, labels: RowLabels): Batch {
  const own = labels.range ? [counted(labels.range, rowOffset, rowCount)] : columns.filter(({ name }) => labels.columns.includes(name));
  return new Batch({ rowOffset, rowCount, columns: own, kind: own.length === 1 ? "tensor" : "frame" });
}

/** The batch without the columns that its labels are. */
export function withoutLabels({ rowOffset, rowCount, columns, kind }: Batch, labels: RowLabels): Batch {
  return new Batch({ rowOffset, rowCount, kind, columns: columns.filter(({ name }) => !labels.columns.includes(name)) });
}

/** The batch with its labels, which have one level, as its first column. */
export function labelsFirst(batch: Batch, labels: RowLabels, name: string): Batch {
  const { rowOffset, rowCount, kind } = batch;
  const first = changed(labelsOf(batch, labels).columns[0] as Column, { name });
  return new Batch({ rowOffset, rowCount, kind, columns: [first, ...withoutLabels(batch, labels).columns] });
}

function counted({ start, step }: { start: number; step: number }, rowOffset: number, rowCount: number): Column {
  const values = BigInt64Array.from({ length: rowCount }, (_, i) => BigInt(start) + BigInt(step) * BigInt(rowOffset + i));
  return { name: "", dtype: "int64", values, shape: [] };
}
