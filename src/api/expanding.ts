import type { Told } from "../envelope/payload.js";
import { type Compression, expand } from "../io/compression.js";
import type { ExpansionLimit } from "../io/expansion.js";
import { Until } from "../io/until.js";
import type { Outlet } from "../lanes/conversion.js";
import { FedStage } from "../lanes/fed.js";
import type { Stage } from "../lanes/stage.js";

/** A conversion whose chunks are expanded before it is given them; few of these may come to many, and wait for the reader. */
export class ExpandingStage implements Stage {
  readonly #inner: Stage;
  readonly #fed: FedStage;
  #stop = (): void => {};
  #closed = false;

  constructor(kind: Compression, limit: ExpansionLimit, inner: Stage, outlet: Pick<Outlet, "full" | "drained">) {
    this.#inner = inner;
    const stopped = new Until(
      new Promise<void>((resolve) => {
        this.#stop = resolve;
      }),
    );
    this.#fed = new FedStage(async (chunks) => {
      for await (const bytes of expand(chunks, kind, limit)) {
        await inner.push(bytes);
        if (inner.enough) break;
        if (outlet.full) await stopped.or(outlet.drained());
        if (this.#closed) return;
      }
      await inner.end();
    });
  }

  get told(): Told | undefined {
    return this.#inner.told;
  }

  get enough(): boolean {
    return this.#inner.enough ?? false;
  }

  push(chunk: Uint8Array): Promise<void> {
    return this.#fed.push(chunk);
  }

  end(): Promise<void> {
    return this.#fed.end();
  }

  close(): void {
    this.#closed = true;
    this.#stop();
    this.#fed.close();
    this.#inner.close();
  }
}
