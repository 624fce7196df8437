import { rmSync } from "node:fs";
import { FOLDER, hashFile, type PayloadFile, payloadFile } from "../payloads.js";
import { timeProgram } from "../process.js";
import { type Finish, race, ratio, times } from "../race.js";
import type { Scale } from "../scale.js";
import type { Section } from "../section.js";
import { COMMAND } from "./memory.js";

const OUTPUT = `${FOLDER}jobs.out`;

interface Case {
  readonly name: string;
  readonly payload: PayloadFile;
  readonly to: string;
  /** Times as fast with two threads as with one. */
  readonly needed: number;
}

/** One file on two threads, and on one: whole commands, file to file. */
export async function jobs(scale: Scale): Promise<Section> {
  const heart = payloadFile("heart", scale.large);
  const tensor = payloadFile("tensor", scale.large);
  const csv = payloadFile("heart", scale.large, { dialect: "csv" });
  const jsonl = payloadFile("heart", scale.large, { dialect: "jsonl" });
  const cases: readonly Case[] = [
    { name: "copying, split → split", payload: heart, to: "mlflow", needed: 1.6 },
    { name: "copying, tensor → inputs", payload: tensor, to: "mlflow", needed: 1.6 },
    { name: "csv → split", payload: csv, to: "mlflow:split", needed: 1.7 },
    { name: "split → records", payload: heart, to: "mlflow:records", needed: 1.7 },
    { name: "jsonl → split", payload: jsonl, to: "mlflow:split", needed: 1.7 },
    { name: "csv → Parquet", payload: csv, to: "parquet", needed: 1.7 },
  ];
  const raced: { own: Case; finishes: [Finish, Finish] }[] = [];
  for (const own of cases) raced.push({ own, finishes: await raceOf(own, scale.rounds) });
  rmSync(OUTPUT, { force: true });
  return {
    title: "Several threads",
    about: `Does a second thread help? Whole commands from a file of ${scale.large} to a file, \`--no-sync\`, with \`--jobs 1\` and \`--jobs 2\` in turn; medians of ${scale.rounds}. Both wrote the same bytes before they were timed.`,
    tables: [
      {
        title: "MB/s of input",
        head: ["conversion", "`--jobs 1`", "`--jobs 2`", "ratio"],
        rows: raced.map(({ own, finishes: [one, two] }) => [own.name, rate(one), rate(two), times(ratio(two, one))]),
      },
    ],
    targets: raced.map(({ own, finishes: [one, two] }) => {
      const reached = ratio(two, one);
      return {
        what: `${own.name} with two jobs, of one`,
        needed: `≥ ${own.needed} ×`,
        reached: times(reached),
        met: reached >= own.needed,
      };
    }),
    bars: [],
    notes: [],
  };
}

async function raceOf({ name, payload, to }: Case, rounds: number): Promise<[Finish, Finish]> {
  const convert = (count: number) =>
    timeProgram(process.execPath, [COMMAND, "convert", payload.path, "-t", to, "-o", OUTPUT, "--no-sync", "--jobs", `${count}`]);
  const made: string[] = [];
  for (const count of [1, 2]) {
    convert(count);
    made.push(await hashFile(OUTPUT));
  }
  if (made[0] !== made[1]) throw new Error(`${name}: two threads write other bytes than one`);
  const contenders = [1, 2].map((count) => ({ name: `${name}, ${count}`, work: payload.bytes, run: () => convert(count) }));
  return race("jobs", contenders, rounds) as [Finish, Finish];
}

function rate({ median }: Finish): string {
  return Math.round(median).toLocaleString("en");
}
