// Rows of a column: some of them, those of several one behind the other, or in another order.

import { roomFor, takeCells } from "./cells.js";
import { around, type Column, type Level, type Texts, verbatim } from "./column.js";
import { storedAs, type TypedArray } from "./dtype.js";
import { cellsIn, inLists, levelsBetween, product, shapeOf } from "./lists.js";
import { joinTexts, lengthOf, slicedTexts, textColumn, textsNow } from "./texts.js";

/** The rows from here to there: views of the cells. */
export function sliceRows(column: Column, from: number, to: number): Column {
  const { shape, lists } = column;
  if (!lists) {
    const perRow = product(shape);
    return sliceCells(column, from * perRow, to * perRow, {});
  }
  const own = levelsBetween(lists, from, to);
  return sliceCells(column, cellsIn(lists, from), cellsIn(lists, to), { shape: shapeOf(own) ?? [], lists: own });
}

function sliceCells(column: Column, from: number, to: number, by: Partial<Pick<Column, "shape" | "lists">>): Column {
  const { valid } = column;
  const rest = { ...around(column), ...by, ...verbatim(column), ...(valid && { valid: valid.subarray(from, to) }) };
  const texts = textsNow(column);
  if (texts) return textColumn(rest, slicedTexts(texts, from, to));
  const { values } = column;
  const own = Array.isArray(values) ? (values.slice(from, to) as string[]) : (values.subarray(from, to) as TypedArray);
  return { ...column, ...rest, values: own };
}

/** A column has no validity where none of its cells is null. */
export function tidied(column: Column): Column {
  if (!column.valid || column.valid.includes(0)) return column;
  const { name, shape, lists } = column;
  const texts = textsNow(column);
  if (texts) return textColumn({ name, shape, ...(lists && { lists }), ...verbatim(column) }, texts);
  const { valid: _, ...rest } = column;
  return rest;
}

/** Columns of one name and dtype, one behind the other. */
export function joinColumns(parts: readonly Column[]): Column {
  const [first] = parts as readonly [Column];
  if (parts.length === 1) return first;
  const { name, shape } = first;
  const lists = joinLists(parts);
  const valid = joinValid(parts.map((part) => ({ valid: part.valid, count: lengthOf(part) })));
  const around = { name, shape: lists ? (shapeOf(lists) ?? []) : shape, ...(lists && { lists }), ...(valid && { valid }) };
  const rest = { ...around, ...verbatim(first) };
  const texts = parts.map(textsNow);
  if (texts.every((some) => some !== undefined)) return textColumn(rest, joinTexts(texts as Texts[]));
  return { ...first, ...rest, values: joinValues(parts) };
}

function joinLists(parts: readonly Column[]): Level[] | undefined {
  return parts[0]?.lists?.map((_, level) => {
    const own = parts.map(({ lists }) => lists?.[level] as Level);
    const offsets = new Int32Array(own.reduce((sum, part) => sum + part.offsets.length - 1, 1));
    let at = 0;
    for (const part of own) {
      const before = offsets[at] as number;
      for (let i = 1; i < part.offsets.length; i++) offsets[++at] = before + (part.offsets[i] as number);
    }
    const valid = joinValid(own.map((part) => ({ valid: part.valid, count: part.offsets.length - 1 })));
    return { offsets, ...(valid && { valid }) };
  });
}

function joinValid(
  parts: readonly { readonly valid: Uint8Array | undefined; readonly count: number }[],
): Uint8Array<ArrayBuffer> | undefined {
  if (!parts.some(({ valid }) => valid)) return undefined;
  const out = new Uint8Array(parts.reduce((sum, { count }) => sum + count, 0)).fill(1);
  let at = 0;
  for (const { valid, count } of parts) {
    if (valid) out.set(valid, at);
    at += count;
  }
  return out;
}

function joinValues(parts: readonly Column[]): Column["values"] {
  const { dtype } = parts[0] as Column;
  if (!storedAs(dtype)) return parts.flatMap(({ values }) => values as string[]);
  const out = roomFor(
    dtype,
    parts.reduce((sum, { values }) => sum + values.length, 0),
  );
  let at = 0;
  for (const { values } of parts) {
    (out as unknown as Float64Array).set(values as Float64Array, at);
    at += values.length;
  }
  return out as Column["values"];
}

/**
 * These rows, in this order, one of them as often as it is asked for; -1 for a null.
 * The texts of a column become a dictionary. Of lists `lists` must tell, and not the shape alone.
 */
export function takeRows(column: Column, rows: Int32Array<ArrayBuffer>): Column {
  const { lists } = column;
  let items = rows;
  const own = (lists ?? []).map((level) => {
    const taken = takeLists(level, items);
    items = taken.items;
    return taken.level;
  });
  const cells = takeCells(column, items);
  return lists ? inLists(cells, own) : cells;
}

function takeLists({ offsets, valid }: Level, rows: Int32Array): { level: Level; items: Int32Array<ArrayBuffer> } {
  const ends = new Int32Array(rows.length + 1);
  const present = new Uint8Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    present[i] = row >= 0 && valid?.[row] !== 0 ? 1 : 0;
    ends[i + 1] = (ends[i] as number) + (row < 0 ? 0 : (offsets[row + 1] as number) - (offsets[row] as number));
  }
  const items = new Int32Array(ends[rows.length] as number);
  for (let i = 0, to = 0; i < rows.length; i++)
    for (let item = offsets[rows[i] as number] as number; to < (ends[i + 1] as number); item++) items[to++] = item;
  return { level: { offsets: ends, ...(present.includes(0) && { valid: present }) }, items };
}
