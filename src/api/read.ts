import { binaryForm } from "../binary/form.js";
import type { Batch } from "../columns/batch.js";
import { withoutDictionaries } from "../columns/dictionary.js";
import { choose } from "../dialects/index.js";
import { TransloadError } from "../errors.js";
import { abortable, close } from "../io/abort.js";
import { blameSource, isSources, nameOf, type Source, type Sources } from "../io/source.js";
import { unpack } from "../io/unpack.js";
import { batchesAt } from "../jobs/batches.js";
import { batchesIn, counted } from "../lanes/batches.js";
import { type Model, readModel, signatureOf } from "../model/mlmodel.js";
import { dtypesOf, textColumns } from "../model/signature.js";
import { checkJobs, checkOptions, READ } from "../options/check.js";
import type { BatchOptions } from "../options/read.js";
import { type ReadRequest, readRequestOf } from "../options/request.js";
import type { RemoteOptions } from "../remote/open.js";
import type { RemoteHeaders } from "../remote/store.js";
import { formOfName } from "./extension.js";
import { nodeHost } from "./node.js";

/** What may be asked of those who read batches. */
export interface ReadOptions extends BatchOptions, RemoteHeaders {
  /** A model that MLflow logged, or its path: its signature gives the dtypes where `dtype` does not, and says which columns are text. */
  model?: Model | string;
  /** Where to spill to what must be read twice, or here and there, when the source is no path. */
  spillDir?: string;
  /**
   * Threads that read the rows of a file of text: numbers and text of a frame, a tensor or a delimited file. The batches are the same for any
   * number; their arrays may lie beside others in a larger memory. 1 by default. What they cost: docs/performance.md.
   */
  jobs?: number;
  /** Of several sources: a column of this name, before the others, with the name of the file that each row is of. */
  fileColumn?: string;
}

/**
 * A payload's rows as typed columns, batch by batch. Named tensors come one after the other, each with its name.
 * Stopping early closes the source.
 *
 * A list of paths is several sources, whose rows come one behind the other: each a file, a folder, a pattern of names (`data/*.json`) or the manifest
 * of a folder of pieces. Their columns have the first one's order, and one dtype each. They are read by one thread.
 * @throws TransloadError for the first fault in the input, after the batches before it; one in the first 64 KiB of the
 * rows, from which dtypes are chosen, comes before any batch. E_COLUMNS for a column that is not there.
 */
export async function* readBatches(source: Source | Sources, options: ReadOptions = {}): AsyncGenerator<Batch, void, undefined> {
  for await (const batch of batchesOf(source, options))
    if (batch.rowCount > 0) yield options.dictionary ? batch : withoutDictionaries(batch);
}

/** The same, and one batch without rows where a binary file has none, so that its columns are known. `told`: who hears what it has beside. */
export async function* batchesOf(
  source: Source | Sources,
  { model, spillDir, jobs = 1, fileColumn, headers, ...asked }: ReadOptions,
  told: Pick<ReadRequest, "onLabels" | "onBeside"> = {},
): AsyncGenerator<Batch, void, undefined> {
  checkOptions("readBatches", asked, READ);
  checkJobs(jobs);
  const options = model === undefined ? asked : informed(asked, typeof model === "string" ? await readModel(model) : model);
  const remote = { headers, signal: options.signal };
  if (isSources(source)) return yield* ofAll(source, options, spillDir, fileColumn, remote);
  if (fileColumn !== undefined) return yield* ofAll([named(source)], options, spillDir, fileColumn, remote);
  const path = nameOf(source);
  const { from = "auto", signal, onProgress } = options;
  const form = from === "auto" && path !== undefined ? formOfName(path) : from;
  if (!binaryForm(form)) choose(form, true);
  const request = { ...readRequestOf({ ...options, from: form }), ...told };
  try {
    const { chunks, file, object } = await unpack(source, { ...request.limits, lend: true, remote });
    try {
      const bytes = counted(abortable(chunks, signal), onProgress);
      const host = nodeHost({ object, ...(file !== undefined && { file }), ...(spillDir && { spillDir }) });
      const alone = () => batchesIn(bytes, request, host);
      yield* jobs > 1 && file !== undefined ? batchesAt(file, jobs, request, alone) : alone();
    } finally {
      // it is open, also where nothing was read of it
      await close(chunks, signal);
    }
  } catch (error) {
    throw blameSource(error, source);
  }
}

/** @throws TransloadError E_OPTION for what has no name. */
function named(source: Source): string | URL {
  if (typeof source === "string" || source instanceof URL) return source;
  throw new TransloadError("E_OPTION", "`fileColumn` is of files, and the source is none");
}

async function* ofAll(
  sources: Sources,
  options: BatchOptions,
  spillDir: string | undefined,
  fileColumn: string | undefined,
  remote: RemoteOptions,
): AsyncGenerator<Batch, void, undefined> {
  const [{ operandsOf }, { joinedBatchesOf }] = await Promise.all([import("./join/operands.js"), import("./join/join.js")]);
  const { run, ...request } = readRequestOf(options);
  yield* joinedBatchesOf(
    await operandsOf(sources, undefined, remote),
    { ...request, run: { ...run, ...(spillDir && { spillDir }) } },
    fileColumn,
  );
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
