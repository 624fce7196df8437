// Cells of a column without the lists around them.

import { type Column, verbatim } from "./column.js";
import { type DType, NUMERIC, nothingIn, storedAs } from "./dtype.js";
import { textColumn, textsNow } from "./texts.js";

/** These cells, in this order; -1 for a null. The texts of a column become a dictionary. */
export function takeCells(column: Column, cells: Int32Array<ArrayBuffer>): Column {
  const { name, valid, dtype, timezone } = column;
  const present = Uint8Array.from(cells, (cell) => Number(cell >= 0 && valid?.[cell] !== 0));
  const rest = { name, shape: [], ...verbatim(column), ...(present.includes(0) && { valid: present }) };
  const texts = textsNow(column);
  if (texts) {
    const codes = cells.map((cell, i) => (present[i] === 0 ? -1 : (texts.codes?.[cell] ?? cell)));
    return textColumn(rest, { offsets: texts.offsets, bytes: texts.bytes, codes });
  }
  const out = roomFor(dtype, cells.length);
  const own = column.values as readonly unknown[];
  const nothing = nothingIn(dtype);
  for (let i = 0; i < cells.length; i++) out[i] = present[i] === 0 ? nothing : own[cells[i] as number];
  return { ...rest, dtype, values: out as Column["values"], ...(timezone && { timezone }) };
}

/** Room for so many cells. */
export function roomFor(dtype: DType, cells: number): unknown[] {
  const stored = storedAs(dtype);
  return (stored ? new NUMERIC[stored].array(cells) : new Array(cells)) as unknown[];
}
