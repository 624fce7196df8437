import { attempts } from "./attempts.js";
import { cannotWriteObject } from "./fault.js";
import type { Parts, Store } from "./store.js";

const MIB = 1 << 20;
/** Parts have so many bytes, the later ones more: S3 takes 10,000 of them, the least of 5 MiB, and so they come to half a terabyte. */
const SIZES: readonly (readonly [parts: number, bytes: number])[] = [
  [1000, 8 * MIB],
  [5000, 32 * MIB],
  [Number.POSITIVE_INFINITY, 64 * MIB],
];
/** Parts under way at a time. */
const WAITING = 3;

/**
 * An object that is written. Nothing of it shows before commit(); what is there before stays until then. What is held is a part, and those that are
 * under way.
 */
export class Upload {
  readonly #store: Store;
  readonly #signal: AbortSignal;
  readonly #stop = new AbortController();
  #part: Uint8Array | undefined;
  #filled = 0;
  #number = 0;
  #parts: Promise<Parts> | undefined;
  readonly #underWay = new Set<Promise<void>>();
  #failed: { readonly error: unknown } | undefined;
  #over = false;

  constructor(store: Store, signal?: AbortSignal) {
    this.#store = store;
    this.#signal = signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal;
  }

  get name(): string {
    return this.#store.name;
  }

  /** Takes these bytes; they are the caller's again when it resolves. @throws TransloadError E_WRITE. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      this.#part ??= new Uint8Array(sizeOf(this.#number + 1));
      const count = Math.min(bytes.length - at, this.#part.length - this.#filled);
      this.#part.set(bytes.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      if (this.#filled === this.#part.length) await this.#send();
    }
  }

  /** All has been written: the store has every part of it. */
  async end(): Promise<void> {
    if (this.#number > 0 && this.#filled > 0) await this.#send();
    await Promise.all(this.#underWay);
    await this.#check();
  }

  /** Has the object appear. @throws TransloadError E_WRITE: it has not. */
  async commit(): Promise<void> {
    await this.#writing(async () => {
      const parts = await this.#parts;
      const last = this.#part?.subarray(0, this.#filled) ?? new Uint8Array();
      if (!parts) await attempts(() => this.#store.put(last, this.#signal), this.#signal);
      else if (this.#store.inOrder) await parts.complete(this.#signal);
      else await attempts(() => parts.complete(this.#signal), this.#signal);
    });
    this.#over = true;
  }

  /** Takes back all that was sent, as far as the store knows how. */
  async discard(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#stop.abort();
    await Promise.allSettled(this.#underWay);
    const parts = await this.#parts?.catch(() => undefined);
    await parts?.abort().catch(() => {}); // what went wrong before is told
  }

  async #send(): Promise<void> {
    await this.#check();
    const bytes = (this.#part as Uint8Array).subarray(0, this.#filled);
    const number = ++this.#number;
    this.#part = undefined;
    this.#filled = 0;
    this.#parts ??= attempts(() => this.#store.begin(this.#signal), this.#signal);
    const parts = await this.#writing(() => this.#parts as Promise<Parts>);
    const send = () => parts.send(number, bytes, this.#signal);
    const { name, remedy, inOrder } = this.#store;
    const sent = (inOrder ? send() : attempts(send, this.#signal))
      .catch((error: unknown) => {
        this.#failed ??= { error: cannotWriteObject(name, error, remedy, this.#signal) };
      })
      .finally(() => this.#underWay.delete(sent));
    this.#underWay.add(sent);
    if (this.#store.inOrder) await sent;
    else if (this.#underWay.size >= WAITING) await Promise.race(this.#underWay);
    await this.#check();
  }

  async #check(): Promise<void> {
    if (this.#over) await NEVER;
    if (this.#failed) throw this.#failed.error;
  }

  async #writing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { name, remedy } = this.#store;
      if (this.#over) return await NEVER;
      throw cannotWriteObject(name, error, remedy, this.#signal);
    }
  }
}

/** For whoever still writes when it has been called off: the process is about to leave, and has nothing to tell. */
const NEVER = new Promise<never>(() => {});

function sizeOf(number: number): number {
  return (SIZES.find(([parts]) => number <= parts) as readonly [number, number])[1];
}
