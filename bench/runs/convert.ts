// A file through the public convert() to /dev/null; or to a hash, to be compared before anything is timed.
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { ConvertOptions } from "../../src/index.js";
import { convert } from "../library.js";
import { given, report } from "./report.js";

const { input, options, check } = given<{ input: string; options: ConvertOptions; check?: boolean }>();
// the reference engine is at its best with Node's own chunks of 64 KiB
const chunks = { highWaterMark: options.engine === "reference" ? 1 << 16 : 1 << 20 };
const sink = check ? createHash("sha256") : createWriteStream("/dev/null", chunks);
const started = performance.now();
await pipeline(createReadStream(input, chunks), convert(options), sink);
const seconds = (performance.now() - started) / 1000;
report({ seconds, ...("digest" in sink && { check: sink.digest("hex") }) });
