import type { Texts } from "./column.js";

/** Bytes of a UUID, and of its text. */
const BYTES = 16;
const TEXT = 36;
const DIGITS = new Uint8Array([..."0123456789abcdef"].map((digit) => digit.charCodeAt(0)));
const HYPHEN = 0x2d;
/** Bytes behind which a hyphen stands. */
const ENDS: ReadonlySet<number> = new Set([3, 5, 7, 9]);

/** UUIDs of sixteen bytes each as RFC 9562 spells them. */
export function uuidTexts(cells: readonly Uint8Array[]): Texts {
  const bytes = new Uint8Array(TEXT * cells.length);
  let at = 0;
  for (const cell of cells)
    for (let i = 0; i < BYTES; i++) {
      const byte = cell[i] as number;
      bytes[at++] = DIGITS[byte >> 4] as number;
      bytes[at++] = DIGITS[byte & 15] as number;
      if (ENDS.has(i)) bytes[at++] = HYPHEN;
    }
  return { offsets: Int32Array.from({ length: cells.length + 1 }, (_, i) => TEXT * i), bytes };
}
