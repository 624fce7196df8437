// Arrow's schema: what a file's columns are called, and what is in them (arrow/format, Schema.fbs).
import type { TimeUnit } from "../../columns/dtype.js";
import type { Table } from "./flat.js";

/** Bytes of an offset, or views in the place of offsets. */
type Offsets = 4 | 8 | "view";

export type ArrowType =
  | { readonly kind: "null" | "bool" | "runs" | "struct" | "map" }
  | { readonly kind: "int"; readonly bits: number; readonly signed: boolean }
  | { readonly kind: "float"; readonly bits: number }
  | { readonly kind: "decimal"; readonly bits: number; readonly precision: number; readonly scale: number }
  | { readonly kind: "date"; readonly bits: number }
  | { readonly kind: "time" | "duration"; readonly bits: number; readonly unit: Clock }
  | { readonly kind: "timestamp"; readonly unit: Clock; readonly timezone: string | undefined }
  | { readonly kind: "text" | "bytes"; readonly offsets: Offsets }
  | { readonly kind: "fixed"; readonly bytes: number }
  | { readonly kind: "list"; readonly offsets: 4 | 8; readonly view: boolean }
  | { readonly kind: "fixed list"; readonly length: number }
  | Other;

/** What is no cell here, by the name that Arrow has for it, with its buffers, which are passed over. */
interface Other {
  readonly kind: "other";
  readonly name: string;
  readonly buffers: number;
}

type Clock = Exclude<TimeUnit, "D">;

export interface ArrowField {
  readonly name: string;
  readonly type: ArrowType;
  readonly children: readonly ArrowField[];
  /** Of cells that are places in a dictionary: which, and what a place is. */
  readonly dictionary: { readonly id: number; readonly index: ArrowType } | undefined;
  readonly metadata: ReadonlyMap<string, string>;
}

export interface ArrowSchema {
  readonly big: boolean;
  readonly fields: readonly ArrowField[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** Columns in columns go no deeper; a damaged file may have one within itself. */
const DEEPEST = 64;
/** Nor are there more of them, all told. */
const MOST_FIELDS = 1 << 20;

/** @throws RangeError, or Error, for a schema that none is. */
export function schemaOf(table: Table): ArrowSchema {
  let count = 0;
  const fieldsOf = (tables: readonly Table[], depth: number): ArrowField[] => {
    count += tables.length;
    if (depth > DEEPEST || count > MOST_FIELDS) throw new Error("columns within columns without an end");
    return tables.map((own) => {
      const children = fieldsOf(own.tables(5), depth + 1);
      const type = typeOf(own.int8(2, 0), own.table(3));
      if ((type.kind === "list" || type.kind === "fixed list") && children.length !== 1) throw new Error("lists of no one type");
      if (type.kind === "map" && children[0]?.children.length !== 2) throw new Error("maps without keys and values");
      if (type.kind === "runs" && children.length !== 2) throw new Error("runs without their ends and values");
      const coded = own.table(4);
      const index = coded?.table(1);
      const dictionary = coded && {
        id: coded.int64(0),
        index: index ? typeOf(INT, index) : ({ kind: "int", bits: 32, signed: true } as const),
      };
      return { name: own.text(0) ?? "", type, children, dictionary, metadata: metadataOf(own, 6) };
    });
  };
  return { big: table.int16(0, 0) === 1, fields: fieldsOf(table.tables(1), 0), metadata: metadataOf(table, 2) };
}

function metadataOf(table: Table, field: number): Map<string, string> {
  return new Map(table.tables(field).map((pair) => [pair.text(0) ?? "", pair.text(1) ?? ""]));
}

const INT = 2;
const CLOCKS: readonly Clock[] = ["s", "ms", "us", "ns"];

function clockOf(unit: number): Clock {
  const clock = CLOCKS[unit];
  if (!clock) throw new Error(`a unit of time, ${unit}, that none is`);
  return clock;
}

/** A type by its number; `table` is what is said of it. */
function typeOf(number: number, table: Table | undefined): ArrowType {
  if (!table) throw new Error(`a column of type ${number} of which nothing is said`);
  switch (number) {
    case 1:
      return { kind: "null" };
    case INT:
      return { kind: "int", bits: bitsOf(table.int32(0, 0), [8, 16, 32, 64]), signed: table.bool(1) };
    case 3:
      return { kind: "float", bits: bitsOf(16 << table.int16(0, 0), [16, 32, 64]) };
    case 4:
      return { kind: "bytes", offsets: 4 };
    case 5:
      return { kind: "text", offsets: 4 };
    case 6:
      return { kind: "bool" };
    case 7:
      return {
        kind: "decimal",
        precision: table.int32(0, 0),
        scale: table.int32(1, 0),
        bits: bitsOf(table.int32(2, 128), [32, 64, 128, 256]),
      };
    case 8:
      return { kind: "date", bits: table.int16(0, 1) === 0 ? 32 : 64 };
    case 9:
      return { kind: "time", unit: clockOf(table.int16(0, 1)), bits: bitsOf(table.int32(1, 32), [32, 64]) };
    case 10:
      return { kind: "timestamp", unit: clockOf(table.int16(0, 0)), timezone: table.text(1) };
    case 11: {
      const unit = table.int16(0, 0);
      return { kind: "other", name: `Interval[${["YearMonth", "DayTime", "MonthDayNano"][unit] ?? unit}]`, buffers: 2 };
    }
    case 12:
      return { kind: "list", offsets: 4, view: false };
    case 13:
      return { kind: "struct" };
    case 14: {
      const dense = table.int16(0, 0) === 1;
      return { kind: "other", name: dense ? "DenseUnion" : "SparseUnion", buffers: dense ? 2 : 1 };
    }
    case 15:
      return { kind: "fixed", bytes: lengthOf(table.int32(0, 0)) };
    case 16:
      return { kind: "fixed list", length: lengthOf(table.int32(0, 0)) };
    case 17:
      return { kind: "map" };
    case 18:
      return { kind: "duration", unit: clockOf(table.int16(0, 1)), bits: 64 };
    case 19:
      return { kind: "bytes", offsets: 8 };
    case 20:
      return { kind: "text", offsets: 8 };
    case 21:
      return { kind: "list", offsets: 8, view: false };
    case 22:
      return { kind: "runs" };
    case 23:
      return { kind: "bytes", offsets: "view" };
    case 24:
      return { kind: "text", offsets: "view" };
    case 25:
      return { kind: "list", offsets: 4, view: true };
    case 26:
      return { kind: "list", offsets: 8, view: true };
    default:
      throw new Error(`a column of type ${number}, which Arrow's format has not had so far`);
  }
}

function bitsOf(bits: number, known: readonly number[]): number {
  if (!known.includes(bits)) throw new Error(`numbers of ${bits} bits`);
  return bits;
}

function lengthOf(length: number): number {
  if (length < 0) throw new Error(`cells of ${length} bytes or items`);
  return length;
}

/** Whether its cells are structs or maps, or lists of such. */
export function isNested({ type, children }: ArrowField): boolean {
  return type.kind === "struct" || type.kind === "map" || children.some(isNested);
}

/** Lists around its cells whose lengths the type says. */
export function fixedShapeOf({ type, children }: ArrowField): number[] | undefined {
  if (type.kind === "list") return undefined;
  if (type.kind === "runs") return fixedShapeOf(children[1] as ArrowField);
  if (type.kind !== "fixed list") return [];
  const inner = fixedShapeOf(children[0] as ArrowField);
  return inner && [type.length, ...inner];
}

/** Buffers that a column has in a message; those of views, some more. */
export function buffersOf({ type, dictionary }: ArrowField): number {
  if (dictionary) return 2;
  switch (type.kind) {
    case "null":
    case "runs":
      return 0;
    case "fixed list":
    case "struct":
      return 1;
    case "list":
      return type.view ? 3 : 2;
    case "text":
    case "bytes":
      return type.offsets === "view" ? 2 : 3;
    case "other":
      return type.buffers;
    default:
      return 2;
  }
}
