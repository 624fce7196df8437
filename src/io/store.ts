// Bytes that must be read again: names that come after rows, columns that become rows.
import type { Span } from "../remote/ranges.js";

/** A place for bytes that are written once, one behind the other, and read wherever they are needed. */
export interface Spill {
  /** Writes these behind what is there; returns where. */
  append(bytes: Uint8Array): number;
  /** Reads from there on into the target; returns how many bytes. */
  read(position: number, target: Uint8Array): number;
  close(): void;
}

const BLOCK = 1 << 20;

/** All that is there, from the first byte on. */
export function* blocksOf(bytes: Pick<Spill, "read">): Generator<Uint8Array, void, undefined> {
  for (let at = 0; ; ) {
    const block = new Uint8Array(BLOCK);
    const length = bytes.read(at, block);
    if (length === 0) return;
    at += length;
    yield block.subarray(0, length);
  }
}

/** A file that is read here and there. */
export interface RandomAccess {
  readonly size: number;
  /** The bytes from here to there, in memory of their own; fewer only where the file ends. */
  read(from: number, to: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Says which stretches are going to be read, each from its start to its end, side by side, where it helps to know. */
  soon?(spans: readonly Span[]): void;
  close(): Promise<void>;
}

/** What passes but once, put into a spill, which is closed with it. */
export async function spillAccess(spill: Spill, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<RandomAccess> {
  let size = 0;
  try {
    for await (const chunk of chunks) {
      spill.append(chunk);
      size += chunk.length;
    }
  } catch (error) {
    spill.close();
    throw error;
  }
  const read = async (from: number, to: number) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(to, size) - from));
    return bytes.subarray(0, spill.read(from, bytes));
  };
  return { size, read, close: async () => spill.close() };
}

/** The input's bytes by their offset, as far as they were kept. */
export interface Store {
  /** Keep what comes from this offset on, which lies in the chunk taken last. */
  keep(from: number): void;
  /** Keep no more. */
  rest(): void;
  /** The next chunk of the input, at this offset. */
  take(chunk: Uint8Array, at: number): void;
  /** Reads from this offset on; fewer bytes than asked for only at the end of what was kept. */
  read(offset: number, target: Uint8Array): number;
  /** The input's last bytes, so many at most, where they can be had before it is read. */
  ending(length: number): Uint8Array | undefined;
  close(): void;
}

/** A stretch of the input, and where it lies in the spill. */
interface Run {
  readonly offset: number;
  readonly position: number;
  length: number;
}

/** An input that passes but once. */
export class SpillStore implements Store {
  readonly #spill: Spill;
  readonly #runs: Run[] = [];
  #chunk: Uint8Array = new Uint8Array();
  #at = 0;
  #keeping = false;

  constructor(spill: Spill) {
    this.#spill = spill;
  }

  keep(from: number): void {
    if (this.#keeping) return;
    this.#keeping = true;
    // what was kept last goes to the end of its chunk, which may be this one
    const last = this.#runs[this.#runs.length - 1];
    if (last && last.offset + last.length === this.#at + this.#chunk.length && from >= last.offset) return;
    this.#runs.push({
      offset: from,
      position: this.#spill.append(this.#chunk.subarray(from - this.#at)),
      length: this.#chunk.length - (from - this.#at),
    });
  }

  rest(): void {
    this.#keeping = false;
  }

  take(chunk: Uint8Array, at: number): void {
    this.#chunk = chunk;
    this.#at = at;
    if (!this.#keeping) return;
    this.#spill.append(chunk);
    (this.#runs[this.#runs.length - 1] as Run).length += chunk.length;
  }

  read(offset: number, target: Uint8Array): number {
    const run = this.#runOf(offset);
    if (!run || offset >= run.offset + run.length) return 0;
    const left = run.offset + run.length - offset;
    return this.#spill.read(run.position + (offset - run.offset), target.subarray(0, left));
  }

  /** The last run that begins at this offset or before. */
  #runOf(offset: number): Run | undefined {
    let [low, high] = [0, this.#runs.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#runs[middle] as Run).offset <= offset) low = middle + 1;
      else high = middle;
    }
    return this.#runs[low - 1];
  }

  ending(): undefined {}

  close(): void {
    this.#spill.close();
  }
}
