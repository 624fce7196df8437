// Columns whose cells are lists of one shape: the shape to Dremel's levels, and levels to a shape (Melnik et al., 2010; parquet-format,
// Nested Encoding). A level of repetition says which list goes on: 0 begins a row. A level of definition says how much there is of it.
import type { Column } from "../../batch.js";
import { NUMERIC, type NumericDType, nothingIn, storedAs } from "../../dtype.js";
import { TransloadError } from "../../errors.js";
import { pack, widthOf } from "./hybrid.js";

/** The lists around a column's cells, as its schema has them. */
export interface Nesting {
  /** Levels of definition from which on a list has an element, the outermost list's first. */
  readonly elements: readonly number[];
  /** The level of a cell that is there. */
  readonly most: number;
}

/** Bits of a level. */
export function levelWidth(most: number): number {
  return widthOf(most + 1);
}

// ---- writing

/** Lists of so many levels as we write them: every list, and every cell, may be null. */
export function nestingOf(rank: number): Nesting {
  return { elements: Array.from({ length: rank }, (_, i) => 2 * (i + 1)), most: 2 * rank + 1 };
}

/** Both levels of rows of this shape, each behind its length (data page v1), and how many there are. */
export function levelsOfLists(
  shape: readonly number[],
  rows: number,
  valid: Uint8Array | undefined,
): { readonly bytes: readonly Uint8Array[]; readonly count: number } {
  const { elements, most } = nestingOf(shape.length);
  const row = repetitionOf(shape);
  const count = rows * row.length;
  const repetition = new Int32Array(count);
  for (let at = 0; at < count; at += row.length) repetition.set(row, at);
  const empty = shape.indexOf(0);
  const definition = new Int32Array(count).fill(empty < 0 ? most : (elements[empty] as number) - 1);
  if (valid) for (let i = 0; i < count; i++) if (valid[i] === 0) definition[i] = most - 1;
  return { bytes: [...packed(repetition, shape.length), ...packed(definition, most)], count };
}

function packed(levels: Int32Array, most: number): Uint8Array[] {
  const bytes = pack(levels, 0, levelWidth(most));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length, true);
  return [length, bytes];
}

/** Levels of repetition of one row: of each cell, or of each list that is empty. */
function repetitionOf(shape: readonly number[]): Int32Array {
  const empty = shape.indexOf(0);
  const dims = empty < 0 ? shape : shape.slice(0, empty);
  const levels = new Int32Array(product(dims));
  for (let i = 1; i < levels.length; i++) {
    levels[i] = dims.length;
    for (let d = dims.length - 1, inner = dims[d] as number; d > 0 && i % inner === 0; inner *= dims[--d] as number) levels[i] = d;
  }
  return levels;
}

// ---- reading

/** Levels of a column chunk as its pages come. */
export class ListLevels {
  readonly #nesting: Nesting;
  readonly #repetition: Uint8Array;
  readonly #definition: Uint8Array;
  #count = 0;

  constructor(nesting: Nesting, entries: number) {
    this.#nesting = nesting;
    this.#repetition = new Uint8Array(entries);
    this.#definition = new Uint8Array(entries).fill(nesting.most);
  }

  /** Undefined: all are the most there can be. */
  add(repetition: Int32Array | undefined, definition: Int32Array | undefined, count: number): void {
    const at = this.#count;
    if (repetition) this.#repetition.set(repetition, at);
    else this.#repetition.fill(this.#nesting.elements.length, at, at + count);
    if (definition) this.#definition.set(definition, at);
    this.#count += count;
  }

  /**
   * The column of lists whose entries these are; `known` is the shape of those before.
   * @throws TransloadError E_SHAPE for lists of different shapes; Error where there are not so many rows.
   */
  column(entries: Column, rows: number, rowOffset: number, known: readonly number[] | undefined): Column {
    const { elements } = this.#nesting;
    let shape = known;
    let pattern = shape && repetitionOf(shape);
    const nulls: number[] = [];
    let row = 0;
    for (let at = 0; at < this.#count; row++) {
      if ((this.#definition[at] as number) < (elements[0] as number) - 1) {
        nulls.push(row);
        at++;
        continue;
      }
      shape ??= this.#shapeAt(at);
      pattern ??= repetitionOf(shape);
      if (!this.#matches(at, shape, pattern)) throw unlike(entries.name, rowOffset + row, shape, this.#shapeAt(at));
      at += pattern.length;
    }
    if (row !== rows) throw new Error(`column ${entries.name} has ${row} rows, and its row group ${rows}`);
    if (!shape)
      throw new TransloadError("E_SHAPE", `column ${JSON.stringify(entries.name)} has no list that is not null, so its shape is not known`);
    return spread(entries, shape, rows, nulls);
  }

  /** The shape of the lists that begin at this entry, as far as the first of each level tells. */
  #shapeAt(at: number): number[] {
    const { elements } = this.#nesting;
    return elements.map((element, d) => {
      if ((this.#definition[at] as number) < element) return 0;
      let length = 1;
      for (let i = at + 1; i < this.#count && (this.#repetition[i] as number) > d; i++) if (this.#repetition[i] === d + 1) length++;
      return length;
    });
  }

  #matches(at: number, shape: readonly number[], pattern: Int32Array): boolean {
    const { elements } = this.#nesting;
    const end = at + pattern.length;
    if (end > this.#count || (end < this.#count && this.#repetition[end] !== 0)) return false;
    for (let i = 0; i < pattern.length; i++) if (this.#repetition[at + i] !== pattern[i]) return false;
    const empty = shape.indexOf(0);
    if (empty >= 0) return this.#definition.subarray(at, end).every((level) => level === (elements[empty] as number) - 1);
    const cell = elements[elements.length - 1] as number;
    for (let i = at; i < end; i++) if ((this.#definition[i] as number) < cell) return false;
    return true;
  }
}

function unlike(name: string, row: number, shape: readonly number[], own: readonly number[]): TransloadError {
  const found = `${own}` === `${shape}` ? "lists of more than one shape, or null, inside" : `shape [${own.join(", ")}]`;
  return new TransloadError(
    "E_SHAPE",
    `row ${row}, column ${JSON.stringify(name)}: its lists must all have one shape; this has ${found}, and those before have [${shape.join(", ")}]`,
    { row },
  );
}

/** With the cells of lists that are null, which have one entry and no cell. */
function spread(entries: Column, shape: readonly number[], rows: number, nulls: readonly number[]): Column {
  const perRow = product(shape);
  if (nulls.length === 0 && perRow > 0) return { ...entries, shape };
  const { dtype, values: own } = entries;
  const stored = storedAs(dtype);
  const values = (stored ? new NUMERIC[stored as NumericDType].array(rows * perRow) : new Array(rows * perRow)) as unknown[];
  const valid = new Uint8Array(rows * perRow).fill(1);
  let from = 0;
  for (let row = 0, next = 0; row < rows && perRow > 0; row++) {
    const at = row * perRow;
    if (nulls[next] === row) {
      next++;
      from++;
      values.fill(nothingIn(dtype), at, at + perRow);
      valid.fill(0, at, at + perRow);
      continue;
    }
    for (let i = 0; i < perRow; i++, from++) {
      values[at + i] = own[from];
      valid[at + i] = entries.valid?.[from] ?? 1;
    }
  }
  const { valid: _, ...others } = entries;
  return { ...others, values: values as string[], shape, ...(valid.includes(0) && { valid }) };
}

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
