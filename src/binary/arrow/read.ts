// Apache Arrow IPC to batches, through apache-arrow's reader: our columns are Arrow's buffers, so a batch lies over a record batch's memory.

import type { FileHandle } from "node:fs/promises";
import { DataType, type Field, type RecordBatch, RecordBatchReader, type Schema, type Vector } from "apache-arrow";
import { Batch } from "../../columns/batch.js";
import { decodeBytes } from "../../columns/bytes.js";
import { placesAmong, TransloadError } from "../../errors.js";
import { expansionGuard } from "../../io/expansion.js";
import type { RandomAccess } from "../../io/store.js";
import { bytesOfRow, cut } from "../cut.js";
import { type BinaryRead, rowsOfBatch } from "../form.js";
import { columnOf } from "./column.js";
import { guardLengths, guardMessages } from "./guard.js";

/**
 * Reads a file, or a stream, of record batches.
 * @throws TransloadError E_SYNTAX for what is no Arrow, E_TRUNCATED where it ends too early, E_DTYPE for types that are no cells here,
 * E_SHAPE for lists of different shapes.
 */
export async function* readArrow(file: RandomAccess, options: BinaryRead): AsyncGenerator<Batch, void, undefined> {
  guardLengths();
  await checkEnd(file);
  const { handle, step } = handleOf(file);
  const { reader, schema, due } = await damaged(async () => {
    const closed = await RecordBatchReader.from(handle);
    guardMessages(closed, expansionGuard("an Arrow file of rows without any bytes", options.maxExpand));
    const opened = await closed.open();
    if (!(opened.schema as Schema | undefined)) throw new RangeError("unexpected end: it has no schema");
    // a footer says how many there are; the reader takes one that is not where it should be for the end
    return { reader: opened, schema: opened.schema, due: opened.isFile() ? opened.numRecordBatches : 0 };
  });
  let read = 0;
  const names = schema.fields.map(({ name }) => name);
  const order = options.columns ? placesAmong(names, options.columns) : names.map((_, i) => i);
  const shapes: Shapes = new Map();
  let rowOffset = 0;
  for (;;) {
    step();
    const { value, done } = await damaged(async () => reader.next());
    if (done) {
      if (read < due) throw new TransloadError("E_TRUNCATED", `not a whole Arrow file: it has ${read} of ${due} batches`);
      return;
    }
    read++;
    const batch = await damaged(async () => batchOf(value as RecordBatch, order, rowOffset, shapes));
    rowOffset += batch.rowCount;
    // the file's own batches, unless others are asked for
    const asked = options.batchRows !== undefined || options.batchBytes !== undefined;
    yield* cut(batch, asked ? rowsOfBatch(bytesOfRow(batch.columns), options) : batch.rowCount);
  }
}

/** A file ends as it begins; its reader would take what stands before that for a footer, whatever it is. */
async function checkEnd(file: RandomAccess): Promise<void> {
  const isMagic = async (from: number) => decodeBytes(await file.read(Math.max(0, from), from + MAGIC.length)) === MAGIC;
  if ((await isMagic(0)) && !(await isMagic(file.size - MAGIC.length)))
    throw new TransloadError("E_TRUNCATED", `the Arrow file does not end with ${MAGIC}: it is cut short`, { offset: file.size });
}

const MAGIC = "ARROW1";

type FromHandle = Parameters<typeof RecordBatchReader.from>[0] & FileHandle;

/** What apache-arrow uses of Node's file handles; `step` is called before each batch. */
function handleOf(file: RandomAccess): { handle: FromHandle; step(): void } {
  // a damaged file may send it to the same message for ever
  let seen = new Map<string, number>();
  const read = async (buffer: Uint8Array, offset: number, length: number, position: number) => {
    const place = `${position} ${length}`;
    const times = (seen.get(place) ?? 0) + 1;
    seen.set(place, times);
    if (times > MOST_READS) throw new Error("a message that is no record batch");
    const bytes = await file.read(position, position + length);
    if (bytes.length === 0) throw new Error("unexpected end of the file");
    buffer.set(bytes, offset);
    return { bytesRead: bytes.length, buffer };
  };
  const handle = { fd: -1, stat: async () => ({ size: file.size }), read, close: async () => {} } as unknown as FromHandle;
  return {
    handle,
    step: () => {
      seen = new Map();
    },
  };
}

/** How often a place is read for one batch, at most. */
const MOST_READS = 8;

/** What apache-arrow throws for a damaged file, as ours. */
async function damaged<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TransloadError) throw error;
    const { message } = error as Error;
    const short = /expected to read|unexpected end|out of bounds|outside|premature/i.test(message);
    throw new TransloadError(short ? "E_TRUNCATED" : "E_SYNTAX", `not a whole Arrow file: ${message}`, {}, { cause: error });
  }
}

/** Of lists whose type has no length, by the places of their columns. */
type Shapes = Map<number, readonly number[]>;

function batchOf(record: RecordBatch, order: readonly number[], rowOffset: number, shapes: Shapes): Batch {
  const { fields } = record.schema;
  const columns = order.map((i) => {
    const column = columnOf(fields[i] as Field, record.getChildAt(i) as Vector, record.numRows, rowOffset, shapes.get(i));
    if (record.numRows > 0) shapes.set(i, column.shape);
    return column;
  });
  const tensor = fields.length === 1 && DataType.isFixedSizeList(fields[0]?.type);
  return new Batch({ rowOffset, rowCount: record.numRows, columns, kind: tensor ? "tensor" : "frame" });
}
