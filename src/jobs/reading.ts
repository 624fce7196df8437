// A stretch of a document's rows, read as typed columns on whatever thread. It is proved as in stretch.ts.
import { readSync } from "node:fs";
import type { Batch } from "../columns/batch.js";
import { type Column, type Texts, verbatim } from "../columns/column.js";
import { textColumn, textsNow } from "../columns/texts.js";
import { define } from "../dialects/index.js";
import type { Warning } from "../errors.js";
import { batchesIn } from "../lanes/batches.js";
import type { ReadRequest, RowsTold } from "../options/request.js";
import { Gathering, type Rows } from "./gathering.js";
import { hostOf } from "./part.js";
import type { Stretch } from "./stretch.js";

const CHUNK = 1 << 18;
const SLOTS = 3;

/** What a document's stretches have in common. */
export interface ReadDocument {
  readonly fd: number;
  readonly request: ReadRequest;
  /** Dialects that the program has defined. */
  readonly definitions: readonly unknown[];
  /** Up to and with the first rows, and the same without a frame's labels. */
  readonly first: Uint8Array;
  readonly others: Uint8Array;
  readonly tail: Uint8Array;
  /** Rows of these, and what their columns are (`signatureOf`). */
  readonly rows: number;
  readonly signature: string;
  /** Rows that a stretch is likely to have. */
  readonly likely: number;
}

/** Rows as they go from thread to thread. */
type MovedRows = Omit<Rows, "columns"> & { readonly columns: readonly Moved[] };

/** A column whose texts are no property that asks for them. */
type Moved = Omit<Column, "values"> & { readonly values?: Column["values"] };

/** What came of a part: its rows behind the head's, and what was said of it. */
export interface Read {
  readonly rows: Rows | undefined;
  /** What its batches have in common (`signatureOf`), and of which kind they are. */
  readonly signature: string | undefined;
  readonly kind: Batch["kind"] | undefined;
  readonly told: RowsTold | undefined;
  readonly warnings: readonly Warning[];
}

/** What came of a stretch. */
export interface Answer {
  readonly rows: MovedRows | undefined;
  /** Labels that stand beside the rows. */
  readonly labels: number | undefined;
  readonly warned: readonly string[];
}

/**
 * Reads a part, and takes its rows from this one on, into this memory where they are numbers and it is large enough. Undefined where its columns are others than `signature` says, which says nothing at first.
 * @throws TransloadError as the reading does.
 */
export async function readPart(
  chunks: Iterable<Uint8Array>,
  request: ReadRequest,
  { rows: from, signature, likely }: Pick<ReadDocument, "rows" | "likely"> & { readonly signature: string | undefined },
  memory?: ArrayBuffer,
): Promise<Read | undefined> {
  const warnings: Warning[] = [];
  let told: RowsTold | undefined;
  const own: ReadRequest = {
    ...request,
    rows: { ...request.rows, partial: true },
    run: { ...request.run, onWarning: (warning) => void warnings.push(warning) },
    onRows: (rows) => {
      told = rows;
    },
  };
  const gathering = new Gathering(likely, memory);
  let known = signature;
  let kind: Read["kind"];
  for await (const batch of batchesIn(chunks, own, hostOf(undefined, request.run.spillDir))) {
    known ??= signatureOf(batch);
    if (signatureOf(batch) !== known) return undefined;
    kind = batch.kind;
    gathering.add(batch, Math.max(0, from - batch.rowOffset));
  }
  return { rows: gathering.rows(), signature: known, kind, told, warnings };
}

/**
 * Reads a stretch that others follow; undefined where it is not sound, or its columns are others than the head's.
 * @throws TransloadError as the reading does.
 */
export async function readStretch(
  document: ReadDocument,
  stretch: Stretch,
  memory: ArrayBuffer,
): Promise<(Answer & { moved: readonly ArrayBuffer[] }) | undefined> {
  const { fd, request, definitions, first, others, tail } = document;
  for (const definition of definitions) define(definition);
  const head = stretch.first ? first : others;
  slots ??= slotsOf(CHUNK);
  const read = await readPart(chunksOf(fd, head, stretch, tail, slots), request, document, memory);
  const end = head.length + (stretch.to - stretch.from) + 1;
  if (!read || (tail.length > 0 && read.told?.cargoEnd !== end)) return undefined;
  const rows = read.rows && { ...read.rows, columns: read.rows.columns.map(movedOf) };
  return {
    rows,
    labels: read.told?.labels?.rows,
    warned: read.warnings.map(({ code }) => code),
    moved: rows ? buffersOf(rows) : [],
  };
}

/** What this thread reads stretches into, one after the other. */
let slots: Uint8Array[] | undefined;

function slotsOf(bytes: number): Uint8Array[] {
  return Array.from({ length: SLOTS }, () => new Uint8Array(bytes));
}

/** A part's chunks, each of which is valid until two more have been asked for: they stay near the processor. */
export function* chunksOf(
  fd: number,
  head: Uint8Array,
  { from, to }: Stretch,
  tail: Uint8Array,
  slots = slotsOf(Math.min(CHUNK, to - from)),
): Generator<Uint8Array, void, undefined> {
  yield head;
  for (let at = from, turn = 0; at < to; turn = (turn + 1) % SLOTS) {
    const slot = slots[turn] as Uint8Array;
    const read = readSync(fd, slot, 0, Math.min(slot.length, to - at), at);
    if (read === 0) throw new Error("transload: the file has become shorter");
    at += read;
    yield slot.subarray(0, read);
  }
  if (tail.length > 0) yield tail;
}

/** Names, dtypes and shapes: what batches of one table have in common. */
function signatureOf({ kind, columns }: Batch): string {
  return JSON.stringify([
    kind,
    columns.map(({ name, dtype, shape, timezone, decimal, json }) => [name, dtype, shape, timezone, decimal, json]),
  ]);
}

function movedOf(column: Column): Moved {
  const texts = textsNow(column);
  if (!texts) return column;
  const { name, dtype, shape, valid, lists } = column;
  return { name, dtype, shape, ...(valid && { valid }), ...(lists && { lists }), ...verbatim(column), texts };
}

/** Rows that have come from another thread. */
export function rowsOf(moved: MovedRows): Rows {
  return { ...moved, columns: moved.columns.map(columnOf) };
}

function columnOf(moved: Moved): Column {
  return moved.texts && moved.values === undefined ? textColumn(moved, moved.texts as Texts) : (moved as Column);
}

/** The memory that these lie in. */
function buffersOf({ columns }: MovedRows): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { values, valid, lists, texts } of columns) {
    if (values && ArrayBuffer.isView(values)) buffers.add(values.buffer);
    if (valid) buffers.add(valid.buffer);
    if (texts) buffers.add(texts.bytes.buffer).add(texts.offsets.buffer);
    for (const level of lists ?? []) buffers.add(level.offsets.buffer).add((level.valid ?? level.offsets).buffer);
  }
  return [...buffers];
}
