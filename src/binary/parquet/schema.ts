// Our dtypes and Parquet's types (parquet-format, LogicalTypes.md).
import type { SchemaElement } from "hyparquet";
import { EXACT_DIGITS } from "../../columns/decimal.js";
import { type DType, isTime, type NumericDType, type TimeUnit, unitOf } from "../../columns/dtype.js";
import { clockText, durationText } from "../../columns/time.js";
import { TransloadError } from "../../errors.js";
import type { Field, Note } from "./field.js";
import type { Notes } from "./notes.js";
import { endOf, isElement, isList, treeAt } from "./tree.js";

/** What cells of a physical type become here. */
export interface CellType {
  readonly dtype: DType;
  /** Times are points in UTC, which are shown elsewhere, if only by name. */
  readonly timezone?: string;
  /** 12 bytes: nanoseconds of the day and a Julian day. */
  readonly int96?: true;
  readonly half?: true;
  readonly uuid?: true;
  /** Numbers are whole multiples of a tenth to this power. */
  readonly scale?: number;
  /** Text that is decimal numbers. */
  readonly decimal?: true;
  /** The text of a whole number. @throws TransloadError E_RANGE where it has none. */
  readonly spell?: (value: bigint) => string;
}

const INTEGERS: Readonly<Record<string, readonly [bits: number, signed: boolean]>> = {
  INT_8: [8, true],
  INT_16: [16, true],
  INT_32: [32, true],
  INT_64: [64, true],
  UINT_8: [8, false],
  UINT_16: [16, false],
  UINT_32: [32, false],
  UINT_64: [64, false],
};

/** How a column is described, from the outermost list to its cells; all of them may be null. */
export function elementsOf(name: string, dtype: DType, utc: boolean, rank: number): SchemaElement[] {
  const list = { repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST", logical_type: { type: "LIST" } } as const;
  const lists = Array.from({ length: rank }, (_, i): SchemaElement[] => [
    { name: i === 0 ? name : "element", ...list },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
  ]);
  return [...lists.flat(), elementOf(rank === 0 ? name : "element", dtype, utc)];
}

function elementOf(name: string, dtype: DType, utc: boolean): SchemaElement {
  const element = { name, repetition_type: "OPTIONAL" as const };
  if (isTime(dtype)) return { ...element, ...timeElement(unitOf(dtype), utc) };
  switch (dtype) {
    case "bool":
      return { ...element, type: "BOOLEAN" };
    case "float32":
      return { ...element, type: "FLOAT" };
    case "float64":
      return { ...element, type: "DOUBLE" };
    case "string":
      return { ...element, type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } };
    case "bytes":
      return { ...element, type: "BYTE_ARRAY" };
    case "int32":
      return { ...element, type: "INT32" };
    case "int64":
      return { ...element, type: "INT64" };
    default: {
      const bits = Number(/\d+/.exec(dtype)?.[0]);
      const isSigned = !dtype.startsWith("u");
      return {
        ...element,
        type: bits === 64 ? "INT64" : "INT32",
        // and no logical type: hyparquet-writer writes its width as 32 bits where Thrift has a byte, which DuckDB refuses
        converted_type: `${isSigned ? "" : "U"}INT_${bits}` as "INT_8",
      };
    }
  }
}

/** Whole seconds are milliseconds there. The converted types of old are of points in UTC alone. */
function timeElement(unit: TimeUnit, utc: boolean): Omit<SchemaElement, "name"> {
  if (unit === "D") return { type: "INT32", converted_type: "DATE", logical_type: { type: "DATE" } };
  const long = unit === "ns" ? "NANOS" : unit === "us" ? "MICROS" : "MILLIS";
  const old = utc && long !== "NANOS" ? { converted_type: `TIMESTAMP_${long}` as const } : {};
  return { type: "INT64", ...old, logical_type: { type: "TIMESTAMP", isAdjustedToUTC: utc, unit: long } };
}

/** The columns of a file's schema, and what is noted of them. @throws TransloadError E_DUPLICATE for structs with two fields of one name. */
export function fieldsOf([, ...elements]: readonly SchemaElement[], notes: Notes): Field[] {
  const fields: Field[] = [];
  let place = 0;
  for (let at = 0; at < elements.length; ) {
    const end = endOf(elements, at);
    fields.push(fieldAt(elements.slice(at, end), place, notes((elements[at] as SchemaElement).name, fields.length)));
    place += elements.slice(at, end).filter(({ num_children }) => !num_children).length;
    at = end;
  }
  return fields;
}

/** A column, and what belongs to it. Lists are annotated groups around a repeated one, or what is repeated without any. */
function fieldAt(elements: readonly SchemaElement[], place: number, note: Note | undefined): Field {
  const [first] = elements as readonly [SchemaElement];
  const field = { name: first.name, leaf: first, place, nesting: undefined, note };
  const odd = elements.find(({ logical_type: logical }) => OTHERS.includes(logical?.type ?? ""));
  if (odd) return { ...field, fault: `holds ${odd.logical_type?.type}, which is no cell here` };
  const nested = listsAt(elements);
  if (nested) return { ...field, ...nested };
  try {
    return { ...field, tree: treeAt(elements, 0, place, note) };
  } catch (error) {
    if (error instanceof TransloadError) return { ...field, fault: error.detail };
    return { ...field, fault: (error as Error).message };
  }
}

/** Logical types of groups, and of bytes, that mean more than these. */
const OTHERS = ["VARIANT", "GEOMETRY", "GEOGRAPHY"];

/** The lists around a leaf; undefined where structs or maps are among them. */
function listsAt(elements: readonly SchemaElement[]): Pick<Field, "leaf" | "nesting"> | undefined {
  const within: number[] = [];
  let most = 0;
  for (let at = 0, list = false; ; at++) {
    const element = elements[at];
    if (!element) return undefined;
    const repeated = element.repetition_type === "REPEATED";
    if (repeated || element.repetition_type === "OPTIONAL") most++;
    if (repeated) within.push(most);
    const children = element.num_children ?? 0;
    if (children === 0) return { leaf: element, nesting: within.length > 0 ? { elements: within, most } : undefined };
    const around: boolean = list && repeated && !isElement(elements, at, elements[at - 1]?.name ?? "");
    list = !around && isList(element);
    if (children > 1 || !(around || (list && elements[at + 1]?.repetition_type === "REPEATED"))) return undefined;
  }
}

/** @throws TransloadError E_DTYPE for types that are no cells here. */
export function cellTypeOf({ leaf, name, note }: Field): CellType {
  const { type, converted_type: converted, logical_type: logical } = leaf;
  const none = (what: string) =>
    new TransloadError(
      "E_DTYPE",
      `column ${JSON.stringify(name)} holds ${what}, which is no cell here; choose other columns, or cast it where the file is written`,
    );
  if (converted === "DECIMAL" || logical?.type === "DECIMAL") {
    const { precision = 0, scale = 0 } = logical?.type === "DECIMAL" ? logical : leaf;
    return precision > EXACT_DIGITS ? { dtype: "string", scale, decimal: true } : { dtype: "float64", scale };
  }
  const time = timeOf(leaf);
  if (time) return { dtype: `datetime64[${time}]`, ...(isUtc(leaf) && { timezone: note?.timezone ?? "UTC" }) };
  const clock = clockOf(leaf);
  if (clock) return { dtype: "string", spell: (value) => clockText(value, clock) ?? noTime(name, value, clock) };
  if (note?.duration && type === "INT64") {
    const unit = note.duration;
    return { dtype: "string", spell: (value) => durationText(value, unit) };
  }
  switch (type) {
    case "BOOLEAN":
      return { dtype: "bool" };
    case "FLOAT":
      return { dtype: "float32" };
    case "DOUBLE":
      return { dtype: "float64" };
    case "INT32":
    case "INT64": {
      const [bits, signed] =
        logical?.type === "INTEGER"
          ? [logical.bitWidth, logical.isSigned]
          : (INTEGERS[converted ?? ""] ?? [type === "INT32" ? 32 : 64, true]);
      return { dtype: `${signed ? "" : "u"}int${bits}` as NumericDType };
    }
    case "INT96":
      return { dtype: "datetime64[ns]", int96: true };
    case "BYTE_ARRAY": {
      const text =
        converted === "UTF8" || converted === "JSON" || converted === "ENUM" || ["STRING", "JSON", "ENUM"].includes(logical?.type ?? "");
      return text ? { dtype: "string" } : { dtype: "bytes" };
    }
    case "FIXED_LEN_BYTE_ARRAY":
      if (converted === "INTERVAL") throw none("INTERVAL, months and days and milliseconds");
      if (logical?.type === "UUID" || (note?.uuid && leaf.type_length === 16)) return { dtype: "string", uuid: true };
      return logical?.type === "FLOAT16" ? { dtype: "float32", half: true } : { dtype: "bytes" };
    default:
      throw none(`cells of type ${type}`);
  }
}

function noTime(name: string, value: bigint, unit: string): never {
  throw new TransloadError("E_RANGE", `column ${JSON.stringify(name)}: ${value} in ${unit} is no time of one day`);
}

/** The unit of times of day. */
function clockOf({ converted_type: converted, logical_type: logical }: SchemaElement): Exclude<TimeUnit, "D"> | undefined {
  if (logical?.type === "TIME") return logical.unit === "NANOS" ? "ns" : logical.unit === "MICROS" ? "us" : "ms";
  return converted === "TIME_MILLIS" ? "ms" : converted === "TIME_MICROS" ? "us" : undefined;
}

function isUtc({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return logical?.type === "TIMESTAMP" ? logical.isAdjustedToUTC : (converted?.startsWith("TIMESTAMP_") ?? false);
}

function timeOf({ converted_type: converted, logical_type: logical }: SchemaElement): TimeUnit | undefined {
  if (converted === "DATE" || logical?.type === "DATE") return "D";
  if (logical?.type === "TIMESTAMP") return logical.unit === "NANOS" ? "ns" : logical.unit === "MICROS" ? "us" : "ms";
  return converted === "TIMESTAMP_MILLIS" ? "ms" : converted === "TIMESTAMP_MICROS" ? "us" : undefined;
}
