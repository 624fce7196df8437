// Batches out of the chunks of any form, text or binary. What is around them is the host's: nothing here is Node's.

import { checkHeader } from "../binary/check.js";
import { type BinaryForm, binaryAt, binaryForm } from "../binary/form.js";
import { Batch } from "../columns/batch.js";
import { castBatch } from "../columns/cast.js";
import { dtypesDeclared } from "../columns/datatype.js";
import { withDictionaries } from "../columns/dictionary.js";
import type { RowLabels } from "../columns/labels.js";
import { withNan } from "../columns/nan.js";
import { frameOf, pickColumns, withoutColumns } from "../columns/pick.js";
import type { RowSet } from "../columns/row-set.js";
import { choose } from "../dialects/index.js";
import type { CellRequest } from "../engine/cells.js";
import { emptyColumns } from "../engine/columns.js";
import { refuseLabel, withoutPlace } from "../engine/fault.js";
import { limited } from "../engine/index.js";
import { Opening } from "../envelope/opening.js";
import type { Told } from "../envelope/payload.js";
import { Rewriter } from "../envelope/rewriter.js";
import { optionText } from "../errors.js";
import { peek } from "../io/peek.js";
import type { Beside, ReadRequest, RowChoice } from "../options/request.js";
import { CargoReader } from "./cargo.js";
import { Chooser } from "./choosing.js";
import { KeptInput } from "./guessing.js";
import { type Host, spilling } from "./host.js";
import { flattened } from "./nested.js";
import { COUNTED, pickRows, withCounted } from "./picked.js";
import { chunksOfBatches } from "./printing.js";
import { Pump } from "./pump.js";
import { readable } from "./readable.js";
import { honestly, prepared, refuseEncoded } from "./recoding.js";

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Batches, and one without rows where there are none, so that its columns are known: those of a binary file, or of a text that names them. */
export async function* batchesIn(chunks: Chunks, request: ReadRequest, host: Host): AsyncGenerator<Batch, void, undefined> {
  const { choice, picked, ...rows } = request.rows;
  if (choice) return yield* chosen(chunks, choice, request, host);
  if (!picked) return yield* allBatches(chunks, request, host);
  // behind the last row there may be what a request has a place for
  const reads = request.noted !== undefined || request.onRows !== undefined;
  const { onLabels } = request;
  let counted: RowLabels["range"];
  const told = (labels: RowLabels) => {
    counted = labels.range;
    onLabels?.(counted ? { columns: [COUNTED] } : labels);
  };
  const all = allBatches(chunks, { ...request, rows, namesFirst: true, ...(onLabels && { onLabels: told }) }, host);
  // labels that are counted are no longer those that a count gives
  async function* labelled(): AsyncGenerator<Batch, void, undefined> {
    for await (const batch of all) yield counted ? withCounted(batch, counted) : batch;
  }
  yield* pickRows(labelled(), picked, reads);
}

/** The rows are chosen, and read again. */
async function* chosen(chunks: Chunks, choice: RowChoice, request: ReadRequest, host: Host): AsyncGenerator<Batch, void, undefined> {
  const { choice: _, ...rows } = request.rows;
  const input = new KeptInput(chunks, host.input());
  try {
    const picked = await rowsChosen(input.first(), choice, { ...request, rows }, host);
    yield* batchesIn(input.again(), { ...request, rows: { ...rows, picked } }, host);
  } finally {
    await input.close();
  }
}

async function rowsChosen(chunks: Chunks, choice: RowChoice, request: ReadRequest, host: Host): Promise<RowSet> {
  const { from, what = "request", encoding, rows, limits, run } = request;
  const { head, rest } = await peek(chunks);
  const chooser = await Chooser.of(choice);
  const asked = chooser.asks({ from, what, rows, limits, run, ...(encoding !== undefined && { encoding }) });
  const binary = binaryForm(from) ?? (from === "auto" ? binaryAt(head) : undefined);
  const { columns: _, renamed: __, drop: ___, ...all } = rows;
  const lines = binary
    ? chunksOfBatches(batchesIn(rest, { from, rows: all, limits, run: asked.run, batches: {} }, host), asked, host)
    : new Pump(rest, asked, host).bytes();
  for await (const bytes of lines) {
    chooser.push(bytes);
    if (chooser.enough) break;
  }
  return chooser.end();
}

async function* allBatches(chunks: Chunks, request: ReadRequest, host: Host): AsyncGenerator<Batch, void, undefined> {
  const { renamed, drop, ...rows } = request.rows;
  const { columns } = rows;
  const labels: string[] = [];
  const namesFirst = request.namesFirst || columns !== undefined || drop !== undefined || typeof request.batches.dtype === "object";
  const all = await opened(chunks, { ...request, rows, namesFirst }, host, labels);
  for await (const batch of drop ? withoutColumns(all, drop) : all) {
    const picked = columns ? pickColumns(batch, [...columns, ...labels], [...(renamed ?? columns), ...labels]) : batch;
    yield request.batches.dictionary ? withDictionaries(picked) : picked;
  }
}

/** Tells text from binary by the name of the form, or the first bytes. Columns that are read for the rows' labels go to `labels`. */
async function opened(chunks: Chunks, request: ReadRequest, host: Host, labels: string[]): Promise<AsyncGenerator<Batch, void, undefined>> {
  const { from, what, encoding } = request;
  if (!binaryForm(from)) choose(from, true, what);
  const { head, rest } = await peek(chunks);
  const form = binaryForm(from) ?? (from === "auto" ? binaryAt(head) : undefined);
  refuseEncoded(form, encoding);
  const { recoding, request: own } = prepared(request);
  checkHeader(from, request.rows.headerLength);
  if (form) return readBinary(form, rest, request, host, labels);
  return recoding ? honestly(recoding, readText(recoding.of(rest), own, spilling(host))) : readText(rest, own, host);
}

async function* readBinary(
  form: BinaryForm,
  chunks: Chunks,
  { rows: { columns, headerLength, nested }, batches, limits: { maxExpand }, gaps, named, onLabels, onBeside }: ReadRequest,
  host: Host,
  labels: string[],
): AsyncGenerator<Batch, void, undefined> {
  const { readForm } = await import("../binary/read.js");
  const { batchRows, batchBytes, dtype, cast = "error", reuse = false } = batches;
  // what a dtype is asked for by name may be among what is not read, or come in a later array
  const whole = columns === undefined && !form.tensors;
  const { spill, npz } = host;
  const kept: string[] = [];
  const found = (own: RowLabels): readonly string[] => {
    // a column that is asked for by its name is one
    if (columns?.some((name) => own.columns.includes(name))) return [];
    onLabels?.(own);
    kept.push(...own.columns);
    if (columns) labels.push(...own.columns);
    return own.columns;
  };
  const told = { ...(onLabels && { onLabels: found }), onBeside };
  const reading = { columns, headerLength, batchRows, batchBytes, reuse, maxExpand, spill, npz, ...told };
  for await (const read of readForm(form, await host.random(chunks), reading)) {
    // a binary target with names makes a frame of a tensor that is given some
    const own = columns && binaryForm(named ?? "") && isNameless(read) ? frameOf(read, columns) : read;
    // NaN in a text is out of reach
    const batch = nested === "json" ? flattened(gaps?.nan ? withNan(own, gaps.nan) : own, nested) : own;
    yield dtype === undefined || dtype === "infer" ? batch : castBatch(batch, dtype, cast, whole, kept);
  }
}

function isNameless({ kind, columns: [first] }: Batch): boolean {
  return kind !== "frame" && first?.name === "";
}

async function* readText(bytes: Chunks, request: ReadRequest, host: Host): AsyncGenerator<Batch, void, undefined> {
  const { rows, limits, run, onLate } = request;
  const {
    dtype,
    infer,
    guesses,
    cast = "error",
    batchRows,
    batchBytes,
    reuse = false,
    dictionary = false,
    copied = false,
  } = request.batches;
  const typed = { dtype, infer, guesses, cast, batchRows, batchBytes, reuse, dictionary, copied };
  const found = await readable(bytes, request, host, typed);
  if (found.batches) {
    yield* found.batches;
    return;
  }
  const from = choose(found.from, true, found.moved ? "request" : request.what);
  const createScanner = limited(await host.scannerOf(run.engine), limits.maxRowBytes);
  const opening = new Opening();
  let rewriter: Rewriter | undefined;
  let cargo: CargoReader | undefined;
  /** What is asked of the cells of a cargo that has given none so far. */
  let unseen: CellRequest | undefined;

  function checkLabel({ oddLabel }: Rewriter): void {
    if (request.named && oddLabel !== undefined && !rows.columns) throw refuseLabel(oddLabel, request.named);
  }

  /** A batch without rows, where there are names for what has none: a tensor without one may be of any rank. */
  function* nothing(names: readonly string[] | undefined): Generator<Batch> {
    if (!unseen || !names?.length) return;
    checkLabel(rewriter as Rewriter);
    const pick = found.picks && unseen.layout === "rows" ? rows.columns : undefined;
    const columns = emptyColumns(names, { ...unseen, pick });
    yield new Batch({ rowOffset: 0, rowCount: 0, columns, kind: unseen.layout === "rows" ? "frame" : "tensor" });
    unseen = undefined;
  }

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
          columns: found.picks ? rows.columns : undefined,
          picks: true,
          nan: undefined,
          // inputs have all been read, and what they say of themselves with them, before the first of their cells comes
          typed: { ...typed, declared: declaredBy(found.moved?.told()) },
          renames: false,
          createScanner,
          write: () => {},
          // no batch has gone out without them where there is no row
          onLate: onLate && (() => unseen ?? onLate()),
          noted: request.noted,
          partial: rows.partial ?? false,
          warn: (warning) => run.onWarning?.(warning),
        },
        start.start,
      );
      cargo = new CargoReader(rewriter);
    }
    rewriter.scanner.push(piece);
    if (last) rewriter.scanner.last();
    const reader = cargo as CargoReader;
    for (let step = reader.next(); step; step = reader.next()) {
      if (step.type === "start") unseen = rewriter.request;
      if (step.type === "end" && unseen?.layout === "tensor") yield* nothing(unseen.names);
      if (step.type !== "batch") continue;
      unseen = undefined;
      checkLabel(rewriter);
      yield step.batch;
    }
  }

  const own = found.moved === undefined;
  let failed = false;
  try {
    for await (const chunk of found.chunks) yield* own ? take(chunk, false) : placeless(take(chunk, false));
    yield* own ? take(new Uint8Array(), true) : placeless(take(new Uint8Array(), true));
    const read = rewriter as unknown as Rewriter;
    read.end();
    // a frame's names may stand behind its rows
    if (unseen?.layout === "rows") yield* nothing(read.columns);
    request.onRows?.(found.moved?.told() ?? read);
    request.onBeside?.(besideIn(read, found.moved?.told()));
  } catch (error) {
    failed = true;
    throw error;
  } finally {
    // also where not all of it was read
    if (!failed && request.labels === "keep" && rewriter) warnOfIndex(rewriter, run);
    // batches that were lent may still be looked at
    if (!reuse || copied) (rewriter as Rewriter | undefined)?.scanner.close();
  }
}

function declaredBy(told: Told | undefined): CellRequest["declared"] {
  return told && dtypesDeclared(told.inputs, told.form?.content === "np");
}

function warnOfIndex({ layout, members }: Rewriter, { onWarning }: ReadRequest["run"]): void {
  if (layout !== "frame" || !members.includes("index")) return;
  onWarning?.({
    code: "W_INDEX",
    message: `the index of the split is dropped; ${optionText("index", "drop")} says so, ${optionText("index", "column:NAME")} keeps it`,
  });
}

/** What was noted beside the rows, where they stood first and on the way. */
function besideIn(read: Told, moved: Told | undefined): Beside {
  const named = (moved?.inputs ?? []).flatMap(({ name, datatype }) => (datatype === undefined ? [] : [[name ?? "", datatype] as const]));
  return { members: new Map([...(moved?.besides ?? []), ...read.besides]), datatypes: new Map(named) };
}

/** What is refused in a text on the way has a row and a cell; its line and offset are of something that nobody has seen. */
function* placeless(batches: Generator<Batch>): Generator<Batch> {
  try {
    yield* batches;
  } catch (error) {
    throw withoutPlace(error);
  }
}

/** The chunks, whose bytes are told once they have been used. */
export async function* counted(chunks: Chunks, told: ReadRequest["run"]["onProgress"]): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const chunk of chunks) {
    yield chunk;
    bytes += chunk.length;
    told?.(bytes);
  }
}
