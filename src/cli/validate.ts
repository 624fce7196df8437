import { existsSync } from "node:fs";
import type { Command } from "commander";
import { chooseServer, type Releases } from "../dialects/index.js";
import { TransloadError } from "../errors.js";
import { interruptibly } from "../io/leaving.js";
import { print } from "../io/output.js";
import { nameOf } from "../io/source.js";
import { verdictOfFault } from "../model/fault.js";
import type { Finding } from "../model/finding.js";
import type { Inspection } from "../model/inspection.js";
import { type Model, readModel } from "../model/mlmodel.js";
import { spellReleases } from "../model/releases.js";
import { type Otherwise, type Verdict, type VerdictOptions, verdict } from "../model/verdict.js";
import { extent, inspectInput, printRefusal } from "./inspect.js";
import type { Define } from "./job.js";
import {
  addDefinitions,
  addEncoding,
  addHeaderLength,
  addLimits,
  addVoice,
  type Definitions,
  encodingOf,
  GROUPS,
  type Headed,
  headerLengthOf,
  limitsOf,
} from "./options.js";
import { addQuestion, describeAsked, type QuestionCall, questionOf } from "./question.js";
import type { Report, Voice } from "./report.js";
import { alignColumns } from "./table.js";

interface ValidateCall extends Voice, QuestionCall, Definitions, Headed {
  from: string;
  for?: string;
  model?: string;
  serverVersion?: string;
  json?: boolean;
}

const EXAMPLE = "transload validate payload.json --for mlflow";
const REFUSED = 1;

export const define: Define = (command, start) => {
  addQuestion(addVoice(addDefinitions(addLimits(addHeaderLength(addEncoding(addOptions(command))))))).action(
    (input: string | undefined, call: ValidateCall) => start(call, (report) => run(input, call, report)),
  );
};

function addOptions(command: Command): Command {
  return command
    .summary("tell whether a server takes a payload: exit 0 when it does, 1 when it does not")
    .description(
      "Reads a payload to its end. With --for it tells whether that server takes the payload as it is, for the model if one is named; " +
        "if not, why, and which command mends it; and what the server would change in silence. Without, whether the payload is sound.",
    )
    .argument("[input]", "the payload's file, or its URL (https, s3, az, abfss, gs); without it, or with -, standard input")
    .optionsGroup(GROUPS.server)
    .option("--for <dialect>", "the server: azureml, mlflow, tfserving … or one of their forms")
    .option("--model <path>", "MLflow's MLmodel file, or the folder that holds it: the signature decides what is taken")
    .option(
      "--server-version <releases>",
      "what the server runs, as mlflow=3.17,pandas=3.1; without it the newest releases that were asked",
    )
    .optionsGroup(GROUPS.files)
    .option("-f, --from <dialect>", "dialect or form of the input", "auto")
    .option("--json", "as JSON, as transload/verdict.schema.json describes it")
    .addHelpText(
      "after",
      `
Examples:
  transload validate data/heart.azureml.json
  transload validate data/heart.azureml.json --for azureml
  transload validate data/heart.mlflow.json --for mlflow --model data/heart-model
  transload validate data/heart.mlflow.json --for mlflow --server-version mlflow=3.6,pandas=2.3
  transload validate data/heart.azureml.json --model data/heart-model/MLmodel --json
  printf 'city\\nZ\\374rich\\n' | transload validate -f csv --encoding windows-1252
  transload validate data/heart.mlflow.json --model data/heart-model --ask http://127.0.0.1:5000/invocations`,
    );
}

/** A program that asked for JSON gets JSON, whatever comes of it: schema/verdict.schema.json describes it. */
async function run(path: string | undefined, call: ValidateCall, report: Report): Promise<number> {
  try {
    return await answer(path, call, report);
  } catch (error) {
    if (call.json) await printRefusal(error);
    throw error;
  }
}

async function answer(path: string | undefined, call: ValidateCall, report: Report): Promise<number> {
  const put = questionOf(path, call);
  if (call.for !== undefined) chooseServer(call.for); // an unknown name is told before anything is read
  const model = call.model === undefined ? undefined : await interruptibly(readModel(call.model));
  const options = optionsOf(path, call, model);
  if (!call.for && !model && call.serverVersion === undefined && !put) {
    const found = await look(path, call, report);
    await print(call.json ? toJson(found) : `valid: ${found.form}, ${extent(found)}\n`);
    return 0;
  }
  const { found, judged } = await judge(() => look(path, call, report), options);
  const said = describe(judged, found, options.file);
  if (!put) {
    await print(call.json ? toJson(judged) : said);
    return judged.accepted ? 0 : REFUSED;
  }
  // where the server gives no answer the verdict stands all the same
  const asked = await put(judged, found, options).catch(async (error: unknown) => {
    if (!call.json) await print(said);
    throw error;
  });
  await print(call.json ? toJson({ ...judged, asked }) : `${said}\n${describeAsked(asked, judged, model !== undefined)}`);
  return asked.accepted ? 0 : REFUSED;
}

function optionsOf(
  path: string | undefined,
  { for: server, serverVersion, dialect, model: modelPath }: ValidateCall,
  model: Model | undefined,
): VerdictOptions {
  return {
    ...(server !== undefined && { for: server }),
    ...(model && { model }),
    ...(modelPath !== undefined && { modelPath }),
    ...(serverVersion !== undefined && { serverVersion: parseReleases(serverVersion) }),
    ...(path !== undefined && path !== "-" && { file: nameOf(path) as string }),
    ...(dialect && { definitions: dialect }),
    taken: existsSync,
  };
}

async function look(path: string | undefined, call: ValidateCall, report: Report): Promise<Inspection> {
  const inspectAs = (from: string) =>
    inspectInput(path, { from, ...headerLengthOf(call), ...encodingOf(call), ...limitsOf(call) }, EXAMPLE, report);
  try {
    return await inspectAs(sourceFor(path, call));
  } catch (error) {
    // what may be for either of two servers is for the one that is asked; a pipe cannot be read again
    const again = error instanceof TransloadError && error.code === "E_AMBIGUOUS" && call.from === "auto" && call.for !== undefined;
    if (!again || path === undefined || path === "-") throw error;
    return await inspectAs(call.for as string);
  }
}

/** A csv's name says nothing of a line of names, which some servers do not read. */
function sourceFor(path: string | undefined, { from, for: server }: ValidateCall): string {
  if (from !== "auto" || server === undefined || !(path && nameOf(path)?.endsWith(".csv"))) return from;
  return chooseServer(server).forms.find(({ headless }) => headless)?.id ?? from;
}

/** The verdict, and what it is made of, where the payload can be read. */
async function judge(
  inspecting: () => Promise<Inspection>,
  options: VerdictOptions,
): Promise<{ found: Inspection | undefined; judged: Verdict }> {
  try {
    const found = await inspecting();
    return { found, judged: verdict(found, options) };
  } catch (error) {
    // not what transload makes of it is asked, but what the server does
    const judged = error instanceof TransloadError ? verdictOfFault(error, options) : undefined;
    if (!judged) throw error;
    return { found: undefined, judged };
  }
}

/** The answer in the first line, then what was found, then the command that mends it. */
function describe(
  { server, accepted, findings, releases, otherwise, remedy }: Verdict,
  found: Inspection | undefined,
  file: string | undefined,
): string {
  const what = [file ?? "standard input", ...(found ? [`${found.form}, ${extent(found)}`] : [])].join(": ");
  const lines = [`${accepted ? "accepted" : "refused"} by ${server}: ${what}`, ...listed(findings)];
  if (remedy) {
    lines.push("", "this mends it:", `  ${remedy.command}`);
    if (remedy.remains.length > 0) lines.push("", "and then still:", ...listed(remedy.remains));
  } else if (!accepted) lines.push("", "no conversion mends it");
  if (releases) lines.push("", `This holds for ${spellReleases(releases)}.`, ...otherwise.flatMap(different));
  return `${lines.join("\n")}\n`;
}

/** What servers of other releases do. */
function different({ releases, accepted, findings, without }: Otherwise): string[] {
  const gone = without.map(({ message }) => `  without  ${message}`);
  return [`${accepted ? "Accepted" : "Refused"} by ${releases.map(spellReleases).join(", by ")}:`, ...listed(findings), ...gone];
}

function toJson(answer: unknown): string {
  return `${JSON.stringify(answer, undefined, 2)}\n`;
}

/** `mlflow=3.17,pandas=3.1`. */
function parseReleases(text: string): Releases {
  return Object.fromEntries(
    text.split(",").map((word) => {
      const [name, release] = word.split("=").map((part) => part.trim());
      if (!name || !release) throw new TransloadError("E_OPTION", "say what the server runs as in --server-version mlflow=3.17,pandas=3.1");
      return [name, release];
    }),
  );
}

function listed(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  return alignColumns(findings.map(({ severity, message }) => [`  ${severity}`, message])).split("\n");
}
