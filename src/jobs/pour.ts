// A conversion between two files on several threads. Stretches of the rows are converted as threads become free, and written in their order,
// each when the ones before it have turned out to be sound. What one of them refuses, or does not go with the others, is left to the ordinary
// conversion, which begins anew: so bytes, errors with their places, and warnings are the same whatever the number of threads.
import type { CellKinds, Counts } from "../engine/rows.js";
import type { Warning } from "../errors.js";
import { refuseAborted } from "../io/abort.js";
import { behind, type Sink } from "../io/sink.js";
import type { Host } from "../lanes/host.js";
import { pour } from "../lanes/pour.js";
import type { Request } from "../options/request.js";
import { merge } from "../table/kinds.js";
import type { OpenFile } from "./open-file.js";
import type { Outcome } from "./part.js";
import { goesInParts, labelText, type Plan, planFor } from "./plan.js";
import { FAR, type Planned, relay, stretchesOf } from "./relay.js";
import { type Converted, convertLast, type convertStretch, type Document } from "./stretch.js";
import { giveBack, hasThreads, type Thread, takeThreads } from "./threads.js";

/**
 * Converts the file, on so many threads; `chunks` are its bytes, for the ordinary conversion.
 * @throws TransloadError as the conversion does, and what reading and writing throw.
 */
export async function pourFile(
  file: OpenFile | undefined,
  jobs: number,
  chunks: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  request: Request,
  host: Host,
  sink: Sink,
): Promise<void> {
  const written = file !== undefined && jobs > 1 && goesInParts(request) && hasThreads() ? await pourParts(file, jobs, request, sink) : 0;
  if (written === undefined) return;
  if (written > 0) await sink.restart?.();
  await pour(chunks(), request, host, written > 0 && !sink.restart ? behind(sink, written) : sink);
}

/** Converts what goes in parts; the bytes written where it was given up, and undefined where it was not. */
async function pourParts(file: OpenFile, count: number, request: Request, sink: Sink): Promise<number | undefined> {
  // what is wrong with the head, the ordinary conversion says
  const plan = await planFor(file.fd, file.size, request).catch(() => undefined);
  if (!plan || !(plan.steady || sink.restart)) return 0;
  const stretches = stretchesOf(file, plan.first.bytes.length, plan.look);
  const first = stretches.next().value;
  if (!first || first.last) return 0;
  const threads = takeThreads(count);
  try {
    return await new Pouring(file.fd, plan, request, sink).run(threads, first, stretches);
  } finally {
    giveBack(threads);
  }
}

type Answer = Awaited<ReturnType<typeof convertStretch>>;
type Last = (Awaited<ReturnType<typeof convertLast>> & { to: number }) | undefined;

class Pouring {
  readonly #plan: Plan;
  readonly #document: Document;
  readonly #run: Request["run"];
  readonly #sink: Sink;
  readonly #sum: Sum;
  #written = 0;

  constructor(fd: number, plan: Plan, { run }: Request, sink: Sink) {
    const { errand, bare, first, others, tail, ending, bareEnding } = plan;
    this.#plan = plan;
    this.#document = { fd, errand, bare, first, others, tail, ending, bareEnding };
    this.#run = run;
    this.#sink = sink;
    this.#sum = new Sum(plan.outcome);
  }

  /** Bytes written where it was given up; undefined where all is. */
  async run(threads: readonly Thread[], first: Planned, others: Iterator<Planned, void, void>): Promise<number | undefined> {
    const { onProgress } = this.#run;
    for (const thread of threads) thread.ask({ document: this.#document }).catch(() => {}); // the first stretch tells
    await this.#write([this.#plan.first.written]);
    let last: Promise<Last> | undefined;
    const onLast = (stretch: Planned) => {
      last = this.#convertLast(stretch);
    };
    for await (const { stretch, answer } of relay<NonNullable<Answer>>(threads, first, others, onLast, ({ memory }) => memory)) {
      if (!answer || !this.#sum.goesOn(answer)) return this.#written;
      await this.#write(answer.written);
      onProgress?.(stretch.to);
    }
    return this.#end(await last);
  }

  /** Here, as it may have more to warn of. */
  async #convertLast(stretch: Planned): Promise<Last> {
    if (stretch.to - stretch.from > FAR) return undefined;
    const last = await convertLast(this.#document, stretch).catch(() => undefined);
    return last && { ...last, to: stretch.to };
  }

  async #end(last: Last): Promise<number | undefined> {
    const { ending } = this.#document;
    if (!last || !this.#sum.isWhole(last.converted)) return this.#written;
    await this.#write([last.upTo, ...(ending.labelled ? [labelText(this.#sum.rows)] : []), last.after]);
    for (const warning of this.#sum.warnings(last.outcome)) this.#run.onWarning?.(warning);
    this.#run.onProgress?.(last.to);
    refuseAborted(this.#run.signal);
    this.#run.onRows?.(this.#sum.rows);
    return undefined;
  }

  async #write(views: readonly Uint8Array[]): Promise<void> {
    refuseAborted(this.#run.signal);
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
