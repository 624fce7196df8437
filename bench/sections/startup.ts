import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { FOLDER } from "../payloads.js";
import { timeProgram } from "../process.js";
import { median, times } from "../race.js";
import type { Scale } from "../scale.js";
import type { Section } from "../section.js";
import { COMMAND } from "./memory.js";

export function startup(scale: Scale): Section {
  const command = [COMMAND, "convert", "data/heart.azureml.json", "--to", "mlflow"];
  mustConvert(command);
  const contenders = [
    { name: "`node -e 0`", args: ["-e", "0"], seconds: [] as number[] },
    { name: "`transload convert data/heart.azureml.json --to mlflow`", args: command, seconds: [] as number[] },
  ];
  for (let round = 0; round < scale.starts; round++)
    for (const { args, seconds } of contenders) seconds.push(timeProgram(process.execPath, args));
  const [node, transload] = contenders.map(({ seconds }) => median(seconds)) as [number, number];
  process.stderr.write(`  startup: ${ms(node)} and ${ms(transload)} ms\n`);
  return {
    title: "A small payload",
    about: `What does a start cost? Wall time of the whole process on the seed's example, one row, in turn with a Node that does nothing; ${scale.starts} runs each. The output was that of data/heart.mlflow.json.`,
    tables: [
      {
        title: "ms",
        head: ["", "best", "median"],
        rows: contenders.map(({ name, seconds }) => [name, ms(Math.min(...seconds)), ms(median(seconds))]),
      },
    ],
    targets: [
      {
        what: "`transload convert` of the seed's example, of `node -e 0`",
        needed: "≤ 2 ×",
        reached: times(transload / node),
        met: transload / node <= 2,
      },
    ],
    bars: [],
    notes: [],
  };
}

function mustConvert(command: readonly string[]): void {
  mkdirSync(FOLDER, { recursive: true });
  const output = `${FOLDER}startup.out.json`;
  timeProgram(process.execPath, [...command, "-o", output]);
  const [found, expected] = [output, "data/heart.mlflow.json"].map((path) => JSON.parse(readFileSync(path, "utf8")) as unknown);
  if (!isDeepStrictEqual(found, expected)) throw new Error(`${output} is not data/heart.mlflow.json`);
  rmSync(output);
}

function ms(seconds: number): string {
  return (seconds * 1000).toFixed(1);
}
