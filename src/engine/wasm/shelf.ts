import { encode } from "../../columns/bytes.js";
import type { CoreMemory } from "./memory.js";

/** Bytes of the first board; each is twice as long as the one before. */
const FIRST = 1 << 12;
/** Copies of a text go in steps of so many bytes, and run over its end. */
const STEP = 16;
/** Texts so short are many times the same. */
const SHORT = 4;

/** A text in the core's memory. */
export interface Shelved {
  readonly at: number;
  readonly length: number;
}

/** Texts that stay where they are put, on boards that come as they are needed. */
export class CoreShelf {
  readonly #memory: CoreMemory;
  readonly #purpose: string;
  readonly #short = new Map<string, Shelved>();
  #boards = 0;
  #at = 0;
  #end = 0;

  /** Another shelf of the same purpose takes this one's place. */
  constructor(memory: CoreMemory, purpose: string) {
    this.#memory = memory;
    this.#purpose = purpose;
  }

  put(text: string): Shelved {
    const known = text.length > SHORT ? undefined : this.#short.get(text);
    if (known) return known;
    const shelved = this.#putAscii(text) ?? this.#putBytes(encode(text));
    this.#at += Math.ceil(shelved.length / STEP) * STEP;
    if (text.length <= SHORT) this.#short.set(text, shelved);
    return shelved;
  }

  /** Most texts are a name and a few marks, and there may be a million: bytes of their own would be for the garbage collector. */
  #putAscii(text: string): Shelved | undefined {
    const { length } = text;
    const at = this.#place(length);
    const { bytes } = this.#memory;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return undefined;
      bytes[at + i] = code;
    }
    return { at, length };
  }

  #putBytes(bytes: Uint8Array): Shelved {
    const { length } = bytes;
    const at = this.#place(length);
    this.#memory.bytes.set(bytes, at);
    return { at, length };
  }

  /** Where so many bytes have room, and a step behind them. */
  #place(length: number): number {
    const room = Math.ceil(length / STEP) * STEP + STEP;
    if (this.#at + room > this.#end) this.#addBoard(room);
    return this.#at;
  }

  #addBoard(least: number): void {
    const length = Math.max(least, FIRST * 2 ** this.#boards);
    this.#at = this.#memory.area(`${this.#purpose} ${this.#boards++}`, length);
    this.#end = this.#at + length;
  }
}
