// Texts of a page as they are read, each behind its length: the core puts them one behind the other.
import type { Texts } from "../../columns/column.js";
import { parquetCore } from "./hybrid.js";

/** What copies in the core run over. */
const SLACK = 64;

/**
 * Plain texts of a page, from `at` on.
 * @throws RangeError where there are fewer.
 */
export function readPlainTexts(page: Uint8Array, at: number, count: number): Texts {
  const core = parquetCore();
  const length = page.length - at;
  // every text has four bytes before it
  if (!(count >= 0) || 4 * count > length) throw new RangeError("unexpected end of values");
  if (length > LONG * count) return readLongTexts(page, at, count);
  const from = core.area("page", length + SLACK);
  const out = core.area("texts", length + SLACK);
  const offsets = core.area("ends of texts", 4 * (count + 1));
  core.bytes.set(page.subarray(at), from);
  const end = core.core.readPlain(from, from + length, count, out, offsets);
  if (end === 0) throw new RangeError("unexpected end of values");
  return {
    offsets: new Int32Array(core.bytes.buffer.slice(offsets, offsets + 4 * (count + 1))),
    bytes: core.bytes.slice(out, end),
  };
}

/** Texts of so many bytes and more are copied once, and not by way of the core, which keeps its memory. */
const LONG = 1 << 12;

function readLongTexts(page: Uint8Array, from: number, count: number): Texts {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const offsets = new Int32Array(count + 1);
  const bytes = new Uint8Array(page.length - from - 4 * count);
  let at = from;
  for (let i = 0; i < count; i++) {
    const length = view.getUint32(at, true);
    at += 4;
    // every text that is still to come has four bytes before it
    if (length > page.length - at - 4 * (count - i - 1)) throw new RangeError("unexpected end of values");
    bytes.set(page.subarray(at, at + length), offsets[i]);
    offsets[i + 1] = (offsets[i] as number) + length;
    at += length;
  }
  return { offsets, bytes };
}
