// A file's share of rows, for one of several readers who know nothing of each other: tasks on other machines. Each reads the head, and then the
// rows between two places that all of them find alike. That a share begins where a row does is proved by whoever reads the share before it, as in
// stretch.ts; so the rows are right once all shares have been read without an error. A share is streamed, and may have any length.
import { read, readSync } from "node:fs";
import { promisify } from "node:util";
import { Batch } from "../columns/batch.js";
import { concat } from "../columns/bytes.js";
import { sliceRows } from "../columns/rows.js";
import { SAMPLE } from "../engine/columns.js";
import { type ErrorCode, optionText, TransloadError } from "../errors.js";
import { DiskSpill } from "../io/disk.js";
import { ring } from "../io/ring.js";
import { SpillStore } from "../io/store.js";
import { batchesIn } from "../lanes/batches.js";
import type { Host } from "../lanes/host.js";
import type { ReadRequest, RowsTold } from "../options/request.js";
import { type Around, aroundRows } from "./around.js";
import { goesInParts } from "./batches.js";
import { goesOn, type RowLook } from "./boundary.js";
import { type OpenFile, whileOpen } from "./open-file.js";
import { hostOf } from "./part.js";
import { cutBehind } from "./relay.js";
import type { Stretch } from "./stretch.js";

/** Which of how many, counted from 1. */
export interface Share {
  readonly number: number;
  readonly of: number;
}

/** A head is read once for a share, and so may be long: a row of it may be an image. */
const LONGEST_HEAD = 1 << 24;
/** Rows behind a place are looked at for so many bytes before it is taken for the end of a row. */
const RUN = 1 << 16;
/** What is no fault of the rows, and would be none the second time. */
const NO_FAULT: readonly ErrorCode[] = ["E_ABORT", "E_SPILL", "E_READ", "E_WRITE"];

const readInto = promisify(read);

/**
 * The batches of this share of the file's rows; one without rows where it has none, so that its columns are known. Where a document's rows are not
 * found by its first bytes, all of them are in the first share. `alone`: what one reader of the whole file gives. Where the share cannot be read,
 * that reader says why, and so tells the first fault of the file, at its place there.
 * @throws TransloadError as `alone` does; E_OPTION where the file is sound and its rows cannot be told apart at the share's end; E_COLUMNS where
 * records have a key that is asked for in other shares only; E_READ where the file has changed meanwhile.
 */
export function batchesOfShare(path: string, share: Share, request: ReadRequest, alone: () => AsyncIterable<Batch>): AsyncIterable<Batch> {
  if (request.rows.picked || request.rows.choice)
    throw new TransloadError(
      "E_OPTION",
      `a share is of all rows; ${["where", "skip", "head", "sample"].map((name) => optionText(name)).join(", ")} are for one reader`,
    );
  return whileOpen(path, (file) => batchesOf(file, share, request, alone));
}

async function* batchesOf(
  file: OpenFile,
  share: Share,
  request: ReadRequest,
  alone: () => AsyncIterable<Batch>,
): AsyncGenerator<Batch, void, undefined> {
  const around = goesInParts(request) ? aroundRows(file.fd, file.size, sourceOf(request), SAMPLE + 1, LONGEST_HEAD) : undefined;
  if (around) yield* sharedBatches(file, share, around, request, alone);
  else if (share.number === 1) yield* alone();
  else yield* withoutRows(alone());
}

function sourceOf({ what = "request", ...request }: ReadRequest): Parameters<typeof aroundRows>[2] {
  return { ...request, what };
}

async function* sharedBatches(
  file: OpenFile,
  share: Share,
  around: Around,
  request: ReadRequest,
  alone: () => AsyncIterable<Batch>,
): AsyncGenerator<Batch, void, undefined> {
  const stretch = stretchOf(file, share, around);
  try {
    yield* batchesOfStretch(file, stretch, around, request);
  } catch (error) {
    if (!(error instanceof TransloadError) || NO_FAULT.includes(error.code)) throw error;
    for await (const _ of alone());
    throw partly(error, stretch);
  }
}

/** What is refused in a share, and not in the whole file. */
function partly(error: TransloadError, { to }: Stretch): TransloadError {
  const [code, why]: [ErrorCode, string] =
    error.code === "E_COLUMNS"
      ? ["E_COLUMNS", `${error.detail}, in this share of the rows; one reader of the whole file finds it`]
      : ["E_OPTION", `the rows cannot be cut at byte ${to}: what looks like the end of a row there is none`];
  return new TransloadError(code, `${why}; ask for fewer shares, or for the whole file`, {}, { cause: error });
}

/** From the end of the share before to this one's: two places that depend on the file's bytes, and on where in it they are looked for. */
function stretchOf(file: OpenFile, { number, of }: Share, { first, look }: Around): Stretch {
  const from = cutFor(file, first.length, number - 1, of, look);
  const to = cutFor(file, first.length, number, of, look);
  // one of the two is wrong then, and found to be
  return { from, to: Math.max(from, to), first: number === 1 };
}

function cutFor(file: OpenFile, begin: number, number: number, of: number, look: RowLook): number {
  if (number === 0) return begin;
  if (number === of) return file.size;
  for (let at = begin + Math.floor(((file.size - begin) * number) / of); ; ) {
    const end = cutBehind(file, at, look);
    if (end === undefined) return file.size;
    if (goesOn(bytesAt(file, end, RUN), look)) return end;
    at = end;
  }
}

function bytesAt({ fd }: OpenFile, at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, readSync(fd, bytes, 0, length, at));
}

/** The rows of the stretch, proved: with the document's head before it and the brackets closed behind it, it is a whole payload. */
async function* batchesOfStretch(
  file: OpenFile,
  stretch: Stretch,
  around: Around,
  request: ReadRequest,
): AsyncGenerator<Batch, void, undefined> {
  const head = stretch.first ? around.first : around.others;
  // one that has no rows has the head's alone
  const tail = stretch.to === file.size && stretch.from < file.size ? new Uint8Array() : around.tail;
  const skipped = stretch.first ? 0 : await rowsIn(concat([head, around.tail]), request);
  let told: RowsTold | undefined;
  const onRows = (rows: RowsTold) => {
    told = rows;
  };
  const own: ReadRequest = { ...request, rows: { ...request.rows, partial: true }, onRows };
  const { spillDir } = request.run;
  const host: Host = { ...hostOf(head, spillDir), input: () => new SpillStore(new DiskSpill(spillDir)) };
  let given = false;
  for await (const batch of batchesIn(chunksOf(file, head, stretch, tail), own, host)) {
    const rest = behind(batch, skipped);
    if (rest.rowCount > 0 || !given) yield rest;
    given = true;
  }
  const end = head.length + (stretch.to - stretch.from) + 1;
  if (around.look.kind === "values" && (told === undefined || (tail.length > 0 && told.cargoEnd !== end)))
    throw new TransloadError("E_TRUNCATED", "the share does not end between two rows");
}

async function rowsIn(payload: Uint8Array<ArrayBuffer>, request: ReadRequest): Promise<number> {
  const { onLate: _, onLabels: __, onBeside: ___, run, ...own } = request;
  const bare = { ...own, run: run.spillDir === undefined ? {} : { spillDir: run.spillDir } };
  const quiet = { ...bare, rows: { ...own.rows, partial: true }, batches: { ...own.batches, reuse: false } };
  let rows = 0;
  for await (const { rowCount } of batchesIn([payload], quiet, hostOf(payload, run.spillDir))) rows += rowCount;
  return rows;
}

/** Lent, as a file's are. */
async function* chunksOf(
  { fd }: OpenFile,
  head: Uint8Array,
  { from, to }: Stretch,
  tail: Uint8Array,
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = from;
  const next = async (memory: Uint8Array, offset: number, length: number) => {
    const { bytesRead } = await readInto(fd, memory, offset, Math.min(length, to - at), at);
    at += bytesRead;
    return { bytesRead };
  };
  yield* ring(next, true, head);
  if (tail.length > 0) yield tail;
}

/** The batch's rows behind so many of all. */
function behind({ rowOffset, rowCount, columns, kind, ...batch }: Batch, skipped: number): Batch {
  const from = Math.min(rowCount, Math.max(0, skipped - rowOffset));
  const own = from === 0 ? columns : columns.map((column) => sliceRows(column, from, rowCount));
  return new Batch({ ...batch, rowOffset: Math.max(0, rowOffset - skipped), rowCount: rowCount - from, columns: own, kind });
}

async function* withoutRows(batches: AsyncIterable<Batch>): AsyncGenerator<Batch, void, undefined> {
  for await (const batch of batches) {
    yield behind(batch, batch.rowOffset + batch.rowCount);
    return;
  }
}
