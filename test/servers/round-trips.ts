// Tables drawn at random, through every pair of binary forms that hold them, compared by pyarrow and DuckDB.
// node --import tsx test/servers/round-trips.ts: by itself. RANDOM says how many tables, RANDOM_SEED which.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { convertFile } from "../../src/index.js";
import { pythonFrom } from "../model/environment.js";
import { HERE } from "./python.js";

const SOURCES = ["parquet", "arrow"] as const;
const TARGETS = ["parquet", "arrow", "arrows"] as const;

/** A line for all tables, or for each that did not come out as it went in. */
export async function checkRoundTrips(folder: string, say: (line: string) => void): Promise<string[]> {
  const own = join(folder, "random");
  mkdirSync(own);
  const [count, seed] = [Number(process.env.RANDOM ?? 60), Number(process.env.RANDOM_SEED ?? 1)];
  const python = pythonFrom(join(HERE, "requirements-files.txt"), say);
  const script = (...args: string[]) => execFileSync(python, ["-W", "ignore", join(HERE, "round_trips.py"), ...args], { encoding: "utf8" });
  script("write", own, `${seed}`, `${count}`);
  const refused: string[] = [];
  for (let i = 0; i < count; i++)
    for (const from of SOURCES)
      for (const to of TARGETS) {
        const middle = join(own, `${i}.${from}-${to}.${to}`);
        // and once more, into the other forms
        const steps: [string, string, string][] = [
          [join(own, `${i}.${from}`), middle, to],
          ...TARGETS.map((last): [string, string, string] => [middle, join(own, `${i}.${from}-${to}-${last}.${last}`), last]),
        ];
        for (const [source, target, form] of steps)
          await convertFile(source, target, { to: form as "parquet" }).catch((error: Error) =>
            refused.push(`FAILED ${source} → ${target}: ${error.message}`),
          );
      }
  const lines = script("check", own).trimEnd().split("\n");
  const wrong = [...refused, ...lines.slice(0, -1).map((line) => `FAILED ${line} (RANDOM_SEED=${seed})`)];
  return wrong.length > 0 ? wrong : [`passed ${count} tables drawn at random, through every pair of forms: ${lines.at(-1)}`];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const folder = mkdtempSync(join(tmpdir(), "transload-random-"));
  try {
    const lines = await checkRoundTrips(folder, (line) => void process.stdout.write(`${line}\n`));
    for (const line of lines) process.stdout.write(`${line}\n`);
    process.exitCode = lines.some((line) => line.startsWith("FAILED")) ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
