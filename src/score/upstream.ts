// A server, asked over a few connections that stay open. undici is the client; it is loaded by the first request.
import type { Dispatcher, Pool } from "undici";
import { noAnswerIn, spellUrl } from "../api/url.js";
import { optionText, TransloadError } from "../errors.js";
import { reasonOfNone } from "./no-answer.js";

/** What a server answered. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** Where requests go, and how. */
export interface UpstreamOptions {
  readonly url: URL;
  /** Of every request. What they say is told to nobody else. */
  readonly headers: Headers;
  /** Connections, each with one request at a time. */
  readonly connections: number;
  /** Seconds from a request's first byte to its answer's last. */
  readonly timeout: number;
  /** Bytes that an answer may have. */
  readonly maxAnswerBytes: number;
}

/** No answer came. `passing`: another attempt may get one. */
export class NoAnswer extends TransloadError {
  readonly passing: boolean;

  constructor(url: URL, reason: string, passing: boolean, cause: unknown) {
    super("E_READ", `cannot ask ${spellUrl(url)}: ${reason}`, {}, { cause });
    this.passing = passing;
  }
}

export class Upstream {
  readonly url: URL;
  readonly #options: UpstreamOptions;
  #pool: Promise<Pool> | undefined;

  constructor(options: UpstreamOptions) {
    this.url = options.url;
    this.#options = options;
  }

  /**
   * Posts these bytes. `headers` are of this request alone.
   * @throws NoAnswer where none comes, or one that breaks off; TransloadError E_ANSWER for one that is too large, E_ABORT by the signal.
   */
  async post(body: Uint8Array, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Reply> {
    const { timeout } = this.#options;
    const patience = AbortSignal.timeout(timeout * 1000);
    try {
      const { pathname, search } = this.url;
      // what is packed all the same is read by nobody here
      const all = { "accept-encoding": "identity", ...headers, ...Object.fromEntries(this.#options.headers) };
      const both = AbortSignal.any([signal, patience]);
      const pool = await this.#opened();
      const answer = await pool.request({ method: "POST", path: `${pathname}${search}`, headers: all, body, signal: both });
      return { status: answer.statusCode, headers: headersOf(answer), body: await this.#whole(answer.body) };
    } catch (error) {
      if (error instanceof TransloadError || signal.aborted) throw error;
      if (patience.aborted) throw new NoAnswer(this.url, noAnswerIn(timeout, "timeout"), true, error);
      const { why, passing } = reasonOfNone(error);
      throw new NoAnswer(this.url, why, passing, error);
    }
  }

  /** Has the client loaded: the first request would have it counted among its time. */
  async ready(): Promise<void> {
    await this.#opened();
  }

  /** Ends the connections, and what is under way on them. */
  async close(): Promise<void> {
    const pool = await this.#pool;
    this.#pool = undefined;
    await pool?.destroy();
  }

  #opened(): Promise<Pool> {
    this.#pool ??= import("undici").then(({ Pool }) => {
      const { url, connections, timeout } = this.#options;
      // the time for all of an answer is ours to keep
      return new Pool(url.origin, { connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0, connect: { timeout: timeout * 1000 } });
    });
    return this.#pool;
  }

  async #whole(body: Dispatcher.ResponseData["body"]): Promise<Buffer> {
    const { maxAnswerBytes } = this.#options;
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxAnswerBytes) throw tooLong(this.url, maxAnswerBytes);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, bytes);
  }
}

function tooLong(url: URL, most: number): TransloadError {
  return new TransloadError(
    "E_ANSWER",
    `${spellUrl(url)} answers more than ${most} bytes to one request; send fewer rows with ${optionText("maxRows", "100")}, or allow more with ${optionText("maxAnswerBytes", `${most * 4}`)}`,
  );
}

function headersOf({ headers }: Dispatcher.ResponseData): Headers {
  const own = new Headers();
  for (const [name, value] of Object.entries(headers)) for (const one of [value ?? []].flat()) own.append(name, one);
  return own;
}
