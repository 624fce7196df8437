import type { Duplex } from "node:stream";
import { checkTarget } from "../binary/check.js";
import { binaryForm } from "../binary/form.js";
import { choose, type TargetName } from "../dialects/index.js";
import { TransloadError } from "../errors.js";
import { destroyOn } from "../io/abort.js";
import { duplexOf } from "../io/duplex.js";
import { chunksOfBatches } from "../lanes/printing.js";
import { checkOptions, WRITE } from "../options/check.js";
import type { ConvertOptions } from "../options/convert.js";
import { partsOf } from "../options/request.js";
import { emitting } from "./headers.js";
import { nodeHost } from "./node.js";

/** What may be asked of those who write batches. */
export interface WriteOptions
  extends Pick<
    ConvertOptions,
    "nan" | "missing" | "index" | "datatype" | "header" | "spillDir" | "engine" | "signal" | "onWarning" | "onHeaders"
  > {
  /** Dialect or form to write, or a binary form (`parquet`, `arrow`, `arrows`, `npy`, `npz`, `triton:binary`). */
  to: TargetName;
  /**
   * How a Parquet file's pages are compressed (default `snappy`), Arrow's buffers (`lz4`, `zstd`; default not at all), or an npz's arrays
   * (`gzip`; default not at all).
   */
  codec?: NonNullable<ConvertOptions["codec"]>;
  /** Rows of a Parquet file's row groups. Default: 122,880, as DuckDB has them. */
  rowGroupRows?: number;
}

/**
 * A stream that takes batches and gives the bytes of a payload, or a file. Where a form must know at its start what stands at its
 * end (npy, npz, triton:binary), the bytes wait in a temporary file.
 * @throws TransloadError E_DIALECT or E_OPTION at once; every other refusal is the stream's error: E_DTYPE for columns that the form
 * cannot hold, or whose cells are of another kind; E_FORM for tensors where it has rows, and for a batch whose columns are not those of
 * the first; E_DUPLICATE and E_COLUMNS for names that an npz cannot hold; E_SPILL.
 */
export function writeBatches(options: WriteOptions): Duplex {
  checkOptions("writeBatches", options, WRITE);
  const { to } = options;
  if (to === undefined) throw new TransloadError("E_OPTION", "`to` is missing: the dialect, or binary form, to write");
  if (!binaryForm(to)) choose(to);
  checkTarget(to, options);
  const parts = partsOf(options);
  const host = nodeHost(parts.run);
  const run = emitting(parts.run, () => stream);
  const stream: Duplex = duplexOf((batches: AsyncIterable<unknown>) => chunksOfBatches(batches, { to, ...parts, run }, host), {
    objects: true,
  });
  return destroyOn(parts.run.signal, stream);
}
