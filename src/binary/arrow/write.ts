// Batches to Apache Arrow IPC, the file format or the stream, through apache-arrow's writer.

import { AsyncByteQueue, DataType, RecordBatchFileWriter, RecordBatchStreamWriter, Schema } from "apache-arrow";
import { schemaOf, toArrow } from "../../columns/arrow.js";
import type { Batch } from "../../columns/batch.js";
import type { Column } from "../../columns/column.js";
import { withoutDictionaries } from "../../columns/dictionary.js";
import { changedAround } from "../../columns/lists.js";
import { TransloadError } from "../../errors.js";
import type { BinaryWriter } from "../form.js";

class Sink extends AsyncByteQueue {
  chunks: Uint8Array[] = [];

  override write(chunk: Uint8Array): void {
    this.chunks.push(Uint8Array.from(chunk));
  }

  take(): Uint8Array[] {
    const { chunks } = this;
    this.chunks = [];
    return chunks;
  }
}

export class ArrowWriter implements BinaryWriter {
  readonly #sink = new Sink();
  readonly #writer: RecordBatchFileWriter | RecordBatchStreamWriter;
  #schema: Schema | undefined;
  /** Of the first batch's columns. */
  #shapes: readonly (readonly number[])[] | undefined;

  constructor(format: "file" | "stream") {
    this.#writer = format === "file" ? new RecordBatchFileWriter() : new RecordBatchStreamWriter();
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
