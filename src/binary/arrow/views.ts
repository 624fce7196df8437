// Arrow's views of text and bytes: sixteen bytes a cell, which are its length and the cell itself, or where among more buffers it is.
import { swapBytes } from "../../columns/bytes.js";
import type { Texts } from "../../columns/column.js";
import type { Buffers } from "./body.js";
import type { Reading } from "./reading.js";

const VIEW = 16;
/** Bytes that a view has room for. */
const INLINE = 12;
const MOST_BYTES = 2 ** 31;

/** The cells one behind the other. @throws RangeError for a view of what is not there. */
export function viewedTexts(body: Buffers, length: number, valid: Uint8Array | undefined, { swap, guard }: Reading): Texts {
  const views = body.buffer(VIEW * length);
  const buffers = Array.from({ length: body.views() }, () => body.buffer(0));
  const offsets = new Int32Array(length + 1);
  const words = wordsOf(views, length, swap);
  let total = 0;
  for (let i = 0; i < length; i++) {
    const size = valid?.[i] === 0 ? 0 : (words[4 * i] as number);
    if (size < 0 || (size > INLINE && !holds(buffers[words[4 * i + 2] as number], words[4 * i + 3] as number, size)))
      throw new RangeError("unexpected end of a message: a view of bytes that are not there");
    total += size;
    if (total >= MOST_BYTES) throw new RangeError("more text in one batch than there may be");
    offsets[i + 1] = total;
  }
  // many views may be of the same bytes
  guard.gave(total);
  const bytes = new Uint8Array(total);
  for (let i = 0; i < length; i++) {
    const to = offsets[i] as number;
    const size = (offsets[i + 1] as number) - to;
    if (size > INLINE) {
      const from = words[4 * i + 3] as number;
      bytes.set((buffers[words[4 * i + 2] as number] as Uint8Array).subarray(from, from + size), to);
    } else for (let k = 0; k < size; k++) bytes[to + k] = views[VIEW * i + 4 + k] as number;
  }
  return { offsets, bytes };
}

function holds(buffer: Uint8Array | undefined, from: number, size: number): boolean {
  return buffer !== undefined && from >= 0 && from + size <= buffer.length;
}

/** Views as four numbers each, of which only the first is one where the cell is in the view. */
function wordsOf(views: Uint8Array<ArrayBuffer>, length: number, swap: boolean): Int32Array {
  const own = views.slice(0, VIEW * length);
  if (swap) swapBytes(own, 4);
  return new Int32Array(own.buffer, own.byteOffset, 4 * length);
}
