// Whatever comes in, damaged, compressed, cut into pieces, with any options: it is converted or refused. Any other error is a fault.
// FUZZ is how many minutes to go on for, FUZZ_BYTES how many bytes; without them some hundred cases that are the same at every run.
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { convert, inspect, readBatches, type SplitOptions, split, TransloadError, writeBatches } from "../../src/index.js";
import { compressor } from "../../src/io/compression.js";

/** Where the seed stands; a failure names it. */
const SEED = Number(process.env.FUZZ_SEED ?? (process.env.FUZZ ? Date.now() % 2 ** 31 : 20_261_128));
const MINUTES = Number(process.env.FUZZ ?? 0);
const BYTES = Number(process.env.FUZZ_BYTES ?? 0);
const CASES = 400;
/** Rows of a payload that is to pass through every buffer there is; one of so many cases has it where bytes are counted. */
const MANY_ROWS = 200_000;
const LARGE_ONES = 20;
/** Rows that are drawn; more repeat them. */
const DRAWN = 1000;

let fuzzed = 0;
let cases = 0;
let refused = 0;
afterAll(() => {
  if (process.env.FUZZ || BYTES > 0)
    console.log(`fuzzed ${fuzzed} bytes in ${cases} cases, of which ${refused} were refused; FUZZ_SEED=${SEED}`);
});

/** Numbers that a seed gives, by Marsaglia's xorshift. */
class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 1;
    // neighbouring seeds begin alike
    for (let i = 0; i < 8; i++) this.upTo(1);
  }
  upTo(most: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % (most + 1);
  }
  pick<T>(values: readonly T[]): T {
    return values[this.upTo(values.length - 1)] as T;
  }
  sometimes(one: number): boolean {
    return this.upTo(one - 1) === 0;
  }
}

const CELLS = [
  "0",
  "-1",
  "1.5",
  "1e400",
  "123456789012345678901",
  "null",
  "NaN",
  "-Infinity",
  "true",
  '"x"',
  '"é\\n"',
  '""',
  "[1,2]",
  "[[]]",
  "{}",
];
const FIELDS = ["0", "-1.5", "1e9", "", "NA", "true", "x", '"a,b"', '"q""q"', '"l\nm"', "é", "0x1", " 1", "Infinity"];

function text(dice: Dice): string {
  const width = dice.upTo(3) + 1;
  const large = BYTES > 0 && dice.sometimes(LARGE_ONES);
  const length = large ? dice.upTo(MANY_ROWS) : dice.sometimes(20) ? dice.upTo(3000) : dice.upTo(8);
  const kinds = Array.from({ length: width }, () =>
    dice.sometimes(6) ? CELLS : [dice.sometimes(2) ? "0.1" : dice.pick(CELLS), "1", "2.5"],
  );
  const cell = (i: number) => dice.pick(kinds[i % width] as string[]);
  const several = (n: number, item: (i: number) => string, between: string) => {
    const drawn = Array.from({ length: Math.min(n, DRAWN) }, (_, i) => item(i));
    return n <= DRAWN
      ? drawn.join(between)
      : Array.from({ length: Math.ceil(n / DRAWN) }, (_, i) => drawn.slice(0, n - i * DRAWN).join(between)).join(between);
  };
  const times = (n: number, item: (i: number) => string) => several(n, item, ",");
  const row = () => `[${times(width, cell)}]`;
  const record = () => `{${times(width, (i) => `"c${i}":${cell(i)}`)}}`;
  const names = `[${times(width, (i) => `"c${i}"`)}]`;
  const rows = `[${times(length, row)}]`;
  const tensor = (name: string) => `{"name":"${name}","shape":[${length}],"datatype":"FP64","data":[${times(length, () => cell(0))}]}`;
  return dice.pick([
    () => `{"inputs":${rows},"params":{"p":${cell(0)}}}`,
    () => `{"instances":[${times(length, record)}]}`,
    () => `{"inputs":{"a":[${times(length, () => cell(0))}],"b":[${times(length, () => cell(1))}]}}`,
    () => `{"dataframe_split":{"columns":${names},"data":${rows}}}`,
    () => `{"input_data":{"data":${rows},"index":[${times(length, String)}],"columns":${names}}}`,
    () => `{"dataframe_records":[${times(length, record)}]}`,
    () => `{"inputs":[${tensor("a")},${tensor("b")}]}`,
    () => `{"data":{"names":${names},"ndarray":${rows}}}`,
    () => `{"data":{"tensor":{"shape":[${length},${width}],"values":[${times(length * width, cell)}]}}}`,
    () => several(length, record, "\n"),
    () => `${times(width, (i) => `c${i}`)}\n${several(length, () => times(width, () => dice.pick(FIELDS)), "\n")}\n`,
  ])();
}

/** Bytes changed, cut out, put in, repeated or cut off. */
function damage(dice: Dice, bytes: Buffer): Buffer {
  const at = dice.upTo(bytes.length);
  const to = Math.min(bytes.length, at + dice.upTo(dice.sometimes(4) ? 200 : 3));
  const junk = dice.pick([Buffer.from([dice.upTo(255)]), Buffer.from(dice.pick([...'[]{},:"\\0-.eN\n\t ', "é", "\0", ...CELLS]))]);
  const [head, middle, tail] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
  return Buffer.concat(dice.pick([[head, tail], [head, junk, tail], [head, junk, middle, tail], [head, middle, middle, tail], [head]]));
}

async function pack(dice: Dice, bytes: Buffer): Promise<Buffer> {
  const kind = dice.pick(["gzip", "zstd", "br"] as const);
  if (kind === "gzip") return gzipSync(bytes);
  if (kind === "br") return brotliCompressSync(bytes);
  const stream = compressor("zstd");
  stream.end(bytes);
  return Buffer.concat(await stream.toArray());
}

const TARGETS =
  "azureml azureml:split azureml:tensor azureml:named mlflow mlflow:split mlflow:records mlflow:inputs mlflow:instances mlflow1 tfserving \
tfserving:instances tfserving:inputs oip oip:columns oip:tensor seldon seldon:tensor seldon:ndarray csv tsv jsonl sagemaker vertex databricks".split(
    " ",
  );
const FILES = ["parquet", "arrow", "arrows", "npy", "npz"];

/** Options at random: often such as cannot be used together, which is refused as well. */
function options(dice: Dice, targets: readonly string[]): SplitOptions {
  const drawn: Partial<SplitOptions>[] = [
    {
      from: dice.pick([
        "csv",
        "tsv",
        "jsonl",
        "mlflow",
        "oip",
        "azureml:split",
        "seldon",
        "sagemaker:json",
        "mlflow:records",
        "parquet",
        "npz",
      ]),
    },
    { columns: dice.pick([["c0"], ["c1", "c0"], ["a", "b"], [], ["c0", "c0"]]) },
    { dtype: dice.pick(["float64", "float32", "int8", "int64", "uint64", "bool", "string", "datetime64[ms]"] as const) },
    { dtype: { c0: "int16", c1: dice.pick(["float32", "string"] as const) } },
    { cast: "clip" },
    { nan: dice.pick(["null", "token", "error"] as const) },
    { missing: dice.pick(["null", "token", "error"] as const) },
    { ragged: dice.pick(["error", "pad"] as const) },
    { index: dice.pick(["keep", "drop", "generate", "column:c0"] as const) },
    { fixed: dice.sometimes(2) },
    { header: dice.sometimes(2) },
    { delimiter: dice.pick([";", "|", "\t", ",", " "]) },
    { quote: dice.pick(["'", '"']) },
    { typing: dice.pick(["lexical", "pandas"] as const) },
    { na: dice.pick([[], ["NA", "-1"]]) },
    { text: ["c0"] },
    { batchRows: dice.upTo(3) + 1 },
    { what: "response" },
    { datatype: dice.pick(["FP32", "INT8", "BYTES", "x"]) },
    { maxRows: dice.upTo(3) + 1 },
    { maxBytes: dice.pick([1, 60, 200, 5000]) },
    { engine: "reference" },
    { maxExpand: dice.pick([1, 10, 1000]) },
  ];
  const chosen = Object.assign({}, ...Array.from({ length: dice.pick([0, 0, 1, 2]) }, () => dice.pick(drawn)));
  return { to: dice.pick(targets), ...chosen };
}

/** Chunks of any size. */
function* chunks(dice: Dice, bytes: Buffer): Generator<Buffer> {
  const most = dice.pick(bytes.length > 1 << 20 ? [1 << 20, 1 << 16] : [1 << 20, 1000, 64, 7]);
  for (let at = 0; at < bytes.length; ) {
    const size = dice.upTo(most - 1) + 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

/** Everything that takes a payload. */
const TAKERS: readonly ((dice: Dice, bytes: Buffer) => Promise<void>)[] = [
  async (dice, bytes) => {
    const { pipeline } = await import("node:stream/promises");
    // which are split()'s
    const { maxRows: _, maxBytes: __, ...own } = options(dice, [...TARGETS, ...FILES]);
    await pipeline(chunks(dice, bytes), convert(own), drain);
  },
  async (dice, bytes) => {
    const { maxRows = 2, ...own } = options(dice, TARGETS);
    for await (const piece of split(chunks(dice, bytes), { ...own, maxRows })) if (!dice.sometimes(3)) await drain(piece);
  },
  async (dice, bytes) => {
    const { to: _, what: __, nan: ___, ...own } = options(dice, TARGETS);
    await drain(readBatches(chunks(dice, bytes), own as object));
  },
  async (dice, bytes) => {
    const { pipeline } = await import("node:stream/promises");
    const { to } = options(dice, [...TARGETS, ...FILES]);
    await pipeline(readBatches(chunks(dice, bytes), { batchRows: dice.upTo(4) + 1 }), writeBatches({ to }), drain);
  },
  async (dice, bytes) => void (await inspect(chunks(dice, bytes), dice.sometimes(2) ? { engine: "reference" } : {})),
];

async function one(seed: number): Promise<void> {
  const dice = new Dice(seed);
  let bytes: Buffer = Buffer.from(text(dice));
  const damages = dice.pick([0, 0, 0, 1, 2, 5]);
  const packed = dice.sometimes(3);
  for (let i = 0; i < damages && !packed; i++) bytes = damage(dice, bytes);
  if (packed) {
    bytes = await pack(dice, bytes);
    for (let i = 0; i < damages; i++) bytes = damage(dice, bytes);
  }
  fuzzed += bytes.length;
  cases++;
  try {
    await dice.pick(TAKERS)(dice, bytes);
  } catch (error) {
    if (!(error instanceof TransloadError)) throw new Error(`FUZZ_SEED=${seed}: ${show(bytes)}`, { cause: error });
    refused++;
  }
}

function show(bytes: Buffer): string {
  return `${bytes.length} bytes, ${JSON.stringify(bytes.subarray(0, 300).toString("latin1"))}`;
}

test(
  "every payload, sound or damaged, compressed or not, is converted or refused",
  async () => {
    const until = Date.now() + MINUTES * 60_000;
    for (let i = 0; i < CASES || Date.now() < until || fuzzed < BYTES; i++) await one(SEED + i);
    expect(refused).toBeGreaterThan(cases / 10);
    expect(refused).toBeLessThan(cases * 0.9);
  },
  2 ** 31 - 1,
);
