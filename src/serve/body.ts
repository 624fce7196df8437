// A body on its way through: converted as far as the other side takes it. What is short is whole before anything of it is sent, so that
// a fault in it is told with a status of its own; what is long streams.
import type { IncomingMessage } from "node:http";
import { nodeHost } from "../api/node.js";
import { concat } from "../columns/bytes.js";
import type { Told } from "../envelope/payload.js";
import { TransloadError } from "../errors.js";
import { stageFor } from "../lanes/chain.js";
import { exchange, isTransfer } from "../lanes/exchange.js";
import { Pump } from "../lanes/pump.js";
import type { Request } from "../options/request.js";

/** Bytes that are held to see whether a body is short. */
export const SHORT = 1 << 16;

/** A body that has been begun. */
export interface Begun {
  /** The first bytes; all of them where nothing follows. */
  readonly head: Uint8Array;
  readonly rest: AsyncGenerator<Uint8Array, void, undefined> | undefined;
}

/** What a conversion writes, and what it has been told of its source. */
export interface Converted extends Begun {
  readonly told: Told | undefined;
}

/**
 * Begins a conversion.
 * @throws TransloadError for a fault that shows before `SHORT` bytes are written.
 */
export async function converted(body: Begun, request: Request): Promise<Converted> {
  const host = nodeHost(request.run);
  if (isTransfer(request)) return { ...(await begun(exchange(chunksOf(body), request, host))), told: undefined };
  if (!body.rest) return whole(body.head, request);
  const pump = new Pump(chunksOf(body), request, host);
  return { ...(await begun(pump.bytes())), told: pump.told };
}

/** A conversion of what is short, without the queues of one that streams: these cost more than it does, and keep an engine waiting each. */
async function whole(bytes: Uint8Array, request: Request): Promise<Converted> {
  const chunks: Uint8Array[] = [];
  const stage = stageFor(request, nodeHost(request.run), (written) => void chunks.push(written));
  try {
    const pushed = stage.push(bytes);
    if (pushed) await pushed;
    await stage.end();
    return { head: concat(chunks), rest: undefined, told: stage.told };
  } finally {
    stage.close();
  }
}

/** The first bytes of these, all of them where they are few. */
export async function begun(chunks: AsyncGenerator<Uint8Array, void, undefined>): Promise<Begun> {
  const head: Uint8Array[] = [];
  for (let bytes = 0; bytes <= SHORT; ) {
    const { value, done } = await chunks.next();
    if (done) return { head: concat(head), rest: undefined };
    head.push(value);
    bytes += value.length;
  }
  return { head: concat(head), rest: chunks };
}

/** All of it, in order; ends what it comes from also where nobody takes it all. */
export async function* chunksOf({ head, rest }: Begun): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield head;
    if (rest) yield* rest;
  } finally {
    await rest?.return();
  }
}

/** A request's body is larger than it may be. */
export class TooLarge extends TransloadError {
  constructor(most: number) {
    super("E_LIMIT", `a request may have ${most} bytes; send fewer rows at a time`);
  }
}

/**
 * A request's bytes: of one that is short, all.
 * @throws TooLarge for more than `most`, at once where the client says how many they are.
 */
export async function bodyOf(message: IncomingMessage, most: number): Promise<Begun> {
  const length = Number(message.headers["content-length"]);
  if (length > most) throw new TooLarge(most);
  if (length <= SHORT) return { head: await allOf(message), rest: undefined };
  return begun(counted(message, most));
}

/** All chunks of a body that is short, which nobody need wait for one by one. */
function allOf(message: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    message.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    message.once("end", () => resolve(concat(chunks)));
    message.once("error", reject);
  });
}

async function* counted(message: IncomingMessage, most: number): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  // destroyed by its iterator, it would take the connection along, and with it the answer that says why
  for await (const chunk of message.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > most) throw new TooLarge(most);
    yield chunk;
  }
}
