import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { mustAgree } from "../check.js";
import { FOLDER, hashFile, type PayloadFile, payloadFile } from "../payloads.js";
import { outputOf, runReporter, runScript } from "../process.js";
import { type Contender, type Finish, race, ratio, times } from "../race.js";
import type { Scale } from "../scale.js";
import type { Bar, Section, Table, Target } from "../section.js";
import { raceTable } from "../table.js";

/** Of the reference engine, and of native simdjson. */
const NEEDED = { heart: [50, 2.5], tensor: [12, 1.2] } as const;

export async function batches(scale: Scale): Promise<Section> {
  const tables: Table[] = [];
  const targets: Target[] = [];
  const bars: Bar[] = [];
  const simdjson = compileSimdjson();
  for (const kind of ["heart", "tensor"] as const) {
    const file = payloadFile(kind, scale.size);
    const slice = payloadFile(kind, scale.slice);
    await hashFile(file.path); // a warm file
    mustAgree(`${kind}, sums of all cells`, {
      readBatches: checkOf(file, "core"),
      "JSON.parse": runScript("parse", { input: file.path }, ["--max-old-space-size=12288"]).check,
      ...(simdjson !== undefined && { simdjson: normal(runReporter(simdjson, [file.path, "check"]).check) }),
    });
    const rows = { input: slice.path, filter: kind === "heart" ? "input_data.data" : "input_data" };
    mustAgree(`${kind}, ${scale.slice}, sums`, {
      core: checkOf(slice, "core"),
      reference: checkOf(slice, "reference"),
      "stream-json": runScript("rows", rows).check,
    });
    const contenders: Contender[] = [
      { ...batchesRun(`reference engine, ${scale.slice}`, slice, { engine: "reference" }), slow: true },
      { name: `stream-json alone, ${scale.slice}`, slow: true, work: slice.bytes, run: () => runScript("rows", rows).seconds },
      batchesRun("readBatches()", file, {}),
      batchesRun("readBatches({ reuse: true })", file, { reuse: true }),
    ];
    if (simdjson !== undefined)
      contenders.push({ name: "simdjson On-Demand", work: file.bytes, run: () => runReporter(simdjson, [file.path]).seconds });
    const finishes = race(kind, contenders, scale.rounds);
    const [reference, plain, core, reused, native] = finishes as [Finish, Finish, Finish, Finish, Finish | undefined];
    tables.push(raceTable(`${kind} → Float64Array`, "MB/s", finishes, native ? [reference, plain, native] : [reference, plain]));
    targets.push({
      what: `readBatches → Float64Array, ${kind}, of the reference engine`,
      needed: `≥ ${NEEDED[kind][0]} ×`,
      reached: times(ratio(core, reference)),
      met: ratio(core, reference) >= NEEDED[kind][0],
    });
    bars.push(
      { panel: kind, label: "to typed arrays", rate: core.median, ours: true },
      { panel: kind, label: "to arrays, stream-json", rate: plain.median, ours: false },
    );
    if (native) {
      const ahead = ratio(reused, native);
      const reached = `${times(ahead)} (${times(ratio(core, native))} when batches are the caller's own)`;
      targets.push({
        what: `the same beside native simdjson, both into memory used again, ${kind}`,
        needed: `≥ ${NEEDED[kind][1]} ×`,
        reached,
        met: ahead >= NEEDED[kind][1],
      });
      bars.push({ panel: kind, label: "to typed arrays, native simdjson (C++)", rate: native.median, ours: false });
    }
  }
  return {
    title: "Typed arrays out of the middle",
    about: `How fast do a payload's numbers become a program's Float64Arrays? ${scale.size} from a file through the public \`readBatches()\`; by default every batch is the caller's to keep, with \`reuse\` it is valid until the next one. Beside it, on ${scale.slice}, the reference engine and stream-json alone (parser, pick, streamArray, as its documentation has it, to a JavaScript array for each row); and native simdjson On-Demand reading the same file into an array that is used again (bench/simdjson.cpp, \`-O3 -march=native\`; it checks grammar as it reads, not that rows are of one width, and holds the whole file in memory). Before any run was timed: equal rows, cells, and the sum of all cells in the order of the text, bit for bit, by all of them and by JSON.parse.`,
    tables,
    targets,
    bars,
    notes: simdjson === undefined ? ["simdjson is not shown: no C++ compiler or no `libsimdjson-dev` here."] : [],
  };
}

function checkOf({ path }: PayloadFile, engine: "core" | "reference"): string | undefined {
  return runScript("batches", { input: path, options: { engine }, check: true }).check;
}

function batchesRun(name: string, { path, bytes }: PayloadFile, options: object): Contender {
  return { name, work: bytes, run: () => runScript("batches", { input: path, options }).seconds };
}

/** C++ prints 17 digits, JavaScript the fewest that tell the number. */
function normal(check: string | undefined): string | undefined {
  return check?.replace(/[^ ]+$/, (sum) => `${Number(sum)}`);
}

/** The compiled program; undefined where there is no compiler or no simdjson. */
function compileSimdjson(): string | undefined {
  const program = `${FOLDER}simdjson`;
  const source = fileURLToPath(new URL("../simdjson.cpp", import.meta.url));
  mkdirSync(FOLDER, { recursive: true });
  outputOf("c++", ["-O3", "-march=native", "-std=c++17", source, "-o", program, "-lsimdjson"]);
  return existsSync(program) ? program : undefined;
}
