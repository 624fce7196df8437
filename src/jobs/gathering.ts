// The batches of a stretch, one behind the other, as columns of all its rows. Numbers are copied out of the core's memory, where each batch lies
// until the next; a batch is small, so that it is near the processor until then.
import type { Batch } from "../columns/batch.js";
import type { Block, Column } from "../columns/column.js";
import { type DType, NUMERIC, type NumericDType, storedAs, type TypedArray } from "../columns/dtype.js";
import { product } from "../columns/lists.js";
import { joinColumns, sliceRows } from "../columns/rows.js";

/** Bytes of the widest numbers: columns begin at multiples of it. */
const WIDEST = 8;

/** Columns of some rows. */
export interface Rows {
  readonly count: number;
  readonly columns: readonly Column[];
  readonly block: Block | undefined;
}

/** Whether batches of such columns may be lent to whoever gathers them: they are numbers, and have one place each. */
export function isCopied(columns: readonly Pick<Column, "dtype" | "lists" | "texts">[]): boolean {
  return columns.every(({ dtype, lists, texts }) => storedAs(dtype) !== undefined && !lists && !texts);
}

/** The memory that gathered columns of numbers lie in, all of them. */
export function memoryOf({
  columns,
}: {
  readonly columns: readonly Pick<Column, "dtype" | "lists" | "texts" | "values">[];
}): ArrayBuffer | undefined {
  const [first] = columns;
  return first && isCopied(columns) ? (first.values as TypedArray).buffer : undefined;
}

/** Takes batches; `likely` is how many rows they may have together, `memory` a place for numbers, where it is large enough. */
export class Gathering {
  readonly #likely: number;
  readonly #memory: ArrayBuffer | undefined;
  #numbers: Numbers | undefined;
  #others: Column[][] = [];
  #count = 0;

  constructor(likely: number, memory?: ArrayBuffer) {
    this.#likely = likely;
    this.#memory = memory;
  }

  /** Takes a batch's rows from this one on. */
  add({ rowCount, columns }: Batch, from: number): void {
    if (from >= rowCount) return;
    const own = from === 0 ? columns : columns.map((column) => sliceRows(column, from, rowCount));
    this.#count += rowCount - from;
    if (isCopied(columns)) {
      this.#numbers ??= new Numbers(own, this.#likely, this.#memory);
      this.#numbers.add(own, rowCount - from);
    } else this.#others.push([...own]);
  }

  /** All that was taken. */
  rows(): Rows | undefined {
    if (this.#count === 0) return undefined;
    const [first] = this.#others;
    if (!first) return this.#numbers?.rows();
    return {
      count: this.#count,
      columns: first.map((_, i) => joinColumns(this.#others.map((columns) => columns[i] as Column))),
      block: undefined,
    };
  }
}

/** Columns of numbers that grow. */
class Numbers {
  readonly #around: readonly Column[];
  /** Cells that a row has in each. */
  readonly #perRow: number;
  /** All in one array where they are of one dtype, so that they are one block. */
  readonly #alike: DType | undefined;
  #room: number;
  #all: TypedArray | undefined;
  #values: TypedArray[];
  #valid: (Uint8Array<ArrayBuffer> | undefined)[];
  #count = 0;

  constructor(columns: readonly Column[], likely: number, memory: ArrayBuffer | undefined) {
    this.#around = columns;
    this.#perRow = product(columns[0]?.shape ?? []);
    const [first] = columns;
    this.#alike = columns.every(({ dtype }) => dtype === first?.dtype) ? first?.dtype : undefined;
    this.#room = Math.max(1, likely);
    this.#values = this.#make(memory);
    this.#valid = columns.map(() => undefined);
  }

  /** All columns in one piece of memory, which goes from thread to thread. */
  #make(memory?: ArrayBuffer): TypedArray[] {
    const cells = this.#room * this.#perRow;
    const kinds = this.#around.map(({ dtype }) => arrayKind(dtype));
    const starts: number[] = [];
    let bytes = 0;
    for (const { BYTES_PER_ELEMENT } of kinds) {
      starts.push(bytes);
      bytes += cells * BYTES_PER_ELEMENT;
      // those of one dtype are one block
      if (this.#alike === undefined) bytes = Math.ceil(bytes / WIDEST) * WIDEST;
    }
    const buffer = memory && memory.byteLength >= bytes ? memory : new ArrayBuffer(bytes);
    const [kind] = kinds;
    if (this.#alike !== undefined && kind) this.#all = new kind(buffer, 0, cells * kinds.length);
    return kinds.map((kind, i) => new kind(buffer, starts[i] as number, cells));
  }

  add(columns: readonly Column[], rows: number): void {
    if (this.#count + rows > this.#room) this.#grow(2 * (this.#count + rows));
    const at = this.#count * this.#perRow;
    columns.forEach(({ values, valid }, i) => {
      put(this.#values[i] as TypedArray, values as TypedArray, at);
      if (valid) (this.#valid[i] ??= new Uint8Array(this.#room * this.#perRow).fill(1)).set(valid, at);
    });
    this.#count += rows;
  }

  #grow(room: number): void {
    const cells = this.#count * this.#perRow;
    const before = this.#values;
    this.#room = room;
    this.#values = this.#make();
    for (const [i, values] of before.entries()) put(this.#values[i] as TypedArray, values.subarray(0, cells) as TypedArray, 0);
    this.#valid = this.#valid.map((valid) => {
      if (!valid) return undefined;
      const more = new Uint8Array(room * this.#perRow).fill(1);
      more.set(valid.subarray(0, cells));
      return more;
    });
  }

  rows(): Rows {
    const cells = this.#count * this.#perRow;
    const columns = this.#around.map(({ valid: _, ...column }, i) => {
      const valid = this.#valid[i]?.subarray(0, cells);
      return { ...column, values: this.#values[i]?.subarray(0, cells) as TypedArray, ...(valid && { valid }) };
    });
    const block = this.#all && { values: this.#all, stride: this.#room * this.#perRow };
    return { count: this.#count, columns, block };
  }
}

function arrayKind(dtype: DType): (typeof NUMERIC)["int8"]["array"] {
  return NUMERIC[storedAs(dtype) as NumericDType].array;
}

function put(to: TypedArray, from: TypedArray, at: number): void {
  (to as Float64Array).set(from as Float64Array, at);
}
