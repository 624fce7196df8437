// serve in front of the real servers: clients of each dialect get from every one of them what the model predicts, and a refusal in
// their own words. score against each of them, too.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Environment, HERE, run } from "./python.js";
import { differing, predicted } from "./score.js";
import { freePorts, Server, type Start } from "./server.js";

/** What clients.py sends, as the model of predict.py adds it up. */
const SUMS = [-5, -5.875, 5];
const MODEL = "m";
/** Rows that are scored against each server. */
const SCORED = 20_000;

/** A server that serves the model, and how it is spoken to. */
interface Upstream {
  readonly name: string;
  readonly start: Start;
  readonly path: string;
  readonly speaks: string;
  /** What its own clients are, which ask it without a gateway. */
  readonly own?: readonly string[];
  /** What it calls its output. */
  readonly column?: string;
  /** How far its predictions may be from the model's, as a part of them. */
  readonly within?: number;
}

/** Clients, and the gateway's dialects that they ask. Two of a route need a gateway each. */
const GATEWAYS = [
  {
    accepts: "mlflow,azureml,databricks,tfserving,triton,seldon",
    clients: ["mlflow", "databricks", "azureml", "tfserving", "triton", "seldon"],
  },
  { accepts: "kserve1,oip", clients: ["kserve v1", "kserve v2"] },
] as const;

/** A line for each thing that is checked, as soon as it is: `passed …`, `FAILED …` or `not run …`. */
export async function* checkServe(
  python: Environment,
  kserve: string | Error,
  cli: string,
  parent: string,
): AsyncGenerator<string, void, undefined> {
  const folder = join(parent, "serve");
  await run(python.python, [join(HERE, "predict.py"), folder, `${SCORED}`], 300, python.env, parent);
  const all = await upstreamsOf(python, kserve, folder);
  if (kserve instanceof Error) yield `not run kserve: ${kserve.message}`;
  await Promise.all(all.map(({ start }) => Server.start(start, parent)));
  const wanted = predicted(folder);
  for (const upstream of all) {
    yield* fromClients(upstream, python.python, kserve, cli, folder);
    const { name, start, path, speaks, ...how } = upstream;
    const title = `${name}: score of ${SCORED.toLocaleString("en")} rows is what the model predicts of the frame`;
    const output = join(folder, `${name}.parquet`);
    const url = `http://127.0.0.1:${start.port}${path}`;
    const call = ["score", join(folder, "rows.csv"), "--url", url, "--for", speaks, "--model", join(folder, "model"), "--max-rows", "1000"];
    const done = spawnSync(process.execPath, [cli, ...call, "-o", output, "--json"], { encoding: "utf8" });
    const wrong = done.status === 0 ? await differing(output, wanted, how) : done.stderr;
    yield wrong === undefined ? `passed  ${title}` : `FAILED  ${title}: ${wrong}`;
  }
}

async function upstreamsOf({ python, env, missing }: Environment, kserve: string | Error, folder: string): Promise<Upstream[]> {
  const [first, second, third, grpc, metrics, fourth] = (await freePorts(6)) as [number, number, number, number, number, number];
  const model = join(folder, "model");
  const app = ["-m", "uvicorn", "--host", "127.0.0.1", "--port", `${first}`, "mlflow.pyfunc.scoring_server.app:app"];
  const code = "from azureml_inference_server_http import amlserver; amlserver.DEFAULT_HOST = '127.0.0.1'; amlserver.run()";
  const azure = ["-c", code, "--entry_script", join(HERE, "score.py"), "--port", `${second}`, "--model_dir", model];
  const all: Upstream[] = [
    {
      name: "mlflow",
      start: {
        name: "serve-mlflow",
        program: python,
        args: app,
        env: { ...env, __pyfunc_model_path__: model },
        port: first,
        health: "/health",
      },
      path: "/invocations",
      speaks: "mlflow",
      own: ["mlflow"],
    },
    {
      name: "azureml",
      start: { name: "serve-azureml", program: python, args: azure, env: { ...env, AML_APP_ROOT: folder }, port: second, health: "/" },
      path: "/score",
      speaks: "azureml",
      own: ["azureml"],
      // its script has pandas' ujson read the numbers, which errs in the last places
      within: 1e-12,
    },
  ];
  if (!missing.has("mlserver")) {
    const settings = join(folder, "mlserver");
    mkdirSync(join(settings, MODEL), { recursive: true });
    const put = (file: string, value: object): void => writeFileSync(join(settings, file), JSON.stringify(value));
    put("settings.json", { host: "127.0.0.1", http_port: third, grpc_port: grpc, metrics_port: metrics, parallel_workers: 0 });
    put(`${MODEL}/model-settings.json`, { name: MODEL, implementation: "mlserver_mlflow.MLflowRuntime", parameters: { uri: model } });
    const args = ["-m", "mlserver.cli.main", "start", settings];
    all.push({
      name: "mlserver",
      start: { name: "serve-mlserver", program: python, args, env, port: third, health: "/v2/health/ready" },
      path: `/v2/models/${MODEL}/infer`,
      speaks: "oip",
    });
  }
  if (!(kserve instanceof Error)) {
    const args = [join(HERE, "kserve_model.py"), `${fourth}`];
    const start = { name: "serve-kserve", program: kserve, args, env: process.env, port: fourth, health: `/v1/models/${MODEL}` };
    all.push({ name: "kserve1", start, path: `/v1/models/${MODEL}:predict`, speaks: "kserve1" });
    all.push({ name: "kserve2", start, path: `/v2/models/${MODEL}/infer`, speaks: "oip", column: "output-0" });
  }
  return all;
}

type Answers = Readonly<Record<string, unknown>>;

/** Each client through a gateway in front of this server. */
async function* fromClients(
  { name, start, path, speaks, own = [] }: Upstream,
  python: string,
  kserve: string | Error,
  cli: string,
  folder: string,
): AsyncGenerator<string, void, undefined> {
  const direct = `http://127.0.0.1:${start.port}`;
  const asked = await answersTo(python, direct, own, folder);
  for (const { accepts, clients } of GATEWAYS) {
    const options = ["--upstream", direct + path, "--speaks", speaks, "--accepts", accepts, "--model", join(folder, "model")];
    const gateway = spawn(process.execPath, [cli, "serve", "--port", "0", "--model-name", MODEL, "--log", "none", ...options], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const stop = (): void => void gateway.kill("SIGKILL");
    process.once("exit", stop);
    try {
      const url = await urlOf(gateway);
      const program = accepts.includes("kserve1") ? kserve : python;
      if (program instanceof Error) continue;
      const answers = await answersTo(program, url, clients, folder);
      for (const client of clients) {
        const wrong = wrongIn(client, answers.get(client) ?? {}, asked.get(client));
        const title = `${name}: what a client of ${client} gets through serve`;
        yield wrong.length === 0 ? `passed  ${title}` : `FAILED  ${title}: ${wrong.join("\n        ")}`;
      }
    } finally {
      process.off("exit", stop);
      stop();
    }
  }
}

async function urlOf(gateway: ChildProcess): Promise<string> {
  const [line] = (await once(gateway.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  return line.toString().trim();
}

async function answersTo(python: string, url: string, clients: readonly string[], folder: string): Promise<Map<string, Answers>> {
  if (clients.length === 0) return new Map();
  const text = await run(python, [join(HERE, "clients.py"), url, MODEL, ...clients], 120, process.env, folder);
  const told = text
    .split("\n")
    .filter((line) => line.startsWith('{"client"'))
    .map((line) => JSON.parse(line) as { client: string; answers: Answers });
  return new Map(told.map(({ client, answers }) => [client, answers]));
}

/** What answers must be: predictions are the sums, refusals have a status and say why; anything else is as it stands here. */
const EXPECTED: Readonly<Record<string, unknown>> = {
  version: true,
  live: true,
  ready: true,
  health: "Healthy",
  swagger: "2.0",
  status: "AVAILABLE",
  id: "seven",
  model: ["a", "b", "c"].map((name) => [name, "FP64", [-1, 1]]),
};
/** What is refused before the server sees it, by our code; what the server refuses has its own words. */
const REFUSALS: Readonly<Record<string, RegExp>> = { broken: /E_TRUNCATED|E_RAGGED/, ragged: /E_SHAPE|E_RAGGED|E_TARGET/, lacking: /\w/ };

function wrongIn(client: string, answers: Answers, direct: Answers | undefined): string[] {
  const wrong: string[] = [];
  for (const [name, answer] of Object.entries(answers)) {
    const refusal = REFUSALS[name];
    if (refusal) {
      const { status, ...rest } = answer as { status?: number };
      const said = JSON.stringify(rest);
      if (!status || status < 400 || !refusal.test(said)) wrong.push(`${name}: ${JSON.stringify(answer)}`);
      continue;
    }
    const expected = name === "server" ? (client === "triton" ? "transload" : true) : (EXPECTED[name] ?? SUMS);
    const got = direct && name !== "version" ? direct[name] : expected;
    for (const wanted of [expected, got])
      if (JSON.stringify(answer) !== JSON.stringify(wanted)) {
        wrong.push(`${name}: ${JSON.stringify(answer)}, and not ${JSON.stringify(wanted)}`);
        break;
      }
  }
  if (Object.keys(answers).length === 0) wrong.push("no answer");
  return wrong;
}
