// One of several inputs, converted by itself, with all the checks that its form and the target's servers ask for, into what can be joined.
import { decodeBytes } from "../../columns/bytes.js";
import type { RowLabels } from "../../columns/labels.js";
import { choose, dialectOf, type Gap, target } from "../../dialects/index.js";
import { rejoin } from "../../io/peek.js";
import { batchesIn } from "../../lanes/batches.js";
import { chunksOfBatches } from "../../lanes/printing.js";
import { Pump } from "../../lanes/pump.js";
import { type Beside, NOTHING, type ReadRequest, type Request } from "../../options/request.js";
import { nodeHost } from "../node.js";
import type { Looked, Opened, Reading } from "./look.js";

/** What the inputs become on their way: lines of a csv, a list of records, or a split or a tensor. */
export type Middle = "csv" | "records" | "rows";

/** How several inputs are to be one text. */
export interface Joining extends Reading {
  readonly target: Request["target"];
  /** The text form that they go to, which says what a gap is; none where they become batches. */
  readonly to: string | undefined;
  /** The dtypes that are asked for. */
  readonly asked?: Request["rows"]["asked"] | undefined;
  /** A column with the input's name, before the others. */
  readonly fileColumn?: string | undefined;
  /** Some of the inputs are tensors. */
  readonly tensors?: boolean;
}

/** Bytes of a payload, and the file that they are, where it can be read again. */
export interface Bytes {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly file: Opened["file"];
  readonly object?: Opened["object"];
}

/** What an input has been converted to. */
export interface Converted {
  readonly chunks: AsyncIterableIterator<Uint8Array>;
  /** Once all has been read. */
  readonly rows: () => number;
}

/** What tensors with names begin with, as we write them. */
const NAMED = '{"inputs":{';

/** What the inputs become on their way, so that nothing of them is lost. */
export function middleFor(inputs: readonly Looked[], fileColumn: string | undefined): Middle {
  const layouts = inputs.map(({ found, lists }) => (lists ? "tensor" : found?.layout));
  if (layouts.every((layout) => layout === "delimited")) return "csv";
  const keyed = layouts.every((layout) => layout === "records" || layout === "lines");
  return keyed || fileColumn !== undefined ? "records" : "rows";
}

/**
 * The columns that were asked for are given, or must be there, where an input is read; those of other middles are taken of all together. So are they
 * where a condition chooses, which may speak of a column that is not kept; but what has a tensor's columns has no others.
 */
export function namesFirst(middle: Middle, { to, rows, tensors = false }: Joining): boolean {
  return middle === "rows" && to !== undefined && rows.renamed === undefined && (rows.choice === undefined || tensors);
}

/** It has no names of its own, so that those that were asked for are given to it. */
export function isTensor({ found, lists, binary }: Looked): boolean {
  return lists || found?.layout === "tensor" || found?.layout === "values" || binary?.id === "npy";
}

/** Where it keeps things, and no more: each part tells what it has done by itself. */
export function quiet({ spillDir, engine }: Request["run"]): Request["run"] {
  return { ...(spillDir !== undefined && { spillDir }), ...(engine !== undefined && { engine }) };
}

/** The same, of all inputs together: that is warned of, and ended, and told of headers. */
export function onward(run: Request["run"]): Request["run"] {
  const { onWarning, signal, onHeaders } = run;
  return { ...quiet(run), ...(signal && { signal }), ...(onWarning && { onWarning }), ...(onHeaders && { onHeaders }) };
}

/** @throws TransloadError what is wrong with the input, when its bytes are asked for. */
export async function converted(input: Looked, bytes: Bytes, middle: Middle, joining: Joining): Promise<Converted> {
  const own = input.binary ? printed(input, bytes, middle, joining) : moved(input, bytes, middle, joining);
  if (input.found?.layout !== "inputs" && !input.binary) return own;
  const { first, chunks } = await begun(own.chunks);
  if (!decodeBytes(first).startsWith(NAMED)) return { ...own, chunks };
  // tensors with names are columns, where they have rows in common
  const { limits, run } = joining;
  const moving = { ...NOTHING, what: "request" as const, limits, run: quiet(run), target: { nan: "token" } as const };
  return pumped(new Pump(chunks, { ...moving, from: "mlflow:inputs", to: formOf(middle, joining) }, nodeHost(quiet(run))));
}

function moved(input: Looked, { chunks, file }: Bytes, middle: Middle, joining: Joining): Converted {
  const { what, encoding, limits, run } = joining;
  const request: Request = {
    ...NOTHING,
    from: input.from,
    to: goalOf(input, middle, joining),
    what,
    targetWhat: "request",
    ...(encoding !== undefined && { encoding }),
    rows: rowsFor(input, middle, joining),
    target: targetFor(input, middle, joining),
    limits,
    run: { ...quiet(run), ...(run.onWarning && { onWarning: run.onWarning }), ...(file !== undefined && { file }) },
  };
  return pumped(new Pump(chunks, request, nodeHost(request.run)));
}

/** What rows with names become. */
function formOf(middle: Middle, { fileColumn }: Joining): string {
  if (middle === "csv") return "csv";
  if (fileColumn !== undefined) return "jsonl:records";
  return middle === "records" ? "mlflow:records" : "mlflow:split";
}

function goalOf(input: Looked, middle: Middle, joining: Joining): string {
  const { found } = input;
  if (middle === "csv" && found?.form.headless) return found.form.id;
  if (middle !== "rows") return formOf(middle, joining);
  if (isTensor(input)) return joining.rows.columns && namesFirst(middle, joining) ? "mlflow:split" : "mlflow:inputs";
  return found === undefined || found.layout === "inputs" ? "mlflow" : "mlflow:split";
}

function rowsFor({ found }: Looked, middle: Middle, joining: Joining): Request["rows"] {
  const { rows, asked } = joining;
  // which rows and columns are wanted is a question about all of them
  const { columns, renamed: _, drop: __, picked: ___, choice: ____, na, text, typing, fixed, ...reading } = rows;
  // what stays as it is has its columns taken, and its fields told, when all of it is there
  if (middle === "records" && isKeyed(found)) return reading;
  if (middle === "csv") return { ...reading, na: [] };
  return {
    ...reading,
    ...(na && { na }),
    ...(text && { text }),
    ...(typing && { typing }),
    ...(asked !== undefined && { asked }),
    ...(fixed !== undefined && { fixed }),
    ...(columns && namesFirst(middle, joining) && { columns }),
    ...(found?.layout === "frame" && found.late !== false && { namesFirst: true }),
  };
}

function targetFor({ found }: Pick<Looked, "found">, middle: Middle, joining: Joining): Request["target"] {
  if (middle === "csv") return {};
  const { nan = "token", index = "keep" } = joining.target;
  const missing = gapOf(found, middle, joining);
  const gaps = { nan, ...(missing !== undefined && { missing }) };
  if (joining.fileColumn !== undefined) return { ...gaps, index: index === "generate" ? "drop" : index };
  return { ...gaps, index: index.startsWith("column:") ? "keep" : index === "generate" ? "drop" : index };
}

/** What a cell without a value is where the rows go; records that stay records leave it out. */
function gapOf(found: Looked["found"], middle: Middle, { to, what, target: own, rows }: Joining): Gap | undefined {
  if (middle === "records" && isKeyed(found)) return undefined;
  if (own.missing !== undefined) return own.missing;
  if (to === undefined || !found) return "null";
  const goal = target(choose(to, false, what), found.layout, found.form, rows.columns !== undefined);
  return goal.form.equalKeys ? "error" : (dialectOf(goal.form).missing ?? "null");
}

/** Each row says the names of its cells. */
function isKeyed(found: Looked["found"]): boolean {
  return found?.layout === "records" || found?.layout === "lines";
}

/** A binary file, as the text that its batches are printed as. */
function printed({ from }: Looked, { chunks, file, object }: Bytes, middle: Middle, joining: Joining): Converted {
  const { limits, rows, run, target: own, fileColumn } = joining;
  const { columns, headerLength } = rows;
  let labels: RowLabels | undefined;
  let beside: Beside | undefined;
  const reading: ReadRequest = {
    from,
    limits,
    rows: { ...(columns && namesFirst(middle, joining) && { columns }), ...(headerLength !== undefined && { headerLength }) },
    run: quiet(run),
    batches: {},
    onLabels: (found) => {
      labels = found;
    },
    onBeside: (found) => {
      beside = found;
    },
  };
  let count = 0;
  const host = nodeHost({ ...quiet(run), object, ...(file !== undefined && { file }) });
  async function* counted(): AsyncGenerator<unknown, void, undefined> {
    for await (const batch of batchesIn(chunks, reading, host)) {
      count += batch.rowCount;
      yield batch;
    }
  }
  const { nan, index } = targetFor({ found: undefined }, middle, joining);
  const asked = fileColumn === undefined ? { ...(own.nan && { nan: own.nan }), ...(index === "drop" && { index }) } : { nan, index };
  const writing = {
    ...NOTHING,
    run: quiet(run),
    to: fileColumn === undefined ? "mlflow" : "jsonl:records",
    target: asked as Request["target"],
    labels: () => labels,
    beside: () => beside,
  };
  return { chunks: chunksOfBatches(counted(), writing, nodeHost(quiet(run))), rows: () => count };
}

/** What a conversion writes, and how many rows. */
function pumped(pump: Pump): Converted {
  let rows: number | undefined;
  async function* bytes(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      while (await pump.more()) {
        const next = pump.take();
        if (next instanceof Uint8Array) yield next;
        else if ("rows" in next) rows = (rows ?? 0) + next.rows;
      }
    } finally {
      await pump.close();
    }
  }
  return { chunks: bytes(), rows: () => rows ?? pump.told?.cargoRows ?? 0 };
}

/** What it begins with, and all of it. */
async function begun(chunks: AsyncIterableIterator<Uint8Array>): Promise<{ first: Uint8Array; chunks: AsyncIterableIterator<Uint8Array> }> {
  const parts: Uint8Array[] = [];
  for (let length = 0; length < NAMED.length; ) {
    const { value, done } = await chunks.next();
    if (done) break;
    parts.push(value);
    length += value.length;
  }
  const first = Buffer.concat(parts);
  return { first, chunks: rejoin(first, chunks) };
}
