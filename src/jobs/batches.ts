// A file's rows as typed columns, read on several threads: the same batches, in the same order, as one reader gives. A stretch comes as the
// columns of all its rows, and is cut where one reader's batches end; only the batch that lies over the end of a stretch is copied.
import { closeSync, fstatSync, openSync } from "node:fs";
import { Batch } from "../columns/batch.js";
import { concat } from "../columns/bytes.js";
import type { Block, Column } from "../columns/column.js";
import { product } from "../columns/lists.js";
import { joinColumns, sliceRows } from "../columns/rows.js";
import { textsNow } from "../columns/texts.js";
import { DEFINITIONS } from "../dialects/index.js";
import { batchRowsFor, SAMPLE } from "../engine/columns.js";
import { abortError } from "../io/abort.js";
import { refuseChanged } from "../io/source.js";
import type { ReadRequest } from "../options/request.js";
import { type Around, aroundRows } from "./around.js";
import { columnOf, type Outcome, type ReadDocument, type Rows, readOf, readPart, type readStretch, signatureOf } from "./reading.js";
import { FAR, jobsFor, type OpenFile, type Planned, relay, STRETCH, stretchesOf } from "./relay.js";
import { partOf } from "./stretch.js";
import { giveBack, type Thread, takeThreads } from "./threads.js";

/** A batch ends early where a column of text has twice as many bytes. */
const MUCH_TEXT = 1 << 24;
/** Bytes of cells that a thread keeps room for at most, */
const ROOM = 1 << 26;
/** and how many rows, of those that a stretch has if they are as long as the head's. */
const SPACIOUS = 1.25;

/** Whether what a cell becomes is told by the head and by itself. */
export function goesInParts({ encoding, rows, gaps, labels, late, noted, batches, run }: ReadRequest): boolean {
  const plain = encoding === undefined && rows.skipLines === undefined && rows.comment === undefined && rows.escape === undefined;
  const alone = rows.typing !== "pandas" && rows.ragged !== "pad" && !labels?.startsWith("column:") && !late && !noted;
  const filled = (gaps?.nan ?? "token") === "token" && (gaps?.missing ?? "null") === "null";
  const distinct = new Set(rows.columns).size === (rows.columns?.length ?? 0);
  return plain && alone && filled && distinct && !batches.dictionary && run.engine !== "reference";
}

/**
 * The batches of the file. `alone`: what one reader gives, which takes over where a part is refused, and is asked for what was not given.
 * @throws TransloadError as that reader; E_ABORT.
 */
async function* batchesOfFile(
  file: OpenFile,
  jobs: number | undefined,
  request: ReadRequest,
  alone: () => AsyncIterable<Batch>,
): AsyncGenerator<Batch, void, undefined> {
  const count = jobs ?? jobsFor(file.size);
  let given = 0;
  if (count > 1 && goesInParts(request)) {
    const table = await tableOf(file, request).catch(() => undefined);
    if (table) given = yield* new Reading(file, table, request).run(count);
    if (given === ALL) return;
  }
  for await (const batch of alone()) if (batch.rowOffset + batch.rowCount > given || batch.rowCount === 0) yield batch;
}

/**
 * The same of a file that is to be opened.
 * @throws TransloadError E_READ where it has changed meanwhile.
 */
export async function* batchesAt(
  path: string,
  jobs: number | undefined,
  request: ReadRequest,
  alone: () => AsyncIterable<Batch>,
): AsyncGenerator<Batch, void, undefined> {
  const fd = openSync(path, "r");
  try {
    const before = fstatSync(fd);
    yield* batchesOfFile({ fd, size: before.size }, jobs, request, alone);
    refuseChanged(path, before, fstatSync(fd));
  } finally {
    closeSync(fd);
  }
}

const ALL = -1;

interface Table {
  readonly around: Around;
  readonly document: ReadDocument;
  readonly head: Outcome;
  readonly kind: Batch["kind"];
  /** Rows of a batch. */
  readonly step: number;
}

/** What is known of a table by its head: undefined where its rows are not read in parts. */
async function tableOf({ fd, size }: OpenFile, request: ReadRequest): Promise<Table | undefined> {
  const { rows, named, batches, what = "request" } = request;
  const around = aroundRows(fd, size, { ...request, what }, SAMPLE + 1);
  // where cells move first, what they are is told from another text
  if (!around || !["frame", "tensor", "delimited"].includes(around.layout)) return undefined;
  if (around.layout === "tensor" && named !== undefined && rows.columns) return undefined;
  const { first, others, tail } = around;
  const { onLate: _, onLabels: __, onBeside: ___, onRows: ____, run, ...own } = request;
  const bare = { ...own, run: run.spillDir === undefined ? {} : { spillDir: run.spillDir }, batches: { ...batches, reuse: false } };
  const head = await readPart({ bytes: concat([first, tail]) }, bare, DEFINITIONS);
  const [batch] = head.batches;
  if (!batch || batch.columns.some((column) => column.lists || (batch.kind === "frame" && column.shape.length > 0))) return undefined;
  const count = head.batches.reduce((sum, { rowCount }) => sum + rowCount, 0);
  const dtypes = batch.columns.map(({ dtype }) => dtype);
  const perRow = product(batch.columns[0]?.shape ?? []);
  const likely = Math.ceil((SPACIOUS * (STRETCH + others.length) * count) / others.length);
  const batchRows = Math.min(likely, batchRowsFor(dtypes, perRow, { batchBytes: ROOM }));
  const document = {
    fd,
    request: { ...bare, batches: { ...bare.batches, batchRows, batchBytes: undefined } },
    definitions: DEFINITIONS,
    first,
    others,
    tail,
    rows: count,
    signature: signatureOf(batch),
  };
  return { around, document, head, kind: batch.kind, step: batchRowsFor(dtypes, perRow, batches) };
}

type Answer = NonNullable<Awaited<ReturnType<typeof readStretch>>>;

class Reading {
  readonly #file: OpenFile;
  readonly #table: Table;
  readonly #request: ReadRequest;
  readonly #cutter: Cutter;
  readonly #warned: string;
  #labels: number | undefined;

  constructor(file: OpenFile, table: Table, request: ReadRequest) {
    this.#file = file;
    this.#table = table;
    this.#request = request;
    this.#cutter = new Cutter(table.kind, table.step);
    this.#warned = table.head.warnings.map(({ code }) => code).join();
  }

  /** Returns the rows given where it was given up. */
  async *run(count: number): AsyncGenerator<Batch, number, undefined> {
    const { document, around } = this.#table;
    const stretches = stretchesOf(this.#file, document.first.length, around.look);
    const first = stretches.next().value;
    if (!first || first.last) return 0;
    const threads = takeThreads(count);
    try {
      return yield* this.#read(threads, first, stretches);
    } finally {
      giveBack(threads);
    }
  }

  async *#read(
    threads: readonly Thread[],
    first: Planned,
    others: Iterator<Planned, void, void>,
  ): AsyncGenerator<Batch, number, undefined> {
    const { document, head } = this.#table;
    const { onProgress, signal } = this.#request.run;
    for (const thread of threads) thread.ask({ table: document }).catch(() => {}); // the first stretch tells
    const cutter = this.#cutter;
    cutter.add(readOf(head, { ...document, rows: 0 })?.rows ?? []);
    let last: Planned | undefined;
    const onLast = (stretch: Planned) => {
      last = stretch;
    };
    for await (const { stretch, answer } of relay<Answer>(threads, first, others, onLast)) {
      if (signal?.aborted) throw abortError(signal);
      if (!answer || answer.warned.join() !== this.#warned) return cutter.given;
      this.#count(answer.labels);
      cutter.add(answer.rows);
      for (const batch of cutter.whole()) {
        if (isLong(batch)) return cutter.given;
        yield cutter.gives(batch);
      }
      onProgress?.(stretch.to);
    }
    return yield* this.#end(last);
  }

  /** The last stretch, here: it has more to tell. */
  async *#end(last: Planned | undefined): AsyncGenerator<Batch, number, undefined> {
    const { document, around } = this.#table;
    const cutter = this.#cutter;
    if (!last || last.to - last.from > FAR) return cutter.given;
    const part = partOf(document.fd, last.first ? document.first : document.others, last, new Uint8Array());
    // what somebody is told of what stands beside the rows is told here, once
    const outcome = await readPart(part, { ...this.#request, batches: document.request.batches }, []).catch(() => undefined);
    const read = outcome && readOf(outcome, document);
    if (!read || (around.tail.length > 0 && outcome.told === undefined)) return cutter.given;
    this.#count(read.labels);
    cutter.add(read.rows);
    if (this.#labels !== undefined && this.#labels !== cutter.rows) return cutter.given;
    for (const batch of [...cutter.whole(), ...cutter.rest()]) {
      if (isLong(batch)) return cutter.given;
      yield cutter.gives(batch);
    }
    for (const warning of outcome.warnings) this.#request.run.onWarning?.(warning);
    this.#request.run.onProgress?.(last.to);
    return ALL;
  }

  #count(labels: number | undefined): void {
    if (labels !== undefined) this.#labels = Math.max(labels, this.#labels ?? 0);
  }
}

/** One reader might have ended the batch before. */
function isLong({ columns }: Batch): boolean {
  return columns.some((column) => {
    const { offsets } = textsNow(column) ?? {};
    return offsets !== undefined && (offsets[offsets.length - 1] as number) - (offsets[0] as number) > MUCH_TEXT;
  });
}

/** Rows of a stretch, of which those before `from` have been taken. */
interface Piece {
  readonly columns: readonly Column[];
  readonly block: Block | undefined;
  readonly count: number;
  from: number;
}

/** Rows that have come, cut into batches of so many. */
class Cutter {
  /** Rows of the batches that have been given out, and of all that have come. */
  given = 0;
  rows = 0;
  readonly #kind: Batch["kind"];
  readonly #step: number;
  readonly #parts: Piece[] = [];
  #waiting = 0;
  #cut = 0;

  constructor(kind: Batch["kind"], step: number) {
    this.#kind = kind;
    this.#step = step;
  }

  add(rows: readonly Rows[]): void {
    for (const { count, columns, block } of rows) {
      this.#parts.push({ columns: columns.map(columnOf), block, from: 0, count });
      this.#waiting += count;
      this.rows += count;
    }
  }

  *whole(): Generator<Batch, void, undefined> {
    while (this.#waiting >= this.#step) yield this.#take(this.#step);
  }

  *rest(): Generator<Batch, void, undefined> {
    if (this.#waiting > 0) yield this.#take(this.#waiting);
  }

  gives(batch: Batch): Batch {
    this.given += batch.rowCount;
    return batch;
  }

  #take(rowCount: number): Batch {
    const pieces: Pick<Piece, "columns" | "block">[] = [];
    for (let left = rowCount; left > 0; ) {
      const part = this.#parts[0] as Piece;
      const { from, count, block } = part;
      const to = Math.min(count, from + left);
      const columns = part.columns.map((column) => (from === 0 && to === count ? column : sliceRows(column, from, to)));
      pieces.push({ columns, block: block && { values: block.values.subarray(from) as Block["values"], stride: block.stride } });
      part.from = to;
      if (to === count) this.#parts.shift();
      left -= to - from;
    }
    const [only] = pieces as [Piece];
    const rowOffset = this.#cut;
    this.#cut += rowCount;
    this.#waiting -= rowCount;
    const joined = () => only.columns.map((_, i) => joinColumns(pieces.map(({ columns }) => columns[i] as Column)));
    const own = pieces.length === 1 ? only : { columns: joined(), block: undefined };
    return new Batch({ rowOffset, rowCount, columns: own.columns, kind: this.#kind, block: own.block });
  }
}
