// Apache Arrow IPC through apache-arrow: our columns are Arrow's buffers, so a batch is a record batch over the same memory.

import type { FileHandle } from "node:fs/promises";
import {
  AsyncByteQueue,
  type Data,
  DataType,
  DateUnit,
  type Field,
  Precision,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  TimeUnit,
  type Vector,
  vectorFromArray,
} from "apache-arrow";
import { FIXED_SHAPE, schemaOf, toArrow } from "../../columns/arrow.js";
import { Batch } from "../../columns/batch.js";
import { decodeBytes } from "../../columns/bytes.js";
import type { Column, Texts } from "../../columns/column.js";
import { withoutDictionaries } from "../../columns/dictionary.js";
import { NAT, NUMERIC, type NumericDType, type TypedArray } from "../../columns/dtype.js";
import { placeLists, product } from "../../columns/lists.js";
import { checkUtf8, textColumn } from "../../columns/texts.js";
import { placesAmong, TransloadError } from "../../errors.js";
import { expansionGuard } from "../../io/expansion.js";
import type { RandomAccess } from "../../io/store.js";
import { bytesOfRow, cut } from "../cut.js";
import { type BinaryRead, type BinaryWriter, rowsOfBatch } from "../form.js";
import { halves } from "../half.js";
import { bitsAt, endsIn, placesIn } from "../places.js";
import { guardLengths, guardMessages } from "./guard.js";

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

  constructor(format: "file" | "stream") {
    this.#writer = format === "file" ? new RecordBatchFileWriter() : new RecordBatchStreamWriter();
    this.#writer.reset(this.#sink as never);
  }

  write(batch: Batch): Iterable<Uint8Array> {
    // a file has one dictionary for all of its batches, and ours have one each
    const plain = withoutDictionaries(batch);
    const schema = schemaOf(plain);
    if (this.#schema && `${this.#schema}` !== `${schema}`)
      throw new TransloadError("E_FORM", `an Arrow file has one table, and what follows is another: ${schema} behind ${this.#schema}`);
    this.#schema ??= schema;
    this.#writer.write(toArrow(plain, this.#schema));
    return this.#sink.take();
  }

  end(): Iterable<Uint8Array> {
    if (!this.#schema) this.#writer.reset(this.#sink as never, new Schema([]));
    this.#writer.finish();
    return this.#sink.take();
  }
}

// ---- reading

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

function columnOf(
  { name, metadata }: Field,
  vector: Vector,
  rows: number,
  rowOffset: number,
  known: readonly number[] | undefined,
): Column {
  const data = vector.data[0] as Data;
  checkNulls(data);
  const column = cellsOrLists(data, name, rows, rowOffset, known);
  // other extensions have metadata of their own kind, which need not be JSON
  const fixed = metadata.get("ARROW:extension:name") === FIXED_SHAPE;
  const said = fixed ? metadata.get("ARROW:extension:metadata") : undefined;
  const shape = said === undefined ? undefined : (JSON.parse(said) as { shape?: number[] }).shape;
  if (shape && !(Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length) && length >= 0)))
    throw new Error(`a shape that is none, ${said?.slice(0, 100)}`);
  return shape && product(shape) === product(column.shape) ? { ...column, shape } : column;
}

function cellsOrLists(data: Data, name: string, rows: number, rowOffset: number, known: readonly number[] | undefined): Column {
  if (isList(data.type) && rows === 0)
    return { ...cellsOrLists(nothingOf(data.type.children[0]?.type as DataType), name, 0, 0, undefined), shape: [] };
  if (DataType.isList(data.type) || DataType.isLargeList(data.type)) return listsFrom(data, name, rows, rowOffset, known);
  if (DataType.isFixedSizeList(data.type)) {
    checkRoom(data);
    const inner = data.children[0] as Data;
    const size = data.type.listSize;
    if (inner.length < (data.offset + rows) * size)
      throw new RangeError(`unexpected end of a message: its lists have ${inner.length} cells`);
    const cells = cellsOrLists(
      inner.clone(inner.type, inner.offset + data.offset * size, rows * size),
      name,
      rows * size,
      rowOffset,
      undefined,
    );
    return withNullLists(data, { ...cells, shape: [size, ...cells.shape] });
  }
  const cells = cellsFrom(data, name);
  return cells.texts ? (cells as Column) : { name, ...cells, shape: [] };
}

function isList(type: DataType): boolean {
  return DataType.isList(type) || DataType.isLargeList(type) || DataType.isFixedSizeList(type);
}

/** Lists around its cells. */
function depthOf(type: DataType): number {
  return isList(type) ? 1 + depthOf(type.children[0]?.type as DataType) : 0;
}

/** No cells of this type: a batch without rows may lack what its lists hold. */
function nothingOf(type: DataType): Data {
  return vectorFromArray([], type).data[0] as Data;
}

/** Lists of any length, which must have one; those that are null have none. */
function listsFrom(data: Data, name: string, rows: number, rowOffset: number, known: readonly number[] | undefined): Column {
  checkRoom(data);
  const offsets = offsetsIn(data, (data.children[0] as Data).length);
  const [from, to] = [offsets[0] ?? 0, offsets[rows] ?? 0];
  const present = Array.from({ length: rows }, (_, row) => row).filter((row) => data.getValid(row));
  const lengthOfRow = (row: number) => (offsets[row + 1] as number) - (offsets[row] as number);
  const [first] = present;
  const size = known?.[0] ?? (first === undefined ? undefined : lengthOfRow(first));
  if (size === undefined)
    throw new TransloadError(
      "E_SHAPE",
      `column ${JSON.stringify(name)} has no list that is not null among its first ${rows}, so their shape is not known`,
    );
  const odd = present.find((row) => lengthOfRow(row) !== size);
  if (odd !== undefined)
    throw new TransloadError(
      "E_SHAPE",
      `row ${rowOffset + odd}, column ${JSON.stringify(name)}: its lists must all have one shape; this has ${lengthOfRow(odd)} cells, and those before have ${size}`,
      { row: rowOffset + odd },
    );
  const child = data.children[0] as Data;
  if (isList(child.type) && child.nullCount > 0)
    throw new TransloadError("E_SHAPE", `column ${JSON.stringify(name)} has lists of more than one shape, or null, inside its lists`);
  const inner = cellsOrLists(child.clone(child.type, child.offset + from, to - from), name, to - from, rowOffset, known?.slice(1));
  const shape = [size, ...(size === 0 ? new Array(depthOf(child.type)).fill(0) : inner.shape)];
  if (known && `${known}` !== `${shape}`)
    throw new TransloadError(
      "E_SHAPE",
      `column ${JSON.stringify(name)} has lists of shape [${shape.join(", ")}] where those before have [${known.join(", ")}]`,
    );
  if (present.length === rows) return { ...inner, shape };
  return placeLists(
    inner,
    shape,
    rows,
    present.map((row) => [row, ((offsets[row] as number) - from) * product(inner.shape)]),
  );
}

/** Cells of a list that is null are null, whatever lies in them. */
function withNullLists(data: Data, column: Column): Column {
  if (data.nullCount === 0) return column;
  const perRow = product(column.shape);
  const present = Array.from({ length: data.length }, (_, row) => row).filter((row) => data.getValid(row));
  return placeLists(
    column,
    column.shape,
    data.length,
    present.map((row) => [row, row * perRow]),
  );
}

type Cells = Pick<Column, "dtype" | "values" | "valid" | "timezone" | "texts">;

/**
 * A damaged message may say that there are more cells than bytes.
 * @throws RangeError
 */
function checkRoom({ type, offset, length, nullBitmap, values }: Data): void {
  const end = offset + length;
  const short =
    (nullBitmap && nullBitmap.length > 0 && 8 * nullBitmap.length < end) ||
    8 * ((values as Uint8Array | undefined)?.byteLength ?? 0) < bitsOfCell(type) * end;
  if (short) throw new RangeError(`unexpected end of a message: it has not the ${length} cells that it says`);
}

/** Bits of a cell, where all of them have as many; 0 elsewhere. */
function bitsOfCell(type: DataType): number {
  if (DataType.isBool(type)) return 1;
  if (DataType.isDictionary(type)) return bitsOfCell(type.indices);
  if (DataType.isInt(type)) return type.bitWidth;
  if (DataType.isFloat(type)) return [16, 32, 64][type.precision] as number;
  if (DataType.isDate(type)) return type.unit === DateUnit.DAY ? 32 : 64;
  if (DataType.isTimestamp(type)) return 64;
  return DataType.isFixedSizeBinary(type) ? 8 * type.byteWidth : 0;
}

/**
 * How many cells are null, as the message says and as it has them; of all that is in a column.
 * @throws RangeError where these are not the same.
 */
function checkNulls(data: Data): void {
  const { nullBitmap, nullCount, offset, length, children } = data;
  if (nullBitmap && nullBitmap.length > 0) {
    checkRoom(data);
    let present = 0;
    for (let i = offset; i < offset + length; i++) present += ((nullBitmap[i >> 3] as number) >> (i & 7)) & 1;
    if (length - present !== nullCount) throw new RangeError(`${length - present} nulls where it says ${nullCount}`);
  }
  for (const child of children) checkNulls(child);
}

/** Where the cells of text, bytes or lists end, within what they are of. */
function offsetsIn({ valueOffsets, offset, length }: Data, most: number): Int32Array<ArrayBuffer> {
  if (length === 0) return new Int32Array(1);
  const own = valueOffsets as unknown as Int32Array<ArrayBuffer> | BigInt64Array;
  if (own.length <= offset + length) throw new RangeError(`unexpected end of a message: it has not the ${length} cells that it says`);
  return endsIn(own.subarray(offset, offset + length + 1) as typeof own, most);
}

function cellsFrom(data: Data, name: string): Cells {
  checkRoom(data);
  const valid = data.nullCount > 0 ? bitsAt(data.nullBitmap, data.offset, data.length) : undefined;
  const { type } = data;
  const direct = numericOf(type);
  if (direct) return withNulls(direct, sliceOf(data, direct), valid);
  if (DataType.isBool(type)) return withNulls("bool", bitsAt(data.values as unknown as Uint8Array, data.offset, data.length), valid);
  if (DataType.isFloat(type) && type.precision === Precision.HALF)
    return withNulls("float32", halves((data.values as unknown as Uint16Array).subarray(data.offset, data.offset + data.length)), valid);
  if (DataType.isNull(type)) return withNulls("float64", new Float64Array(data.length), new Uint8Array(data.length));
  const mask = valid && { valid };
  const unit = DataType.isTimestamp(type) ? UNITS[type.unit] : DataType.isDate(type) ? "D" : undefined;
  if (unit) {
    const raw = rawTimes(data);
    const values = BigInt64Array.from({ length: data.length }, (_, i) => (valid?.[i] === 0 ? NAT : raw(i)));
    const timezone = DataType.isTimestamp(type) && type.timezone ? { timezone: type.timezone } : {};
    return { dtype: `datetime64[${unit}]`, values, ...timezone, ...mask };
  }
  const texts = textsIn(data, name, valid);
  if (texts) return textColumn({ name, shape: [], ...mask }, texts);
  const values = listOf(data, name, valid);
  // a dictionary may have a null among its cells
  const own = values.includes(null) ? { valid: Uint8Array.from(values, (value) => (value === null ? 0 : 1)) } : {};
  return isBinary(type)
    ? { dtype: "bytes", values: values.map((value) => (value as Uint8Array<ArrayBuffer> | null) ?? new Uint8Array()), ...own }
    : { dtype: "string", values: values.map((value) => (value as string | null) ?? ""), ...own };
}

/**
 * Text as it lies there; undefined for other types, and for dictionaries that are not of one piece.
 * @throws TransloadError E_UTF8.
 */
function textsIn(data: Data, name: string, valid: Uint8Array | undefined): Texts | undefined {
  const { type, length } = data;
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) {
    const bytes = data.values as Texts["bytes"];
    return length === 0
      ? { offsets: new Int32Array(1), bytes: new Uint8Array() }
      : checkUtf8({ offsets: offsetsIn(data, bytes.length), bytes }, name);
  }
  const [known, ...more] = DataType.isDictionary(type) ? (data.dictionary?.data ?? []) : [];
  if (!known || more.length > 0 || known.nullCount > 0) return undefined;
  const texts = textsIn(known, name, undefined);
  return texts && { ...texts, codes: codesIn(data, texts.offsets.length - 1, valid) };
}

/** Which of a dictionary's cells each is. */
function codesIn({ values, offset, length }: Data, known: number, valid: Uint8Array | undefined): Int32Array<ArrayBuffer> {
  return placesIn((values as unknown as Int32Array).subarray(offset, offset + length), known, valid);
}

function numericOf(type: DataType): NumericDType | undefined {
  if (DataType.isInt(type)) return `${type.isSigned ? "" : "u"}int${type.bitWidth}` as NumericDType;
  if (DataType.isFloat(type) && type.precision !== Precision.HALF) return type.precision === Precision.SINGLE ? "float32" : "float64";
  return undefined;
}

function sliceOf(data: Data, dtype: NumericDType): TypedArray {
  const values = data.values as unknown as TypedArray;
  const { array } = NUMERIC[dtype];
  const at = values.byteOffset + data.offset * array.BYTES_PER_ELEMENT;
  // a column of a message may lie at any byte
  if (at % array.BYTES_PER_ELEMENT === 0) return new array(values.buffer, at, data.length);
  return new array(values.buffer.slice(at, at + data.length * array.BYTES_PER_ELEMENT));
}

/** A null is NaN in floats, and 0 in the rest. */
function withNulls(dtype: NumericDType, values: TypedArray, valid: Uint8Array<ArrayBuffer> | undefined): Cells {
  if (!valid) return { dtype, values };
  const own = values.slice() as TypedArray;
  const nothing = dtype === "float32" || dtype === "float64" ? Number.NaN : dtype.endsWith("64") ? 0n : 0;
  for (let i = 0; i < valid.length; i++) if (!valid[i]) own[i] = nothing as never;
  return { dtype, values: own, valid };
}

/** Cells that are text, or bytes; null where there is none. */
function listOf(data: Data, name: string, valid: Uint8Array | undefined): unknown[] {
  const { type } = data;
  const own = DataType.isDictionary(type) ? type.dictionary : type;
  if (!DataType.isUtf8(own) && !DataType.isLargeUtf8(own) && !isBinary(own))
    throw new TransloadError(
      "E_DTYPE",
      `column ${JSON.stringify(name)} is ${type}, which is no cell here; cast it where the file is written`,
    );
  if (DataType.isDictionary(type)) {
    codesIn(data, data.dictionary?.length ?? 0, valid);
    for (const known of data.dictionary?.data ?? []) checkCells(known);
  } else checkCells(data);
  // apache-arrow's own slices have their buffers cut
  const cut = data.offset === 0 ? data : data.clone(type, 0, data.offset + data.length).slice(data.offset, data.length);
  const vector = new RecordBatch({ column: cut }).getChildAt(0) as Vector;
  return Array.from({ length: data.length }, (_, i) => vector.get(i));
}

/** Of text and bytes, before apache-arrow goes by their offsets. */
function checkCells(data: Data): void {
  checkRoom(data);
  if (!DataType.isFixedSizeBinary(data.type)) offsetsIn(data, (data.values as Uint8Array).length);
}

function isBinary(type: DataType): boolean {
  if (DataType.isDictionary(type)) return isBinary(type.dictionary);
  return DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isFixedSizeBinary(type);
}

const UNITS = { [TimeUnit.SECOND]: "s", [TimeUnit.MILLISECOND]: "ms", [TimeUnit.MICROSECOND]: "us", [TimeUnit.NANOSECOND]: "ns" } as const;

/** Times as whole numbers of their unit; days of Arrow's two dates. */
function rawTimes(data: Data): (i: number) => bigint {
  const values = data.values as unknown as BigInt64Array | Int32Array;
  if (values instanceof Int32Array && DataType.isTimestamp(data.type)) {
    const wide = new BigInt64Array(values.buffer, values.byteOffset, values.length / 2);
    return (i) => wide[data.offset + i] as bigint;
  }
  if (
    values instanceof Int32Array &&
    values.length >= 2 * (data.offset + data.length) &&
    DataType.isDate(data.type) &&
    data.type.unit === 1
  ) {
    const wide = new BigInt64Array(values.buffer, values.byteOffset, values.length / 2);
    return (i) => (wide[data.offset + i] as bigint) / 86_400_000n;
  }
  // milliseconds of whole days
  if (DataType.isDate(data.type) && data.type.unit === 1) return (i) => BigInt(values[data.offset + i] as number | bigint) / 86_400_000n;
  return (i) => BigInt(values[data.offset + i] as number | bigint);
}
