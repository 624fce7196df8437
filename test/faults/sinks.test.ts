// The library between ends that fail: after every byte of a small run it tells why, leaves nothing open, and nothing unhandled.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type ConvertOptions, convert, readBatches, type Source, split, writeBatches } from "../../src/index.js";

const SPLIT = '{"dataframe_split":{"columns":["a","b"],"data":[[1,2.5],[3,4.5],[5,6.5],[7,8.5]]}}';
const LATE = '{"dataframe_split":{"data":[[1,2.5],[3,4.5],[5,6.5],[7,8.5]],"columns":["a","b"]}}';

/** Bytes through a lane, from a source to a sink. */
type Way = (source: Source, sink: Writable) => Promise<void>;

const through = (options: ConvertOptions): Way => {
  return (source, sink) => pipeline(source instanceof Uint8Array ? [source] : (source as Readable), convert(options), sink);
};
const written = (to: string, more: object = {}): Way => {
  return (source, sink) => pipeline(readBatches(source, { batchRows: 1 }), writeBatches({ to, ...more }), sink);
};
const pieces: Way = (source, sink) =>
  pipeline(async function* () {
    for await (const piece of split(source, { to: "azureml", maxRows: 2 })) yield* piece;
  }, sink);

const WAYS: Readonly<Record<string, { text: string | Buffer; way: Way }>> = {
  "convert, spliced": { text: SPLIT, way: through({ to: "azureml" }) },
  "convert, moved": { text: SPLIT, way: through({ to: "mlflow:records" }) },
  "convert, moved and spilled": { text: LATE, way: through({ to: "mlflow:records" }) },
  "convert, from columns, spilled": { text: '{"inputs":{"a":[1,2,3],"b":[4,5,6]}}', way: through({ to: "csv" }) },
  "convert, typed": { text: SPLIT, way: through({ to: "azureml", dtype: "float64", batchRows: 1 }) },
  "convert, by the reference engine": { text: SPLIT, way: through({ to: "mlflow:records", engine: "reference" }) },
  "convert, to parquet": { text: SPLIT, way: through({ to: "parquet" }) },
  "convert, to npz": { text: SPLIT, way: through({ to: "npz" }) },
  split: { text: SPLIT, way: pieces },
  "split, of what is compressed": { text: gzipSync(SPLIT), way: pieces },
  "readBatches, of what is compressed": { text: gzipSync(SPLIT), way: written("mlflow:records") },
  "writeBatches, text": { text: SPLIT, way: written("mlflow:records") },
  "writeBatches, parquet": { text: SPLIT, way: written("parquet", { codec: "gzip" }) },
  "writeBatches, arrow": { text: SPLIT, way: written("arrow") },
  "writeBatches, arrows": { text: SPLIT, way: written("arrows") },
  "writeBatches, npz": { text: SPLIT, way: written("npz", { codec: "gzip" }) },
  "writeBatches, npy": { text: '{"inputs":[[1,2],[3,4]]}', way: written("npy") },
};

const folder = mkdtempSync(join(tmpdir(), "transload-sinks-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** From one place to the next: every byte with FAULTS, some forty places in every run of the tests. */
function step(size: number): number {
  return process.env.FAULTS ? 1 : Math.ceil(size / 40);
}

const unhandled: unknown[] = [];
const catcher = (reason: unknown) => void unhandled.push(reason);
beforeAll(() => {
  process.on("unhandledRejection", catcher);
  process.on("uncaughtException", catcher);
});
afterAll(() => {
  process.off("unhandledRejection", catcher);
  process.off("uncaughtException", catcher);
});

/** Where the descriptors lead that a run may open: files and pipes, none of them the test runner's. */
function opened(): string[] {
  return readdirSync("/proc/self/fd");
}

let before: string[] = [];
async function settled(): Promise<void> {
  for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Holds that a run left no descriptor, and no error that nobody heard of. */
async function nothingLeft(what: string): Promise<void> {
  await settled();
  for (let wait = 0; wait < 50 && opened().length > before.length; wait++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(opened().length, `${what}: descriptors`).toBeLessThanOrEqual(before.length);
  expect(unhandled, what).toEqual([]);
}

afterEach(() => void unhandled.splice(0));

/** Takes so many bytes, and fails with the next; `late`: it says so when it has been given more. */
class Failing extends Writable {
  readonly error = new Error("the sink failed");
  readonly #late: boolean;
  #left: number;
  constructor(after: number, late: boolean) {
    super({ highWaterMark: 16 });
    this.#left = after;
    this.#late = late;
  }
  override _write(chunk: Uint8Array, _: BufferEncoding, done: (error?: Error) => void): void {
    this.#left -= chunk.length;
    const error = this.#left < 0 ? this.error : undefined;
    if (this.#late) setImmediate(() => done(error));
    else done(error);
  }
}

/** Bytes that come three at a time, and fail after so many. */
function failing(bytes: Uint8Array, after: number, error: Error): Readable {
  return Readable.from(
    (async function* () {
      for (let at = 0; at < after; at += 3) yield bytes.subarray(at, Math.min(at + 3, after));
      throw error;
    })(),
    { objectMode: false },
  );
}

class Taking extends Writable {
  bytes = 0;
  override _write(chunk: Uint8Array, _: BufferEncoding, done: () => void): void {
    this.bytes += chunk.length;
    done();
  }
}

describe.each(Object.entries(WAYS))("%s", (name, { text, way }) => {
  const bytes = Buffer.from(text);
  const path = join(folder, `${name.replaceAll(" ", "-")}`);
  let size = 0;
  beforeAll(async () => {
    writeFileSync(path, bytes);
    const sink = new Taking();
    await way(bytes, sink);
    size = sink.bytes;
    await settled();
    before = opened();
  });

  test("a sink that fails after any byte", async () => {
    expect(size).toBeGreaterThan(10);
    for (let after = 0; after < size; after += step(size))
      for (const late of [false, true]) {
        const sink = new Failing(after, late);
        await expect(way(bytes, sink), `${after}`).rejects.toBe(sink.error);
      }
    await nothingLeft(name);
  });

  test("a source that fails after any byte", async () => {
    for (let after = 0; after <= bytes.length; after += step(bytes.length)) {
      const error = new Error("the source failed");
      const told = await way(failing(bytes, after, error), new Taking()).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(told === error || (told as Error | undefined)?.cause === error ? error : told, `${after}`).toBe(error);
    }
    await nothingLeft(name);
  });

  test("a source that ends too early", async () => {
    // a gzip's last bytes, and a text's last white space, may be missing where what came is whole
    for (let end = 0; end < bytes.length; end += step(bytes.length))
      await expect(way(bytes.subarray(0, end), new Taking()), `${end}`).rejects.toMatchObject({ name: "TransloadError" });
    await nothingLeft(name);
  });

  test("a sink that is destroyed at any chunk", async () => {
    for (let at = 0; at < size; at += 3 * step(size)) {
      const error = new Error("enough");
      const sink: Writable = new Writable({
        highWaterMark: 4,
        write(chunk: Uint8Array, _, done) {
          taken += chunk.length;
          if (taken >= at) sink.destroy(error);
          done();
        },
      });
      let taken = 0;
      await expect(way(bytes, sink), `${at}`).rejects.toBe(error);
    }
    await nothingLeft(name);
  });
});

describe("a consumer that stops", () => {
  const csv = `a,b\n${"1,2.5\n".repeat(400)}`;
  const files: Record<string, Source> = {};
  beforeAll(async () => {
    const put = (name: string, bytes: Uint8Array | string) => {
      writeFileSync(join(folder, name), bytes);
      files[name] = join(folder, name);
    };
    put("x.csv", csv);
    put("x.csv.gz", gzipSync(csv));
    put("late.json", LATE);
    for (const form of ["parquet", "arrow", "arrows", "npz"]) {
      const chunks: Uint8Array[] = [];
      await pipeline(readBatches(Buffer.from(csv), { from: "csv", batchRows: 50 }), writeBatches({ to: form }), async (from) => {
        for await (const chunk of from) chunks.push(chunk as Uint8Array);
      });
      put(`x.${form}`, Buffer.concat(chunks));
    }
    files["a stream"] = "";
    await settled();
    before = opened();
  });

  test("leaves nothing open: batches, pieces, bytes of pieces", async () => {
    for (const [name, source] of Object.entries(files))
      for (let stop = 0; stop < 5; stop++) {
        let seen = 0;
        const from = () => (name === "a stream" ? Readable.from([Buffer.from(csv)]) : source);
        const form = name === "a stream" ? { from: "csv" } : {};
        for await (const _ of readBatches(from(), { ...form, batchRows: 1 })) if (seen++ >= stop) break;
        for await (const _ of split(from(), { ...form, to: "mlflow", maxRows: 1 })) if (seen++ >= stop) break;
        for await (const piece of split(from(), { ...form, to: "mlflow", maxRows: 3 })) {
          for await (const _ of piece) break;
          if (seen++ >= stop) break;
        }
        const never = readBatches(from(), form);
        await never.return(undefined);
        const stream = convert({ from: "csv", to: "mlflow" });
        stream.end(csv.slice(0, stop * 100));
        stream.destroy();
        await nothingLeft(`${name}, after ${stop}`);
      }
  });

  test("by its own error, which is the one that comes", async () => {
    const mine = new Error("mine");
    const read = async (source: Source, form: object) => {
      for await (const _ of readBatches(source, { ...form, batchRows: 1 })) throw mine;
    };
    for (const [name, source] of Object.entries(files)) if (name !== "a stream") await expect(read(source, {})).rejects.toBe(mine);
    await nothingLeft("thrown");
  });
});

describe("a signal that aborts", () => {
  const CHUNKS = Array.from(Buffer.from(LATE), (byte) => Buffer.from([byte]));
  test.each([
    ["spliced", SPLIT, { to: "azureml" }],
    ["spilled", LATE, { to: "mlflow:records" }],
    ["typed", SPLIT, { to: "azureml", dtype: "float64" }],
    ["reference", SPLIT, { to: "mlflow:records", engine: "reference" }],
    ["parquet", SPLIT, { to: "parquet" }],
    ["npz", SPLIT, { to: "npz" }],
  ] as const)("%s: at any chunk", async (name, text, options) => {
    await settled();
    before = opened();
    const chunks = Array.from(Buffer.from(text), (byte) => Buffer.from([byte]));
    for (let at = 0; at <= CHUNKS.length && at < chunks.length; at++) {
      const control = new AbortController();
      const source = async function* () {
        for (const [i, chunk] of chunks.entries()) {
          if (i === at) control.abort();
          yield chunk;
        }
      };
      const run = pipeline(source, convert({ ...options, signal: control.signal }), new Taking());
      await expect(run, `${at}`).rejects.toMatchObject({ code: "E_ABORT" });
    }
    await nothingLeft(name);
  });
});
