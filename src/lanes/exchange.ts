// A conversion with a binary file at one end, or both: batches out of the one, into the other. Nothing here is Node's.

import { checkHeader, checkTarget } from "../binary/check.js";
import { binaryAt, binaryForm } from "../binary/form.js";
import { Batch } from "../columns/batch.js";
import { datatypeFor } from "../columns/datatype.js";
import type { RowLabels } from "../columns/labels.js";
import { choose, FORMS } from "../dialects/index.js";
import { isCut } from "../dialects/needs.js";
import { TransloadError, type Warning } from "../errors.js";
import { peek } from "../io/peek.js";
import type { Sink } from "../io/sink.js";
import type { Beside, ReadRequest, Request } from "../options/request.js";
import { batchesIn, counted } from "./batches.js";
import { placedIn } from "./beside.js";
import { endsOf } from "./conversion.js";
import { FIRST_GUESS, type Guesses, LateNames, once, untilGuessed } from "./guessing.js";
import type { Host } from "./host.js";
import { labelled } from "./labels.js";
import { askedFor } from "./nested.js";
import { chunksOfBatches, type Patch } from "./printing.js";
import { prepared, refuseEncoded } from "./recoding.js";

/** Whether a conversion is one of batches: a form at either end is binary. */
export function isTransfer({ from, to }: Pick<Request, "from" | "to">): boolean {
  return binaryForm(from) !== undefined || binaryForm(to) !== undefined;
}

/** @throws TransloadError E_DIALECT or E_OPTION for what such a conversion cannot do. */
export function checkTransfer(request: Request): void {
  const { from, to, what, encoding, pieces, target } = request;
  refuseEncoded(binaryForm(from), encoding);
  if (!binaryForm(from)) choose(from, true, what);
  if (!binaryForm(to)) choose(to, false, what);
  prepared(request);
  checkHeader(from, request.rows.headerLength);
  checkTarget(to, target, request.targetWhat ?? what);
  if (binaryForm(to) && isCut(pieces))
    throw new TransloadError("E_OPTION", `${to} is not cut into pieces; cut the text that it is made of`);
}

/** @throws TransloadError E_DIALECT or E_OPTION for what a conversion of text to text cannot do. */
export function checkEnds(request: Request): void {
  endsOf(request);
  checkHeader(request.from, request.rows.headerLength);
  checkTarget(request.to, request.target);
}

/** Where the output goes, when that is a file of the caller's. */
export interface FileSink {
  /** Takes those bytes that belong at the start and are known at the end. */
  readonly patch: Patch;
  /** What columns turned out to be when it was tried before. */
  readonly guesses: Guesses;
  /** The input is no one file, and can be read again all the same. */
  readonly again?: boolean;
}

/**
 * The bytes of such a conversion. Of text numbers become `dtype`, or what their column looks like. Where that is guessed wrong the input is
 * read again; with a `sink`, which can begin anew, and an input that can be read again, that is left to the caller.
 * @throws GuessError in that case.
 * @param lends as chunksOfBatches has it
 */
export async function* exchange(
  chunks: AsyncIterable<Uint8Array>,
  request: Request,
  host: Host,
  sink?: FileSink,
  lends = false,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { head, rest } = await peek(chunks);
  const told = { ...request, run: { ...request.run, onWarning: once(request.run.onWarning) } };
  const bytes = counted(rest, request.run.onProgress);
  const attempt = (source: AsyncIterable<Uint8Array>, guesses: Guesses) => exchanged(source, told, host, guesses, sink?.patch, lends);
  const guesses = guessesColumns(request) && !(request.from === "auto" && binaryAt(head));
  if (!guesses || (sink && (sink.again || request.run.file !== undefined))) yield* attempt(bytes, sink?.guesses ?? FIRST_GUESS);
  else yield* untilGuessed(bytes, host, attempt);
}

/** Whether it goes out as it comes in: text, whose first bytes have been looked at, and which is never read again. */
export function flows(request: Request): boolean {
  return isTransfer(request) && !binaryForm(request.from) && !guessesColumns(request);
}

/** The same, into a sink that has written what it was given before the next is made: what comes in may be lent, and what goes out is. */
export async function pourExchange(
  chunks: AsyncIterable<Uint8Array>,
  request: Request,
  host: Host,
  sink: Sink,
  file?: FileSink,
): Promise<void> {
  for await (const bytes of exchange(chunks, request, host, file, true)) await sink.write([bytes]);
}

/** Some column's dtype is told from its cells, and the target has a dtype for each. Functions on batches are not called twice for one. */
export function guessesColumns({ from, to, typed }: Request): boolean {
  const { dtype, infer, through } = typed;
  const named = dtype !== undefined && typeof dtype !== "object";
  return binaryForm(to) !== undefined && binaryForm(from) === undefined && !named && infer !== "head" && !through?.length;
}

async function* exchanged(
  chunks: AsyncIterable<Uint8Array>,
  request: Request,
  host: Host,
  guesses: Guesses,
  patch: Patch | undefined,
  lends: boolean,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { to, encoding, rows, limits, run } = request;
  const { dtype = "infer" as const, through, infer: _, ...cells } = request.typed;
  const known = guessesColumns(request) ? { guesses: guesses.dtypes } : {};
  const batches = { ...cells, ...known, dtype, infer: typeof dtype === "object", reuse: isCopied(to) && !through?.length };
  const labels = request.target.index ?? "keep";
  const retries = guessesColumns(request) && !guesses.late;
  const onLate = () => {
    throw new LateNames("names stand behind the rows");
  };
  // an array of npy's has no names
  const named = to === "npy" ? undefined : to;
  const gaps = gapsOf(request);
  let found: RowLabels | undefined;
  const onLabels = (own: RowLabels) => {
    found = own;
  };
  const noted = FORMS.find(({ id }) => id === binaryForm(to)?.request);
  let beside: Beside | undefined;
  const onBeside = (own: Beside) => {
    beside = noted ? placedIn(noted, own, (warning) => run.onWarning?.(warning)) : own;
  };
  const reading = {
    from: request.from,
    what: request.what,
    // of text the cells are made text where they are moved to their form
    rows: binaryForm(to) ? rows : unnested(rows),
    batches,
    limits,
    run,
    labels,
    late: guesses.late,
    named,
    gaps,
    onLabels,
    noted,
    onBeside,
  };
  const asked = { ...reading, ...(encoding && { encoding }), ...(retries && { onLate }) };
  const alone = () => batchesIn(chunks, asked, host);
  const read = host.batches?.(asked, alone) ?? alone();
  const written = passed(read, through);
  const warn = (warning: Warning) => run.onWarning?.(warning);
  const kept = run.onRows ? rowsCounted(written, run.onRows) : written;
  const picked = rows.columns !== undefined;
  // labels that are left out may be what no file has a place for
  const own = binaryForm(to)
    ? askedFor(
        labelled(kept, () => found, { to, index: labels, warn, picked }),
        to,
      )
    : kept;
  const datatype = request.typed.dtype && datatypeFor(request.typed.dtype);
  yield* chunksOfBatches(own, { ...request, datatype, labels: () => found, beside: () => beside }, host, patch, lends);
}

function unnested({ nested: _, ...rows }: Request["rows"]): Request["rows"] {
  return rows;
}

/** The same batches; tells their rows behind the last. */
async function* rowsCounted(batches: AsyncIterable<Batch>, onRows: (rows: number) => void): AsyncGenerator<Batch, void, undefined> {
  let rows = 0;
  for await (const batch of batches) {
    rows += batch.rowCount;
    yield batch;
  }
  onRows(rows);
}

/** What is asked of the cells of a text; functions on batches see its NaN as NaN, and what they return is the writer's. */
function gapsOf({ to, target: { nan, missing }, typed: { through } }: Request): NonNullable<ReadRequest["gaps"]> {
  // a request has no null that a gap could be
  const fills = missing === "token" && binaryForm(to)?.request;
  return { ...(nan && !through?.length && { nan }), ...(missing && (missing === "error" || fills) && { missing }) };
}

/** Its writer keeps none of a batch's memory, so that batches may be lent. */
function isCopied(to: string): boolean {
  return ["parquet", "mlflow:parquet", "arrow", "arrows"].includes(to) || !binaryForm(to) || binaryForm(to)?.request !== undefined;
}

/** Batches as the functions between reader and writer let them through. */
async function* passed(batches: AsyncIterable<Batch>, through: Request["typed"]["through"]): AsyncGenerator<Batch, void, undefined> {
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
