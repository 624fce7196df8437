// A stretch of a document's rows, read as typed columns on whatever thread. It is proved as in stretch.ts.
import type { Batch } from "../columns/batch.js";
import type { Block, Column, Texts } from "../columns/column.js";
import { sliceRows } from "../columns/rows.js";
import { textColumn, textsNow } from "../columns/texts.js";
import { define } from "../dialects/index.js";
import type { Warning } from "../errors.js";
import { batchesIn } from "../lanes/batches.js";
import type { ReadRequest, RowsTold } from "../options/request.js";
import { chunksOf, hostOf, type Part } from "./part.js";
import { partOf, type Stretch } from "./stretch.js";

/** What a document's stretches have in common. */
export interface ReadDocument {
  readonly fd: number;
  readonly request: ReadRequest;
  /** Dialects that the program has defined. */
  readonly definitions: readonly unknown[];
  /** Up to and with the first rows, and the same without a frame's labels. */
  readonly first: Uint8Array;
  readonly others: Uint8Array;
  readonly tail: Uint8Array;
  /** Rows of these, and what their columns are (`signatureOf`). */
  readonly rows: number;
  readonly signature: string;
}

/** Rows as they go from thread to thread. */
export interface Rows {
  readonly count: number;
  readonly columns: readonly Moved[];
  readonly block: Block | undefined;
}

/** A column whose texts are no property that asks for them. */
export type Moved = Omit<Column, "values"> & { readonly values?: Column["values"] };

/** What came of a stretch. */
export interface Read {
  readonly rows: readonly Rows[];
  /** All of them. */
  readonly count: number;
  readonly labels: number | undefined;
  readonly warned: readonly string[];
}

/** What came of a part. */
export interface Outcome {
  readonly batches: readonly Batch[];
  readonly told: RowsTold | undefined;
  readonly warnings: readonly Warning[];
}

/** @throws TransloadError as the reading does. */
export async function readPart({ bytes, fill }: Part, request: ReadRequest, definitions: readonly unknown[]): Promise<Outcome> {
  for (const definition of definitions) define(definition);
  const warnings: Warning[] = [];
  const batches: Batch[] = [];
  let told: RowsTold | undefined;
  const own: ReadRequest = {
    ...request,
    rows: { ...request.rows, partial: true },
    run: { ...request.run, onWarning: (warning) => void warnings.push(warning) },
    onRows: (rows) => {
      told = rows;
    },
  };
  for await (const batch of batchesIn(chunksOf(bytes, fill), own, hostOf(bytes, request.run.spillDir))) batches.push(batch);
  return { batches, told, warnings };
}

/**
 * Reads a stretch that others follow; undefined where it is not sound, or its columns are others than the head's.
 * @throws TransloadError as the reading does.
 */
export async function readStretch(
  document: ReadDocument,
  stretch: Stretch,
  memory: ArrayBuffer,
): Promise<(Read & { memory: ArrayBuffer; moved: readonly ArrayBuffer[] }) | undefined> {
  const { fd, request, definitions, first, others, tail } = document;
  const part = partOf(fd, stretch.first ? first : others, stretch, tail, memory);
  const outcome = await readPart(part, request, definitions);
  const end = outcome.told?.cargoEnd;
  if (end !== undefined && end !== part.bytes.length - tail.length + 1) return undefined;
  const read = readOf(outcome, document);
  return read && { ...read, memory: part.bytes.buffer, moved: buffersOf(read.rows) };
}

/** The rows behind the head's. */
export function readOf({ batches, told, warnings }: Outcome, { rows, signature }: ReadDocument): Read | undefined {
  if (batches.some((batch) => signatureOf(batch) !== signature)) return undefined;
  const all = batches.flatMap((batch) => {
    const from = Math.min(batch.rowCount, Math.max(0, rows - batch.rowOffset));
    return from < batch.rowCount ? [rowsOf(batch, from)] : [];
  });
  const count = all.reduce((sum, part) => sum + part.count, 0);
  return { rows: all, count, labels: told?.labels?.rows, warned: warnings.map(({ code }) => code) };
}

/** Names, dtypes and shapes: what batches of one table have in common. */
export function signatureOf({ kind, columns }: Batch): string {
  return JSON.stringify([kind, columns.map(({ name, dtype, shape, timezone, decimal }) => [name, dtype, shape, timezone, decimal])]);
}

function rowsOf({ rowCount, columns, block }: Batch, from: number): Rows {
  const own = columns.map((column) => (from === 0 ? column : sliceRows(column, from, rowCount)));
  const rest = block && { values: block.values.subarray(from) as Block["values"], stride: block.stride };
  return { count: rowCount - from, columns: own.map(movedOf), block: rest };
}

function movedOf(column: Column): Moved {
  const texts = textsNow(column);
  if (!texts) return column;
  const { name, dtype, shape, valid, lists, decimal } = column;
  return { name, dtype, shape, ...(valid && { valid }), ...(lists && { lists }), ...(decimal && { decimal }), texts };
}

/** A column that has come from another thread. */
export function columnOf(moved: Moved): Column {
  return moved.texts && moved.values === undefined ? textColumn(moved, moved.texts as Texts) : (moved as Column);
}

/** The memory that these lie in. */
function buffersOf(rows: readonly Rows[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { columns } of rows)
    for (const { values, valid, lists, texts } of columns) {
      if (values && ArrayBuffer.isView(values)) buffers.add(values.buffer);
      if (valid) buffers.add(valid.buffer);
      if (texts) buffers.add(texts.bytes.buffer).add(texts.offsets.buffer);
      for (const level of lists ?? []) buffers.add(level.offsets.buffer).add((level.valid ?? level.offsets).buffer);
    }
  return [...buffers];
}
