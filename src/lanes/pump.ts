import { Batch } from "../columns/batch.js";
import type { Told } from "../envelope/payload.js";
import type { Request } from "../options/request.js";
import type { BatchRequest } from "../table/job.js";
import { stageFor } from "./chain.js";
import type { Outlet } from "./conversion.js";
import type { Host } from "./host.js";
import type { Stage } from "./stage.js";

/** Texts that may wait during a replay. */
const WAITING = 4;

/** Turns of the microtask queue from waking a conversion to what it writes. */
const PROMISES = 8;

/** The end of a piece. */
export interface End {
  readonly rows: number;
}

/** Runs a conversion as far as somebody reads what it writes. */
export class Pump {
  readonly #queue: (Uint8Array | Batch | End)[] = [];
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #conversion: Stage;
  readonly #onProgress: Request["run"]["onProgress"];
  #used = 0;
  #running: Promise<void> | undefined;
  #ended = false;
  /** What the conversion threw, told once all that it wrote before has been taken. */
  #failure: { error: unknown } | undefined;
  #resume: (() => void) | undefined;

  constructor(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, request: Request, host: Host, batches?: BatchRequest) {
    this.#chunks = iterate(chunks);
    this.#onProgress = request.run.onProgress;
    const queue = this.#queue;
    const outlet: Outlet = {
      get full() {
        return queue.length > WAITING;
      },
      drained: () =>
        new Promise((resolve) => {
          this.#resume = resolve;
        }),
      endPiece: (rows) => void queue.push({ rows }),
      ...(batches && { batches, batch: (batch: Batch) => void queue.push(batch) }),
    };
    this.#conversion = stageFor(request, host, (bytes) => queue.push(bytes), outlet);
  }

  /** What the source's envelope has told, so far. */
  get told(): Told | undefined {
    return this.#conversion.told;
  }

  /** Whether there is something to take; runs the conversion until there is. */
  async more(): Promise<boolean> {
    while (this.#queue.length === 0) {
      if (this.#failure) throw this.#failure.error;
      if (this.#resume) {
        const resume = this.#resume;
        this.#resume = undefined;
        resume();
        // most often it writes at once, a few promises later
        for (let i = 0; i < PROMISES && this.#queue.length === 0; i++) await undefined;
        if (this.#queue.length > 0) return true;
        await Promise.race([this.#running, this.#written()]);
      } else if (this.#running) await Promise.race([this.#running, this.#written()]);
      else if (this.#ended) return false;
      else this.#running = this.#step().then(this.#stop, this.#fail);
    }
    return true;
  }

  take(): Uint8Array | Batch | End {
    return this.#queue.shift() as Uint8Array | Batch | End;
  }

  /** The bytes to their end; closes what they come from, also when nobody takes them all. */
  bytes(): AsyncGenerator<Uint8Array, void, undefined> {
    return this.#all((next) => next instanceof Uint8Array);
  }

  /** The same of batches. */
  batches(): AsyncGenerator<Batch, void, undefined> {
    return this.#all((next) => next instanceof Batch);
  }

  async *#all<T>(wanted: (next: Uint8Array | Batch | End) => boolean): AsyncGenerator<T, void, undefined> {
    try {
      while (await this.more()) {
        const next = this.take();
        if (wanted(next)) yield next as T;
      }
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    this.#conversion.close();
    await this.#chunks.return?.();
  }

  /** Resolves in a while: something may have been written meanwhile. */
  #written(): Promise<void> {
    return new Promise((resolve) => later(resolve));
  }

  readonly #stop = (): void => {
    this.#running = undefined;
  };

  /** It may run on while what it wrote is being taken: nobody waits for it then. */
  readonly #fail = (error: unknown): void => {
    this.#running = undefined;
    this.#failure = { error };
  };

  async #step(): Promise<void> {
    // what is left then is wanted by nobody
    const next = this.#conversion.enough ? await this.#chunks.return?.() : await this.#chunks.next();
    if (!next || next.done) {
      await this.#conversion.end();
      this.#ended = true;
      return;
    }
    const { value } = next;
    await this.#conversion.push(value);
    this.#used += value.length;
    this.#onProgress?.(this.#used);
  }
}

/** Behind what is under way; a timer would wait four milliseconds in a browser. */
function later(work: () => void): void {
  if (typeof setImmediate === "function") {
    setImmediate(work);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener("message", () => {
    port1.close();
    work();
  });
  port1.start();
  port2.postMessage(undefined);
}

async function* iterate(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks;
}
