import type { Batch } from "../columns/batch.js";
import { withoutDictionaries } from "../columns/dictionary.js";
import { abortable } from "../io/abort.js";
import { batchesIn, counted } from "../lanes/batches.js";
import { checkOptions, READ } from "../options/check.js";
import type { BatchOptions } from "../options/read.js";
import { readRequestOf } from "../options/request.js";
import { loadCore } from "./core.js";
import { MAX_SPILL, webHost } from "./host.js";
import { blobOf, chunksOf, type Source } from "./source.js";

/** As in Node, without what needs its files. */
export interface ReadOptions extends Omit<BatchOptions, "engine"> {
  /** As in ConvertOptions. */
  maxSpill?: number;
}

const { engine: _, spillDir: __, model: ___, ...OPTIONS } = READ;

/**
 * A payload's rows as typed columns, batch by batch; of a Blob, or of bytes that pass but once. Stopping early closes the source.
 * @throws TransloadError for the first fault in the input, after the batches before it.
 */
export async function* readBatches(
  source: Source,
  { maxSpill = MAX_SPILL, ...options }: ReadOptions = {},
): AsyncGenerator<Batch, void, undefined> {
  checkOptions("readBatches", options, OPTIONS);
  await loadCore();
  const host = await webHost(blobOf(source), maxSpill);
  try {
    const chunks = counted(abortable(chunksOf(source), options.signal), options.onProgress);
    for await (const batch of batchesIn(chunks, readRequestOf(options), host))
      if (batch.rowCount > 0) yield options.dictionary ? batch : withoutDictionaries(batch);
  } finally {
    host.close();
  }
}
