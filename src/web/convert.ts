import { abortError } from "../errors.js";
import { stageFor } from "../lanes/chain.js";
import { checkEnds, checkTransfer, isTransfer } from "../lanes/exchange.js";
import type { Stage } from "../lanes/stage.js";
import { Unpacking } from "../lanes/unpacking.js";
import { CONVERT } from "../options/check.js";
import type { ConvertOptions as NodeOptions } from "../options/convert.js";
import { type Request, requestOf } from "../options/request.js";
import { loadCore } from "./core.js";
import { exchangeStage } from "./exchange.js";
import { MAX_SPILL, webHost } from "./host.js";
import { packedError } from "./source.js";

/** As in Node, without what needs its files. */
export interface ConvertOptions extends Omit<NodeOptions, "file" | "spillDir" | "engine"> {
  /** The Blob or File whose bytes are the input. In a worker, what must be read twice is read from it again, and not kept. */
  blob?: Blob;
  /**
   * Bytes that may be kept in memory to be read again, where there is neither a file to read again nor one to spill to: outside of
   * dedicated workers. Default 256 MiB.
   */
  maxSpill?: number;
}

const { file: _, spillDir: __, engine: ___, ...OPTIONS } = CONVERT;

/** Bytes that may wait on either side. */
const BUFFERED = 1 << 19;
const QUEUE = { highWaterMark: BUFFERED, size: (chunk?: Uint8Array) => chunk?.byteLength ?? 0 };

/**
 * A stream that takes a payload's bytes in one dialect and gives them in another: `file.stream().pipeThrough(convert({ to: "mlflow" }))`.
 * Chunks that come out may lie in the memory of those that went in.
 * @throws TransloadError E_DIALECT, E_DTYPE or E_OPTION at once; every other refusal is the streams' error.
 */
export function convert(options: ConvertOptions): TransformStream<Uint8Array, Uint8Array> {
  const { blob, maxSpill = MAX_SPILL, ...asked } = options;
  const request = requestOf("convert", asked, OPTIONS);
  if (isTransfer(request)) checkTransfer(request);
  else checkEnds(request);
  return new ConvertStreams(request, blob, maxSpill) as unknown as TransformStream<Uint8Array, Uint8Array>;
}

/** Two streams and not a TransformStream, which could not be told to wait while a conversion writes for long without being given a chunk. */
class ConvertStreams {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly #request: Request;
  readonly #blob: Blob | undefined;
  readonly #maxSpill: number;
  #out!: ReadableStreamDefaultController<Uint8Array>;
  #in!: WritableStreamDefaultController;
  #stage: Stage | undefined;
  #release = (): void => {};
  #used = 0;
  #over = false;
  /** Why it is over, where it is. */
  #reason: unknown;
  /** Goes on when the reader wants more; or not, when there is none any more. */
  #waiting: { promise: Promise<void>; resolve(): void; reject(reason: unknown): void } | undefined;
  readonly #onAbort = (): void => this.#stop(abortError(this.#request.run.signal as AbortSignal));

  constructor(request: Request, blob: Blob | undefined, maxSpill: number) {
    this.#request = request;
    this.#blob = blob;
    this.#maxSpill = maxSpill;
    const { signal } = request.run;
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#out = controller;
        },
        pull: () => {
          this.#waiting?.resolve();
          this.#waiting = undefined;
        },
        cancel: (reason) => this.#stop(reason),
      },
      QUEUE,
    );
    this.writable = new WritableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#in = controller;
          return this.#guard(() => this.#open());
        },
        write: (chunk) => this.#guard(() => this.#push(chunk)),
        close: () => this.#guard(() => this.#end()),
        abort: (reason) => this.#stop(reason),
      },
      QUEUE,
    );
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  async #open(): Promise<void> {
    await loadCore();
    const request = this.#request;
    const host = await webHost(this.#blob, this.#maxSpill);
    this.#release = () => host.close();
    if (this.#over) return this.#release();
    const write = (bytes: Uint8Array) => this.#out.enqueue(bytes);
    const stage = isTransfer(request)
      ? exchangeStage(request, host, write, this.#outlet())
      : stageFor(request, host, write, this.#outlet());
    this.#stage = new Unpacking(stage, (kind) => {
      throw packedError(kind);
    });
  }

  #outlet() {
    const isFull = () => (this.#out.desiredSize ?? 0) <= 0;
    return {
      get full() {
        return isFull();
      },
      drained: () => this.#drained(),
      endPiece: () => {},
    };
  }

  #drained(): Promise<void> {
    if (this.#over) return Promise.reject(this.#reason);
    if ((this.#out.desiredSize ?? 0) > 0) return Promise.resolve();
    if (this.#waiting) return this.#waiting.promise;
    let how!: { resolve(): void; reject(reason: unknown): void };
    const promise = new Promise<void>((resolve, reject) => {
      how = { resolve, reject };
    });
    this.#waiting = { promise, ...how };
    return promise;
  }

  async #push(chunk: Uint8Array): Promise<void> {
    const wait = (this.#stage as Stage).push(chunk);
    if (wait) await wait;
    this.#used += chunk.length;
    this.#request.run.onProgress?.(this.#used);
    await this.#drained();
    if (!(this.#stage as Stage).enough) return;
    await this.#end();
    // as TransformStream's terminate() has it: whoever writes is told to stop
    this.#in.error(new TypeError("all that is wanted of the input has come"));
  }

  async #end(): Promise<void> {
    await (this.#stage as Stage).end();
    if (this.#over) throw this.#reason;
    this.#close();
    this.#out.close();
  }

  /** What fails here ends both streams. */
  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // what fails because it was stopped fails for the reason that stopped it
      const reason = this.#over ? this.#reason : error;
      this.#stop(error);
      throw reason;
    }
  }

  #stop(reason: unknown): void {
    if (this.#over) return;
    this.#reason = reason;
    this.#close();
    this.#out.error(reason);
    this.#in?.error(reason);
  }

  #close(): void {
    this.#over = true;
    this.#request.run.signal?.removeEventListener("abort", this.#onAbort);
    this.#stage?.close();
    this.#release();
    this.#waiting?.reject(this.#reason);
  }
}
