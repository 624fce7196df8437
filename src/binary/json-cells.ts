// Structs and maps as JSON: batches have columns of one dtype each, and no columns in columns. So a column that has such, be it in lists, is
// one of text, which text forms have as it is; the readers of Arrow and Parquet put the cells together here.
import { toBase64 } from "../columns/bytes.js";
import { type Column, isVerbatim, type Level } from "../columns/column.js";
import { areDistinct } from "../columns/distinct.js";
import { isTime, NAT, unitOf } from "../columns/dtype.js";
import { levelsOf } from "../columns/lists.js";
import { lengthOf, textColumn, textsOf } from "../columns/texts.js";
import { timeText } from "../columns/time.js";
import { floatText } from "../engine/float-text.js";
import { TransloadError } from "../errors.js";

/** What a null is in JSON. */
export const NULL = "null";

/**
 * Each cell as JSON, whatever lists it is in. NaN and the infinities keep their names, which the text forms judge.
 * @throws TransloadError E_RANGE for a time that ISO 8601 does not write in four digits of a year.
 */
export function cellTexts(column: Column): string[] {
  const { valid, values } = column;
  const text = speller(column);
  return Array.from({ length: lengthOf(column) }, (_, i) => (valid?.[i] === 0 ? NULL : text(values[i])));
}

/** Each row as JSON: a list of its cells where it has lists. */
export function rowTexts(column: Column, rows: number): string[] {
  const lists = column.lists ?? levelsOf(column.shape, rows);
  return lists.reduceRight((items, level) => listTexts(items, level), cellTexts(column));
}

function listTexts(items: readonly string[], { offsets, valid }: Level): string[] {
  return Array.from({ length: offsets.length - 1 }, (_, i) =>
    valid?.[i] === 0 ? NULL : `[${items.slice(offsets[i], offsets[i + 1]).join(",")}]`,
  );
}

function speller(column: Column): (value: unknown) => string {
  const { name, dtype } = column;
  if (isVerbatim(column)) return (value) => value as string;
  if (dtype === "string") return (value) => JSON.stringify(value);
  if (dtype === "bytes") return (value) => JSON.stringify(toBase64(value as Uint8Array));
  if (dtype === "bool") return (value) => (value ? "true" : "false");
  if (dtype === "float32" || dtype === "float64")
    return (value) => (Number.isFinite(value) ? floatText(value as number, dtype) : String(value));
  if (!isTime(dtype)) return String;
  const unit = unitOf(dtype);
  return (value) => {
    if (value === NAT) return NULL;
    const text = timeText(value as bigint, unit);
    if (text !== undefined) return `"${text}"`;
    throw new TransloadError(
      "E_RANGE",
      `column ${JSON.stringify(name)}: ${value} in ${dtype} is not of the years 0000 to 9999, which ISO 8601 has`,
    );
  };
}

/** A column of JSON, a text for each row, in which a row that is null as a whole has none. */
export function jsonColumn(name: string, texts: readonly string[]): Column {
  return withTexts(name, texts, true);
}

/** The same, or one of text, which is a string to text forms. */
export function withTexts(name: string, texts: readonly string[], json: boolean): Column {
  const valid = texts.includes(NULL) ? Uint8Array.from(texts, (text) => (text === NULL ? 0 : 1)) : undefined;
  const own = valid ? texts.map((text) => (text === NULL ? "" : text)) : [...texts];
  const rest = { name, shape: [], ...(valid && { valid }), ...(json && { json: true as const }) };
  const packed = textsOf(own, false);
  return packed ? textColumn(rest, packed) : { ...rest, dtype: "string", values: own };
}

/**
 * Keys of a struct, each with its colon.
 * @throws TransloadError E_DUPLICATE where two are alike, of which JSON's readers would keep one.
 */
export function structKeys(name: string, keys: readonly string[]): string[] {
  if (areDistinct(keys)) return keys.map((key) => `${JSON.stringify(key)}:`);
  const twice = keys.find((key, i) => keys.indexOf(key) < i);
  throw new TransloadError(
    "E_DUPLICATE",
    `column ${JSON.stringify(name)} holds structs with two fields called ${JSON.stringify(twice)}, of which an object in JSON keeps one`,
  );
}

/** A struct that is there: its fields' texts, in the order of its keys. */
export function structText(keys: readonly string[], fields: readonly string[]): string {
  return `{${keys.map((key, i) => key + fields[i]).join(",")}}`;
}

/**
 * A map that is there: an object where its keys are text, as DuckDB, Spark and ClickHouse have it, and else a list of pairs, as pyarrow has
 * it, because a key of JSON's is text.
 * @throws TransloadError E_DUPLICATE where an object would have two members of one name; E_NULL for a key that is null.
 */
export function mapText(name: string, keys: readonly string[], values: readonly string[], text: boolean): string {
  if (!text) return `[${keys.map((key, i) => `[${key},${values[i]}]`).join(",")}]`;
  if (keys.includes(NULL)) throw new TransloadError("E_NULL", `column ${JSON.stringify(name)} has a map with a key that is null`);
  if (!areDistinct(keys)) {
    const twice = keys.find((key, i) => keys.indexOf(key) < i);
    throw new TransloadError(
      "E_DUPLICATE",
      `column ${JSON.stringify(name)} has a map with two keys ${twice}, of which an object in JSON keeps one`,
    );
  }
  return `{${keys.map((key, i) => `${key}:${values[i]}`).join(",")}}`;
}
