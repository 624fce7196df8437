// Columns whose cells are lists: of one shape, or of any length.

import { TransloadError } from "../errors.js";
import { takeCells } from "./cells.js";
import { type Column, type Level, verbatim } from "./column.js";
import { spreadTexts, textColumn, textsNow } from "./texts.js";

/** Arrow's canonical extension for tensors: what says the shape of a row's cells. */
export const FIXED_SHAPE = "arrow.fixed_shape_tensor";

/** Cells of a shape. */
export function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** Cells of so many rows of lists. */
export function cellsIn(lists: readonly Level[], rows: number): number {
  return lists.reduce((items, { offsets }) => offsets[items] ?? 0, rows);
}

/** What is wrong with the lists of so many rows; undefined where nothing is. */
export function faultIn(lists: readonly Level[], rows: number): string | undefined {
  let items = rows;
  for (const { offsets, valid } of lists) {
    if (offsets.length !== items + 1 || offsets[0] !== 0) return `has offsets that are not those of ${items} lists`;
    for (let i = 0; i < items; i++) {
      const length = (offsets[i + 1] as number) - (offsets[i] as number);
      if (length < 0) return "has offsets that do not go up";
      if (length > 0 && valid?.[i] === 0) return "has a null list that has cells";
    }
    if (valid && valid.length !== items) return `has ${valid.length} validity bytes for ${items} lists`;
    items = offsets[items] as number;
  }
  return undefined;
}

/** Which row a cell belongs to. */
export function rowOf({ shape, lists }: Pick<Column, "shape" | "lists">, cell: number): number {
  if (!lists) return Math.floor(cell / Math.max(1, product(shape)));
  return lists.reduceRight((item, { offsets }) => listWith(offsets, item), cell);
}

/** Which list has this item. */
function listWith(offsets: Int32Array, item: number): number {
  let [low, high] = [0, offsets.length - 1];
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if ((offsets[middle] as number) <= item) low = middle;
    else high = middle;
  }
  return low;
}

/** The one shape of these lists; undefined where they have none, or some are null, or there are none. */
export function shapeOf(lists: readonly Level[]): number[] | undefined {
  const shape: number[] = [];
  for (const { offsets, valid } of lists) {
    const length = offsets.length > 1 ? (offsets[1] as number) : 0;
    if (valid || (offsets.length === 1 && shape.at(-1) !== 0)) return undefined;
    for (let i = 1; i < offsets.length; i++) if (offsets[i] !== i * length) return undefined;
    shape.push(length);
  }
  return shape;
}

/** The lists of the rows from here to there. */
export function levelsBetween(lists: readonly Level[], from: number, to: number): Level[] {
  let [start, end] = [from, to];
  return lists.map(({ offsets, valid }) => {
    const own = offsets.subarray(start, end + 1);
    const first = own[0] as number;
    const present = valid?.subarray(start, end);
    [start, end] = [first, own[own.length - 1] as number];
    return { offsets: own.map((offset) => offset - first), ...(present?.includes(0) && { valid: present }) };
  });
}

/** The cells in lists of any length; their shape is told where it is one. */
export function inLists(cells: Column, lists: readonly Level[]): Column {
  return changedAround(cells, { shape: shapeOf(lists) ?? [], lists });
}

/** Lists of one shape, as those of any length are. */
export function levelsOf(shape: readonly number[], rows: number): Level[] {
  let items = rows;
  return shape.map((length) => {
    const offsets = Int32Array.from({ length: items + 1 }, (_, i) => i * length);
    items *= length;
    return { offsets };
  });
}

/**
 * Lists of one level as the tensors that they are, which have more dimensions; the lists as they are where they have other cells. Of
 * several levels nothing is changed.
 */
export function inDimensions(column: Column, shape: readonly number[], rows: number): Column {
  const { lists } = column;
  const perRow = product(shape);
  if (!lists) return perRow === product(column.shape) ? changedAround(column, { shape }) : column;
  const [outer] = lists as readonly [Level];
  const [length, ...inner] = shape;
  if (lists.length !== 1 || perRow === 0 || length === undefined) return column;
  if (oddRow(lists, [perRow], true) >= 0) return column;
  const count = (outer.offsets[rows] as number) / perRow;
  const first = { ...outer, offsets: outer.offsets.map((offset) => (offset / perRow) * length) };
  return inLists(column, [first, ...levelsOf(inner, count * length)]);
}

/** The column with another shape, or other lists, around its cells. */
export function changedAround(column: Column, by: Pick<Column, "shape"> & Partial<Pick<Column, "lists">>): Column {
  const { name, valid, dtype, timezone } = column;
  const rest = { name, ...(valid && { valid }), ...verbatim(column), ...by };
  const texts = textsNow(column);
  return texts ? textColumn(rest, texts) : { ...rest, dtype, values: column.values, ...(timezone && { timezone }) };
}

/**
 * For what has no lists of any length: the column where they have one shape.
 * @throws TransloadError E_SHAPE with the first row whose list is null, or unlike those before it.
 */
export function needShape(column: Column, rowOffset: number, target: string): Column {
  const { lists, shape } = column;
  if (!lists) return column;
  if (shape.length > 0 || lists[0]?.offsets.length === 1) return changedAround(column, { shape });
  const first = shapeOf(levelsBetween(lists, 0, 1));
  const odd = first ? oddRow(lists, first, false) : 0;
  throw unlike(column, rowOffset + Math.max(0, odd), `in ${target}, and none is null`);
}

/** The first row of another shape; -1 where there is none. */
function oddRow(lists: readonly Level[], shape: readonly number[], nulls: boolean): number {
  const rows = (lists[0]?.offsets.length ?? 1) - 1;
  for (let row = 0; row < rows; row++) {
    if (nulls && lists[0]?.valid?.[row] === 0) continue;
    if (`${shapeOf(levelsBetween(lists, row, row + 1))}` !== `${shape}`) return row;
  }
  return -1;
}

function unlike({ name }: Column, row: number, where: string): TransloadError {
  return new TransloadError(
    "E_SHAPE",
    `row ${row}, column ${JSON.stringify(name)}: its lists must all have one shape ${where}; parquet has lists of any length`,
    { row },
  );
}

/**
 * Lists of any length as those of one shape, with cells that are null where a list is.
 * @throws TransloadError E_SHAPE with the first row that has another.
 */
export function inShape(column: Column, shape: readonly number[], rowOffset: number): Column {
  const lists = column.lists as readonly Level[];
  const odd = oddRow(lists, shape, true);
  if (odd >= 0) throw unlike(column, rowOffset + odd, `as in the batches before, [${shape.join(", ")}]`);
  const perRow = product(shape);
  const rows = (lists[0]?.offsets.length ?? 1) - 1;
  const cells = new Int32Array(rows * perRow).fill(-1);
  for (let row = 0; row < rows; row++) {
    const from = cellsIn(lists, row);
    if (lists[0]?.valid?.[row] !== 0) for (let i = 0; i < perRow; i++) cells[row * perRow + i] = from + i;
  }
  const taken = takeCells(changedAround(column, { shape: [] }), cells);
  return taken.texts ? textColumn(taken, spreadTexts(taken.texts)) : taken;
}
