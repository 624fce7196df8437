import { rmSync } from "node:fs";
import { join } from "node:path";
import { mustAgree } from "../check.js";
import { FOLDER, hashFile, payloadFile } from "../payloads.js";
import { attempt, runScript } from "../process.js";
import { type Contender, type Finish, race, ratio, times } from "../race.js";
import type { Scale } from "../scale.js";
import type { Section } from "../section.js";
import { raceTable } from "../table.js";

const ABOUT = `The splice lane in a worker of a headless Chromium, through \`transload/web\`, beside the same in Node. Chunks of 1 MiB that are in memory already, and a \`File\` that the browser reads, which Chromium hands out in chunks of 64 KiB from another process: reading it, and nothing else, takes most of the time, and stands beside it. Then the page that \`npm run site\` builds, as a visitor uses it: a file is chosen and converted, and its result is a file of the origin's own, which waits to be saved; beside Node from file to file, which is not waited for on the disk either.`;

/** What cannot run here is told in the notes. */
export function browser(scale: Scale): Promise<Section> {
  const { path, bytes } = payloadFile("heart", scale.size, {});
  const hash = attempt(() => runScript("browser", { input: path, task: "hash" }));
  return typeof hash === "string" ? skipped(hash) : measured(scale, path, bytes, hash.check);
}

async function skipped(why: string): Promise<Section> {
  return { title: "Browser", about: ABOUT, tables: [], targets: [], bars: [], notes: [`The browser was not measured: ${why}.`] };
}

async function measured(scale: Scale, path: string, bytes: number, hash: string | undefined): Promise<Section> {
  const expected = payloadFile("heart", scale.size, { dialect: "mlflow" });
  mustAgree("browser", { chromium: hash, "the generator in mlflow's dialect": await hashFile(expected.path) });
  const contender = (name: string, script: string, options: object): Contender => ({
    name,
    work: bytes,
    run: () => runScript(script, { input: path, ...options }).seconds,
  });
  const contenders = [
    contender("Node, chunks in memory", "convert", { options: { to: "mlflow" }, memory: true }),
    contender("Node, from the file", "convert", { options: { to: "mlflow" } }),
    contender("worker, chunks in memory", "browser", { task: "memory" }),
    contender("worker, from a File", "browser", { task: "file" }),
    contender("worker, the File read and nothing else", "browser", { task: "read" }),
  ];
  const finishes = race("heart, azureml:split → mlflow:split", contenders, scale.rounds) as [Finish, Finish, Finish, Finish, Finish];
  const [inMemory, , worker, , read] = finishes;
  const [node, page] = await racePage(scale);
  return {
    title: "Browser",
    about: ABOUT,
    tables: [
      raceTable("heart, azureml:split → mlflow:split", "MB/s", finishes, [inMemory, read]),
      raceTable(`heart of ${scale.page}, azureml:split → mlflow:split, from file to file`, "MB/s", [node, page], [node]),
    ],
    targets: [
      {
        what: "browser: splice in a worker, of Node's, both from memory",
        needed: "≥ 0.5 ×",
        reached: times(ratio(worker, inMemory)),
        met: ratio(worker, inMemory) >= 0.5,
      },
      {
        what: `browser: the page, a file of ${scale.page} to a file, of Node's`,
        needed: "≥ 0.5 ×",
        reached: times(ratio(page, node)),
        met: ratio(page, node) >= 0.5,
      },
    ],
    bars: [],
    notes: [],
  };
}

/** Node from file to file, and the page. */
async function racePage(scale: Scale): Promise<[Finish, Finish]> {
  const { path, bytes } = payloadFile("heart", scale.page, {});
  const output = join(FOLDER, "browser-page.json");
  const runNode = () => runScript("convert-file", { input: path, output, options: { to: "mlflow" } });
  const runPage = (check?: boolean) => runScript("browser-page", { input: path, to: "mlflow", ...(check && { check }) });
  runNode();
  mustAgree("the page", { page: runPage(true).check, node: await hashFile(output) });
  const contenders: Contender[] = [
    { name: "Node, file to file", work: bytes, run: () => runNode().seconds },
    { name: "the page, a chosen file to a file", work: bytes, run: () => runPage().seconds },
  ];
  const finishes = race(`heart of ${scale.page} through the page`, contenders, scale.rounds);
  rmSync(output);
  return finishes as [Finish, Finish];
}
