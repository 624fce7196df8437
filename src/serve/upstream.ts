// The server behind the gateway, over connections that stay open. undici is the client.
import { Readable } from "node:stream";
import { Pool } from "undici";
import { spellUrl } from "../api/url.js";
import { TransloadError } from "../errors.js";
import { type NoAnswerReason, reasonOfNone } from "../score/no-answer.js";
import { type Begun, chunksOf } from "./body.js";

/** What a server answers: its body as it comes. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: AsyncGenerator<Uint8Array, void, undefined>;
}

/** No answer came, or none that has its end. */
export class NoAnswer extends TransloadError {
  /** The connection was there, and ended before anything was answered. */
  readonly closed: boolean;

  constructor(url: URL, { why, passing }: NoAnswerReason, error: unknown) {
    super("E_READ", `cannot ask ${spellUrl(url)}: ${why}`, {}, { cause: error });
    this.closed = passing && CLOSED.includes((error as NodeJS.ErrnoException).code ?? "");
  }
}

const BROKEN: NoAnswerReason = { why: "its answer broke off, or is not HTTP; look at the server's log", passing: false };

const CLOSED: readonly string[] = ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"];

export class Upstream {
  readonly url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #pool: Pool;
  /** Its connections do not wait for another request: what is sent there cannot meet one that the server is closing. */
  readonly #fresh: Pool;
  /** For whoever asks whether the server is there: as many as are asked for, whatever else is under way. */
  readonly #probes: Pool;

  /** `headers` are of every request; `connections` have one request each at a time. */
  constructor(url: URL, headers: Readonly<Record<string, string>>, connections: number) {
    this.url = url;
    this.#headers = headers;
    // how long a request may take is for whoever asks to say
    const options = { connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 };
    this.#pool = new Pool(url.origin, options);
    this.#fresh = new Pool(url.origin, { ...options, keepAliveTimeout: 1, keepAliveMaxTimeout: 1 });
    this.#probes = new Pool(url.origin);
  }

  /**
   * Posts a body.
   * @throws NoAnswer where none comes; what the body's own end fails with, which ends the request; the signal's reason.
   */
  async post(body: Begun, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
    // a server may close a connection that waits just when it is taken again, and what streams cannot be sent twice
    if (body.rest) return this.#post(this.#fresh, body, headers, signal);
    try {
      return await this.#post(this.#pool, body, headers, signal);
    } catch (error) {
      // predictions may be asked for twice
      if (signal.aborted || !(error instanceof NoAnswer && error.closed)) throw error;
      return this.#post(this.#fresh, body, headers, signal);
    }
  }

  async #post(pool: Pool, body: Begun, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
    const { pathname, search } = this.url;
    const sent = body.rest && new Sent(body);
    try {
      const answer = await pool.request({
        method: "POST",
        path: `${pathname}${search}`,
        headers: { ...headers, ...this.#headers },
        body: sent ? Readable.from(sent.chunks(), { objectMode: false }) : body.head,
        signal,
      });
      return { status: answer.statusCode, headers: answer.headers, body: this.#told(answer.body, signal) };
    } catch (error) {
      if (sent?.failure) throw sent.failure.error;
      throw signal.aborted ? signal.reason : new NoAnswer(this.url, reasonOfNone(error), error);
    }
  }

  /** An answer's bytes; what ends them early is told as no answer. */
  async *#told(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* body;
    } catch (error) {
      throw signal.aborted ? signal.reason : new NoAnswer(this.url, BROKEN, error);
    }
  }

  /** Whether somebody answers there, whatever it is: on a connection of its own, as one that waits may be closed just then. */
  async answers(signal: AbortSignal): Promise<boolean> {
    try {
      const { body } = await this.#probes.request({ method: "GET", path: "/", headers: this.#headers, signal, reset: true });
      await body.dump();
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.destroy(), this.#fresh.destroy(), this.#probes.destroy()]);
  }
}

/** A body that remembers why it ended early: what the client makes of that is its own error. */
class Sent {
  readonly #body: Begun;
  failure: { error: unknown } | undefined;

  constructor(body: Begun) {
    this.#body = body;
  }

  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* chunksOf(this.#body);
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }
}
