// What the command `score` is called with.
import type { Command } from "commander";
import { TransloadError } from "../errors.js";
import type { ScoreOptions } from "../options/score.js";
import type { ScoreFileOptions } from "../score/file-options.js";
import { addHeaders, type HeadersCall, parseSeconds } from "./endpoint.js";
import {
  addDefinitions,
  addDelimited,
  addEncoding,
  addLimits,
  addVoice,
  type Definitions,
  GROUPS,
  parseColumns,
  parsePicks,
  parseRows,
  parseSize,
  parseWhole,
} from "./options.js";
import type { Voice } from "./report.js";

export interface ScoreCall
  extends Voice,
    Definitions,
    HeadersCall,
    Omit<ScoreOptions, "header" | "headers" | "url" | "params" | "signal" | "onWarning" | "onProgress">,
    Pick<ScoreFileOptions, "to" | "nan" | "codec" | "rowGroupRows" | "resume"> {
  url?: string;
  output?: string;
  param?: Record<string, unknown>;
  model?: string;
  /** False for a delimited file without a line of names. */
  names?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

export function addOptions(command: Command): Command {
  return addVoice(
    addDefinitions(addLimits(addWriting(addAsking(addDelimited(addReading(addHeaders(command.optionsGroup(GROUPS.server)))))))),
  );
}

function addReading(command: Command): Command {
  // --header is of HTTP here
  const headless = Object.assign(command.createOption("--no-header", "a csv or tsv file has no line of names"), {
    attributeName: () => "names",
  });
  return addEncoding(command.optionsGroup(GROUPS.files))
    .summary("send a payload to a server, and gather its predictions")
    .description(
      "Reads a payload, sends it to a server in pieces that it takes, a few at a time, and writes the predictions in the order of the rows. " +
        "A file is written whole or not at all; until then a journal beside it keeps what was answered.",
    )
    .argument("[input]", "the payload's file, or its URL (https, s3, az, abfss, gs); without it, or with -, standard input")
    .optionsGroup(GROUPS.server)
    .option("--url <url>", "the URL that requests are posted to; or the server's alone, behind which the dialect's route is put")
    .option("--for <dialect>", "what the server speaks, or the form that it is to get; by default as the URL's path tells")
    .option("--model-name <name>", "the model's name on the server, for a route that has one")
    .option("--model <path>", "an MLmodel, or its folder: its signature gives the form, and which columns are text")
    .optionsGroup(GROUPS.files)
    .option("-o, --output <file>", "where to write the predictions; without it, or with -, standard output")
    .option("-t, --to <dialect>", "how to write them: csv, jsonl, parquet, or a dialect; by default as the file's name tells")
    .option("-f, --from <dialect>", "dialect or form of the input", "auto")
    .optionsGroup(GROUPS.columns)
    .option(
      "--columns <names>",
      "a,b,new=old: the columns to send, in this order, under these names; names for columns that have none",
      parsePicks,
    )
    .option("--drop <names>", "a,b,c: the columns to leave out", parseColumns)
    .optionsGroup(GROUPS.csv)
    .addOption(headless);
}

function addAsking(command: Command): Command {
  return command
    .optionsGroup(GROUPS.requests)
    .option("--max-rows <rows>", "rows of a request", parseRows)
    .option("--max-bytes <size>", "bytes of a request, before it is compressed; by default as the server takes them, or 4MB", parseSize)
    .option("--param <name=value>", "a parameter of every request; give it again for another", addParam)
    .addOption(command.createOption("--compress <how>", "compress requests, for a server that takes such").choices(["gzip"]))
    .option("--concurrency <requests>", "requests at a time: 4 by default", parseWhole("--concurrency", 1))
    .option("--timeout <seconds>", "how long one request may take: 60 by default", parseSeconds("--timeout"))
    .option("--retries <times>", "how often a request is sent again that may be answered later: 6 by default", parseWhole("--retries", 0))
    .option("--max-answer-bytes <size>", "bytes of an answer: 256MiB by default", parseSize)
    .option("--bisect", "of a request that is refused send halves, until the row is found")
    .option("--keep-going", "leave out rows that are refused, and tell them in FILE.refused.jsonl");
}

function addWriting(command: Command): Command {
  return command
    .optionsGroup(GROUPS.writing)
    .option("--with <names>", "a,b,c: columns of the payload to put beside the predictions", parseColumns)
    .addOption(
      command.createOption("--nan <how>", "NaN and Infinity; by default as the target reads them").choices(["null", "token", "error"]),
    )
    .addOption(
      command
        .createOption("--codec <codec>", "of parquet's pages (snappy by default), arrow's buffers (lz4, zstd), or npz's arrays (gzip)")
        .choices(["snappy", "lz4", "zstd", "gzip", "none"]),
    )
    .option("--row-group-rows <rows>", "rows of a parquet file's row groups, 122,880 by default", parseRows)
    .option("--spill-dir <folder>", "where to keep what must be read twice, when the input is a pipe")
    .optionsGroup(GROUPS.running)
    .option("--resume", "go on with the run whose journal is beside the file")
    .option("--dry-run", "tell what would be sent, and send nothing")
    .option("--json", "the summary as JSON")
    .addHelpText(
      "after",
      `
Examples:
  transload score data/iris.csv --url http://127.0.0.1:5000/invocations -o predictions.csv
  transload score data/iris.csv --url http://127.0.0.1:5000/invocations --with species -o predictions.parquet
  transload score data/iris.csv --url https://score.example.net --for azureml --token-env TOKEN --dry-run
  transload score data/iris.csv --url http://127.0.0.1:5000/invocations --max-rows 50 --resume -o predictions.csv`,
    );
}

/** `name=value`: the value as JSON where it is some, or else as text. */
function addParam(text: string, before: Record<string, unknown> | undefined): Record<string, unknown> {
  const at = text.indexOf("=");
  if (at <= 0) throw new TransloadError("E_OPTION", "a parameter is written as --param name=value");
  return { ...before, [text.slice(0, at)]: parseValue(text.slice(at + 1)) };
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
