import { binaryForm } from "../binary/form.js";
import type { Batch } from "../columns/batch.js";
import { withoutDictionaries } from "../columns/dictionary.js";
import type { DTypeChoice } from "../columns/dtype.js";
import { choose } from "../dialects/index.js";
import type { Cast } from "../engine/cells.js";
import type { Warning } from "../errors.js";
import { type ExpansionLimit, expansionLimit } from "../io/expansion.js";
import { fileOf, type Source } from "../io/source.js";
import { unpack } from "../io/unpack.js";
import { type BatchOptions, batchesIn } from "../lanes/batches.js";
import { type Model, readModel, signatureOf } from "../model/mlmodel.js";
import { dtypesOf, textColumns } from "../model/signature.js";
import { checkOptions } from "../options/check.js";
import { formOfName } from "./extension.js";
import { nodeHost } from "./node.js";

export interface ReadOptions extends ExpansionLimit {
  /**
   * Dialect or form of the payload, a binary form (`parquet`, `arrow`, `arrows`, `npy`, `npz`), or `auto` (the default): told from the
   * first bytes, or the name of the file. What is compressed is expanded.
   */
  from?: string;
  /**
   * Of all numeric columns, or by name. Default: a binary file's own; of text float64, in which whole numbers must then be exact.
   * `infer`: int64 where the first 64 KiB are whole numbers. Strings stay strings.
   */
  dtype?: DTypeChoice;
  cast?: Cast;
  /** A model that MLflow logged, or its path: its signature gives the dtypes where `dtype` does not, and says which columns are text. */
  model?: Model | string;
  /**
   * The columns to read, in this order; the others are passed over unread. As an object, new names for them: `{ years: "age" }`.
   * Of a payload whose columns have no names, their names. Of named tensors those of these names, as they come.
   */
  columns?: readonly string[] | Readonly<Record<string, string>>;
  /** Rows of a batch; fewer where a column of text comes to 32 MiB. Default: about a mebibyte of cells. */
  batchRows?: number;
  /** In its place: bytes of cells in a batch. */
  batchBytes?: number;
  /** Text columns have each text once, and which of them a cell is: `texts.codes`. */
  dictionary?: boolean;
  /** Batches borrow the reader's memory and are valid until the next one is asked for. */
  reuse?: boolean;
  engine?: "core" | "reference";
  onWarning?: (warning: Warning) => void;
  /** Of records, delimited files and lines: as in ConvertOptions. */
  fixed?: boolean;
  ragged?: "error" | "pad";
  header?: boolean;
  delimiter?: string;
  quote?: string;
  na?: readonly string[];
  text?: readonly string[];
  typing?: "lexical" | "pandas";
  /** As in ConvertOptions. */
  maxRowBytes?: number;
  /** Where to spill to what must be read twice, or here and there, when the source is no path. */
  spillDir?: string;
}

/**
 * A payload's rows as typed columns, batch by batch. Named tensors come one after the other, each with its name.
 * Stopping early closes the source.
 * @throws TransloadError for the first fault in the input, after the batches before it; one in the first 64 KiB of the
 * rows, from which dtypes are chosen, comes before any batch. E_COLUMNS for a column that is not there.
 */
export async function* readBatches(source: Source, options: ReadOptions = {}): AsyncGenerator<Batch, void, undefined> {
  for await (const batch of batchesOf(source, options))
    if (batch.rowCount > 0) yield options.dictionary ? batch : withoutDictionaries(batch);
}

/** The same, and one batch without rows where a binary file has none, so that its columns are known. */
export async function* batchesOf(source: Source, { model, spillDir, ...asked }: ReadOptions): AsyncGenerator<Batch, void, undefined> {
  const options = model === undefined ? asked : informed(asked, typeof model === "string" ? await readModel(model) : model);
  const path = fileOf(source);
  const { from = "auto" } = options;
  const named = from === "auto" && path !== undefined ? formOfName(path) : from;
  checkOptions(options);
  if (!binaryForm(named)) choose(named, true);
  const { chunks, file } = await unpack(source, { ...expansionLimit(options), lend: true });
  yield* batchesIn(chunks, { ...options, from: named }, nodeHost({ ...(file !== undefined && { file }), ...(spillDir && { spillDir }) }));
}

/**
 * With the dtypes of the model's signature.
 * @throws TransloadError E_MODEL for a model without one.
 */
function informed(options: BatchOptions, model: Model): BatchOptions {
  const signature = signatureOf(model);
  const own = dtypesOf(signature);
  const both = typeof own === "object" && typeof options.dtype === "object";
  const dtype = both ? { ...own, ...(options.dtype as object) } : (options.dtype ?? own);
  return { ...options, ...(dtype && { dtype }), text: [...(options.text ?? []), ...textColumns(signature)] };
}
