// One part after the other through a server: sent again where that may help, cut where it is too large or some of its rows are refused.

import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { isAbout, refusalOf, wordsOf } from "../api/answer.js";
import { contentTypeOf } from "../api/route.js";
import { spellUrl } from "../api/url.js";
import { abortError, optionText, TransloadError } from "../errors.js";
import { askedToWait, delayBefore, LONGEST_S, mayPass, wait } from "../remote/retry-delay.js";
import { type Predictions, predictionsOf, spellRows } from "./answer.js";
import { cut, type Part, type PartsOptions } from "./parts.js";
import type { Tally } from "./tally.js";
import { NoAnswer, type Reply, type Upstream } from "./upstream.js";

/** How parts are sent. */
export interface SendingOptions {
  /** The dialect of the answers. */
  readonly dialect: string;
  /** What a refusal says that is due to the size alone. */
  readonly tooLarge: string | undefined;
  /** The form, or the dialect, of the requests. */
  readonly to: string;
  readonly compress: boolean;
  /** Attempts after the first. */
  readonly retries: number;
  readonly bisect: boolean;
  readonly keepGoing: boolean;
}

/** Rows that a server refuses. */
export interface RefusedRows {
  /** Row of the payload that they begin with. */
  readonly first: number;
  /** How many they are. */
  readonly rows: number;
  /** HTTP's. */
  readonly status: number;
  /** Its own words. */
  readonly said: string;
}

/** A part with what became of it. */
export interface Answered extends Predictions {
  readonly part: Part;
  readonly refused: readonly RefusedRows[];
  /** Requests that it took. */
  readonly attempts: number;
  /** Milliseconds from its first request to its last answer. */
  readonly milliseconds: number;
}

const OK = 200;
const MOVED = 300;
const REFUSED = 400;
const TOO_LARGE = 413;

/** So many rows are asked for one by one at most, before it is looked whether that still pays. */
const MOST_ALONE = 64;

const packed = promisify(gzip);

export class Sending {
  readonly #upstream: Upstream;
  readonly #options: SendingOptions;
  readonly #parts: PartsOptions;
  readonly #tally: Tally;
  readonly #signal: AbortSignal;
  /** Rows that a request may have, as far as the server has refused larger ones. */
  #most = Number.POSITIVE_INFINITY;
  /** A refused part of at most so many rows is asked for row by row: where most are refused, halving asks twice as often as there are rows. */
  #alone = 1;

  constructor(upstream: Upstream, { sending, parts }: { sending: SendingOptions; parts: PartsOptions }, tally: Tally, signal: AbortSignal) {
    this.#upstream = upstream;
    this.#options = sending;
    this.#parts = parts;
    this.#tally = tally;
    this.#signal = signal;
  }

  /**
   * The predictions for a part.
   * @throws TransloadError E_REFUSED where the server refuses rows, and nobody said to go on; E_ANSWER; E_READ; E_ABORT.
   */
  async answer(part: Part): Promise<Answered> {
    const begun = performance.now();
    const work = new Work();
    try {
      await this.#one(part, work);
    } catch (error) {
      throw this.#signal.aborted ? abortError(this.#signal) : error;
    }
    const { names, lines, refused, attempts } = work;
    this.#tally.rows += part.rows;
    this.#tally.refused += refused.reduce((sum, { rows }) => sum + rows, 0);
    return { part, names, lines: lines.join(""), refused, attempts, milliseconds: performance.now() - begun };
  }

  async #one(part: Part, work: Work): Promise<void> {
    if (part.rows > this.#most) return this.#cut(part, this.#most, work);
    const reply = await this.#reply(part, work);
    if (reply.status >= OK && reply.status < MOVED) return work.add(await predictionsOf(reply, part, this.#options.dialect));
    if (this.#isTooLarge(reply) && part.rows > 1) {
      this.#most = Math.min(this.#most, Math.ceil(part.rows / 2));
      return this.#cut(part, this.#most, work);
    }
    // a server that fails at some rows says 500 as one that is not well does; it has been asked often enough to tell
    if (!isAbout(reply)) throw refusalOf(answerOf(reply), this.#upstream.url);
    if (this.#options.bisect && part.rows > 1 && !this.#isTooLarge(reply)) return this.#bisect(part, work);
    this.#refuse(part, reply, work);
  }

  /** Narrows what is refused of a part to its rows. What is one row is always asked for by itself. */
  async #bisect(part: Part, work: Work): Promise<void> {
    const { refusedRows: before } = work;
    const alone = part.rows <= this.#alone;
    const parts = await cut(part, this.#parts, alone ? 1 : Math.ceil(part.rows / 2));
    for (const [i, smaller] of parts.entries()) {
      // all but the last was taken, so what is refused is in that
      const known = !alone && i === parts.length - 1 && smaller.rows > 1 && work.refusedRows === before;
      await (known ? this.#bisect(smaller, work) : this.#one(smaller, work));
    }
    if (part.rows > MOST_ALONE) return;
    const dense = 2 * (work.refusedRows - before) >= part.rows;
    this.#alone = dense ? Math.min(MOST_ALONE, Math.max(this.#alone, 2 * part.rows)) : 1;
  }

  async #cut(part: Part, rows: number, work: Work): Promise<void> {
    const parts = await cut(part, this.#parts, rows);
    for (const smaller of parts) await this.#one(smaller, work);
  }

  #isTooLarge({ status, body }: Reply): boolean {
    const { tooLarge } = this.#options;
    return status === TOO_LARGE || (status >= REFUSED && tooLarge !== undefined && body.includes(tooLarge));
  }

  #refuse(part: Part, reply: Reply, work: Work): void {
    const said = wordsOf({ text: reply.body.toString("utf8") }) ?? "";
    const { first, rows } = part;
    if (this.#options.keepGoing) {
      work.refused.push({ first, rows, status: reply.status, said });
      return;
    }
    const ways = [
      ...(rows > 1 ? [`find the row with ${optionText("bisect", true)}`] : []),
      `leave such rows out with ${optionText("keepGoing", true)}`,
    ];
    const words = said === "" ? "" : `: ${said}`;
    throw new TransloadError(
      "E_REFUSED",
      `${spellUrl(this.#upstream.url)} answers ${reply.status} for ${spellRows(part)}${words}; ${ways.join(", or ")}`,
      { row: first },
    );
  }

  /** The last answer, after as many attempts as may help. */
  async #reply(part: Part, work: Work): Promise<Reply> {
    const { compress, to, retries } = this.#options;
    const body = compress ? await packed(part.body, { level: 1 }) : part.body;
    const headers = { "content-type": contentTypeOf(to, part.body), ...(compress && { "content-encoding": "gzip" }) };
    for (let attempt = 1; ; attempt++) {
      work.attempts++;
      const last = attempt > retries;
      const reply = await this.#post(body, headers).catch((error: unknown) => {
        if (last || !(error instanceof NoAnswer) || !error.passing) throw told(error, attempt);
        return undefined;
      });
      if (reply && (last || !mayPass(reply.status) || this.#isTooLarge(reply))) return reply;
      const asked = reply && askedToWait(reply.headers);
      if (asked !== undefined && asked > LONGEST_S) return reply as Reply;
      this.#tally.retries++;
      await wait(delayBefore(attempt, asked), this.#signal);
    }
  }

  async #post(body: Uint8Array, headers: Readonly<Record<string, string>>): Promise<Reply> {
    const tally = this.#tally;
    const begun = performance.now();
    tally.requests++;
    tally.bytes += body.length;
    tally.inFlight++;
    try {
      const reply = await this.#upstream.post(body, headers, this.#signal);
      tally.answered(performance.now() - begun);
      return reply;
    } finally {
      tally.inFlight--;
    }
  }
}

/** What is gathered for one part. */
class Work {
  names: readonly string[] = [];
  readonly lines: string[] = [];
  readonly refused: RefusedRows[] = [];
  attempts = 0;

  get refusedRows(): number {
    return this.refused.reduce((sum, { rows }) => sum + rows, 0);
  }

  /** @throws TransloadError E_ANSWER where these have other columns than those before. */
  add({ names, lines }: Predictions): void {
    if (this.lines.length > 0) checkNames(this.names, names);
    this.names = names;
    this.lines.push(lines);
  }
}

/** @throws TransloadError E_ANSWER where two answers have not the same columns. */
export function checkNames(before: readonly string[], names: readonly string[]): void {
  if (before.length === names.length && names.every((name) => before.includes(name))) return;
  throw new TransloadError(
    "E_ANSWER",
    `an answer has the columns ${names.join(", ")}, and one before it ${before.join(", ")}; look at the model: all rows must get the same`,
  );
}

function answerOf({ status, headers, body }: Reply) {
  return { status, headers, text: body.toString("utf8") };
}

function told(error: unknown, attempts: number): unknown {
  if (!(error instanceof NoAnswer) || attempts === 1) return error;
  return new TransloadError("E_READ", `${error.detail} (${attempts} attempts)`, {}, { cause: error });
}
