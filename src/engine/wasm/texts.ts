import type { Column, Texts } from "../../columns/column.js";
import { decodeLone, textColumn } from "../../columns/texts.js";
import type { CoreMemory } from "./memory.js";

/** A text column's record, and what stands where in it (core/texts.ts). */
const RECORD = 48;
const [OFFSETS, BYTES, USED, ROOM, NEXT, CODES, SLOTS, MASK, COUNT] = [0, 4, 8, 12, 16, 20, 24, 28, 32];
/** Bytes that there is room for until more are needed; at least, and those of all columns together. */
const FIRST = 1 << 14;
const LEAST = 1 << 6;
const ALL = 1 << 23;
/** A batch ends where one of its columns has so many. */
const MOST = 1 << 25;

/** The text columns that the core fills, over core/texts.ts. */
export class CoreTexts {
  readonly #memory: CoreMemory;
  readonly #at: number;
  readonly #dictionary: boolean;
  readonly #records: readonly number[];

  /** `places`: the text columns, among `width` of the source's; `cells`: the most that a batch has. */
  constructor(memory: CoreMemory, width: number, places: readonly number[], cells: number, dictionary: boolean) {
    this.#memory = memory;
    this.#dictionary = dictionary;
    this.#at = memory.area("records of texts", RECORD * Math.max(1, width));
    this.#records = places.map((place) => this.#at + RECORD * place);
    if (places.length > 0) this.#lay(cells);
  }

  #lay(cells: number): void {
    const memory = this.#memory;
    const count = this.#records.length;
    const room = Math.min(FIRST, Math.max(LEAST, Math.floor(ALL / count) & ~63));
    const slots = 2 ** Math.ceil(Math.log2(2 * cells + 2));
    const offsets = memory.area("ends of texts", 4 * (cells + 1) * count);
    const bytes = memory.area("texts", (room + 64) * count);
    const codes = this.#dictionary ? memory.area("codes", 4 * cells * count) : 0;
    const table = this.#dictionary ? memory.area("tables of texts", 4 * slots * count) : 0;
    this.#records.forEach((record, i) => {
      const own = codes && codes + 4 * cells * i;
      const words = [offsets + 4 * (cells + 1) * i, bytes + (room + 64) * i, 0, room, 0, own, table && table + 4 * slots * i, slots - 1, 0];
      words.forEach((word, k) => {
        memory.view.setUint32(record + 4 * k, word, true);
      });
      this.#clear(record);
    });
  }

  /** A column has as many bytes as a batch should. */
  get isFull(): boolean {
    return this.#records.some((record) => this.#memory.view.getUint32(record + USED, true) > MOST);
  }

  /** Takes the cells remembered from here to there. */
  gather(from: number, to: number, quote: string): void {
    const memory = this.#memory;
    for (let at = from; at < to; ) {
      at = memory.core.gatherTexts(at, to, this.#at, quote.charCodeAt(0));
      if (at < to)
        this.#grow(memory.view.getUint32(at + 8, true) & 0xffffff, memory.view.getUint32(at + 4, true) - memory.view.getUint32(at, true));
    }
  }

  /** Room for twice the bytes, and this text. */
  #grow(place: number, more: number): void {
    const memory = this.#memory;
    const record = this.#at + RECORD * place;
    const [old, used, room] = [BYTES, USED, ROOM].map((word) => memory.view.getUint32(record + word, true)) as [number, number, number];
    const length = 2 * Math.max(room, used + more);
    const bytes = memory.area(`texts ${place}`, length + 64);
    memory.bytes.copyWithin(bytes, old, old + used);
    memory.view.setUint32(record + BYTES, bytes, true);
    memory.view.setUint32(record + ROOM, length, true);
  }

  /** The column's cells so far, of which there are so many; makes it ready for the next batch. `lend`: they stay the core's. */
  take(place: number, rest: Pick<Column, "name" | "shape" | "valid" | "json">, cells: number, lend: boolean): Column {
    const { core, view } = this.#memory;
    const record = this.#at + RECORD * place;
    core.skipTo(record, cells);
    const word = (at: number) => view.getUint32(record + at, true);
    const ends = this.#dictionary ? word(COUNT) : cells;
    const texts: Texts = {
      offsets: this.#words(word(OFFSETS), ends + 1, lend),
      bytes: this.#bytes(word(BYTES), word(USED), lend),
      ...(this.#dictionary && { codes: this.#words(word(CODES), cells, lend) }),
    };
    this.#clear(record);
    if (core.lone.value === 0) return textColumn(rest, texts);
    return { ...rest, dtype: "string", values: loneStrings(texts) };
  }

  #words(at: number, count: number, lend: boolean): Int32Array<ArrayBuffer> {
    const { buffer } = this.#memory.bytes;
    return lend ? new Int32Array(buffer, at, count) : new Int32Array(buffer.slice(at, at + 4 * count));
  }

  #bytes(at: number, count: number, lend: boolean): Uint8Array<ArrayBuffer> {
    const { bytes } = this.#memory;
    return lend ? bytes.subarray(at, at + count) : bytes.slice(at, at + count);
  }

  #clear(record: number): void {
    const { view, bytes } = this.#memory;
    for (const word of [USED, NEXT, COUNT]) view.setUint32(record + word, 0, true);
    view.setUint32(view.getUint32(record + OFFSETS, true), 0, true);
    const slots = view.getUint32(record + SLOTS, true);
    if (slots !== 0) bytes.fill(0, slots, slots + 4 * (view.getUint32(record + MASK, true) + 1));
  }
}

/** Some text has half a surrogate pair, which has no UTF-8: strings have it. */
function loneStrings({ offsets, bytes, codes }: Texts): string[] {
  const texts = Array.from({ length: offsets.length - 1 }, (_, i) => decodeLone(bytes.subarray(offsets[i], offsets[i + 1])));
  return codes ? Array.from(codes, (code) => (code < 0 ? "" : (texts[code] as string))) : texts;
}
