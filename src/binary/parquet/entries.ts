// Pages whose levels are wanted as they are, because other leaves have a say in what they mean: rows of entries, and of their levels.
import type { Column, Level } from "../../columns/column.js";
import { inLists } from "../../columns/lists.js";
import type { Entries, Rows } from "./lists.js";

/** Cells, both levels beside them, each a list for each row. */
export function entriesOf({ column, repetition, definition }: Entries): Rows {
  const starts: number[] = [];
  for (let i = 0; i < repetition.length; i++) if (repetition[i] === 0) starts.push(i);
  if (repetition.length > 0 && starts[0] !== 0) throw new Error("lists whose levels contradict each other");
  const lists: Level[] = [{ offsets: Int32Array.from([...starts, repetition.length]) }];
  const levels = (name: string, values: Uint8Array) =>
    inLists({ name, dtype: "uint8", values: Uint8Array.from(values), shape: [] } as Column, lists);
  return { columns: [inLists(column, lists), levels("repetition", repetition), levels("definition", definition)], rows: starts.length };
}
