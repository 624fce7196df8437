import { Batch } from "../columns/batch.js";
import type { Block, Column } from "../columns/column.js";
import { joinColumns, sliceRows, tidied } from "../columns/rows.js";
import type { Rows } from "./gathering.js";

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
  #cut = 0;

  constructor(kind: Batch["kind"], step: number) {
    this.#kind = kind;
    this.#step = step;
  }

  add(rows: Rows | undefined): void {
    if (!rows) return;
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

function blockFrom(block: Block, from: number): Block {
  return { values: block.values.subarray(from) as Block["values"], stride: block.stride };
}

function joined(parts: readonly Pick<Rows, "columns" | "block">[]): Pick<Rows, "columns" | "block"> {
  const [first] = parts;
  if (parts.length === 1 && first) return first;
  return { columns: (first?.columns ?? []).map((_, i) => joinColumns(parts.map(({ columns }) => columns[i] as Column))), block: undefined };
}
