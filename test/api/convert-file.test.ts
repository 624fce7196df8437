import { execFileSync, spawn } from "node:child_process";
import {
  closeSync,
  createReadStream,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { type ConvertFileOptions, convert, convertFile, type ReadOptions, readBatches, TransloadError } from "../../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;
const fresh = (name: string) => join(folder, `${made++}-${name}`);

function fileOf(text: string | Uint8Array, name = "in.json"): string {
  const path = fresh(name);
  writeFileSync(path, text);
  return path;
}

/** More chunks than lie in memory at once. */
const ROWS = 250_000;
const rows = Array.from({ length: ROWS }, (_, i) => `[${i},${(i * 7919) % 1000},${i % 97}.5,"r\\u00e9${i % 13}"]`);
const split = `{"input_data":{"columns":["a","b","c","d"],"index":[${rows.map((_, i) => i)}],"data":[${rows.join(",\n")}]}}`;
const numbers = `{"inputs":[${rows.map((row) => row.replace(/,"[^"]*"/, "")).join(",")}]}`;
const csv = `a,b,c,d\n${rows.map((row) => row.slice(1, -1).replaceAll("\\u00e9", "é")).join("\n")}\n`;

async function streamed(path: string, options: ConvertFileOptions): Promise<Buffer> {
  const { sync: _, ...others } = options;
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path).pipe(convert({ ...others, file: path }))) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe("a file becomes what convert() makes of it", () => {
  const inputs = { split: fileOf(split), numbers: fileOf(numbers), csv: fileOf(csv, "in.csv") };
  test.each<[keyof typeof inputs, ConvertFileOptions]>([
    ["split", { to: "mlflow" }],
    ["split", { to: "mlflow:records" }],
    ["split", { to: "csv", index: "drop" }],
    ["split", { to: "triton" }],
    ["numbers", { to: "mlflow" }],
    ["numbers", { to: "mlflow:inputs", dtype: "float32" }],
    ["numbers", { to: "mlflow:split", columns: ["a", "b", "c"] }],
    ["csv", { from: "csv", to: "mlflow" }],
    ["csv", { from: "csv", to: "jsonl" }],
    ["csv", { from: "csv", to: "mlflow", encoding: "utf-8", skipLines: 0 }],
  ])("%s, %o", async (input, options) => {
    const target = fresh("out");
    await convertFile(inputs[input], pathToFileURL(target), options);
    expect(readFileSync(target).equals(await streamed(inputs[input], options))).toBe(true);
  });

  test("binary, and back", async () => {
    const target = fresh("out.parquet");
    await convertFile(inputs.csv, target, { to: "parquet" });
    const back = fresh("back.csv");
    await convertFile(target, back, { to: "csv" });
    expect(readFileSync(back, "utf8") === csv.replaceAll('"', "")).toBe(true);
    let read = 0;
    for await (const batch of readBatches(target, { from: "parquet" })) read += batch.rowCount;
    expect(read).toBe(ROWS);
  });

  test("compressed, and expanded", async () => {
    const packed = fileOf(gzipSync(split), "in.json.gz");
    const target = fresh("out.json.gz");
    await convertFile(packed, target, { to: "mlflow" });
    expect(gunzipSync(readFileSync(target)).equals(await streamed(inputs.split, { to: "mlflow" }))).toBe(true);
  });

  test("from a named pipe", async () => {
    const pipe = fresh("pipe");
    execFileSync("mkfifo", [pipe]);
    for (const [to, name] of [
      ["mlflow", "out.json"],
      ["parquet", "out.parquet"],
    ] as const) {
      const writer = spawn("cp", [inputs.split, pipe]);
      const target = fresh(name);
      await convertFile(pipe, target, { to, index: "drop" });
      expect(statSync(target).size).toBeGreaterThan(1000);
      expect(writer.pid).toBeDefined();
    }
  });

  test("and tells how far it is", async () => {
    const seen: number[] = [];
    await convertFile(inputs.split, fresh("out"), { to: "mlflow", sync: false, onProgress: (bytes) => seen.push(bytes) });
    expect(seen.at(-1)).toBe(Buffer.byteLength(split));
    expect(seen.length).toBeGreaterThan(3);
  });
});

describe("the target is whole, or what it was", () => {
  const small = '{"input_data":[[1,2],[3,4]]}';

  test("where the input is refused in its last chunk", async () => {
    const source = fileOf(split.replace(/\]\}\}$/, "]}"));
    const target = fileOf("before");
    await expect(convertFile(source, target, { to: "mlflow" })).rejects.toMatchObject({ code: "E_TRUNCATED", file: source });
    expect(readFileSync(target, "utf8")).toBe("before");
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("where the disk is full", async () => {
    await expect(convertFile(fileOf(split), "/dev/full", { to: "mlflow" })).rejects.toMatchObject({ code: "E_WRITE" });
  });

  test("where it is a device", async () => {
    await convertFile(fileOf(small), "/dev/null", { to: "mlflow" });
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });

  test("where a signal ends it", async () => {
    const controller = new AbortController();
    const target = fresh("out");
    const run = convertFile(fileOf(split), target, {
      to: "mlflow",
      signal: controller.signal,
      onProgress: () => controller.abort("enough"),
    });
    await expect(run).rejects.toMatchObject({ code: "E_ABORT", cause: "enough" });
    expect(() => statSync(target)).toThrow();
  });

  test("where both are one, or nothing is there, or an option is none", async () => {
    const source = fileOf(small);
    await expect(convertFile(source, source, { to: "mlflow" })).rejects.toMatchObject({ code: "E_OPTION" });
    await expect(convertFile(join(folder, "none"), fresh("out"), { to: "mlflow" })).rejects.toMatchObject({ code: "E_READ" });
    await expect(convertFile(source, join(folder, "none", "out"), { to: "mlflow" })).rejects.toMatchObject({ code: "E_WRITE" });
    await expect(convertFile(source, fresh("out"), { to: "mlflow", synch: true } as ConvertFileOptions)).rejects.toMatchObject({
      code: "E_OPTION",
    });
    await expect(convertFile(source, fresh("out"), { to: "mlflow", sync: 1 } as unknown as ConvertFileOptions)).rejects.toMatchObject({
      code: "E_OPTION",
    });
    expect(readFileSync(source, "utf8")).toBe(small);
  });
});

test("a signal ends it where the source never gives more", async () => {
  const pipe = fresh("pipe");
  execFileSync("mkfifo", [pipe]);
  const writer = openSync(pipe, "r+");
  writeSync(writer, '{"input_data":[[1,2],');
  const run = convertFile(pipe, fresh("out"), { to: "mlflow", signal: AbortSignal.timeout(100) });
  await expect(run).rejects.toMatchObject({ code: "E_ABORT" });
  closeSync(writer);
});

test("nothing stays open, whatever comes of it", async () => {
  const open = () => readdirSync("/proc/self/fd").length;
  const good = fileOf('{"input_data":[[1,2],[3,4]]}');
  const bad = fileOf('{"input_data":[[1,2],[3,');
  const refused = (run: Promise<void>) => run.catch((error: unknown) => expect(error).toBeInstanceOf(TransloadError));
  const read = async (path: string, options: ReadOptions) => {
    for await (const _ of readBatches(path, options));
  };
  const attempts = async () => {
    for (const [source, target, to] of [
      [good, fresh("out"), "mlflow"],
      [good, fresh("out.npy"), "npy"],
      [bad, fresh("out"), "mlflow"],
      [bad, fresh("out.gz"), "mlflow"],
      [good, fresh("out"), "parquet"],
      [good, join(folder, "none", "out"), "mlflow"],
      [good, join(folder, "none", "out.gz"), "mlflow"],
      [good, good, "mlflow"],
    ] as const)
      await refused(convertFile(source, target, { to, sync: false }));
    // what is refused once the file is open
    for (const options of [{}, { skipLines: 1 }, { headerLength: 5 }]) await refused(read(good, options));
  };
  await attempts();
  // what is left open is closed where garbage is collected, a while later
  const before = open();
  for (let i = 0; i < 3; i++) await attempts();
  expect(open()).toBeLessThanOrEqual(before);
});
