import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { convert } from "../api/convert.js";
import { inspect } from "../api/inspect.js";
import { readBatches } from "../api/read.js";
import { TransloadError } from "../errors.js";
import { blame, cannotRead } from "../io/disk-errors.js";
import { beforeLeaving } from "../io/leaving.js";
import { print } from "../io/output.js";
import type { Inspection } from "../model/inspection.js";
import type { ConvertOptions } from "../options/convert.js";
import type { Define } from "./job.js";
import { addDefinitions, addVoice, parseSize } from "./options.js";
import type { Voice } from "./report.js";
import { SAMPLES, type Sample, sample } from "./sample.js";
import { alignColumns } from "./table.js";

interface BenchCall extends Voice {
  json?: boolean;
  size: number;
}

/** One way through, by file name; where it can be told, the rows that came out. */
interface Lane {
  readonly name: string;
  readonly run: (file: string) => Promise<unknown>;
  readonly rows?: (file: string) => Promise<number>;
}

interface Result {
  lane: string;
  seconds?: number;
  megabytesPerSecond?: number;
  /** Times the speed of the copy. */
  ofCopy?: number;
  /** Why the lane does not take this payload. */
  refused?: string;
}

interface Measurement {
  payload: string;
  form: string;
  bytes: number;
  rows: number;
  lanes: Result[];
}

const CHUNK = 1 << 20;
const RUNS = 3;

export const define: Define = (command, start) => {
  addVoice(addDefinitions(command))
    .summary("measure every lane on this machine")
    .description(
      `Measures how fast a payload is copied, converted and read on this machine: the best of ${RUNS} runs of each, results checked first.`,
    )
    .argument("[input]", "the payload's file; without it, payloads made for the purpose in the temporary folder")
    .option("--json", "as JSON")
    .option("--size <size>", "of each payload made: 500KB, 100MB, 1GiB", parseSize, 100e6)
    .addHelpText("after", "\nExamples:\n  transload bench data/heart.azureml.json\n  transload bench --size 5MB --json")
    .action((input: string | undefined, call: BenchCall) => start(call, () => run(input, call)));
};

async function run(path: string | undefined, { json, size }: BenchCall): Promise<void> {
  const machine = { cpu: cpus()[0]?.model ?? "unknown", node: process.version };
  const measurements = path === undefined ? await measureSamples(size) : [await measure(path, path)];
  if (json) await print(`${JSON.stringify({ machine, runs: RUNS, measurements }, undefined, 2)}\n`);
  else await print(`${machine.cpu}, Node ${machine.node}, best of ${RUNS}\n\n${measurements.map(table).join("\n\n")}\n`);
}

async function measureSamples(size: number): Promise<Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), "transload-bench-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  beforeLeaving(remove);
  try {
    const measurements: Measurement[] = [];
    for (const kind of SAMPLES) {
      const file = join(folder, `${kind}.json`);
      const rows = await write(file, kind, size);
      measurements.push(await measure(file, kind, rows));
      rmSync(file);
    }
    return measurements;
  } catch (error) {
    throw blame(error, "the payload", `to ${folder}`);
  } finally {
    remove();
  }
}

/** Writes a sample and tells its rows. */
async function write(file: string, kind: Sample, size: number): Promise<number> {
  let rows = 0;
  await pipeline(async function* () {
    const pieces = sample(kind, size);
    let piece = pieces.next();
    for (; !piece.done; piece = pieces.next()) yield piece.value;
    rows = piece.value;
  }, createWriteStream(file));
  return rows;
}

/** @throws TransloadError when the file is no payload, E_READ when it cannot be read again and again. */
async function measure(file: string, name: string, written?: number): Promise<Measurement> {
  const bytes = sizeOf(file);
  const inspection = await inspect(file);
  const rows = total(inspection);
  if (written !== undefined) expectRows("inspect", rows, written);
  const results: Result[] = [];
  for (const lane of lanesFor(inspection)) results.push(await time(lane, file, bytes, rows));
  const copy = results[0]?.megabytesPerSecond ?? Number.NaN;
  const lanes = results.map((r) => (r.megabytesPerSecond === undefined ? r : { ...r, ofCopy: round(r.megabytesPerSecond / copy) }));
  return { payload: name, form: inspection.form, bytes, rows, lanes };
}

function sizeOf(file: string): number {
  if (file === "-") throw new TransloadError("E_OPTION", "a bench reads its payload several times, so it takes a file and no pipe");
  try {
    const stats = statSync(file);
    if (stats.isFile()) return stats.size;
  } catch (error) {
    throw cannotRead(file, error);
  }
  throw new TransloadError("E_READ", `cannot read ${file}: a bench reads its payload several times, so it takes a regular file`);
}

/** Every way through, the copy first: what the disk and Node's streams allow. */
function lanesFor({ dialect }: Inspection): Lane[] {
  const to = dialect === "azureml" ? "mlflow" : "azureml";
  const dtype = "float32";
  return [
    { name: "copy", run: (file) => pipeline(open(file), sink()) },
    { name: `splice to ${to}`, run: (file) => drain(file, { to }), rows: (file) => rowsOf(file, { to }) },
    { name: "read float64 batches", run: countRows, rows: countRows },
    { name: `typed ${dtype} to ${to}`, run: (file) => drain(file, { to, dtype }), rows: (file) => rowsOf(file, { to, dtype }) },
  ];
}

function open(file: string): Readable {
  return createReadStream(file, { highWaterMark: CHUNK });
}

function sink(): NodeJS.WritableStream {
  return createWriteStream(devNull, { highWaterMark: CHUNK });
}

function drain(file: string, options: ConvertOptions): Promise<void> {
  return pipeline(open(file), convert(options), sink());
}

async function rowsOf(file: string, options: ConvertOptions): Promise<number> {
  return pipeline(open(file), convert(options), async (result: AsyncIterable<Uint8Array>) =>
    total(await inspect(Readable.from(result), { from: options.to })),
  );
}

async function countRows(file: string): Promise<number> {
  let rows = 0;
  for await (const batch of readBatches(file, { dtype: "float64", reuse: true })) rows += batch.rowCount;
  return rows;
}

/** Rows of a frame, or of all its tensors. */
function total({ layout, rows, columns }: Inspection): number {
  return layout === "frame" ? rows : columns.reduce((sum, tensor) => sum + tensor.rows, 0);
}

function expectRows(lane: string, got: number, wanted: number): void {
  if (got !== wanted) throw new Error(`${lane} gave ${got} rows of ${wanted}: not worth timing`);
}

async function time({ name, run, rows }: Lane, file: string, bytes: number, wanted: number): Promise<Result> {
  try {
    if (rows) expectRows(name, await rows(file), wanted);
  } catch (error) {
    if (error instanceof TransloadError && error.code !== "E_READ") return { lane: name, refused: `${error.code}: ${error.message}` };
    throw error;
  }
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < RUNS; i++) {
    const started = performance.now();
    await run(file);
    best = Math.min(best, (performance.now() - started) / 1000);
  }
  return { lane: name, seconds: round(best, 6), megabytesPerSecond: round(bytes / best / 1e6, 1) };
}

function round(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}

function table({ payload, form, bytes, rows, lanes }: Measurement): string {
  const line = (r: Result) =>
    r.refused === undefined ? [r.lane, fixed(r.megabytesPerSecond, 1), fixed(r.seconds, 3), fixed(r.ofCopy, 2)] : [r.lane, "-", "-", "-"];
  const refusals = lanes.flatMap((r) => (r.refused === undefined ? [] : `${r.lane}: ${r.refused}`));
  const figures = alignColumns([["lane", "MB/s", "seconds", "x copy"], ...lanes.map(line)], [1, 2, 3]);
  return [`${payload}: ${form}, ${bytes} bytes, ${rows} rows`, figures, ...refusals].join("\n");
}

function fixed(value: number | undefined, digits: number): string {
  return value === undefined ? "-" : value.toFixed(digits);
}
