// Columns whose dtype nobody named are guessed from the first rows, and read in one pass as long as the guess holds. Where it does not, the
// column is widened and the input is read again, from its file or from a spill; what was written before is thrown away.
//
// What was considered: a survey of all rows before the first is read, which costs every conversion a pass that few need; and rewriting the
// rows of the first guess from a spill, which is the same work as reading them again, in a second form.
import type { DType } from "../columns/dtype.js";
import { GuessError } from "../engine/fault.js";
import type { Warning } from "../errors.js";
import { blocksOf, type Store } from "../io/store.js";
import type { Host } from "./host.js";

/** What is known of an input that has been read in vain. */
export interface Guesses {
  /** What columns turned out to be, by name. */
  readonly dtypes: Readonly<Record<string, DType>>;
  /** A frame's names stand behind its rows. */
  readonly late: boolean;
}

export const FIRST_GUESS: Guesses = { dtypes: {}, late: false };

/** A frame's names stand behind its rows, of which batches have been made with positions for names. */
export class LateNames extends Error {}

/**
 * The guesses with the one that was wrong put right; undefined for any other error, where nothing has room for the cell, and where that has
 * been tried: each attempt knows more than the one before, so there is a last one.
 */
export function corrected(guesses: Guesses, error: unknown): Guesses | undefined {
  if (error instanceof LateNames) return guesses.late ? undefined : { ...guesses, late: true };
  if (!(error instanceof GuessError) || !error.wider) return undefined;
  const { dtypes } = guesses;
  const known = Object.hasOwn(dtypes, error.columnName) && dtypes[error.columnName] === error.wider;
  return known ? undefined : { ...guesses, dtypes: { ...dtypes, [error.columnName]: error.wider } };
}

/** Tells a warning once, however often its cause is read. */
export function once(warn: ((warning: Warning) => void) | undefined): (warning: Warning) => void {
  const told = new Set<string>();
  return (warning) => {
    const key = `${warning.code} ${warning.message}`;
    if (!told.has(key)) warn?.(warning);
    told.add(key);
  };
}

/**
 * The bytes of a conversion that may have to begin anew: they are held back in a spill until it has succeeded.
 * `convert` makes them of the input's chunks, with these guesses.
 */
export async function* untilGuessed(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  host: Host,
  convert: (chunks: AsyncIterable<Uint8Array>, guesses: Guesses) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const input = new KeptInput(chunks, host.input());
  let guesses: Guesses | undefined = FIRST_GUESS;
  let held = host.spill();
  try {
    for (let source = input.first(); ; source = input.again()) {
      try {
        for await (const bytes of convert(source, guesses)) held.append(bytes);
        break;
      } catch (error) {
        guesses = corrected(guesses, error);
        if (!guesses) throw error;
        await input.takeRest();
        held.close();
        held = host.spill();
      }
    }
    yield* blocksOf(held);
  } finally {
    held.close();
    await input.close();
  }
}

/** An input that is kept as it passes, and read again. */
export class KeptInput {
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  readonly #store: Store;
  #at = 0;

  constructor(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, store: Store) {
    this.#chunks = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
    this.#store = store;
  }

  /** The chunks as they come. Whoever stops early does not close their source. */
  async *first(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let chunk = await this.#next(); chunk; chunk = await this.#next()) yield chunk;
  }

  /** Keeps what has not passed yet. */
  async takeRest(): Promise<void> {
    while (await this.#next());
  }

  /** What has passed, from the first byte on, and what has not. */
  async *again(): AsyncGenerator<Uint8Array, void, undefined> {
    let read = 0;
    for (const block of blocksOf(this.#store)) {
      yield block;
      read += block.length;
    }
    // a file is read to its end there
    if (read > this.#at) return;
    for (let chunk = await this.#next(); chunk; chunk = await this.#next()) yield chunk;
  }

  async close(): Promise<void> {
    this.#store.close();
    await this.#chunks.return?.();
  }

  async #next(): Promise<Uint8Array | undefined> {
    const { value, done } = await this.#chunks.next();
    if (done) return undefined;
    this.#store.take(value, this.#at);
    if (this.#at === 0) this.#store.keep(0);
    this.#at += value.length;
    return value;
  }
}
