import type { DTypeChoice } from "../columns/dtype.js";
import type { SourceName } from "../dialects/index.js";
import type { Cast } from "../engine/cells.js";
import type { LimitOptions, PickOptions, RowOptions, RunOptions } from "./convert.js";

/** What may be asked of those who read batches, wherever that runs. */
export interface BatchOptions
  extends RowOptions,
    PickOptions,
    LimitOptions,
    Pick<RunOptions, "engine" | "signal" | "onWarning" | "onProgress"> {
  /**
   * Dialect or form of the payload, a binary form (`parquet`, `arrow`, `arrows`, `npy`, `npz`, `triton:binary`), or `auto` (the default): told from the
   * first bytes, or the name of the file. What is compressed is expanded.
   */
  from?: SourceName;
  /** Encoding of the text, where that is not UTF-8. As in ConvertOptions. */
  encoding?: string;
  /**
   * Of all numeric columns, or by name. Default: a binary file's own; of text float64, in which whole numbers must then be exact.
   * `infer`: int64 where the first 64 KiB are whole numbers. Strings stay strings.
   */
  dtype?: DTypeChoice;
  /** What to do with a number that its dtype cannot hold. Default `error`. */
  cast?: Cast;
  /** Rows of a batch; fewer where a column of text comes to 32 MiB. Default: about a mebibyte of cells. */
  batchRows?: number;
  /** In its place: bytes of cells in a batch. */
  batchBytes?: number;
  /** Text columns have each text once, and which of them a cell is: `texts.codes`. */
  dictionary?: boolean;
  /** Batches borrow the reader's memory and are valid until the next one is asked for. */
  reuse?: boolean;
}
