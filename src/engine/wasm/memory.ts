import { decodeBytes } from "../../columns/bytes.js";
import { TransloadError } from "../../errors.js";
import { MAX_ROW_BYTES, sizeText } from "../size.js";
import type { Core } from "./core.js";
import { giveBack, takeInstance } from "./instances.js";

/** What a memory of 32 bits can have, less what copies may run over. */
const MOST = 2 ** 32 - 2 ** 16;

/** Bytes by which it grows, at least: every time all views are made anew. */
const STEP = 2 ** 20;

/** What is left when an instance serves another: whoever comes too late must not disturb it. */
const GONE = new Proxy({} as Core, {
  get() {
    throw new Error("transload: a conversion that is closed was asked for more");
  },
});

/** An instance of the core and its memory, handed out from the heap's start on; all of it is given back at once. */
export class CoreMemory {
  core: Core;
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView;
  #top: number;
  readonly #areas = new Map<string, { at: number; length: number }>();
  /** Bytes that a row, or a cell, may have where it is held. */
  readonly maxRowBytes: number;

  constructor(maxRowBytes = MAX_ROW_BYTES) {
    this.maxRowBytes = maxRowBytes;
    this.core = takeInstance();
    this.core.setRowMost(Math.min(maxRowBytes, MOST));
    this.#top = align(this.core.heap());
    this.bytes = new Uint8Array(this.core.memory.buffer);
    this.view = new DataView(this.core.memory.buffer);
  }

  /**
   * Address of so many bytes, aligned to 64, with 64 behind them that copies may run over. Views of the memory may be renewed.
   * @throws TransloadError E_LIMIT where there is no more memory.
   */
  allocate(length: number): number {
    const at = this.#top;
    this.#reach(at + length);
    return at;
  }

  /** The place for this purpose, at least so long: the same from call to call, until a larger one is needed, which begins with the first `kept` bytes. */
  area(purpose: string, length: number, kept = 0): number {
    const area = this.#areas.get(purpose);
    if (area && area.length >= length) return area.at;
    const roomy = area ? Math.max(length, Math.min(2 * area.length, MOST - this.#top)) : length;
    if (area && align(area.at + area.length + 64) === this.#top) {
      // nothing lies behind it
      this.#reach(area.at + roomy);
      area.length = roomy;
      return area.at;
    }
    const at = this.allocate(roomy);
    if (area && kept > 0) this.bytes.copyWithin(at, area.at, area.at + kept);
    this.#areas.set(purpose, { at, length: roomy });
    return at;
  }

  /** Nothing more is asked of it, nor is any view of it read: the instance serves another. */
  close(): void {
    if (this.core === GONE) return;
    giveBack(this.core, this.#top);
    this.core = GONE;
    this.bytes = new Uint8Array();
    this.view = new DataView(this.bytes.buffer);
  }

  /** Memory is handed out up to this address. */
  #reach(end: number): void {
    const top = align(end + 64);
    const missing = top - this.bytes.length;
    if (missing > 0) {
      try {
        if (top > MOST) throw new RangeError("32 bits");
        this.core.memory.grow(Math.ceil(Math.max(missing, Math.min(STEP, MOST - this.bytes.length)) / 65536));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        throw new TransloadError(
          "E_LIMIT",
          `${sizeText(top)} of memory are needed at once, and there are no more than ${sizeText(this.bytes.length)}; shorter rows, or smaller batches (batchRows), take less`,
          {},
          { cause: error },
        );
      }
      this.bytes = new Uint8Array(this.core.memory.buffer);
      this.view = new DataView(this.core.memory.buffer);
    }
    this.#top = top;
  }

  /** Puts these into one area, each aligned to 16 bytes with as many readable ones behind it; returns their addresses. */
  spread(purpose: string, texts: readonly Uint8Array[]): number[] {
    const lengths = texts.map((text) => ((text.length + 15) & ~15) + 16);
    let at = this.area(
      purpose,
      lengths.reduce((a, b) => a + b, 0),
    );
    return texts.map((text, i) => {
      this.bytes.set(text, at);
      at += lengths[i] as number;
      return at - (lengths[i] as number);
    });
  }

  /** Bytes as text, one character a byte. */
  text(from: number, to: number): string {
    return decodeBytes(this.bytes.subarray(from, to));
  }
}

export function align(address: number): number {
  return Math.ceil(address / 64) * 64;
}
