// BYTES: elements one behind the other, each with its own length before it, a number of 32 bits.

import { concat, isUtf8 } from "../../columns/bytes.js";
import type { Column, Texts } from "../../columns/column.js";
import { product } from "../../columns/lists.js";
import { refuseLone, spreadTexts, textColumn, textsNow, textsOf } from "../../columns/texts.js";
import { optionText, TransloadError } from "../../errors.js";
import type { RandomAccess } from "../../io/store.js";
import type { TensorFacts } from "./header.js";

/** Bytes read at once. */
const PIECE = 1 << 20;
const LENGTH = 4;
/** Places in a batch's bytes are 32-bit numbers. */
const MOST = 2 ** 31 - 1;
/** Elements of so few bytes are copied sooner by hand. */
const SHORT = 24;

/** The elements of a tensor from first to last: text where all of them are UTF-8, or else bytes. */
export interface Elements {
  take(count: number, around: Pick<Column, "name" | "shape">): Promise<Column>;
}

/**
 * Goes through all elements before the first is given, so that a column is one thing from end to end.
 * @throws TransloadError E_SHAPE where they are not as many, or not as long, as the header says.
 */
export async function openTexts(file: RandomAccess, facts: TensorFacts): Promise<Elements> {
  const isText = await surveyed(new Cursor(file, facts), facts);
  const cursor = new Cursor(file, facts);
  return {
    take: async (count, around) => {
      const texts = await cursor.take(count);
      return isText ? textColumn(around, texts) : bytesColumn(around, texts);
    },
  };
}

async function surveyed(cursor: Cursor, { name, shape, bytes }: TensorFacts): Promise<boolean> {
  const count = product(shape);
  const step = Math.max(1, Math.floor((PIECE * count) / Math.max(1, bytes)));
  let isText = true;
  for (let done = 0; done < count; done += step) {
    const texts = await cursor.take(Math.min(step, count - done));
    isText &&= areUtf8(texts);
  }
  if (cursor.left > 0)
    throw new TransloadError(
      "E_SHAPE",
      `tensor ${JSON.stringify(name)} has ${count} elements in ${bytes - cursor.left} bytes, and binary_data_size says ${bytes}`,
      { offset: cursor.at },
    );
  return isText;
}

/** All of them together, and no character is cut by the end of one. */
function areUtf8({ offsets, bytes }: Texts): boolean {
  for (const offset of offsets) if (((bytes[offset] ?? 0) & 0xc0) === 0x80) return false;
  return isUtf8(bytes);
}

function bytesColumn(around: Pick<Column, "name" | "shape">, { offsets, bytes }: Texts): Column {
  const values = Array.from({ length: offsets.length - 1 }, (_, i) => bytes.subarray(offsets[i], offsets[i + 1]));
  return { ...around, dtype: "bytes", values };
}

/** Where in the elements somebody is. */
class Cursor {
  at: number;
  readonly #file: RandomAccess;
  readonly #facts: TensorFacts;
  readonly #end: number;
  #window = new Uint8Array();
  #view = new DataView(this.#window.buffer);
  /** Where the window begins. */
  #from = 0;
  #taken = 0;

  constructor(file: RandomAccess, facts: TensorFacts) {
    this.#file = file;
    this.#facts = facts;
    this.at = facts.at;
    this.#end = facts.at + facts.bytes;
  }

  get left(): number {
    return this.#end - this.at;
  }

  /** The bytes of the next elements, without their lengths. No more is set aside than the body has. */
  async take(count: number): Promise<Texts> {
    const offsets = new Int32Array(count + 1);
    let out = new Uint8Array(Math.min(this.left, PIECE));
    let length = 0;
    for (let i = 0; i < count; i++, this.#taken++) {
      if (!this.#has(LENGTH)) await this.#load(LENGTH);
      const size = this.#view.getUint32(this.at - this.#from, true);
      if (size > this.left - LENGTH) throw this.#fault(`is said to have ${size} bytes, and ${this.left - LENGTH} are left`);
      if (!this.#has(LENGTH + size)) await this.#load(LENGTH + size);
      if (length + size > out.length) out = this.#more(out, length, size);
      const from = this.at + LENGTH - this.#from;
      if (size > SHORT) out.set(this.#window.subarray(from, from + size), length);
      else for (let b = 0; b < size; b++) out[length + b] = this.#window[from + b] as number;
      this.at += LENGTH + size;
      length += size;
      offsets[i + 1] = length;
    }
    return { offsets, bytes: out.subarray(0, length) };
  }

  #has(bytes: number): boolean {
    return this.at + bytes <= this.#from + this.#window.length;
  }

  async #load(bytes: number): Promise<void> {
    if (bytes > this.left) throw this.#fault(`begins where ${this.left} of the tensor's bytes are left`);
    this.#window = await this.#file.read(this.at, Math.min(this.#end, this.at + Math.max(bytes, PIECE)));
    this.#view = new DataView(this.#window.buffer, this.#window.byteOffset);
    this.#from = this.at;
    if (!this.#has(bytes))
      throw new TransloadError("E_TRUNCATED", `the body ends inside tensor ${JSON.stringify(this.#facts.name)}`, { offset: this.at });
  }

  #more(out: Uint8Array<ArrayBuffer>, length: number, size: number): Uint8Array<ArrayBuffer> {
    if (length + size > MOST)
      throw new TransloadError(
        "E_LIMIT",
        `tensor ${JSON.stringify(this.#facts.name)} has more than 2 GiB of text in a batch; ${optionText("batchRows", "1")} makes smaller ones`,
      );
    const more = new Uint8Array(Math.min(MOST, Math.max(length + size, Math.min(2 * out.length, length + this.left))));
    more.set(out.subarray(0, length));
    return more;
  }

  #fault(what: string): TransloadError {
    const { name, shape } = this.#facts;
    return new TransloadError("E_SHAPE", `element ${this.#taken} of the ${product(shape)} of tensor ${JSON.stringify(name)} ${what}`, {
      offset: this.at,
    });
  }
}

/** The texts, or bytes, of a column as elements. @throws TransloadError E_UTF8 for half a surrogate pair. */
export function elementsOf(column: Column): Uint8Array {
  const cells = column.dtype === "bytes" ? textsOfBytes(column.values as readonly Uint8Array[]) : wholeTexts(column);
  const { offsets, bytes } = cells;
  const count = offsets.length - 1;
  const out = new Uint8Array((offsets[count] as number) - (offsets[0] as number) + LENGTH * count);
  const view = new DataView(out.buffer);
  for (let i = 0, at = 0; i < count; i++) {
    const [from, to] = [offsets[i] as number, offsets[i + 1] as number];
    view.setUint32(at, to - from, true);
    at += LENGTH;
    if (to - from > SHORT) out.set(bytes.subarray(from, to), at);
    else for (let b = from; b < to; b++) out[at + b - from] = bytes[b] as number;
    at += to - from;
  }
  return out;
}

function textsOfBytes(values: readonly Uint8Array[]): Texts {
  const offsets = new Int32Array(values.length + 1);
  values.forEach((value, i) => {
    offsets[i + 1] = (offsets[i] as number) + value.length;
  });
  return { offsets, bytes: concat(values) };
}

function wholeTexts(column: Column): Texts {
  refuseLone(column);
  return spreadTexts(textsNow(column) ?? (textsOf(column.values as readonly string[], false) as Texts));
}
