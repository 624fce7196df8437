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
  /** Wakes who waits for the conversion to do something. */
  #wake: (() => void) | undefined;

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
          this.#woken();
        }),
      endPiece: (rows) => this.#put({ rows }),
      ...(batches && { batches, batch: (batch: Batch) => this.#put(batch) }),
    };
    this.#conversion = stageFor(request, host, (bytes) => this.#put(bytes), outlet);
  }

  /** What the source's envelope has told, so far. */
  get told(): Told | undefined {
    return this.#conversion.told;
  }

  /** Whether there is something to take; runs the conversion until there is. */
  async more(): Promise<boolean> {
    while (this.#queue.length === 0) {
      if (this.#failure) throw this.#failure.error;
      const resume = this.#resume;
      this.#resume = undefined;
      if (resume) resume();
      else if (!this.#running && this.#ended) return false;
      else this.#running ??= this.#step().then(this.#stop, this.#fail);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
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

  #put(written: Uint8Array | Batch | End): void {
    this.#queue.push(written);
    this.#woken();
  }

  #woken(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  readonly #stop = (): void => {
    this.#running = undefined;
    this.#woken();
  };

  /** It may run on while what it wrote is being taken: nobody waits for it then. */
  readonly #fail = (error: unknown): void => {
    this.#running = undefined;
    this.#failure = { error };
    this.#woken();
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

async function* iterate(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks;
}
