import { rmSync } from "node:fs";
import { mustAgree } from "../check.js";
import { FOLDER, hashFile, type PayloadFile, payloadFile } from "../payloads.js";
import { runScript, timeProgram } from "../process.js";
import { type Contender, type Finish, race, ratio, times } from "../race.js";
import type { Scale } from "../scale.js";
import type { Section } from "../section.js";
import { COMMAND } from "./memory.js";

const OUTPUT = `${FOLDER}jobs.out`;
const OTHER = `${FOLDER}jobs-other.out`;

interface Case {
  readonly name: string;
  readonly payload: PayloadFile;
  /** Times as fast with two threads as with one. */
  readonly needed: number;
  readonly contenders: readonly [one: Contender, two: Contender, both: Contender];
}

/** One file on two threads, and on one; and what the machine has for two: two runs of one thread each, at the same time. */
export async function jobs(scale: Scale): Promise<Section> {
  const heart = payloadFile("heart", scale.row);
  const tensor = payloadFile("tensor", scale.row);
  const csv = payloadFile("heart", scale.row, { dialect: "csv" });
  const jsonl = payloadFile("heart", scale.row, { dialect: "jsonl" });
  const cases: readonly Case[] = [
    await commandCase("copying, split → split", heart, "mlflow", 1.6),
    await commandCase("copying, tensor → inputs", tensor, "mlflow", 1.6),
    await commandCase("csv → split", csv, "mlflow:split", 1.7),
    await commandCase("split → records", heart, "mlflow:records", 1.7),
    await commandCase("jsonl → split", jsonl, "mlflow:split", 1.7),
    await commandCase("csv → Parquet", csv, "parquet", 1.7),
    batchesCase("heart → Float64Array", heart, "auto", 1.75),
    batchesCase("tensor → Float64Array", tensor, "auto", 1.75),
    batchesCase("csv → Float64Array", csv, "csv", 1.75),
  ];
  const raced: { own: Case; finishes: readonly [Finish, Finish, Finish] }[] = [];
  for (const own of cases) {
    await hashFile(own.payload.path);
    raced.push({ own, finishes: race(own.name, own.contenders, Math.min(3, scale.rounds)) as [Finish, Finish, Finish] });
  }
  for (const path of [OUTPUT, OTHER]) rmSync(path, { force: true });
  return {
    title: "Several threads",
    about: `Does a second thread help? From files of ${scale.row}: whole commands into a file, \`--no-sync\`, with \`--jobs 1\` and \`--jobs 2\` in turn, and \`readBatches({ reuse: true })\` with \`jobs\` 1 and 2. "Two at once" are two runs of one thread each at the same time, both counted: what two processors of this machine do with such work when nothing has to be put together. Before the commands were timed, one thread and two wrote the same bytes to a file; of batches the sums of all cells were equal.`,
    tables: [
      {
        title: "MB/s of input",
        head: ["conversion", "one thread", "two threads", "ratio", "two at once", "ratio"],
        rows: raced.map(({ own, finishes: [one, two, both] }) => [
          own.name,
          ...[rate(one), rate(two), times(ratio(two, one))],
          ...[rate(both), times(ratio(both, one))],
        ]),
      },
    ],
    targets: raced.map(({ own, finishes: [one, two] }) => ({
      what: `${own.name} with two jobs, of one`,
      needed: `≥ ${own.needed} ×`,
      reached: times(ratio(two, one)),
      met: ratio(two, one) >= own.needed,
    })),
    bars: [],
    notes: [],
  };
}

async function commandCase(name: string, payload: PayloadFile, to: string, needed: number): Promise<Case> {
  const args = (count: number, output: string) => {
    const options = ["-t", to, "-o", output, "--no-sync", "--quiet", "--jobs", `${count}`];
    return [COMMAND, "convert", payload.path, ...options];
  };
  const made: Record<string, string> = {};
  for (const count of [1, 2]) {
    timeProgram(process.execPath, args(count, OUTPUT));
    made[`${count}`] = await hashFile(OUTPUT);
  }
  mustAgree(`${name}, threads`, made);
  const one = (count: number) => () => timeProgram(process.execPath, args(count, OUTPUT));
  return caseOf(name, payload, needed, one, atOnce(args(1, OUTPUT), args(1, OTHER)));
}

function batchesCase(name: string, payload: PayloadFile, from: string, needed: number): Case {
  const given = (count: number) => ({ input: payload.path, options: { from, reuse: true, jobs: count } });
  const sums = [1, 2].map((count) => [`${count}`, runScript("batches", { ...given(count), check: true }).check] as const);
  mustAgree(`${name}, threads`, Object.fromEntries(sums));
  const one = (count: number) => () => runScript("batches", given(count)).seconds;
  const alone = ["--import", "tsx", "bench/runs/batches.ts", JSON.stringify(given(1))];
  const both = atOnce(alone, alone);
  return caseOf(name, payload, needed, one, both);
}

function caseOf(name: string, payload: PayloadFile, needed: number, run: (count: number) => () => number, both: () => number): Case {
  const work = payload.bytes;
  const contenders = [
    { name: "one thread", work, run: run(1) },
    { name: "two threads", work, run: run(2) },
    { name: "two at once", work: 2 * work, run: both },
  ] as const;
  return { name, payload, needed, contenders };
}

/** Two processes side by side, from the start of the first to the end of the last. */
function atOnce(first: readonly string[], second: readonly string[]): () => number {
  const quoted = (args: readonly string[]) => [process.execPath, ...args].map((arg) => `'${arg.replaceAll("'", "'\\''")}'`).join(" ");
  const script = `${quoted(first)} > /dev/null & other=$!; ${quoted(second)} > /dev/null && wait $other`;
  return () => timeProgram("sh", ["-c", script]);
}

function rate({ median }: Finish): string {
  return Math.round(median).toLocaleString("en");
}
