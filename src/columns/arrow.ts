// Batches as Apache Arrow's, over the same memory where Arrow has cells as we do.
import {
  Binary,
  Bool,
  type Data,
  DataType,
  DateDay,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Timestamp,
  TimeUnit,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
  Vector,
} from "apache-arrow";
import { concat } from "./bytes.js";
import type { Column, Texts } from "./column.js";
import { daysOf } from "./days.js";
import { isTime, type NumericDType, unitOf } from "./dtype.js";
import { FIXED_SHAPE, inShape, levelsOf, product } from "./lists.js";
import { lengthOf, refuseLone, textsNow, textsOf } from "./texts.js";

/** What of a batch Arrow has, too. */
interface Rows {
  readonly rowCount: number;
  readonly columns: readonly Column[];
}

const TYPES: Readonly<Record<NumericDType, () => DataType>> = {
  bool: () => new Bool(),
  int8: () => new Int8(),
  int16: () => new Int16(),
  int32: () => new Int32(),
  int64: () => new Int64(),
  uint8: () => new Uint8(),
  uint16: () => new Uint16(),
  uint32: () => new Uint32(),
  uint64: () => new Uint64(),
  float32: () => new Float32(),
  float64: () => new Float64(),
};

// ---- writing

/** A batch as Arrow's record batch: numbers over the same memory, booleans and text copied. Tensors are fixed-size lists. */
export function toArrow(batch: Rows, schema: Schema = schemaOf(batch), rowOffset = 0): RecordBatch {
  const children = batch.columns.map((column, i) => dataOf(column, batch.rowCount, schema.fields[i] as Field, rowOffset));
  const made = new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: batch.rowCount, nullCount: 0, children }));
  // apache-arrow puts a schema's fields together by their names, and two columns may have one
  return Object.assign(made, { schema });
}

export function schemaOf(batch: Rows): Schema {
  return new Schema(batch.columns.map((column) => new Field(column.name, typeOf(column), true, metadataOf(column))));
}

function typeOf(column: Column): DataType {
  const { shape, lists } = column;
  const cell = cellTypeOf(column);
  if (lists) return lists.reduce((type: DataType) => new List(new Field("item", type, true)), cell);
  return shape.length === 0 ? cell : new FixedSizeList(product(shape), new Field("item", cell, true));
}

/** Of text whose every cell is one of a dictionary's; the same object, for Arrow numbers dictionaries by it. */
const DICTIONARY = new Dictionary(new Utf8(), new Int32());

function cellTypeOf(column: Column): DataType {
  const { dtype, timezone } = column;
  if (dtype === "string") return column.texts?.codes ? DICTIONARY : new Utf8();
  if (dtype === "bytes") return new Binary();
  if (!isTime(dtype)) return TYPES[dtype]();
  const unit = unitOf(dtype);
  return unit === "D" ? new DateDay() : new Timestamp(TIME_UNITS[unit], timezone ?? null);
}

const TIME_UNITS = { s: TimeUnit.SECOND, ms: TimeUnit.MILLISECOND, us: TimeUnit.MICROSECOND, ns: TimeUnit.NANOSECOND } as const;

function metadataOf({ shape, lists }: Column): Map<string, string> | null {
  if (lists || shape.length === 0) return null;
  return new Map([
    ["ARROW:extension:name", FIXED_SHAPE],
    ["ARROW:extension:metadata", JSON.stringify({ shape })],
  ]);
}

/** The field is the column's own, or that of the file, whose lists are of any length where those of this batch have one shape. */
function dataOf(column: Column, rows: number, { type, metadata }: Field, rowOffset: number): Data {
  const { shape, lists } = column;
  if (DataType.isFixedSizeList(type)) {
    const nulls = lists?.[0]?.valid ? nullsOf(lists[0].valid) : { nullCount: 0 };
    const said = metadata.get("ARROW:extension:metadata");
    const known = said === undefined ? [type.listSize] : (JSON.parse(said) as { shape: number[] }).shape;
    return makeData({ type, length: rows, child: cellsOf(lists ? inShape(column, known, rowOffset) : column), ...nulls });
  }
  if (!DataType.isList(type)) return cellsOf(column);
  const types = [type];
  for (let inner = type.children[0]?.type; DataType.isList(inner); inner = inner.children[0]?.type) types.push(inner);
  return (column.lists ?? levelsOf(shape, rows)).reduceRight((child, { offsets, valid }, level) => {
    const nulls = valid ? nullsOf(valid) : { nullCount: 0 };
    return makeData({ type: types[level] as List, length: offsets.length - 1, valueOffsets: offsets, child, ...nulls });
  }, cellsOf(column));
}

function nullsOf(valid: Uint8Array): { nullBitmap: Uint8Array; nullCount: number } {
  return { nullBitmap: bits(valid), nullCount: valid.reduce((n, v) => n + 1 - v, 0) };
}

function cellsOf(column: Column): Data {
  const { dtype, valid } = column;
  const length = lengthOf(column);
  const nulls = valid ? nullsOf(valid) : { nullCount: 0 };
  if (dtype === "string") {
    refuseLone(column);
    const { offsets, bytes, codes } = (textsNow(column) ??
      textsOf(column.values as readonly string[], column.texts?.codes !== undefined, valid)) as Texts;
    const texts = (own: number) => makeData({ type: new Utf8(), length: own, nullCount: 0, valueOffsets: offsets, data: bytes });
    if (codes) return makeData({ type: DICTIONARY, length, data: codes, dictionary: new Vector([texts(offsets.length - 1)]), ...nulls });
    return makeData({ type: new Utf8(), length, valueOffsets: offsets, data: bytes, ...nulls });
  }
  const { values } = column;
  if (dtype === "bytes") {
    const parts = values as readonly Uint8Array[];
    return makeData({ type: new Binary(), length, valueOffsets: offsetsOf(parts), data: concat(parts), ...nulls });
  }
  if (dtype === "bool") return makeData({ type: new Bool(), length, data: bits(values as Uint8Array), ...nulls });
  const type = cellTypeOf(column);
  if (DataType.isDate(type)) return makeData({ type: new DateDay(), length, data: daysOf(column), ...nulls });
  return makeData({ type: type as Float64, length, data: values as Float64Array, ...nulls });
}

/** A bit for each byte that is not 0, the first the lowest. */
function bits(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(((bytes.length + 63) >> 6) << 3);
  for (let i = 0; i < bytes.length; i++) if (bytes[i]) out[i >> 3] = (out[i >> 3] as number) | (1 << (i & 7));
  return out;
}

function offsetsOf(parts: readonly Uint8Array[]): Int32Array {
  const offsets = new Int32Array(parts.length + 1);
  for (let i = 0; i < parts.length; i++) offsets[i + 1] = (offsets[i] as number) + (parts[i] as Uint8Array).length;
  return offsets;
}

/** Where Arrow's writer puts its bytes: taken from here after each batch. */
