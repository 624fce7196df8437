// What batches must be, each and one behind the other, before any writer sees them: a payload or a file holds one frame, or tensors one
// after the other, of columns that do not change.

import { arrayNames } from "../binary/npy/names.js";
import { Batch } from "../columns/batch.js";
import { validTimes } from "../columns/cell-text.js";
import type { Column } from "../columns/column.js";
import { isTime, NAT } from "../columns/dtype.js";
import { changed, textsNow } from "../columns/texts.js";
import { TransloadError } from "../errors.js";

/** What the first batch of a frame or a tensor settles for those behind it. */
interface Settled {
  readonly kind: Batch["kind"];
  readonly columns: readonly Pick<Column, "name" | "dtype" | "shape" | "lists" | "timezone">[];
}

/**
 * The batches, checked. A frame's batches without rows are left out where there are others: what their lists hold is not known.
 * @throws TransloadError E_OPTION for what is no batch, or has other cells than it says; E_FORM for a batch unlike those before it;
 * E_DUPLICATE for tensors, or an npz's columns, of one name; E_COLUMNS for names that an npz cannot hold.
 */
export async function* sequenceOf(batches: AsyncIterable<unknown>, to: string): AsyncGenerator<Batch, void, undefined> {
  const names = to === "npz" ? arrayNames : () => {};
  let settled: Settled | undefined;
  let empty: Batch | undefined;
  let begun = false;
  const tensors: { name: string }[] = [];
  const known = new Set<string>();
  for await (const batch of batches) {
    if (!(batch instanceof Batch)) throw new TransloadError("E_OPTION", `what was given as a batch of ${to} is no Batch`);
    batch.check();
    for (const column of batch.columns) checkCells(column);
    const next = batch.kind !== "frame" && settled?.kind !== "frame" && settled?.columns[0]?.name !== batch.columns[0]?.name;
    if (!settled || next) {
      settled = batch;
      if (batch.kind !== "frame") {
        checkTensors(batch.columns, known);
        for (const { name } of batch.columns) tensors.push({ name });
      }
      names(batch.kind === "frame" ? batch.columns : tensors);
    } else checkAlike(batch, settled, begun);
    if (batch.kind === "frame" && batch.rowCount === 0) {
      empty ??= batch;
      continue;
    }
    // lists without rows have no shape that counts
    if (!begun && batch.kind === "frame") settled = batch;
    begun = true;
    yield withGaps(batch);
  }
  if (empty && !begun) yield empty;
}

/** Times that are none are nulls before a writer sees them: a format without a word for them would have a time of 292 billion years ago. */
function withGaps(batch: Batch): Batch {
  const { rowOffset, rowCount, kind, columns, block } = batch;
  if (!columns.some(hasUnmarked)) return batch;
  const marked = columns.map((column) => {
    const valid = hasUnmarked(column) ? validTimes(column) : undefined;
    return valid ? changed(column, { valid }) : column;
  });
  return new Batch({ rowOffset, rowCount, kind, columns: marked, block });
}

function hasUnmarked({ dtype, values, valid, shape, lists }: Column): boolean {
  if (!isTime(dtype) || shape.length > 0 || lists) return false;
  const times = values as BigInt64Array;
  return times.includes(NAT) && times.some((time, i) => time === NAT && valid?.[i] !== 0);
}

/** `known` are the names of the tensors before. */
function checkTensors(columns: readonly Column[], known: Set<string>): void {
  for (const { name } of columns) {
    if (known.has(name))
      throw new TransloadError("E_DUPLICATE", `two tensors are called ${JSON.stringify(name)}, with another between them`);
    known.add(name);
  }
}

function checkAlike(batch: Batch, settled: Settled, shaped: boolean): void {
  const what = batch.kind === "frame" ? "frame" : "tensor";
  const fault = (how: string) => new TransloadError("E_FORM", `a ${what}'s batches are alike, and this one ${how}`);
  if (batch.kind !== settled.kind) throw fault(`is a ${batch.kind} behind a ${settled.kind}`);
  if (batch.kind === "scalar") throw fault("is a second scalar of one name");
  const [width, known] = [batch.columns.length, settled.columns.length];
  if (width !== known) throw fault(`has other columns than the first: ${width}, and not ${known}`);
  batch.columns.forEach((column, i) => {
    const { name, dtype, timezone, shape } = column;
    const first = settled.columns[i] as Column;
    const own = `column ${i}, ${JSON.stringify(name)},`;
    if (name !== first.name) throw fault(`has other columns than the first: ${own} where ${JSON.stringify(first.name)} was`);
    if (dtype !== first.dtype) throw fault(`has ${own} of ${dtype}, and not ${first.dtype}`);
    if (timezone !== first.timezone) throw fault(`has ${own} in ${timezone ?? "no timezone"}, and not ${first.timezone ?? "none"}`);
    if ((shaped || what === "tensor") && batch.rowCount > 0 && !alike(column, first))
      throw fault(`has ${own} of shape [${shape.join(", ")}], and not [${first.shape.join(", ")}]`);
  });
}

/** Lists of any length are as deep as those before; others have their shape. */
function alike(own: Pick<Column, "shape" | "lists">, first: Pick<Column, "shape" | "lists">): boolean {
  if (!own.lists && !first.lists) return `${own.shape}` === `${first.shape}`;
  return (own.lists ?? own.shape).length === (first.lists ?? first.shape).length;
}

/** Cells that are objects may be others than the dtype says; what is in a typed array, or in Arrow's layout, is not. */
function checkCells(column: Column): void {
  const { name, dtype } = column;
  // a byte that is neither is true to one format and false to another
  const odd = dtype === "bool" ? (column.values as Uint8Array).findIndex((cell) => cell > 1) : -1;
  if (odd >= 0)
    throw new TransloadError(
      "E_OPTION",
      `cell ${odd} of column ${JSON.stringify(name)} is ${column.values[odd]}, and the column is of bool, whose cells are 0 or 1`,
    );
  if ((dtype !== "string" && dtype !== "bytes") || textsNow(column)) return;
  const right = dtype === "string" ? (cell: unknown) => typeof cell === "string" : (cell: unknown) => cell instanceof Uint8Array;
  const at = (column.values as unknown[]).findIndex((cell) => !right(cell));
  if (at >= 0) {
    const found = (column.values as unknown[])[at];
    throw new TransloadError("E_DTYPE", `cell ${at} of column ${JSON.stringify(name)} is ${kindOf(found)}, and the column is of ${dtype}`);
  }
}

function kindOf(value: unknown): string {
  return value === null ? "null" : typeof value === "object" ? "an object" : `${typeof value} ${String(value).slice(0, 40)}`;
}
