import type { Outlet } from "../lanes/conversion.js";
import { exchange } from "../lanes/exchange.js";
import type { Host } from "../lanes/host.js";
import { Inbox } from "../lanes/inbox.js";
import type { Stage } from "../lanes/stage.js";
import type { Request } from "../options/request.js";

/** A conversion of batches, which asks for chunks, as one that is given them. */
export class ExchangeStage implements Stage {
  readonly #inbox = new Inbox();
  readonly #done: Promise<void>;

  constructor(request: Request, host: Host, write: (bytes: Uint8Array) => void, outlet: Pick<Outlet, "full" | "drained">) {
    const work = async () => {
      for await (const bytes of exchange(this.#inbox.chunks(), request, host)) {
        write(bytes);
        if (outlet.full) await outlet.drained();
      }
    };
    this.#done = work();
    // told by the next push, or the end
    this.#done.catch(() => {});
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
    this.#inbox.end();
  }
}
