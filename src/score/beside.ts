// What stands beside the predictions: the payload's own columns, its rows' labels, or the rows' numbers.
import { pipeline, Readable } from "node:stream";
import { convert } from "../api/convert.js";
import { formOfName } from "../api/extension.js";
import { batchesOf } from "../api/read.js";
import { binaryAt, binaryForm } from "../binary/form.js";
import { decode } from "../columns/bytes.js";
import { choose } from "../dialects/index.js";
import { membersOf, textOfMembers } from "../engine/members.js";
import { formOf } from "../envelope/detect.js";
import { placesAmong, type TransloadError } from "../errors.js";
import { compressionAt, peek } from "../io/peek.js";
import { chunksOf, type Source } from "../io/source.js";
import { unpack } from "../io/unpack.js";
import type { ConvertOptions, SplitOptions } from "../options/convert.js";

/** What of the payload goes beside the predictions. */
export interface BesideRequest {
  readonly columns: readonly string[];
  readonly reading: SplitOptions;
}

/** Members of a record, each as a line's text has them: `"row":0,`. */
export type Members = string;

const BRACE = 0x7b; /* { */
const INDEX = "index";
/** What the labels are called on their way here. The payload may have a column called index besides, which is none of theirs. */
const LABELS = " labels of the rows";

/**
 * For each row, in order, the members that come first in its record. The payload is read anew, so that numbers keep their text.
 * @throws TransloadError E_COLUMNS for a column that it does not have; and as `convert` does.
 */
export async function* besideRows(source: Source, request: BesideRequest): AsyncGenerator<Members, void, undefined> {
  if (request.columns.length === 0 && !(await mayHaveLabels(source, request.reading))) return yield* numbers();
  let row = 0;
  try {
    for await (const line of recordsOf(source, request)) yield membersBeside(line, row++, request.columns);
  } catch (error) {
    if (row === 0 && (error as TransloadError).code === "E_RAGGED") await refuseUnnamed(source, request);
    throw error;
  }
}

function membersBeside(line: string, row: number, columns: readonly string[]): Members {
  const all = membersOf(line);
  const labels = columns.includes(INDEX) ? undefined : all.find(([name]) => name === LABELS);
  const first: [string, string] = labels ? [INDEX, labels[1]] : ["row", `${row}`];
  const picked = placesAmong(namesOf(all), columns).map((place, i) => [columns[i], all[place]?.[1]] as [string, string]);
  return `${textOfMembers([first, ...picked]).slice(1, -1)},`;
}

/** Columns without names have those that are given, and no others: with these alone the rows are whole. @throws TransloadError E_COLUMNS. */
async function refuseUnnamed(source: Source, { columns, reading }: BesideRequest): Promise<void> {
  if (reading.columns === undefined) return;
  for await (const _ of recordsOf(source, { columns: [], reading })) return void placesAmong(namesSent(reading.columns), columns);
}

/** Labels are asked for by the name that they have in the payload, where no column has it. */
function namesOf(members: readonly (readonly [string, string])[]): string[] {
  const names = members.map(([name]) => name);
  return names.includes(INDEX) ? names : names.map((name) => (name === LABELS ? INDEX : name));
}

function* numbers(): Generator<Members> {
  for (let row = 0; ; row++) yield `"row":${row},`;
}

/** A frame in JSON may have labels, also behind its rows; of a binary file the first batch tells. */
async function mayHaveLabels(source: Source, { from = "auto", index = "keep" }: SplitOptions): Promise<boolean> {
  if (index !== "keep") return false;
  const named = from === "auto" && typeof source === "string" ? formOfName(source) : from;
  const { head, chunks } = await unpack(source, { lend: false });
  let first = head;
  try {
    for await (const chunk of chunks) {
      first = chunk;
      break;
    }
  } finally {
    await chunks.return?.();
  }
  if (binaryForm(named) ?? binaryAt(head)) return hasLabels(source, named);
  return formOf(choose(named, true), first)?.layout === "frame";
}

/** The same of what comes once, as far as its first bytes tell; and all of it. */
export async function mayHaveLabelsOnce(
  source: Source,
  { from = "auto", index = "keep" }: SplitOptions,
): Promise<{ readonly labels: boolean; readonly all: Source }> {
  if (index !== "keep") return { labels: false, all: source };
  const { head, rest: all } = await peek(chunksOf(source, { lend: false }));
  if (compressionAt(head) ?? binaryForm(from) ?? binaryAt(head)) return { labels: true, all };
  const layout = formOf(choose(from, true), head)?.layout;
  return { labels: layout === undefined || layout === "frame", all };
}

/** Whether a request has labels of its rows. */
export function hasIndex(request: Uint8Array): boolean {
  if (request[0] !== BRACE) return false;
  return membersOf(decode(request)).some(([, text]) => text.startsWith("{") && membersOf(text).some(([name]) => name === INDEX));
}

async function hasLabels(source: Source, from: string): Promise<boolean> {
  let found = false;
  const told = {
    onLabels: () => {
      found = true;
    },
  };
  for await (const _ of batchesOf(source, { from }, told)) break;
  return found;
}

/** The columns to read: those that are sent, under the names that they have there, and those that are only put beside. */
function columnsToRead(sent: SplitOptions["columns"], beside: readonly string[]): SplitOptions["columns"] {
  if (sent === undefined) return undefined;
  const names = namesSent(sent);
  const others = beside.filter((name) => !names.includes(name));
  if (Array.isArray(sent)) return [...names, ...others];
  return { ...(sent as Readonly<Record<string, string>>), ...Object.fromEntries(others.map((name) => [name, name])) };
}

function namesSent(sent: NonNullable<SplitOptions["columns"]>): readonly string[] {
  return Array.isArray(sent) ? (sent as readonly string[]) : Object.keys(sent);
}

/** The payload as a record a line, its labels in a column of their own. */
async function* recordsOf(source: Source, { reading, columns }: BesideRequest): AsyncGenerator<string, void, undefined> {
  const {
    maxRows: _,
    maxBytes: __,
    nan: ___,
    missing: ____,
    datatype: _____,
    onProgress: ______,
    onWarning: _______,
    drop: ________,
    columns: sent,
    ...own
  } = reading;
  const path = typeof source === "string" ? source : undefined;
  const { head, chunks, file } = await unpack(source, { lend: false });
  const from = (own.from ?? "auto") === "auto" ? (binaryAt(head)?.id ?? (path === undefined ? "auto" : formOfName(path))) : own.from;
  const binary = binaryForm(from ?? "auto") !== undefined;
  const labelled = sent !== undefined && columns.includes(INDEX) && (await mayHaveLabels(source, reading));
  const beside = labelled ? columns.filter((name) => name !== INDEX) : columns;
  const wanted = columnsToRead(sent, beside) ?? (binary && columns.length > 0 ? columns : undefined);
  const stream = convert({
    ...own,
    from: from as string,
    to: "jsonl:records",
    nan: "token",
    missing: "null",
    index: `column:${LABELS}`,
    ...(file !== undefined && { file }),
    ...(wanted !== undefined && { columns: wanted }),
  } as ConvertOptions);
  yield* textLines(pipeline(Readable.from(chunks, { objectMode: false }), stream, () => {}));
}

async function* textLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(0x0a);
    const whole = Buffer.concat([rest, chunk.subarray(0, end + 1)]);
    if (end < 0) rest = Buffer.concat([rest, chunk]);
    else {
      const lines = decode(whole).split("\n");
      lines.pop();
      yield* lines;
      rest = Buffer.from(chunk.subarray(end + 1));
    }
  }
}

/** Whether a source can be read but once. */
export function isOnce(source: Source): boolean {
  return !(typeof source === "string" || source instanceof URL || source instanceof Uint8Array);
}
