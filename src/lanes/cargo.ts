import { Batch } from "../columns/batch.js";
import type { CellReader } from "../engine/cells.js";
import type { CargoRequest } from "../envelope/request.js";
import type { Rewriter } from "../envelope/rewriter.js";
import { TransloadError } from "../errors.js";
import { scalarCells } from "./scalar.js";

/** What happens in the typed lane, in order: a cargo begins, its batches, its end; then perhaps another's. */
export type Step =
  | { type: "start"; scalar: boolean; name: string | undefined }
  | { type: "batch"; batch: Batch }
  | { type: "end"; cells: CellReader | undefined };

/** Pulls batches out of a rewriter whose lane is the typed one. */
export class CargoReader {
  readonly #rewriter: Rewriter;
  #cells: CellReader | undefined;
  #scalar: Batch | undefined;
  #ending = false;
  #last: CellReader | undefined;

  constructor(rewriter: Rewriter) {
    this.#rewriter = rewriter;
  }

  /** The next step; undefined when more input is needed. */
  next(): Step | undefined {
    const rewriter = this.#rewriter;
    if (this.#scalar) {
      const batch = this.#scalar;
      this.#scalar = undefined;
      this.#ending = true;
      return { type: "batch", batch };
    }
    if (this.#cells) {
      const batch = this.#cells.next();
      if (batch) return { type: "batch", batch };
      if (!this.#cells.done) return undefined;
      this.#last = this.#cells;
      this.#cells = undefined;
      this.#ending = true;
    }
    if (this.#ending) {
      this.#ending = false;
      rewriter.cellsRead();
      return { type: "end", cells: this.#last };
    }
    if (rewriter.run() === "more") return undefined;
    const request = rewriter.request;
    if (request === undefined) return undefined;
    if (request.text !== undefined) this.#readScalar({ ...request, text: request.text });
    else this.#cells = rewriter.scanner.cells(request);
    return { type: "start", scalar: request.text !== undefined, name: request.layout === "tensor" ? request.names?.[0] : undefined };
  }

  #readScalar(request: CargoRequest & { text: Uint8Array }): void {
    const cells = scalarCells(
      this.#rewriter.options.createScanner(() => [], 0),
      request,
    );
    const batch = this.#cellOf(cells);
    this.#last = cells;
    if (batch) this.#scalar = new Batch({ rowOffset: 0, rowCount: 1, columns: batch.columns, kind: "scalar" });
    else this.#ending = true; // a survey reads no values
  }

  /** The one cell, or what is wrong with it at its place in the payload. */
  #cellOf(cells: CellReader): Batch | undefined {
    try {
      return cells.next();
    } catch (error) {
      if (!(error instanceof TransloadError)) throw error;
      throw this.#rewriter.scalarError(error.code, error.detail.replace(/^row 0: /, ""));
    }
  }
}
