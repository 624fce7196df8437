// convert() among streams: back-pressure, abort, broken sources and sinks, and payloads larger than memory.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough, Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Batch, convert } from "../../src/index.js";

const MIB = 1 << 20;
const ROWS = Buffer.from("[1,1,145,233,1,2,150,0,2.3,3,0,2],\n".repeat(30_000)).subarray(0, 35 * 30_000);

/** A payload of about this many bytes: the same rows again and again. */
function* payload(bytes: number): Generator<Buffer> {
  yield Buffer.from('{"input_data":[');
  for (let sent = 0; sent < bytes; sent += ROWS.length) yield ROWS;
  yield Buffer.from("[1,1,145,233,1,2,150,0,2.3,3,0,2]]}");
}

class Sink extends Writable {
  bytes = 0;
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.bytes += chunk.length;
    done();
  }
}

test("a slow sink holds the source back", async () => {
  let pulled = 0;
  function* counted() {
    for (const chunk of payload(200 * MIB)) {
      pulled += chunk.length;
      yield chunk;
    }
  }
  let taken = 0;
  let most = 0;
  const slow = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, done) {
      taken += chunk.length;
      most = Math.max(most, pulled - taken);
      if (taken > 40 * MIB) done(new Error("enough"));
      else setTimeout(done, 5);
    },
  });
  await expect(
    pipeline(Readable.from(counted(), { objectMode: false, highWaterMark: MIB }), convert({ to: "mlflow" }), slow),
  ).rejects.toThrow("enough");
  expect(most).toBeLessThan(24 * MIB);
}, 20_000);

test("functions that wait hold the source back, too", async () => {
  let pulled = 0;
  function* counted() {
    for (const chunk of payload(64 * MIB)) {
      pulled += chunk.length;
      yield chunk;
    }
  }
  let seen = 0;
  const stop = async (batch: Batch) => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (++seen > 20) throw new Error("enough");
    return batch;
  };
  await expect(
    pipeline(Readable.from(counted(), { objectMode: false }), convert({ to: "mlflow", through: [stop] }), new Sink()),
  ).rejects.toThrow("enough");
  expect(pulled).toBeLessThan(32 * MIB);
});

describe("an end before the end", () => {
  test("AbortSignal stops the conversion", async () => {
    const controller = new AbortController();
    const stream = convert({ to: "mlflow", signal: controller.signal, onProgress: (bytes) => bytes > 8 * MIB && controller.abort() });
    await expect(pipeline(Readable.from(payload(1024 * MIB), { objectMode: false }), stream, new Sink())).rejects.toMatchObject({
      code: "E_ABORT",
    });
    expect(stream.destroyed).toBe(true);
    const late = convert({ to: "mlflow", signal: AbortSignal.abort() });
    await expect(once(late, "close")).rejects.toMatchObject({ code: "E_ABORT" });
  });

  test("AbortSignal stops functions on batches", async () => {
    const controller = new AbortController();
    const never = (batch: Batch) => new Promise<Batch>((resolve) => setTimeout(() => resolve(batch), 30));
    const stream = convert({ to: "mlflow", signal: controller.signal, through: [never] });
    setTimeout(() => controller.abort(), 10);
    await expect(pipeline(Readable.from(payload(MIB), { objectMode: false }), stream, new Sink())).rejects.toMatchObject({
      code: "E_ABORT",
    });
    await new Promise((resolve) => setTimeout(resolve, 60)); // what comes of the batch then must not be thrown at nobody
  });

  test("a source that is destroyed breaks the pipeline", async () => {
    const source = new PassThrough();
    source.write('{"inputs":[[1,2],');
    const done = pipeline(source, convert({ to: "mlflow" }), new Sink());
    setImmediate(() => source.destroy(new Error("the disk is gone")));
    await expect(done).rejects.toThrow("the disk is gone");
    const silent = new PassThrough();
    silent.write('{"inputs":[[1,2],');
    const other = pipeline(silent, convert({ to: "mlflow" }), new Sink());
    setImmediate(() => silent.destroy());
    await expect(other).rejects.toMatchObject({ code: "ERR_STREAM_PREMATURE_CLOSE" });
  });

  test("a sink that closes early breaks the pipeline", async () => {
    const sink = new Writable({
      write(_chunk, _encoding, done) {
        sink.destroy();
        done();
      },
    });
    const source = Readable.from(payload(1024 * MIB), { objectMode: false });
    const done = pipeline(source, convert({ to: "mlflow" }), sink);
    await expect(done).rejects.toMatchObject({ code: "ERR_STREAM_PREMATURE_CLOSE" });
    expect(source.destroyed).toBe(true);
  });

  test("a fault in the input is the stream's error, and the sink never ends", async () => {
    const sink = new Sink();
    let finished = false;
    sink.on("finish", () => {
      finished = true;
    });
    await expect(pipeline(Readable.from([Buffer.from('{"inputs":[[1,2],[3]]}')]), convert({ to: "mlflow" }), sink)).rejects.toMatchObject({
      code: "E_RAGGED",
    });
    expect(finished).toBe(false);
    await expect(pipeline(Readable.from([Buffer.from('{"inputs":[[1,2]')]), convert({ to: "mlflow" }), new Sink())).rejects.toMatchObject({
      code: "E_TRUNCATED",
    });
    await expect(pipeline(Readable.from([]), convert({ to: "mlflow" }), new Sink())).rejects.toMatchObject({ code: "E_EMPTY" });
  });
});

test("progress counts every byte of the input", async () => {
  const seen: number[] = [];
  let total = 0;
  for (const chunk of payload(3 * MIB)) total += chunk.length;
  await pipeline(
    Readable.from(payload(3 * MIB), { objectMode: false }),
    convert({ to: "mlflow", onProgress: (bytes) => seen.push(bytes) }),
    new Sink(),
  );
  expect(seen.at(-1)).toBe(total);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
});

test("text may be written as strings, and chunks may be empty", async () => {
  const stream = convert({ to: "mlflow" });
  stream.write('{"input_data"');
  stream.write(Buffer.alloc(0));
  stream.write(":[1]}", "latin1");
  stream.end();
  const out: Buffer[] = [];
  for await (const bytes of stream) out.push(bytes as Buffer);
  expect(Buffer.concat(out).toString()).toBe('{"inputs":[1]}');
});

test("2 GiB pass in one go, and every byte of them", async () => {
  const sink = new Sink();
  const before = process.memoryUsage().rss;
  let most = 0;
  const started = performance.now();
  let read = 0;
  const watch = (bytes: number) => {
    read = bytes;
    most = Math.max(most, process.memoryUsage().rss);
  };
  await pipeline(Readable.from(payload(2048 * MIB), { objectMode: false }), convert({ to: "mlflow", onProgress: watch }), sink);
  expect(read).toBeGreaterThan(2 ** 31);
  expect(sink.bytes).toBe(read - "input_data".length + "inputs".length);
  expect(most - before).toBeLessThan(160 * MIB);
  expect(performance.now() - started).toBeLessThan(30_000);
}, 60_000);

test("rows of 150 MiB pass in the same memory", async () => {
  function* row(): Generator<Buffer> {
    yield Buffer.from('{"input_data":{"columns":["a"],"index":[0],"data":[["');
    const chunk = Buffer.alloc(MIB, "x");
    for (let i = 0; i < 150; i++) yield chunk;
    yield Buffer.from('"]]}}');
  }
  function* numbers(): Generator<Buffer> {
    yield Buffer.from('{"input_data":[[0');
    const chunk = Buffer.from(",12.25".repeat(170_000));
    for (let i = 0; i < 150; i++) yield chunk;
    yield Buffer.from("]]}");
  }
  for (const source of [row, numbers]) {
    const before = process.memoryUsage().rss;
    let most = 0;
    await pipeline(
      Readable.from(source(), { objectMode: false }),
      convert({
        to: "mlflow",
        onProgress: () => {
          most = Math.max(most, process.memoryUsage().rss);
        },
      }),
      new Sink(),
    );
    expect(most - before).toBeLessThan(120 * MIB);
  }
}, 30_000);

test("a process with a heap of 64 MB converts what is larger, and reads it as batches", async () => {
  // plain JavaScript over the built package, as a user's program is
  const program = `
    import { Readable, Writable } from "node:stream";
    import { pipeline } from "node:stream/promises";
    import { convert, readBatches } from ${JSON.stringify(new URL("../../dist/index.js", import.meta.url).href)};
    const rows = Buffer.from("[1,1,145,233,1,2,150,0,2.3,3,0,2],".repeat(30000));
    function* payload() {
      yield Buffer.from('{"input_data":{"columns":["a","b","c","d","e","f","g","h","i","j","k","l"],"data":[');
      for (let i = 0; i < 250; i++) yield rows;
      yield Buffer.from("[1,1,145,233,1,2,150,0,2.3,3,0,2]]}}");
    }
    let bytes = 0;
    const sink = () => new Writable({ write(chunk, _, done) { bytes += chunk.length; done(); } });
    await pipeline(Readable.from(payload(), { objectMode: false }), convert({ from: "azureml:split", to: "mlflow" }), sink());
    const spliced = bytes;
    await pipeline(Readable.from(payload(), { objectMode: false }), convert({ to: "tfserving", dtype: "float32" }), sink());
    let sum = 0, count = 0;
    for await (const batch of readBatches(payload())) { count += batch.rowCount; for (const v of batch.columns[8].values) sum += v; }
    console.log(JSON.stringify({ spliced, printed: bytes - spliced, count, sum, peak: process.resourceUsage().maxRSS / 1024 }));
  `;
  const child = spawn(process.execPath, ["--max-old-space-size=64", "--input-type=module", "-e", program], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
  });
  let out = "";
  let complaint = "";
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    complaint += text;
  });
  const [status] = (await once(child, "close")) as [number];
  expect(complaint).toBe("");
  expect(status).toBe(0);
  const { spliced, count, sum, peak } = JSON.parse(out) as Record<string, number>;
  expect(count).toBe(250 * 30_000 + 1);
  expect(sum).toBeCloseTo(2.3 * (250 * 30_000 + 1), 0);
  expect(spliced).toBeGreaterThan(200 * MIB);
  expect(peak).toBeLessThan(200);
}, 60_000);
