// A file's rows as typed columns, read on several threads: the same batches, in the same order, as one reader gives. A stretch comes as the
// columns of all its rows, and is cut where one reader's batches end.
import type { Batch } from "../columns/batch.js";
import { product } from "../columns/lists.js";
import { textsNow } from "../columns/texts.js";
import { DEFINITIONS } from "../dialects/index.js";
import { batchRowsFor, SAMPLE } from "../engine/columns.js";
import { refuseAborted } from "../io/abort.js";
import type { ReadRequest } from "../options/request.js";
import { type Around, aroundRows, standsAlone } from "./around.js";
import { Cutter } from "./cutter.js";
import { isCopied } from "./gathering.js";
import { type OpenFile, whileOpen } from "./open-file.js";
import { chunksOf, type ReadDocument, readPart, type readStretch, rowsOf } from "./reading.js";
import { type Planned, relay, STRETCH, stretchesOf } from "./relay.js";
import { giveBack, hasThreads, type Thread, takeThreads } from "./threads.js";

/** A batch ends early where a column of text has twice as many bytes. */
const MUCH_TEXT = 1 << 24;
/** Rows that a thread keeps room for, of those that a stretch has if they are as long as the head's. */
const SPACIOUS = 1.125;
const ALL = -1;

/**
 * The batches of a file. `alone`: what one reader gives, which takes over where a stretch is refused, and is asked for what was not given.
 * @throws TransloadError as that reader; E_ABORT; E_READ where the file has changed meanwhile.
 */
export function batchesAt(path: string, jobs: number, request: ReadRequest, alone: () => AsyncIterable<Batch>): AsyncIterable<Batch> {
  return whileOpen(path, (file) => batchesOf(file, jobs, request, alone));
}

async function* batchesOf(
  file: OpenFile,
  jobs: number,
  request: ReadRequest,
  alone: () => AsyncIterable<Batch>,
): AsyncGenerator<Batch, void, undefined> {
  let given = 0;
  if (jobs > 1 && goesInParts(request) && hasThreads()) {
    // what is wrong with the head, one reader says
    const table = await tableOf(file, request).catch(() => undefined);
    if (table) given = yield* new Reading(file, table, request).run(jobs);
    if (given === ALL) return;
  }
  for await (const batch of alone()) if (batch.rowOffset + batch.rowCount > given || batch.rowCount === 0) yield batch;
}

/** Whether what a cell becomes is told by the head and by itself. */
export function goesInParts(request: ReadRequest): boolean {
  const { rows, gaps, labels, late, noted, batches, run } = request;
  const alone = standsAlone(request) && !labels?.startsWith("column:") && !late && !noted;
  const filled = (gaps?.nan ?? "token") === "token" && (gaps?.missing ?? "null") === "null";
  const all = !rows.picked && !rows.choice;
  const distinct = new Set(rows.columns).size === (rows.columns?.length ?? 0);
  return alone && all && filled && distinct && !batches.dictionary && run.engine !== "reference";
}

interface Table {
  readonly around: Around;
  readonly document: ReadDocument;
  readonly kind: Batch["kind"];
  readonly head: ReturnType<typeof rowsOf>;
  /** Codes of what is warned of the head. */
  readonly warned: string;
  /** Rows of a batch. */
  readonly step: number;
}

/** What is known of a table by its head: undefined where its rows are not read in parts. */
async function tableOf({ fd, size }: OpenFile, request: ReadRequest): Promise<Table | undefined> {
  const { rows: asked, named, batches, what = "request" } = request;
  const around = aroundRows(fd, size, { ...request, what }, SAMPLE + 1);
  // where cells move first, what they are is told from another text
  if (!around || !["frame", "tensor", "delimited"].includes(around.layout)) return undefined;
  if (around.layout === "tensor" && named !== undefined && asked.columns) return undefined;
  const { first, others, tail } = around;
  const { onLate: _, onLabels: __, onBeside: ___, onRows: ____, run, ...own } = request;
  const bare = { ...own, run: run.spillDir === undefined ? {} : { spillDir: run.spillDir } };
  const quiet = { ...bare, batches: { ...batches, reuse: false } };
  const read = await readPart([first, tail], quiet, { rows: 0, signature: undefined, likely: 0 });
  const { rows, signature, kind } = read ?? {};
  if (!read || !rows || signature === undefined || kind === undefined) return undefined;
  const { columns, count } = rows;
  if (columns.some((column) => column.lists || (kind === "frame" && column.shape.length > 0))) return undefined;
  const dtypes = columns.map(({ dtype }) => dtype);
  const document = {
    fd,
    request: { ...bare, batches: { ...batches, reuse: isCopied(columns), copied: true, batchRows: undefined, batchBytes: undefined } },
    definitions: DEFINITIONS,
    first,
    others,
    tail,
    rows: count,
    signature,
    likely: Math.ceil((SPACIOUS * STRETCH * count) / others.length),
  };
  const step = batchRowsFor(dtypes, product(columns[0]?.shape ?? []), batches);
  return { around, document, kind, head: rows, warned: read.warnings.map(({ code }) => code).join(), step };
}

type Answer = NonNullable<Awaited<ReturnType<typeof readStretch>>>;

class Reading {
  readonly #file: OpenFile;
  readonly #table: Table;
  readonly #request: ReadRequest;
  readonly #cutter: Cutter;
  #labels: number | undefined;
  /** Rows of the batches that were given out. */
  #given = 0;

  constructor(file: OpenFile, table: Table, request: ReadRequest) {
    this.#file = file;
    this.#table = table;
    this.#request = request;
    this.#cutter = new Cutter(table.kind, table.step);
  }

  /** Returns the rows given, where it was given up, and else ALL. */
  async *run(count: number): AsyncGenerator<Batch, number, undefined> {
    const { document, around } = this.#table;
    const stretches = stretchesOf(this.#file, document.first.length, around.look);
    const first = stretches.next().value;
    if (!first || first.last) return 0;
    const threads = takeThreads(count);
    try {
      return (yield* this.#read(threads, first, stretches)) ? ALL : this.#given;
    } finally {
      giveBack(threads);
    }
  }

  /** False where it is given up. */
  async *#read(
    threads: readonly Thread[],
    first: Planned,
    others: Iterator<Planned, void, void>,
  ): AsyncGenerator<Batch, boolean, undefined> {
    const { document, head, warned } = this.#table;
    const { onProgress } = this.#request.run;
    const { reuse = false } = this.#request.batches;
    for (const thread of threads) thread.ask({ table: document }).catch(() => {}); // the first stretch tells
    this.#cutter.add(head);
    let last: Planned | undefined;
    const onLast = (stretch: Planned) => {
      last = stretch;
    };
    // what is the caller's to keep is not used again
    const freed = ({ rows }: Answer) => (reuse && rows && this.#cutter.release()) || new ArrayBuffer(0);
    for await (const { stretch, answer } of relay<Answer>(threads, first, others, onLast, freed)) {
      if (!answer || answer.warned.join() !== warned) return false;
      this.#count(answer.labels);
      this.#cutter.add(answer.rows && rowsOf(answer.rows));
      if (!(yield* this.#give(this.#cutter.whole()))) return false;
      onProgress?.(stretch.to);
    }
    return last !== undefined && (yield* this.#end(last));
  }

  /** The last stretch, here: somebody is told of what stands beside the rows. */
  async *#end(last: Planned): AsyncGenerator<Batch, boolean, undefined> {
    const { document, around } = this.#table;
    const { fd, first, others, request } = document;
    const chunks = chunksOf(fd, last.first ? first : others, last, new Uint8Array());
    const read = await readPart(chunks, { ...this.#request, batches: request.batches }, document).catch(() => undefined);
    if (!read || (around.tail.length > 0 && !read.told)) return false;
    this.#count(read.told?.labels?.rows);
    this.#cutter.add(read.rows);
    if (this.#labels !== undefined && this.#labels !== this.#cutter.rows) return false;
    if (!(yield* this.#give(this.#cutter.rest()))) return false;
    for (const warning of read.warnings) this.#request.run.onWarning?.(warning);
    this.#request.run.onProgress?.(last.to);
    return true;
  }

  /** False at a batch that one reader might have ended before. A stretch may have thousands of them, between any two of which the signal counts. */
  *#give(batches: Iterable<Batch>): Generator<Batch, boolean, undefined> {
    const { signal } = this.#request.run;
    refuseAborted(signal);
    for (const batch of batches) {
      refuseAborted(signal);
      if (hasMuchText(batch)) return false;
      this.#given += batch.rowCount;
      yield batch;
    }
    return true;
  }

  #count(labels: number | undefined): void {
    if (labels !== undefined) this.#labels = Math.max(labels, this.#labels ?? 0);
  }
}

function hasMuchText({ columns }: Batch): boolean {
  return columns.some((column) => {
    const { offsets } = textsNow(column) ?? {};
    return offsets !== undefined && (offsets[offsets.length - 1] as number) - (offsets[0] as number) > MUCH_TEXT;
  });
}
