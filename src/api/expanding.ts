import type { Told } from "../envelope/payload.js";
import { type Compression, expand } from "../io/compression.js";
import type { ExpansionLimit } from "../io/expansion.js";
import type { Outlet } from "../lanes/conversion.js";
import { Inbox } from "../lanes/inbox.js";
import type { Stage } from "../lanes/stage.js";

/** A conversion whose chunks are expanded before it is given them; few of these may come to many, and wait for the reader. */
export class ExpandingStage implements Stage {
  readonly #inner: Stage;
  readonly #inbox = new Inbox();
  readonly #done: Promise<void>;
  #stop = (): void => {};
  #closed = false;

  constructor(kind: Compression, limit: ExpansionLimit, inner: Stage, outlet: Pick<Outlet, "full" | "drained">) {
    this.#inner = inner;
    const stopped = new Promise<void>((resolve) => {
      this.#stop = resolve;
    });
    const work = async () => {
      for await (const bytes of expand(this.#inbox.chunks(), kind, limit)) {
        await inner.push(bytes);
        if (outlet.full) await Promise.race([outlet.drained(), stopped]);
        if (this.#closed) return;
      }
      await inner.end();
    };
    this.#done = work();
    // told by the next push, or the end
    this.#done.catch(() => {});
  }

  get told(): Told | undefined {
    return this.#inner.told;
  }

  /** Resolves when the chunk has been taken, or none is wanted any more. */
  push(chunk: Uint8Array): Promise<void> {
    return Promise.race([this.#inbox.put(chunk), this.#done]);
  }

  end(): Promise<void> {
    this.#inbox.end();
    return this.#done;
  }

  close(): void {
    this.#closed = true;
    this.#stop();
    this.#inbox.end();
    this.#inner.close();
  }
}
