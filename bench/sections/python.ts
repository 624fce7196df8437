import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { mustAgree } from "../check.js";
import { hashFile, type PayloadFile, payloadFile } from "../payloads.js";
import { outputOf, type Report, runReporter, runScript, timeProgram } from "../process.js";
import { type Contender, type Finish, race, ratio, times } from "../race.js";
import type { Scale } from "../scale.js";
import type { Section, Table, Target } from "../section.js";
import { raceTable } from "../table.js";
import { COMMAND } from "./memory.js";

const PYTHON = process.env.PYTHON ?? "python3";
const RUN = fileURLToPath(new URL("../runs/python.py", import.meta.url));
const LIBRARY = new URL("../../dist/index.js", import.meta.url).href;
const MB = 1e6;

/** A program that does nothing but read, as long as a process takes. */
const WHOLE = `
const { readBatches } = await import(process.argv[1]);
let rows = 0;
for await (const batch of readBatches(process.argv[2], { dtype: "float64" })) rows += batch.rowCount;
if (rows === 0) throw new Error("no rows");`;

type How = "transload" | "transload to pandas" | "orjson" | "pandas";

export function python(scale: Scale): Promise<Section> | Section {
  const missing = missingHere();
  return missing === undefined ? measured(scale) : { ...about(scale), tables: [], targets: [], bars: [], notes: [missing] };
}

async function measured(scale: Scale): Promise<Section> {
  const tensor = payloadFile("tensor", scale.size);
  const heart = bareSplit(payloadFile("heart", scale.size));
  await hashFile(tensor.path);
  await hashFile(heart.path);
  mustAgree("tensor, sums of all cells", {
    readBatches: normal(runScript("batches", { input: tensor.path, check: true }).check),
    transload: checkOf("transload", tensor),
    orjson: checkOf("orjson", tensor),
  });
  mustAgree("heart, sums of all cells", {
    transload: checkOf("transload to pandas", heart),
    pandas: checkOf("pandas", heart),
  });
  const arrays = race(
    "tensor → NumPy",
    [inNode(tensor), inNodeWhole(tensor), inPython("transload", tensor), inPython("orjson", tensor)],
    scale.rounds,
  );
  const frames = race("heart → pandas", [inPython("transload to pandas", heart), inPython("pandas", heart)], scale.rounds);
  const [own, whole, read, orjson] = arrays as [Finish, Finish, Finish, Finish];
  const [framed, pandas] = frames as [Finish, Finish];
  const peaks = (["transload", "orjson"] as const).map((how) => (run(how, tensor, { peak: true }) as Report & { peak: number }).peak);
  const [little = 0, much = 0] = peaks;
  const tables: Table[] = [
    raceTable("tensor → NumPy array", "MB/s", arrays, [own, whole, orjson]),
    raceTable("heart, rows → DataFrame", "MB/s", frames, [pandas]),
    {
      title: "tensor → NumPy array, memory beyond the start, both processes, MB",
      head: ["", "peak"],
      rows: [
        ["transload.read_numpy()", mb(little)],
        ["np.array(orjson.loads())", mb(much)],
      ],
    },
  ];
  return {
    ...about(scale),
    tables,
    targets: targetsOf({ own, whole, read, orjson, framed, pandas, share: little / much }),
    bars: [],
    notes: [],
  };
}

interface Found {
  own: Finish;
  whole: Finish;
  read: Finish;
  orjson: Finish;
  framed: Finish;
  pandas: Finish;
  share: number;
}

function targetsOf({ own, whole, read, orjson, framed, pandas, share }: Found): Target[] {
  return [
    atLeast("tensor → NumPy, of `readBatches()` in a Node that runs", 0.85, ratio(read, own)),
    atLeast("the same, of a Node that starts for it, as ours does", 0.85, ratio(read, whole)),
    atLeast("the same, of `np.array(orjson.loads())`", 3, ratio(read, orjson)),
    { what: "memory of it, of orjson's", needed: "≤ 0.1 ×", reached: times(share), met: share <= 0.1 },
    atLeast("heart → DataFrame, of `pandas.read_json`", 5, ratio(framed, pandas)),
  ];
}

function atLeast(what: string, needed: number, reached: number): Target {
  return { what, needed: `≥ ${needed} ×`, reached: times(reached), met: reached >= needed };
}

function inNode({ path, bytes }: PayloadFile): Contender {
  return { name: "readBatches()", work: bytes, run: () => runScript("batches", { input: path }).seconds };
}

function inNodeWhole({ path, bytes }: PayloadFile): Contender {
  const args = ["--input-type=module", "-e", WHOLE, LIBRARY, path];
  return { name: "readBatches(), whole process", work: bytes, run: () => timeProgram(process.execPath, args) };
}

function inPython(how: How, file: PayloadFile): Contender {
  const names = {
    transload: "transload.read_numpy()",
    "transload to pandas": "transload.read().read_pandas()",
    orjson: "np.array(orjson.loads())",
    pandas: "pandas.read_json()",
  };
  return { name: names[how], work: file.bytes, run: () => run(how, file, {}).seconds };
}

function checkOf(how: How, file: PayloadFile): string | undefined {
  return normal(run(how, file, { check: true }).check);
}

function run(how: How, { path }: PayloadFile, options: object): Report {
  return runReporter(PYTHON, [RUN, JSON.stringify({ how, input: path, ...options })]);
}

/** Python and JavaScript spell a number's exponent each in its way. */
function normal(check: string | undefined): string | undefined {
  return check?.replace(/[^ ]+$/, (sum) => `${Number(sum)}`);
}

function mb(bytes: number): string {
  return (bytes / MB).toFixed(0);
}

/** As pandas reads it: MLflow 1's split has no envelope. */
function bareSplit({ path }: PayloadFile): PayloadFile {
  const bare = path.replace("azureml", "mlflow1");
  timeProgram(process.execPath, [COMMAND, "convert", path, "-t", "mlflow1", "--no-sync", "-o", bare]);
  return { path: bare, bytes: statSync(bare).size };
}

function missingHere(): string | undefined {
  const here = outputOf(PYTHON, ["-c", "import transload, orjson, pandas, psutil; print(transload.__version__)"]);
  return here ? undefined : `Not measured: ${PYTHON} has not transload's wheel, orjson, pandas and psutil; PYTHON names one that has.`;
}

function about(scale: Scale): Pick<Section, "title" | "about"> {
  return {
    title: "Python",
    about: `What does the way from Node to Python cost? ${scale.size} from a file to a NumPy array of float64, and to a DataFrame. Seconds are those of the call, in a Python that has loaded its modules; transload's have the start of its Node in them. Beside it \`readBatches()\` in Node, without Node's start and with it. Before any run was timed: equal rows, cells, and the sum of all cells in the order of the text.`,
  };
}
