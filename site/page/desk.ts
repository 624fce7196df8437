import type { Fault, Order, Reply, TaskName, Tasks } from "../messages.js";

/** Why a worker has not done what it was asked. */
class Refusal extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}

interface Waiting {
  resolve(done: unknown): void;
  reject(reason: unknown): void;
  told(used: number): void;
}

/** A worker, which does what it is asked. */
export class Desk {
  readonly #worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#take(data);
    this.#worker.onerror = (event) => {
      const fault = { ...NOWHERE, message: event.message || "the worker could not be started; load the page anew" };
      for (const { reject } of this.#waiting.values()) reject(new Refusal(fault));
      this.#waiting.clear();
    };
  }

  /**
   * @param signal stops it: it is then refused, once nothing of it is left
   * @param told gets how many bytes of the file have been read
   * @throws Refusal
   */
  ask<Name extends TaskName>(
    task: Name,
    given: Tasks[Name][0],
    { signal, told = () => {} }: { signal?: AbortSignal; told?: (used: number) => void } = {},
  ): Promise<Tasks[Name][1]> {
    const id = ++this.#last;
    signal?.addEventListener("abort", () => this.#send({ id, stop: true }), { once: true });
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject, told });
      this.#send({ id, task, given } as Order);
    });
  }

  /** Surveys wait while a conversion is under way. */
  hold(hold: boolean): void {
    this.#send({ hold });
  }

  #send(order: Order): void {
    this.#worker.postMessage(order);
  }

  #take(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    if ("used" in reply) {
      waiting?.told(reply.used);
      return;
    }
    this.#waiting.delete(reply.id);
    if ("done" in reply) waiting?.resolve(reply.done);
    else waiting?.reject(new Refusal(reply.fault));
  }
}

const NOWHERE = { code: undefined, line: undefined, column: undefined, path: undefined, excerpt: undefined };

/** Of anything that was thrown. */
export function faultIn(error: unknown): Fault {
  return error instanceof Refusal ? error.fault : { ...NOWHERE, message: (error as Error).message };
}
