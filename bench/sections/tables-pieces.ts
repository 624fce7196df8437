import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mustAgree } from "../check.js";
import { FOLDER, hashFile, payloadFile, sumPayload } from "../payloads.js";
import { runScript, timeProgram } from "../process.js";
import { type Contender, type Finish, race, ratio, times } from "../race.js";
import type { Scale } from "../scale.js";
import type { Part, Table, Target } from "../section.js";
import { raceTable } from "../table.js";
import { COMMAND } from "./memory.js";

const ROWS = 10_000;
/** To /dev/null, and to files. */
const NEEDED = [0.7, 0.8] as const;
const OUTPUT = `${FOLDER}pieces/`;

const CASES = [
  { name: "csv → mlflow:split", dialect: "csv", options: { from: "csv", to: "mlflow:split" } },
  // unsplit, this is the splice lane
  { name: "azureml:split → mlflow:split", dialect: "azureml", options: { to: "mlflow:split" } },
] as const;

/** Pieces beside the same conversion in one, by the library and by the command line. */
export async function pieces(scale: Scale): Promise<Part> {
  const tables: Table[] = [];
  const targets: Target[] = [];
  for (const { name, dialect, options } of CASES) {
    const title = `pieces of ${ROWS.toLocaleString("en")} rows, ${name}`;
    const file = payloadFile("heart", scale.size, { dialect });
    await hashFile(file.path);
    const cut = { ...options, maxRows: ROWS };
    const sum = sumPayload(scale.size, dialect);
    mustAgree(`${title}, sums`, {
      "the generator": sum,
      "split()": runScript("split", { input: file.path, options: cut, check: true }).check,
      "the command line": writeFiles(file.path, true),
    });
    const library: Contender[] = [
      { name: "convert()", work: file.bytes, run: () => runScript("convert", { input: file.path, options }).seconds },
      { name: "split()", work: file.bytes, run: () => runScript("split", { input: file.path, options: cut }).seconds },
    ];
    const whole = `${FOLDER}whole.out.json`;
    const program: Contender[] = [
      {
        name: "transload convert, to a file",
        work: file.bytes,
        run: () => timeProgram(process.execPath, [COMMAND, "convert", file.path, "-t", "mlflow:split", "-o", whole, "--quiet"]),
      },
      { name: `transload convert --max-rows ${ROWS}, to files`, work: file.bytes, run: () => writeFiles(file.path, false) },
    ];
    const finishes = race(title, [...library, ...program], scale.rounds);
    rmSync(whole, { force: true });
    rmSync(OUTPUT, { recursive: true, force: true });
    const [one, many, oneFile, files] = finishes as [Finish, Finish, Finish, Finish];
    tables.push(raceTable(`${title}, to /dev/null`, "MB/s", [one, many], [one]));
    tables.push(raceTable(`${title}, whole process`, "MB/s", [oneFile, files], [oneFile]));
    targets.push(
      promise(`${title}, of the same unsplit`, many, one, NEEDED[0]),
      promise(`${title}, to files, of the same to one file`, files, oneFile, NEEDED[1]),
    );
  }
  return { tables, targets, bars: [], notes: [] };
}

function promise(what: string, many: Finish, one: Finish, needed: number): Target {
  return { what, needed: `≥ ${needed} ×`, reached: times(ratio(many, one)), met: ratio(many, one) >= needed };
}

/** Runs the command line: its seconds, or rows and cells of what it wrote. */
function writeFiles(input: string, check: true): string;
function writeFiles(input: string, check: false): number;
function writeFiles(input: string, check: boolean): string | number {
  rmSync(OUTPUT, { recursive: true, force: true });
  mkdirSync(OUTPUT, { recursive: true });
  const args = [COMMAND, "convert", input, "-t", "mlflow:split", "--max-rows", `${ROWS}`, "-o", `${OUTPUT}part-{00000}.json`, "--quiet"];
  const seconds = timeProgram(process.execPath, args);
  if (!check) return seconds;
  let rows = 0;
  let sum = 0;
  for (const name of readdirSync(OUTPUT).sort()) {
    if (name === "manifest.json") continue;
    const { dataframe_split: frame } = JSON.parse(readFileSync(OUTPUT + name, "utf8")) as { dataframe_split: { data: number[][] } };
    rows += frame.data.length;
    for (const row of frame.data) for (const cell of row) sum += cell;
  }
  return `${rows} rows, sum ${sum}`;
}
