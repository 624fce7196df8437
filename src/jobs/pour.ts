// A conversion between two files on several threads. Stretches of the rows are converted as threads become free, and written in their order,
// each when the ones before it have turned out to be sound. What one of them refuses, or does not go with the others, is left to the ordinary
// conversion, which begins anew: so bytes, errors with their places, and warnings are the same whatever the number of threads.
import { readSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { CellKinds, Counts } from "../engine/rows.js";
import type { Warning } from "../errors.js";
import { abortError } from "../io/abort.js";
import { behind, type Sink } from "../io/sink.js";
import type { Host } from "../lanes/host.js";
import { pour } from "../lanes/pour.js";
import type { Request } from "../options/request.js";
import { merge } from "../table/kinds.js";
import { boundaryBehind, type RowLook } from "./boundary.js";
import type { Outcome } from "./part.js";
import { goesInParts, labelText, type Plan, planFor } from "./plan.js";
import { type Converted, convertLast, type convertStretch, type Document, type Stretch } from "./stretch.js";
import { giveBack, type Thread, takeThreads } from "./threads.js";

/** A file that is open to be read. */
export interface OpenFile {
  readonly fd: number;
  readonly size: number;
}

/** Bytes of a stretch: enough that its head, and telling a thread of it, cost little. */
const STRETCH = 1 << 22;
/** A thread is worth its start for so many bytes. */
const WORTH = 1 << 25;
/** Where a row ends is looked for in so many bytes, and then in more, */
const WINDOW = 1 << 16;
/** and in no more than these; the last stretch is no longer, either. */
const FAR = 1 << 26;
/** Stretches that a thread is given: one that it works on, and one that waits, is written, or is next. */
const ROOMS = 2;

/** How many threads are worth it, where nobody says how many. */
function jobsFor(size: number): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(size / WORTH)));
}

/**
 * Converts the file, on so many threads; `chunks` are its bytes, for the ordinary conversion.
 * @throws TransloadError as the conversion does, and what reading and writing throw.
 */
export async function pourFile(
  file: OpenFile | undefined,
  jobs: number | undefined,
  chunks: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  request: Request,
  host: Host,
  sink: Sink,
): Promise<void> {
  const count = file === undefined ? 1 : (jobs ?? jobsFor(file.size));
  const written = file !== undefined && count > 1 && goesInParts(request) ? await pourParts(file, count, request, sink) : 0;
  if (written === undefined) return;
  if (written > 0) await sink.restart?.();
  await pour(chunks(), request, host, written > 0 && !sink.restart ? behind(sink, written) : sink);
}

/** Converts what goes in parts; the bytes written where it was given up, and undefined where it was not. */
async function pourParts(file: OpenFile, count: number, request: Request, sink: Sink): Promise<number | undefined> {
  // what is wrong with the head, the ordinary conversion says
  const plan = await planFor(file.fd, file.size, request).catch(() => undefined);
  if (!plan || !(plan.steady || sink.restart)) return 0;
  const stretches = stretchesOf(file, plan);
  const first = stretches.next().value;
  if (!first || first.last) return 0;
  const threads = takeThreads(count);
  try {
    return await new Pouring(file, plan, threads, request, sink).run(first, stretches);
  } finally {
    giveBack(threads);
  }
}

interface Planned extends Stretch {
  /** It goes to the document's end. */
  readonly last: boolean;
}

function* stretchesOf(file: OpenFile, { look, first }: Plan): Generator<Planned, void, void> {
  for (let from = first.bytes.length, begins = true; ; begins = false) {
    const to = cutBehind(file, from + STRETCH, look);
    yield { from, to: to ?? file.size, first: begins, last: to === undefined };
    if (to === undefined) return;
    from = to;
  }
}

/** Just behind the row that seems to end at this place or behind it. */
function cutBehind({ fd, size }: OpenFile, at: number, look: RowLook): number | undefined {
  for (let length = WINDOW; at < size && length <= FAR; length *= 4) {
    const bytes = new Uint8Array(Math.min(length, size - at));
    const found = boundaryBehind(bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, at)), 0, look);
    if (found !== undefined) return at + found;
    if (length >= size - at) return undefined;
  }
  return undefined;
}

/** A stretch that a thread works on. */
interface Flight {
  readonly stretch: Stretch;
  readonly answer: ReturnType<typeof convertStretch>;
}

type Last = Awaited<ReturnType<typeof convertLast>>;

class Pouring {
  readonly #file: OpenFile;
  readonly #plan: Plan;
  readonly #document: Document;
  readonly #threads: readonly Thread[];
  readonly #request: Request;
  readonly #sink: Sink;
  /** Memory that is free. */
  readonly #rooms: ArrayBuffer[];
  readonly #sum: Sum;
  readonly #flying: Flight[] = [];
  #last: Promise<Last> | undefined;
  #written = 0;

  constructor(file: OpenFile, plan: Plan, threads: readonly Thread[], request: Request, sink: Sink) {
    const { errand, bare, first, others, tail, ending, bareEnding } = plan;
    this.#file = file;
    this.#plan = plan;
    this.#document = { fd: file.fd, errand, bare, first, others, tail, ending, bareEnding };
    this.#threads = threads;
    this.#request = request;
    this.#sink = sink;
    this.#rooms = Array.from({ length: threads.length * ROOMS }, () => new ArrayBuffer(0));
    this.#sum = new Sum(plan.outcome);
  }

  async run(first: Planned, others: Iterator<Planned, void, void>): Promise<number | undefined> {
    const { onProgress, signal } = this.#request.run;
    for (const thread of this.#threads) thread.ask({ document: this.#document }).catch(() => {}); // the first stretch tells
    await this.#write([this.#plan.first.written]);
    let next: Planned | undefined = first;
    for (;;) {
      if (signal?.aborted) throw abortError(signal);
      while (next && (next.last || this.#rooms.length > 0)) {
        this.#send(next);
        next = others.next().value ?? undefined;
      }
      const flight = this.#flying.shift();
      if (!flight) break;
      const converted = await flight.answer;
      if (!converted || !this.#sum.goesOn(converted)) return this.#written;
      await this.#write(converted.written);
      this.#rooms.push(converted.memory);
      onProgress?.(flight.stretch.to);
    }
    return this.#end(await this.#last);
  }

  #send(stretch: Planned): void {
    if (stretch.last) {
      // here, as it may have more to warn of
      const short = stretch.to - stretch.from <= FAR;
      this.#last = short ? convertLast(this.#document, stretch).catch(() => undefined) : Promise.resolve(undefined);
      return;
    }
    const thread = this.#threads.reduce((a, b) => (b.pending < a.pending ? b : a));
    const memory = this.#rooms.pop() as ArrayBuffer;
    const answer = thread.ask<Awaited<Flight["answer"]>>({ stretch, memory }, [memory]).catch(() => undefined);
    this.#flying.push({ stretch, answer });
  }

  async #end(last: Last): Promise<number | undefined> {
    const { ending } = this.#document;
    if (!last || !this.#sum.isWhole(last.converted)) return this.#written;
    await this.#write([last.upTo, ...(ending.labelled ? [labelText(this.#sum.rows)] : []), last.after]);
    for (const warning of this.#sum.warnings(last.outcome)) this.#request.run.onWarning?.(warning);
    this.#request.run.onProgress?.(this.#file.size);
    return undefined;
  }

  async #write(views: readonly Uint8Array[]): Promise<void> {
    await this.#sink.write(views);
    for (const { length } of views) this.#written += length;
  }
}

/** What the stretches come to together. Each has the head's rows, too. */
class Sum {
  rows: number;
  readonly #head: Outcome;
  readonly #counts: Record<keyof Counts, number>;
  readonly #warned: string;
  #labels: number | undefined;
  #kinds: CellKinds | undefined;
  /** Some stretch had cells of all the kinds that there are, and so was judged as all of them would be. */
  #judged = true;

  constructor(head: Outcome) {
    this.#head = head;
    this.rows = head.rows;
    this.#counts = { ...(head.tally?.counts ?? { padded: 0, repeated: 0, retyped: 0 }) };
    this.#warned = head.warnings.map(({ code }) => code).join();
  }

  /** Takes a stretch; false where it says what the head does not. */
  goesOn(converted: Converted): boolean {
    this.#add(converted);
    return converted.warned.join() === this.#warned;
  }

  /** Takes the last one; false where one reader might say something else of all. */
  isWhole(last: Converted): boolean {
    this.#add(last);
    return this.#judged && (this.#labels === undefined || this.#labels === this.rows);
  }

  #add({ rows, labels, counts, kinds }: Converted): void {
    const { tally, rows: own } = this.#head;
    this.rows += rows - own;
    for (const name of Object.keys(this.#counts) as (keyof Counts)[])
      this.#counts[name] += (counts?.[name] ?? 0) - (tally?.counts[name] ?? 0);
    if (labels !== undefined) this.#labels = Math.max(labels, this.#labels ?? 0);
    if (!kinds) return;
    const all = merge(this.#kinds ? [this.#kinds, kinds] : [kinds]);
    const is = (other: CellKinds | undefined) => JSON.stringify(other) === JSON.stringify(all);
    this.#judged = is(merge([kinds])) || (this.#judged && is(this.#kinds));
    this.#kinds = all;
  }

  /** What the last one warns of, and what is to be said of all rows. */
  *warnings({ warnings, early, tally }: Outcome): Generator<Warning, void, void> {
    yield* warnings.slice(0, early);
    if (tally) yield* tally.warnings(this.#counts);
    yield* warnings.slice(early);
  }
}
