import type { Column } from "../../src/columns/column.js";

export type Nested<Cell> = Cell | null | readonly Nested<Cell>[];

/** Rows of a column as lists of lists, null where one is. */
export function nestedIn<Cell>(column: Column, rows: number, cellOf: (value: unknown) => Cell): Nested<Cell>[] {
  const cells = Array.from(column.values as ArrayLike<unknown>, (value, i) => (column.valid?.[i] === 0 ? null : cellOf(value)));
  const { lists } = column;
  const open = (level: number, item: number): Nested<Cell> => {
    const own = lists?.[level];
    if (!own) return cells[item] as Nested<Cell>;
    if (own.valid?.[item] === 0) return null;
    const from = own.offsets[item] as number;
    return Array.from({ length: (own.offsets[item + 1] as number) - from }, (_, i) => open(level + 1, from + i));
  };
  if (lists) return Array.from({ length: rows }, (_, row) => open(0, row));
  const fold = (shape: readonly number[], from: number): Nested<Cell> => {
    const [length, ...inner] = shape;
    if (length === undefined) return cells[from] as Nested<Cell>;
    const step = inner.reduce((a, b) => a * b, 1);
    return Array.from({ length }, (_, i) => fold(inner, from + i * step));
  };
  const perRow = column.shape.reduce((a, b) => a * b, 1);
  return Array.from({ length: rows }, (_, row) => fold(column.shape, row * perRow));
}
