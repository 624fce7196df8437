import { Conversion, type Outlet } from "./conversion.js";
import type { ConvertOptions } from "./convert.js";
import { TransloadError } from "./errors.js";
import { chunksOf, type Source } from "./io/source.js";

/** Texts that may wait for the reader of a piece during a replay. */
const WAITING = 4;

/** One of the payloads that a large one is cut into: its bytes, to be read before the next piece is asked for. */
export interface Piece extends AsyncIterable<Uint8Array> {
  /** Counts from 0. */
  readonly number: number;
  /** Row of the payload that the piece begins with. */
  readonly firstRow: number;
  /** Rows of the piece, once it has been read. */
  readonly rows: number;
}

export interface SplitOptions extends Omit<ConvertOptions, "dtype" | "through" | "cast" | "batchRows" | "signal"> {}

interface End {
  readonly rows: number;
}

/**
 * Cuts a payload into pieces of at most `maxRows` rows and `maxBytes` bytes, each a whole payload with its own head,
 * parameters and index, cut between rows.
 * @throws TransloadError E_LIMIT for a row that is larger than a piece may be; and as `convert` does.
 */
export async function* split(source: Source, options: SplitOptions): AsyncGenerator<Piece, void, undefined> {
  if (options.maxRows === undefined && options.maxBytes === undefined)
    throw new TransloadError("E_OPTION", "say how large a piece may be, with maxRows or maxBytes");
  const pump = new Pump(source, options);
  try {
    let firstRow = 0;
    for (let number = 0; await pump.more(); number++) {
      const piece = new PieceOf(pump, number, firstRow);
      yield piece;
      for await (const _ of piece); // what the caller left
      firstRow += piece.rows;
    }
  } finally {
    await pump.close();
  }
}

class PieceOf implements Piece {
  readonly number: number;
  readonly firstRow: number;
  rows = 0;
  readonly #pump: Pump;
  #over = false;

  constructor(pump: Pump, number: number, firstRow: number) {
    this.#pump = pump;
    this.number = number;
    this.firstRow = firstRow;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    while (!this.#over && (await this.#pump.more())) {
      const next = this.#pump.take();
      if (next instanceof Uint8Array) yield next;
      else {
        this.#over = true;
        this.rows = next.rows;
      }
    }
  }
}

/** Runs a conversion as far as somebody reads what it writes. */
class Pump {
  readonly #queue: (Uint8Array | End)[] = [];
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #conversion: Conversion;
  readonly #onProgress: ConvertOptions["onProgress"];
  #used = 0;
  #running: Promise<void> | undefined;
  #ended = false;
  #resume: (() => void) | undefined;

  constructor(source: Source, options: SplitOptions) {
    this.#chunks = iterate(chunksOf(source));
    this.#onProgress = options.onProgress;
    const queue = this.#queue;
    const outlet: Outlet = {
      get full() {
        return queue.length > WAITING;
      },
      drained: () =>
        new Promise((resolve) => {
          this.#resume = resolve;
        }),
      endPiece: (rows) => void queue.push({ rows }),
    };
    this.#conversion = new Conversion(options, (bytes) => queue.push(bytes), outlet);
  }

  /** Whether there is something to take; runs the conversion until there is. */
  async more(): Promise<boolean> {
    while (this.#queue.length === 0) {
      if (this.#resume) {
        const resume = this.#resume;
        this.#resume = undefined;
        resume();
        await Promise.race([this.#running, this.#written()]);
      } else if (this.#running) await Promise.race([this.#running, this.#written()]);
      else if (this.#ended) return false;
      else this.#running = this.#step().finally(() => (this.#running = undefined));
    }
    return true;
  }

  take(): Uint8Array | End {
    return this.#queue.shift() as Uint8Array | End;
  }

  async close(): Promise<void> {
    this.#conversion.close();
    await this.#chunks.return?.();
  }

  /** Resolves in a while: something may have been written meanwhile. */
  #written(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  async #step(): Promise<void> {
    const { value, done } = await this.#chunks.next();
    if (done) {
      await this.#conversion.end();
      this.#ended = true;
      return;
    }
    await this.#conversion.push(value);
    this.#used += value.length;
    this.#onProgress?.(this.#used);
  }
}

async function* iterate(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks;
}
