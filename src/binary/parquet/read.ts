// Apache Parquet to batches: columns of cells, and of lists of one shape, row group by row group. The footer, page headers and codecs are
// hyparquet's; the pages between them are ours.

import type { ColumnMetaData, RowGroup } from "hyparquet";
import { Batch } from "../../columns/batch.js";
import { roomFor } from "../../columns/cells.js";
import type { Column } from "../../columns/column.js";
import { inDimensions } from "../../columns/lists.js";
import { placesAmong, TransloadError } from "../../errors.js";
import { expansionGuard } from "../../io/expansion.js";
import type { RandomAccess } from "../../io/store.js";
import { pageExpander } from "../codecs.js";
import { bytesOfRow } from "../cut.js";
import { type BinaryRead, checkBare, rowsOfBatch } from "../form.js";
import { jsonColumn } from "../json-cells.js";
import { columnsToRead, PANDAS } from "../pandas.js";
import type { Between } from "./between.js";
import { ChunkReader } from "./chunk.js";
import { entriesOf } from "./entries.js";
import type { Field } from "./field.js";
import { damaged, ENCRYPTED, readMetadata } from "./footer.js";
import { notesOf } from "./notes.js";
import { Pool } from "./pool.js";
import { cellTypeOf, fieldsOf } from "./schema.js";
import { StructReader } from "./structs.js";

/**
 * Reads row group by row group the columns that are wanted, and no others.
 * @throws TransloadError E_SYNTAX for what is no Parquet, or cannot be read; E_TRUNCATED where it ends too early; E_NESTED for columns
 * that are neither cells nor lists nor structs nor maps; E_DTYPE for types that are no cells here; E_COLUMNS.
 */
export async function* readParquet(file: RandomAccess, options: BinaryRead): AsyncGenerator<Batch, void, undefined> {
  const metadata = await readMetadata(file);
  const fields = damaged(undefined, () => fieldsOf(metadata.schema, notesOf(metadata)));
  const names = fields.map(({ name }) => name);
  const columns = columnsToRead(options, metadata.key_value_metadata?.find(({ key }) => key === PANDAS)?.value, names);
  const wanted = columns ? placesAmong(names, columns).map((place) => fields[place] as Field) : fields;
  const odd = wanted.find(({ fault }) => fault);
  if (odd)
    throw new TransloadError(
      "E_NESTED",
      `column ${JSON.stringify(odd.name)} ${odd.fault}; choose others, or flatten it where the file is written`,
    );
  const between: Between = {
    file,
    expand: await pageExpander(),
    guard: expansionGuard("the parquet file", options.maxExpand),
    maxExpand: options.maxExpand,
    window: Math.max(LEAST_WINDOW, Math.min(MOST_WINDOW, Math.floor(WINDOWS / Math.max(1, leafCount(wanted))))),
    pool: new Pool(options.reuse ?? false),
  };
  let rowOffset = 0;
  const rows = damaged(undefined, () => metadata.row_groups.map(({ num_rows }) => Number(num_rows)));
  if (rows.some((count) => !(count >= 0)))
    throw new TransloadError("E_SYNTAX", "not a whole parquet file: a row group without a count of rows");
  if (wanted.length === 0)
    checkBare(
      rows.reduce((sum, count) => sum + count, 0),
      file.size,
      options,
    );
  for (const group of metadata.row_groups) {
    yield* readGroup(group, wanted, rowOffset, between, options);
    rowOffset += Number(group.num_rows);
  }
  if (rowOffset === 0) yield new Batch({ rowOffset: 0, rowCount: 0, columns: wanted.map(emptyOf), kind: "frame" });
}

/** Bytes read ahead of all columns, and of one. */
const WINDOWS = 1 << 24;
const LEAST_WINDOW = 1 << 16;
const MOST_WINDOW = 1 << 20;

async function* readGroup(
  group: RowGroup,
  wanted: readonly Field[],
  rowOffset: number,
  between: Between,
  options: BinaryRead,
): AsyncGenerator<Batch, void, undefined> {
  const rows = Number(group.num_rows);
  if (rows === 0) return;
  const readers = damaged(undefined, () => wanted.map((field) => readerOf(field, group, rows, between)));
  between.file.soon?.(readers.flatMap(({ spans }) => spans));
  // the first reads of all columns at once
  const heads = (await Promise.all(readers.map((reader) => reader.peek()))).flat();
  const step = rowsOfBatch(bytesOfRow(heads), options);
  for (let done = 0; done < rows; done += step) {
    const rowCount = Math.min(rows - done, step);
    const columns: Column[] = [];
    between.pool.advance();
    for (const [i, reader] of readers.entries()) {
      const column = await reader.take(rowCount);
      const { shape } = (wanted[i] as Field).note ?? {};
      columns.push(shape ? inDimensions(column, shape, rowCount) : column);
    }
    yield new Batch({ rowOffset: rowOffset + done, rowCount, columns, kind: "frame" });
  }
}

function readerOf(field: Field, group: RowGroup, rows: number, between: Between): ChunkReader | StructReader {
  const { name, tree } = field;
  if (!tree) return new ChunkReader(field, metaOf(group, field), rows, between);
  const leaves = tree.leaves.map((leaf) => new ChunkReader(leaf, metaOf(group, leaf), rows, between, entriesOf));
  return new StructReader(name, tree, leaves, between);
}

function leafCount(fields: readonly Field[]): number {
  return fields.reduce((sum, { tree }) => sum + (tree?.leaves.length ?? 1), 0);
}

function metaOf(group: RowGroup, { name, place }: Field): ColumnMetaData {
  const { meta_data: meta, crypto_metadata: crypto, file_path: path } = group.columns[place] ?? {};
  if (crypto) throw new TransloadError("E_FORM", `column ${JSON.stringify(name)} of the parquet file ${ENCRYPTED}`);
  if (path)
    throw new TransloadError(
      "E_FORM",
      `the cells of column ${JSON.stringify(name)} lie in another file, ${path}: this one tells of several; convert that one`,
    );
  if (meta?.path_in_schema?.[0] !== name)
    throw new TransloadError("E_SYNTAX", `the parquet file's footer does not say where column ${JSON.stringify(name)} is`);
  return meta;
}

function emptyOf(field: Field): Column {
  if (field.tree) return jsonColumn(field.name, []);
  const { dtype, timezone, decimal } = cellTypeOf(field);
  const lists = field.nesting?.elements.map(() => ({ offsets: new Int32Array(1) }));
  const rest = { ...(lists && { lists }), ...(timezone && { timezone }), ...(decimal && { decimal }) };
  return { name: field.name, dtype, values: roomFor(dtype, 0) as Column["values"], shape: [], ...rest };
}
