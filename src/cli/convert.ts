import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import { type ConvertOptions, convert } from "../convert.js";
import { DIALECTS, NAMES } from "../dialects/index.js";
import type { DType } from "../dtype.js";
import { TransloadError } from "../errors.js";
import { blame } from "./disk.js";
import { openInput } from "./input.js";
import type { Define } from "./job.js";
import { addVoice, parseColumns, parseDtype, parseRows } from "./options.js";
import { openOutput } from "./output.js";
import { Progress } from "./progress.js";
import type { Report, Voice } from "./report.js";
import { alignColumns } from "./table.js";

interface ConvertCall extends Voice {
  output?: string;
  from: string;
  to?: string;
  columns?: string[];
  dtype?: DType | Record<string, DType>;
  cast?: "error" | "clip";
  nan?: "null" | "token" | "error";
  batchRows?: number;
  engine: "core" | "reference";
}

const EXAMPLE = "transload convert payload.json -t mlflow";

export const define: Define = (command, start) => {
  addVoice(addOptions(command)).action((input: string | undefined, call: ConvertCall) => {
    const options = conversionOf(call);
    start(call, (report) => run(input, call.output, options, report));
  });
};

function addOptions(command: Command): Command {
  return command
    .summary("write a payload in another dialect")
    .description("Reads a payload in one dialect and writes it in another, in one pass. A file is written whole or not at all.")
    .argument("[input]", "the payload's file; without it, or with -, standard input")
    .option("-o, --output <file>", "where to write; without it, or with -, standard output")
    .option("-f, --from <dialect>", "dialect or form of the input", "auto")
    .option("-t, --to <dialect>", "dialect or form of the output")
    .option("--columns <names>", "a,b,c: names for a tensor's columns, which makes it a split", parseColumns)
    .option("--dtype <dtype>", "read numbers as this dtype and print them anew; or age=int32,chol=float64", parseDtype)
    .addOption(command.createOption("--cast <how>", "numbers that --dtype cannot hold").choices(["error", "clip"]))
    .addOption(command.createOption("--nan <how>", "NaN and Infinity; as they are by default").choices(["null", "token", "error"]))
    .option("--batch-rows <rows>", "rows that --dtype works on at a time", parseRows)
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
  return `
Dialects (transload dialects lists their forms):
${dialects}
A bare name takes the form that suits the payload; mlflow:instances asks for one.

Examples:
  transload convert data/heart.azureml.json -t mlflow
  transload convert data/heart.azureml.json -t mlflow1 -o heart.mlflow1.json
  transload convert data/tensor.azureml.json -t mlflow:instances
  transload convert data/tensor.azureml.json -t mlflow --columns age,sex,trestbps,chol,fbs,restecg,thalach,exang,oldpeak,slope,ca,thal
  transload convert data/tensor.azureml.json -t mlflow --dtype float32
  transload convert data/heart.azureml.json -t mlflow --dtype age=int32,oldpeak=float32
  cat data/named.azureml.json | transload convert -t tfserving | head -c 200`;
}

/** @throws TransloadError E_OPTION for options that do not go together. */
function conversionOf({ to, cast, dtype, ...call }: ConvertCall): ConvertOptions {
  if (to === undefined) throw new TransloadError("E_OPTION", `say with -t which dialect to write; known: ${NAMES.join(", ")}`);
  if (cast !== undefined && dtype === undefined)
    throw new TransloadError("E_OPTION", "--cast says what becomes of numbers that --dtype cannot hold, so it needs --dtype");
  const { from, columns, nan, batchRows, engine } = call;
  return {
    from,
    to,
    engine,
    ...(columns && { columns }),
    ...(dtype && { dtype }),
    ...(cast && { cast }),
    ...(nan && { nan }),
    ...(batchRows && { batchRows }),
  };
}

async function run(path: string | undefined, target: string | undefined, options: ConvertOptions, report: Report): Promise<void> {
  const onWarning = (warning: Parameters<Report["warn"]>[0]) => report.warn(warning);
  let progress: Progress | undefined;
  // before anything is opened: it checks the options
  const conversion = convert({ ...options, onWarning, onProgress: (bytes) => progress?.update(bytes) });
  const input = openInput(path, EXAMPLE);
  const output = openOutput(target, input);
  progress = Progress.of(input, report);
  try {
    await pipeline(input.stream, conversion, output.stream);
    output.commit();
  } catch (error) {
    output.discard();
    throw blame(error, input.name, output.name);
  } finally {
    progress?.stop();
  }
}
