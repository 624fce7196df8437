// npm run demo: a 100 MB payload from Azure ML's dialect to MLflow's, as a person would convert it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync, mkdirSync, openSync, readSync, statSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { payload } from "../data/payload.js";
import { inspect } from "../src/index.js";
import { hasPeak, PEAK_ON_EXIT } from "./process.js";

const SIZE = 100e6;
const SOURCE = ".data/demo.azureml.json";
const TARGET = ".data/demo.mlflow.json";

async function generate(): Promise<void> {
  mkdirSync(".data", { recursive: true });
  if (existsSync(SOURCE) && statSync(SOURCE).size >= SIZE) return;
  console.log(`making ${SOURCE}, ${SIZE / 1e6} MB`);
  const text = payload({ kind: "heart", size: SIZE, dialect: "azureml", seed: 1, spaces: false, oneRow: false });
  await pipeline(Readable.from(text, { objectMode: true, highWaterMark: 1 }), createWriteStream(SOURCE));
}

/** Runs the command line with its progress on this terminal; resolves to seconds and peak bytes of memory. */
async function convert(): Promise<{ seconds: number; peak: number | undefined }> {
  const command = ["dist/cli/main.cjs", "convert", SOURCE, "-t", "mlflow", "-o", TARGET];
  console.log(`$ transload ${command.slice(1).join(" ")}`);
  const started = performance.now();
  const child = spawn(process.execPath, [...(hasPeak() ? ["--import", PEAK_ON_EXIT] : []), ...command], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  let peak = "";
  child.stdio[3]?.on("data", (text: Buffer) => {
    peak += text;
  });
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) process.exit(code);
  return { seconds: (performance.now() - started) / 1000, peak: peak === "" ? undefined : Number(peak) * 1024 };
}

function firstBytes(path: string): string {
  const bytes = Buffer.alloc(240);
  return bytes.subarray(0, readSync(openSync(path, "r"), bytes)).toString();
}

await generate();
const { seconds, peak } = await convert();
const { rows, form } = await inspect(TARGET);
const megabytes = statSync(SOURCE).size / 1e6;
console.log(
  `${form}: ${rows.toLocaleString("en")} rows, ${megabytes.toFixed(0)} MB in ${seconds.toFixed(2)} s with Node's start: ${(megabytes / seconds).toFixed(0)} MB/s`,
);
if (peak !== undefined) console.log(`peak memory ${(peak / 2 ** 20).toFixed(0)} MiB`);
console.log(`${firstBytes(TARGET)}…`);
