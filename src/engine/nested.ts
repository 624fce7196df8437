// Columns of a frame whose cells are lists: read as one tensor where they have one shape, and apart from their cells where they do not.

import { encode } from "../columns/bytes.js";
import type { Column } from "../columns/column.js";
import { type DType, type DTypeChoice, NUMERIC, storedAs } from "../columns/dtype.js";
import { changedAround, inLists, levelsOf, rowOf } from "../columns/lists.js";
import { lengthOf, textsNow } from "../columns/texts.js";
import { TransloadError } from "../errors.js";
import type { Cast } from "./cells.js";
import { Mode } from "./codes.js";
import { objectIn } from "./fault.js";
import { apart } from "./list-text.js";
import type { Scanner } from "./scanner.js";

/** Reads a column's lists, batch by batch; they have one rank and one dtype, those of the first. */
export class ListReader {
  readonly #name: string;
  readonly #asked: DTypeChoice | undefined;
  readonly #cast: Cast;
  readonly #createScanner: () => Scanner;
  #rank: number | undefined;
  #dtype: DType | undefined;
  /** The last lists had not all one shape, and those to come are not expected to have. */
  #uneven = false;

  /** `asked`: of its lists' cells. */
  constructor(name: string, asked: DTypeChoice | undefined, cast: Cast, createScanner: () => Scanner) {
    this.#name = name;
    this.#asked = asked;
    this.#cast = cast;
    this.#createScanner = createScanner;
  }

  /**
   * A column of JSON lists as cells of lists. `rowOffset`: rows before the first.
   * @throws TransloadError E_SHAPE for cells that are not as deep as the others, E_DTYPE for lists of something else, and what reading a
   * tensor does, with the row.
   */
  read(column: Column, rowOffset: number): Column {
    const count = lengthOf(column);
    const even = count === 0 || this.#uneven || column.valid?.includes(0) ? undefined : this.#even(column, count);
    const found = even && !(even instanceof TransloadError) ? even : this.#apart(column, count, rowOffset, even);
    const rank = found.lists?.length as number;
    this.#rank ??= rank;
    if (rank !== this.#rank)
      throw this.#inColumn(
        new TransloadError("E_SHAPE", `lists of shape [${found.shape}], ${rank} deep, where those before are ${this.#rank} deep`),
        rowOffset,
      );
    if (lengthOf(found) > 0) this.#dtype ??= found.dtype;
    if (found.dtype !== (this.#dtype ?? found.dtype))
      throw this.#inColumn(new TransloadError("E_DTYPE", `lists of ${found.dtype} where those before are of ${this.#dtype}`), rowOffset);
    return found;
  }

  /** The lists as one tensor, or why they are none. */
  #even(column: Column, count: number): Column | TransloadError {
    try {
      const found = this.#cellsOf(listOf(column, count), count);
      return changedAround(found, { shape: found.shape, lists: levelsOf(found.shape, count) });
    } catch (error) {
      if (!(error instanceof TransloadError)) throw error;
      return error;
    }
  }

  /** The lists, and the cells in them. `fault`: why they are no tensor. */
  #apart(column: Column, count: number, rowOffset: number, fault: TransloadError | undefined): Column {
    const found = apart(column, count, this.#rank);
    if (typeof found === "number") {
      const own = fault ?? new TransloadError("E_SHAPE", "cells that are not as deep as those of other rows");
      throw this.#inColumn(own, rowOffset + (fault?.row ?? found));
    }
    this.#uneven = true;
    try {
      return inLists(found.count > 0 ? this.#cellsOf(found.cells, found.count) : this.#nothing(), found.lists);
    } catch (error) {
      if (!(error instanceof TransloadError)) throw error;
      throw this.#inColumn(error, rowOffset + rowOf({ shape: [], lists: found.lists }, error.row ?? 0));
    }
  }

  #nothing(): Column {
    const dtype = this.#dtype ?? (typeof this.#asked === "string" && this.#asked !== "infer" ? this.#asked : "float64");
    const stored = storedAs(dtype);
    return { name: this.#name, dtype, values: stored ? new NUMERIC[stored].array(0) : [], shape: [] };
  }

  #cellsOf(text: Uint8Array, count: number): Column {
    const scanner = this.#createScanner();
    scanner.push(text);
    scanner.last();
    scanner.next();
    scanner.watch(0);
    scanner.startCargo(Mode.Tensor, undefined);
    const how = {
      layout: "tensor",
      names: [this.#name],
      width: undefined,
      dtype: this.#dtype ?? this.#asked,
      cast: this.#cast,
    } as const;
    const cells = scanner.cells({ ...how, batchRows: count, reuse: false }).next()?.columns[0];
    if (!cells) throw new Error(`transload: the lists of column ${this.#name} gave no cells`);
    return cells;
  }

  /** An error in the lists, as one of this column and row. */
  #inColumn(error: TransloadError, row: number): TransloadError {
    if (error.code === "E_OBJECT") return objectIn(this.#name, row, { row });
    const code = error.code === "E_RAGGED" || error.code === "E_MIXED" ? "E_SHAPE" : error.code;
    const what = error.detail.replace(/^row \d+(, column "[^"]*")?: /, "");
    return new TransloadError(code, `row ${row}, column ${JSON.stringify(this.#name)}: ${what}`, { row }, { cause: error });
  }
}

/** The lists of so many rows as one of them all. */
function listOf(column: Column, rows: number): Uint8Array {
  const texts = textsNow(column);
  if (!texts) return encode(`[${(column.values as readonly string[]).join(",")}]`);
  const { offsets, bytes } = texts;
  const out = new Uint8Array((offsets[rows] as number) - (offsets[0] as number) + rows + 1);
  let at = 0;
  for (let i = 0; i < rows; i++) {
    out[at] = at === 0 ? OPEN : COMMA;
    at++;
    const text = bytes.subarray(offsets[i], offsets[i + 1]);
    out.set(text, at);
    at += text.length;
  }
  out[at++] = CLOSE;
  return out.subarray(0, at);
}

const OPEN = 0x5b; // [
const CLOSE = 0x5d; // ]
const COMMA = 0x2c;
