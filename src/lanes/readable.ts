import { binaryForm } from "../binary/form.js";
import type { Batch } from "../columns/batch.js";
import { concat } from "../columns/bytes.js";
import { choose, type Form, type Layout } from "../dialects/index.js";
import { formOf } from "../envelope/detect.js";
import type { Told } from "../envelope/payload.js";
import { rejoin } from "../io/peek.js";
import { NOTHING, type ReadRequest } from "../options/request.js";
import type { BatchRequest } from "../table/job.js";
import { readableForm } from "./chain.js";
import { type Host, spilling } from "./host.js";
import { Pump } from "./pump.js";

const HEAD = 1 << 22;
const BRACE = 0x7b; /* { */

/** What a source was whose cells had to move. */
export interface Moved {
  readonly form: Form;
  readonly layout: Layout;
  /** What its envelope tells; all of it when it has been read. */
  readonly told: () => Told | undefined;
}

/** A source in a form that the typed lane reads. */
export interface Readable {
  /** Dialect or form of the chunks. */
  readonly from: string;
  /** The source's own form, where its cells had to move. */
  readonly moved: Moved | undefined;
  /** The columns asked for are yet to be chosen, or named, where the rows are read. */
  readonly picks: boolean;
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** In their place: the rows of a delimited file, as batches. */
  readonly batches?: AsyncGenerator<Batch, void, undefined>;
}

/** Looks at the first bytes; where the typed lane does not read their form, the cells are moved on the way. */
export async function readable(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  request: Pick<ReadRequest, "from" | "what" | "rows" | "limits" | "run" | "labels" | "namesFirst" | "late" | "gaps" | "named" | "noted">,
  host: Host,
  batches?: BatchRequest,
): Promise<Readable> {
  const { from, what = "request", rows, limits, labels = "keep", namesFirst = false, late = false, noted } = request;
  const { nan = "token", missing = "null" } = request.gaps ?? {};
  const labelled = labels.startsWith("column:");
  // the typed lane takes a token for a number, or for text beside texts, and fills in nothing
  const settles = nan !== "token" || rows.ragged === "pad" || rows.nested === "json";
  // a target with names makes a frame of a tensor that is given some
  const names = request.named !== undefined && rows.columns !== undefined;
  const table = binaryForm(request.named ?? "")?.table === true;
  // whoever asks for the rows counts the bytes that they are made of
  const { onProgress: _, ...run } = request.run;
  const choice = choose(from, true, what);
  if (
    !labelled &&
    !late &&
    !settles &&
    !names &&
    !namesFirst &&
    !table &&
    choice.forms.every((form) => form.layouts.every((layout) => readableForm(layout) === undefined))
  )
    return { from, moved: undefined, picks: true, chunks: source };
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let head: Uint8Array = new Uint8Array();
  let found: ReturnType<typeof formOf>;
  let enough = 0;
  let next = await iterator.next();
  while (!next.done) {
    // a chunk of a file is valid only until the next one is asked for
    head = concat([head, next.value]);
    // looked at again when twice as much is there
    if (head.length >= enough) {
      found = formOf(choice, head);
      const told = found && (found.layout !== "frame" || found.late !== undefined || !namesFirst);
      if (told || head.length > HEAD) break;
      enough = 2 * head.length;
    }
    next = await iterator.next();
  }
  if (next.done) found ??= formOf(choice, head);
  const chunks = rejoin(head, iterator);
  // Seldon's flat tensor may have names, among which columns are chosen
  const moves = found && (found.layout === "values" && rows.columns ? "mlflow:split" : readableForm(found.layout));
  const framed = names && found?.layout === "tensor";
  const behind = namesFirst && found?.late === true;
  // tensors of the same rows are columns to a file that holds nothing else
  const via =
    framed || behind || (table && found?.layout === "named")
      ? "mlflow:split"
      : (moves ?? (settles && found ? sameForm(found.layout) : undefined));
  const moving = { ...NOTHING, what, targetWhat: "request" as const, limits, run };
  if (found?.layout === "frame" && (labelled || late)) {
    // records have their names, and the labels as a column, in every row
    const { ragged, nested, ...named } = rows;
    const target = { missing, nan, ...(labelled && { index: labels as `column:${string}` }) };
    const records = new Pump(
      chunks,
      { ...moving, rows: { ...(ragged && { ragged }), ...(nested && { nested }), noted }, target, from, to: "mlflow:records" },
      host,
    );
    const readableRecords = await readable(records.bytes(), { from: "mlflow:records", rows: named, limits, run }, spilling(host), batches);
    return { ...readableRecords, moved: { ...found, told: () => records.told } };
  }
  if (found?.layout === "inputs" && table) {
    // what they are together is told behind them
    const { columns, nested, ...reading } = rows;
    const together = new Pump(chunks, { ...moving, rows: { ...reading, goal: "reader", noted }, from, to: "mlflow" }, host);
    const wanted = { ...(columns && { columns }), ...(nested && { nested }) };
    const apart = await readable(together.bytes(), { ...request, from: "mlflow", rows: wanted, run }, spilling(host), batches);
    return { ...apart, moved: { ...found, told: () => together.told } };
  }
  if (!found || via === undefined) return { from, moved: undefined, picks: true, chunks };
  const keyed = !framed && hasNames(found, rows, head);
  const { columns: __, ...others } = rows;
  const asked = batches?.dtype === undefined ? {} : { asked: batches.dtype };
  const plain = nan === "token" && missing === "null" && rows.typing !== "pandas" && run.engine !== "reference";
  if (batches && found.layout === "delimited" && plain) {
    const pump = new Pump(chunks, { ...moving, rows: { ...rows, ...asked }, from: found.form.id, to: "mlflow:split" }, host, batches);
    return { from, moved: { ...found, told: () => undefined }, picks: false, chunks: [], batches: pump.batches() };
  }
  // a form named by us would hide a second payload beside it
  const own = found.form.key === undefined ? found.form.id : from;
  const pump = new Pump(
    chunks,
    {
      ...moving,
      rows: {
        ...(keyed ? others : rows),
        ...asked,
        ...((namesFirst || request.named !== undefined) && { namesFirst: true }),
        goal: "reader",
        noted,
      },
      target: { missing, nan },
      from: own,
      to: via,
    },
    host,
  );
  return { from: "mlflow", moved: { ...found, told: () => pump.told }, picks: keyed, chunks: pump.bytes() };
}

/** What the typed lane reads a cargo of its own layouts as, once its cells have moved all the same. */
function sameForm(layout: Layout): string {
  return layout === "frame" ? "mlflow:split" : "mlflow:inputs";
}

/** Where columns have names of their own, or may have, some are picked once they are rows. */
function hasNames({ form, layout }: { form: Form; layout: Layout }, { header }: ReadRequest["rows"], head: Uint8Array): boolean {
  switch (layout) {
    case "delimited":
      return header !== false && !form.headless;
    case "lines":
      return head.find((byte) => byte > 0x20) === BRACE;
    default:
      return layout !== "features";
  }
}
