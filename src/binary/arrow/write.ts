// Batches to Apache Arrow IPC, the file format or the stream, through apache-arrow's writer.

import { AsyncByteQueue, CompressionType, DataType, RecordBatchFileWriter, RecordBatchStreamWriter, Schema } from "apache-arrow";
import { schemaOf, toArrow } from "../../columns/arrow.js";
import type { Batch } from "../../columns/batch.js";
import { concat } from "../../columns/bytes.js";
import type { Column } from "../../columns/column.js";
import { withoutDictionaries } from "../../columns/dictionary.js";
import { changedAround } from "../../columns/lists.js";
import { TransloadError } from "../../errors.js";
import { bufferCompressorOf } from "../codecs.js";
import type { BinaryWrite, BinaryWriter } from "../form.js";

/** Takes the parts of a message as they lie in a batch, and gives them as one copy: many small writes cost more than one, and batches may be lent. */
class Sink extends AsyncByteQueue {
  readonly #lends: boolean;
  #parts: Uint8Array[] = [];
  #room = new Uint8Array();

  /** `lends`: the copy is valid until the next is taken; new memory for each costs more than the copying. */
  constructor(lends: boolean) {
    super();
    this.#lends = lends;
  }

  override write(part: Uint8Array): void {
    this.#parts.push(part);
  }

  take(): Uint8Array[] {
    const parts = this.#parts;
    this.#parts = [];
    if (parts.length === 0) return [];
    return [this.#lends ? this.#filled(parts) : concat(parts)];
  }

  #filled(parts: readonly Uint8Array[]): Uint8Array {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (this.#room.length < length) this.#room = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      this.#room.set(part, at);
      at += part.length;
    }
    return this.#room.subarray(0, length);
  }
}

type Pack = (bytes: Uint8Array) => Uint8Array;

/** A message's body, as apache-arrow is told of it. */
interface Packed {
  readonly byteLength: number;
  readonly bufferRegions: readonly { readonly offset: number; readonly length: number }[];
  /** Two for each buffer: its size, and its bytes. */
  readonly buffers: readonly Uint8Array[];
}

/**
 * Buffers as they are compressed: each with its size before it, or -1 where it would not become smaller. Ours, because apache-arrow 21 puts
 * the compressed size there, which no other reader takes.
 */
function packed(buffers: readonly ArrayBufferView[], pack: Pack): Packed {
  let end = 0;
  const parts: Uint8Array[] = [];
  const bufferRegions = buffers.map(({ buffer, byteOffset, byteLength }) => {
    const offset = end;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    const small = byteLength > 0 ? pack(bytes) : bytes;
    const own = small.length < byteLength ? small : bytes;
    const size = byteLength > 0 ? BigInt64Array.of(own === small ? BigInt(byteLength) : -1n) : new BigInt64Array();
    parts.push(new Uint8Array(size.buffer), own);
    const length = size.byteLength + own.length;
    end = Math.ceil((end + length) / 8) * 8;
    return { offset, length };
  });
  return { byteLength: end, bufferRegions, buffers: parts };
}

/** The writer, with our layout of compressed buffers. */
function packing<Writer extends RecordBatchFileWriter | RecordBatchStreamWriter>(writer: Writer, pack: Pack): Writer {
  return Object.assign(writer, { _compressBodyBuffers: (buffers: readonly ArrayBufferView[]) => packed(buffers, pack) }) as Writer;
}

export class ArrowWriter implements BinaryWriter {
  readonly #sink: Sink;
  readonly #writer: RecordBatchFileWriter | RecordBatchStreamWriter;
  #schema: Schema | undefined;
  /** Of the first batch's columns. */
  #shapes: readonly (readonly number[])[] | undefined;

  /** `compress`: lz4, zstd or none, which is what it is without. */
  static async create(format: "file" | "stream", { compress = "none", lends = false }: BinaryWrite): Promise<ArrowWriter> {
    const Writer = format === "file" ? RecordBatchFileWriter : RecordBatchStreamWriter;
    if (compress === "none") return new ArrowWriter(new Writer(), lends);
    const compressionType = compress === "lz4" ? CompressionType.LZ4_FRAME : CompressionType.ZSTD;
    return new ArrowWriter(packing(new Writer({ compressionType }), await bufferCompressorOf(compress as "lz4" | "zstd")), lends);
  }

  private constructor(writer: RecordBatchFileWriter | RecordBatchStreamWriter, lends: boolean) {
    this.#sink = new Sink(lends);
    this.#writer = writer;
    this.#writer.reset(this.#sink as never);
  }

  write(batch: Batch): Iterable<Uint8Array> {
    // a file has one dictionary for all of its batches, and ours have one each
    const plain = withoutDictionaries(batch);
    const schema = schemaOf({ rowCount: plain.rowCount, columns: plain.columns.map((column, i) => this.#listed(column, i)) });
    if (this.#schema && `${this.#schema}` !== `${schema}`)
      throw new TransloadError("E_FORM", `an Arrow file has one table, and what follows is another: ${schema} behind ${this.#schema}`);
    this.#schema ??= schema;
    this.#shapes ??= plain.columns.map(({ shape }) => shape);
    this.#writer.write(toArrow(plain, this.#schema, plain.rowOffset));
    return this.#sink.take();
  }

  /** Lists of one shape, and of any length, stand where the first batch had either. */
  #listed(column: Column, i: number): Column {
    const type = this.#schema?.fields[i]?.type;
    const { shape, lists } = column;
    if (DataType.isList(type) && !lists && shape.length > 0) return { ...column, lists: shape.map(() => ({ offsets: new Int32Array(1) })) };
    return DataType.isFixedSizeList(type) && lists ? changedAround(column, { shape: this.#shapes?.[i] ?? [] }) : column;
  }

  end(): Iterable<Uint8Array> {
    if (!this.#schema) this.#writer.reset(this.#sink as never, new Schema([]));
    this.#writer.finish();
    return this.#sink.take();
  }
}
