// The levels of rows of lists, as they are written.

import { pack } from "./hybrid.js";
import { levelWidth, nestingOf, repetitionOf } from "./nesting.js";

/** Levels are packed so many at a time, eights of them, and need no memory to speak of. */
const SLICE = 1 << 16;

/** Both levels of rows of this shape, each behind its length (data page v1), and how many there are. */
export function levelsOfLists(
  shape: readonly number[],
  rows: number,
  valid: Uint8Array | undefined,
): { readonly bytes: readonly Uint8Array[]; readonly count: number } {
  const { elements, most } = nestingOf(shape.length);
  const row = repetitionOf(shape);
  const count = rows * row.length;
  const empty = shape.indexOf(0);
  const all = empty < 0 ? most : (elements[empty] as number) - 1;
  const repetition = packed(count, shape.length, (i) => row[i % row.length] as number);
  const definition = packed(count, most, valid ? (i) => (valid[i] === 0 ? most - 1 : most) : () => all);
  return { bytes: [...repetition, ...definition], count };
}

function packed(count: number, most: number, levelAt: (i: number) => number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let from = 0; from < count; from += SLICE) {
    const levels = new Int32Array(Math.min(SLICE, count - from));
    for (let i = 0; i < levels.length; i++) levels[i] = levelAt(from + i);
    parts.push(pack(levels, 0, levelWidth(most)));
  }
  const length = new Uint8Array(4);
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  new DataView(length.buffer).setUint32(0, bytes, true);
  return [length, ...parts];
}
