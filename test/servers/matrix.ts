// What each writer of Parquet and Arrow writes, by each reader: one table, every dtype at its bounds. Recorded in matrix.json, of which
// docs/formats.md has the table; a change of it fails.
// node --import tsx test/servers/matrix.ts [record]: by itself, or to record it.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { tableFromIPC } from "apache-arrow";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { readParquet } from "parquet-wasm/node";
import { convertFile, readBatches } from "../../src/index.js";
import { pythonFrom } from "../model/environment.js";
import { nestedIn } from "../support/nested.js";
import type { Matrix } from "./matrix-table.js";
import { HERE } from "./python.js";

/** A column's cells: whole numbers and floats as text, times in nanoseconds, bytes in hex. */
type Cells = Record<string, unknown[]>;

const RECORD = join(HERE, "matrix.json");

/** What transload writes of pyarrow's file. */
const OURS: Readonly<Record<string, object>> = {
  "transload.parquet": { to: "parquet" },
  "transload-zstd.parquet": { to: "parquet", codec: "zstd" },
  "transload.arrow": { to: "arrow" },
  "transload-lz4.arrow": { to: "arrow", codec: "lz4" },
  "transload.arrows": { to: "arrows" },
};

/** A line for each file that is read as recorded, or is not. */
export async function checkMatrix(folder: string, say: (line: string) => void): Promise<string[]> {
  const found = await matrix(folder, say);
  const recorded = JSON.parse(readFileSync(RECORD, "utf8")) as Matrix;
  return [...new Set([...Object.keys(found), ...Object.keys(recorded)])].map((file) => {
    const [own, wanted] = [found[file] ?? {}, recorded[file] ?? {}];
    const changed = [...new Set([...Object.keys(own), ...Object.keys(wanted)])].filter((reader) => own[reader] !== wanted[reader]);
    if (changed.length === 0) return `passed ${file} as recorded: ${told(own)}`;
    return `FAILED ${file}: ${changed.map((reader) => `${reader} gives ${own[reader]}, and gave ${wanted[reader]}`).join("; ")}`;
  });
}

function told(readers: Readonly<Record<string, string>>): string {
  return Object.entries(readers)
    .map(([reader, gives]) => `${reader} ${gives}`)
    .join(", ");
}

async function matrix(folder: string, say: (line: string) => void): Promise<Matrix> {
  const own = join(folder, "matrix");
  mkdirSync(own);
  const python = pythonFrom(join(HERE, "requirements-files.txt"), say);
  const script = (task: string) =>
    execFileSync(python, ["-W", "ignore", join(HERE, "matrix.py"), task, own], { encoding: "utf8", maxBuffer: 1 << 28 })
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as [file: string, reader: string, found: Cells | string]);
  const found = script("write");
  for (const [name, options] of Object.entries(OURS)) await convertFile(join(own, "pyarrow.parquet"), join(own, name), options as never);
  found.push(...script("read"));
  for (const file of readdirSync(own).filter((name) => !name.endsWith(".json")))
    for (const [reader, read] of Object.entries(readersOf(file)))
      found.push([
        file,
        reader,
        await read(join(own, file)).catch((error: Error) => `${error.message}`.split("\n")[0]?.slice(0, 120) ?? ""),
      ]);
  const wanted = JSON.parse(readFileSync(join(own, "cells.json"), "utf8")) as Cells;
  const by: Matrix = {};
  for (const [file, reader, cells] of found.sort(([a], [b]) => (a < b ? -1 : 1))) {
    by[file] ??= {};
    by[file][reader] = typeof cells === "string" ? `refuses: ${cells.replaceAll(own, "…")}` : verdict(cells, wanted);
  }
  return by;
}

/** The columns that the reader has otherwise, or not at all. */
function verdict(cells: Cells, wanted: Cells): string {
  const odd = Object.keys(wanted).filter((name) => JSON.stringify(cells[name]) !== JSON.stringify(wanted[name]));
  return odd.length === 0 ? "whole" : odd.join(", ");
}

function readersOf(file: string): Record<string, (path: string) => Promise<Cells>> {
  const js = { transload: ofBatches };
  return extname(file) === ".parquet"
    ? { ...js, hyparquet: ofHyparquet, "parquet-wasm": ofWasm }
    : { ...js, "arrow-js": async (path: string) => ofArrow(readFileSync(path)) };
}

async function ofBatches(path: string): Promise<Cells> {
  const found: Cells = {};
  for await (const { columns, rowCount } of readBatches(path))
    for (const column of columns) {
      const { name, dtype, timezone } = column;
      const unit = dtype.startsWith("datetime64") ? dtype.slice(11, -1) : undefined;
      found[name] ??= [];
      const cell = (value: unknown) =>
        unit
          ? `${BigInt(value as bigint) * (NANOSECONDS[unit] as bigint)} ns${timezone ? ` ${timezone}` : ""}`
          : plain(dtype === "bool" ? value === 1 : value, name, dtype.startsWith("float"));
      found[name].push(...nestedIn(column, rowCount, cell));
    }
  return found;
}

const NANOSECONDS: Readonly<Record<string, bigint>> = { D: 86_400_000_000_000n, s: 1_000_000_000n, ms: 1_000_000n, us: 1_000n, ns: 1n };

/** A cell as matrix.py has it. */
function plain(cell: unknown, name: string, float = false): unknown {
  if (cell === null || cell === undefined) return null;
  if (Array.isArray(cell)) return cell.map((own) => plain(own, name, float));
  if (typeof cell === "boolean") return cell;
  if (cell instanceof Uint8Array) return Buffer.from(cell).toString("hex");
  if (typeof cell === "number" && (float || name.startsWith("float"))) return bitsOf(cell);
  return typeof cell === "object" ? cell : String(cell);
}

/** All bits of a float count, but those of NaN. */
function bitsOf(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return Number.isNaN(value) ? "nan" : bytes.toString("hex");
}

async function ofHyparquet(path: string): Promise<Cells> {
  const file = await asyncBufferFromFile(path);
  const rows = await parquetReadObjects({ file, compressors, utf8: false });
  return named(rows as Record<string, unknown>[]);
}

async function ofWasm(path: string): Promise<Cells> {
  return ofArrow(Buffer.from(readParquet(readFileSync(path)).intoIPCStream()));
}

async function ofArrow(bytes: Uint8Array): Promise<Cells> {
  const rows = tableFromIPC(bytes).toArray() as { toJSON(): Record<string, unknown> }[];
  return named(rows.map((row) => row.toJSON()));
}

/** Rows of JavaScript's values: what a Date does not hold is gone. */
function named(rows: readonly Record<string, unknown>[]): Cells {
  const found: Cells = {};
  for (const row of rows)
    for (const [name, cell] of Object.entries(row)) {
      found[name] ??= [];
      found[name].push(plain(listed(cell, name), name));
    }
  return found;
}

function listed(cell: unknown, name: string): unknown {
  if (cell instanceof Date) return `${BigInt(cell.getTime()) * 1_000_000n} ns${name === "zone" ? " UTC" : ""}`;
  if (name.startsWith("date") && typeof cell === "number") return `${BigInt(cell) * 1_000_000n} ns`;
  if (cell !== null && typeof cell === "object" && "toArray" in cell) return Array.from(cell as unknown as Iterable<unknown>);
  return cell;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const folder = mkdtempSync(join(tmpdir(), "transload-matrix-"));
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  try {
    if (process.argv[2] === "record") writeFileSync(RECORD, `${JSON.stringify(await matrix(folder, say), null, 2)}\n`);
    else {
      const lines = await checkMatrix(folder, say);
      lines.forEach(say);
      process.exitCode = lines.some((line) => line.startsWith("FAILED")) ? 1 : 0;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
