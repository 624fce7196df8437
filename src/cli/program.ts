// The program as commander knows it: its commands, and what its help says.
import { Command } from "commander";
import { version } from "../api/version.js";
import type { Define } from "./job.js";

const COMMANDS: Readonly<Record<string, () => Promise<{ define: Define }>>> = {
  convert: () => import("./convert.js"),
  inspect: () => import("./inspect.js"),
  validate: () => import("./validate.js"),
  score: () => import("./score.js"),
  serve: () => import("./serve.js"),
  doctor: () => import("./doctor.js"),
  bench: () => import("./bench.js"),
  dialects: () => import("./dialects.js"),
  completion: () => import("./completion.js"),
};

const VERSION: readonly string[] = ["-V", "--version"];

const EXAMPLES = `
Examples:
  transload convert data/heart.azureml.json -t mlflow
  transload convert < data/heart.azureml.json -t mlflow > heart.mlflow.json
  transload inspect data/heart.azureml.json

transload <command> --help tells the options and more examples.`;

/**
 * The program with the one command that is called, none for its version, or with all of them where help may be asked for.
 * `said` takes what it has to say, which is written by the one writer there is.
 */
export async function describe(name: string | undefined, start: Parameters<Define>[1], said: string[]): Promise<Command> {
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
