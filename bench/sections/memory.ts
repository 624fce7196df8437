import { rmSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { FOLDER, payloadFile } from "../payloads.js";
import { hasPeak, peakOf } from "../process.js";
import type { Scale } from "../scale.js";
import type { Section, Target } from "../section.js";

export const COMMAND = fileURLToPath(new URL("../../dist/cli/main.cjs", import.meta.url));

export const MIB = 1 << 20;
const LIMIT = 110 * MIB;
const CASES = [
  { name: "splice, heart", kind: "heart", options: [] },
  { name: "splice, tensor", kind: "tensor", options: [] },
  { name: "typed, tensor float64 → float32", kind: "tensor", options: ["--dtype", "float32"] },
] as const;

export function memory(scale: Scale): Section {
  const rounds = Math.min(2, scale.rounds);
  const rows: string[][] = [];
  const targets: Target[] = [];
  if (!hasPeak())
    return { ...about(scale), tables: [], targets, bars: [], notes: ["Peaks are read from /proc, which this system has not."] };
  const measure = (path: string, options: readonly string[]) =>
    Math.max(...Array.from({ length: rounds }, () => peakOfConvert(path, options)));
  for (const { name, kind, options } of CASES) {
    const small = measure(payloadFile(kind, scale.small).path, options);
    const large = measure(payloadFile(kind, scale.large).path, options);
    const grown = large / small - 1;
    rows.push([name, mib(small), mib(large), percent(grown)]);
    process.stderr.write(`  memory: ${rows.at(-1)?.join(" | ")}\n`);
    targets.push(
      { what: `peak memory of ${name}, ${scale.large}`, needed: "≤ 110 MiB", reached: `${mib(large)} MiB`, met: large <= LIMIT },
      { what: `the same against ${scale.small}`, needed: "within 5 %", reached: percent(grown), met: Math.abs(grown) <= 0.05 },
    );
  }
  const row = measure(payloadFile("tensor", scale.row, { oneRow: true }).path, []);
  rows.push([`splice, one row of ${scale.row}`, "", mib(row), ""]);
  targets.push({
    what: `peak memory of a single row of ${scale.row}, splice`,
    needed: "≤ 110 MiB",
    reached: `${mib(row)} MiB`,
    met: row <= LIMIT,
  });
  const node = peakOf(["-e", "0"]);
  rows.push(["`node -e 0`", "", mib(node), ""]);
  return {
    ...about(scale),
    tables: [{ title: `MiB, the highest of ${rounds} runs`, head: ["", scale.small, scale.large, "growth"], rows }],
    targets,
    bars: [],
    notes: [],
  };
}

function about(scale: Scale): Pick<Section, "title" | "about"> {
  return {
    title: "Memory",
    about: `Peak resident memory (VmHWM) of the whole process \`transload convert\` from file to file, at ${scale.small} and at ${scale.large} of input, and with a payload whose only row is ${scale.row} long. Every output was of the right length.`,
  };
}

function peakOfConvert(input: string, options: readonly string[]): number {
  const output = `${FOLDER}memory.out.json`;
  const peak = peakOf([COMMAND, "convert", input, "--to", "mlflow", "-o", output, "--quiet", ...options]);
  const [read, written] = [statSync(input).size, statSync(output).size];
  // "input_data" became "inputs" or "dataframe_split"
  if (options.length === 0 && Math.abs(read - written) > 8) throw new Error(`${output}: ${written} bytes of ${read}`);
  rmSync(output);
  return peak;
}

export function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}

function percent(share: number): string {
  return `${share >= 0 ? "+" : "−"}${Math.abs(100 * share).toFixed(1)} %`;
}
