// The payloads that conversions start from, written by hand: nothing of transload is in them.
import type { Column } from "./table.js";

export function azureSplit(columns: readonly Column[], index: readonly string[], params?: string): string {
  return `{"input_data": ${split(columns, index)}${params ? `, "params": ${params}` : ""}}`;
}

export function mlflowSplit(columns: readonly Column[], index?: readonly string[]): string {
  return `{"dataframe_split": ${split(columns, index)}}`;
}

export function records(columns: readonly Column[]): string {
  return `[${objects(columns).join(",\n ")}]`;
}

export function jsonl(columns: readonly Column[]): string {
  return objects(columns)
    .map((line) => `${line}\n`)
    .join("");
}

/** RFC 4180: strings are quoted, null is a blank. */
export function csv(columns: readonly Column[]): string {
  const field = (cell: string) =>
    cell.startsWith('"') ? `"${(JSON.parse(cell) as string).replaceAll('"', '""')}"` : cell === "null" ? "" : cell;
  return [columns.map(({ name }) => name), ...rows(columns).map((row) => row.map(field))]
    .map((fields) => `${fields.join(",")}\r\n`)
    .join("");
}

/** Open Inference Protocol: an input for each column, which MLServer makes a frame of. */
export function oipColumns(columns: readonly Column[]): string {
  const inputs = columns.map(({ name, dtype, cells }) => {
    const datatype = DATATYPES[dtype];
    return `{"name": ${JSON.stringify(name)}, "shape": [${cells.length}], "datatype": "${datatype}", "data": [${cells.join(", ")}]}`;
  });
  return `{"parameters": {"content_type": "pd"}, "inputs": [${inputs.join(", ")}]}`;
}

const DATATYPES: Readonly<Record<string, string>> = { int64: "INT64", uint64: "UINT64", float64: "FP64", bool: "BOOL", object: "BYTES" };

function split(columns: readonly Column[], index?: readonly string[]): string {
  const names = columns.map(({ name }) => JSON.stringify(name)).join(", ");
  const data = rows(columns).map((row) => `[${row.join(", ")}]`);
  return `{"columns": [${names}], ${index ? `"index": [${index.join(", ")}], ` : ""}"data": [\n  ${data.join(",\n  ")}\n]}`;
}

function objects(columns: readonly Column[]): string[] {
  return rows(columns).map((row) => `{${row.map((cell, i) => `${JSON.stringify(columns[i]?.name)}: ${cell}`).join(", ")}}`);
}

function rows(columns: readonly Column[]): string[][] {
  return (columns[0]?.cells ?? []).map((_, row) => columns.map(({ cells }) => cells[row] as string));
}
