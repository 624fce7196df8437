import stringWidth from "string-width";
import { inspect } from "../api/inspect.js";
import { DATATYPES } from "../columns/datatype.js";
import { TransloadError } from "../errors.js";
import { blame } from "../io/disk-errors.js";
import { print } from "../io/output.js";
import { barsOf } from "../model/histogram.js";
import type { InspectedColumn, Inspection } from "../model/inspection.js";
import type { Frequency } from "../model/summary.js";
import { INSPECT } from "../options/check.js";
import type { InspectOptions } from "../options/inspect.js";
import type { RemoteOptions } from "../remote/open.js";
import { openInput, openPayload, type Payload } from "./input.js";
import type { Define } from "./job.js";
import {
  addDefinitions,
  addDelimited,
  addEncoding,
  addHeaderLength,
  addLimits,
  addVoice,
  type Encoded,
  GROUPS,
  type Limits,
  limitsOf,
} from "./options.js";
import { progressOf } from "./progress.js";
import { addRemote, type RemoteCall, remoteOf } from "./remote.js";
import { exitCode, type Report, type Voice } from "./report.js";
import { alignColumns } from "./table.js";

interface InspectCall
  extends Voice,
    Limits,
    RemoteCall,
    Omit<InspectOptions, "from" | "maxRowBytes" | "signal" | "onWarning" | "onProgress"> {
  from: string;
  json?: boolean;
}

const EXAMPLE = "transload inspect payload.json";
const WRONG_CALL = 2;
/** Bars of a histogram; frequent values that are shown, and how much of one. */
const BARS = 12;
const SHOWN = 3;
const LONG = 20;

export const define: Define = (command, start) => {
  addVoice(
    addDefinitions(
      addLimits(addRemote(addDelimited(addHeaderLength(addEncoding(command.optionsGroup(GROUPS.files)))).optionsGroup(GROUPS.urls))),
    ),
  )
    .optionsGroup(GROUPS.files)
    .summary("tell what a payload holds")
    .description(
      "Reads a payload to its end, in one pass, and tells its dialect and form, its rows and shape, and its columns: their dtypes and gaps, and what their values are like.",
    )
    .argument("[input]", "the payload's file, or its URL (https, s3, az, abfss, gs); without it, or with -, standard input")
    .option("-f, --from <dialect>", "dialect or form of the input", "auto")
    .option("--no-header", "a csv or tsv file has no line of names")
    .option("--no-summary", "no means, histograms and frequent values, which take most of the time")
    .option("--spill-dir <folder>", "where to keep what must be read twice")
    .option("--json", "as JSON, also where the payload is refused")
    .addHelpText(
      "after",
      "\nExamples:\n  transload inspect data/heart.azureml.json\n  cat data/tensor.azureml.json | transload inspect --json\n  transload inspect data/iris.csv --no-summary\n  printf 'city\\nZ\\374rich\\n' | transload inspect -f csv --encoding windows-1252",
    )
    .action((input: string | undefined, call: InspectCall) => start(call, (report) => run(input, call, report)));
};

/** A program that asked for JSON gets JSON, whatever comes of it. */
async function run(path: string | undefined, call: InspectCall, report: Report): Promise<void> {
  try {
    await answer(path, call, report);
  } catch (error) {
    if (call.json) await printRefusal(error);
    throw error;
  }
}

/** What is wrong and where, as JSON on standard output: where the call itself is wrong it is not the payload that was refused. */
export async function printRefusal(error: unknown): Promise<void> {
  if (!(error instanceof TransloadError) || exitCode(error) === WRONG_CALL) return;
  // what standard output does not take cannot be told there
  if (error.code === "E_WRITE") return;
  const { code, message, line, column, offset, path } = error;
  await print(`${JSON.stringify({ error: { code, message, line, column, offset, path } }, undefined, 2)}\n`);
}

async function answer(path: string | undefined, { json, ...call }: InspectCall, report: Report): Promise<void> {
  // those of the library are called as they are there
  const given = Object.entries(call).filter(([name, value]) => Object.hasOwn(INSPECT, name) && value !== undefined);
  const inspection = await inspectInput(
    path,
    { from: call.from, ...Object.fromEntries(given), ...limitsOf(call) },
    EXAMPLE,
    report,
    remoteOf(call),
  );
  await print(json ? `${JSON.stringify(inspection, undefined, 2)}\n` : `${describe(inspection)}\n`);
}

/** Inspects a file or standard input, with warnings and progress. */
export async function inspectInput(
  path: string | undefined,
  { from, encoding, maxExpand, maxWindow, ...asked }: Limits & Encoded & Omit<InspectOptions, "from"> & { from: string },
  example: string,
  report: Report,
  remote: RemoteOptions = {},
): Promise<Inspection> {
  const input = await openInput(path, example, remote);
  const progress = progressOf(input, report);
  let payload: Payload | undefined;
  try {
    const limit = { ...(maxExpand !== undefined && { maxExpand }), ...(maxWindow !== undefined && { maxWindow }) };
    payload = await openPayload(input, { ...limit, onProgress: progress?.update, recalls: report.shows });
    return await inspect(payload.object ?? payload.stream, {
      ...asked,
      from: (from === "auto" ? payload.form : from) as NonNullable<InspectOptions["from"]>,
      ...(encoding !== undefined && { encoding }),
      onWarning: (warning) => report.warn(warning),
      ...(progress && !payload.compressed && { onProgress: progress.update }),
    });
  } catch (error) {
    throw await report.trace(blame(error, input.name), input, encoding === undefined ? payload?.around : undefined);
  } finally {
    progress?.stop();
    await input.object?.close();
  }
}

function describe(inspection: Inspection): string {
  const { form, params, bytes, columns, index } = inspection;
  const facts = alignColumns([
    ["form", form],
    ["holds", extent(inspection)],
    ...(index ? [["index", indexText(index)]] : []),
    ["params", params ? "yes" : "no"],
    ["bytes", String(bytes)],
  ]);
  return columns.length > 0 ? `${facts}\n\n${columnTable(inspection)}` : facts;
}

/** How much there is: `303 rows x 13 columns`, `a tensor of shape 4 x 12`, `2 tensors`. */
export function extent({ layout, rows, shape, columns, labels }: Inspection): string {
  if (labels) return `${count(rows, "row")} x ${count(columns.length, "column")}`;
  if (layout === "named") return count(columns.length, "named tensor");
  // Open Inference Protocol's inputs, each with its shape
  if (layout === "inputs" && shape.length === 0) return count(columns.length, "named tensor");
  return shape.length > 0 ? `a tensor of shape ${shape.join(" x ")}` : "a scalar";
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** `id`, `g, k`, or `10, 12, 14, …`. */
function indexText({ columns, range }: NonNullable<Inspection["index"]>): string {
  if (!range) return columns.map(visible).join(", ");
  return `${[0, 1, 2].map((row) => range.start + row * range.step).join(", ")}, …`;
}

function columnTable({ labels, columns }: Inspection): string {
  const summed = columns.some(({ summary }) => summary);
  const rows = columns.map((column) => [
    visible(column.name),
    dtypeSaid(column),
    ...(labels ? [] : [[column.rows, ...column.shape].join(" x ")]),
    gapText(column.nulls, column),
    gapText(column.nans, column),
    ...(summed ? valuesOf(column) : []),
  ]);
  const head = [labels ? "column" : "tensor", "dtype", ...(labels ? [] : ["shape"]), "nulls", "NaN"];
  const values = summed ? ["min", "max", "mean", "distinct", "values"] : [];
  const numbers = [...head, ...values].flatMap((name, i) => (["nulls", "NaN", "min", "max", "mean", "distinct"].includes(name) ? [i] : []));
  return alignColumns([[...head, ...values], ...rows], numbers, stringWidth);
}

/** The dtype by which a program reads the column: the file's own, an input's, or what its cells are. */
function dtypeSaid({ stored, input, dtype }: InspectedColumn): string {
  return stored ?? (input && DATATYPES[input.datatype]?.dtype) ?? dtype;
}

/** How many cells, and how many of a hundred. */
function gapText(cells: number, { rows, shape }: InspectedColumn): string {
  const all = shape.reduce((product, length) => product * length, rows);
  return cells === 0 ? "0" : `${cells} (${shortly((100 * cells) / all, 2)} %)`;
}

/** Least, greatest, mean, how many are different, and how they are spread. */
function valuesOf({ cells, summary }: InspectedColumn): string[] {
  if (!summary) return ["", "", "", "", ""];
  const { numbers, texts, distinct, frequent } = summary;
  const ends = numbers ? endsOf(cells, numbers) : ["", ""];
  const count = distinct ? `${distinct.more ? "> " : ""}${distinct.count}` : "";
  const spread = numbers && !texts ? barsOf(numbers.histogram, BARS) : (frequent ?? []).slice(0, SHOWN).map(frequencyText).join(", ");
  return [...ends, numbers ? shortly(numbers.mean) : "", count, spread];
}

/** The ends of whole numbers are exact. */
function endsOf({ integers, floats }: InspectedColumn["cells"], { least, greatest }: { least: number; greatest: number }): string[] {
  return integers && !floats ? [integers.least, integers.greatest] : [shortly(least), shortly(greatest)];
}

function frequencyText({ value, count }: Frequency): string {
  const text = typeof value === "string" ? JSON.stringify(value.length > LONG ? `${value.slice(0, LONG)}…` : value) : `${value}`;
  return `${text} ${count}`;
}

/** A number with so many digits that count. */
function shortly(value: number, digits = 6): string {
  return `${Number(value.toPrecision(digits))}`;
}

/** A name as it is, unless a terminal would take it for a command or show nothing. */
function visible(name: string): string {
  return name === "" || /\p{Cc}/u.test(name) ? JSON.stringify(name) : name;
}
