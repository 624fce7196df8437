import { rmSync, statSync } from "node:fs";
import { mustAgree } from "../check.js";
import { FOLDER, hashFile, payloadFile } from "../payloads.js";
import { attempt, hasPeak, peakOf, runScript, timeProgram } from "../process.js";
import { type Finish, race, ratio, times } from "../race.js";
import type { Scale } from "../scale.js";
import type { Part, Section, Target } from "../section.js";
import { raceTable } from "../table.js";
import { COMMAND, MIB, mib } from "./memory.js";

const COLUMNS = ["age", "sex", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak", "slope", "ca", "thal"];
const SUMS = `${COLUMNS.map((name) => `sum(${name})`).join(", ")}, count(*)`;
const NO_TARGETS = { targets: [], bars: [], notes: [] };

/** Parquet and npy at either end, and columns that are not read. */
export async function binary(scale: Scale): Promise<Section> {
  const duckdb = attempt(() => runScript("duckdb", { sql: "SELECT version()" }));
  const notes = typeof duckdb === "string" ? [`DuckDB is not shown, it does not run here: ${duckdb}.`] : [];
  const parts: Part[] = [...(notes.length === 0 ? [await parquet(scale)] : []), await npy(scale), await projection(scale), peaks(scale)];
  return {
    title: "Binary ends",
    about: `What does it cost to leave text, or to come back to it? ${scale.size} of heart's csv to Parquet and of that to a split, through the public \`convert()\`, beside DuckDB on one thread with the same compression; DuckDB reads its own file, we ours. Rates are of csv, or of the split. A tensor's JSON to npy is the whole command line, to a file, beside a program that reads the same payload's batches and does nothing with them, start of Node included in both. Before anything was timed, DuckDB found the same sums in both Parquet files as in the csv.`,
    tables: parts.flatMap((part) => part.tables),
    targets: parts.flatMap((part) => part.targets),
    bars: [],
    notes,
  };
}

async function parquet(scale: Scale): Promise<Part> {
  const csv = payloadFile("heart", scale.size, { dialect: "csv" });
  const split = payloadFile("heart", scale.size, { dialect: "mlflow" });
  await hashFile(csv.path);
  const [ours, theirs] = [`${FOLDER}ours.parquet`, `${FOLDER}duckdb.parquet`];
  const write = (path: string) => `COPY (FROM read_csv('${csv.path}')) TO '${path}' (FORMAT parquet, COMPRESSION snappy)`;
  timeProgram(process.execPath, [COMMAND, "convert", csv.path, "-o", ours, "--quiet"]);
  runScript("duckdb", { sql: write(theirs) });
  const sums = (from: string) => rounded(runScript("duckdb", { sql: `SELECT ${SUMS} FROM ${from}` }).check);
  mustAgree("heart, csv → parquet, sums", { csv: sums(`read_csv('${csv.path}')`), ours: sums(`'${ours}'`), DuckDB: sums(`'${theirs}'`) });
  const to = (options: object, input: string) => runScript("convert", { input, options }).seconds;
  const duckdb = (sql: string) => runScript("duckdb", { sql }).seconds;
  const [made, other] = race(
    "heart, csv → parquet, snappy",
    [
      { name: "convert()", work: csv.bytes, run: () => to({ from: "csv", to: "parquet" }, csv.path) },
      { name: "DuckDB", work: csv.bytes, run: () => duckdb(write("/dev/null")) },
    ],
    scale.rounds,
  ) as [Finish, Finish];
  const lists = `COPY (SELECT json_array(${COLUMNS.join(", ")}) FROM '${theirs}') TO '/dev/null' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '')`;
  const [back, records, arrays] = race(
    "heart, parquet → mlflow:split",
    [
      { name: "convert()", work: split.bytes, run: () => to({ from: "parquet", to: "mlflow:split", file: ours }, ours) },
      { name: "DuckDB, records of JSON", work: split.bytes, run: () => duckdb(`COPY (FROM '${theirs}') TO '/dev/null' (FORMAT json)`) },
      { name: "DuckDB, json_array", work: split.bytes, run: () => duckdb(lists) },
    ],
    scale.rounds,
  ) as [Finish, Finish, Finish];
  const size = statSync(ours).size / statSync(theirs).size;
  for (const path of [ours, theirs]) rmSync(path);
  return {
    ...NO_TARGETS,
    tables: [
      raceTable("heart, csv → parquet, snappy", "MB/s", [made, other], [other]),
      raceTable("heart, parquet → mlflow:split", "MB/s of split", [back, records, arrays], [records, arrays]),
    ],
    targets: [
      promise("heart, csv → parquet, of DuckDB", made, other, 1.5),
      { what: "the file, of DuckDB's", needed: "≤ 1.2 ×", reached: times(size), met: size <= 1.2 },
      promise("heart, parquet → mlflow:split, of DuckDB writing JSON", back, records, 2),
    ],
  };
}

/** Reads batches, and nothing else. */
const BARE = `import { readBatches } from ${JSON.stringify(new URL("../../dist/index.js", import.meta.url).href)};
for await (const _ of readBatches(process.argv[1]));`;

async function npy(scale: Scale): Promise<Part> {
  const { path, bytes } = payloadFile("tensor", scale.size);
  await hashFile(path);
  const output = `${FOLDER}tensor.npy`;
  const args = [COMMAND, "convert", path, "-t", "npy", "--dtype", "float64", "-o", output, "--quiet"];
  const [file, bare] = race(
    "tensor, JSON → npy",
    [
      { name: "transload convert, to a file, whole process", work: bytes, run: () => timeProgram(process.execPath, args) },
      {
        name: "readBatches(), whole process",
        work: bytes,
        run: () => timeProgram(process.execPath, ["--input-type=module", "-e", BARE, path]),
      },
    ],
    scale.rounds,
  ) as [Finish, Finish];
  rmSync(output);
  return {
    ...NO_TARGETS,
    tables: [raceTable("tensor, JSON → npy", "MB/s", [file, bare], [bare])],
    targets: [promise("tensor, JSON → npy, of the bare readBatches()", file, bare, 0.8)],
  };
}

async function projection(scale: Scale): Promise<Part> {
  const tables = [];
  const targets: Target[] = [];
  for (const dialect of ["azureml", "csv"] as const) {
    const { path, bytes } = payloadFile("heart", scale.size, { dialect });
    await hashFile(path);
    const options = dialect === "csv" ? { from: "csv" } : {};
    const title = `2 of 12 columns, heart, ${dialect}`;
    const [two, all] = race(
      title,
      [
        {
          name: "two columns",
          work: bytes,
          run: () => runScript("batches", { input: path, options: { ...options, columns: ["age", "chol"] } }).seconds,
        },
        { name: "all twelve", work: bytes, run: () => runScript("batches", { input: path, options }).seconds },
      ],
      scale.rounds,
    ) as [Finish, Finish];
    tables.push(raceTable(title, "MB/s", [two, all], [all]));
    targets.push(promise(`${title}, of all`, two, all, 1.5));
  }
  return { ...NO_TARGETS, tables, targets };
}

function peaks(scale: Scale): Part {
  if (!hasPeak()) return { ...NO_TARGETS, tables: [], notes: ["Peaks are read from /proc, which this system has not."] };
  const rows: string[][] = [];
  const targets: Target[] = [];
  const parquetFile = `${FOLDER}peak.parquet`;
  for (const { name, input, output, options, limit } of [
    {
      name: "csv → parquet",
      input: payloadFile("heart", scale.large, { dialect: "csv" }).path,
      output: parquetFile,
      options: [],
      limit: 200,
    },
    { name: "parquet → mlflow:split", input: parquetFile, output: `${FOLDER}peak.json`, options: ["-t", "mlflow:split"], limit: 200 },
    {
      name: "tensor → npy",
      input: payloadFile("tensor", scale.large).path,
      output: `${FOLDER}peak.npy`,
      options: ["--dtype", "float64"],
      limit: 140,
    },
  ]) {
    const peak = peakOf([COMMAND, "convert", input, "-o", output, "--quiet", ...options]);
    rows.push([name, mib(peak)]);
    targets.push({
      what: `peak memory of ${name}, ${scale.large}`,
      needed: `≤ ${limit} MiB`,
      reached: `${mib(peak)} MiB`,
      met: peak <= limit * MIB,
    });
  }
  for (const name of ["peak.parquet", "peak.json", "peak.npy"]) rmSync(`${FOLDER}${name}`, { force: true });
  return { ...NO_TARGETS, tables: [{ title: `peak memory at ${scale.large} of text, MiB`, head: ["", "peak"], rows }], targets };
}

function promise(what: string, one: Finish, other: Finish, needed: number): Target {
  return { what, needed: `≥ ${needed} ×`, reached: times(ratio(one, other)), met: ratio(one, other) >= needed };
}

/** Sums of doubles differ in their last digits with the order of their addition. */
function rounded(check: string | undefined): string {
  return JSON.stringify((JSON.parse(check ?? "[]") as number[][])[0]?.map((sum) => Number(sum.toPrecision(10))));
}
