// npm run data -- --kind heart --size 2GB -o heart.json: a payload of any size, in constant memory.
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { KINDS, PAYLOAD_DIALECTS, type PayloadOptions, payload } from "./payload.js";
import { parseSize } from "./size.js";

const USAGE = `npm run data -- --kind heart|tensor|named|strings --size 2GB [options]

  --kind      heart: 12 columns of short numbers; tensor: rows of 128 doubles; named: tokens and mask; strings: id, text, score
  --size      500KB, 200MB, 2GB, 2GiB; the payload ends with the row that reaches it
  --dialect   azureml (default) or mlflow; of heart and strings also records, jsonl, csv; of heart also columns
  --seed      a whole number, default 1: the same options give the same bytes
  --spaces    ", " and ": " as Python's json.dumps writes them
  --one-row   tensor: a single row of that size
  --rows      heart and strings: so many rows, whatever their size
  --late      heart and strings: names behind the rows, or a last record with one more key
  -o          a file; standard output otherwise (npm's own lines: npm run -s data)
`;

function readOptions(): PayloadOptions & { output: string | undefined } {
  const { values } = parseArgs({
    options: {
      kind: { type: "string", default: "heart" },
      size: { type: "string", default: "1MB" },
      dialect: { type: "string", default: "azureml" },
      seed: { type: "string", default: "1" },
      spaces: { type: "boolean", default: false },
      "one-row": { type: "boolean", default: false },
      rows: { type: "string" },
      late: { type: "boolean", default: false },
      output: { type: "string", short: "o" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  const seed = wholeOf("--seed", values.seed);
  return {
    kind: oneOf("--kind", values.kind, KINDS),
    size: parseSize(values.size),
    dialect: oneOf("--dialect", values.dialect, PAYLOAD_DIALECTS),
    seed,
    spaces: values.spaces,
    oneRow: values["one-row"],
    rows: values.rows === undefined ? undefined : wholeOf("--rows", values.rows),
    late: values.late,
    output: values.output,
  };
}

function wholeOf(option: string, value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number)) throw new Error(`not a whole number: ${option} ${value}`);
  return number;
}

function oneOf<T extends string>(option: string, value: string, known: readonly T[]): T {
  const found = known.find((name) => name === value);
  if (!found) throw new Error(`${option} ${value}: it is one of ${known.join(", ")}`);
  return found;
}

async function main(): Promise<void> {
  const { output, ...options } = readOptions();
  const text = Readable.from(payload(options), { objectMode: true, highWaterMark: 1 });
  await pipeline(text, output === undefined ? process.stdout : createWriteStream(output));
}

main().catch((error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") return; // the reader has enough
  process.stderr.write(`data: ${error.message}\n`);
  process.exitCode = 2;
});
