import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { mustAgree } from "../check.js";
import { FOLDER, hashFile, payloadFile } from "../payloads.js";
import { peakOf, runScript } from "../process.js";
import { type Finish, race, ratio, times } from "../race.js";
import type { Scale } from "../scale.js";
import type { Section, Table, Target } from "../section.js";
import { raceTable } from "../table.js";
import { COMMAND } from "./memory.js";

const MAX_ROWS = 5000;
const NEEDED = 0.95;
const MOST_MIB = 200;
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** As MLflow 3.17 answers 10,000 rows a request: 50,000 rows a second. */
const MODEL_US = 20;
const NAMES = { bare: "undici, requests from memory", score: "score()", scoreFile: "scoreFile(), with its journal" } as const;
const OUTPUT = `${FOLDER}score.out.csv`;

/** Whether score keeps a server as busy as it can be, and in how much memory. */
export async function score(scale: Scale): Promise<Section> {
  const server = spawn(process.execPath, ["--import", "tsx", "bench/runs/model-server.ts"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [port] = (await once(server.stdout.setEncoding("utf8"), "data")) as [string];
    return await against(`http://127.0.0.1:${port.trim()}`, scale);
  } finally {
    server.kill();
  }
}

async function against(server: string, scale: Scale): Promise<Section> {
  const quick = await outpace(`${server}/0/invocations`, "a server that does little", scale.small, scale);
  const model = await outpace(`${server}/${MODEL_US}/invocations`, `a model that takes ${MODEL_US} µs a row`, scale.slice, scale);
  const parts = [model, quick];
  const large = payloadFile("heart", scale.large, { dialect: "csv" });
  const url = `${server}/0/invocations`;
  const peak = peakOf([COMMAND, "score", large.path, "--url", url, "--max-rows", `${MAX_ROWS}`, "-o", OUTPUT, "--quiet"]) / 2 ** 20;
  rmSync(OUTPUT, { force: true });
  return {
    title: "To a server and back",
    about: `Does score keep a server as busy as it can be? A server of Node's own on the same machine parses MLflow's split and answers a number for each row, at once, or as late as a model of ${MODEL_US} µs a row would: MLflow's own server took as long here. A bare loop over undici sends it the same requests of ${MAX_ROWS} rows from memory, four at a time; score cuts them out of a CSV meanwhile, and checks each answer; scoreFile writes them to a file as well. Then the peak of resident memory of the command on a CSV of ${scale.large}.`,
    tables: parts.map(({ table }) => table),
    targets: [
      ...parts.flatMap(({ targets }) => targets),
      {
        what: `peak memory of score, ${scale.large} of CSV`,
        needed: `≤ ${MOST_MIB} MiB`,
        reached: `${Math.round(peak)} MiB`,
        met: peak <= MOST_MIB,
      },
    ],
    bars: [],
    notes: [],
  };
}

async function outpace(url: string, title: string, size: string, { rounds }: Scale): Promise<{ table: Table; targets: Target[] }> {
  const file = payloadFile("heart", size, { dialect: "csv" });
  await hashFile(file.path);
  const runOf = (how: keyof typeof NAMES) => runScript("score", { input: file.path, url, maxRows: MAX_ROWS, output: OUTPUT, how });
  const ways = Object.keys(NAMES) as (keyof typeof NAMES)[];
  const checks = Object.fromEntries(ways.map((how) => [how, runOf(how).check]));
  mustAgree(title, checks);
  const rows = Number.parseInt(checks.bare as string, 10);
  const contenders = ways.map((how) => ({ name: NAMES[how], work: rows, run: () => runOf(how).seconds }));
  const [bare, lib, toFile] = race(title, contenders, rounds) as [Finish, Finish, Finish];
  const target = (name: string, finish: Finish): Target => {
    const reached = ratio(finish, bare);
    return { what: `${name}, ${title}, of a bare undici loop`, needed: `≥ ${NEEDED} ×`, reached: times(reached), met: reached >= NEEDED };
  };
  return {
    table: raceTable(`rows to predictions, ${title}`, "M rows/s", [bare, lib, toFile], [bare]),
    targets: [target("score()", lib), target("scoreFile()", toFile)],
  };
}
