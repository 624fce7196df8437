import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { FOLDER } from "../payloads.js";
import { nodeOf, outputOf, timeProgram } from "../process.js";
import { median, times } from "../race.js";
import type { Scale } from "../scale.js";
import type { Section } from "../section.js";
import { COMMAND } from "./memory.js";

const OUTPUT = `${FOLDER}starting.out.json`;
const CONVERT = [COMMAND, "convert", "data/heart.azureml.json", "--to", "mlflow", "-o", OUTPUT];
/** Besides this one, where the package registry has them. */
const OTHERS = [22, 24, 26].filter((major) => !process.version.startsWith(`v${major}.`));

/** Wall seconds of a Node that does nothing, and of one that converts. */
interface Start {
  readonly version: string;
  readonly nothing: readonly number[];
  readonly convert: readonly number[];
}

export function starting(scale: Scale): Section {
  // what a machine has Node read at its start is no part of either
  delete process.env.NODE_EXTRA_CA_CERTS;
  mkdirSync(FOLDER, { recursive: true });
  const nodes = [process.execPath, ...OTHERS.map((major) => nodeOf(major))];
  const starts = nodes.filter((node) => node !== undefined).map((node) => timed(node, scale.starts));
  rmSync(OUTPUT);
  return {
    title: "A small payload",
    about: `What does a start cost? Wall time of the whole process on the seed's example, one row, from a file to a file, in turn with a Node that does nothing; ${scale.starts} pairs for each Node, and medians. What V8 has compiled was kept by a run before. The output was that of data/heart.mlflow.json.`,
    tables: [
      {
        title: "ms",
        head: ["Node", "`node -e 0`", "`transload convert data/heart.azureml.json --to mlflow -o …`", "ratio"],
        rows: starts.map(({ version, nothing, convert }) => [
          version,
          ms(median(nothing)),
          ms(median(convert)),
          times(median(convert) / median(nothing)),
        ]),
      },
    ],
    targets: starts.map(({ version, nothing, convert }) => {
      const ratio = median(convert) / median(nothing);
      const most = version.startsWith("v20.") ? 1.6 : 1.35;
      const what = `\`transload convert\` of the seed's example, of \`node -e 0\`, Node ${version.slice(1)}`;
      return { what, needed: `≤ ${most} ×`, reached: times(ratio), met: ratio <= most };
    }),
    bars: [],
    notes: OTHERS.filter((_, i) => nodes[i + 1] === undefined).map((major) => `Node ${major} could not be had here.`),
  };
}

function timed(node: string, pairs: number): Start {
  const version = outputOf(node, ["--version"])?.trim() ?? "";
  mustConvert(node);
  const nothing: number[] = [];
  const convert: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    nothing.push(timeProgram(node, ["-e", "0"]));
    convert.push(timeProgram(node, CONVERT));
  }
  process.stderr.write(`  starting: Node ${version}: ${ms(median(nothing))} and ${ms(median(convert))} ms\n`);
  return { version, nothing, convert };
}

function mustConvert(node: string): void {
  timeProgram(node, CONVERT);
  const [found, expected] = [OUTPUT, "data/heart.mlflow.json"].map((path) => JSON.parse(readFileSync(path, "utf8")) as unknown);
  if (!isDeepStrictEqual(found, expected)) throw new Error(`${OUTPUT} is not data/heart.mlflow.json`);
}

function ms(seconds: number): string {
  return (seconds * 1000).toFixed(1);
}
