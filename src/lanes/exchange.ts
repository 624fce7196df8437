// A conversion with a binary file at one end, or both: batches out of the one, into the other. Nothing here is Node's.

import { binaryForm } from "../binary/form.js";
import { Batch } from "../columns/batch.js";
import { choose } from "../dialects/index.js";
import { isCut } from "../dialects/needs.js";
import { TransloadError } from "../errors.js";
import type { Request } from "../options/request.js";
import { batchesIn, counted } from "./batches.js";
import type { Host } from "./host.js";
import { chunksOfBatches, type Patch } from "./printing.js";

/** Whether a conversion is one of batches: a form at either end is binary. */
export function isTransfer({ from, to }: Pick<Request, "from" | "to">): boolean {
  return binaryForm(from) !== undefined || binaryForm(to) !== undefined;
}

/** @throws TransloadError E_DIALECT or E_OPTION for what such a conversion cannot do. */
export function checkTransfer({ from, to, what, pieces }: Request): void {
  if (!binaryForm(from)) choose(from, true, what);
  if (!binaryForm(to)) choose(to, false, what);
  if (binaryForm(to) && isCut(pieces))
    throw new TransloadError("E_OPTION", `${to} is not cut into pieces; cut the text that it is made of`);
}

/** The bytes of such a conversion. Of text numbers become `dtype`, or int64 and float64 as the first rows look (`infer`). */
export async function* exchange(
  chunks: AsyncIterable<Uint8Array>,
  request: Request,
  host: Host,
  patch?: Patch,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { to, rows, limits, run } = request;
  const { dtype = "infer" as const, through, ...cells } = request.typed;
  const batches = { ...cells, dtype, infer: typeof dtype === "object", reuse: isCopied(to) && !through?.length };
  const read = batchesIn(counted(chunks, run.onProgress), { from: request.from, rows, batches, limits, run }, host);
  yield* chunksOfBatches(passed(read, through), request, host, patch);
}

/** Its writer keeps none of a batch's memory, so that batches may be lent. */
function isCopied(to: string): boolean {
  return to === "parquet" || !binaryForm(to);
}

/** Batches as the functions between reader and writer let them through. */
async function* passed(batches: AsyncIterable<Batch>, through: Request["typed"]["through"]): AsyncGenerator<unknown, void, undefined> {
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
