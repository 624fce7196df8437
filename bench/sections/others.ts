import { hashFile, payloadFile } from "../payloads.js";
import { outputOf, timeProgram } from "../process.js";
import { type Contender, race } from "../race.js";
import type { Scale } from "../scale.js";
import type { Bar, Section, Table } from "../section.js";
import { raceTable } from "../table.js";
import { COMMAND } from "./memory.js";

const ROUNDS = 3;

/** A frame of what is there, a split or rows alone, and a split of the frame. */
const PANDAS =
  "import json, pandas, sys; given = json.load(open(sys.argv[1]))['input_data']; frame = pandas.DataFrame(given['data'], columns=given['columns']) if isinstance(given, dict) else pandas.DataFrame(given); open('/dev/null', 'w').write('{\"' + sys.argv[2] + '\":' + frame.to_json(orient='split', index=False) + '}')";

interface Tool {
  name: string;
  /** Prints something where the tool is installed. */
  probe: readonly [string, ...string[]];
  command(input: string, key: string): readonly [string, ...string[]];
}

const TOOLS: readonly Tool[] = [
  {
    name: "transload convert",
    probe: [process.execPath, "--version"],
    command: (input) => [process.execPath, COMMAND, "convert", input, "--to", "mlflow"],
  },
  {
    name: "JSON.parse, JSON.stringify",
    probe: [process.execPath, "--version"],
    command: (input, key) => [
      process.execPath,
      "--max-old-space-size=12288",
      "--import",
      "tsx",
      "bench/runs/stringify.ts",
      JSON.stringify({ input, key }),
    ],
  },
  {
    name: "orjson (Python)",
    probe: ["python3", "-c", "import orjson; print(orjson.__version__)"],
    command: (input, key) => ["python3", "-c", python("orjson", "sys.stdout.buffer"), input, key],
  },
  {
    name: "json (Python)",
    probe: ["python3", "--version"],
    command: (input, key) => ["python3", "-c", python("json", "sys.stdout"), input, key],
  },
  {
    name: "json and pandas",
    probe: ["python3", "-c", "import pandas; print(pandas.__version__)"],
    command: (input, key) => ["python3", "-c", PANDAS, input, key],
  },
  { name: "jq", probe: ["jq", "--version"], command: (input, key) => ["jq", "-c", `{${key}: .input_data}`, input] },
];

export async function others(scale: Scale): Promise<Section> {
  const tables: Table[] = [];
  const bars: Bar[] = [];
  const versions = TOOLS.map(({ probe: [command, ...args] }) => outputOf(command, args)?.trim());
  const here = TOOLS.filter((_, i) => versions[i]);
  for (const [kind, key] of [
    ["heart", "dataframe_split"],
    ["tensor", "inputs"],
  ] as const) {
    const { path, bytes } = payloadFile(kind, scale.size);
    await hashFile(path);
    const contenders = here.map(({ name, command }): Contender => {
      const [program, ...args] = command(path, key);
      return { name, work: bytes, run: () => timeProgram(program, args) };
    });
    const finishes = race(`${kind}, whole process`, contenders, Math.min(ROUNDS, scale.rounds));
    tables.push(raceTable(kind, "MB/s", finishes));
    for (const { name, median } of finishes.slice(1)) bars.push({ panel: kind, label: name, rate: median, ours: false });
  }
  const missing = TOOLS.filter((_, i) => !versions[i]).map(({ name }) => name);
  return {
    title: "Other ways to do it",
    about: `The same change of one key, as people do it today: read the whole document, put its cargo under another key, write it. ${scale.size}, whole processes from start to end, output to /dev/null. None but transload checks widths; the others hold the whole document in memory, many times its size. Their results are not compared: they spell numbers anew.`,
    tables,
    targets: [],
    bars,
    notes: missing.length > 0 ? [`Not installed here, so not shown: ${missing.join(", ")}.`] : [],
  };
}

function python(module: string, out: string): string {
  return `import sys, ${module}; ${out}.write(${module}.dumps({sys.argv[2]: ${module}.loads(open(sys.argv[1], "rb").read())["input_data"]}))`;
}
