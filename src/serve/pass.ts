// One request through the gateway: its body to the server, the answer back, and whatever goes wrong in the client's own words.
import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { wordsOf } from "../api/answer.js";
import { inspect } from "../api/inspect.js";
import { contentTypeOf } from "../api/route.js";
import { concat, decode, encode } from "../columns/bytes.js";
import { choose, type Dialect, type What } from "../dialects/index.js";
import { TransloadError, type Warning } from "../errors.js";
import { unpack } from "../io/unpack.js";
import { verdict } from "../model/verdict.js";
import type { Request } from "../options/request.js";
import { BINARY_LENGTH, inJson } from "./binary.js";
import { type Begun, begun, bodyOf, type Converted, chunksOf, converted, SHORT } from "./body.js";
import { whenOver } from "./connections.js";
import type { Conversions } from "./conversions.js";
import type { Gate } from "./gate.js";
import { passing, warningHeader } from "./headers.js";
import type { Passing, Served } from "./plan.js";
import { badAnswer, type Refusal, refusalBody, refusalOf } from "./refusal.js";
import { type Answer, NoAnswer, type Upstream } from "./upstream.js";

/** A model of the gateway's, as clients of one dialect reach it. */
export interface Door {
  readonly served: Served;
  readonly dialect: Dialect;
  readonly conversions: Conversions;
  readonly upstream: Upstream;
  readonly passing: Passing;
  readonly gate: Gate;
}

const JSON_TYPE = "application/json";
const OK = 200;
const MOVED = 300;
const REFUSED = 400;
/** HTTP has no status beyond. */
const LAST = 599;
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
    whenOver(request.raw, reply.raw, () => {
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
    const { upstream, dialect, served, conversions, passing: passed } = this.#door;
    const { headers } = this.#request;
    const body = await this.#untilEnded(this.#body());
    const type = contentTypeOf(served.form, body.head);
    this.#asked = true;
    const sent = { ...passing(headers, passed.headers), "content-type": type, accept: JSON_TYPE, "accept-encoding": "identity" };
    const answer = await upstream.post(body, sent, this.#signal);
    reply.headers(passing(answer.headers, passed.headers));
    if (answer.status < OK || answer.status >= MOVED) return refuse(reply, dialect, await this.#refusedBy(answer, reply));
    const back = await this.#untilEnded(this.#back(answer, conversions.answer(body.told?.form)));
    const warning = warningHeader(this.#warnings);
    if (warning !== undefined) reply.header("warning", warning);
    reply.code(OK).type(JSON_TYPE);
    const members = this.#members(body);
    if (!back.rest) {
      const { buffer, byteOffset, byteLength } = withMember(back.head, members);
      return Buffer.from(buffer, byteOffset, byteLength);
    }
    return Readable.from(this.#streamed(back, members), { objectMode: false });
  }

  /** The server's answer as the client's dialect has it. */
  async #back({ headers, body }: Answer, request: Request): Promise<Converted> {
    const came = await begun(body);
    try {
      return await converted(await this.#asText(came, headers, "response"), this.#with(request));
    } catch (error) {
      throw error instanceof TransloadError && !(error instanceof NoAnswer) ? new Ended(badAnswer(error)) : error;
    }
  }

  /** What a client is told that waited too long. */
  tooLate(): Refusal {
    const { timeout } = this.#door.passing;
    const { complete, readableLength } = this.#request.raw;
    // what has come and is not read waits for the server
    const awaitsClient = !complete && readableLength === 0;
    return this.#asked && !awaitsClient
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

  async #body(): Promise<Converted> {
    const { served, dialect, conversions, passing } = this.#door;
    const { raw, headers } = this.#request;
    const from = sourceOf(dialect, headers);
    const came = await bodyOf(raw, passing.maxBodyBytes);
    const own = isPacked(headers) ? await begun(unpacked(came)) : came;
    const body = await this.#asText(own, headers, "request");
    const written = await converted(body, this.#with(conversions.request(from, body.head)));
    if (served.model && !written.rest) await this.#judge(written.head);
    return written;
  }

  #asText(body: Begun, headers: Answer["headers"], what: What): Begun | Promise<Begun> {
    const length = headers[BINARY_LENGTH];
    return length === undefined ? body : inJson(body, `${length}`, what, this.#onWarning);
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
    return { status: status < REFUSED || status > LAST ? BAD_GATEWAY : status, message };
  }

  /** What the client's dialect has in answers beside the predictions, and the server's has not: the model's name, and the request's. */
  #members({ told }: Converted): Uint8Array {
    const { dialect, served, conversions } = this.#door;
    const members: string[] = [];
    if (dialect.modelKey !== undefined && served.speaks.modelKey === undefined) {
      const { model = served.modelName } = this.#request.params as { model?: string };
      members.push(`${JSON.stringify(dialect.modelKey)}:${JSON.stringify(model)},`);
    }
    const { idKey } = conversions;
    const id = idKey === undefined ? undefined : told?.besides.get(idKey);
    if (id !== undefined) members.push(`${JSON.stringify(idKey)}:${id},`);
    return members.length === 0 ? NOTHING : encode(members.join(""));
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

function refusalIn(error: unknown): Refusal {
  if (error instanceof Ended && error.refusal) return error.refusal;
  if (error instanceof NoAnswer) return { status: BAD_GATEWAY, message: `${error.code}: ${error.message}` };
  return refusalOf(error);
}

/** The form that a request's headers tell. @throws Ended for content that is not converted. */
function sourceOf({ name, title, forms, takes = [] }: Dialect, headers: FastifyRequest["headers"]): string {
  if (headers[BINARY_LENGTH] !== undefined && !choose(name).forms.some(({ layouts }) => layouts.includes("inputs")))
    throw unsupported(`${title} takes no binary tensors; send JSON`);
  const encoding = encodingIn(headers);
  if (encoding !== AS_IT_IS && !PACKINGS.includes(encoding))
    throw unsupported(`the content encoding ${encoding} is not read here; send gzip, zstd, or the text itself`);
  if (!/^text\/csv\b/i.test(headers["content-type"] ?? "")) return name;
  const own = forms.find(({ layouts }) => layouts.includes("delimited"))?.id ?? takes.find((form) => form === "csv");
  if (own === undefined) throw unsupported(`${title} takes no text/csv; send ${JSON_TYPE}`);
  return own;
}

const AS_IT_IS = "identity";
/** The second is an old name of the first (RFC 9110, 8.4.1.3). */
const PACKINGS: readonly string[] = ["gzip", "x-gzip", "zstd"];

function encodingIn(headers: FastifyRequest["headers"]): string {
  return headers["content-encoding"]?.trim().toLowerCase() || AS_IT_IS;
}

function isPacked(headers: FastifyRequest["headers"]): boolean {
  return encodingIn(headers) !== AS_IT_IS;
}

function unsupported(message: string): Ended {
  return new Ended({ status: UNSUPPORTED, message });
}

async function* unpacked(body: Begun): AsyncGenerator<Uint8Array, void, undefined> {
  const { chunks } = await unpack(chunksOf(body), { lend: false });
  yield* chunks;
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
