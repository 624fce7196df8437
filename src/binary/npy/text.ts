// numpy's text: cells of one width, of four bytes a character (U) or of bytes (S); zeros behind the last character are none of it.

import { TransloadError } from "../../errors.js";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The texts of cells, of which the first is number `first` of the array; `kind` is `U10` or `S10`.
 * @throws TransloadError E_UTF8 for bytes that are no UTF-8, and for numbers that are no character's.
 */
export function readTexts(cells: Uint8Array<ArrayBuffer>, count: number, kind: string, big: boolean, first: number): string[] {
  const width = Number(kind.slice(1));
  const wide = kind.startsWith("U");
  const view = new DataView(cells.buffer, cells.byteOffset, cells.length);
  return Array.from({ length: count }, (_, i) => {
    try {
      return wide ? charactersAt(view, 4 * i * width, width, big) : bytesAt(cells, i * width, width);
    } catch (cause) {
      throw new TransloadError("E_UTF8", `cell ${first + i} of the array is no text: ${(cause as Error).message}`, {}, { cause });
    }
  });
}

function charactersAt(view: DataView, at: number, width: number, big: boolean): string {
  let count = width;
  while (count > 0 && view.getUint32(at + 4 * (count - 1), true) === 0) count--;
  let text = "";
  for (let i = 0; i < count; i++) text += String.fromCodePoint(view.getUint32(at + 4 * i, !big));
  return text;
}

function bytesAt(cells: Uint8Array, at: number, width: number): string {
  let end = at + width;
  while (end > at && cells[end - 1] === 0) end--;
  return utf8.decode(cells.subarray(at, end));
}
