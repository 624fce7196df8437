import { pipeline } from "node:stream/promises";
import { convert } from "../convert.js";
import { choose } from "../dialects/index.js";
import { type Inspection, inspect } from "../inspect.js";
import { blame } from "./disk.js";
import { openInput } from "./input.js";
import { extent, inspectInput } from "./inspect.js";
import type { Define } from "./job.js";
import { addVoice } from "./options.js";
import { Progress } from "./progress.js";
import type { Report, Voice } from "./report.js";

interface ValidateCall extends Voice {
  from: string;
  for?: string;
}

const EXAMPLE = "transload validate payload.json --for mlflow";

export const define: Define = (command, start) => {
  addVoice(command)
    .summary("check a payload: exit 0 when it is valid, 1 when it is not")
    .description("Reads a payload to its end and says whether it is valid: in its own dialect, or once converted to another.")
    .argument("[input]", "the payload's file; without it, or with -, standard input")
    .option("-f, --from <dialect>", "dialect or form of the input", "auto")
    .option("--for <dialect>", "whether it can be converted to this dialect, whose servers take the result")
    .addHelpText(
      "after",
      "\nExamples:\n  transload validate data/heart.azureml.json\n  transload validate data/heart.azureml.json --for mlflow",
    )
    .action((input: string | undefined, call: ValidateCall) => start(call, (report) => run(input, call, report)));
};

async function run(path: string | undefined, { from, for: target }: ValidateCall, report: Report): Promise<void> {
  if (target === undefined) {
    const inspection = await inspectInput(path, from, EXAMPLE, report);
    process.stdout.write(`valid: ${inspection.form}, ${extent(inspection)}\n`);
    return;
  }
  choose(target); // an unknown name is told before anything is read
  const result = await convertAndInspect(path, from, target, report);
  process.stdout.write(`valid for ${target}: ${result.form}, ${extent(result)}\n`);
}

/** Converts, and reads the result as the target's payload: which form it took, and that it is one. */
async function convertAndInspect(path: string | undefined, from: string, to: string, report: Report): Promise<Inspection> {
  let progress: Progress | undefined;
  const onProgress = (bytes: number) => progress?.update(bytes);
  const conversion = convert({ from, to, onWarning: (warning) => report.warn(warning), onProgress });
  const input = openInput(path, EXAMPLE);
  progress = Progress.of(input, report);
  try {
    return await pipeline(input.stream, conversion, (result) => inspect(result, { from: to }));
  } catch (error) {
    throw blame(error, input.name);
  } finally {
    progress?.stop();
  }
}
