import { type Kind, type PayloadDialect, rowsOf } from "../../data/payload.js";
import { parseSize } from "../../data/size.js";
import { mustAgree } from "../check.js";
import { hashFile, hashPayload, type PayloadFile, payloadFile } from "../payloads.js";
import { attempt, runScript } from "../process.js";
import { type Contender, type Finish, race, ratio, times } from "../race.js";
import type { Scale } from "../scale.js";
import type { Part, Target } from "../section.js";
import { raceTable } from "../table.js";

interface Case {
  name: string;
  kind: Kind;
  source: PayloadDialect;
  target: PayloadDialect;
  options: { from?: string; to: string; fixed?: true };
  /** No file to read again. */
  pipe?: true;
  /** Times as fast as the reference engine, at least. */
  needed?: number;
  /** Whether the splice lane is the measure, too. */
  floor?: true;
}

/** 250 MB/s where the splice lane runs at 1.4 GB/s. */
const OF_SPLICE = 0.18;

const CASES: readonly Case[] = [
  {
    name: "mlflow:split → mlflow:records",
    kind: "heart",
    source: "mlflow",
    target: "records",
    options: { to: "mlflow:records" },
    needed: 40,
    floor: true,
  },
  {
    name: "mlflow:records → mlflow:split, fixed",
    kind: "heart",
    source: "records",
    target: "mlflow",
    options: { to: "mlflow:split", fixed: true },
    needed: 40,
    floor: true,
  },
  { name: "mlflow:split → csv", kind: "heart", source: "mlflow", target: "csv", options: { to: "csv" }, needed: 40, floor: true },
  {
    name: "jsonl → mlflow:split",
    kind: "heart",
    source: "jsonl",
    target: "mlflow",
    options: { from: "jsonl", to: "mlflow:split" },
    needed: 40,
    floor: true,
  },
  {
    name: "jsonl → mlflow:split, fixed",
    kind: "heart",
    source: "jsonl",
    target: "mlflow",
    options: { from: "jsonl", to: "mlflow:split", fixed: true },
    needed: 40,
    floor: true,
  },
  {
    name: "mlflow:records → mlflow:split, whatever keys come",
    kind: "heart",
    source: "records",
    target: "mlflow",
    options: { to: "mlflow:split" },
  },
  { name: "text, mlflow:split → csv", kind: "strings", source: "mlflow", target: "csv", options: { to: "csv" } },
  { name: "text, mlflow:split → mlflow:records", kind: "strings", source: "mlflow", target: "records", options: { to: "mlflow:records" } },
  {
    name: "rows to columns from a pipe, mlflow:split → azureml:named",
    kind: "heart",
    source: "mlflow",
    target: "columns",
    options: { to: "azureml:named" },
    pipe: true,
    needed: 10,
  },
  {
    name: "columns to rows from a pipe, azureml:named → mlflow:split",
    kind: "heart",
    source: "columns",
    target: "mlflow",
    options: { to: "mlflow:split" },
    pipe: true,
    needed: 10,
  },
];

/** Rows of one shape to rows of another, and to columns and back. */
export async function rowTables(scale: Scale): Promise<Part> {
  const parts: Part[] = [];
  for (const one of CASES) parts.push(await runCase(one, scale));
  return {
    tables: parts.flatMap((part) => part.tables),
    targets: parts.flatMap((part) => part.targets),
    bars: [],
    notes: parts.flatMap((part) => part.notes),
  };
}

async function runCase(one: Case, scale: Scale): Promise<Part> {
  const { name, kind, needed, floor } = one;
  const file = payloadFile(kind, scale.size, { dialect: one.source });
  const slice = payloadFile(kind, scale.slice, { dialect: one.source });
  const spliced = payloadFile("heart", scale.size);
  await hashFile(file.path);
  await hashFile(spliced.path);
  const failure = checkCore(one, file, scale.size);
  if (failure !== undefined) return failed(one, failure);
  const unable = checkReference(one, slice, scale.slice);
  if (unable !== undefined) process.stderr.write(`  ${name}: reference engine: not run, ${unable}\n`);

  const finishes = race(
    name,
    [
      convertRun("convert()", one, file, "core"),
      {
        name: "splice lane, heart",
        work: spliced.bytes,
        run: () => runScript("convert", { input: spliced.path, options: { to: "mlflow" } }).seconds,
      },
      ...(unable === undefined ? [convertRun(`reference engine, ${scale.slice}`, one, slice, "reference")] : []),
    ],
    scale.rounds,
  );
  const [core, splice, reference] = finishes as [Finish, Finish, Finish | undefined];
  const targets: Target[] = [];
  if (needed !== undefined)
    targets.push({
      what: `${name}, of the reference engine`,
      needed: `≥ ${needed} ×`,
      reached: reference ? times(ratio(core, reference)) : "not run",
      met: reference !== undefined && ratio(core, reference) >= needed,
    });
  if (floor)
    targets.push({
      what: `${name}, of the splice lane`,
      needed: `≥ ${OF_SPLICE} ×`,
      reached: times(ratio(core, splice)),
      met: ratio(core, splice) >= OF_SPLICE,
    });
  return {
    tables: [raceTable(name, "MB/s", finishes, finishes.slice(1))],
    targets,
    bars: [],
    notes: unable === undefined ? [] : [`${name}: the reference engine was not run: ${unable}.`],
  };
}

/** Why the case cannot be run; throws when the result is wrong. */
function checkCore(one: Case, file: PayloadFile, size: string): string | undefined {
  const found = attempt(() => runScript("convert", { input: file.path, options: optionsOf(one, file, "core"), check: true }));
  if (typeof found === "string") return found;
  mustAgree(one.name, { convert: found.check, [`the generator's ${one.target}`]: expected(one, size) });
  return undefined;
}

/** Why the reference engine cannot be run; throws when its result is wrong. */
function checkReference(one: Case, slice: PayloadFile, size: string): string | undefined {
  const found = attempt(() => runScript("convert", { input: slice.path, options: optionsOf(one, slice, "reference"), check: true }));
  if (typeof found === "string") return found;
  mustAgree(`${one.name}, ${size}`, { reference: found.check, [`the generator's ${one.target}`]: expected(one, size) });
  return undefined;
}

function expected({ kind, source, target }: Case, size: string): string {
  return hashPayload({ kind, dialect: target, size: 0, rows: rowsOf({ kind, dialect: source, size: parseSize(size) }) });
}

function failed({ name, needed, floor }: Case, why: string): Part {
  process.stderr.write(`  ${name}: not run, ${why}\n`);
  const targets: Target[] = [];
  if (needed !== undefined)
    targets.push({ what: `${name}, of the reference engine`, needed: `≥ ${needed} ×`, reached: "failed", met: false });
  if (floor) targets.push({ what: `${name}, of the splice lane`, needed: `≥ ${OF_SPLICE} ×`, reached: "failed", met: false });
  return { tables: [], targets, bars: [], notes: [`${name} failed and is not shown: ${why}.`] };
}

function optionsOf({ options, pipe }: Case, { path }: PayloadFile, engine: "core" | "reference"): object {
  return { ...options, engine, ...(!pipe && { file: path }) };
}

function convertRun(name: string, one: Case, file: PayloadFile, engine: "core" | "reference"): Contender {
  const options = optionsOf(one, file, engine);
  return {
    name,
    work: file.bytes,
    run: () => runScript("convert", { input: file.path, options }).seconds,
    ...(engine === "reference" && { slow: true as const }),
  };
}
