// JSON lists apart from the cells in them: what is a list of any length, or null, and the cells as one list.

import { encode } from "../columns/bytes.js";
import type { Column, Level } from "../columns/column.js";
import { textsNow } from "../columns/texts.js";

const [OPEN, CLOSE, COMMA, QUOTE, ESCAPE, OBJECT, NULL] = [0x5b, 0x5d, 0x2c, 0x22, 0x5c, 0x7b, 0x6e];

/** What rows of lists are made of. */
export interface Apart {
  readonly lists: readonly Level[];
  /** The cells, as a list of their own, and which row each is in. */
  readonly cells: Uint8Array;
  readonly count: number;
}

/**
 * A column of JSON lists, whose text has been checked. `rank`: how deep the cells are, where that is known already.
 * Returns the row whose cells are not as deep as the others', or hold something else.
 */
export function apart(column: Column, rows: number, rank: number | undefined): Apart | number {
  const { valid } = column;
  const textOf = rowsOf(column);
  const texts = Array.from({ length: rows }, (_, row) => (valid?.[row] === 0 ? undefined : textOf(row)));
  const depth =
    rank ??
    Math.max(
      1,
      texts.reduce((most, text) => Math.max(most, text ? depthOf(text) : 0), 0),
    );
  const filling = new Filling(
    depth,
    texts.reduce((sum, text) => sum + (text?.length ?? 0), 2),
  );
  for (const [row, text] of texts.entries()) {
    if (text === undefined) filling.list(0, false);
    else if (!fill(text, depth, filling)) return row;
  }
  return filling.end();
}

function rowsOf(column: Column): (row: number) => Uint8Array {
  const texts = textsNow(column);
  if (!texts || texts.codes) return (row) => encode(column.values[row] as string);
  return (row) => texts.bytes.subarray(texts.offsets[row], texts.offsets[row + 1]);
}

/** How deep the deepest cell is that is not null; where there is none, the deepest list. */
function depthOf(text: Uint8Array): number {
  let [depth, cells, lists] = [0, 0, 0];
  for (let i = 0; i < text.length; ) {
    const byte = text[i] as number;
    if (byte === OPEN) lists = Math.max(lists, ++depth);
    else if (byte === CLOSE) depth--;
    else if (byte > 0x20 && byte !== COMMA) {
      if (byte !== NULL) cells = Math.max(cells, depth);
      i = endOf(text, i);
      continue;
    }
    i++;
  }
  return cells || lists;
}

/** False where a cell is elsewhere, or is an object. */
function fill(text: Uint8Array, deepest: number, filling: Filling): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; ) {
    const byte = text[i] as number;
    if (byte === OPEN) {
      if (depth === deepest) return false;
      filling.list(depth++, true);
    } else if (byte === CLOSE) depth--;
    else if (byte > 0x20 && byte !== COMMA) {
      const end = endOf(text, i);
      if (byte === OBJECT) return false;
      if (depth === deepest) filling.cell(text.subarray(i, end));
      else if (byte === NULL) filling.list(depth, false);
      else return false;
      i = end;
      continue;
    }
    i++;
  }
  return true;
}

/** Behind the cell that begins here. */
function endOf(text: Uint8Array, from: number): number {
  let i = from;
  if (text[i] === QUOTE) {
    for (i++; text[i] !== QUOTE; i++) if (text[i] === ESCAPE) i++;
    return i + 1;
  }
  for (; i < text.length; i++) {
    const byte = text[i] as number;
    if (byte <= 0x20 || byte === COMMA || byte === CLOSE) break;
  }
  return Math.max(i, from + 1);
}

/** Lists as they begin, each with what comes before the next of its level. */
class Filling {
  readonly #levels: { readonly offsets: number[]; readonly valid: number[] }[];
  readonly #cells: Uint8Array;
  #at = 1;
  #count = 0;

  constructor(depth: number, bytes: number) {
    this.#levels = Array.from({ length: depth }, () => ({ offsets: [], valid: [] }));
    // a comma for each cell takes no more than its own brackets and commas did
    this.#cells = new Uint8Array(2 * bytes);
    this.#cells[0] = OPEN;
  }

  list(level: number, present: boolean): void {
    const own = this.#levels[level] as { offsets: number[]; valid: number[] };
    own.offsets.push(this.#levels[level + 1]?.offsets.length ?? this.#count);
    own.valid.push(present ? 1 : 0);
  }

  cell(text: Uint8Array): void {
    if (this.#count++ > 0) this.#cells[this.#at++] = COMMA;
    this.#cells.set(text, this.#at);
    this.#at += text.length;
  }

  end(): Apart {
    const lists = this.#levels.map(({ offsets, valid }, level): Level => {
      const all = Int32Array.from([...offsets, this.#levels[level + 1]?.offsets.length ?? this.#count]);
      return valid.includes(0) ? { offsets: all, valid: Uint8Array.from(valid) } : { offsets: all };
    });
    this.#cells[this.#at++] = CLOSE;
    return { lists, cells: this.#cells.subarray(0, this.#at), count: this.#count };
  }
}
