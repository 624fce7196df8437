import { type Assumed, type Diagnosis, diagnose, type RouteAnswer, type Server } from "../api/diagnosis.js";
import { print } from "../io/output.js";
import { spellReleases } from "../model/releases.js";
import { shellWord } from "../model/shell-word.js";
import { addEndpoint, type EndpointCall, endpointOf } from "./endpoint.js";
import type { Define } from "./job.js";
import { addVoice, GROUPS } from "./options.js";
import type { Voice } from "./report.js";
import { alignColumns } from "./table.js";

interface DoctorCall extends Voice, EndpointCall {
  modelName?: string;
  json?: boolean;
}

const UNKNOWN = 1;
const SHOWN = 60;

export const define: Define = (command, start) => {
  addVoice(addEndpoint(command.optionsGroup(GROUPS.server)))
    .summary("tell what a server is, and how to validate for it")
    .description(
      "Asks a server's health, version and metadata routes what it is, by GET alone, and tells what a verdict on it assumes: the dialect, " +
        "the releases, and how large a request may be.",
    )
    .argument("<url>", "the server, or the model's URL as a client calls it")
    .option("--model-name <name>", "the model's name on the server: TensorFlow Serving tells of itself only where it is asked for a model")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  transload doctor http://127.0.0.1:5000\n  transload doctor http://127.0.0.1:5000/invocations --header 'X-Key: 1' --json",
    )
    .action((url: string, call: DoctorCall) => start(call, () => run(url, call)));
};

async function run(url: string, { modelName, json, ...call }: DoctorCall): Promise<number> {
  const diagnosis = await diagnose(endpointOf(url, call), modelName);
  await print(json ? `${JSON.stringify(diagnosis, undefined, 2)}\n` : describe(diagnosis));
  return diagnosis.servers.some(({ verdicts }) => verdicts.length > 0) ? 0 : UNKNOWN;
}

function describe({ url, routes, servers }: Diagnosis): string {
  const table = alignColumns([["route", "status", "said"], ...routes.map(row)], [1]);
  const told = servers.length > 0 ? servers.map(describeServer) : [unknown(url, routes)];
  return `${[table, ...told].join("\n\n")}\n`;
}

function row({ route, status, said = "" }: RouteAnswer): string[] {
  const letters = [...said];
  return [route, status === undefined ? "-" : `${status}`, letters.length > SHOWN ? `${letters.slice(0, SHOWN - 1).join("")}…` : said];
}

function describeServer({ name, version, unsure, advice, verdicts }: Server): string {
  const what = version === undefined ? name : `${name} ${version}`;
  const first = unsure ? `this may be ${what}` : `this is ${what}`;
  return [first, ...(advice === undefined ? [] : [advice]), ...verdicts.flatMap(describeVerdict)].join("\n");
}

function describeVerdict({ options, releases, untold, title, maxBytes, softLimit }: Assumed): string[] {
  const others = untold.length > 0 ? `; no route tells ${untold.join(" and ")}: name what it runs with --server-version` : "";
  const more = softLimit === undefined ? "" : ` ${softLimit}`;
  return [
    `validate with ${options.map((word) => shellWord(word)).join(" ")}`,
    ...(releases ? [`the verdict assumes ${spellReleases(releases)}${others}`] : []),
    maxBytes === undefined ? `no limit to a request of ${title} is known` : `${title} takes ${maxBytes} bytes in a request${more}`,
  ];
}

function unknown(url: string, routes: readonly RouteAnswer[]): string {
  const locked = routes.some(({ status }) => status === 401 || status === 403);
  const advice = locked
    ? "it wants to know who asks: hand over a token with --token-env VARIABLE"
    : "look whether the URL is the server's; of TensorFlow Serving name the model with --model-name NAME; otherwise name the dialect yourself: transload dialects";
  return `nothing at ${url} tells what it is\n${advice}`;
}
