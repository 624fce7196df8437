// A file through the public split(), by its path, to /dev/null; with `check`, every piece is parsed, and its cells are added up.

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { SplitOptions } from "../../src/index.js";
import { split } from "../library.js";
import { given, report } from "./report.js";

const { input, options, check = false } = given<{ input: string; options: SplitOptions; check?: boolean }>();
const chunks = { highWaterMark: 1 << 20 };
const sink = createWriteStream("/dev/null", chunks);
let rows = 0;
let sum = 0;
const started = performance.now();
for await (const piece of split(input, options)) {
  const parts: Uint8Array[] = [];
  for await (const chunk of piece) {
    if (check) parts.push(Buffer.from(chunk));
    else if (!sink.write(chunk)) await once(sink, "drain");
  }
  if (check) addUp(Buffer.concat(parts), piece.rows);
}
sink.end();
await once(sink, "finish");
const seconds = (performance.now() - started) / 1000;
report({ seconds, ...(check && { check: `${rows} rows, sum ${sum}` }) });

function addUp(bytes: Buffer, told: number): void {
  const { dataframe_split: frame } = JSON.parse(bytes.toString("latin1")) as { dataframe_split: { data: number[][] } };
  const { data } = frame;
  if (data.length !== told || data.length > (options.maxRows ?? Number.POSITIVE_INFINITY))
    throw new Error(`a piece of ${data.length} rows, said to have ${told}`);
  rows += data.length;
  for (const row of data) for (const cell of row) sum += cell;
}
