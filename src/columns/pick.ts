import { placesAmong, TransloadError } from "../errors.js";
import { Batch } from "./batch.js";
import { takeCells } from "./cells.js";
import type { Column } from "./column.js";
import { nothingLeft } from "./column-pick.js";
import { changed, spreadTexts, textColumn } from "./texts.js";

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
 * The batches without the columns of these names, or the tensors.
 * @throws TransloadError E_COLUMNS for a name that there is not, and where nothing would be left.
 */
export async function* withoutColumns(batches: AsyncIterable<Batch>, names: readonly string[]): AsyncGenerator<Batch, void, undefined> {
  const dropped = new Set<string>();
  const kept = new Set<string>();
  for await (const batch of batches) {
    const own = dropColumns(batch, names);
    if (batch.kind !== "frame") (own ? kept : dropped).add(batch.columns[0]?.name as string);
    if (own) yield own;
  }
  if (dropped.size + kept.size === 0) return;
  placesAmong([...dropped, ...kept], names);
  if (kept.size === 0) throw nothingLeft("tensors", [...dropped]);
}

/** The batch without the columns of these names; undefined for a tensor of such a name, which is one of several. */
function dropColumns(batch: Batch, names: readonly string[]): Batch | undefined {
  const { columns, kind, rowOffset, rowCount } = batch;
  const [first] = columns;
  if (kind !== "frame" && first?.name === "")
    throw new TransloadError("E_COLUMNS", "a tensor has no names for its columns, by which some could be left out");
  if (kind !== "frame") return names.includes(first?.name as string) ? undefined : batch;
  const all = columns.map(({ name }) => name);
  placesAmong(all, names);
  const kept = columns.filter(({ name }) => !names.includes(name));
  if (kept.length === 0 && all.length > 0) throw nothingLeft("columns", all);
  return new Batch({ rowOffset, rowCount, kind, columns: kept });
}

/**
 * A frame of these columns, of a tensor that has no name. Its shape: [rows, as many as there are names].
 * @throws TransloadError E_FORM for a tensor of another rank, E_RAGGED for one of another width.
 */
export function frameOf(batch: Batch, names: readonly string[]): Batch {
  const { rowOffset, rowCount, kind } = batch;
  const [tensor] = batch.columns as readonly [Column];
  const { length: levels, 0: width = 1 } = tensor.shape;
  if (kind === "scalar") throw new TransloadError("E_FORM", "a single value cannot become columns: rows are needed");
  if (levels !== 1)
    throw new TransloadError("E_FORM", `a tensor of rank ${levels + 1} has no columns that could be named: rank 2 is needed`);
  if (width !== names.length)
    throw new TransloadError("E_RAGGED", `rows of ${width} cells, and names for ${names.length} columns; name each of them`);
  const columns = names.map((name, i) => {
    const cells = takeCells(
      { ...tensor, shape: [] },
      Int32Array.from({ length: rowCount }, (_, row) => row * width + i),
    );
    return changed(cells.texts ? textColumn(cells, spreadTexts(cells.texts)) : cells, { name });
  });
  return new Batch({ rowOffset, rowCount, kind: "frame", columns });
}

function renameTensor(batch: Batch, names: readonly string[], renamed: readonly string[]): Batch {
  const { rowOffset, rowCount, kind, block } = batch;
  const [column] = batch.columns as readonly [Column];
  const name = renamed[names.indexOf(column.name)] ?? column.name;
  return name === column.name ? batch : new Batch({ rowOffset, rowCount, kind, columns: [changed(column, { name })], block });
}
