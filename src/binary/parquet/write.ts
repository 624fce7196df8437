// Batches to Apache Parquet, row group by row group. The footer and the page headers are hyparquet-writer's; the pages between them are ours.

import type { ColumnChunk, CompressionCodec, FileMetaData, RowGroup, SchemaElement } from "hyparquet";
import { ByteWriter } from "hyparquet-writer";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import type { Batch } from "../../columns/batch.js";
import { encode } from "../../columns/bytes.js";
import type { Column } from "../../columns/column.js";
import { daysOf } from "../../columns/days.js";
import { product } from "../../columns/lists.js";
import { refuseLone } from "../../columns/texts.js";
import { convertTime } from "../../columns/time.js";
import { optionText, TransloadError } from "../../errors.js";
import { compressorOf } from "../codecs.js";
import { bytesOfRow } from "../cut.js";
import type { BinaryWrite, BinaryWriter, Codec } from "../form.js";
import { ChunkCells } from "./encode-page.js";
import type { Pages } from "./page-shapes.js";
import { elementsOf } from "./schema.js";

/** Rows of a row group, as DuckDB has them; fewer where they would take so many bytes. */
const GROUP = 122_880;
const GROUP_BYTES = 1 << 25;
const MAGIC = 0x31524150; // PAR1

/** Parquet's names; LZ4 is a block there, and its older LZ4 has Hadoop's frames. */
const CODECS: Readonly<Record<Codec, CompressionCodec>> = {
  none: "UNCOMPRESSED",
  snappy: "SNAPPY",
  gzip: "GZIP",
  zstd: "ZSTD",
  lz4: "LZ4_RAW",
};

/** A column, and its cells in the row group that fills. */
interface Filling {
  /** From the outermost list to the cells. */
  readonly elements: readonly SchemaElement[];
  readonly cells: ChunkCells;
  /** No column before it has its name. */
  readonly first: boolean;
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
    return new ParquetWriter(CODECS[compress], await compressorOf(compress), rowGroupRows);
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
        `a parquet file holds columns, and this is a tensor; name its columns with ${optionText("columns")}, or write npy or arrow`,
      );
    batch.columns.forEach(refuseLone);
    const stored = batch.columns.map(storedColumn);
    const groupRows = (this.#groupRows ??= Math.min(GROUP, Math.max(1, Math.floor(GROUP_BYTES / Math.max(1, bytesOfRow(batch.columns))))));
    const places = new Map(batch.columns.map(({ name }, i) => [name, i] as const).reverse());
    this.#columns ??= batch.columns.map(({ name, dtype, timezone, shape, lists }, i) => {
      const rank = lists?.length ?? shape.length;
      return {
        elements: elementsOf(name, dtype, timezone !== undefined, rank),
        cells: new ChunkCells((stored[i] as Column).dtype, rank, groupRows * (lists ? 1 : product(shape))),
        first: places.get(name) === i,
      };
    });
    for (let from = 0; from < batch.rowCount; ) {
      const count = Math.min(batch.rowCount - from, groupRows - this.#filled);
      for (const [i, { cells }] of this.#columns.entries()) cells.add(stored[i] as Column, from, count);
      this.#filled += count;
      from += count;
      if (this.#filled === groupRows || this.#columns.some(({ cells }) => cells.bytes > GROUP_BYTES)) yield* this.#writeGroup();
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
    for (const column of this.#columns as Filling[]) columns.push(yield* this.#writeChunk(column, column.cells.take()));
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
    { elements, first }: Filling,
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
        // hyparquet-writer takes the type of their ends from the first column of the name
        ...(first && { statistics: { null_count: BigInt(nulls), ...ends } }),
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
