// Spark reads the pieces of a payload, and a Parquet file of it: examples/spark.py.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Environment, ROOT, run } from "./python.js";

interface Told {
  rows: number;
  pieces?: Record<string, string>;
  parquet?: Record<string, string>;
  means: Record<string, number>;
}

/** A line for each of the two, which begins with `passed` or `FAILED`; or says why Spark was not run. */
export async function checkSpark({ python, env, missing }: Environment, cli: string, folder: string): Promise<string[]> {
  if (missing.has("spark")) return [];
  if (spawnSync("java", ["-version"]).status !== 0) return ["not run spark: there is no java"];
  const own = join(folder, "spark");
  mkdirSync(own);
  const csv = join(ROOT, "data/iris.csv");
  for (const args of [
    ["-t", "jsonl", "--max-rows", "40", "-o", join(own, "part-{00000}.jsonl")],
    ["-o", join(own, "rows.parquet")],
  ])
    await run(process.execPath, [cli, "convert", csv, "--quiet", ...args], 60);
  const said = await run(python, [join(ROOT, "examples/spark.py"), own], 300, env).catch((error: Error) => error);
  if (said instanceof Error) return [`FAILED spark: ${said.message.slice(-600)}`];
  const [pieces, parquet] = said
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Told) as [Told, Told];
  const expected = meansOf(readFileSync(csv, "utf8"));
  const right = ({ rows, means }: Told, dtypes: Record<string, string> | undefined) =>
    rows === 150 &&
    Object.entries(expected).every(([name, mean]) => dtypes?.[name] === "double" && Math.abs((means[name] as number) - mean) < 1e-9) &&
    dtypes?.species === "string";
  return [
    `${right(pieces, pieces.pieces) ? "passed" : "FAILED"} spark reads the pieces${right(pieces, pieces.pieces) ? "" : `: ${JSON.stringify(pieces)}`}`,
    `${right(parquet, parquet.parquet) ? "passed" : "FAILED"} spark reads the parquet file${right(parquet, parquet.parquet) ? "" : `: ${JSON.stringify(parquet)}`}`,
  ];
}

/** Of each column of numbers. */
function meansOf(csv: string): Record<string, number> {
  const [names = [], ...rows] = csv
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(","));
  return Object.fromEntries(
    names.flatMap((name, i) => {
      const sum = rows.reduce((total, row) => total + Number(row[i]), 0);
      return Number.isNaN(sum) ? [] : [[name, sum / rows.length]];
    }),
  );
}
