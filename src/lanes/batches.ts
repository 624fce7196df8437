// Batches out of the chunks of any form, text or binary. What is around them is the host's: nothing here is Node's.

import type { ReadOptions } from "../api/read.js";
import { type BinaryForm, binaryAt, binaryForm } from "../binary/form.js";
import type { Batch } from "../columns/batch.js";
import { castBatch } from "../columns/cast.js";
import { withDictionaries } from "../columns/dictionary.js";
import { pickColumns } from "../columns/pick.js";
import { choose } from "../dialects/index.js";
import { limited } from "../engine/index.js";
import { Opening } from "../envelope/opening.js";
import { Rewriter } from "../envelope/rewriter.js";
import { peek } from "../io/peek.js";
import { checkOptions } from "../options/check.js";
import { CargoReader } from "./cargo.js";
import type { Host } from "./host.js";
import { readable } from "./readable.js";

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** As the caller gives them, but for what only Node has. */
export type BatchOptions = Omit<ReadOptions, "model" | "spillDir">;

/** The columns that were asked for, by the names that the payload has for them. */
type PickOptions = Omit<BatchOptions, "columns"> & { readonly columns?: readonly string[] };

/** Batches, and one without rows where a binary file has none, so that its columns are known. */
export async function* batchesIn(
  chunks: Chunks,
  { columns, ...options }: BatchOptions,
  host: Host,
): AsyncGenerator<Batch, void, undefined> {
  const names = columns && (Array.isArray(columns) ? (columns as readonly string[]) : Object.values(columns));
  const renamed = columns && (Array.isArray(columns) ? (columns as readonly string[]) : Object.keys(columns));
  checkOptions(options);
  const all = { ...options, ...(names && { columns: names }) };
  for await (const batch of await opened(chunks, all, host)) {
    const picked = names && renamed ? pickColumns(batch, names, renamed) : batch;
    yield options.dictionary ? withDictionaries(picked) : picked;
  }
}

/** Tells text from binary by the name of the form, or the first bytes. */
async function opened(chunks: Chunks, options: PickOptions, host: Host): Promise<AsyncGenerator<Batch, void, undefined>> {
  const { from = "auto" } = options;
  if (!binaryForm(from)) choose(from, true);
  const { head, rest } = await peek(chunks);
  const form = binaryForm(from) ?? (from === "auto" ? binaryAt(head) : undefined);
  return form ? readBinary(form, rest, options, host) : readText(rest, options, host);
}

async function* readBinary(
  form: BinaryForm,
  chunks: Chunks,
  { columns, batchRows, batchBytes, dtype, cast = "error", reuse = false, maxExpand }: PickOptions,
  host: Host,
): AsyncGenerator<Batch, void, undefined> {
  const { readForm } = await import("../binary/read.js");
  // what a dtype is asked for by name may be among what is not read, or come in a later array
  const whole = columns === undefined && form.id !== "npz";
  const { spill, npz } = host;
  const reading = { columns, batchRows, batchBytes, reuse, maxExpand, spill, npz };
  for await (const batch of readForm(form, await host.random(chunks), reading))
    yield dtype === undefined || dtype === "infer" ? batch : castBatch(batch, dtype, cast, whole);
}

async function* readText(bytes: Chunks, options: PickOptions, host: Host): AsyncGenerator<Batch, void, undefined> {
  const { dtype, cast = "error", batchRows, batchBytes, reuse = false, dictionary = false, ...moving } = options;
  const typed = { dtype, cast, batchRows, batchBytes, reuse, dictionary };
  const { onWarning } = options;
  const found = await readable(bytes, moving, host, typed);
  if (found.batches) {
    yield* found.batches;
    return;
  }
  const from = choose(found.from, true);
  const createScanner = limited(await host.scannerOf(options.engine), options.maxRowBytes);
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
    if (last) rewriter.scanner.last();
    const reader = cargo as CargoReader;
    for (let step = reader.next(); step; step = reader.next()) if (step.type === "batch") yield step.batch;
  }

  for await (const chunk of found.chunks) yield* take(chunk, false);
  yield* take(new Uint8Array(), true);
  (rewriter as unknown as Rewriter).end();
}
