// Some of the rows of batches.
import { Batch } from "../columns/batch.js";
import { takeCells } from "../columns/cells.js";
import type { Column } from "../columns/column.js";
import { labelsOf, type RowLabels } from "../columns/labels.js";
import type { RowSet, Run } from "../columns/row-set.js";
import { joinColumns, sliceRows, tidied } from "../columns/rows.js";
import { changed, spreadTexts, textColumn } from "../columns/texts.js";
import { TransloadError } from "../errors.js";

/** So many runs are put together of views; of more, the cells are taken one by one. */
const FEW = 8;

/**
 * The batches with the rows of this set alone, of each tensor where there are several; one without rows where none is left, so that its
 * columns are known. Rows behind the last are not asked for, unless `reads`: something stands behind them that is wanted.
 * @throws TransloadError E_OPTION for a single value, which has no rows.
 */
export async function* pickRows(batches: AsyncIterable<Batch>, set: RowSet, reads: boolean): AsyncGenerator<Batch, void, undefined> {
  let name: string | undefined;
  let given = 0;
  let frame = false;
  let empty: Batch | undefined;
  for await (const batch of batches) {
    if (batch.kind === "scalar") throw new TransloadError("E_OPTION", "a single value has no rows, of which some could be picked");
    frame = batch.kind === "frame";
    const own = frame ? undefined : batch.columns[0]?.name;
    if (own !== name) {
      if (empty) yield empty;
      [name, given, empty] = [own, 0, undefined];
    }
    const { rowOffset, rowCount } = batch;
    const picked = picksOf(batch, set, given);
    if (picked) yield picked;
    given += picked?.rowCount ?? 0;
    empty = given === 0 ? (empty ?? part(batch, [{ from: 0, to: 0 }], 0)) : undefined;
    if (frame && !reads && !set.runFrom(rowOffset + rowCount)) break;
  }
  if (empty) yield empty;
}

/** The rows of a batch that are picked; undefined where none is. */
function picksOf(batch: Batch, set: RowSet, rowOffset: number): Batch | undefined {
  const { rowOffset: first, rowCount, columns, kind } = batch;
  const end = first + rowCount;
  const runs: Run[] = [];
  for (let run = set.runFrom(first); run && run.from < end; run = set.runFrom(run.to))
    runs.push({ from: run.from - first, to: Math.min(run.to, end) - first });
  const [only] = runs;
  if (!only) return undefined;
  if (only.from === 0 && only.to === rowCount) return first === rowOffset ? batch : new Batch({ rowOffset, rowCount, columns, kind });
  return part(batch, runs, rowOffset);
}

function part({ columns, kind }: Batch, runs: readonly Run[], rowOffset: number): Batch {
  const rowCount = runs.reduce((sum, { from, to }) => sum + to - from, 0);
  const rows = runs.length > FEW ? numbersIn(runs, rowCount) : undefined;
  const own = columns.map((column) => tidied(rows && isPlain(column) ? taken(column, rows) : joined(column, runs)));
  return new Batch({ rowOffset, rowCount, kind, columns: own });
}

function numbersIn(runs: readonly Run[], count: number): Int32Array<ArrayBuffer> {
  const rows = new Int32Array(count);
  let at = 0;
  for (const { from, to } of runs) for (let row = from; row < to; row++) rows[at++] = row;
  return rows;
}

function isPlain({ shape, lists }: Column): boolean {
  return shape.length === 0 && !lists;
}

function joined(column: Column, runs: readonly Run[]): Column {
  return joinColumns(runs.map(({ from, to }) => sliceRows(column, from, to)));
}

/** A dictionary stays one, and nothing else becomes one. */
function taken(column: Column, rows: Int32Array<ArrayBuffer>): Column {
  const own = takeCells(column, rows);
  return own.texts && !column.texts?.codes ? textColumn(own, spreadTexts(own.texts)) : own;
}

/** What the labels of rows become that are counted: a column by the name that pandas gives it, as rows are picked of them. */
export const COUNTED = "__index_level_0__";

/** The batch with its counted labels as a column. */
export function withCounted(batch: Batch, range: NonNullable<RowLabels["range"]>): Batch {
  const { rowOffset, rowCount, kind, columns } = batch;
  const [labels] = labelsOf(batch, { columns: [], range }).columns;
  return new Batch({ rowOffset, rowCount, kind, columns: [...columns, changed(labels as Column, { name: COUNTED })] });
}
