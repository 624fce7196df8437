// Objects of a server that speaks HTTP, by GET and PUT. undici is the client.
import { PassThrough, type Readable } from "node:stream";
import { finished } from "node:stream/promises";
import type { Agent, Dispatcher } from "undici";
import { optionText, TransloadError } from "../errors.js";
import { bodyOf, emptyAnswer } from "./body.js";
import { blamed, faultOfSilence, faultOfStatus, StoreFault } from "./fault.js";
import { checkHeaders } from "./headers.js";
import { askedToWait } from "./retry-delay.js";
import type { Answer, Parts, RemoteHeaders, Store } from "./store.js";
import { spelled } from "./url.js";

/** A server that says nothing for so long is asked again. */
const SILENCE_MS = 60_000;
const CONNECT_MS = 30_000;
const REDIRECTS = 5;
const REDIRECTING: readonly number[] = [301, 302, 303, 307, 308];

type Headers = Readonly<Record<string, string>>;

let agent: Promise<Agent> | undefined;

/** Connections that stay open, for all objects of the process. */
function client(): Promise<Agent> {
  agent ??= import("undici").then(
    ({ Agent }) => new Agent({ headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS, connect: { timeout: CONNECT_MS }, pipelining: 1 }),
  );
  return agent;
}

/**
 * The object of an http(s) URL. A name and password in it are sent as Authorization: Basic.
 * @throws TransloadError E_OPTION for what is no URL.
 */
export function httpStore(text: string | URL, { headers: given = {} }: RemoteHeaders): Store {
  if (!URL.canParse(String(text))) throw new TransloadError("E_OPTION", `${spelled(text)} is no URL`);
  const url = new URL(text);
  const headers = { ...basic(url), ...Object.fromEntries(checkHeaders(given)) };
  url.username = "";
  url.password = "";
  url.hash = "";
  const ask = (method: Dispatcher.HttpMethod, own: Headers, signal: AbortSignal, body?: Uint8Array | Readable) =>
    answerTo({ url, headers, own, method, signal, body });
  return {
    name: spelled(text),
    remedy: `hand over what it asks for, as with ${optionText("header", "Authorization: …")} or ${optionText("tokenEnv", "TOKEN")}`,
    inOrder: true,
    get: async (from, to, version, signal) => {
      const range = { range: `bytes=${from}-${to === undefined ? "" : to - 1}`, "accept-encoding": "identity" };
      // a weak one never matches (RFC 9110, 13.1.1); every answer is held against it all the same
      const match: Headers = version?.startsWith('"') ? { "if-match": version } : {};
      return read(await ask("GET", { ...range, ...match }, signal));
    },
    put: async (bytes, signal) => taken(await ask("PUT", { ...TYPE, "content-length": `${bytes.length}` }, signal, bytes)),
    begin: async (signal) => streamed((body) => ask("PUT", TYPE, signal, body)),
    remove: async (signal) => taken(await ask("DELETE", {}, signal)),
  };
}

const TYPE: Headers = { "content-type": "application/octet-stream" };

function basic({ username, password }: URL): Headers {
  if (username === "" && password === "") return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** A request to one URL alone, and what was answered, without its body. */
export async function requested(
  url: string,
  method: Dispatcher.HttpMethod,
  headers: Headers,
  signal?: AbortSignal,
  body?: Uint8Array,
): Promise<{ readonly status: number; readonly headers: Readonly<Record<string, string | undefined>> }> {
  const dispatcher = await client();
  const { origin, pathname, search } = new URL(url);
  const answer = await dispatcher
    .request({ origin, path: `${pathname}${search}`, method, headers, signal: signal ?? null, body: body ?? null })
    .catch((error: unknown) => {
      throw blamed(error, faultOfSilence, signal);
    });
  await ended(answer.body);
  return {
    status: answer.statusCode,
    headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, one(value)])),
  };
}

/** A request; what is sent along with it is for its own server alone. */
interface Asked {
  readonly url: URL;
  readonly headers: Headers;
  readonly own: Headers;
  readonly method: Dispatcher.HttpMethod;
  readonly signal: AbortSignal;
  readonly body: Uint8Array | Readable | undefined;
}

async function answerTo({ url, headers, own, method, signal, body }: Asked): Promise<Dispatcher.ResponseData> {
  const dispatcher = await client();
  let at = url;
  for (let hops = 0; ; hops++) {
    const theirs = at.origin === url.origin ? headers : {};
    const { origin, pathname, search } = at;
    const answer = await dispatcher
      .request({ origin, path: `${pathname}${search}`, method, headers: { ...theirs, ...own }, signal, body: body ?? null })
      .catch((error: unknown) => {
        throw blamed(error, faultOfSilence, signal);
      });
    const { location } = answer.headers;
    if (!REDIRECTING.includes(answer.statusCode) || typeof location !== "string") return answer;
    await ended(answer.body);
    if (method !== "GET" || hops === REDIRECTS)
      throw new StoreFault("refused", `the server sends us elsewhere (${answer.statusCode}), to ${spelled(new URL(location, at))}`);
    at = new URL(location, at);
  }
}

async function read(answer: Dispatcher.ResponseData): Promise<Answer> {
  const { statusCode: status, headers, body } = answer;
  const version = one(headers.etag) ?? one(headers["last-modified"]);
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(one(headers["content-range"]) ?? "");
  const size = range?.[2] === undefined || range[2] === "*" ? undefined : Number(range[2]);
  if (status === 416 && size === 0) {
    await ended(body);
    return emptyAnswer(version);
  }
  if (status !== 200 && status !== 206) throw await faultOf(answer);
  const blame = (error: unknown) => blamed(error, faultOfSilence);
  if (status === 206 && range?.[1] !== undefined) return { from: Number(range[1]), size, version, ranged: true, body: bodyOf(body, blame) };
  const length = one(headers["content-length"]);
  return { from: 0, size: length === undefined ? undefined : Number(length), version, ranged: false, body: bodyOf(body, blame) };
}

async function taken(answer: Dispatcher.ResponseData): Promise<void> {
  if (answer.statusCode < 200 || answer.statusCode > 299) throw await faultOf(answer);
  await answer.body.dump();
}

async function faultOf({ statusCode: status, headers, body }: Dispatcher.ResponseData): Promise<StoreFault> {
  const asked = askedToWait(new Headers({ "retry-after": one(headers["retry-after"]) ?? "" }));
  await ended(body);
  if (status === 405 || status === 501) return new StoreFault("refused", `the server does not take this method (${status})`);
  return faultOfStatus(status, `the server answers ${status}`, { wait: asked });
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** Nobody reads the rest of it. */
async function ended(body: Dispatcher.ResponseData["body"]): Promise<void> {
  body.on("error", () => {});
  await body.dump({ limit: 1 << 16 }).catch(() => {});
}

/** A body that is sent while it is made. Where it breaks off, its end is never sent, by which the server knows. */
function streamed(put: (body: Readable) => Promise<Dispatcher.ResponseData>): Parts {
  const body = new PassThrough({ highWaterMark: 1 << 20 });
  let answered: { readonly fault?: unknown } | undefined;
  // not Promise.race, which would keep a reaction for each chunk until the answer has come
  let wake = (): void => {};
  const answer = put(body).then(taken);
  answer.then(
    () => {
      answered = {};
      wake();
    },
    (fault: unknown) => {
      answered = { fault };
      body.destroy();
      wake();
    },
  );
  finished(body).then(
    () => wake(),
    () => wake(),
  );
  return {
    async send(_, bytes) {
      if (!answered && !body.write(bytes))
        await new Promise<void>((resolve) => {
          wake = resolve;
          body.once("drain", resolve);
        });
      if (answered) throw answered.fault ?? new StoreFault("refused", "the server answered before it had all of it");
    },
    async complete() {
      body.end();
      await answer;
    },
    async abort() {
      body.destroy(new Error("transload: called off"));
      await answer.catch(() => {});
    },
  };
}
