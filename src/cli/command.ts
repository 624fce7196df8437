// The long way, which is every call's but those that short.ts knows. Only the command that was asked for is loaded. Reading the call
// comes first and all of it: what goes wrong there is the call's fault (exit 2), what goes wrong afterwards is the input's, the disk's or
// ours.
import { CommanderError } from "commander";
import { spellOptions, TransloadError } from "../errors.js";
import { leaveTidily } from "../io/leaving.js";
import { print } from "../io/output.js";
import type { Job } from "./job.js";
import { optionOfCommand } from "./option-text.js";
import { describe } from "./program.js";
import { exitCode, isClosedPipe, Report } from "./report.js";

let report = new Report();

process.once("uncaughtException", (error) => {
  if (isClosedPipe(error)) process.exit(0);
  report.fail(error);
  process.exit(exitCode(error));
});

let done = false;

// what nobody holds open any more will not come; Node takes that for an end like any other
process.once("beforeExit", () => {
  if (done) return;
  const error = new Error("the work stopped before its end, and nothing is left to wait for");
  report.fail(error);
  process.exitCode = exitCode(error);
});

process.exitCode = await main(process.argv);
done = true;

async function main(argv: readonly string[]): Promise<number> {
  spellOptions(optionOfCommand);
  leaveTidily();
  if (argv[2] === "complete" && argv[3] === "--") return answerShell(argv.slice(4));
  let job: Job | undefined;
  const said: string[] = [];
  try {
    await defineForHelp(argv);
    const program = await describe(
      argv[2],
      (call, work) => {
        report = new Report(call);
        job = call.dialect ? defining(call.dialect, work) : work;
      },
      said,
    );
    if (argv.length <= 2) program.outputHelp();
    else program.parse(argv);
  } catch (error) {
    if (!isAnswer(error)) return refuseCall(error, argv);
  }
  try {
    const code = job ? await job(report) : await print(said.join(""));
    return typeof code === "number" ? code : 0;
  } catch (error) {
    if (isClosedPipe(error)) return 0;
    report.fail(error);
    return exitCode(error);
  }
}

/** The work, with dialects that these files define. */
function defining(files: readonly string[], work: Job): Job {
  return async (report) => {
    const { defineFrom } = await import("./dialect-file.js");
    await defineFrom(files);
    return work(report);
  };
}

/** Help lists the dialects of the caller's own, too. */
async function defineForHelp(argv: readonly string[]): Promise<void> {
  if (!argv.some((word) => word === "--help" || word === "-h")) return;
  const files = argv.flatMap((word, i) => (word.startsWith("--dialect=") ? [word.slice(10)] : argv[i - 1] === "--dialect" ? [word] : []));
  if (files.length === 0) return;
  const { defineFrom } = await import("./dialect-file.js");
  await defineFrom(files);
}

/** What may stand where somebody has pressed tab (completion.ts). */
async function answerShell(words: readonly string[]): Promise<number> {
  const { complete } = await import("./completion.js");
  await print(await complete(await describe(undefined, () => {}, []), words));
  return 0;
}

/** Help and the version were asked for: commander throws for them. */
function isAnswer(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}

/** A call that cannot be understood. */
function refuseCall(error: unknown, argv: readonly string[]): number {
  const wants = (option: string) => (argv.includes(`${option}=json`) || argv[argv.indexOf(option) + 1] === "json" ? "json" : "text");
  new Report({ errors: wants("--errors"), messages: wants("--messages") }).fail(error instanceof CommanderError ? wrongCall(error) : error);
  return error instanceof CommanderError || error instanceof TransloadError ? 2 : exitCode(error);
}

/** Commander's message, which may take two lines, as one of ours. */
function wrongCall({ message }: Error): TransloadError {
  return new TransloadError("E_OPTION", `${message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ")}; see transload --help`);
}
