import { addAbortSignal, type Duplex, Transform, type TransformCallback } from "node:stream";
import type { BatchFunction } from "../lanes/conversion.js";

export type { BatchFunction };

import type { DType, DTypes } from "../columns/dtype.js";
import type { Cast } from "../engine/cells.js";
import type { Warning } from "../errors.js";
import type { ExpansionLimit } from "../io/expansion.js";
import { createStage, type Stage } from "../lanes/chain.js";
import { isTransfer } from "../lanes/exchange.js";
import { nodeHost } from "./node.js";
import { transfer } from "./transfer.js";

export interface ConvertOptions extends ExpansionLimit {
  /** Dialect or form of the input, or `auto` (the default): told from the keys. */
  from?: string;
  /** Dialect or form of the output. A bare dialect takes the form that suits the source. */
  to: string;
  /** What the payloads are: requests to a server (the default), or its answers. */
  what?: "request" | "response";
  /** Names for the columns of a tensor, which then becomes a frame; or the names a frame must have. */
  columns?: readonly string[];
  /** Read numbers as this dtype, or each column as its own, and print them anew: the typed lane. */
  dtype?: DType | DTypes;
  /** What to do with a number that its dtype cannot hold. Default `error`. */
  cast?: Cast;
  /** NaN, Infinity and -Infinity: passed as tokens, written as null, or refused. Default: passed, as every dialect here reads them. */
  nan?: "null" | "token" | "error";
  /** A cell without a value (an empty field, a key that is left out): as null, as NaN, or refused. Default: what the target's servers read as the same. */
  missing?: "null" | "token" | "error";
  /**
   * The head is known when the rows begin: the first record has all the keys there are, and neither labels nor, for pieces,
   * parameters stand behind the rows. One pass is enough; a new key, and what stands behind, is refused.
   */
  fixed?: boolean;
  /** Short rows are refused, or filled in as missing. Default `error`. */
  ragged?: "error" | "pad";
  /** Row labels of a frame: the source's, none, 0 to rows - 1, or a column's cells; a source's labels become that column where the target has none. Default `keep`; where the target needs labels and there are none they are made. */
  index?: "keep" | "drop" | "generate" | `column:${string}`;
  /** A delimited file begins with a line of names. Default true. */
  header?: boolean;
  /** Between the fields of the source's delimited file. Default: a comma, or a tab for tsv. */
  delimiter?: string;
  /** Around the fields of the source's delimited file. Default `"`. */
  quote?: string;
  /** Words that stand for nothing in a delimited file, besides the empty field. Default: pandas' own. */
  na?: readonly string[];
  /** Columns of a delimited file that are text, whatever they look like. */
  text?: readonly string[];
  /** What a field is: what it looks like, or what pandas makes of its whole column, which takes a second pass. Default `lexical`. */
  typing?: "lexical" | "pandas";
  /** Open Inference Protocol's datatype for numbers. Default: `dtype`'s, or what holds the cells. */
  datatype?: string | Readonly<Record<string, string>>;
  /** Rows, and bytes, of a piece: what is larger is cut between rows into pieces that are each a whole payload. */
  maxRows?: number;
  maxBytes?: number;
  /**
   * Bytes that a row may have where it is held whole: as its cells move, are typed or looked at. Also of a text or list in a cell, and of a
   * row as it is written. Default 512 MiB; about three times as much memory is taken.
   */
  maxRowBytes?: number;
  /** The file whose bytes are the input: what must be read twice is read from it again, and not spilled. */
  file?: string;
  /** Where to spill to when the input is no file and must be read twice. Default: the system's temporary folder. */
  spillDir?: string;
  /** Of a Parquet file's pages, or an npz's arrays. Default: snappy, and none. */
  codec?: "snappy" | "zstd" | "gzip" | "none";
  /** Rows of a Parquet file's row groups. Default 122,880. */
  rowGroupRows?: number;
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
  return isTransfer(options) ? transfer(options) : new ConvertStream(options);
}

class ConvertStream extends Transform {
  readonly #conversion: Stage;
  readonly #onProgress: ConvertOptions["onProgress"];
  #used = 0;
  #full = false;
  /** Goes on with a replay that the reader was too slow for. */
  #resume: (() => void) | undefined;

  constructor(options: ConvertOptions) {
    super({ writableHighWaterMark: BUFFERED, readableHighWaterMark: BUFFERED });
    this.#onProgress = options.onProgress;
    const isFull = () => this.#full;
    this.#conversion = createStage(
      options,
      nodeHost(options),
      (bytes) => {
        this.#full = !this.push(bytes);
      },
      {
        get full() {
          return isFull();
        },
        drained: () => new Promise((resolve) => (this.#full ? (this.#resume = resolve) : resolve())),
        endPiece: () => {},
      },
    );
    // only now: a signal that was given too late destroys the stream at once
    if (options.signal) addAbortSignal(options.signal, this);
  }

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    // after the source has asked for its next chunk, which is then read while this one is converted
    queueMicrotask(() => {
      // destroyed meanwhile, it is closed: what it would spill to now would stay open
      if (this.destroyed) return done();
      settle(
        () => this.#conversion.push(chunk),
        () => {
          this.#used += chunk.length;
          this.#onProgress?.(this.#used);
          done();
        },
        done,
      );
    });
  }

  override _flush(done: TransformCallback): void {
    settle(
      () => this.#conversion.end(),
      () => done(),
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
    this.#conversion.close();
    super._destroy(error, done);
  }
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
