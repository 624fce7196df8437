import type { Batch } from "../columns/batch.js";

/** How batches are written as rows. */
export interface PrintRequest {
  /** NaN and the infinities: refused, as Python's tokens, or as null. */
  readonly nan: "error" | "pass" | "tell";
  /** Whether the target takes null. */
  readonly nulls: boolean;
}

/** Writes batches as the text of rows. */
export interface Printer {
  /**
   * The rows of a batch, with commas between them and before the first when `more` rows were written before; in pieces
   * that are the caller's.
   * @throws TransloadError E_NAN or E_NULL for a cell that may not be written.
   */
  print(batch: Batch, more: boolean): Iterable<Uint8Array>;
}
