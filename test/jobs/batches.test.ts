// Whatever the number of threads: the same batches, and the same error behind them.
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Batch, ConvertFileOptions, ReadOptions, TransloadError } from "../../src/index.js";

const built = new URL("../../dist/index.js", import.meta.url).href;
const { convertFile, readBatches }: typeof import("../../src/index.js") = await import(built);

const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Several stretches. */
const BYTES = 9_600_000;

function repeated(row: (i: number) => string, between: string): string {
  const rows: string[] = [];
  for (let i = 0, length = 0; length < BYTES; i++) length += (rows[rows.push(row(i)) - 1] as string).length;
  return rows.join(between);
}

const text = (i: number) => ['\\"],[1,\\"', '],[\\"', "plain", "é\\u00e9\\\\", "[["][i % 5] as string;
const numbers = repeated((i) => `[${i},${(i * 7919) % 1000},${i % 97}.5,-1e-7]`, ",");
const mixed = repeated((i) => `[${i},${i > 5000 && i % 11 === 0 ? "null" : i / 8},"${text(i)}",${i % 3 === 0}]`, ",");
const deep = repeated((i) => `[[${i},${i / 2}],[3,4.5]]`, ", ");
const csv = repeated((i) => `${i},"${["a,b", "line\n3,4,5,6\n", 'say ""x""', "é"][i % 4]}",${i / 8},${i % 7 ? "x" : ""}`, "\n");
const frame = (rows: string, before = "", behind = "") =>
  `{"dataframe_split":{${before}"columns":["a","b","c","d"],"data":[${rows}]${behind}}}`;
const labels = (rows: string, more = 0) => `"index":[${Array.from({ length: rows.split("],[").length + more }, (_, i) => i)}]`;
const behind = (rows: string, fault: string) => `${rows.slice(0, -60_000)}`.replace(/\],\[[^[\]]*$/, `],${fault}`);

const INPUTS = {
  numbers: frame(numbers),
  "numbers, labelled": frame(numbers, `${labels(numbers)},`),
  "a label too many": frame(numbers, `${labels(numbers, 1)},`),
  "labels behind": frame(numbers, "", `,${labels(numbers)}`),
  "names behind": `{"dataframe_split":{"data":[${numbers}],"columns":["a","b","c","d"]}}`,
  mixed: frame(mixed),
  tensor: `{"inputs":[${numbers}]}`,
  deep: `{"inputs":[${deep}]}`,
  csv: `id,t,x,y\n${csv}\n`,
  "a null late": frame(`${numbers},[1,2,3,null]`),
  "text late": frame(behind(numbers, '[1,"late",3,4]')),
  "a float late": frame(behind(numbers, "[1,2.5,3,4]")),
  "a fault": frame(behind(numbers, "[1,2,tru,4]")),
  "cut off": frame(numbers).slice(0, -30),
};
type Name = keyof typeof INPUTS;
const paths = Object.fromEntries(
  Object.entries(INPUTS).map(([name, content]) => {
    const path = join(folder, `${name.replaceAll(/\W+/g, "-")}${name === "csv" ? ".csv" : ""}`);
    writeFileSync(path, content);
    return [name, path];
  }),
) as Record<Name, string>;

/** All that a batch says, its cells as a digest. */
function facts(batch: Batch): unknown {
  const columns = batch.columns.map(({ name, dtype, shape, values, valid, texts }) => {
    const hash = createHash("sha1");
    if (ArrayBuffer.isView(values)) hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    else hash.update(JSON.stringify(values));
    if (valid) hash.update(valid);
    return [name, dtype, shape, hash.digest("hex"), valid !== undefined, texts !== undefined];
  });
  return [batch.rowOffset, batch.rowCount, batch.kind, columns];
}

async function read(name: Name, options: ReadOptions, steps: number[] = []): Promise<unknown> {
  const batches: unknown[] = [];
  const warnings: string[] = [];
  let before = 0;
  const onProgress = (bytes: number) => {
    steps.push(bytes - before);
    before = bytes;
  };
  try {
    for await (const batch of readBatches(paths[name], { ...options, onProgress, onWarning: ({ message }) => warnings.push(message) }))
      batches.push(facts(batch));
    return { batches, warnings };
  } catch (error) {
    const { code, detail, line, column, offset, row } = error as TransloadError;
    return { batches, warnings, error: { code, detail, line, column, offset, row } };
  }
}

const CASES: readonly (readonly [Name, ReadOptions])[] = [
  ...(Object.keys(INPUTS) as Name[]).map((name) => [name, {}] as const),
  ["numbers", { dtype: "float64" }],
  ["numbers", { dtype: { b: "int32", c: "float32" }, batchRows: 1000 }],
  ["numbers", { columns: ["d", "a"], batchBytes: 100_000 }],
  ["numbers", { columns: { x: "c" }, dtype: "float32" }],
  ["numbers", { dtype: "uint8" }],
  ["mixed", { dictionary: true }],
  ["mixed", { batchRows: 777 }],
  ["tensor", { dtype: "float32" }],
  ["tensor", { columns: ["a", "b", "c", "d"] }],
  ["deep", { dtype: "float64" }],
  ["csv", { text: ["id"] }],
  ["csv", { columns: ["y", "id"], dtype: { id: "int32" } }],
];

describe("one thread and several", () => {
  test.each(CASES)("%s %o", async (name, options) => {
    const alone = await read(name, options);
    for (const jobs of [2, 4])
      expect({ jobs, ...((await read(name, { ...options, jobs })) as object) }).toEqual({ jobs, ...(alone as object) });
  });

  test.each<[Name]>([["numbers"], ["numbers, labelled"], ["mixed"], ["tensor"], ["deep"], ["csv"]])(
    "%s is read in stretches",
    async (name) => {
      const steps: number[] = [];
      await read(name, { jobs: 2 }, steps);
      expect(Math.min(...steps.slice(0, -1))).toBeGreaterThan(4_000_000);
    },
  );

  test.each<[Name, ConvertFileOptions]>([
    ["numbers", { to: "parquet" }],
    ["mixed", { to: "parquet" }],
    ["csv", { to: "arrow" }],
    ["csv", { to: "parquet", dtype: { x: "float32" } }],
    ["tensor", { to: "npy" }],
    ["text late", { to: "parquet" }],
    ["a float late", { to: "parquet" }],
    ["labels behind", { to: "parquet" }],
    ["names behind", { to: "arrows" }],
    ["numbers, labelled", { to: "triton:binary" }],
  ])("%s becomes the same file: %o", async (name, options) => {
    const made = async (jobs: number) => {
      const target = join(folder, "out");
      const warnings: string[] = [];
      await convertFile(paths[name], target, { ...options, jobs, sync: false, onWarning: ({ message }) => warnings.push(message) });
      return { digest: createHash("sha1").update(readFileSync(target)).digest("hex"), warnings };
    };
    expect(await made(3)).toEqual(await made(1));
  });
});

test("who stops early waits for nobody", async () => {
  for await (const batch of readBatches(paths.numbers, { jobs: 3 })) {
    expect(batch.rowOffset).toBe(0);
    break;
  }
  expect(await read("numbers", { jobs: 3 })).toEqual(await read("numbers", {}));
});

test.each([1, 2])("a signal ends the reading between two batches of a stretch, and of the last one: %i", async (jobs) => {
  const read = async (last: number) => {
    const controller = new AbortController();
    let count = 0;
    for await (const _ of readBatches(paths.csv, { jobs, signal: controller.signal, batchRows: 100 }))
      if (++count === last) controller.abort();
    return count;
  };
  const all = await read(0);
  for (const last of [3, Math.floor(all * 0.6), Math.floor(all * 0.97)])
    await expect(read(last)).rejects.toMatchObject({ code: "E_ABORT" });
});

test("views of one array stay one: tensor() is no copy", async () => {
  for await (const batch of readBatches(paths.numbers, { jobs: 2, dtype: "float64" })) {
    const own = batch.tensor();
    const { values } = batch.columns[0] as { values: Float64Array };
    expect(own.get(1, 0)).toBe(values[1]);
    if (batch.block) expect(own.data.buffer).toBe(values.buffer);
  }
});
