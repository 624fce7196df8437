import { createReadStream, mkdirSync, readdirSync, rmSync } from "node:fs";
import type { PayloadDialect } from "../../data/payload.js";
import { FOLDER, payloadFile } from "../payloads.js";
import { attempt, hasPeak, peakOf } from "../process.js";
import type { Scale } from "../scale.js";
import type { Section, Target } from "../section.js";
import { COMMAND, MIB, mib } from "./memory.js";

interface Case {
  name: string;
  source: PayloadDialect;
  target: PayloadDialect;
  options: readonly string[];
  /** What the head says comes last. */
  late?: true;
  /** Through standard input: no file to read again. */
  pipe?: true;
  /** Rows of a piece. */
  pieces?: true;
}

const LIMIT = 140;
const OUTPUT = `${FOLDER}tables-memory/`;

/** One of every class of pairs. */
const CASES: readonly Case[] = [
  { name: "splice, azureml:split → mlflow:split", source: "azureml", target: "mlflow", options: ["-t", "mlflow:split"] },
  { name: "one pass, csv → mlflow:split", source: "csv", target: "mlflow", options: ["-f", "csv", "-t", "mlflow:split"] },
  { name: "one pass, mlflow:split → csv", source: "mlflow", target: "csv", options: ["-t", "csv"] },
  { name: "one pass, mlflow:split → mlflow:records", source: "mlflow", target: "records", options: ["-t", "mlflow:records"] },
  {
    name: "one pass, mlflow:records → mlflow:split, fixed",
    source: "records",
    target: "mlflow",
    options: ["-t", "mlflow:split", "--fixed"],
  },
  { name: "names behind the rows, mlflow:split → csv", source: "mlflow", target: "csv", options: ["-t", "csv"], late: true },
  {
    name: "names behind the rows, mlflow:split → csv, from a pipe",
    source: "mlflow",
    target: "csv",
    options: ["-t", "csv"],
    late: true,
    pipe: true,
  },
  { name: "a new key at the end, mlflow:records → csv", source: "records", target: "csv", options: ["-t", "csv"], late: true },
  {
    name: "a new key at the end, jsonl → mlflow:split, from a pipe",
    source: "jsonl",
    target: "mlflow",
    options: ["-f", "jsonl", "-t", "mlflow:split"],
    late: true,
    pipe: true,
  },
  { name: "rows to columns, mlflow:split → azureml:named", source: "mlflow", target: "columns", options: ["-t", "azureml:named"] },
  {
    name: "rows to columns, mlflow:split → azureml:named, from a pipe",
    source: "mlflow",
    target: "columns",
    options: ["-t", "azureml:named"],
    pipe: true,
  },
  { name: "columns to rows, azureml:named → mlflow:split", source: "columns", target: "mlflow", options: ["-t", "mlflow:split"] },
  {
    name: "columns to rows, azureml:named → mlflow:split, from a pipe",
    source: "columns",
    target: "mlflow",
    options: ["-t", "mlflow:split"],
    pipe: true,
  },
  {
    name: "pieces of 10,000 rows, csv → mlflow:split",
    source: "csv",
    target: "mlflow",
    options: ["-f", "csv", "-t", "mlflow:split"],
    pieces: true,
  },
  {
    name: "pieces of 10,000 rows, azureml:split → mlflow:split",
    source: "azureml",
    target: "mlflow",
    options: ["-t", "mlflow:split"],
    pieces: true,
  },
];

export async function tablesMemory(scale: Scale): Promise<Section> {
  const rounds = 1; // a peak repeats itself within 3 %, and a round takes five minutes
  const about = {
    title: "Memory of tables",
    about: `Peak resident memory (VmHWM) of the whole process \`transload convert\`, to a file, heart at ${scale.small} and at ${scale.large} of input: one of every class of pairs. Every output had as many rows as its input.`,
  };
  if (!hasPeak()) return { ...about, tables: [], targets: [], bars: [], notes: ["Peaks are read from /proc, which this system has not."] };
  const rows: string[][] = [];
  const targets: Target[] = [];
  const notes: string[] = [];
  for (const one of CASES) {
    const [small, large] = [await measure(one, scale.small, rounds), await measure(one, scale.large, rounds)];
    rows.push([one.name, text(small), text(large)]);
    process.stderr.write(`  tables-memory: ${rows.at(-1)?.join(" | ")}\n`);
    for (const reason of new Set([small, large].filter((peak) => typeof peak === "string")))
      notes.push(`Memory of ${one.name}: it failed: ${reason}.`);
    targets.push({
      what: `peak memory of ${one.name}, ${scale.large}`,
      needed: `≤ ${LIMIT} MiB`,
      reached: typeof large === "number" ? `${mib(large)} MiB` : "failed",
      met: typeof large === "number" && large <= LIMIT * MIB,
    });
  }
  const table = { title: "MiB", head: ["", scale.small, scale.large], rows };
  return { ...about, tables: [table], targets, bars: [], notes };
}

function text(peak: number | string): string {
  return typeof peak === "number" ? mib(peak) : "failed";
}

/** Bytes, or why there are none. */
async function measure(one: Case, size: string, rounds: number): Promise<number | string> {
  const { path } = payloadFile("heart", size, { dialect: one.source, ...(one.late && { late: true }) });
  const rows = await countRows(path, one.source);
  let highest = 0;
  for (let round = 0; round < rounds; round++) {
    rmSync(OUTPUT, { recursive: true, force: true });
    mkdirSync(OUTPUT, { recursive: true });
    const output = one.pieces ? ["--max-rows", "10000", "-o", `${OUTPUT}part-{00000}`] : ["-o", `${OUTPUT}whole`];
    const args = [COMMAND, "convert", ...(one.pipe ? [] : [path]), ...one.options, ...output, "--quiet"];
    const peak = attempt(() => peakOf(args, one.pipe && path));
    if (typeof peak === "string") return peak;
    highest = Math.max(highest, peak);
    let written = 0;
    for (const name of readdirSync(OUTPUT))
      if (name !== "manifest.json" && round === 0) written += await countRows(OUTPUT + name, one.target);
    if (round === 0 && written !== rows) throw new Error(`${one.name}: ${written} rows of ${rows}`);
  }
  rmSync(OUTPUT, { recursive: true, force: true });
  return highest;
}

/** Rows of a table of heart, told by the bytes that its form has a fixed number of in a row and nowhere else but in its head. */
async function countRows(path: string, dialect: PayloadDialect): Promise<number> {
  if (dialect === "csv") return (await countByte(path, 0x0a /* \n */)) - 1;
  if (dialect === "jsonl") return countByte(path, 0x0a);
  if (dialect === "records") return (await countByte(path, 0x7b /* { */)) - 1;
  if (dialect === "columns") return ((await countByte(path, 0x2c /* , */)) + 1) / 12;
  return (await countByte(path, 0x5b /* [ */)) - 2;
}

async function countByte(path: string, byte: number): Promise<number> {
  let count = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>)
    for (let i = 0; i < chunk.length; i++) if (chunk[i] === byte) count++;
  return count;
}
