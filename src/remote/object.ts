import { concat } from "../columns/bytes.js";
import { TransloadError } from "../errors.js";
import { attempts } from "./attempts.js";
import { cannotReadObject, StoreFault } from "./fault.js";
import { Ranges } from "./ranges.js";
import type { Answer, Store } from "./store.js";

/** The first request asks for so many bytes: they tell the form, and a Parquet file's columns are asked for by themselves. */
const HEAD = 1 << 16;

/** What is known of an object. */
interface Known {
  readonly version: string | undefined;
  readonly size: number | undefined;
  /** Its bytes can be had at any place. */
  readonly ranged: boolean;
}

/**
 * An object that is read. Its chunks are those of one object from the first byte to the last, also where a connection ends in between: reading
 * goes on at the byte. Every answer says of which version it is, and one of another is an error.
 */
export class RemoteObject implements AsyncIterable<Uint8Array> {
  /** Its URL, without secrets. */
  readonly name: string;
  readonly size: number | undefined;
  readonly ranged: boolean;
  /** Its first bytes, all of them where there are few. Of a server without ranges none: they would be asked for twice. */
  readonly head: Uint8Array;
  readonly #store: Store;
  readonly #version: string | undefined;
  readonly #signal: AbortSignal;
  /** The first answer, where that is the whole object and nobody has read it. */
  #whole: Answer | undefined;

  private constructor(store: Store, { version, size, ranged }: Known, head: Uint8Array, whole: Answer | undefined, signal: AbortSignal) {
    this.name = store.name;
    this.size = size;
    this.ranged = ranged;
    this.head = head;
    this.#store = store;
    this.#version = version;
    this.#signal = signal;
    this.#whole = whole;
  }

  /** @throws TransloadError E_READ for what is not there, or may not be read. */
  static async open(store: Store, signal: AbortSignal): Promise<RemoteObject> {
    return reading(store, signal, () =>
      attempts(async () => {
        const answer = await store.get(0, HEAD, undefined, signal);
        if (!answer.ranged) return new RemoteObject(store, answer, new Uint8Array(), answer, signal);
        const head = await bytesOf(answer, Math.min(HEAD, answer.size ?? HEAD));
        return new RemoteObject(store, answer, head, undefined, signal);
      }, signal),
    );
  }

  /** Its chunks, each of its own memory. It may be read again, and by several at a time. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    const { head, size } = this;
    if (head.length > 0) yield head;
    let at = head.length;
    let stalled = 0;
    while (size === undefined ? true : at < size || (size === 0 && this.#whole !== undefined)) {
      const before = at;
      try {
        for await (const chunk of await this.#from(at)) {
          at += chunk.length;
          yield chunk;
        }
        if (size === undefined || at >= size) return this.#checkEnd(at);
        throw new StoreFault("broken", `the connection ended after ${at} of ${size} bytes`);
      } catch (error) {
        stalled = at > before ? 0 : stalled + 1;
        const passes = error instanceof StoreFault && error.passes && stalled < STALLS;
        if (!passes || this.#signal.aborted) throw cannotReadObject(this.name, error, this.#store.remedy, this.#signal);
        if (!this.ranged && this.#version === undefined) throw this.#cannotGoOn(at);
      }
    }
  }

  /** Its bytes here and there; undefined where the server has no ranges. */
  random(onBytes?: (bytes: number) => void): Ranges | undefined {
    const { size } = this;
    if (!this.ranged || size === undefined) return undefined;
    return new Ranges({ size, head: this.head, fetch: (from, to) => this.#read(from, to), onBytes });
  }

  /** Nobody is going to read it. */
  async close(): Promise<void> {
    const whole = this.#whole;
    this.#whole = undefined;
    if (whole) await closed(whole.body);
  }

  async #read(from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    return reading(this.#store, this.#signal, async () => {
      const parts: Uint8Array[] = [];
      let at = from;
      await attempts(async () => {
        for await (const chunk of await this.#answer(at, to)) {
          parts.push(chunk);
          at += chunk.length;
        }
        if (at < to) throw new StoreFault("broken", `the connection ended after ${at - from} of ${to - from} bytes`);
      }, this.#signal);
      return concat(parts);
    });
  }

  /** All that is there from this byte on. */
  async #from(at: number): Promise<AsyncIterable<Uint8Array>> {
    const whole = this.#whole;
    this.#whole = undefined;
    if (whole) return whole.body;
    return attempts(() => this.#answer(at, undefined), this.#signal);
  }

  async #answer(from: number, to: number | undefined): Promise<AsyncIterable<Uint8Array>> {
    const answer = await this.#store.get(from, to, this.#version, this.#signal);
    const other = answer.version !== this.#version || (this.size !== undefined && answer.size !== undefined && answer.size !== this.size);
    if (!other && answer.from <= from) return answer.from === from ? answer.body : behind(answer.body, from - answer.from);
    await closed(answer.body);
    throw other
      ? new StoreFault("changed", "it is another")
      : new StoreFault("refused", `the server gives bytes from ${answer.from} on, not from ${from}`);
  }

  #checkEnd(at: number): void {
    if (this.size === undefined || at === this.size) return;
    throw new TransloadError("E_READ", `cannot read ${this.name}: it has ${at} bytes, and its server said ${this.size}`);
  }

  #cannotGoOn(at: number): TransloadError {
    return new TransloadError(
      "E_READ",
      `cannot read ${this.name}: the connection ended after ${at} bytes, and the server has no ranges by which to go on there; download it first, and read the file`,
    );
  }
}

/** Connections that end one behind the other without a byte. */
const STALLS = 4;

async function reading<T>({ name, remedy }: Store, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw cannotReadObject(name, error, remedy, signal);
  }
}

async function bytesOf({ body }: Answer, due: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    parts.push(chunk);
    length += chunk.length;
  }
  if (length < due) throw new StoreFault("broken", `the connection ended after ${length} of ${due} bytes`);
  return concat(parts);
}

/** The same chunks without their first bytes, so many. */
async function* behind(chunks: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  let left = bytes;
  for await (const chunk of chunks) {
    if (left < chunk.length) yield chunk.subarray(left);
    left -= Math.min(left, chunk.length);
  }
}

async function closed(body: AsyncIterable<Uint8Array>): Promise<void> {
  await body[Symbol.asyncIterator]().return?.();
}
