import type { RowSet, Run } from "../columns/row-set.js";
import type { CellKinds, RowReader } from "../engine/rows.js";

/**
 * Some of a reader's rows. Those before and between them are read, and not written; those behind the last are read to the end as well, or
 * not at all (`stops`). `rows`, and what is told of the cells, is that of the rows that are written; columns are those that the rows up to
 * the last of them have.
 */
export class PickedRows implements RowReader {
  done = false;
  full = false;
  /** It is done, and the reader has rows left. */
  stopped = false;
  readonly #reader: RowReader;
  readonly #set: RowSet;
  readonly #stops: boolean;
  /** The rows that are read next, or being read; undefined where none is left. */
  #run: Run | undefined;
  /** The columns, once none is left. */
  #columns: Pick<RowReader, "names" | "width"> | undefined;
  #skipping = false;
  /** Rows written of the runs before. */
  #before = 0;
  #mostRows: number | undefined;
  #mostBytes: number | undefined;
  #fresh = true;

  constructor(reader: RowReader, set: RowSet, stops: boolean) {
    this.#reader = reader;
    this.#set = set;
    this.#stops = stops;
    this.#run = set.runFrom(0);
    this.#aim();
  }

  get rows(): number {
    if (!this.#run) return this.#before;
    const { from, to } = this.#run;
    return this.#before + Math.min(Math.max(0, this.#reader.rows - from), to - from);
  }

  get width(): number | undefined {
    return (this.#columns ?? this.#reader).width;
  }

  get names(): readonly string[] | undefined {
    return (this.#columns ?? this.#reader).names;
  }

  get kinds(): readonly CellKinds[] {
    return this.#reader.kinds;
  }

  get keys(): RowReader["keys"] {
    return this.#reader.keys;
  }

  get padded(): number {
    return this.#reader.padded;
  }

  get repeated(): number {
    return this.#reader.repeated;
  }

  get retyped(): number {
    return this.#reader.retyped;
  }

  limit(rows: number | undefined, bytes: number | undefined, fresh: boolean): void {
    this.full = false;
    this.#mostRows = rows;
    this.#mostBytes = bytes;
    this.#fresh = fresh;
    this.#aim();
  }

  next(): Uint8Array | undefined {
    while (!this.done && !this.full) {
      if (!this.#run && this.#stops) return this.end();
      const text = this.#reader.next();
      if (text) {
        if (this.#mostBytes !== undefined) this.#mostBytes -= text.length;
        return text;
      }
      if (this.#reader.done) this.#finish();
      else if (this.#reader.full) this.#turn();
      else return undefined;
    }
    return undefined;
  }

  end(): Uint8Array | undefined {
    this.stopped = true;
    this.done = true;
    return this.#reader.end();
  }

  /** @throws Error: of these rows all are written. */
  skip(): void {
    throw new Error("transload: rows are picked once");
  }

  /** The reader has come to the first row of a run, or behind its last, or to the limit. */
  #turn(): void {
    const run = this.#run;
    if (!this.#skipping && this.#reader.rows !== run?.to) {
      this.full = true;
      return;
    }
    if (run && !this.#skipping) {
      this.#before += run.to - run.from;
      this.#run = this.#set.runFrom(run.to);
    }
    this.#aim();
  }

  /** Has the reader go on to where the next run begins, or as far in it as it may. */
  #aim(): void {
    const run = this.#run;
    const reader = this.#reader;
    if (!run) this.#columns ??= { names: reader.names && [...reader.names], width: reader.width };
    const skips = !run || reader.rows < run.from;
    if (skips !== this.#skipping) reader.skip(skips);
    this.#skipping = skips;
    if (!run || skips) {
      reader.limit(run?.from, undefined, false);
      return;
    }
    const most = this.#mostRows === undefined ? run.to : Math.min(run.to, run.from + this.#mostRows - this.#before);
    reader.limit(Number.isFinite(most) ? most : undefined, this.#mostBytes, this.#fresh);
    this.#fresh = false;
  }

  #finish(): void {
    if (this.#skipping) this.#reader.skip(false);
    this.done = true;
  }
}
