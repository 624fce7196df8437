import { rmSync } from "node:fs";
import { FOLDER, hashFile, type PayloadFile, payloadFile } from "../payloads.js";
import { hasPeak, outputOf, timeProgram, watchPeak } from "../process.js";
import { type Contender, digits, type Finish, race, ratio, times } from "../race.js";
import type { Scale } from "../scale.js";
import type { Bar, Section, Table, Target } from "../section.js";
import { raceTable } from "../table.js";
import { COMMAND, mib } from "./memory.js";

const ROUNDS = 3;
const OURS = "transload convert";
const OUTPUT = `${FOLDER}tables-others.out`;

interface Tool {
  name: string;
  /** Prints something where the tool is installed. */
  probe: readonly [string, ...string[]];
  command(input: string): readonly [string, ...string[]];
  /** So slow that it gets the first rows alone. */
  slow?: true;
  /** So many times as fast as this tool transload has to be. */
  needed?: number;
}

interface Task {
  title: string;
  kind: "heart" | "strings";
  dialect: "csv" | "mlflow";
  tools: readonly Tool[];
  /** The input is the csv as Parquet, as DuckDB writes it. */
  parquet?: true;
  /** Of the chart, where the task has one. */
  panel?: string;
}

const NODE: Tool["probe"] = [process.execPath, "--version"];

const PANDAS = "import pandas, sys; pandas.read_csv(sys.argv[1]).to_json('/dev/null', orient='split', index=False)";
const POLARS = "import polars, sys; polars.read_csv(sys.argv[1]).write_json('/dev/null')";
const DUCKDB = duckdb("(FROM read_csv('{sys.argv[1]}')) TO '/dev/null' (FORMAT json)");

const TASKS: readonly Task[] = [
  {
    title: "csv → JSON",
    kind: "heart",
    dialect: "csv",
    panel: "csv",
    tools: [
      transload("-f", "csv", "-t", "mlflow:split"),
      { ...python("duckdb", DUCKDB, "DuckDB, records"), needed: 4 },
      runOf("csv-parse, JSON.stringify", "csv-parse", { task: "json" }),
      python("pandas", PANDAS, "pandas, split"),
      python("polars", POLARS, "polars, records"),
      python("orjson", splitByOrjson(), "csv and orjson (Python), split"),
    ],
  },
  {
    title: "quoted text with line breaks, csv → JSON",
    kind: "strings",
    dialect: "csv",
    panel: "text",
    tools: [
      transload("-f", "csv", "-t", "mlflow:split"),
      python("duckdb", DUCKDB, "DuckDB, records"),
      python("pandas", PANDAS, "pandas, split"),
      python("polars", POLARS, "polars, records"),
    ],
  },
  {
    title: "csv → Parquet",
    kind: "heart",
    dialect: "csv",
    panel: "parquet",
    tools: [
      {
        name: OURS,
        probe: NODE,
        command: (input) => [process.execPath, COMMAND, "convert", input, "-t", "parquet", "-o", OUTPUT, "--no-sync", "--quiet"],
      },
      { ...python("duckdb", duckdb(`(FROM read_csv('{sys.argv[1]}')) TO '${OUTPUT}' (FORMAT parquet)`), "DuckDB"), needed: 1.5 },
      python("pandas", `import pandas, sys; pandas.read_csv(sys.argv[1]).to_parquet('${OUTPUT}')`, "pandas with pyarrow"),
      python("polars", `import polars, sys; polars.read_csv(sys.argv[1]).write_parquet('${OUTPUT}')`, "polars"),
    ],
  },
  {
    title: "Parquet → JSON",
    kind: "heart",
    dialect: "csv",
    parquet: true,
    tools: [
      transload("-f", "parquet", "-t", "mlflow:split"),
      { ...python("duckdb", duckdb("(FROM read_parquet('{sys.argv[1]}')) TO '/dev/null' (FORMAT json)"), "DuckDB, records"), needed: 2.5 },
      python("pandas", PANDAS.replace("read_csv", "read_parquet"), "pandas with pyarrow, split"),
      python("polars", POLARS.replace("read_csv", "read_parquet"), "polars, records"),
    ],
  },
  {
    title: "mlflow:split → mlflow:records",
    kind: "heart",
    dialect: "mlflow",
    tools: [
      transload("-t", "mlflow:records"),
      python("orjson", recordsBy("orjson", "sys.stdout.buffer"), "orjson (Python)"),
      python("json", recordsBy("json", "sys.stdout"), "json (Python)"),
      python(
        "pandas",
        "import json, pandas, sys; frame = json.load(open(sys.argv[1]))['dataframe_split']; pandas.DataFrame(frame['data'], columns=frame['columns']).to_json('/dev/null', orient='records')",
        "json and pandas",
      ),
      {
        name: "jq",
        probe: ["jq", "--version"],
        slow: true,
        command: (input) => [
          "jq",
          "-c",
          "{dataframe_records: [.dataframe_split | .columns as $c | .data[] | . as $r | reduce range(0; $c | length) as $i ({}; .[$c[$i]] = $r[$i])]}",
          input,
        ],
      },
    ],
  },
];

export async function tablesOthers(scale: Scale): Promise<Section> {
  const tables: Table[] = [];
  const notes: string[] = [];
  const bars: Bar[] = [];
  const targets: Target[] = [];
  for (const { title, kind, dialect, parquet, tools, panel } of TASKS) {
    const text = payloadFile(kind, scale.size, { dialect });
    const whole = parquet ? parquetOf(text) : text;
    const slice = payloadFile(kind, scale.slice, { dialect });
    if (!whole) continue;
    await hashFile(whole.path);
    await hashFile(slice.path);
    const contenders: Contender[] = [];
    const peaks: string[] = [];
    for (const { name: tool, probe, command, slow } of tools) {
      const name = slow ? `${tool}, ${scale.slice}` : tool;
      const { path, bytes } = slow ? slice : whole;
      const [prober, ...questions] = probe;
      const [program, ...args] = command(path);
      if (!outputOf(prober, questions)?.trim()) {
        notes.push(`${title}: not installed here, so not shown: ${tool}.`);
        continue;
      }
      const peak = await watchPeak(program, args);
      if (peak === undefined) {
        notes.push(`${title}: ${name} fails.`);
        continue;
      }
      peaks.push(hasPeak() ? memory(peak) : "");
      contenders.push({ name, work: bytes, run: () => timeProgram(program, args) });
    }
    const finishes = race(`${title}, whole process`, contenders, Math.min(ROUNDS, scale.rounds));
    const table = raceTable(title, "MB/s", finishes);
    for (const { needed, name } of tools) if (needed !== undefined) targets.push(...targetOf(title, needed, finishes, name));
    if (panel) for (const { name, median } of finishes) bars.push({ panel, label: name, rate: median, ours: name === OURS });
    tables.push({ ...table, head: [...table.head, "peak memory"], rows: table.rows.map((row, i) => [...row, peaks[i] ?? ""]) });
  }
  rmSync(OUTPUT, { force: true });
  return {
    title: "Other ways to do it with tables",
    about: `The same tables in programs that people use, each with the threads that it takes by itself (transload one): ${scale.size}, whole processes from start to end, output to /dev/null, Parquet to a file, and the peak of their resident memory in a run before; jq with the first ${scale.slice} alone. A split is written where the program can, records of JSON where it cannot. Their results are not compared: they spell numbers anew.`,
    tables,
    targets,
    bars,
    notes,
  };
}

/** The rate stays that of the csv, which both files hold. */
function parquetOf({ path, bytes }: PayloadFile): PayloadFile | undefined {
  const made = `${path}.parquet`;
  const written = outputOf("python3", ["-c", duckdb(`(FROM read_csv('${path}')) TO '${made}' (FORMAT parquet)`)]);
  return written === undefined ? undefined : { path: made, bytes };
}

function targetOf(title: string, needed: number, finishes: readonly Finish[], tool: string): Target[] {
  const [own, other] = [OURS, tool].map((name) => finishes.find((finish) => finish.name === name));
  if (!own || !other) return [];
  const reached = ratio(own, other);
  return [
    {
      what: `${title}, one thread, of ${tool} with its default threads`,
      needed: `≥ ${needed} ×`,
      reached: times(reached),
      met: reached >= needed,
    },
  ];
}

/** A program that copies so. */
function duckdb(what: string): string {
  return `import duckdb, sys; duckdb.execute(f"COPY ${what}")`;
}

function memory(bytes: number): string {
  return bytes >= 2 ** 30 ? `${digits(bytes / 2 ** 30)} GiB` : `${mib(bytes)} MiB`;
}

function transload(...options: string[]): Tool {
  return {
    name: OURS,
    probe: NODE,
    command: (input) => [process.execPath, COMMAND, "convert", input, ...options, "--quiet"],
  };
}

function runOf(name: string, script: string, options: object): Tool {
  const command = (input: string) =>
    [process.execPath, "--import", "tsx", `bench/runs/${script}.ts`, JSON.stringify({ input, ...options })] as const;
  return { name, probe: NODE, command };
}

function python(module: string, program: string, name: string): Tool {
  return { name, probe: ["python3", "-c", `import ${module}; print('here')`], command: (input) => ["python3", "-c", program, input] };
}

function recordsBy(module: string, out: string): string {
  return `import sys, ${module}; frame = ${module}.loads(open(sys.argv[1], "rb").read())["dataframe_split"]; names = frame["columns"]; ${out}.write(${module}.dumps({"dataframe_records": [dict(zip(names, row)) for row in frame["data"]]}))`;
}

function splitByOrjson(): string {
  return `import csv, orjson, sys; rows = csv.reader(open(sys.argv[1])); names = next(rows); sys.stdout.buffer.write(orjson.dumps({"dataframe_split": {"columns": names, "data": [[float(cell) for cell in row] for row in rows]}}))`;
}
