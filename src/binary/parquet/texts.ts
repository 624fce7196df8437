// A column of text in a row group, as it is written: bytes one behind the other, and the core to make pages of them.

import { decode } from "../../columns/bytes.js";
import type { Column, Texts } from "../../columns/column.js";
import { spreadTexts, textsNow, textsOf } from "../../columns/texts.js";
import { parquetCore } from "./hybrid.js";
import type { Encoded } from "./page-shapes.js";

/** Ends of texts are given up to this length; longer ones would fill the file's footer. */
const LONGEST_END = 64;
/** The core's record of a dictionary (core/texts.ts). */
const RECORD = 48;
/** What copies in the core run over. */
const SLACK = 64;

/** The texts that are present. */
export class TextCells {
  #bytes = new Uint8Array(1 << 16);
  #offsets = new Int32Array(1 << 12);
  #count = 0;

  /** Bytes of all of them. */
  get bytes(): number {
    return this.#offsets[this.#count] as number;
  }

  /** Adds so many cells of the column; those that are null are left out. */
  add(column: Column, from: number, count: number): void {
    const { valid } = column;
    // a column of halves of surrogate pairs has been refused before
    const { offsets, bytes } = spreadTexts(textsNow(column) ?? (textsOf(column.values as readonly string[], false) as Texts));
    const gaps = valid?.subarray(from, from + count).includes(0) ? valid : undefined;
    this.#reserve((offsets[from + count] as number) - (offsets[from] as number), count);
    if (!gaps) this.#append(offsets, bytes, from, from + count);
    else for (let i = from; i < from + count; i++) if (gaps[i] !== 0) this.#append(offsets, bytes, i, i + 1);
  }

  #append(offsets: Texts["offsets"], bytes: Texts["bytes"], from: number, to: number): void {
    const [start, used] = [offsets[from] as number, this.bytes];
    this.#bytes.set(bytes.subarray(start, offsets[to]), used);
    for (let i = from; i < to; i++) this.#offsets[++this.#count] = used + (offsets[i + 1] as number) - start;
  }

  #reserve(bytes: number, cells: number): void {
    const need = this.bytes + bytes;
    if (need > this.#bytes.length) this.#bytes = grown(this.#bytes, new Uint8Array(Math.max(need, 2 * this.#bytes.length)));
    const ends = this.#count + cells + 1;
    if (ends > this.#offsets.length) this.#offsets = grown(this.#offsets, new Int32Array(Math.max(ends, 2 * this.#offsets.length)));
  }

  /** A dictionary where it has at most so many texts, the texts themselves elsewhere; begins anew. */
  take(most: number): Encoded {
    const core = parquetCore();
    const [count, length] = [this.#count, this.bytes];
    const texts = core.area("texts", length + SLACK);
    const offsets = core.area("ends of texts", 4 * (count + 1));
    core.bytes.set(this.#bytes.subarray(0, length), texts);
    new Int32Array(core.bytes.buffer, offsets, count + 1).set(this.#offsets.subarray(0, count + 1));
    this.#count = 0;
    return (
      learned(texts, offsets, count, length, most) ?? {
        places: undefined,
        dictionary: undefined,
        plain: plainOf(texts, offsets, count, length),
        ...endsOf(texts, offsets, count),
      }
    );
  }
}

function grown<T extends Uint8Array | Int32Array>(own: T, larger: T): T {
  larger.set(own);
  return larger;
}

function learned(texts: number, offsets: number, count: number, length: number, most: number): Encoded | undefined {
  const core = parquetCore();
  const slots = 2 ** Math.ceil(Math.log2(2 * (most + 2)));
  const record = core.area("record of a dictionary", RECORD);
  const ends = core.area("ends of a dictionary", 4 * (most + 3));
  const bytes = core.area("texts of a dictionary", length + SLACK);
  const codes = core.area("places in a dictionary", 4 * count);
  const table = core.area("table of a dictionary", 4 * slots);
  core.bytes.fill(0, table, table + 4 * slots);
  core.view.setUint32(ends, 0, true);
  new Uint32Array(core.bytes.buffer, record, 9).set([ends, bytes, 0, length, 0, codes, table, slots - 1, 0]);
  if (!core.core.learnTexts(record, texts, offsets, count, most)) return undefined;
  const [used, distinct] = [core.view.getUint32(record + 8, true), core.view.getUint32(record + 32, true)];
  const values = new Int32Array(core.bytes.buffer.slice(codes, codes + 4 * count));
  return {
    places: { values, base: 0 },
    dictionary: { bytes: plainOf(bytes, ends, distinct, used), count: distinct },
    plain: undefined,
    ...endsOf(bytes, ends, distinct),
  };
}

/** Each behind its length, four bytes. */
function plainOf(texts: number, offsets: number, count: number, length: number): Uint8Array {
  const core = parquetCore();
  const out = core.area("plain texts", length + 4 * count + SLACK);
  return core.bytes.slice(out, core.core.writePlain(texts, offsets, count, out));
}

/** In the order of their bytes, which is not JavaScript's for characters beyond 0xffff. */
function endsOf(texts: number, offsets: number, count: number): Pick<Encoded, "least" | "greatest"> {
  const none = { least: undefined, greatest: undefined };
  if (count === 0) return none;
  const { core, bytes, view } = parquetCore();
  core.findEnds(texts, offsets, count);
  const textAt = (i: number) => {
    const [from, to] = [view.getUint32(offsets + 4 * i, true), view.getUint32(offsets + 4 * i + 4, true)];
    return to - from > LONGEST_END ? undefined : decode(bytes.subarray(texts + from, texts + to));
  };
  const [least, greatest] = [textAt(core.leastText.value), textAt(core.greatestText.value)];
  return least === undefined || greatest === undefined ? none : { least, greatest };
}
