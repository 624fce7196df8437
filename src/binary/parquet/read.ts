// Apache Parquet: columns of cells, and of lists of one shape, row group by row group. The footer, page headers and codecs are those of hyparquet and
// hyparquet-writer; the pages between them are ours (parquet/).
import {
  type ColumnChunk,
  type ColumnMetaData,
  type CompressionCodec,
  type FileMetaData,
  parquetMetadata,
  type RowGroup,
  type SchemaElement,
} from "hyparquet";
import { ByteWriter } from "hyparquet-writer";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import { Batch } from "../../columns/batch.js";
import { decodeBytes, encode } from "../../columns/bytes.js";
import type { Column } from "../../columns/column.js";
import { daysOf } from "../../columns/days.js";
import { NUMERIC, storedAs } from "../../columns/dtype.js";
import { refuseLone } from "../../columns/texts.js";
import { convertTime } from "../../columns/time.js";
import { placesAmong, TransloadError } from "../../errors.js";
import { expansionGuard } from "../../io/expansion.js";
import type { RandomAccess } from "../../io/store.js";
import { compressorOf, pageExpander } from "../codecs.js";
import { bytesOfRow } from "../cut.js";
import { type BinaryRead, type BinaryWrite, type BinaryWriter, checkBare, rowsOfBatch } from "../form.js";
import { type Between, ChunkReader } from "./chunk.js";
import { ChunkCells, type Pages } from "./encode.js";
import { Pool } from "./pool.js";
import { cellTypeOf, elementsOf, type Field, fieldsOf } from "./schema.js";

/** Rows of a row group, as DuckDB has them; fewer where they would take so many bytes. */
const GROUP = 122_880;
const GROUP_BYTES = 1 << 25;
const MAGIC = 0x31524150; // PAR1
/** The footer's length and the magic number end a file. */
const TRAILER = 8;

// ---- writing

/** A column, and its cells in the row group that fills. */
interface Filling {
  /** From the outermost list to the cells. */
  readonly elements: readonly SchemaElement[];
  readonly cells: ChunkCells;
}

/** Writes row groups as they fill, with statistics; every column may have nulls. */
export class ParquetWriter implements BinaryWriter {
  readonly #codec: CompressionCodec;
  readonly #compress: (bytes: Uint8Array) => Uint8Array;
  #groupRows: number | undefined;
  readonly #header = new ByteWriter();
  readonly #groups: RowGroup[] = [];
  #columns: Filling[] | undefined;
  #filled = 0;
  #rows = 0;
  /** Bytes written so far. */
  #offset = 0;

  static async create({ compress = "snappy", rowGroupRows }: BinaryWrite): Promise<ParquetWriter> {
    const codec = compress === "none" ? "UNCOMPRESSED" : (compress.toUpperCase() as CompressionCodec);
    return new ParquetWriter(codec, await compressorOf(compress), rowGroupRows);
  }

  private constructor(codec: CompressionCodec, compress: (bytes: Uint8Array) => Uint8Array, groupRows: number | undefined) {
    this.#codec = codec;
    this.#compress = compress;
    this.#groupRows = groupRows;
  }

  *write(batch: Batch): Generator<Uint8Array, void, undefined> {
    if (batch.kind !== "frame")
      throw new TransloadError(
        "E_FORM",
        "a parquet file holds columns, and this is a tensor; name its columns with --columns, or write npy or arrow",
      );
    batch.columns.forEach(refuseLone);
    const stored = batch.columns.map(storedColumn);
    const groupRows = (this.#groupRows ??= Math.min(GROUP, Math.max(1, Math.floor(GROUP_BYTES / Math.max(1, bytesOfRow(batch.columns))))));
    this.#columns ??= batch.columns.map(({ name, dtype, timezone, shape }, i) => ({
      elements: elementsOf(name, dtype, timezone !== undefined, shape.length),
      cells: new ChunkCells((stored[i] as Column).dtype, shape, groupRows),
    }));
    for (let from = 0; from < batch.rowCount; ) {
      const count = Math.min(batch.rowCount - from, groupRows - this.#filled);
      for (const [i, { cells }] of this.#columns.entries()) cells.add(stored[i] as Column, from, count);
      this.#filled += count;
      from += count;
      if (this.#filled === groupRows || this.#columns.some(({ cells }) => cells.textBytes > GROUP_BYTES)) yield* this.#writeGroup();
    }
  }

  *end(): Generator<Uint8Array, void, undefined> {
    if (this.#filled > 0) yield* this.#writeGroup();
    if (this.#offset === 0) yield this.#begin();
    const footer = new ByteWriter();
    const columns = this.#columns ?? [];
    const schema: SchemaElement[] = [{ name: "schema", num_children: columns.length }, ...columns.flatMap(({ elements }) => elements)];
    const metadata: FileMetaData = {
      version: 2,
      created_by: "transload",
      schema,
      num_rows: BigInt(this.#rows),
      row_groups: this.#groups,
      metadata_length: 0,
    };
    writeMetadata(footer, metadata as never, Number.POSITIVE_INFINITY);
    footer.appendUint32(MAGIC);
    yield Uint8Array.from(footer.getBytes());
  }

  #begin(): Uint8Array {
    this.#offset = 4;
    return encode("PAR1");
  }

  *#writeGroup(): Generator<Uint8Array, void, undefined> {
    if (this.#offset === 0) yield this.#begin();
    const start = this.#offset;
    const columns: ColumnChunk[] = [];
    for (const { elements, cells } of this.#columns as Filling[]) {
      columns.push(yield* this.#writeChunk(elements, cells.take()));
    }
    const total = columns.reduce((sum, { meta_data }) => sum + (meta_data?.total_uncompressed_size ?? 0n), 0n);
    this.#groups.push({
      columns,
      total_byte_size: total,
      num_rows: BigInt(this.#filled),
      total_compressed_size: BigInt(this.#offset - start),
    });
    this.#rows += this.#filled;
    this.#filled = 0;
  }

  *#writeChunk(
    elements: readonly SchemaElement[],
    { dictionary, pages, nulls, least, greatest }: Pages,
  ): Generator<Uint8Array, ColumnChunk, undefined> {
    const element = elements.at(-1) as SchemaElement;
    const start = this.#offset;
    let uncompressed = 0;
    let entries = 0;
    const page = (header: object, body: Uint8Array) => {
      const packed = this.#compress(body);
      const head = this.#headerOf({ ...header, uncompressed_page_size: body.length, compressed_page_size: packed.length } as never);
      this.#offset += head.length + packed.length;
      uncompressed += head.length + body.length;
      return [head, packed];
    };
    if (dictionary) {
      const header = { num_values: dictionary.count, encoding: "PLAIN" };
      yield* page({ type: "DICTIONARY_PAGE", dictionary_page_header: header }, dictionary.bytes);
    }
    const at = this.#offset;
    const encoding = dictionary ? "RLE_DICTIONARY" : "PLAIN";
    const levels = { definition_level_encoding: "RLE", repetition_level_encoding: "RLE" };
    for (const data of pages) {
      yield* page({ type: "DATA_PAGE", data_page_header: { num_values: data.entries, encoding, ...levels } }, data.bytes);
      entries += data.entries;
    }
    const ends = least === undefined ? {} : { min_value: physical(least, element), max_value: physical(greatest as never, element) };
    return {
      file_offset: BigInt(start),
      meta_data: {
        type: element.type as "DOUBLE",
        encodings: dictionary ? ["PLAIN", "RLE", "RLE_DICTIONARY"] : ["PLAIN", "RLE"],
        path_in_schema: elements.map(({ name }) => name),
        codec: this.#codec,
        num_values: BigInt(entries),
        total_uncompressed_size: BigInt(uncompressed),
        total_compressed_size: BigInt(this.#offset - start),
        data_page_offset: BigInt(at),
        ...(dictionary && { dictionary_page_offset: BigInt(start) }),
        statistics: { null_count: BigInt(nulls), ...ends },
      },
    };
  }

  #headerOf(header: Parameters<typeof writePageHeader>[1]): Uint8Array {
    this.#header.index = 0;
    this.#header.offset = 0;
    writePageHeader(this.#header, header);
    return Uint8Array.from(this.#header.getBytes());
  }
}

/** Days have 32 bits there, and seconds are milliseconds. */
function storedColumn(column: Column): Column {
  if (column.dtype === "datetime64[D]") return { ...column, dtype: "int32", values: daysOf(column) };
  if (column.dtype !== "datetime64[s]") return column;
  const values = (column.values as BigInt64Array<ArrayBuffer>).map((second, i) => {
    if (column.valid?.[i] === 0) return 0n;
    const found = convertTime(second, "s", "ms");
    if (found !== undefined) return found;
    throw new TransloadError("E_RANGE", `column ${JSON.stringify(column.name)}: ${second} seconds do not fit parquet's milliseconds`);
  });
  return { ...column, dtype: "int64", values };
}

function physical(value: number | bigint | string, { type }: SchemaElement): number | bigint | string | boolean {
  return type === "BOOLEAN" ? value === 1 : value;
}

// ---- reading

/**
 * Reads row group by row group the columns that are wanted, and no others.
 * @throws TransloadError E_SYNTAX for what is no Parquet, or cannot be read; E_TRUNCATED where it ends too early; E_NESTED for columns
 * of structs or maps; E_SHAPE for lists of different shapes; E_DTYPE for types that are no cells here; E_COLUMNS.
 */
export async function* readParquet(file: RandomAccess, options: BinaryRead): AsyncGenerator<Batch, void, undefined> {
  const metadata = await readMetadata(file);
  const fields = fieldsOf(metadata.schema);
  const names = fields.map(({ name }) => name);
  const wanted = options.columns ? placesAmong(names, options.columns).map((place) => fields[place] as Field) : fields;
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
    window: Math.max(LEAST_WINDOW, Math.min(MOST_WINDOW, Math.floor(WINDOWS / Math.max(1, wanted.length)))),
    shapes: new Map<Field, readonly number[]>(),
    pool: new Pool(options.reuse ?? false),
  };
  let rowOffset = 0;
  const rows = metadata.row_groups.map(({ num_rows }) => Number(num_rows));
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
  const readers = wanted.map((field) => new ChunkReader(field, metaOf(group, field), rows, rowOffset, between));
  // the first reads of all columns at once
  const heads = await Promise.all(readers.map((reader) => reader.peek()));
  const step = rowsOfBatch(bytesOfRow(heads), options);
  for (let done = 0; done < rows; done += step) {
    const rowCount = Math.min(rows - done, step);
    const columns: Column[] = [];
    between.pool.advance();
    for (const reader of readers) columns.push(await reader.take(rowCount));
    yield new Batch({ rowOffset: rowOffset + done, rowCount, columns, kind: "frame" });
  }
}

function metaOf(group: RowGroup, { name, place }: Field): ColumnMetaData {
  const meta = group.columns[place]?.meta_data;
  if (meta?.path_in_schema[0] !== name)
    throw new TransloadError("E_SYNTAX", `the parquet file's footer does not say where column ${JSON.stringify(name)} is`);
  return meta;
}

async function readMetadata(file: RandomAccess): Promise<FileMetaData> {
  const trailer = await file.read(Math.max(0, file.size - TRAILER), file.size);
  if (decodeBytes(await file.read(0, 4)) !== "PAR1")
    throw new TransloadError("E_SYNTAX", "not a parquet file: it does not begin with PAR1", { offset: 0 });
  if (trailer.length < TRAILER || decodeBytes(trailer.subarray(4)) !== "PAR1")
    throw new TransloadError("E_TRUNCATED", "the parquet file does not end with PAR1: it is cut short", { offset: file.size });
  const length = new DataView(trailer.buffer).getUint32(0, true);
  const from = file.size - TRAILER - length;
  if (from < 4)
    throw new TransloadError("E_SYNTAX", `not a whole parquet file: its footer is said to have ${length} bytes`, {
      offset: file.size - TRAILER,
    });
  const bytes = await file.read(from, file.size);
  try {
    return parquetMetadata(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  } catch (error) {
    throw new TransloadError(
      "E_SYNTAX",
      `the footer of the parquet file is damaged: ${(error as Error).message}`,
      { offset: from },
      { cause: error },
    );
  }
}

function emptyOf({ name, leaf }: Field): Column {
  const { dtype } = cellTypeOf(leaf, name);
  const stored = storedAs(dtype);
  return { name, dtype, values: stored ? new NUMERIC[stored].array(0) : [], shape: [] };
}
