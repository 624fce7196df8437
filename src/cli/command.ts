// The long way, which is every call's but those that short.ts knows. Only the command that was asked for is loaded. Reading the call
// comes first and all of it: what goes wrong there is the call's fault (exit 2), what goes wrong afterwards is the input's, the disk's or
// ours.
import { Command, CommanderError } from "commander";
import { version } from "../api/version.js";
import { spellOptions, TransloadError } from "../errors.js";
import { leaveTidily } from "../io/leaving.js";
import { print } from "../io/output.js";
import type { Define, Job } from "./job.js";
import { optionOfCommand } from "./option-text.js";
import { exitCode, isClosedPipe, Report } from "./report.js";

const COMMANDS: Readonly<Record<string, () => Promise<{ define: Define }>>> = {
  convert: () => import("./convert.js"),
  inspect: () => import("./inspect.js"),
  validate: () => import("./validate.js"),
  score: () => import("./score.js"),
  serve: () => import("./serve.js"),
  doctor: () => import("./doctor.js"),
  bench: () => import("./bench.js"),
  dialects: () => import("./dialects.js"),
};

const VERSION: readonly string[] = ["-V", "--version"];

const EXAMPLES = `
Examples:
  transload convert data/heart.azureml.json -t mlflow
  transload convert < data/heart.azureml.json -t mlflow > heart.mlflow.json
  transload inspect data/heart.azureml.json

transload <command> --help tells the options and more examples.`;

let report = new Report();

process.once("uncaughtException", (error) => {
  if (isClosedPipe(error)) process.exit(0);
  report.fail(error);
  process.exit(exitCode(error));
});

process.exitCode = await main(process.argv);

async function main(argv: readonly string[]): Promise<number> {
  spellOptions(optionOfCommand);
  leaveTidily();
  let job: Job | undefined;
  const said: string[] = [];
  try {
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

/**
 * The program with the one command that is called, none for its version, or with all of them where help may be asked for.
 * `said` takes what it has to say, which is written by the one writer there is.
 */
async function describe(name: string | undefined, start: Parameters<Define>[1], said: string[]): Promise<Command> {
  const program = new Command("transload")
    .description("Moves scoring payloads of any size from one server's wire dialect to another's, in one pass.")
    .version(version(), VERSION.join(", "), "tell the version")
    .helpOption("-h, --help", "tell how to call it")
    .exitOverride()
    .configureOutput({ writeOut: (text) => void said.push(text), outputError: () => {} })
    .showSuggestionAfterError()
    .addHelpText("after", EXAMPLES);
  const known = name !== undefined && (Object.hasOwn(COMMANDS, name) || VERSION.includes(name));
  for (const [command, load] of Object.entries(COMMANDS)) {
    if (known && command !== name) continue;
    (await load()).define(program.command(command), start);
  }
  return program;
}

/** The work, with dialects that these files define. */
function defining(files: readonly string[], work: Job): Job {
  return async (report) => {
    const { defineFrom } = await import("./dialect-file.js");
    await defineFrom(files);
    return work(report);
  };
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
