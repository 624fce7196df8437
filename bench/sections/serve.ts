import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { payloadFile } from "../payloads.js";
import { type Report, runScript } from "../process.js";
import { times } from "../race.js";
import type { Scale } from "../scale.js";
import type { Section, Target } from "../section.js";
import { COMMAND } from "./memory.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MOST_P50_MS = 1;
const MOST_P99_MS = 3;
const MOST_MIB = 160;
const LEAST_RATE = 0.7;
const LEAST_BODY = 0.5;
const CONNECTIONS = 64;
const BODY = "100MB";
const WARM = 2000;

const COLUMNS = '"columns":["age","sex","bmi","glucose"]';
const DATA = '"data":[[63,1,27.4,145.5]]';
/** One row, as the server takes it, and as the gateway's clients send it. */
const OWN = `{"dataframe_split":{${COLUMNS},${DATA}}}`;
const CLIENTS = `{"input_data":{${COLUMNS},"index":[0],${DATA}}}`;

/** What a gateway adds to a bare proxy: time of a request of one row, requests a second, and a large body. */
export async function serve(scale: Scale): Promise<Section> {
  const programs: ChildProcess[] = [];
  const start = async (args: readonly string[]): Promise<{ said: string; pid: number | undefined }> => {
    const program = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
    programs.push(program);
    const [said] = (await once(program.stdout.setEncoding("utf8"), "data")) as [string];
    return { said: said.trim(), pid: program.pid };
  };
  try {
    const run = (name: string, options = {}) => ["--import", "tsx", `bench/runs/${name}.ts`, JSON.stringify(options)];
    const upstream = `http://127.0.0.1:${(await start(run("model-server"))).said}`;
    const proxy = (await start(run("proxy", { upstream }))).said;
    const gatewayTo = (path: string) =>
      start([
        COMMAND,
        "serve",
        "--upstream",
        upstream + path,
        "--speaks",
        "mlflow",
        "--accepts",
        "azureml",
        "--port",
        "0",
        "--log",
        "none",
      ]);
    const gateway = await gatewayTo("/0/invocations");
    const sink = await gatewayTo("/sink/invocations");
    return measured({ upstream, proxy, gateway: gateway.said, sink: sink.said, peak: () => peakOf(sink.pid) }, scale);
  } finally {
    for (const program of programs) program.kill();
  }
}

interface Started {
  readonly upstream: string;
  readonly proxy: string;
  readonly gateway: string;
  /** A gateway to a server that reads nothing of what it is sent. */
  readonly sink: string;
  peak(): number;
}

function measured({ upstream, proxy, gateway, sink, peak }: Started, { rounds, size }: Scale): Section {
  const seconds = size === "200MB" ? 10 : 3;
  const ways = {
    direct: [`${upstream}/0/invocations`, OWN],
    proxy: [`${proxy}/0/invocations`, OWN],
    gateway: [`${gateway}/score`, CLIENTS],
  } as const;
  const loads = (connections: number) =>
    turns(rounds, ways, ([url, body]) => runScript("serve-load", { url, body, seconds, connections, warm: WARM }));
  const one = loads(1);
  const many = loads(CONNECTIONS);
  const body = { proxy: [`${proxy}/sink/invocations`, "mlflow"], gateway: [`${sink}/score`, "azureml"] } as const;
  const large = turns(rounds, body, ([url, dialect]) =>
    runScript("serve-body", { url, file: payloadFile("heart", BODY, { dialect }).path, bodies: 3 }),
  );
  const median = (reports: readonly Report[], figure: "seconds" | "rate" | "p50" | "p99") =>
    middle(reports.map((each) => each[figure] as number));
  const added = (quantile: "p50" | "p99") => median(one.gateway, quantile) - median(one.proxy, quantile);
  const rate = median(many.gateway, "rate") / median(many.proxy, "rate");
  const speed = median(large.proxy, "seconds") / median(large.gateway, "seconds");
  const mib = peak() / 2 ** 20;
  const atMost = (what: string, most: number, reached: number, unit: string, digits: number): Target => ({
    what,
    needed: `≤ ${most} ${unit}`,
    reached: `${reached.toFixed(digits)} ${unit}`,
    met: reached <= most,
  });
  const atLeast = (what: string, least: number, reached: number): Target => ({
    what,
    needed: `≥ ${least} ×`,
    reached: times(reached),
    met: reached >= least,
  });
  const row = (name: string, way: keyof typeof ways) => [
    name,
    median(one[way], "p50").toFixed(2),
    median(one[way], "p99").toFixed(2),
    Math.round(median(many[way], "rate")).toLocaleString("en"),
  ];
  return {
    title: "Between a client and a server",
    about: `What does a gateway cost? Clients of Azure ML ask \`transload serve\` in front of a server that speaks MLflow, each request one row of four columns; clients of MLflow ask the same server through a bare proxy of Fastify's (@fastify/http-proxy), and by itself. The server is one of Node's that parses the row and adds it up. First one connection, a request at a time; then ${CONNECTIONS}. Then bodies of ${BODY}, to a server that throws them away. All of it, the load too, is on the same two cores, so what a program computes costs the others their time as well; figures are medians of ${rounds} turns of ${seconds} s.`,
    tables: [
      {
        title: "one row",
        head: ["", "median, ms", "p99, ms", `requests/s, ${CONNECTIONS} at a time`],
        rows: [row("the server alone", "direct"), row("@fastify/http-proxy", "proxy"), row("transload serve", "gateway")],
      },
      {
        title: `a body of ${BODY}`,
        head: ["", "seconds"],
        rows: [
          ["@fastify/http-proxy", median(large.proxy, "seconds").toFixed(2)],
          ["transload serve", median(large.gateway, "seconds").toFixed(2)],
        ],
      },
    ],
    targets: [
      atMost("serve, what it adds to a bare proxy's median", MOST_P50_MS, added("p50"), "ms", 2),
      atMost("serve, what it adds to its p99", MOST_P99_MS, added("p99"), "ms", 2),
      atLeast(`serve, requests a second at ${CONNECTIONS} connections, of the proxy's`, LEAST_RATE, rate),
      atLeast(`serve, a body of ${BODY}, of the proxy's speed`, LEAST_BODY, speed),
      atMost(`serve, peak memory with bodies of ${BODY}`, MOST_MIB, mib, "MiB", 0),
    ],
    bars: [],
    notes: [],
  };
}

/** Each of these in turn, so many times. */
function turns<Way, Name extends string>(
  rounds: number,
  ways: Readonly<Record<Name, Way>>,
  run: (way: Way) => Report,
): Record<Name, Report[]> {
  const names = Object.keys(ways) as Name[];
  const reports = Object.fromEntries(names.map((name) => [name, [] as Report[]])) as Record<Name, Report[]>;
  for (let i = 0; i < rounds; i++) for (const name of names) reports[name].push(run(ways[name]));
  return reports;
}

function middle(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[figures.length >> 1] as number;
}

/** Bytes of resident memory that a process has had at most. Linux only. */
function peakOf(pid: number | undefined): number {
  return Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/VmHWM:\s+(\d+)/)?.[1]) * 1024;
}
