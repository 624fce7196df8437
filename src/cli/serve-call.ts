// What the command `serve` is called with.
import type { Command } from "commander";
import type { PassingOptions } from "../options/serve.js";
import { addHeaders, type HeadersCall, parseSeconds } from "./endpoint.js";
import { addDefinitions, addVoice, type Definitions, GROUPS, parseSize, parseWhole } from "./options.js";
import type { Voice } from "./report.js";

export interface ServeCall extends Voice, Definitions, HeadersCall, Pick<PassingOptions, "timeout" | "concurrency"> {
  upstream?: string;
  speaks?: string;
  accepts?: string[];
  modelName?: string;
  model?: string;
  config?: string;
  host?: string;
  port?: number;
  passHeader?: string[];
  maxBody?: number;
  log?: string;
}

export function addOptions(command: Command): Command {
  return addVoice(addDefinitions(addPassing(addHeaders(addServer(command).optionsGroup(GROUPS.requests)))));
}

function addServer(command: Command): Command {
  return command
    .summary("stand between clients of one dialect and a server of another")
    .description(
      "Takes requests as servers of one dialect do, hands them on to a server of another, and answers as the clients expect it. Both " +
        "bodies stream. SIGTERM has the requests under way answered, and ends it.",
    )
    .optionsGroup(GROUPS.server)
    .option(
      "--upstream <url>",
      "the server's URL: where requests are posted to, or the server's alone, behind which the dialect's route is put",
    )
    .option("--speaks <dialect>", "what the server speaks, or the form that it is to get")
    .option("--accepts <dialects>", "a,b: what the clients speak", (text: string) => text.split(","))
    .option("--model-name <name>", "the model's name on the server, for a route that has one")
    .option("--model <path>", "an MLmodel, or its folder: its signature gives the form, the metadata and the warnings")
    .option("--config <file>", "a YAML file with all of this, for several models by their names")
    .optionsGroup("Listening:")
    .option("--host <address>", "the address to listen on: 127.0.0.1 by default")
    .option("--port <port>", "the port: 8080 by default; 0 picks one", parseWhole("--port", 0));
}

function addPassing(command: Command): Command {
  return command
    .optionsGroup(GROUPS.requests)
    .option(
      "--pass-header <name>",
      "a header that passes, there and back; give it again for another",
      (name: string, before: string[] = []) => [...before, name],
    )
    .option("--max-body <size>", "bytes that a request may have: 1GiB by default", parseSize)
    .option("--timeout <seconds>", "how long a request may take, its answer included: 60 by default", parseSeconds("--timeout"))
    .option("--concurrency <requests>", "requests at a time, beyond which 503 is answered: 256 by default", parseWhole("--concurrency", 1))
    .optionsGroup(GROUPS.messages)
    .addOption(
      command
        .createOption("--log <level>", "what is logged on standard error, as JSON")
        .choices(["error", "warn", "info", "none"])
        .default("info"),
    )
    .addHelpText(
      "after",
      `
Examples:
  transload serve --upstream http://127.0.0.1:5001 --speaks azureml --accepts mlflow
  transload serve --upstream http://127.0.0.1:5000 --speaks mlflow --accepts oip,tfserving --model data/heart-model --port 9000
  transload serve --config data/serve.yaml`,
    );
}
