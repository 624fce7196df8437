// A column of Arrow's as ours: lists around cells become a shape.

import { type Data, DataType, type Field, type Vector, vectorFromArray } from "apache-arrow";
import { FIXED_SHAPE } from "../../columns/arrow.js";
import type { Column } from "../../columns/column.js";
import { placeLists, product } from "../../columns/lists.js";
import { TransloadError } from "../../errors.js";

import { checkNulls, checkRoom, offsetsIn } from "./bounds.js";

import { cellsFrom } from "./cells.js";

export function columnOf(
  { name, metadata }: Field,
  vector: Vector,
  rows: number,
  rowOffset: number,
  known: readonly number[] | undefined,
): Column {
  const data = vector.data[0] as Data;
  checkNulls(data);
  const column = cellsOrLists(data, name, rows, rowOffset, known);
  // other extensions have metadata of their own kind, which need not be JSON
  const fixed = metadata.get("ARROW:extension:name") === FIXED_SHAPE;
  const said = fixed ? metadata.get("ARROW:extension:metadata") : undefined;
  const shape = said === undefined ? undefined : (JSON.parse(said) as { shape?: number[] }).shape;
  if (shape && !(Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length) && length >= 0)))
    throw new Error(`a shape that is none, ${said?.slice(0, 100)}`);
  return shape && product(shape) === product(column.shape) ? { ...column, shape } : column;
}

function cellsOrLists(data: Data, name: string, rows: number, rowOffset: number, known: readonly number[] | undefined): Column {
  if (isList(data.type) && rows === 0)
    return { ...cellsOrLists(nothingOf(data.type.children[0]?.type as DataType), name, 0, 0, undefined), shape: [] };
  if (DataType.isList(data.type) || DataType.isLargeList(data.type)) return listsFrom(data, name, rows, rowOffset, known);
  if (DataType.isFixedSizeList(data.type)) {
    checkRoom(data);
    const inner = data.children[0] as Data;
    const size = data.type.listSize;
    if (inner.length < (data.offset + rows) * size)
      throw new RangeError(`unexpected end of a message: its lists have ${inner.length} cells`);
    const cells = cellsOrLists(
      inner.clone(inner.type, inner.offset + data.offset * size, rows * size),
      name,
      rows * size,
      rowOffset,
      undefined,
    );
    return withNullLists(data, { ...cells, shape: [size, ...cells.shape] });
  }
  const cells = cellsFrom(data, name);
  return cells.texts ? (cells as Column) : { name, ...cells, shape: [] };
}

function isList(type: DataType): boolean {
  return DataType.isList(type) || DataType.isLargeList(type) || DataType.isFixedSizeList(type);
}

/** Lists around its cells. */
function depthOf(type: DataType): number {
  return isList(type) ? 1 + depthOf(type.children[0]?.type as DataType) : 0;
}

/** No cells of this type: a batch without rows may lack what its lists hold. */
function nothingOf(type: DataType): Data {
  return vectorFromArray([], type).data[0] as Data;
}

/** Lists of any length, which must have one; those that are null have none. */
function listsFrom(data: Data, name: string, rows: number, rowOffset: number, known: readonly number[] | undefined): Column {
  checkRoom(data);
  const offsets = offsetsIn(data, (data.children[0] as Data).length);
  const [from, to] = [offsets[0] ?? 0, offsets[rows] ?? 0];
  const present = Array.from({ length: rows }, (_, row) => row).filter((row) => data.getValid(row));
  const lengthOfRow = (row: number) => (offsets[row + 1] as number) - (offsets[row] as number);
  const [first] = present;
  const size = known?.[0] ?? (first === undefined ? undefined : lengthOfRow(first));
  if (size === undefined)
    throw new TransloadError(
      "E_SHAPE",
      `column ${JSON.stringify(name)} has no list that is not null among its first ${rows}, so their shape is not known`,
    );
  const odd = present.find((row) => lengthOfRow(row) !== size);
  if (odd !== undefined)
    throw new TransloadError(
      "E_SHAPE",
      `row ${rowOffset + odd}, column ${JSON.stringify(name)}: its lists must all have one shape; this has ${lengthOfRow(odd)} cells, and those before have ${size}`,
      { row: rowOffset + odd },
    );
  const child = data.children[0] as Data;
  if (isList(child.type) && child.nullCount > 0)
    throw new TransloadError("E_SHAPE", `column ${JSON.stringify(name)} has lists of more than one shape, or null, inside its lists`);
  const inner = cellsOrLists(child.clone(child.type, child.offset + from, to - from), name, to - from, rowOffset, known?.slice(1));
  const shape = [size, ...(size === 0 ? new Array(depthOf(child.type)).fill(0) : inner.shape)];
  if (known && `${known}` !== `${shape}`)
    throw new TransloadError(
      "E_SHAPE",
      `column ${JSON.stringify(name)} has lists of shape [${shape.join(", ")}] where those before have [${known.join(", ")}]`,
    );
  if (present.length === rows) return { ...inner, shape };
  return placeLists(
    inner,
    shape,
    rows,
    present.map((row) => [row, ((offsets[row] as number) - from) * product(inner.shape)]),
  );
}

/** Cells of a list that is null are null, whatever lies in them. */
function withNullLists(data: Data, column: Column): Column {
  if (data.nullCount === 0) return column;
  const perRow = product(column.shape);
  const present = Array.from({ length: data.length }, (_, row) => row).filter((row) => data.getValid(row));
  return placeLists(
    column,
    column.shape,
    data.length,
    present.map((row) => [row, row * perRow]),
  );
}
