import { convert, detect } from "transload/web";
import type { Look, Reading } from "../messages.js";
import { openInput } from "./input.js";
import { textOf } from "./text.js";

const ROWS = 10;
/** What tells the form of a payload in JSON. */
const HEAD = 1 << 16;

/**
 * The first rows of a file, and no more of it is read than these: as lines, behind which nothing stands that would have to be known. A list has no
 * names for the columns of records, and tensors of several ranks are no rows at all; MLflow's inputs have a place for those.
 */
export async function look(file: File, reading: Reading, signal: AbortSignal): Promise<Look> {
  const { options } = await openInput(file, reading);
  const told = options.from === "auto" ? detect(new Uint8Array(await file.slice(0, HEAD).arrayBuffer())) : options.from;
  for (const to of ["jsonl:records", "jsonl:lists"])
    try {
      const lines = (await rowsAs(to, file, reading, signal)).split("\n").filter((line) => line !== "");
      return { form: told, ...ofTensor(lines.map(parse) as readonly unknown[]) };
    } catch (error) {
      if (signal.aborted) throw error;
    }
  return { form: told, ...ofInputs(parse(await rowsAs("mlflow:inputs", file, reading, signal)) as Payload) };
}

async function rowsAs(to: string, file: File, reading: Reading, signal: AbortSignal): Promise<string> {
  const { stream, blob, options } = await openInput(file, reading);
  const conversion = convert({ ...options, ...(blob && { blob }), to, head: ROWS, nan: "null", signal });
  return await textOf(stream.pipeThrough(conversion));
}

interface Payload {
  readonly inputs?: readonly unknown[] | Readonly<Record<string, unknown>>;
}

/** Numbers keep the digits that the text has, where the engine tells them (JSON.parse source text access). */
function parse(text: string): unknown {
  const keep = (_: string, value: unknown, context?: { readonly source?: string }) =>
    typeof value === "number" && context?.source !== undefined ? new Digits(context.source) : value;
  return JSON.parse(text, keep as (key: string, value: unknown) => unknown);
}

/** A number, as its text. */
class Digits {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return this.#text;
  }
}

function ofInputs({ inputs }: Payload): Pick<Look, "names" | "rows"> {
  if (Array.isArray(inputs)) return ofTensor(inputs);
  const columns = Object.entries(inputs ?? {});
  const lists = columns.map(([, cells]) => (Array.isArray(cells) ? cells : [cells]));
  const length = Math.min(ROWS, Math.max(0, ...lists.map((cells) => cells.length)));
  return {
    names: columns.map(([name]) => name),
    rows: Array.from({ length }, (_, row) => lists.map((cells) => (row < cells.length ? cellText(cells[row]) : ""))),
  };
}

function ofTensor(rows: readonly unknown[]): Pick<Look, "names" | "rows"> {
  if (rows.every((row) => isRecord(row))) return ofRecords(rows);
  return { names: undefined, rows: rows.slice(0, ROWS).map((row) => (Array.isArray(row) ? row.map(cellText) : [cellText(row)])) };
}

function ofRecords(records: readonly Readonly<Record<string, unknown>>[]): Pick<Look, "names" | "rows"> {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return { names, rows: records.slice(0, ROWS).map((record) => names.map((name) => (name in record ? cellText(record[name]) : ""))) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Digits);
}

/** A cell as it stands in a text: lists and objects as JSON. */
function cellText(cell: unknown): string {
  if (typeof cell === "string") return cell;
  if (Array.isArray(cell))
    return `[${cell.map((inner) => (typeof inner === "string" ? JSON.stringify(inner) : cellText(inner))).join(",")}]`;
  if (isRecord(cell)) return `{${Object.entries(cell).map(([key, inner]) => `${JSON.stringify(key)}:${cellText(inner)}`)}}`;
  return String(cell);
}
