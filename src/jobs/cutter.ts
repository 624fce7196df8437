import { Batch } from "../columns/batch.js";
import type { Block, Column } from "../columns/column.js";
import type { TypedArray } from "../columns/dtype.js";
import { joinColumns, sliceRows, tidied } from "../columns/rows.js";
import { memoryOf, type Rows } from "./gathering.js";

/** Rows of a stretch, of which those before `from` have been taken. */
interface Piece extends Rows {
  from: number;
}

/** Rows that have come, cut into batches of so many: views, but where a batch lies over the end of a stretch. */
export class Cutter {
  /** Rows that have come. */
  rows = 0;
  readonly #kind: Batch["kind"];
  readonly #step: number;
  readonly #pieces: Piece[] = [];
  /** Those that came last. */
  #last: Rows | undefined;
  #cut = 0;

  constructor(kind: Batch["kind"], step: number) {
    this.#kind = kind;
    this.#step = step;
  }

  add(rows: Rows | undefined): void {
    if (!rows) return;
    this.#last = rows;
    this.#pieces.push({ ...rows, from: 0 });
    this.rows += rows.count;
  }

  /** The batches that are complete. */
  *whole(): Generator<Batch, void, undefined> {
    while (this.rows - this.#cut >= this.#step) yield this.#take(this.#step);
  }

  /** What is left. */
  *rest(): Generator<Batch, void, undefined> {
    yield* this.whole();
    if (this.rows > this.#cut) yield this.#take(this.rows - this.#cut);
  }

  /**
   * Lets go of the memory of the rows that came last; those that no batch has are copied. Undefined where that is all of them, or the
   * memory is not one piece.
   */
  release(): ArrayBuffer | undefined {
    const memory = this.#last && memoryOf(this.#last);
    const piece = this.#pieces.at(-1);
    if (!memory || !piece || piece.columns !== this.#last?.columns) return memory;
    if (piece.from === 0) return undefined;
    const { from, count } = piece;
    this.#pieces.splice(-1, 1, {
      count: count - from,
      columns: piece.columns.map((column) => copied(column, from, count)),
      block: undefined,
      from: 0,
    });
    return memory;
  }

  #take(rowCount: number): Batch {
    const parts: Pick<Rows, "columns" | "block">[] = [];
    for (let left = rowCount; left > 0; ) {
      const piece = this.#pieces[0] as Piece;
      const { from, count, columns, block } = piece;
      const to = Math.min(count, from + left);
      parts.push({ columns: columns.map((column) => tidied(sliceRows(column, from, to))), block: block && blockFrom(block, from) });
      piece.from = to;
      if (to === count) this.#pieces.shift();
      left -= to - from;
    }
    const rowOffset = this.#cut;
    this.#cut += rowCount;
    return new Batch({ rowOffset, rowCount, kind: this.#kind, ...joined(parts) });
  }
}

/** Numbers in memory of their own. */
function copied(column: Column, from: number, to: number): Column {
  const { values, valid, ...around } = sliceRows(column, from, to);
  return { ...around, values: (values as TypedArray).slice() as TypedArray, ...(valid && { valid: valid.slice() }) };
}

function blockFrom(block: Block, from: number): Block {
  return { values: block.values.subarray(from) as Block["values"], stride: block.stride };
}

function joined(parts: readonly Pick<Rows, "columns" | "block">[]): Pick<Rows, "columns" | "block"> {
  const [first] = parts;
  if (parts.length === 1 && first) return first;
  return { columns: (first?.columns ?? []).map((_, i) => joinColumns(parts.map(({ columns }) => columns[i] as Column))), block: undefined };
}
