// npm run test:servers: what transload wrote, sent to the real servers; what their models were given, compared with the
// source; and verdicts on payloads drawn at random. npm run test:servers -- azureml plain: only cases whose title has these words.
// npm run test:servers -- score: score against MLflow alone; SCORED says of how many rows.
// npm run test:servers -- serve: serve, and score, before each of the servers, KServe's among them, with clients of each dialect.
// npm run test:servers -- verdicts: the drawn payloads alone. VERDICTS and VERDICT_SEED say how many are drawn for each server, and which;
// VERDICTS_IN_VAIN=1 prints those that were refused or warned of in vain.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pythonWith } from "../model/environment.js";
import { CASES, type Case, NEVER } from "./cases.js";
import { checkFiles } from "./files.js";
import { differences, type Given } from "./given.js";
import { checkMatrix } from "./matrix.js";
import { type Environment, environment, HERE, ROOT, run } from "./python.js";
import { checkRoundTrips } from "./round-trips.js";
import { checkScore } from "./score.js";
import { checkServe } from "./serve.js";
import { freePorts, Server, type Start } from "./server.js";
import { checkSpark } from "./spark.js";
import { checkVerdicts } from "./verdicts.js";

/** Rows that are scored: SCORED=1000000 for more. */
const SCORED = Number(process.env.SCORED ?? 200_000);
const CLI = join(ROOT, "dist/cli/main.cjs");

const say = (line: string): void => void process.stdout.write(`${line}\n`);
/** By the word that asks for one alone. */
const CHECKS: Readonly<Record<string, (python: Environment) => AsyncIterable<string> | Promise<string[]>>> = {
  score: async (python) => [await checkScore(python, CLI, folder, SCORED)],
  serve: (python) => checkServe(python, kservePython(), CLI, folder),
  files: (python) => checkFiles(python, CLI, folder),
  matrix: () => checkMatrix(folder, say),
  "round-trips": () => checkRoundTrips(folder, say),
  spark: (python) => checkSpark(python, CLI, folder),
  verdicts,
};

const words = process.argv.slice(2);
const chosen = `${words}` in CHECKS ? [] : CASES.filter((each) => words.every((word) => title(each).includes(word)));
let passed = 0;
let failed = 0;

const folder = mkdtempSync(join(tmpdir(), "transload-servers-"));
process.on("exit", () => {
  Server.stopAll();
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)
  process.on(signal, () => process.exit(code));

try {
  await main();
} catch (e) {
  failed++;
  say(`FAILED  ${(e as Error).message}`);
}
say(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);

async function main(): Promise<void> {
  if (!existsSync(CLI)) throw new Error("dist/ is missing: npm run build");
  const began = Date.now();
  const python = await environment(say);
  await run(python.python, [join(HERE, "reporter.py"), join(folder, "models")], 120, python.env, folder);
  const servers = await startServers(python);
  say(`${servers.size} servers after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  for (const each of chosen) {
    const server = servers.get(processOf(each));
    if (server) await check(each, server);
  }
  for (const [name, checked] of Object.entries(CHECKS)) {
    if (words.length > 0 && `${words}` !== name) continue;
    for await (const line of await checked(python)) {
      if (line.startsWith("passed")) passed++;
      else if (!line.startsWith("not run") && !line.startsWith(" ")) failed++;
      say(line.replace(/^passed/, "passed ").replace(/^FAILED/, "FAILED "));
    }
  }
  for (const [name, why] of python.missing) say(`not run ${name}: ${why}`);
  if (words.length === 0) for (const line of NEVER) say(`not run ${line}`);
}

/** KServe pins what the other servers have newer, so it is in an environment of its own. */
function kservePython(): string | Error {
  try {
    return pythonWith("kserve", ["kserve==0.21.0", "pandas==2.3.3", "httpx==0.28.1"], say);
  } catch (error) {
    return error as Error;
  }
}

/** With either pandas that today's MLflow and MLServer may run with. KServe's packages take pandas 2 alone. */
async function verdicts({ python, missing }: Environment): Promise<string[]> {
  const count = Number(process.env.VERDICTS ?? 2000);
  const seed = Number(process.env.VERDICT_SEED ?? 1);
  const lines: string[] = [];
  for (const pandas of ["2.3.3", "3.1.1"]) {
    const here = pandas === "2.3.3" && !missing.has("mlserver") ? python : pythonWith(`servers-pandas-${pandas}`, serversWith(pandas), say);
    // two servers by turns
    lines.push(
      ...(await checkVerdicts({ script: "verdicts.py", python: here, releases: { mlflow: "3.17.2", pandas }, count: 2 * count, seed })),
    );
    lines.push(...(await checkVerdicts({ script: "verdicts_oip.py", python: here, releases: { mlserver: "1.7.1", pandas }, count, seed })));
  }
  const kserve = kservePython();
  if (kserve instanceof Error) return [...lines, `not run verdicts of kserve: ${kserve.message}`];
  const releases = { kserve: "0.21.0", pandas: "2.3.3" };
  return [...lines, ...(await checkVerdicts({ script: "verdicts_oip.py", python: kserve, releases, count: 2 * count, seed }))];
}

/** What verdicts.py and verdicts_oip.py ask of. */
function serversWith(pandas: string): string[] {
  return ["mlflow==3.17.2", `pandas==${pandas}`, "inference-schema==1.8", "mlserver==1.7.1", "mlserver-mlflow==1.7.1", "httpx==0.28.1"];
}

function title({ server, model, from, to, note }: Case): string {
  return `${server} ${model}: ${from} → ${to}${note ? `, ${note}` : ""}`;
}

/** MLflow and Azure ML serve one model a process, MLServer all of them. */
function processOf({ server, model }: Case): string {
  return server === "mlserver" ? server : `${server}-${model}`;
}

/** Starts what the chosen cases need, all at once. A server that does not start is a failure, and its cases are not run. */
async function startServers(python: Environment): Promise<Map<string, Server>> {
  const needed = new Map(chosen.filter(({ server }) => !python.missing.has(server)).map((each) => [processOf(each), each]));
  const servers = new Map<string, Server>();
  await Promise.all(
    [...needed].map(async ([name, each]) => {
      try {
        servers.set(name, await Server.start(await startOf(each, name, python), folder));
      } catch (e) {
        failed++;
        say(`FAILED  ${(e as Error).message}`);
      }
    }),
  );
  return servers;
}

async function startOf({ server, model }: Case, name: string, { python, env }: Environment): Promise<Start> {
  const [port, grpc, metrics] = (await freePorts(3)) as [number, number, number];
  const path = join(folder, "models", model);
  if (server === "mlflow") {
    const where = ["--host", "127.0.0.1", "--port", `${port}`];
    const served = ["-m", "mlflow", "models", "serve", "-m", path, "--env-manager", "local", ...where];
    // what `mlflow models serve` itself starts: one model goes the long way, the others are spared its import of everything
    const app = ["-m", "uvicorn", ...where, "mlflow.pyfunc.scoring_server.app:app"];
    const args = model === "plain" ? served : app;
    return { name, program: python, args, env: { ...env, __pyfunc_model_path__: path }, port, health: "/health" };
  }
  if (server === "azureml") {
    // azmlinfsrv itself, but for the interface it listens on, for which it has no option
    const code = "from azureml_inference_server_http import amlserver; amlserver.DEFAULT_HOST = '127.0.0.1'; amlserver.run()";
    const args = ["-c", code, "--entry_script", join(HERE, "score.py"), "--port", `${port}`, "--model_dir", path];
    // its default root is in Azure's image alone
    return { name, program: python, args, env: { ...env, AML_APP_ROOT: folder }, port, health: "/" };
  }
  const settings = join(folder, "mlserver");
  const put = (file: string, value: object): void => writeFileSync(join(settings, file), JSON.stringify(value));
  mkdirSync(settings);
  put("settings.json", { host: "127.0.0.1", http_port: port, grpc_port: grpc, metrics_port: metrics, parallel_workers: 0 });
  for (const each of ["plain", "columns", "tensor", "named"]) {
    mkdirSync(join(settings, each));
    const parameters = { uri: join(folder, "models", each) };
    put(`${each}/model-settings.json`, { name: each, implementation: "mlserver_mlflow.MLflowRuntime", parameters });
  }
  return { name, program: python, args: ["-m", "mlserver.cli.main", "start", settings], env, port, health: "/v2/health/ready" };
}

async function check(each: Case, server: Server): Promise<void> {
  const { from, to, args = [], source, expected } = each;
  const converted = spawnSync(process.execPath, [CLI, "convert", "-f", from, "-t", to, "--quiet", ...args], { input: source });
  if (converted.status !== 0) return fail(each, [converted.stderr.toString()]);
  const whole = converted.stdout.toString();
  const bodies = args.includes("--lines") ? whole.trimEnd().split("\n") : [whole];
  const wrong = bodies.length === expected.length ? [] : [`${bodies.length} payloads were written, ${expected.length} expected`];
  for (const [i, body] of bodies.entries()) wrong.push(...(await differ(each, server, body, expected[i])));
  if (wrong.length > 0) return fail(each, wrong);
  passed++;
  say(`passed  ${title(each)}`);
}

/** What the model was given otherwise than expected, or what the server said instead. */
async function differ(each: Case, server: Server, body: string, expected: Given | undefined): Promise<string[]> {
  const { status, text } = await server.post(pathOf(each), each.to === "csv" ? "text/csv" : "application/json", body);
  if (status !== 200) {
    // a traceback ends with what it is about
    const said = text.length > 600 ? `${text.slice(0, 200)} … ${text.slice(-400)}` : text;
    return [`status ${status}: ${said}`, server.tail(8), body.slice(0, 1000)];
  }
  const { given, params } = reportOf(text);
  return [...differences(given, expected), ...(each.params ? differences(params, each.params, ".params") : [])];
}

function fail(each: Case, lines: readonly string[]): void {
  failed++;
  say(`FAILED  ${title(each)}`);
  for (const line of lines) say(line.trimEnd().replace(/^/gm, "        "));
}

function pathOf({ server, model }: Case): string {
  if (server === "mlflow") return "/invocations";
  return server === "azureml" ? "/score" : `/v2/models/${model}/infer`;
}

/** The model's one prediction, out of what the server wraps it in. */
function reportOf(text: string): { given: Given; params: Record<string, unknown> | null } {
  const answer = JSON.parse(text);
  const [report] = Array.isArray(answer) ? answer : (answer.predictions ?? answer.outputs[0].data);
  return JSON.parse(report);
}
