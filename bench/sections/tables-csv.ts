import { readFileSync, rmSync } from "node:fs";
import { rowsOf } from "../../data/payload.js";
import { parseSize } from "../../data/size.js";
import { mustAgree } from "../check.js";
import { FOLDER, hashFile, hashPayload, type PayloadFile, payloadFile, sumPayload } from "../payloads.js";
import { attempt, runScript } from "../process.js";
import { type Contender, type Finish, race, ratio, times } from "../race.js";
import type { Scale } from "../scale.js";
import type { Part, Table, Target } from "../section.js";
import { raceTable } from "../table.js";

const COLUMNS = ["age", "sex", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak", "slope", "ca", "thal"];
const OPTIONS = { from: "csv", to: "mlflow:split" };

const WRITERS = [
  {
    name: "DuckDB, records of JSON",
    sql: (input: string, output: string) => `COPY (FROM read_csv('${input}')) TO '${output}' (FORMAT json)`,
  },
  {
    name: "DuckDB, json_array",
    sql: (input: string, output: string, columns: readonly string[]) =>
      `COPY (SELECT json_array(${columns.join(", ")}) FROM read_csv('${input}')) TO '${output}' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '')`,
  },
] as const;

/** CSV to a split, and to Float64Arrays. */
export async function csvTables(scale: Scale): Promise<Part> {
  const duckdb = attempt(() => runScript("duckdb", { sql: "SELECT version()" }));
  const missing = typeof duckdb === "string" ? [`DuckDB is not shown, it does not run here: ${duckdb}.`] : [];
  const here = missing.length === 0;
  const converted = await toSplit(scale, here);
  const read = await toArrays(scale, here);
  return {
    tables: [...converted.tables, ...read.tables],
    targets: [...converted.targets, ...read.targets],
    bars: [],
    notes: missing,
  };
}

async function toSplit(scale: Scale, duckdb: boolean): Promise<{ tables: Table[]; targets: Target[] }> {
  const tables: Table[] = [];
  const targets: Target[] = [];
  for (const { kind, columns, target } of [
    { kind: "heart", columns: COLUMNS, target: true },
    { kind: "strings", columns: ["id", "text", "score"], target: false },
  ] as const) {
    const title = kind === "heart" ? "heart, csv → mlflow:split" : "quoted text with line breaks, csv → mlflow:split";
    const file = payloadFile(kind, scale.size, { dialect: "csv" });
    const slice = payloadFile(kind, scale.slice, { dialect: "csv" });
    await hashFile(file.path);
    const rows = rowsOf({ kind, dialect: "csv", size: parseSize(scale.size) });
    mustAgree(title, {
      convert: runScript("convert", { input: file.path, options: OPTIONS, check: true }).check,
      "the generator in mlflow's dialect": hashPayload({ kind, dialect: "mlflow", size: 0, rows }),
    });
    const writers = duckdb ? WRITERS : [];
    if (kind === "heart")
      mustAgree(`${title}, ${scale.slice}, sums`, {
        "the generator": sumPayload(scale.slice),
        "csv-parse": runScript("csv-parse", { input: slice.path, task: "json", check: true }).check,
        ...Object.fromEntries(writers.map(({ name, sql }) => [name, sumWritten((output) => sql(slice.path, output, columns))])),
      });
    const [core, parsed, ...others] = race(
      title,
      [
        convertRun(file),
        csvParse(slice, "json", scale),
        ...writers.map(({ name, sql }) => duckdbRun(name, file, sql(file.path, "/dev/null", columns))),
      ],
      scale.rounds,
    ) as [Finish, Finish, ...Finish[]];
    tables.push(raceTable(title, "MB/s", [core, parsed, ...others], [parsed, ...others]));
    if (target) targets.push(...against(`convert, ${title}`, core, parsed, 8, fastest(others), 5));
  }
  return { tables, targets };
}

async function toArrays(scale: Scale, duckdb: boolean): Promise<{ tables: Table[]; targets: Target[] }> {
  const title = "heart, csv → Float64Array";
  const file = payloadFile("heart", scale.size, { dialect: "csv" });
  const slice = payloadFile("heart", scale.slice, { dialect: "csv" });
  await hashFile(file.path);
  const options = { from: "csv" };
  const sums = `SELECT ${COLUMNS.map((name) => `sum(${name})`).join(", ")}, count(*)`;
  const types = COLUMNS.map((name) => `'${name}': 'DOUBLE'`).join(", ");
  const scans = [
    { name: "DuckDB, sum of every column", sql: `${sums} FROM read_csv('${file.path}')` },
    {
      name: "DuckDB, the same, told that all are doubles",
      sql: `${sums} FROM read_csv('${file.path}', header = true, auto_detect = false, columns = {${types}})`,
    },
  ].slice(0, duckdb ? 2 : 0);
  mustAgree(`${title}, sums`, {
    "the generator": rounded(sumPayload(scale.size)),
    readBatches: rounded(runScript("batches", { input: file.path, options, check: true }).check),
    ...Object.fromEntries(scans.map(({ name, sql }) => [name, sumScanned(runScript("duckdb", { sql }).check)])),
  });
  mustAgree(`${title}, ${scale.slice}, sums`, {
    "the generator": sumPayload(scale.slice),
    "csv-parse": runScript("csv-parse", { input: slice.path, task: "arrays", check: true }).check,
  });
  const [core, reused, parsed, ...others] = race(
    title,
    [
      batchesRun("readBatches()", file, options),
      batchesRun("readBatches({ reuse: true })", file, { ...options, reuse: true }),
      csvParse(slice, "arrays", scale),
      ...scans.map(({ name, sql }) => duckdbRun(name, file, sql)),
    ],
    scale.rounds,
  ) as [Finish, Finish, Finish, ...Finish[]];
  return {
    tables: [raceTable(title, "MB/s", [core, reused, parsed, ...others], [parsed, ...others])],
    targets: against(`readBatches, ${title}`, core, parsed, 8, fastest(others), 1.5),
  };
}

function against(what: string, core: Finish, parsed: Finish, ofParsed: number, duckdb: Finish | undefined, ofDuckdb: number): Target[] {
  return [
    duckdb
      ? {
          what: `${what}, of ${duckdb.name}`,
          needed: `≥ ${ofDuckdb} ×`,
          reached: times(ratio(core, duckdb)),
          met: ratio(core, duckdb) >= ofDuckdb,
        }
      : { what: `${what}, of DuckDB`, needed: `≥ ${ofDuckdb} ×`, reached: "not run", met: false },
    { what: `${what}, of csv-parse`, needed: `≥ ${ofParsed} ×`, reached: times(ratio(core, parsed)), met: ratio(core, parsed) >= ofParsed },
  ];
}

function fastest(finishes: readonly Finish[]): Finish | undefined {
  return [...finishes].sort((a, b) => b.median - a.median)[0];
}

function convertRun({ path, bytes }: PayloadFile): Contender {
  return { name: "convert()", work: bytes, run: () => runScript("convert", { input: path, options: OPTIONS }).seconds };
}

function batchesRun(name: string, { path, bytes }: PayloadFile, options: object): Contender {
  return { name, work: bytes, run: () => runScript("batches", { input: path, options }).seconds };
}

function csvParse({ path, bytes }: PayloadFile, task: "json" | "arrays", scale: Scale): Contender {
  return { name: `csv-parse, ${scale.slice}`, work: bytes, run: () => runScript("csv-parse", { input: path, task }).seconds };
}

function duckdbRun(name: string, { bytes }: PayloadFile, sql: string): Contender {
  return { name, work: bytes, run: () => runScript("duckdb", { sql }).seconds };
}

/** What DuckDB wrote, a row a line, read by JSON.parse. */
function sumWritten(sql: (output: string) => string): string {
  const output = `${FOLDER}duckdb.out.json`;
  runScript("duckdb", { sql: sql(output) });
  const lines = readFileSync(output, "latin1").trimEnd().split("\n");
  rmSync(output);
  let sum = 0;
  for (const line of lines) for (const cell of Object.values(JSON.parse(line) as Record<string, number>)) sum += cell;
  return `${lines.length} rows, sum ${sum}`;
}

/** Sums of columns, and the count of rows, added up. */
function sumScanned(check: string | undefined): string {
  const sums = (JSON.parse(check ?? "[]") as number[][])[0] ?? [];
  const rows = sums.at(-1);
  return rounded(`${rows} rows, sum ${sums.slice(0, -1).reduce((sum, one) => sum + one, 0)}`);
}

/** Columns are added up in another order than rows, which shows in the last digits of a sum of doubles. */
function rounded(check: string | undefined): string {
  const [, rows, sum] = /^(\d+ rows).* sum (.*)$/.exec(check ?? "") ?? [];
  return `${rows}, sum ${Number(sum).toPrecision(10)}`;
}
