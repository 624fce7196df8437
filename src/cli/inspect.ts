import { inspect } from "../api/inspect.js";
import { blame } from "../io/disk-errors.js";
import { print } from "../io/output.js";
import type { InspectedColumn, Inspection } from "../model/inspection.js";
import { openInput, openPayload, type Payload } from "./input.js";
import type { Define } from "./job.js";
import {
  addDefinitions,
  addEncoding,
  addHeaderLength,
  addLimits,
  addVoice,
  type Encoded,
  encodingOf,
  GROUPS,
  type Headed,
  headerLengthOf,
  type Limits,
  limitsOf,
} from "./options.js";
import { progressOf } from "./progress.js";
import type { Report, Voice } from "./report.js";
import { alignColumns } from "./table.js";

interface InspectCall extends Voice, Limits, Encoded, Headed {
  from: string;
  json?: boolean;
}

const EXAMPLE = "transload inspect payload.json";

export const define: Define = (command, start) => {
  addVoice(addDefinitions(addLimits(addHeaderLength(addEncoding(command.optionsGroup(GROUPS.files))))))
    .summary("tell what a payload holds")
    .description(
      "Reads a payload to its end and tells its dialect and form, its rows and shape, and its columns with their dtypes and gaps.",
    )
    .argument("[input]", "the payload's file; without it, or with -, standard input")
    .option("-f, --from <dialect>", "dialect or form of the input", "auto")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  transload inspect data/heart.azureml.json\n  cat data/tensor.azureml.json | transload inspect --json\n  printf 'city\\nZ\\374rich\\n' | transload inspect -f csv --encoding windows-1252",
    )
    .action((input: string | undefined, call: InspectCall) => start(call, (report) => run(input, call, report)));
};

async function run(path: string | undefined, { from, json, ...call }: InspectCall, report: Report): Promise<void> {
  const inspection = await inspectInput(path, { from, ...headerLengthOf(call), ...encodingOf(call), ...limitsOf(call) }, EXAMPLE, report);
  await print(json ? `${JSON.stringify(inspection, undefined, 2)}\n` : `${describe(inspection)}\n`);
}

/** Inspects a file or standard input, with warnings and progress. */
export async function inspectInput(
  path: string | undefined,
  { from, encoding, headerLength, maxRowBytes, ...limit }: Limits & Encoded & Headed & { from: string },
  example: string,
  report: Report,
): Promise<Inspection> {
  const input = await openInput(path, example);
  const progress = progressOf(input, report);
  let payload: Payload | undefined;
  try {
    payload = await openPayload(input, { ...limit, onProgress: progress?.update, recalls: report.shows });
    return await inspect(payload.stream, {
      from: from === "auto" ? payload.form : from,
      ...(encoding !== undefined && { encoding }),
      ...(headerLength !== undefined && { headerLength }),
      ...(maxRowBytes !== undefined && { maxRowBytes }),
      onWarning: (warning) => report.warn(warning),
      ...(progress && !payload.compressed && { onProgress: progress.update }),
    });
  } catch (error) {
    throw await report.trace(blame(error, input.name), input, encoding === undefined ? payload?.around : undefined);
  } finally {
    progress?.stop();
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
  if (labels)
    return alignColumns(
      [["column", "dtype", "nulls", "NaN"], ...columns.map((c) => [visible(c.name), c.dtype, String(c.nulls), String(c.nans)])],
      [2, 3],
    );
  const row = (c: InspectedColumn) => [visible(c.name), c.dtype, [c.rows, ...c.shape].join(" x "), String(c.nulls), String(c.nans)];
  return alignColumns([["tensor", "dtype", "shape", "nulls", "NaN"], ...columns.map(row)], [3, 4]);
}

/** A name as it is, unless a terminal would take it for a command or show nothing. */
function visible(name: string): string {
  return name === "" || /\p{Cc}/u.test(name) ? JSON.stringify(name) : name;
}
