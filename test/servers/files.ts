// Binary files, with numpy, pandas and pyarrow at the other end.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readBatches } from "../../src/index.js";
import { type Environment, HERE } from "./python.js";

type Cells = Record<string, unknown[]>;

/** Writes and reads in this folder; a line for each file, which begins with `passed` or `FAILED`. */
export async function checkFiles({ python, env }: Environment, cli: string, folder: string): Promise<string[]> {
  const own = join(folder, "files");
  mkdirSync(own);
  const script = (task: string) => spawnSync(python, [join(HERE, "files.py"), task, own], { env, encoding: "utf8" });
  const made = script("write");
  if (made.status !== 0) return [`FAILED files.py write: ${made.stderr.slice(-600)}`];
  const lines: string[] = [];
  const wanted = JSON.parse(readFileSync(join(own, "table.json"), "utf8")) as Cells;
  for (const name of readdirSync(own).sort()) if (name !== "table.json") lines.push(await reading(join(own, name), name, wanted));
  for (const [from, to, ...options] of CONVERSIONS) {
    const args = [cli, "convert", join(own, from), "-o", join(own, to), "--quiet", ...options];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (status !== 0) lines.push(`FAILED ${from} → ${to}: ${stderr}`);
  }
  return [...lines, ...script("check").stdout.trimEnd().split("\n")];
}

const CONVERSIONS: readonly (readonly [from: string, to: string, ...options: string[]])[] = [
  ["pyarrow-snappy.parquet", "ours.parquet", "--row-group-rows", "800"],
  ["feather.arrow", "ours-gzip.parquet", "--codec", "gzip"],
  ["encodings.parquet", "ours.arrow"],
  ["encodings.parquet", "ours-lz4.arrow", "--codec", "lz4"],
  ["pages-2.parquet", "ours-zstd.arrows", "--codec", "zstd"],
  ["feather.arrow", "ours-lz4.parquet", "--codec", "lz4"],
  ["plain.parquet", "ours-zstd.parquet", "--codec", "zstd"],
  ["pages-2.parquet", "ours.arrows"],
  ["fortran.npy", "ours.npy"],
  ["times.npy", "ours-times.npy"],
  ["deflated.npz", "ours.npz"],
  ["text.npz", "ours-text.npz"],
  ["lists.arrow", "ours-lists.parquet"],
  ["lists.parquet", "ours-lists.arrow"],
  ["lists.parquet", "ours-lists-lz4.arrow", "--codec", "lz4"],
];

const ROWS = Array.from({ length: 200 }, (_, k) => k);
const LISTS: Cells = {
  x: ROWS.flatMap((k) => [k / 2, null, k]),
  // a list that is null has no cells
  deep: ROWS.flatMap((k) => (k === 7 ? [] : [`${k}`, "1", "2", "3"])),
  t: ROWS.flatMap((k) => [`té ${k}`, "b"]),
};

/** What some files hold; all others hold the table. */
const ARRAYS: readonly (readonly [RegExp, Cells])[] = [
  [/^times\.npy$/, { " timestamp[ms]": ["1577836800000", null, "-500"] }],
  [/^text\.npz$/, { t: ["tést \u{1f600}", ""], b: ["ab", "c"], n: ["0", "1"] }],
  [/^lists/, LISTS],
  [/\.npy$/, { "": Array.from({ length: 24 }, (_, i) => i / 7) }],
  [/\.npz$/, { a: ["0", "1", "2", "3", "4"], b: [0, 0.5, 1, 1.5, 2] }],
];

async function reading(path: string, name: string, wanted: Cells): Promise<string> {
  try {
    const found = await cellsOf(path);
    const expected = ARRAYS.find(([names]) => names.test(name))?.[1] ?? wanted;
    for (const [column, cells] of Object.entries(expected)) {
      const own = found[column] ?? [];
      const row = cells.findIndex((cell, i) => !Object.is(cell, own[i]));
      if (row >= 0 || own.length !== cells.length)
        return `FAILED transload reads ${name}: column ${column}, row ${row}: ${own[row]}, not ${cells[row]}`;
    }
    return `passed transload reads ${name}`;
  } catch (error) {
    return `FAILED transload reads ${name}: ${(error as Error).message}`;
  }
}

/** What pyarrow calls times of this unit. */
function arrowName(unit: string, timezone: string | undefined): string {
  return unit === "D" ? "date32[day]" : `timestamp[${unit}${timezone ? `, tz=${timezone}` : ""}]`;
}

/** Whole numbers, and times, as text; bytes in hex; null where there is none. */
async function cellsOf(path: string): Promise<Cells> {
  const found: Cells = {};
  for await (const { columns } of readBatches(path))
    for (const { name: own, dtype, values, valid, timezone } of columns) {
      const name = dtype.startsWith("datetime64") ? `${own} ${arrowName(dtype.slice(11, -1), timezone)}` : own;
      found[name] ??= [];
      const cells = found[name];
      values.forEach((value, i) => {
        const whole = dtype.includes("int") || dtype.startsWith("datetime64");
        const bytes = value instanceof Uint8Array;
        cells.push(
          valid?.[i] === 0
            ? null
            : dtype === "bool"
              ? value === 1
              : whole
                ? `${value}`
                : bytes
                  ? Buffer.from(value).toString("hex")
                  : value,
        );
      });
    }
  return found;
}
