// A file through the public convert() to /dev/null, from the disk or from memory; or to a hash, to be compared before anything is timed.
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ConvertOptions } from "../../src/index.js";
import { convert } from "../library.js";
import { given, report } from "./report.js";

const { input, options, check, memory } = given<{ input: string; options: ConvertOptions; check?: boolean; memory?: boolean }>();
// the reference engine is at its best with Node's own chunks of 64 KiB
const chunks = { highWaterMark: options.engine === "reference" ? 1 << 16 : 1 << 20 };
const sink = check ? createHash("sha256") : createWriteStream("/dev/null", chunks);
const source = memory ? Readable.from(inMemory(input), { objectMode: false }) : createReadStream(input, chunks);
const started = performance.now();
await pipeline(source, convert(options), sink);
const seconds = (performance.now() - started) / 1000;
report({ seconds, ...("digest" in sink && { check: sink.digest("hex") }) });

function inMemory(path: string): Buffer[] {
  const bytes = readFileSync(path);
  return Array.from({ length: Math.ceil(bytes.length / (1 << 20)) }, (_, i) => bytes.subarray(i << 20, (i + 1) << 20));
}
