// A conversion with a binary file at one end, or both: batches out of the one, into the other. Nothing here is Node's.

import type { ConvertOptions } from "../api/convert.js";
import { binaryForm } from "../binary/form.js";
import { Batch } from "../columns/batch.js";
import { choose } from "../dialects/index.js";
import { TransloadError } from "../errors.js";
import { checkOptions } from "../options/check.js";
import { batchesIn } from "./batches.js";
import type { Host } from "./host.js";
import { chunksOfBatches, type Patch } from "./printing.js";

/** Whether a conversion is one of batches: a form at either end is binary. */
export function isTransfer({ from = "auto", to }: ConvertOptions): boolean {
  return binaryForm(from) !== undefined || binaryForm(to) !== undefined;
}

/** @throws TransloadError E_DIALECT, E_DTYPE or E_OPTION for what such a conversion cannot do. */
export function checkTransfer({ from = "auto", to, what, maxRows, maxBytes, ...options }: ConvertOptions): void {
  if (!binaryForm(from)) choose(from, true, what);
  if (!binaryForm(to)) choose(to, false, what);
  checkOptions({ ...options, ...(maxRows !== undefined && { maxRows }), ...(maxBytes !== undefined && { maxBytes }) });
  if (binaryForm(to) && (maxRows !== undefined || maxBytes !== undefined))
    throw new TransloadError("E_OPTION", `${to} is not cut into pieces; cut the text that it is made of`);
}

/** The bytes of such a conversion. Of text numbers become `dtype`, or int64 and float64 as the first rows look (`infer`). */
export async function* exchange(
  chunks: AsyncIterable<Uint8Array>,
  options: ConvertOptions,
  host: Host,
  patch?: Patch,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { to, dtype, through, codec, rowGroupRows, nan, missing, index, datatype, header, maxRows, maxBytes, ...reading } = options;
  const { engine, onWarning, onProgress, maxRowBytes } = options;
  const own = {
    ...reading,
    ...(header !== undefined && { header }),
    dtype: dtype ?? ("infer" as const),
    reuse: isCopied(to) && !through?.length,
  };
  const batches = passed(batchesIn(counted(chunks, onProgress), own, host), through);
  const writing = { to, codec, rowGroupRows, nan, missing, index, datatype, header, maxRows, maxBytes, engine, onWarning, maxRowBytes };
  yield* chunksOfBatches(batches, writing, host, patch);
}

/** Its writer keeps none of a batch's memory, so that batches may be lent. */
function isCopied(to: string): boolean {
  return to === "parquet" || !binaryForm(to);
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  told: ConvertOptions["onProgress"],
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const chunk of chunks) {
    yield chunk;
    bytes += chunk.length;
    told?.(bytes);
  }
}

/** Batches as the functions between reader and writer let them through. */
async function* passed(batches: AsyncIterable<Batch>, through: ConvertOptions["through"]): AsyncGenerator<unknown, void, undefined> {
  if (!through?.length) return yield* batches;
  const { gen } = await import("stream-chain/core");
  const pass = gen(...(through as [])) as (batch: Batch) => AsyncIterable<unknown>;
  for await (const batch of batches)
    for await (const result of pass(batch)) {
      if (result === undefined || result === null) continue;
      if (!(result instanceof Batch)) throw new TransloadError("E_OPTION", "a function in `through` returned something else than a Batch");
      yield result;
    }
}
