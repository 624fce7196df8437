import type { Batch } from "./batch.js";
import { castBatch, pickColumns, withDictionaries, withoutDictionaries } from "./batch.js";
import { type BinaryForm, binaryAt, binaryForm } from "./binary/form.js";
import { CargoReader } from "./cargo.js";
import { choose } from "./dialects/index.js";
import type { DTypeChoice } from "./dtype.js";
import type { Cast } from "./engine/cells.js";
import type { Warning } from "./errors.js";
import { formOfName } from "./extension.js";
import { scannerOf } from "./host.js";
import { fileOf, type Source } from "./io/source.js";
import { unpack } from "./io/unpack.js";
import { type Model, readModel, signatureOf } from "./model/mlmodel.js";
import { dtypesOf, textColumns } from "./model/signature.js";
import { Opening } from "./opening.js";
import { checkOptions } from "./options.js";
import { readable } from "./readable.js";
import { Rewriter } from "./rewriter.js";

export interface ReadOptions {
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
   * Of a payload whose columns have no names, their names.
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
  /** Bytes that a compressed source may expand to, for each of its own. Default 256. */
  maxExpand?: number;
  /** Where to spill to what must be read twice, or here and there, when the source is no path. */
  spillDir?: string;
}

/** The columns that were asked for, by the names that the payload has for them. */
type PickOptions = Omit<ReadOptions, "columns" | "model"> & { readonly columns?: readonly string[] };

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
export async function* batchesOf(source: Source, { columns, model, ...asked }: ReadOptions): AsyncGenerator<Batch, void, undefined> {
  const options = model === undefined ? asked : informed(asked, typeof model === "string" ? await readModel(model) : model);
  const names = columns && (Array.isArray(columns) ? (columns as readonly string[]) : Object.values(columns));
  const renamed = columns && (Array.isArray(columns) ? (columns as readonly string[]) : Object.keys(columns));
  checkOptions(options);
  const all = { ...options, ...(names && { columns: names }) };
  for await (const batch of await opened(source, all)) {
    const picked = names && renamed ? pickColumns(batch, names, renamed) : batch;
    yield options.dictionary ? withDictionaries(picked) : picked;
  }
}

/**
 * With the dtypes of the model's signature.
 * @throws TransloadError E_MODEL for a model without one.
 */
function informed(options: Omit<ReadOptions, "columns" | "model">, model: Model): Omit<ReadOptions, "columns" | "model"> {
  const signature = signatureOf(model);
  const own = dtypesOf(signature);
  const both = typeof own === "object" && typeof options.dtype === "object";
  const dtype = both ? { ...own, ...(options.dtype as object) } : (options.dtype ?? own);
  return { ...options, ...(dtype && { dtype }), text: [...(options.text ?? []), ...textColumns(signature)] };
}

/** Tells what is compressed, and text from binary, by the name of the form, or the first bytes, or the file's name. */
async function opened(source: Source, options: PickOptions): Promise<AsyncGenerator<Batch, void, undefined>> {
  const path = fileOf(source);
  const { from = "auto" } = options;
  const named = from === "auto" && path !== undefined ? formOfName(path) : from;
  if (!binaryForm(named)) choose(named, true);
  const { head, chunks, file } = await unpack(source, { lend: true, maxExpand: options.maxExpand });
  const form = binaryForm(named) ?? (named === "auto" ? binaryAt(head) : undefined);
  return form ? readBinary(form, file, chunks, options) : readText(file, chunks, { ...options, from: named });
}

async function* readBinary(
  form: BinaryForm,
  file: string | undefined,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { columns, batchRows, batchBytes, spillDir, dtype, cast = "error", reuse = false }: PickOptions,
): AsyncGenerator<Batch, void, undefined> {
  const { readForm } = await import("./binary/read.js");
  // what a dtype is asked for by name may be among what is not read, or come in a later array
  const whole = columns === undefined && form.id !== "npz";
  for await (const batch of readForm(form, { file, chunks, spillDir }, { columns, batchRows, batchBytes, reuse }))
    yield dtype === undefined || dtype === "infer" ? batch : castBatch(batch, dtype, cast, whole);
}

async function* readText(
  file: string | undefined,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: PickOptions,
): AsyncGenerator<Batch, void, undefined> {
  const { dtype, cast = "error", batchRows, batchBytes, reuse = false, dictionary = false, ...moving } = options;
  const typed = { dtype, cast, batchRows, batchBytes, reuse, dictionary };
  const { onWarning } = options;
  const found = await readable(bytes, { ...moving, ...(file !== undefined && { file }) }, typed);
  if (found.batches) {
    yield* found.batches;
    return;
  }
  const from = choose(found.from, true);
  const createScanner = await scannerOf(options.engine);
  const opening = new Opening();
  let rewriter: Rewriter | undefined;
  let cargo: CargoReader | undefined;

  function* take(chunk: Uint8Array, last: boolean): Generator<Batch> {
    let piece = chunk;
    if (!rewriter) {
      const start = opening.push(chunk, last);
      if (!start) return;
      piece = start.chunk;
      rewriter = new Rewriter(
        {
          from,
          to: undefined,
          columns: found.picks ? options.columns : undefined,
          picks: true,
          nan: undefined,
          typed,
          renames: false,
          createScanner,
          write: () => {},
          warn: (warning) => onWarning?.(warning),
        },
        start.start,
      );
      cargo = new CargoReader(rewriter);
    }
    rewriter.scanner.push(piece);
    const reader = cargo as CargoReader;
    for (let step = reader.next(); step; step = reader.next()) if (step.type === "batch") yield step.batch;
  }

  for await (const chunk of found.chunks) yield* take(chunk, false);
  yield* take(new Uint8Array(), true);
  (rewriter as unknown as Rewriter).end();
}
