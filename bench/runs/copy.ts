// Node's own copy of a file to another one, the baseline of every lane.
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { given, report } from "./report.js";

const { input, output = "/dev/null" } = given<{ input: string; output?: string }>();
const chunks = { highWaterMark: 1 << 20 };
const started = performance.now();
await pipeline(createReadStream(input, chunks), createWriteStream(output, chunks));
report({ seconds: (performance.now() - started) / 1000 });
