import type { Batch } from "../columns/batch.js";
import { withoutDictionaries } from "../columns/dictionary.js";
import { abortable } from "../io/abort.js";
import { batchesIn, counted } from "../lanes/batches.js";
import { checkOptions, READ } from "../options/check.js";
import type { BatchOptions } from "../options/read.js";
import { readRequestOf } from "../options/request.js";
import { loadCore } from "./core.js";
import { MAX_SPILL, webHost } from "./host.js";

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
  source: Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { maxSpill = MAX_SPILL, ...options }: ReadOptions = {},
): AsyncGenerator<Batch, void, undefined> {
  checkOptions("readBatches", options, OPTIONS);
  await loadCore();
  const blob = source instanceof Blob ? source : undefined;
  const host = await webHost(blob, maxSpill);
  try {
    const bytes = source instanceof Blob ? source.stream() : source;
    const chunks = counted(abortable(bytes instanceof ReadableStream ? chunksOf(bytes) : bytes, options.signal), options.onProgress);
    for await (const batch of batchesIn(chunks, readRequestOf(options), host))
      if (batch.rowCount > 0) yield options.dictionary ? batch : withoutDictionaries(batch);
  } finally {
    host.close();
  }
}

/** Not every browser's streams can be iterated over. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel();
  }
}
