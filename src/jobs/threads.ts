// Threads that are kept for the next document. No library's pool: its worker would be a file of its own beside ours, which whoever bundles the
// package must find, and what it has besides a queue, which is a promise here, is not needed.
import type { Worker } from "node:worker_threads";
import { coreModule, isInPlace } from "../engine/module.js";
import { packageFile } from "../engine/package-file.js";

/** A thread that nobody has used for so long ends. Milliseconds. */
const IDLE = 5000;

interface Reply {
  readonly answer?: unknown;
  readonly error?: Error;
}

/** Does one thing after the other. */
export class Thread {
  readonly #worker: Worker;
  readonly #waiting: { resolve: (answer: unknown) => void; reject: (error: Error) => void }[] = [];
  #timer: NodeJS.Timeout | undefined;
  broken = false;

  constructor() {
    // loading it takes longer than a program without threads has any use for
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    this.#worker = new Worker(packageFile("../jobs/worker.js"), { workerData: { core: coreModule() }, execArgv: [] });
    this.#worker.unref();
    this.#worker.on("message", ({ answer, error }: Reply) => {
      const asked = this.#waiting.shift();
      if (this.#waiting.length === 0) this.#worker.unref();
      if (error) asked?.reject(error);
      else asked?.resolve(answer);
    });
    this.#worker.on("error", (error) => this.#end(error));
    this.#worker.on("exit", () => this.#end(new Error("transload: a thread has ended")));
  }

  /** Questions that have no answer yet. */
  get pending(): number {
    return this.#waiting.length;
  }

  /** @throws what the worker throws, and what ends it. */
  ask<Answer>(question: unknown, moved: readonly ArrayBuffer[] = []): Promise<Answer> {
    if (this.broken) return Promise.reject(new Error("transload: a thread has ended"));
    this.#worker.ref();
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(question, moved);
    }) as Promise<Answer>;
  }

  #end(error: Error): void {
    this.broken = true;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  /** Nobody uses it; it ends in a while. */
  rest(): void {
    this.#timer = setTimeout(() => this.end(), IDLE).unref();
  }

  wake(): void {
    clearTimeout(this.#timer);
  }

  end(): void {
    this.broken = true;
    void this.#worker.terminate();
  }
}

const idle: Thread[] = [];

/** Whether there are threads: what runs on them is a file of the package's, which a bundle of it does not have. */
export function hasThreads(): boolean {
  return isInPlace();
}

/** So many threads, for one document at a time. */
export function takeThreads(count: number): Thread[] {
  return Array.from({ length: count }, () => {
    for (let thread = idle.pop(); thread; thread = idle.pop()) {
      thread.wake();
      if (!thread.broken) return thread;
    }
    return new Thread();
  });
}

/** Those that have answered all are kept. */
export function giveBack(threads: readonly Thread[]): void {
  for (const thread of threads) {
    if (thread.pending > 0) thread.end();
    if (thread.broken) continue;
    thread.rest();
    idle.push(thread);
  }
}
