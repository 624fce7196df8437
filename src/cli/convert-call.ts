// What the command `convert` is called with: its options, and what they ask of the library.
import { resolve } from "node:path";
import type { Command } from "commander";
import { formOfName } from "../api/extension.js";
import { BINARY, binaryForm } from "../binary/form.js";
import type { DType, DTypes } from "../columns/dtype.js";
import { choose, DIALECTS, extensionOf, LIKELY } from "../dialects/index.js";
import { TransloadError } from "../errors.js";
import { type Compression, compressionOf } from "../io/compression.js";
import type { Share } from "../jobs/share.js";
import { SPLIT } from "../options/check.js";
import type { ConvertOptions, SplitOptions } from "../options/convert.js";
import {
  addDelimited,
  addEncoding,
  addHeaderLength,
  type Encoded,
  GROUPS,
  type Headed,
  type Limits,
  parseColumns,
  parseDtype,
  parsePicks,
  parseRows,
  parseShare,
  parseSize,
  parseWhole,
} from "./options.js";
import { isPattern } from "./pieces.js";
import { addRemote, type RemoteCall } from "./remote.js";
import type { Voice } from "./report.js";
import { alignColumns } from "./table.js";

export interface ConvertCall extends Voice, Limits, Encoded, Headed, RemoteCall {
  output?: string;
  from: string;
  to?: string;
  what?: "request" | "response";
  columns?: string[] | Record<string, string>;
  drop?: string[];
  dtype?: DType | DTypes;
  infer?: "whole" | "head";
  cast?: "error" | "clip";
  nan?: "null" | "token" | "error";
  missing?: "null" | "token" | "error";
  fixed?: true;
  index?: NonNullable<ConvertOptions["index"]>;
  ragged?: "error" | "pad";
  nested?: "keep" | "json";
  header: boolean;
  delimiter?: string;
  quote?: string;
  skipLines?: number;
  comment?: string;
  escape?: string;
  na?: string[];
  text?: string[];
  typing?: "lexical" | "pandas";
  where?: string;
  skip?: number;
  head?: number;
  sample?: number;
  seed?: number;
  datatype?: string;
  maxRows?: number;
  maxBytes?: number;
  for?: string;
  lines?: true;
  model?: string;
  schema?: string;
  spillDir?: string;
  batchRows?: number;
  codec?: NonNullable<ConvertOptions["codec"]>;
  rowGroupRows?: number;
  headerOut?: string;
  compress?: Compression | "none";
  sync: boolean;
  jobs?: number;
  share?: Share;
  fileColumn?: string;
  clean?: boolean;
  engine: "core" | "reference";
}

/** Where the result goes: one output, a line for each piece, or a file for each. */
export type Shape = "whole" | "lines" | "files";

export function addOptions(command: Command): Command {
  return addTarget(addDelimited(addPicking(addReading(command))));
}

function addReading(command: Command): Command {
  return addCells(addHeaderLength(addEncoding(addFiles(command))));
}

function addFiles(command: Command): Command {
  return addRemote(command.optionsGroup(GROUPS.urls))
    .summary("write a payload in another dialect")
    .description("Reads a payload in one dialect and writes it in another, in one pass. A file is written whole or not at all.")
    .argument(
      "[input...]",
      "the payload's file, or its URL (https, s3, az, abfss, gs); without it, or with -, standard input. Several files, folders, patterns ('data/*.json') and a manifest.json become one payload",
    )
    .optionsGroup(GROUPS.files)
    .option("-o, --output <file>", "where to write, a file or a URL; without it, or with -, standard output")
    .option("-f, --from <dialect>", "dialect or form of the input", "auto")
    .option("-t, --to <dialect>", "dialect or form of the output")
    .addOption(
      command.createOption("--what <what>", "what the payload is: a request to a server, or its answer").choices(["request", "response"]),
    )
    .option("--file-column <name>", "a column of this name, before the others: the file that each row is of");
}

function addCells(command: Command): Command {
  return command
    .optionsGroup(GROUPS.columns)
    .option(
      "--columns <names>",
      "a,b,new=old: the columns to write, in this order, under these names; names for columns that have none",
      parsePicks,
    )
    .option("--drop <names>", "a,b,c: the columns to leave out", parseColumns)
    .option(
      "--dtype <dtype>",
      "read numbers as this dtype and print them anew; or age=int32,chol=float64?, where chol may be missing",
      parseDtype,
    )
    .addOption(
      command
        .createOption("--infer <how>", "dtypes of a binary file's columns: from all rows, or from the first ones, in one pass")
        .choices(["whole", "head"]),
    )
    .addOption(command.createOption("--cast <how>", "numbers that --dtype cannot hold").choices(["error", "clip"]))
    .addOption(
      command.createOption("--nan <how>", "NaN and Infinity; by default as the target reads them").choices(["null", "token", "error"]),
    )
    .addOption(
      command
        .createOption("--missing <how>", "empty fields and keys that are left out; by default as the target reads them")
        .choices(["null", "token", "error"]),
    )
    .option(
      "--fixed",
      "the first record has all the keys, and no labels or parameters stand behind the rows: one pass, and more is refused",
    )
    .addOption(command.createOption("--ragged <how>", "short rows; refused by default").choices(["error", "pad"]))
    .addOption(
      command
        .createOption(
          "--nested <how>",
          "lists and objects in cells: kept where the target has a place for them, or as the text of their JSON",
        )
        .choices(["keep", "json"]),
    )
    .option(
      "--index <how>",
      "row labels of a split, or pandas' in a file: keep, drop, generate, or column:NAME for a column's cells (or labels as a column); kept by default, made where the target needs them",
    )
    .optionsGroup(GROUPS.csv)
    .option("--no-header", "a csv or tsv file has no line of names");
}

function addPicking(command: Command): Command {
  return command
    .option("--where <condition>", "rows for which it holds: 'age > 50 && thal == 2'; the input is read twice")
    .option("--skip <rows>", "leave out so many rows, of those that --where leaves", parseWhole("--skip", 0))
    .option("--head <rows>", "so many of the rows that --skip leaves, and the input is read no further", parseWhole("--head", 0))
    .option("--sample <rows>", "so many of those rows at random, in their order; the input is read twice", parseWhole("--sample", 0))
    .option("--seed <number>", "what --sample draws by: the same rows each time", parseWhole("--seed", 0));
}

function addTarget(command: Command): Command {
  return command
    .optionsGroup(GROUPS.columns)
    .option("--datatype <datatype>", "of numbers in Open Inference Protocol: FP32, INT64, …; by default what holds them")
    .option("--model <path>", "an MLmodel, or its folder: its signature gives the form, names, and which columns are text")
    .option("--schema <file>", 'which columns of a csv are text: an MLmodel, or JSON like {"zip": "string"}')
    .optionsGroup(GROUPS.pieces)
    .option("--max-rows <rows>", "cut into pieces of so many rows, each a whole payload", parseRows)
    .option(
      "--max-bytes <size>",
      "cut into pieces of at most 16MB, or another size, as a server counts them: before they are compressed",
      parseSize,
    )
    .option("--for <dialect>", "cut into pieces that this dialect's servers take, and write it")
    .option("--lines", "one piece a line")
    .option("--clean", "remove pieces of an earlier run that this one does not write again")
    .optionsGroup(GROUPS.writing)
    .option("--no-sync", "do not wait until the disk has what is written: faster, and a power failure may lose it")
    .optionsGroup(GROUPS.running)
    .option(
      "--jobs <threads>",
      "convert the rows of a file of text on so many threads, 1 by default; the output is the same",
      parseWhole("--jobs", 1),
    )
    .option(
      "--share <k/n>",
      "of a file of text, to Arrow: rows of the second of seven shares (2/7), for readers on several machines; right when all shares are read",
      parseShare,
    )
    .option("--spill-dir <folder>", "where to keep what must be read twice, when the input is a pipe")
    .option("--batch-rows <rows>", "rows that --dtype works on at a time", parseRows)
    .optionsGroup(GROUPS.writing)
    .addOption(
      command
        .createOption("--codec <codec>", "of parquet's pages (snappy by default), arrow's buffers (lz4, zstd), or npz's arrays (gzip)")
        .choices(["snappy", "lz4", "zstd", "gzip", "none"]),
    )
    .option("--header-out <file>", "of triton:binary, the file to write the HTTP headers to that the request needs, as JSON")
    .option("--row-group-rows <rows>", "rows of a parquet file's row groups, 122,880 by default", parseRows)
    .addOption(
      command
        .createOption("--compress <how>", "compress the output; by default as its name ends: .gz, .zst, .br")
        .choices(["gzip", "zstd", "br", "none"]),
    )
    .optionsGroup(GROUPS.running)
    .addOption(
      command
        .createOption("--engine <engine>", "reference is slow and gives the same bytes")
        .choices(["core", "reference"])
        .default("core"),
    )
    .addHelpText("after", help);
}

function help(): string {
  const dialects = alignColumns(DIALECTS.map((dialect) => [`  ${dialect.name}`, dialect.about]));
  const files = alignColumns(
    BINARY.map(({ id, about, extensions }) => [
      `  ${id}`,
      [about, extensions.map((e) => `.${e}`).join(" ")].filter((text) => text !== "").join(": "),
    ]),
  );
  return `
Dialects (transload dialects lists their forms):
${dialects}
Binary files:
${files}
A dialect of your own: --dialect FILE, as data/litserve.yaml is one.
A bare name takes the form that suits the payload; mlflow:instances asks for one.

Examples:
  transload convert data/heart.azureml.json -t mlflow
  transload convert data/heart.azureml.json -t mlflow1 -o heart.mlflow1.json
  transload convert data/tensor.azureml.json -t mlflow:instances
  transload convert data/tensor.azureml.json -t mlflow --columns age,sex,trestbps,chol,fbs,restecg,thalach,exang,oldpeak,slope,ca,thal
  transload convert data/tensor.azureml.json -t mlflow --dtype float32
  transload convert data/heart.azureml.json -t mlflow --dtype age=int32,oldpeak=float32
  cat data/named.azureml.json | transload convert -t tfserving | head -c 200
  transload convert data/heart.azureml.json -t csv --index drop
  transload convert data/heart.azureml.json -t mlflow --max-rows 100 --lines
  transload convert data/iris.csv -t mlflow:records
  printf 'city\\nZ\\374rich\\n' | transload convert -f csv -t mlflow:records --encoding windows-1252
  printf 'made by hand\\na,b\\n# no row\\n1,2\\n' | transload convert -f csv -t jsonl --skip-lines 1 --comment '#'
  transload convert data/iris.csv -t jsonl --where 'species == "setosa"' --head 10
  transload convert data/iris.csv -o iris.parquet
  transload convert iris.parquet -t mlflow:split -o iris.json.gz
  transload convert data/iris.csv -o iris.arrow --codec lz4
  transload convert data/tensor.azureml.json -o tensor.npy
  transload convert data/tensor.azureml.json -t triton:binary --datatype FP16 -o body.bin --header-out headers.json
  transload convert body.bin -f triton:binary -t mlflow
  transload convert data/tensor.azureml.json --dialect data/litserve.yaml -t litserve

Several inputs as one payload:
  transload convert data/iris.csv data/iris.mlflow.json -o all.parquet --file-column file
  transload convert 'data/iris.*' -t csv -o all.csv

Large payloads, in pieces that a server takes (part-00000.json, … and manifest.json):
  transload convert data/iris.csv --for databricks -o 'out/part-{00000}.json'
Pieces back into one:
  transload convert out/manifest.json -t csv -o iris.csv`;
}

/** @throws TransloadError E_OPTION for options that do not go together. */
export function conversionOf(call: ConvertCall): SplitOptions {
  const to = call.to ?? call.for ?? nameOf(call.output);
  if (to === undefined)
    throw new TransloadError(
      "E_OPTION",
      `say with -t which dialect to write: ${LIKELY.join(", ")}, …; transload dialects lists all of them`,
    );
  if (call.cast !== undefined && call.dtype === undefined)
    throw new TransloadError("E_OPTION", "--cast says what becomes of numbers that --dtype cannot hold, so it needs --dtype");
  if (call.share !== undefined && to !== "arrows")
    throw new TransloadError("E_OPTION", `--share: shares are read as Arrow's stream, so write arrows and not ${to}`);
  if (call.headerOut !== undefined && !binaryForm(to)?.request)
    throw new TransloadError("E_OPTION", `--header-out is of triton:binary, and ${to} needs no headers of its own`);
  if (call.headerOut !== undefined && resolve(call.headerOut) === resolve(call.output ?? "-"))
    throw new TransloadError("E_OPTION", "--header-out and --output are the same; the headers are a file beside the body");
  const maxBytes = call.maxBytes ?? (call.for === undefined ? undefined : limitOf(call.for));
  // those of the library are called as they are there
  const given = Object.entries(call).filter(([name, value]) => Object.hasOwn(SPLIT, name) && value !== undefined);
  return { ...Object.fromEntries(given), to, ...(maxBytes !== undefined && { maxBytes }) };
}

/** The form that the output's name tells. */
function nameOf(output: string | undefined): string | undefined {
  const form = output === undefined ? "auto" : formOfName(output);
  return form === "auto" ? undefined : form;
}

/** The options, with what a model or a schema adds to them. */
export async function informed(options: SplitOptions, { model, schema }: ConvertCall, input: string | undefined): Promise<SplitOptions> {
  if (model === undefined && schema === undefined) return options;
  const { withModel, withSchema } = await import("./model.js");
  const typed = schema === undefined ? options : await withSchema(options, schema);
  return model === undefined ? typed : withModel(typed, model, input);
}

/** Bytes of a request that a dialect's servers take. */
function limitOf(name: string): number {
  const { dialect } = choose(name);
  if (dialect?.maxBytes !== undefined) return dialect.maxBytes;
  const limited = DIALECTS.filter((d) => d.maxBytes !== undefined).map((d) => d.name);
  throw new TransloadError("E_OPTION", `no limit is known for ${name}; say --max-bytes, or --for with one of ${limited.join(", ")}`);
}

export function shapeOf({ lines, output }: ConvertCall, { maxRows, maxBytes, to, what }: SplitOptions): Shape {
  const cut = maxRows !== undefined || maxBytes !== undefined;
  if (!cut && !lines && !isPattern(output)) return "whole";
  if (!cut) throw new TransloadError("E_OPTION", "say how large a piece may be: --max-rows, --max-bytes, or --for a server");
  if (isPattern(output)) return "files";
  if (!lines) throw new TransloadError("E_OPTION", "pieces need names: -o 'part-{00000}.json'; or say --lines to have one on each line");
  const forms = binaryForm(to) ? [] : choose(to, false, what).forms;
  const [first] = forms;
  if (first && forms.every((form) => form.layouts.includes("delimited") || form.layouts.includes("lines")))
    throw new TransloadError(
      "E_OPTION",
      `a piece in ${to} has lines of its own, so it cannot be one; name files with -o 'part-{00000}.${extensionOf(first)}'`,
    );
  return "lines";
}

/** How the output is compressed. */
export function compressionFor(target: string | undefined, wanted: ConvertCall["compress"]): Compression | undefined {
  const kind = wanted ?? (target === undefined ? undefined : compressionOf(target).compression);
  return kind === "none" ? undefined : kind;
}
