// Whatever the number of threads: the same bytes, the same warnings, the same error at the same place. What is built is tested, as a thread
// begins with a file of its own.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { ConvertFileOptions, TransloadError } from "../../src/index.js";

const built = (file: string) => new URL(`../../dist/${file}`, import.meta.url);
const { convertFile, defineDialect }: typeof import("../../src/index.js") = await import(built("index.js").href);
const COMMAND = fileURLToPath(built("cli/main.cjs"));

const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Several stretches. */
const BYTES = 9_600_000;

function repeated(row: (i: number) => string, between: string): { text: string; count: number } {
  const rows: string[] = [];
  for (let i = 0, length = 0; length < BYTES; i++) {
    const text = row(i);
    rows.push(text);
    length += text.length;
  }
  return { text: rows.join(between), count: rows.length };
}

const text = (i: number) => ['\\"],[1,\\"', '],[\\"', "plain", "é\\u00e9\\\\", "},{"][i % 5] as string;
const mixed = repeated((i) => `[${i},${(i * 7919) % 1000},${i % 97}.5,"${text(i)}",${i % 11 ? "true" : "null"}]`, ",");
const traps = repeated((i) => `["${`],[${i},1,2],[`.repeat(40)}",${i},${i / 2}]`, ", ");
const tensor = repeated((i) => `[${i},${i / 8},${-i},1e-7]`, ",");
const records = repeated((i) => `{"id":${i},"name":"${text(i)}","x":${i / 4}${i % 3 ? `,"y":"${i % 5}"` : ""}}`, ",\n");
const lines = records.text.replaceAll("},\n", "}\n");
const csv = repeated((i) => `${i},"${["a,b", "line\n3,4\n", 'say ""x""', "é"][i % 4]}",${i / 8},${i % 7 ? "x" : ""}`, "\n");
const frame = (rows: string, before = "", behind = "") =>
  `{"dataframe_split":{${before}"columns":["a","b","c","d","e"],"data":[${rows}]${behind}}}`;
const labels = (count: number) => `[${Array.from({ length: count }, (_, i) => i * 2)}]`;
const odd = mixed.text.length - 50_000;
const late = (change: string) => {
  const at = mixed.text.indexOf("],[", odd) + 2;
  return frame(`${mixed.text.slice(0, at)}${change}${mixed.text.slice(at)}`);
};

const INPUTS = {
  frame: frame(mixed.text),
  labelled: frame(mixed.text, `"index":${labels(mixed.count)},`),
  "labels behind": frame(mixed.text, "", `,"index":${labels(mixed.count)}`),
  "a label too few": frame(mixed.text, `"index":${labels(mixed.count - 1)},`),
  "params behind": frame(mixed.text).replace(/\}$/, ',"params":{"x":1},"other":[[1,2,3,4,5],[1,2,3,4,5]]}'),
  traps: `{"dataframe_split":{"columns":["a","b","c"],"data":[${traps.text}]}}`,
  tensor: `{"inputs":[${tensor.text}]}`,
  records: `{"dataframe_records":[${records.text}]}`,
  "a late key": `{"dataframe_records":[${records.text},{"id":1,"late":2}]}`,
  lines,
  csv: `id,t,x,y\n${csv.text}\n`,
  "a short row": late("[1,2,3],"),
  "a fault": late("[1,2,3,tru,5],"),
  "cut off": frame(mixed.text).slice(0, -40),
  "an open quote": `id,t,x,y\n${csv.text}\n1,"open,2,3\n`,
};
type Name = keyof typeof INPUTS;
const paths = Object.fromEntries(
  Object.entries(INPUTS).map(([name, content]) => {
    const path = join(folder, name.replaceAll(" ", "-"));
    writeFileSync(path, content);
    return [name, path];
  }),
) as Record<Name, string>;

interface Result {
  readonly digest?: string;
  readonly error?: Record<string, unknown>;
  readonly warnings: readonly string[];
}

async function result(name: Name, options: ConvertFileOptions, steps: number[] = []): Promise<Result> {
  const target = join(folder, "out");
  const warnings: string[] = [];
  let before = 0;
  const watched: ConvertFileOptions = {
    ...options,
    sync: false,
    onWarning: ({ code, message }) => warnings.push(`${code} ${message}`),
    onProgress: (bytes) => {
      steps.push(bytes - before);
      before = bytes;
    },
  };
  try {
    await convertFile(paths[name], target, watched);
    return { digest: createHash("sha256").update(readFileSync(target)).digest("hex"), warnings };
  } catch (error) {
    const { code, detail, line, column, offset, row, path } = error as TransloadError;
    return { error: { code, detail, line, column, offset, row, path }, warnings };
  }
}

const lists = { to: "mlflow" } as const;
const CASES: readonly (readonly [Name, ConvertFileOptions])[] = [
  ...(["frame", "labelled", "labels behind", "params behind", "traps"] as const).flatMap((name) =>
    (["mlflow", "azureml", "csv", "mlflow:records"] as const).map((to) => [name, { to }] as const),
  ),
  ["frame", { to: "jsonl" }],
  ["frame", { to: "triton" }],
  ["labelled", { to: "csv", index: "drop" }],
  ["labelled", { to: "azureml", index: "generate" }],
  ["tensor", lists],
  ["tensor", { to: "mlflow", columns: ["a", "b", "c", "d"] }],
  ["tensor", { to: "tfserving" }],
  ["records", lists],
  ["records", { to: "mlflow:split" }],
  ["records", { to: "csv" }],
  ["a late key", { to: "csv" }],
  ["a late key", { to: "mlflow:split", fixed: true }],
  ["lines", { from: "jsonl", to: "mlflow" }],
  ["lines", { from: "jsonl", to: "csv" }],
  ["csv", { from: "csv", to: "mlflow" }],
  ["csv", { from: "csv", to: "azureml" }],
  ["csv", { from: "csv", to: "jsonl" }],
  ["csv", { from: "csv", to: "mlflow", typing: "pandas" }],
  ["csv", { from: "csv", to: "mlflow:records", missing: "error" }],
  ["a label too few", lists],
  ["a short row", lists],
  ["a short row", { to: "csv" }],
  ["a fault", { to: "azureml" }],
  ["a fault", { to: "mlflow:records" }],
  ["cut off", lists],
  ["an open quote", { from: "csv", to: "mlflow" }],
];

describe("one thread and several", () => {
  test.each(CASES)("%s %o", async (name, options) => {
    const alone = await result(name, { ...options, jobs: 1 });
    for (const jobs of [2, 5]) expect({ jobs, ...(await result(name, { ...options, jobs })) }).toEqual({ jobs, ...alone });
  });

  test.each<[Name, ConvertFileOptions]>([
    ["frame", { to: "mlflow" }],
    ["labelled", { to: "azureml" }],
    ["tensor", { to: "mlflow" }],
    ["records", { to: "csv" }],
    ["lines", { from: "jsonl", to: "mlflow" }],
    ["csv", { from: "csv", to: "azureml" }],
  ])("%s %o goes in parts", async (name, options) => {
    const steps: number[] = [];
    await result(name, { ...options, jobs: 2 }, steps);
    // each but the last is a stretch, and no chunk of one
    expect(Math.min(...steps.slice(0, -1))).toBeGreaterThan(4_000_000);
  });
});

test("a dialect of the program's own is known to the threads", async () => {
  defineDialect({ name: "litserve-jobs", key: "litserve_rows", layouts: ["tensor"] });
  const alone = await result("tensor", { to: "litserve-jobs" as "mlflow", jobs: 1 });
  expect(alone.digest).toBeDefined();
  expect(await result("tensor", { to: "litserve-jobs" as "mlflow", jobs: 2 })).toEqual(alone);
});

test("what is no number of threads is refused", async () => {
  for (const jobs of [0, 1.5, -1, "2" as unknown as number])
    await expect(convertFile(paths.tensor, join(folder, "none"), { ...lists, jobs })).rejects.toMatchObject({ code: "E_OPTION" });
});

test("a conversion that is aborted leaves nothing, and the next one works", async () => {
  const own = mkdtempSync(join(folder, "aborted-"));
  const controller = new AbortController();
  const aborted = convertFile(paths.frame, join(own, "out"), {
    ...lists,
    jobs: 2,
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await expect(aborted).rejects.toMatchObject({ code: "E_ABORT" });
  expect(readdirSync(own)).toEqual([]);
  expect((await result("frame", { ...lists, jobs: 2 })).digest).toBe((await result("frame", { ...lists, jobs: 1 })).digest);
});

test("a signal that comes with the last bytes ends a conversion on several threads as on one", async () => {
  for (const jobs of [1, 2]) {
    const controller = new AbortController();
    const onProgress = (bytes: number) => bytes === statSync(paths.frame).size && controller.abort();
    const target = join(folder, "late");
    const aborted = convertFile(paths.frame, target, { ...lists, jobs, signal: controller.signal, onProgress });
    await expect(aborted).rejects.toMatchObject({ code: "E_ABORT" });
  }
});

describe("the command", () => {
  const run = (...args: string[]) =>
    execFileSync(process.execPath, [COMMAND, "convert", ...args], { maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] });

  test("to a pipe, a file and standard output", () => {
    const alone = run(paths.frame, "-t", "csv", "--index", "drop", "--jobs", "1");
    expect(run(paths.frame, "-t", "csv", "--index", "drop", "--jobs", "3").equals(alone)).toBe(true);
    const target = join(folder, "redirected");
    const fd = openSync(target, "w");
    spawnSync(process.execPath, [COMMAND, "convert", paths.frame, "-t", "csv", "--index", "drop", "--jobs", "3"], {
      stdio: ["ignore", fd, "pipe"],
    });
    closeSync(fd);
    expect(readFileSync(target).equals(alone)).toBe(true);
  });

  test("what must begin anew for a pipe is read by one thread", () => {
    const alone = run(paths["a late key"], "-t", "csv", "--jobs", "1");
    expect(run(paths["a late key"], "-t", "csv", "--jobs", "2").equals(alone)).toBe(true);
    const traps = run(paths.traps, "-t", "mlflow", "--jobs", "1");
    expect(run(paths.traps, "-t", "mlflow", "--jobs", "2").equals(traps)).toBe(true);
  });

  test.each(["0", "two"])("--jobs %s", (jobs) => {
    const { status, stderr } = spawnSync(process.execPath, [COMMAND, "convert", paths.tensor, "-t", "mlflow", "--jobs", jobs], {
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining("--jobs is a whole number from 1") });
  });
});
