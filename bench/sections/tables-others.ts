import { hashFile, payloadFile } from "../payloads.js";
import { hasPeak, outputOf, timeProgram, watchPeak } from "../process.js";
import { type Contender, digits, race } from "../race.js";
import type { Scale } from "../scale.js";
import type { Section, Table } from "../section.js";
import { raceTable } from "../table.js";
import { COMMAND, mib } from "./memory.js";

const ROUNDS = 3;

interface Tool {
  name: string;
  /** Prints something where the tool is installed. */
  probe: readonly [string, ...string[]];
  command(input: string): readonly [string, ...string[]];
  /** So slow that it gets the first rows alone. */
  slow?: true;
}

interface Task {
  title: string;
  dialect: "csv" | "mlflow";
  tools: readonly Tool[];
}

const NODE: Tool["probe"] = [process.execPath, "--version"];

const TASKS: readonly Task[] = [
  {
    title: "csv → JSON",
    dialect: "csv",
    tools: [
      transload("-f", "csv", "-t", "mlflow:split"),
      runOf("DuckDB, one thread, records", "duckdb-convert", {}),
      runOf("csv-parse, JSON.stringify", "csv-parse", { task: "json" }),
      python(
        "pandas",
        "import pandas, sys; pandas.read_csv(sys.argv[1]).to_json('/dev/null', orient='split', index=False)",
        "pandas, split",
      ),
      python("polars", "import polars, sys; polars.read_csv(sys.argv[1]).write_json('/dev/null')", "polars, all threads, records"),
      python("orjson", splitByOrjson(), "csv and orjson (Python), split"),
    ],
  },
  {
    title: "mlflow:split → mlflow:records",
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
  for (const { title, dialect, tools } of TASKS) {
    const [whole, slice] = [payloadFile("heart", scale.size, { dialect }), payloadFile("heart", scale.slice, { dialect })];
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
    const table = raceTable(title, "MB/s", race(`${title}, whole process`, contenders, Math.min(ROUNDS, scale.rounds)));
    tables.push({ ...table, head: [...table.head, "peak memory"], rows: table.rows.map((row, i) => [...row, peaks[i] ?? ""]) });
  }
  return {
    title: "Other ways to do it with tables",
    about: `The same tables in programs that people use: ${scale.size} of heart, whole processes from start to end, output to /dev/null, and the peak of their resident memory in a run before; jq with the first ${scale.slice} alone. A split is written where the program can, records of JSON where it cannot. Their results are not compared: they spell numbers anew.`,
    tables,
    targets: [],
    bars: [],
    notes,
  };
}

function memory(bytes: number): string {
  return bytes >= 2 ** 30 ? `${digits(bytes / 2 ** 30)} GiB` : `${mib(bytes)} MiB`;
}

function transload(...options: string[]): Tool {
  return {
    name: "transload convert",
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
