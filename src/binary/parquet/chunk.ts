// A column chunk of a row group, read page by page: what is held is a page, however large the group.

import type { ColumnMetaData } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import type { Column } from "../../columns/column.js";
import { storedAs, type TypedArray } from "../../columns/dtype.js";
import { joinColumns, sliceRows } from "../../columns/rows.js";
import { TransloadError } from "../../errors.js";
import { crc32 } from "../../io/crc32.js";
import type { RandomAccess } from "../../io/store.js";
import type { Span } from "../../remote/ranges.js";
import type { Between } from "./between.js";
import { PageDecoder, type PageHeader } from "./decode-page.js";
import type { entriesOf } from "./entries.js";
import type { Field } from "./field.js";
import { ListRows, type Rows } from "./lists.js";
import type { Decoded } from "./page-shapes.js";

/** A page header is read with so many bytes, and with more where it does not end there. */
const HEADER = 1 << 12;
const MOST_HEADER = 1 << 24;
const MOST_BYTES = 1 << 30;
/** Values that a chunk may have: more than any writer makes, and numbers that a damaged file would have us wait for. */
const MOST_VALUES = 2 ** 40;

export class ChunkReader {
  readonly #field: Field;
  readonly #between: Between;
  readonly #bytes: ChunkBytes;
  readonly #decoder: PageDecoder;
  readonly #lists: ListRows | undefined;
  /** Values, or entries of lists, that no page has brought yet. */
  #left: number;
  /** Rows that have been read, and those among them that were not taken. */
  #ready: Rows[] = [];
  #readyRows = 0;

  /**
   * @throws TransloadError E_DTYPE for types that are no cells, E_SYNTAX for a footer that contradicts itself, E_TRUNCATED for a chunk
   * beyond the end of the file.
   */
  constructor(field: Field, meta: ColumnMetaData, rows: number, between: Between, rowsOf?: typeof entriesOf) {
    const { name, nesting } = field;
    this.#field = field;
    this.#between = between;
    this.#decoder = new PageDecoder(field, meta, between);
    this.#lists = nesting && new ListRows(nesting, rowsOf);
    this.#left = Number(meta.num_values);
    this.#bytes = new ChunkBytes(name, meta, between);
    if ((nesting ? this.#left < rows : this.#left !== rows) || !(this.#left <= MOST_VALUES))
      throw this.#fault(new Error(`it is said to have ${this.#left} values for ${rows} rows`));
  }

  /** Where its bytes are in the file. */
  get spans(): readonly Span[] {
    return [this.#bytes.span];
  }

  /** Rows that come next, as many as happen to be at hand. */
  async peek(): Promise<readonly Column[]> {
    while (this.#readyRows === 0) await this.#next();
    return (this.#ready[0] as Rows).columns;
  }

  /**
   * The next rows; there must be so many.
   * @throws TransloadError E_TRUNCATED where there are not, E_SYNTAX for what cannot be read, E_SHAPE for lists of different shapes.
   */
  async take(rows: number): Promise<Column> {
    return (await this.takeAll(rows))[0] as Column;
  }

  /** The same, and what stands beside it. */
  async takeAll(rows: number): Promise<readonly Column[]> {
    while (this.#readyRows < rows) await this.#next();
    const parts: (readonly Column[])[] = [];
    for (let due = rows; due > 0; ) {
      const first = this.#ready[0] as Rows;
      const count = Math.min(due, first.rows);
      parts.push(count === first.rows ? first.columns : rowsFrom(first, 0, count).columns);
      if (count === first.rows) this.#retire(first);
      else this.#ready[0] = rowsFrom(first, count, first.rows);
      due -= count;
    }
    this.#readyRows -= rows;
    return (parts[0] as readonly Column[]).map((_, i) => joinColumns(parts.map((part) => part[i] as Column)));
  }

  /** Rows of lists share their memory with what follows. */
  #retire({ columns: [column] }: Rows): void {
    this.#ready.shift();
    if (!this.#lists && column && storedAs(column.dtype)) this.#between.pool.retire(column.values as TypedArray);
  }

  async #next(): Promise<void> {
    try {
      if (this.#left === 0) throw new RangeError("unexpected end: rows are missing");
      const header = await this.#bytes.header();
      const body = await this.#bytes.take(header.compressed_page_size);
      if (header.crc !== undefined && crc32(body) !== header.crc >>> 0) throw new Error("a page that has not the CRC-32 that it says");
      const page = this.#decoder.decode(header, body, this.#left);
      if (page) this.#add(page);
    } catch (error) {
      throw this.#fault(error as Error);
    }
  }

  #add(page: Decoded): void {
    this.#left -= page.entries;
    const found: Rows = this.#lists ? this.#lists.add(page, this.#left === 0) : { columns: [page.column], rows: page.entries };
    if (found.rows === 0) return;
    this.#ready.push(found);
    this.#readyRows += found.rows;
  }

  #fault(error: Error): TransloadError {
    if (error instanceof TransloadError) return error;
    const short = error instanceof RangeError || /unexpected end|ends early/i.test(error.message);
    return new TransloadError(
      short ? "E_TRUNCATED" : "E_SYNTAX",
      `column ${JSON.stringify(this.#field.name)} of the parquet file cannot be read: ${error.message}`,
      { offset: this.#bytes.at },
      { cause: error },
    );
  }
}

function rowsFrom({ columns }: Rows, from: number, to: number): Rows {
  return { columns: columns.map((column) => sliceRows(column, from, to)), rows: to - from };
}

/** The bytes of a chunk, read ahead. */
class ChunkBytes {
  readonly #file: RandomAccess;
  readonly #window: number;
  /** Where the chunk ends in the file, and how far it has been read. */
  readonly #end: number;
  #read: number;
  #held = new Uint8Array(0);

  constructor(name: string, meta: ColumnMetaData, { file, window }: Between) {
    const { dictionary_page_offset: dictionary, data_page_offset: data } = meta;
    this.#file = file;
    this.#window = window;
    this.#read = Number(dictionary && dictionary < data ? dictionary : data);
    this.#end = this.#read + Number(meta.total_compressed_size);
    if (!(this.#read >= 0 && this.#end >= this.#read))
      throw new TransloadError("E_SYNTAX", `the parquet file's footer has no place for column ${JSON.stringify(name)}`);
    if (this.#end > file.size)
      throw new TransloadError("E_TRUNCATED", `the parquet file ends inside column ${JSON.stringify(name)}`, { offset: file.size });
  }

  /** What has not been read. */
  get span(): Span {
    return { from: this.#read, to: this.#end };
  }

  /** Where in the file the next byte is. */
  get at(): number {
    return this.#read - this.#held.length;
  }

  /** The next page's header; its body is next. */
  async header(): Promise<PageHeader> {
    for (let bytes = HEADER; ; bytes *= 16) {
      await this.#hold(bytes);
      const reader = { view: new DataView(this.#held.buffer, this.#held.byteOffset, this.#held.length), offset: 0 };
      try {
        const header = parquetHeader(reader);
        if (reader.offset > this.#held.length) throw new RangeError("unexpected end of a page header");
        if (!isSize(header.compressed_page_size) || !isSize(header.uncompressed_page_size))
          throw new Error("a page header without its sizes");
        this.#held = this.#held.subarray(reader.offset);
        return header;
      } catch (error) {
        if (!(error instanceof RangeError) || this.#held.length < bytes || bytes > MOST_HEADER) throw error;
      }
    }
  }

  async take(bytes: number): Promise<Uint8Array> {
    await this.#hold(bytes);
    if (this.#held.length < bytes) throw new RangeError("unexpected end of a page");
    const taken = this.#held.subarray(0, bytes);
    this.#held = this.#held.subarray(bytes);
    return taken;
  }

  /** Has so many bytes at hand, where the chunk has them. */
  async #hold(bytes: number): Promise<void> {
    if (this.#held.length >= bytes || this.#read >= this.#end) return;
    const rest = this.#held;
    const to = Math.min(this.#end, this.#read + Math.max(bytes - rest.length, this.#window));
    const more = await this.#file.read(this.#read, to);
    if (more.length < to - this.#read) throw new RangeError("unexpected end of the file");
    this.#read = to;
    if (rest.length === 0) {
      this.#held = more;
      return;
    }
    this.#held = new Uint8Array(rest.length + more.length);
    this.#held.set(rest);
    this.#held.set(more, rest.length);
  }
}

/** A damaged header may lack its numbers, or ask for more memory than there is. */
function isSize(bytes: unknown): bytes is number {
  return Number.isSafeInteger(bytes) && (bytes as number) >= 0 && (bytes as number) < MOST_BYTES;
}
