// One request through the gateway: its body to the server, the answer back, and whatever goes wrong in the client's own words.
import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { wordsOf } from "../api/answer.js";
import { inspect } from "../api/inspect.js";
import { contentTypeOf } from "../api/route.js";
import { concat, decode, encode } from "../columns/bytes.js";
import { choose, type Dialect } from "../dialects/index.js";
import { formOf } from "../envelope/detect.js";
import { TransloadError, type Warning } from "../errors.js";
import { unpack } from "../io/unpack.js";
import { verdict } from "../model/verdict.js";
import type { Request } from "../options/request.js";
import { type Begun, bodyOf, chunksOf, converted, SHORT } from "./body.js";
import type { Gate } from "./gate.js";
import { passing, warningHeader } from "./headers.js";
import { answerFor, type Nameless, type Passing, requestFor, type Served } from "./plan.js";
import { badAnswer, type Refusal, refusalBody, refusalOf } from "./refusal.js";
import { type Answer, NoAnswer, type Upstream } from "./upstream.js";

/** A model of the gateway's, as clients of one dialect reach it. */
export interface Door {
  readonly served: Served;
  readonly dialect: Dialect;
  readonly upstream: Upstream;
  readonly passing: Passing;
  readonly gate: Gate;
}

const JSON_TYPE = "application/json";
const OK = 200;
const MOVED = 300;
const REFUSED = 400;
const TIMEOUT = 408;
const UNSUPPORTED = 415;
const BAD_GATEWAY = 502;
const BUSY = 503;
const GATEWAY_TIMEOUT = 504;
/** An end that is no fault of either side's payload. */
class Ended extends Error {
  readonly refusal: Refusal | undefined;

  constructor(refusal?: Refusal) {
    super(refusal?.message ?? "the client has gone");
    this.refusal = refusal;
  }
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Answers requests of one dialect to one model. */
export function passOn(door: Door): Handler {
  const { gate, dialect, passing } = door;
  return async (request, reply) => {
    if (!gate.enter())
      return refuse(reply.header("retry-after", "1"), dialect, {
        status: BUSY,
        message: `${passing.concurrency} requests are under way, and no more may be; ask again later`,
      });
    const ending = new AbortController();
    const crossing = new Crossing(door, request, ending.signal);
    const timer = setTimeout(() => ending.abort(new Ended(crossing.tooLate())), passing.timeout * 1000);
    reply.raw.once("close", () => {
      clearTimeout(timer);
      gate.leave();
      if (!reply.raw.writableFinished) ending.abort(new Ended());
    });
    const answer = await crossing.answer(reply).catch((error: unknown) => crossing.refuse(reply, error));
    // kept open, the connection would keep the server open as well
    if (gate.isClosing) reply.header("connection", "close");
    return answer;
  };
}

export function refuse(reply: FastifyReply, dialect: Dialect, refusal: Refusal): object {
  reply.code(refusal.status);
  return refusalBody(dialect, refusal);
}

class Crossing {
  readonly #door: Door;
  readonly #request: FastifyRequest;
  readonly #signal: AbortSignal;
  readonly #warnings: string[] = [];
  readonly #onWarning = ({ code, message }: Warning): void => void this.#warnings.push(`${code}: ${message}`);
  #asked = false;

  constructor(door: Door, request: FastifyRequest, signal: AbortSignal) {
    this.#door = door;
    this.#request = request;
    this.#signal = signal;
  }

  async answer(reply: FastifyReply): Promise<unknown> {
    const { upstream, dialect, served, passing: passed } = this.#door;
    const { headers } = this.#request;
    const body = await this.#untilEnded(this.#body());
    const type = contentTypeOf(served.form, body.head);
    this.#asked = true;
    const sent = { ...passing(headers, passed.headers), "content-type": type, accept: JSON_TYPE };
    const answer = await upstream.post(body, sent, this.#signal);
    reply.headers(passing(answer.headers, passed.headers));
    if (answer.status < OK || answer.status >= MOVED) return refuse(reply, dialect, await this.#refusedBy(answer, reply));
    const begun = await this.#untilEnded(converted(answer.body, this.#with(answerFor(served, dialect)))).catch((error: unknown) => {
      throw error instanceof TransloadError ? new Ended(badAnswer(error)) : error;
    });
    const warning = warningHeader(this.#warnings);
    if (warning !== undefined) reply.header("warning", warning);
    reply.code(OK).type(JSON_TYPE);
    const key = this.#modelMember();
    if (!begun.rest) return Buffer.from(withMember(begun.head, key));
    return Readable.from(this.#streamed(begun, key), { objectMode: false });
  }

  /** What a client is told that waited too long. */
  tooLate(): Refusal {
    const { timeout } = this.#door.passing;
    return this.#asked
      ? { status: GATEWAY_TIMEOUT, message: `no answer in ${timeout} s; ask for fewer rows at a time` }
      : { status: TIMEOUT, message: `the request has not come in ${timeout} s` };
  }

  /** Tells why there is no answer; the log gets no cell of it. */
  refuse(reply: FastifyReply, thrown: unknown): unknown {
    const error = this.#signal.aborted ? this.#signal.reason : thrown;
    if (error instanceof Ended && error.refusal === undefined) return reply.hijack();
    const refusal = refusalIn(error);
    const { code, line, row, offset } = error as TransloadError;
    this.#request.log.info({ code, line, row, offset, status: refusal.status }, "refused");
    if (!(error instanceof TransloadError || error instanceof Ended)) this.#request.log.error(traceOf(error), "an unexpected error");
    // what is left of the request is not read
    if (!this.#request.raw.complete) reply.header("connection", "close");
    return refuse(reply, this.#door.dialect, refusal);
  }

  async #body(): Promise<Begun> {
    const { served, dialect, passing } = this.#door;
    const { raw, headers } = this.#request;
    const from = sourceOf(dialect, headers);
    const body = await bodyOf(raw, passing.maxBodyBytes);
    const { first, chunks } = await opened(headers["content-encoding"] === undefined ? body : unpacked(body));
    const begun = await converted(chunks, this.#with(requestFor(served, from, namelessIn(from, first))));
    if (served.model && !begun.rest) await this.#judge(begun.head);
    return begun;
  }

  /** What the server will do with a short request that its sender should know of. */
  async #judge(body: Uint8Array): Promise<void> {
    const { form, speaks, model } = this.#door.served;
    const inspection = await inspect(body, { from: form });
    const { findings } = verdict(inspection, { for: speaks.name, ...(model && { model }) });
    for (const { code, message } of findings) this.#warnings.push(`${code}: ${message}`);
  }

  #with(request: Request): Request {
    return { ...request, run: { ...request.run, onWarning: this.#onWarning } };
  }

  async #refusedBy({ status, headers, body }: Answer, reply: FastifyReply): Promise<Refusal> {
    const retry = headers["retry-after"];
    if (typeof retry === "string") reply.header("retry-after", retry);
    const said = wordsOf({ text: await this.#untilEnded(headOf(body)) });
    this.#request.log.info({ status }, "refused by the server");
    const message = said ?? `the server answers ${status}, and does not say why`;
    return { status: status < REFUSED ? BAD_GATEWAY : status, message };
  }

  /** The model's name, where the client's dialect has it in answers and the server's has not. */
  #modelMember(): Uint8Array {
    const { dialect, served } = this.#door;
    if (dialect.modelKey === undefined || served.speaks.modelKey !== undefined) return NOTHING;
    const { model = served.modelName } = this.#request.params as { model?: string };
    return encode(`${JSON.stringify(dialect.modelKey)}:${JSON.stringify(model)},`);
  }

  /** Broken off, an answer ends without its end: the client sees that it is not whole. */
  async *#streamed(body: Begun, member: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
    let first = true;
    try {
      for await (const chunk of chunksOf(body)) {
        yield first ? withMember(chunk, member) : chunk;
        first = false;
      }
    } catch (error) {
      const { code, row, offset } = error as TransloadError;
      this.#request.log.warn({ code, row, offset }, "the answer broke off");
      throw new Error("the answer broke off");
    }
  }

  #untilEnded<T>(work: Promise<T>): Promise<T> {
    const signal = this.#signal;
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      work.then(resolve, reject);
    });
  }
}

const NOTHING = new Uint8Array();

/** Whether columns have no names, as far as the first bytes tell. */
function namelessIn(from: string, first: Uint8Array): Nameless | undefined {
  const found = formOf(choose(from, true), first);
  if (found === undefined) return undefined;
  const { layout, form } = found;
  if (layout === "tensor" || layout === "values" || layout === "features") return { rows: false };
  if (layout === "ndarray" && /"names"\s*:\s*\[\s*"/.test(decode(first.subarray(0, SHORT)))) return undefined;
  return layout === "ndarray" || (layout === "delimited" && form.headless) ? { rows: true } : undefined;
}

function refusalIn(error: unknown): Refusal {
  if (error instanceof Ended && error.refusal) return error.refusal;
  if (error instanceof NoAnswer) return { status: BAD_GATEWAY, message: `${error.code}: ${error.message}` };
  return refusalOf(error);
}

/** The form that a request's headers tell. @throws Ended for content that is not converted. */
function sourceOf({ name, title, forms, takes = [] }: Dialect, headers: FastifyRequest["headers"]): string {
  if (headers["inference-header-content-length"] !== undefined)
    throw unsupported("binary tensors do not pass here; send them as JSON (binary_data=False in tritonclient)");
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "gzip" && encoding !== "zstd")
    throw unsupported(`the content encoding ${encoding} is not read here; send gzip, zstd, or the text itself`);
  if (!/^text\/csv\b/i.test(headers["content-type"] ?? "")) return name;
  const own = forms.find(({ layouts }) => layouts.includes("delimited"))?.id ?? takes.find((form) => form === "csv");
  if (own === undefined) throw unsupported(`${title} takes no text/csv; send ${JSON_TYPE}`);
  return own;
}

function unsupported(message: string): Ended {
  return new Ended({ status: UNSUPPORTED, message });
}

async function* unpacked(body: Uint8Array | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const { chunks } = await unpack(body instanceof Uint8Array ? [body] : body, { lend: false });
  yield* chunks;
}

/** The first chunk, and all of them. */
async function opened(
  body: Uint8Array | AsyncGenerator<Uint8Array, void, undefined>,
): Promise<{ first: Uint8Array; chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array> }> {
  if (body instanceof Uint8Array) return { first: body, chunks: [body] };
  const { value: first = NOTHING } = await body.next();
  async function* chunks() {
    yield first as Uint8Array;
    yield* body as AsyncGenerator<Uint8Array>;
  }
  return { first: first as Uint8Array, chunks: chunks() };
}

/** Behind the bracket that an object begins with. */
function withMember(body: Uint8Array, member: Uint8Array): Uint8Array {
  return member.length === 0 || body[0] !== 0x7b /* { */ ? body : concat([body.subarray(0, 1), member, body.subarray(1)]);
}

/** The beginning of what a server says. */
async function headOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= SHORT) break;
  }
  return decode(concat(chunks));
}

/** Where an error of ours came from; what it says may hold cells. */
function traceOf(error: unknown): Record<string, unknown> {
  const { name, stack = "" } = error instanceof Error ? error : { name: typeof error };
  return { type: name, trace: stack.split("\n").filter((line) => /^\s+at /.test(line)) };
}
