import type { Spill } from "../io/store.js";

/** Bytes read from a spill at once. */
const PIECE = 1 << 18;

/** The labels of a piece, which are written behind its rows. */
export class LabelText {
  length = 0;
  readonly #spill: Spill;

  constructor(spill: Spill) {
    this.#spill = spill;
  }

  append(bytes: Uint8Array): void {
    this.#spill.append(bytes);
    this.length += bytes.length;
  }

  *take(): Generator<Uint8Array, void, void> {
    for (let at = 0; at < this.length; ) {
      const bytes = new Uint8Array(Math.min(PIECE, this.length - at));
      at += this.#spill.read(at, bytes);
      yield bytes;
    }
    this.#spill.close();
    this.length = 0;
  }
}
