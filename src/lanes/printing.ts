// Batches to bytes: a binary file, or a payload of any dialect by way of MLflow's, which the printer writes.

import { type BinaryForm, binaryForm } from "../binary/form.js";
import type { Batch } from "../columns/batch.js";
import { encode } from "../columns/bytes.js";
import { type AskedDatatype, datatypeHolding, orElse } from "../columns/datatype.js";
import { labelsOf, type RowLabels, withoutLabels } from "../columns/labels.js";
import { withNan } from "../columns/nan.js";
import { choose, dialectOf, FORMS, type Form, type Layout, target } from "../dialects/index.js";
import { isCut } from "../dialects/needs.js";
import { withoutPlace } from "../engine/fault.js";
import { createCorePrinter } from "../engine/wasm/index.js";
import { TransloadError } from "../errors.js";
import { blocksOf, type Spill } from "../io/store.js";
import { NOTHING, type WriteRequest } from "../options/request.js";
import { datatypesFor, paramsOf } from "./beside.js";
import { type Host, spilling } from "./host.js";
import { labelsHere } from "./labels.js";
import { Pump } from "./pump.js";
import { sequenceOf } from "./sequence.js";

/** Where the first bytes of an output can be written again, once all of it is there. */
export type Patch = (bytes: Uint8Array) => void;

/**
 * The bytes that batches become. `patch` takes those that belong at the start and are known at the end; `lends`: each is valid until the next is
 * asked for.
 */
export function chunksOfBatches(
  batches: AsyncIterable<unknown>,
  request: WriteRequest,
  host: Host,
  patch?: Patch,
  lends = false,
): AsyncGenerator<Uint8Array, void, undefined> {
  const form = binaryForm(request.to);
  const checked = sequenceOf(batches, request.to);
  return form ? binary(form, checked, request, host, patch, lends) : text(checked, request, host);
}

async function* binary(
  { id }: BinaryForm,
  batches: AsyncIterable<Batch>,
  { target: { codec, rowGroupRows, nan, datatype: wanted }, datatype: typed, run: { onHeaders }, beside = () => undefined }: WriteRequest,
  host: Host,
  patch: Patch | undefined,
  lends: boolean,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { writerOf } = await import("../binary/write.js");
  const { spill, npz } = host;
  const request = { asked: [wanted, typed], beside, onHeaders };
  const writer = await writerOf(id, { compress: codec, rowGroupRows, spill, npz, patches: patch !== undefined, lends, request });
  try {
    for await (const batch of batches) yield* writer.write(nan === undefined ? batch : withNan(batch, nan));
    yield* writer.end();
    if (writer.patch) patch?.(writer.patch);
  } finally {
    writer.close?.();
  }
}

/** Prints batches as MLflow's split, or inputs, and moves the cells to their form where that is another. */
async function* text(batches: AsyncIterable<Batch>, request: WriteRequest, host: Host): AsyncGenerator<Uint8Array, void, undefined> {
  const { to, rows, pieces, limits, what = "request" } = request;
  const { codec: _, rowGroupRows: __, ...asked } = request.target;
  const iterator = batches[Symbol.asyncIterator]();
  const first = await iterator.next();
  const labels = first.done ? undefined : labelsHere(first.value, request.labels?.());
  const all = joined(first, iterator);
  const frame = first.done || first.value.kind === "frame";
  const named = !frame && first.value.columns[0]?.name !== "";
  const middle = formNamed(frame ? "mlflow:split" : "mlflow:inputs");
  const layout: Layout = frame ? "frame" : named ? "named" : "tensor";
  const choice = choose(to, false, what);
  const beside = request.beside?.();
  const head = beside ? paramsOf(beside, choice, (warning) => request.run.onWarning?.(warning)) : "";
  const goal = target(choice, layout, middle, false);
  const told = frame && (asked.nan ?? dialectOf(goal.form).nan) === "error" ? judged(all) : all;
  const printed = frame ? printFrame(told, head, labels, host) : named ? printNamed(told, head) : printTensor(told, head);
  const known = orElse(beside && datatypesFor(goal.form, beside), first.done ? undefined : datatypesIn(first.value));
  const datatype = goal.form.content && orElse(asked.datatype, orElse(request.datatype, known));
  const writing = { ...asked, ...(datatype !== undefined && { datatype }) };
  if (goal.form === middle && Object.keys(writing).length === 0 && !isCut(pieces) && rows.nested !== "json") return yield* printed;
  // but for labels, nothing stands behind the rows that we print, and their bytes have been counted
  const { onProgress: ___, ...run } = request.run;
  // a frame's have been picked as it was read; a tensor has none, and gets them where it becomes a frame
  const columns = layout === "tensor" ? (rows.renamed ?? rows.columns) : undefined;
  const reading = {
    ...(columns && { columns }),
    ...(rows.header !== undefined && { header: rows.header }),
    ...(rows.nested && { nested: rows.nested }),
    ...(isCut(pieces) && !labels && { fixed: true }),
  };
  const moving = { ...NOTHING, what: "request" as const, targetWhat: what, rows: reading, target: writing, pieces, limits, run };
  try {
    yield* new Pump(printed, { ...moving, from: middle.id, to }, spilling(host)).bytes();
  } catch (error) {
    // what is refused there has a row and a cell; its line and offset are of a text that nobody has seen
    throw withoutPlace(error);
  }
}

/** Where there are no rows, whose cells tell what columns are: their dtypes do. */
function datatypesIn({ kind, rowCount, columns }: Batch): AskedDatatype {
  if (kind !== "frame" || rowCount > 0) return undefined;
  return Object.fromEntries(columns.map(({ name, dtype }) => [name, datatypeHolding(dtype) ?? "BYTES"]));
}

/** NaN is refused by its column's name, which the printed text's rows do not have. */
async function* judged(batches: AsyncIterable<Batch>): AsyncGenerator<Batch, void, undefined> {
  for await (const batch of batches) yield withNan(batch, "error");
}

function formNamed(id: string): Form {
  return FORMS.find((form) => form.id === id) as Form;
}

async function* joined(first: IteratorResult<Batch>, rest: AsyncIterator<Batch>): AsyncGenerator<Batch, void, undefined> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

const newPrinter = () => createCorePrinter({ nan: "pass", nulls: true });

/** The rows, and their labels behind them, which wait in a spill. */
async function* printFrame(
  batches: AsyncIterable<Batch>,
  head: string,
  labels: RowLabels | undefined,
  host: Host,
): AsyncGenerator<Uint8Array, void, undefined> {
  const printer = newPrinter();
  const index = labels && new PrintedLabels(labels, host.spill());
  let rows = 0;
  let begun = false;
  try {
    for await (const all of batches) {
      index?.add(all);
      const batch = labels ? withoutLabels(all, labels) : all;
      if (!begun) yield encode(`{${head}"dataframe_split":{"columns":${JSON.stringify(batch.columns.map(({ name }) => name))},"data":[`);
      begun = true;
      yield* printer.print(batch, rows > 0);
      rows += batch.rowCount;
    }
    if (index) yield* index.texts();
    yield encode(begun ? "]}}" : `{${head}"dataframe_split":{"columns":[],"data":[]}}`);
  } finally {
    index?.close();
  }
}

/** Labels as they are printed. */
class PrintedLabels {
  readonly #labels: RowLabels;
  readonly #spill: Spill;
  readonly #printer = newPrinter();
  #rows = 0;

  constructor(labels: RowLabels, spill: Spill) {
    this.#labels = labels;
    this.#spill = spill;
  }

  add(batch: Batch): void {
    for (const bytes of this.#printer.print(labelsOf(batch, this.#labels), this.#rows > 0)) this.#spill.append(bytes);
    this.#rows += batch.rowCount;
  }

  /** What stands between the last row and the end of the list that the labels are. */
  *texts(): Generator<Uint8Array, void, undefined> {
    yield encode('],"index":[');
    yield* blocksOf(this.#spill);
  }

  close(): void {
    this.#spill.close();
  }
}

async function* printTensor(batches: AsyncIterable<Batch>, head: string): AsyncGenerator<Uint8Array, void, undefined> {
  const printer = newPrinter();
  let scalar = false;
  let begun = false;
  let rows = 0;
  for await (const batch of batches) {
    if (batch.columns[0]?.name !== "")
      throw new TransloadError("E_FORM", "a payload holds one tensor without a name, and this batch is of another");
    scalar = batch.kind === "scalar";
    if (!begun) yield encode(`{${head}"inputs":${scalar ? "" : "["}`);
    begun = true;
    yield* printer.print(batch, rows > 0);
    rows += batch.rowCount;
  }
  yield encode(scalar ? "}" : "]}");
}

/** Tensors one after the other, each in its batches. */
async function* printNamed(batches: AsyncIterable<Batch>, head: string): AsyncGenerator<Uint8Array, void, undefined> {
  let printer = newPrinter();
  let current: string | undefined;
  let rows = 0;
  let scalar = false;
  yield encode(`{${head}"inputs":{`);
  for await (const batch of batches) {
    const name = batch.columns[0]?.name ?? "";
    if (name === "") throw new TransloadError("E_FORM", "a tensor without a name, among named tensors");
    if (name !== current) {
      if (current !== undefined) yield encode(`${scalar ? "" : "]"},`);
      scalar = batch.kind === "scalar";
      yield encode(`${JSON.stringify(name)}:${scalar ? "" : "["}`);
      printer = newPrinter();
      current = name;
      rows = 0;
    }
    yield* printer.print(batch, rows > 0);
    rows += batch.rowCount;
  }
  yield encode(current === undefined || scalar ? "}}" : "]}}");
}
