import { concat } from "../columns/bytes.js";
import type { Scanner } from "../engine/scanner.js";
import { TransloadError } from "../errors.js";

/** A key, or the white space between two members, may be this long. */
const HELD_LIMIT = 1 << 20;
const MINUS = Uint8Array.of(0x2d /* - */);

/**
 * The input as it passes by: everything before `mark` has been dealt with. What is taken next is copied to the output,
 * dropped, or held until its fate is known.
 */
export class Tape {
  mode: "copy" | "drop" | "hold" = "hold";
  /** Bytes that may be held where it is not the usual. */
  limit: number | undefined;
  readonly #scanner: Scanner;
  readonly #write: (bytes: Uint8Array) => void;
  #mark: number;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #captured: Uint8Array[] | undefined;
  /** A minus that ended the last chunk: it belongs to a number, or to an Infinity that is being replaced. */
  #owedMinus = false;
  /** The mode around a NaN. */
  #outside: Tape["mode"] = "hold";

  constructor(scanner: Scanner, write: (bytes: Uint8Array) => void, start: number) {
    this.#scanner = scanner;
    this.#write = write;
    this.#mark = start;
  }

  /** Moves on to this offset; what is passed over goes where `mode` says. */
  take(to: number): void {
    if (this.#owedMinus && to > this.#mark) {
      this.#owedMinus = false;
      this.#put(MINUS);
    }
    if (to > this.#mark) this.#put(this.#scanner.slice(this.#mark, to));
    this.#mark = to;
  }

  /** Takes what has been judged of this chunk, before it is gone. */
  takeChunk(): void {
    const owed = this.#scanner.pendingMinus && this.#scanner.judged > this.#mark;
    this.take(this.#scanner.judged - (owed ? 1 : 0));
    if (!owed) return;
    this.#owedMinus = true;
    this.#mark++;
  }

  /** Moves on to this offset and leaves out what is passed over. */
  skip(to: number): void {
    this.#mark = to;
  }

  /** A NaN or Infinity begins, its first letter at this offset: leaves it out, and a minus before it. */
  startNan(letter: number): void {
    if (this.#owedMinus && letter === this.#mark) this.#owedMinus = false;
    else {
      const minus = letter > this.#mark && this.#scanner.slice(letter - 1, letter)[0] === 0x2d; /* - */
      this.take(minus ? letter - 1 : letter);
    }
    this.#mark = letter;
    this.#outside = this.mode;
    this.mode = "drop";
  }

  /** It ended at this offset: `instead` goes where it would have gone. */
  endNan(to: number, instead: Uint8Array): void {
    this.#mark = to;
    this.mode = this.#outside;
    this.#put(instead);
  }

  /** Holds what was released before. */
  hold(bytes: Uint8Array): void {
    this.#hold(bytes);
  }

  /** What was held, and no longer is. */
  release(): Uint8Array {
    const held = concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    return held;
  }

  /** From here on keep a copy of what is taken, until `captured()`. */
  capture(): void {
    this.#captured = [];
  }

  captured(): Uint8Array {
    const bytes = concat(this.#captured ?? []);
    this.#captured = undefined;
    return bytes;
  }

  #put(bytes: Uint8Array): void {
    this.#captured?.push(Uint8Array.from(bytes));
    if (this.mode === "copy") this.#write(bytes);
    else if (this.mode === "hold") this.#hold(bytes);
  }

  #hold(bytes: Uint8Array): void {
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > (this.limit ?? HELD_LIMIT))
      throw new TransloadError(
        "E_LIMIT",
        this.limit === undefined
          ? "a key, or the white space between two keys, is longer than 1 MiB"
          : "a member before the payload is longer than 16 MiB; put it behind the payload",
        { offset: this.#mark },
      );
    this.#held.push(Uint8Array.from(bytes));
  }
}
