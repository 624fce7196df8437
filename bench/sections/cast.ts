import { mustAgree } from "../check.js";
import { hashFile, type PayloadFile, payloadFile } from "../payloads.js";
import { runScript } from "../process.js";
import { type Finish, race, ratio, times } from "../race.js";
import type { Scale } from "../scale.js";
import type { Section } from "../section.js";
import { raceTable } from "../table.js";

export async function cast(scale: Scale): Promise<Section> {
  const file = payloadFile("tensor", scale.size);
  const slice = payloadFile("tensor", scale.slice);
  await hashFile(file.path);
  mustAgree(`float32 text, ${scale.slice}`, {
    core: runScript("convert", { input: slice.path, options: optionsOf("core"), check: true }).check,
    reference: runScript("convert", { input: slice.path, options: optionsOf("reference"), check: true }).check,
  });
  const finishes = race(
    "cast",
    [castRun(`reference engine, ${scale.slice}`, slice, "reference"), castRun("convert()", file, "core")],
    scale.rounds,
  );
  const [reference, core] = finishes as [Finish, Finish];
  return {
    title: "Typed lane end to end",
    about: `A tensor of float64 text, ${scale.size}, read, rounded to float32 and printed anew (\`dtype: "float32"\`) through the public \`convert()\` to /dev/null. Rates are of input. Before any run was timed, both engines gave equal bytes on ${scale.slice}.`,
    tables: [raceTable("tensor, float64 → float32 text", "MB/s", finishes, [reference])],
    targets: [
      {
        what: "typed lane, tensor float64 → float32 text, of the reference engine",
        needed: "≥ 10 ×",
        reached: times(ratio(core, reference)),
        met: ratio(core, reference) >= 10,
      },
    ],
    bars: [{ panel: "tensor", label: "float64 → float32 text", rate: core.median, ours: true }],
    notes: [],
  };
}

function optionsOf(engine: "core" | "reference"): object {
  return { to: "mlflow", dtype: "float32", engine };
}

function castRun(name: string, { path, bytes }: PayloadFile, engine: "core" | "reference") {
  return {
    name,
    work: bytes,
    run: () => runScript("convert", { input: path, options: optionsOf(engine) }).seconds,
    ...(engine === "reference" && { slow: true as const }),
  };
}
