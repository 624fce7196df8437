// Rows on their way to columns: blocks of some rows each, in which the cells of a column lie side by side.
import type { Spill } from "../io/store.js";

/** Bytes that are read of a block at once, at most; of all of them together; and least where it is worth it. */
const AHEAD = 1 << 18;
const TOGETHER = 1 << 24;
const WORTH = 1 << 10;
/** Bytes of where a column ends. */
const END = 4;

export class Blocks {
  readonly #spill: Spill;
  readonly #blocks: Block[] = [];

  constructor(spill: Spill) {
    this.#spill = spill;
  }

  /** A stretch of every column, one behind the other, and where each ends. */
  append(bytes: Uint8Array, ends: Uint32Array): void {
    const at = this.#spill.append(new Uint8Array(ends.buffer, ends.byteOffset, ends.byteLength));
    this.#spill.append(bytes);
    this.#blocks.push(new Block(this.#spill, at, ends.length));
  }

  /** The cells of a column, a comma between them, in pieces that are the caller's. Columns are asked for from the first on. */
  *column(i: number): Generator<Uint8Array, void, void> {
    const ahead = Math.min(AHEAD, Math.floor(TOGETHER / this.#blocks.length));
    for (const block of this.#blocks) yield* block.column(i, ahead < WORTH ? 0 : ahead);
  }

  close(): void {
    this.#spill.close();
  }
}

class Block {
  /** Where columns end, and behind that their bytes. */
  readonly #ends: Ahead;
  readonly #bytes: Ahead;
  #from = 0;

  constructor(spill: Spill, at: number, width: number) {
    this.#ends = new Ahead(spill, at, at + END * width);
    this.#bytes = new Ahead(spill, at + END * width, Number.POSITIVE_INFINITY);
  }

  *column(i: number, ahead: number): Generator<Uint8Array, void, void> {
    const own = this.#ends.read(END * i, END, ahead);
    const to = new DataView(own.buffer, own.byteOffset).getUint32(0, LITTLE);
    while (this.#from < to) {
      const bytes = this.#bytes.read(this.#from, Math.min(AHEAD, to - this.#from), ahead);
      if (bytes.length === 0) throw new Error("transload: a spill ended too early");
      this.#from += bytes.length;
      yield bytes;
    }
  }
}

/** Typed arrays have the machine's order of bytes. */
const LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** A stretch of a spill that is read from its first byte to its last. */
class Ahead {
  readonly #spill: Spill;
  readonly #at: number;
  readonly #end: number;
  #held: Uint8Array = new Uint8Array();
  #heldAt = 0;

  constructor(spill: Spill, at: number, end: number) {
    this.#spill = spill;
    this.#at = at;
    this.#end = end;
  }

  /** So many bytes from there on, in memory that is not written to again; `ahead`: how many may be read at once. */
  read(from: number, length: number, ahead: number): Uint8Array {
    if (from < this.#heldAt || from + length > this.#heldAt + this.#held.length) {
      const buffer = new Uint8Array(Math.min(Math.max(length, ahead), this.#end - this.#at - from));
      this.#held = buffer.subarray(0, this.#spill.read(this.#at + from, buffer));
      this.#heldAt = from;
    }
    return this.#held.subarray(from - this.#heldAt, from - this.#heldAt + length);
  }
}
