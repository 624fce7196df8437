import type { RowReader } from "../engine/rows.js";
import type { Scanner } from "../engine/scanner.js";

/** No row count reaches this. */
const UNLIMITED = Number.MAX_SAFE_INTEGER;

/**
 * Rows that pass as they stand, white space and all, where source and target write them alike: the scanner goes through them and
 * says where they are to be cut. The text is the chunk's own bytes. Call where the scanner is inside the cargo's list.
 */
export class PassingRows implements RowReader {
  done = false;
  full = false;
  rows = 0;
  readonly names: readonly string[] | undefined;
  readonly keys = { unseen: [], known: [] };
  readonly padded = 0;
  readonly repeated = 0;
  readonly retyped = 0;
  /** Nothing is known of single cells. */
  readonly kinds = [];
  readonly #scanner: Scanner;
  /** Everything before this offset has been given out. */
  #mark: number;
  /** The next row is the first of its output. */
  #fresh = true;

  constructor(scanner: Scanner, names: readonly string[] | undefined) {
    this.#scanner = scanner;
    this.names = names;
    this.#mark = scanner.offset;
    scanner.stopAfter(UNLIMITED);
  }

  get width(): number | undefined {
    return this.#scanner.width;
  }

  limit(rows: number | undefined, bytes: number | undefined, fresh: boolean): void {
    if (bytes !== undefined) throw new Error("transload: rows that pass are not measured");
    this.full = false;
    this.#fresh = fresh;
    this.#scanner.stopAfter(rows ?? UNLIMITED);
  }

  next(): Uint8Array | undefined {
    if (this.done || this.full) return undefined;
    const scanner = this.#scanner;
    const event = scanner.next();
    if (event === "more") return this.#take(scanner.judged, scanner.judged);
    this.rows = scanner.rowsEnded;
    if (event === "rows") {
      this.full = true;
      return this.#take(scanner.offset - 1, scanner.offset);
    }
    if (event !== "rowsEnd") throw new Error(`transload: ${event} among rows that pass`);
    this.done = true;
    return this.#take(scanner.offset, scanner.offset);
  }

  /** @throws Error: rows of which some are left out do not pass. */
  skip(): void {
    throw new Error("transload: rows that pass are not skipped");
  }

  end(): undefined {
    this.done = true;
  }

  /** What lies before `to`; the next begins at `mark`. */
  #take(to: number, mark: number): Uint8Array | undefined {
    let text = this.#scanner.slice(this.#mark, to);
    this.#mark = mark;
    if (this.#fresh) {
      const first = text.findIndex((byte) => byte > 0x20);
      text = first < 0 ? text.subarray(text.length) : text.subarray(first);
    }
    if (text.length === 0) return undefined;
    this.#fresh = false;
    return text;
  }
}
