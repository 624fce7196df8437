import { Until } from "../io/until.js";
import type { Stage } from "./stage.js";

/** What asks for its chunks, as a stage that is given them. */
export class FedStage implements Stage {
  readonly #inbox = new Inbox();
  readonly #done: Promise<void>;
  readonly #until: Until;

  /** `work` goes through the chunks, and may leave some. */
  constructor(work: (chunks: AsyncIterableIterator<Uint8Array>) => Promise<void>) {
    this.#done = work(this.#inbox.chunks());
    // told by the next push, or the end
    this.#until = new Until(this.#done);
  }

  /** Resolves when the chunk has been taken, or none is wanted any more. */
  push(chunk: Uint8Array): Promise<void> {
    return this.#until.or(this.#inbox.put(chunk));
  }

  end(): Promise<void> {
    this.#inbox.end();
    return this.#done;
  }

  close(): void {
    this.#inbox.end();
  }
}

/** Chunks handed from one who has them to one who asks. */
class Inbox {
  readonly #waiting: Uint8Array[] = [];
  #ended = false;
  #come = (): void => {};
  #taken = (): void => {};

  put(chunk: Uint8Array): Promise<void> {
    this.#waiting.push(chunk);
    this.#come();
    return new Promise((resolve) => {
      this.#taken = resolve;
    });
  }

  end(): void {
    this.#ended = true;
    this.#come();
  }

  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next) {
        this.#taken();
        yield next;
      } else if (this.#ended) return;
      else
        await new Promise<void>((resolve) => {
          this.#come = resolve;
        });
    }
  }
}
