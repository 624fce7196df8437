import { rmSync } from "node:fs";
import { mustAgree } from "../check.js";
import { FOLDER, hashFile, type PayloadFile, payloadFile } from "../payloads.js";
import { nodeOf, outputOf, runScript } from "../process.js";
import { type Finish, race, ratio, times } from "../race.js";
import type { Scale } from "../scale.js";
import type { Bar, Section, Table, Target } from "../section.js";
import { raceTable } from "../table.js";

const NODES = [20, 22, 24, 26];
const OUTPUT = `${FOLDER}files.out`;
/** What the fastest way between two files has to reach of Node's copy. */
const NEEDED: Readonly<Record<string, number>> = { v20: 0.9, v24: 1.2 };

const CASES = [
  { name: "heart, azureml:split → mlflow:split", kind: "heart" },
  { name: "tensor, azureml:tensor → mlflow:inputs", kind: "tensor" },
] as const;

/** convertFile() beside Node's copy, on each Node. */
export async function files(scale: Scale): Promise<Section> {
  const tables: Table[] = [];
  const targets: Target[] = [];
  const bars: Bar[] = [];
  const nodes = NODES.map(programOf);
  for (const { name, kind } of CASES) {
    const file = payloadFile(kind, scale.size);
    const expected = await hashFile(payloadFile(kind, scale.size, { dialect: "mlflow" }).path);
    await hashFile(file.path);
    for (const node of nodes.filter((node) => node !== undefined)) {
      const version = outputOf(node, ["--version"])?.trim() ?? "";
      runScript("convert-file", { input: file.path, output: OUTPUT, options: { to: "mlflow" } }, [], node);
      mustAgree(`${name}, Node ${version}`, { convertFile: await hashFile(OUTPUT), "the generator in mlflow's dialect": expected });
      for (const output of ["/dev/null", OUTPUT]) {
        const title = `${name}, to ${output === OUTPUT ? "a file" : output}, Node ${version.slice(1)}`;
        const [copied, converted] = race(title, contendersOf(file, output, node), scale.rounds) as [Finish, Finish];
        tables.push(raceTable(title, "MB/s", [copied, converted], [copied]));
        const needed = NEEDED[version.split(".")[0] ?? ""];
        if (needed !== undefined) targets.push(targetOf(title, needed, ratio(converted, copied)));
        if (node !== process.execPath || output === OUTPUT) continue;
        bars.push(
          { panel: kind, label: "Node copies the file", rate: copied.median, ours: false },
          { panel: kind, label: "transload, every byte checked", rate: converted.median, ours: true },
        );
      }
    }
  }
  rmSync(OUTPUT, { force: true });
  return {
    title: "Between files",
    about: `How near does the fastest way, \`convertFile()\` on one thread with every check on, come to Node's \`pipeline(createReadStream, createWriteStream)\` of the same file with 1 MiB chunks? ${scale.size}; neither waits for the disk. The output's SHA-256 was that of the same rows generated in MLflow's dialect.`,
    tables,
    targets,
    bars,
    notes: NODES.filter((_, i) => nodes[i] === undefined).map((major) => `Node ${major} could not be had here.`),
  };
}

function programOf(major: number): string | undefined {
  return process.version.startsWith(`v${major}.`) ? process.execPath : nodeOf(major);
}

function contendersOf({ path, bytes }: PayloadFile, output: string, node: string) {
  const run = (script: string, options: object) => () => {
    // a file that is there would be overwritten by one, and replaced by the other
    if (output === OUTPUT) rmSync(output, { force: true });
    return runScript(script, { input: path, output, ...options }, [], node).seconds;
  };
  return [
    { name: "Node's copy", work: bytes, run: run("copy", {}) },
    { name: "convertFile()", work: bytes, run: run("convert-file", { options: { to: "mlflow" } }) },
  ];
}

function targetOf(title: string, needed: number, reached: number): Target {
  return { what: `convertFile(), ${title}, of Node's own copy`, needed: `≥ ${needed} ×`, reached: times(reached), met: reached >= needed };
}
