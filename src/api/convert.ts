// convert(), and with it the room: Node's edge, a file for each public function (split, read, write, inspect).
//
// In: a Node stream, a path, or an iterable of chunks; and the options as a program writes them, which options/ takes apart. Out: a Node
// stream, pieces, or batches. What runs in between is lanes/, which knows nothing of Node; node.ts is what it finds here of files and spills.
import { type Duplex, Transform, type TransformCallback } from "node:stream";
import { TransloadError } from "../errors.js";
import { destroyOn } from "../io/abort.js";
import { stageFor } from "../lanes/chain.js";
import type { Outlet } from "../lanes/conversion.js";
import { checkEnds, checkTransfer, isTransfer } from "../lanes/exchange.js";
import type { Stage } from "../lanes/stage.js";
import { Unpacking } from "../lanes/unpacking.js";
import type { ConvertOptions } from "../options/convert.js";
import { type Request, requestOf } from "../options/request.js";
import { ExpandingStage } from "./expanding.js";
import { nodeHost } from "./node.js";
import { transfer } from "./transfer.js";

/**
 * Bytes that may wait on either side. The source reads one chunk ahead whatever this is; more waiting chunks only live
 * long enough to be garbage of the old kind, which costs 30 MiB of memory when the sink is a disk, and gain no speed.
 */
const BUFFERED = 1 << 19;

/**
 * A stream that takes a payload's bytes in one dialect and gives them in another. What is compressed by gzip or Zstandard is expanded.
 * @throws TransloadError E_DIALECT, E_DTYPE or E_OPTION at once; every other refusal is the stream's error.
 */
export function convert(options: ConvertOptions): Duplex {
  const request = checkConvert(options);
  return isTransfer(request) ? transfer(request) : destroyOn(request.run.signal, new ConvertStream(request));
}

/**
 * What is asked, and that it can be.
 * @throws TransloadError E_DIALECT, E_DTYPE or E_OPTION.
 */
export function checkConvert(options: ConvertOptions): Request {
  const request = requestOf("convert", options);
  if (isTransfer(request)) checkTransfer(request);
  else checkEnds(request);
  return request;
}

class ConvertStream extends Transform {
  readonly #conversion: Stage;
  readonly #file: string | undefined;
  readonly #onProgress: Request["run"]["onProgress"];
  #used = 0;
  #full = false;
  #over = false;
  /** Goes on with a replay that the reader was too slow for. */
  #resume: (() => void) | undefined;

  constructor(request: Request) {
    super({ writableHighWaterMark: BUFFERED, readableHighWaterMark: BUFFERED });
    const { file, ...others } = request.run;
    this.#file = file;
    this.#onProgress = request.run.onProgress;
    const isFull = () => this.#full;
    const write = (bytes: Uint8Array) => {
      this.#full = !this.push(bytes);
    };
    const outlet: Outlet = {
      get full() {
        return isFull();
      },
      drained: () => new Promise((resolve) => (this.#full ? (this.#resume = resolve) : resolve())),
      endPiece: () => {},
    };
    const stage = (run: Request["run"]) => stageFor({ ...request, run }, nodeHost(run), write, outlet);
    // what is expanded is not what its file has
    this.#conversion = new Unpacking(stage(request.run), (kind) => new ExpandingStage(kind, request.limits, stage(others), outlet));
  }

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    // after the source has asked for its next chunk, which is then read while this one is converted
    queueMicrotask(() => {
      // destroyed meanwhile, it is closed: what it would spill to now would stay open
      if (this.destroyed) return done();
      attempt(
        () => this.#conversion.push(chunk),
        () => {
          this.#used += chunk.length;
          this.#onProgress?.(this.#used);
          if (this.#conversion.enough && !this.#over) this.#finish(done);
          else done();
        },
        done,
      );
    });
  }

  override _flush(done: TransformCallback): void {
    if (this.#over) done();
    else this.#finish(done);
  }

  /** The output ends here, also where more is written to us. */
  #finish(done: TransformCallback): void {
    this.#over = true;
    attempt(
      () => this.#conversion.end(),
      () => {
        this.push(null);
        done();
      },
      done,
    );
  }

  override _read(size: number): void {
    const resume = this.#resume;
    this.#full = false;
    this.#resume = undefined;
    resume?.();
    super._read(size);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (error instanceof TransloadError) error.inFile(this.#file);
    this.#conversion.close();
    super._destroy(error, done);
  }
}

/** Runs what may throw, or return a promise; synchronous when it can be. */
function attempt(work: () => void | Promise<void>, then: () => void, fail: TransformCallback): void {
  try {
    const wait = work();
    if (wait) wait.then(then).catch(fail);
    else then();
  } catch (error) {
    fail(error as Error);
  }
}
