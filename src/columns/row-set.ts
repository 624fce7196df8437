// Rows that are picked, by their numbers in the source: known beforehand, or found out by who has looked at all of them.

/** Rows from here on, up to the one that is none of them any more. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** Some of the rows of a source. */
export interface RowSet {
  /** The first rows of the set that stand together, at or behind this one; undefined where none is left. */
  runFrom(row: number): Run | undefined;
}

/** Rows but for the first ones, and at most so many. */
export class Stretch implements RowSet {
  readonly #run: Run;

  constructor(skip: number, head: number) {
    this.#run = { from: skip, to: skip + head };
  }

  runFrom(row: number): Run | undefined {
    const { from, to } = this.#run;
    const begin = Math.max(from, row);
    return begin < to ? { from: begin, to } : undefined;
  }
}

/** Rows here and there: a bit for each row up to the last of them. */
export class Marks implements RowSet {
  #bits = new Uint8Array(1 << 10);
  /** Just behind the last. */
  #end = 0;

  /** Rows come in their order. */
  add(row: number): void {
    const byte = Math.floor(row / 8);
    if (byte >= this.#bits.length) {
      const grown = new Uint8Array(Math.max(2 * this.#bits.length, byte + 1));
      grown.set(this.#bits);
      this.#bits = grown;
    }
    this.#bits[byte] = (this.#bits[byte] as number) | (1 << (row % 8));
    this.#end = row + 1;
  }

  runFrom(row: number): Run | undefined {
    const from = this.#next(row, true);
    return from < this.#end ? { from, to: this.#next(from, false) } : undefined;
  }

  /** The first row from here on that is one of them, or is none; the end where there is no such row before it. */
  #next(row: number, wanted: boolean): number {
    const nothing = wanted ? 0 : 0xff;
    let at = row;
    while (at < this.#end) {
      const byte = this.#bits[Math.floor(at / 8)] as number;
      if (at % 8 === 0 && byte === nothing) at += 8;
      else if (((byte >> (at % 8)) & 1) === Number(wanted)) return at;
      else at++;
    }
    return this.#end;
  }
}

/** Rows of these numbers, which go up. */
export class Numbered implements RowSet {
  readonly #rows: ArrayLike<number>;

  constructor(rows: ArrayLike<number>) {
    this.#rows = rows;
  }

  runFrom(row: number): Run | undefined {
    const rows = this.#rows;
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((rows[middle] as number) < row) low = middle + 1;
      else high = middle;
    }
    const from = rows[low];
    if (from === undefined) return undefined;
    let to = from + 1;
    for (let i = low + 1; rows[i] === to; i++) to++;
    return { from, to };
  }
}
