import { mustAgree } from "../check.js";
import { hashFile, type PayloadFile, payloadFile } from "../payloads.js";
import { runScript } from "../process.js";
import { type Contender, type Finish, race, ratio, times } from "../race.js";
import type { Scale } from "../scale.js";
import type { Bar, Section, Table, Target } from "../section.js";
import { raceTable } from "../table.js";

const CASES = [
  { name: "heart, azureml:split → mlflow:split", kind: "heart", spaces: false, target: true },
  { name: "tensor, azureml:tensor → mlflow:inputs", kind: "tensor", spaces: false, target: true },
  { name: "heart as Python writes it, a space after each comma", kind: "heart", spaces: true, target: false },
  { name: "strings with escapes and letters beyond ASCII", kind: "strings", spaces: false, target: false },
] as const;

export async function splice(scale: Scale): Promise<Section> {
  const tables: Table[] = [];
  const targets: Target[] = [];
  const bars: Bar[] = [];
  for (const { name, kind, spaces, target } of CASES) {
    const file = payloadFile(kind, scale.size, { spaces });
    const slice = payloadFile(kind, scale.slice, { spaces });
    const expected = payloadFile(kind, scale.size, { spaces, dialect: "mlflow" });
    mustAgree(name, { convert: hashOf(file, "core"), "the generator in mlflow's dialect": await hashFile(expected.path) });
    mustAgree(`${name}, ${scale.slice}`, { core: hashOf(slice, "core"), reference: hashOf(slice, "reference") });
    const [copied, core, sliced] = race(
      name,
      [copy(file), convertRun("convert()", file, "core"), slicedRun(slice, scale)],
      scale.rounds,
    ) as [Finish, Finish, Finish];
    tables.push(raceTable(name, "MB/s", [copied, core, sliced], [copied, sliced]));
    if (!target) continue;
    targets.push(
      {
        what: `splice, ${name}, of Node's own copy`,
        needed: "≥ 0.5 ×",
        reached: times(ratio(core, copied)),
        met: ratio(core, copied) >= 0.5,
      },
      {
        what: `splice, ${name}, of the reference engine`,
        needed: "≥ 100 ×",
        reached: times(ratio(core, sliced)),
        met: ratio(core, sliced) >= 100,
      },
    );
    bars.push(
      { panel: kind, label: "transload, between streams", rate: core.median, ours: true },
      { panel: kind, label: "the same on stream-json (reference)", rate: sliced.median, ours: false },
    );
  }
  return {
    title: "Between streams",
    about: `How near to a copy does a conversion come that checks every byte? ${scale.size} from a file through the public \`convert()\` to /dev/null, every check on, beside Node's \`pipeline(createReadStream, createWriteStream)\` of the same file with 1 MiB chunks. The reference engine does the same on the first rows, ${scale.slice}. Before any run was timed, the output's SHA-256 was that of the same rows generated in MLflow's dialect, and both engines gave equal bytes.`,
    tables,
    targets,
    bars,
    notes: [],
  };
}

function hashOf({ path }: PayloadFile, engine: "core" | "reference"): string | undefined {
  return runScript("convert", { input: path, options: { to: "mlflow", engine }, check: true }).check;
}

function copy({ path, bytes }: PayloadFile): Contender {
  return { name: "Node's copy", work: bytes, run: () => runScript("copy", { input: path }).seconds };
}

function convertRun(name: string, { path, bytes }: PayloadFile, engine: "core" | "reference"): Contender {
  return {
    name,
    work: bytes,
    run: () => runScript("convert", { input: path, options: { to: "mlflow", engine } }).seconds,
    ...(engine === "reference" && { slow: true as const }),
  };
}

function slicedRun(slice: PayloadFile, scale: Scale): Contender {
  return convertRun(`reference engine, ${scale.slice}`, slice, "reference");
}
