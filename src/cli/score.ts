import { existsSync } from "node:fs";
import { dialectAt } from "../api/route.js";
import { checkUrl } from "../api/url.js";
import { TransloadError } from "../errors.js";
import { statsIfAny } from "../io/disk-errors.js";
import { beforeLeaving, interruptibly } from "../io/leaving.js";
import { checkOutput, openOutput, print } from "../io/output.js";
import { once } from "../lanes/guessing.js";
import { type Model, readModel } from "../model/mlmodel.js";
import type { SplitOptions } from "../options/convert.js";
import type { ScoreOptions } from "../options/score.js";
import { isRemote } from "../remote/url.js";
import { journalOf, refusedOf } from "../score/file-names.js";
import { rehearse } from "../score/rehearsal.js";
import { score } from "../score/score.js";
import { scoreFile } from "../score/score-file.js";
import type { ScoreSummary } from "../score/tally.js";
import { headersOf } from "./endpoint.js";
import { openInput, openPayload } from "./input.js";
import type { Define } from "./job.js";
import { encodingOf, limitsOf } from "./options.js";
import { type Progress, progressOf } from "./progress.js";
import type { Report } from "./report.js";
import { addOptions, type ScoreCall } from "./score-call.js";
import { describeRehearsal, describeSummary } from "./score-text.js";

const EXAMPLE = "transload score rows.csv --url http://127.0.0.1:5000/invocations -o predictions.csv";
const REFUSED = 1;

export const define: Define = (command, start) => {
  addOptions(command).action((input: string | undefined, call: ScoreCall) => start(call, (report) => run(input, call, report)));
};

async function run(path: string | undefined, call: ScoreCall, report: Report): Promise<number> {
  checkCall(path, call);
  const model = call.model === undefined ? undefined : await interruptibly(readModel(call.model));
  const options = await optionsOf(path, call);
  const source = path !== undefined && path !== "-" ? path : await standardInput(call);
  const size = typeof source === "string" ? statsIfAny(source)?.size : undefined;
  const progress = progressOf({ size }, report);
  const watched: ScoreOptions = {
    ...options,
    onWarning: once((warning) => report.warn(warning)),
    ...(progress && { onProgress: progress.update }),
  };
  try {
    if (call.dryRun) return await rehearsed(source, watched, model, call, progress);
    return await (call.output === undefined || call.output === "-"
      ? toStandardOutput(source, watched, call)
      : toFile(source, call.output, watched, model, call, report, progress));
  } finally {
    progress?.stop();
  }
}

/** @throws TransloadError E_OPTION for what does not go together. */
function checkCall(path: string | undefined, { output, json, resume, dryRun, to }: ScoreCall): void {
  const toPipe = output === undefined || output === "-";
  if (dryRun) return;
  if (toPipe && json)
    throw new TransloadError("E_OPTION", "--json tells the summary on standard output, where the predictions go; name their file with -o");
  if (toPipe && to === undefined) throw new TransloadError("E_OPTION", "say with -t how to write the predictions, or name a file with -o");
  if (toPipe && resume) throw new TransloadError("E_OPTION", "--resume goes on with a file of predictions; name it with -o");
  if (resume && (path === undefined || path === "-"))
    throw new TransloadError("E_OPTION", "--resume reads the payload again, so it takes a file and no pipe");
}

/** What the call asks of the library, with what a model adds to it. */
async function optionsOf(path: string | undefined, call: ScoreCall): Promise<ScoreOptions> {
  const {
    url,
    output: _,
    to: __,
    tokenEnv,
    header,
    param,
    model,
    names,
    resume,
    dryRun,
    json,
    quiet,
    errors,
    messages,
    dialect,
    nan,
    codec,
    rowGroupRows,
    ...own
  } = call;
  if (url === undefined) throw new TransloadError("E_OPTION", "say with --url where the server answers");
  const asked: ScoreOptions = {
    ...own,
    ...encodingOf(call),
    ...limitsOf(call),
    url,
    headers: headersOf(call),
    ...(param && { params: param }),
    ...(names === false && { header: false }),
  };
  return model === undefined ? asked : withModelOf(asked, model, path);
}

/** The form and the columns that the model's signature tells. */
async function withModelOf(options: ScoreOptions, model: string, path: string | undefined): Promise<ScoreOptions> {
  const { withModel } = await import("./model.js");
  const { from, encoding, columns, text, header } = options;
  const reading = Object.entries({ from, encoding, columns, text, header }).filter(([, value]) => value !== undefined);
  const to = options.for ?? dialectAt(checkUrl(options.url)).name;
  const { to: form, ...told } = await interruptibly(withModel({ ...Object.fromEntries(reading), to } as SplitOptions, model, path));
  return { ...options, ...told, for: form };
}

async function standardInput({ output }: ScoreCall) {
  const input = await openInput(undefined, EXAMPLE);
  if (output !== undefined && output !== "-" && !isRemote(output)) await checkOutput(output, input);
  return (await openPayload(input, {})).stream;
}

type Input = Parameters<typeof score>[0];

async function toStandardOutput(source: Input, options: ScoreOptions, { to, nan, codec, rowGroupRows }: ScoreCall): Promise<number> {
  if (options.keepGoing)
    throw new TransloadError("E_OPTION", "--keep-going tells refused rows in a file beside the predictions; name theirs with -o");
  const stats = typeof source === "string" ? statsIfAny(source) : undefined;
  const output = await openOutput(undefined, stats && { name: source as string, stats }, true);
  const target = { to: to as string, ...(nan && { nan }), ...(codec && { codec }), ...(rowGroupRows !== undefined && { rowGroupRows }) };
  await output.fill(score(source, options).stream(target));
  await output.commit();
  return 0;
}

async function toFile(
  source: Input,
  output: string,
  options: ScoreOptions,
  model: Model | undefined,
  { to, resume, nan, codec, rowGroupRows, json, quiet }: ScoreCall,
  report: Report,
  progress: Progress | undefined,
): Promise<number> {
  const hint = () => {
    if (typeof source === "string" && existsSync(journalOf(output)))
      report.note("what was answered is kept; the same call with --resume goes on");
  };
  const callOff = beforeLeaving(hint);
  const began = performance.now();
  try {
    const summary = await scoreFile(source, output, {
      ...options,
      ...(to !== undefined && { to }),
      ...(resume && { resume }),
      ...(nan && { nan }),
      ...(codec && { codec }),
      ...(rowGroupRows !== undefined && { rowGroupRows }),
      ...(model && { fingerprint: JSON.stringify(model) }),
      ...(progress && {
        onSummary: (summary: ScoreSummary) =>
          progress.tell(`${summary.rows} rows, ${summary.inFlight} under way, ${summary.retries} retries`),
      }),
    });
    progress?.stop();
    const seconds = (performance.now() - began) / 1000;
    if (json) await print(`${JSON.stringify({ ...summary, seconds, ...(summary.refused > 0 && { refusedFile: refusedOf(output) }) })}\n`);
    else if (!quiet) await print(describeSummary(summary, seconds, refusedOf(output)));
    return summary.refused > 0 ? REFUSED : 0;
  } catch (error) {
    hint();
    throw error;
  } finally {
    callOff();
  }
}

async function rehearsed(
  source: Input,
  options: ScoreOptions,
  model: Model | undefined,
  { json }: ScoreCall,
  progress: Progress | undefined,
): Promise<number> {
  const found = await rehearse(source, options, model);
  progress?.stop();
  await print(json ? `${JSON.stringify(found, undefined, 2)}\n` : describeRehearsal(found));
  return found.verdict && !found.verdict.accepted ? REFUSED : 0;
}
