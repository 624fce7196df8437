import { type Duplex, Transform, type TransformCallback } from "node:stream";
import type { BatchFunction } from "./conversion.js";

export type { BatchFunction };

import { Conversion } from "./conversion.js";
import type { DType } from "./dtype.js";
import type { Cast } from "./engine/cells.js";
import type { Warning } from "./errors.js";

export interface ConvertOptions {
  /** Dialect or form of the input, or `auto` (the default): told from the keys. */
  from?: string;
  /** Dialect or form of the output. A bare dialect takes the form that suits the source. */
  to: string;
  /** Names for the columns of a tensor, which then becomes a frame; or the names a frame must have. */
  columns?: readonly string[];
  /** Read numbers as this dtype, or each column as its own, and print them anew: the typed lane. */
  dtype?: DType | Readonly<Record<string, DType>>;
  /** What to do with a number that its dtype cannot hold. Default `error`. */
  cast?: Cast;
  /** NaN, Infinity and -Infinity: passed as tokens, written as null, or refused. Default: passed, as every dialect here reads them. */
  nan?: "null" | "token" | "error";
  /** Functions on batches between reader and writer. */
  through?: readonly BatchFunction[];
  /** Rows of a batch in the typed lane. Default: about a mebibyte of cells. */
  batchRows?: number;
  /** `reference` converts with stream-json, slowly: the same bytes. Default `core`. */
  engine?: "core" | "reference";
  signal?: AbortSignal;
  /** Something was dropped or made up that the caller should know of. */
  onWarning?: (warning: Warning) => void;
  /** Bytes of input used up so far, after each chunk. */
  onProgress?: (bytes: number) => void;
}

/**
 * Bytes that may wait on either side. The source reads one chunk ahead whatever this is; more waiting chunks only live
 * long enough to be garbage of the old kind, which costs 30 MiB of memory when the sink is a disk, and gain no speed.
 */
const BUFFERED = 1 << 19;

/**
 * A stream that takes a payload's bytes in one dialect and gives them in another.
 * @throws TransloadError E_DIALECT, E_DTYPE or E_OPTION at once; every other refusal is the stream's error.
 */
export function convert(options: ConvertOptions): Duplex {
  let used = 0;
  const stream: Transform = new Transform({
    writableHighWaterMark: BUFFERED,
    readableHighWaterMark: BUFFERED,
    ...(options.signal && { signal: options.signal }),
    transform(chunk: Uint8Array, _encoding, done) {
      // after the source has asked for its next chunk, which is then read while this one is converted
      queueMicrotask(() => {
        settle(
          () => conversion.push(chunk),
          () => {
            used += chunk.length;
            options.onProgress?.(used);
            done();
          },
          done,
        );
      });
    },
    flush(done) {
      settle(
        () => conversion.end(),
        () => done(),
        done,
      );
    },
  });
  const conversion = new Conversion(options, (bytes) => stream.push(bytes));
  return stream;
}

/** Runs what may throw, or return a promise; synchronous when it can be. */
function settle(work: () => void | Promise<void>, then: () => void, fail: TransformCallback): void {
  try {
    const wait = work();
    if (wait) wait.then(then).catch(fail);
    else then();
  } catch (error) {
    fail(error as Error);
  }
}
