import { placesAmong, TransloadError } from "../errors.js";
import { Batch } from "./batch.js";
import type { Column } from "./column.js";
import { changed } from "./texts.js";

/**
 * The columns of these names, in this order, under new names. A tensor has none to choose from, and is one of several by its own name.
 * @throws TransloadError E_COLUMNS for a name that the batch does not have.
 */
export function pickColumns(batch: Batch, names: readonly string[], renamed: readonly string[]): Batch {
  const { columns, kind, rowOffset, rowCount } = batch;
  if (kind !== "frame") return renameTensor(batch, names, renamed);
  const same = (list: readonly string[]) => list.length === columns.length && columns.every(({ name }, i) => name === list[i]);
  if (same(names) && same(renamed)) return batch;
  const places = placesAmong(
    columns.map((column) => column.name),
    names,
  );
  const picked = places.map((place, i) => changed(columns[place] as Column, { name: renamed[i] as string }));
  const block = same(names) ? batch.block : undefined;
  return new Batch({ rowOffset, rowCount, columns: picked, kind, block });
}

/**
 * The batch without the columns of these names; undefined for a tensor of such a name, which is one of several.
 * @throws TransloadError E_COLUMNS for a name that a frame does not have.
 */
export function dropColumns(batch: Batch, names: readonly string[]): Batch | undefined {
  const { columns, kind, rowOffset, rowCount } = batch;
  const [first] = columns;
  if (kind !== "frame" && first?.name === "")
    throw new TransloadError("E_COLUMNS", "a tensor has no names for its columns, by which some could be left out");
  if (kind !== "frame") return names.includes(first?.name as string) ? undefined : batch;
  placesAmong(
    columns.map(({ name }) => name),
    names,
  );
  return new Batch({ rowOffset, rowCount, kind, columns: columns.filter(({ name }) => !names.includes(name)) });
}

function renameTensor(batch: Batch, names: readonly string[], renamed: readonly string[]): Batch {
  const { rowOffset, rowCount, kind, block } = batch;
  const [column] = batch.columns as readonly [Column];
  const name = renamed[names.indexOf(column.name)] ?? column.name;
  return name === column.name ? batch : new Batch({ rowOffset, rowCount, kind, columns: [changed(column, { name })], block });
}
