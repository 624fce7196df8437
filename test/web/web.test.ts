// transload/web in a real Chromium: in a worker and in a page, against the bytes that Node makes.
import { readdirSync, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ConvertOptions, convert, inspect, readModel, split, TransloadError, verdict } from "../../src/index.js";
import { launch, serve } from "../support/chromium.js";

/** What run.js puts into the page. */
declare const window: Record<string, (given?: unknown) => Promise<never>>;
declare const navigator: { storage: { getDirectory(): Promise<{ keys(): AsyncIterable<string> }> } };

let browser: Browser;
let site: Awaited<ReturnType<typeof serve>>;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  site = await serve();
  page = await browser.newPage();
  await page.goto(`${site.url}/test/web/blank.html`);
});

afterAll(async () => {
  await browser?.close();
  site?.close();
});

interface Job {
  readonly input: string;
  readonly options: Omit<ConvertOptions, "onWarning">;
  /** Give the input as a Blob, too. */
  readonly blob?: boolean;
  /** Bytes of a chunk. */
  readonly step?: number;
  readonly maxSpill?: number;
  /** Input and output are bytes, in base64. */
  readonly raw?: boolean;
}

interface Answer {
  output?: string;
  error?: string;
  message?: string;
  warnings?: string[];
}

/** Runs these one after the other, in a worker or in the page. */
function run(where: "worker" | "page", jobs: readonly Job[]): Promise<Answer[]> {
  return page.evaluate(([place, list]) => (window[place] as (jobs: unknown) => Promise<Answer[]>)(list), [where, jobs] as const);
}

/** The same in Node. */
async function inNode({ input, options, step = input.length, raw }: Job): Promise<Answer> {
  const warnings: string[] = [];
  const bytes = Buffer.from(input, raw ? "base64" : "utf8");
  const chunks = Array.from({ length: Math.ceil(bytes.length / Math.max(1, step)) }, (_, i) => bytes.subarray(i * step, (i + 1) * step));
  const out: Buffer[] = [];
  try {
    const conversion = convert({ ...options, onWarning: ({ code }) => warnings.push(code) });
    await pipeline(Readable.from(chunks, { objectMode: false }), conversion, async (bytes: AsyncIterable<Buffer>) => {
      for await (const chunk of bytes) out.push(chunk);
    });
  } catch (error) {
    return { error: (error as { code: string }).code, message: (error as Error).message };
  }
  return { output: Buffer.concat(out).toString(raw ? "base64" : "utf8"), ...(warnings.length > 0 && { warnings }) };
}

interface Golden {
  from: string;
  cases: {
    name: string;
    columns?: string[];
    input: string;
    to: Record<string, { output?: string; error?: string; warnings?: string[] }>;
  }[];
}

const goldens = readdirSync(new URL("../golden/", import.meta.url))
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(new URL(`../golden/${name}`, import.meta.url), "utf8")) as Golden);

describe.each(["worker", "page"] as const)("in a %s", (where) => {
  test.each(goldens.map(({ from, cases }) => [from, cases] as const))("%s becomes what is written down", async (from, cases) => {
    const pairs = cases.flatMap(({ input, columns, to }) =>
      Object.entries(to).map(([target, expected]) => ({
        expected,
        job: { input, options: { from, to: target, ...(columns && { columns }) } },
      })),
    );
    expect(pairs.length).toBeGreaterThan(8);
    for (const step of [undefined, 7]) {
      const answers = await run(
        where,
        pairs.map(({ job }) => ({ ...job, ...(step && { step }) })),
      );
      answers.forEach(({ message, ...answer }, i) => {
        expect(message ? { error: answer.error } : answer, JSON.stringify(pairs[i])).toEqual(pairs[i]?.expected);
      });
    }
  });

  test("every lane, heads that come late, tables on their side: as in Node", async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => [i, i / 8, `n${i % 7}`]);
    const split = `{"dataframe_split":{"columns":["a","b","c"],"data":${JSON.stringify(rows)}}}`;
    const late = `{"dataframe_split":{"data":${JSON.stringify(rows)},"columns":["a","b","c"]}}`;
    const csv = `a,b,c\n${rows.map((row) => row.join(",")).join("\n")}\n`;
    const named = JSON.stringify({ input_data: { a: rows.map((r) => r[0]), b: rows.map((r) => r[1]) } });
    const jobs: Job[] = [
      { input: split, options: { to: "azureml" } },
      { input: split, options: { to: "mlflow:records" } },
      { input: split, options: { to: "csv" } },
      { input: split, options: { to: "azureml:named" } },
      { input: late, options: { to: "csv" } },
      { input: late, options: { to: "mlflow:records" } },
      { input: csv, options: { from: "csv", to: "mlflow" } },
      { input: csv, options: { from: "csv", to: "oip" } },
      { input: csv, options: { from: "csv", to: "mlflow", typing: "pandas" } },
      { input: csv, options: { from: "csv", to: "mlflow", text: ["a"] } },
      { input: named, options: { to: "csv" } },
      { input: split, options: { to: "mlflow", dtype: { a: "float32" } } },
      { input: csv, options: { from: "csv", to: "tfserving", dtype: { a: "int32" } } },
      { input: `\ufeff${split}`, options: { to: "azureml" } },
      { input: split.replace("n3", "n\\u00e9\u{1f600}"), options: { to: "csv" } },
    ];
    const bent = [split.slice(0, 1000), split.replace("[7,", "[7,,"), "", "[1,2", `${split}x`, split.replace('"n4"', '"n4')];
    const all = [...jobs, ...bent.map((input) => ({ input, options: { to: "azureml" } }))].flatMap((job) => [
      job,
      { ...job, blob: true },
      { ...job, step: 4096 },
    ]);
    const answers = await run(where, all);
    for (const [i, job] of all.entries()) expect(answers[i], JSON.stringify(job).slice(0, 300)).toEqual(await inNode(job));
  });

  test("binary files are written and read as in Node, from a Blob and from what passes but once", async () => {
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const rows = Array.from({ length: 3000 }, (_, i) => [i, i % 7 ? i / 8 : "", `n${i % 7} é"`, i % 3 === 0]);
    const csv = base64(`a,b,c,d\n${rows.map(([a, b, c, d]) => `${a},${b},"${`${c}`.replace('"', '""')}",${d}`).join("\n")}\n`);
    const lists = base64(`{"dataframe_split":{"columns":["x"],"data":${JSON.stringify(rows.map(([a]) => [[a, 1, 2]]))}}}`);
    const tensor = base64(JSON.stringify({ inputs: rows.map(([a]) => [a, 0.5]) }));
    const written: Job[] = [
      ...["parquet", "arrow", "arrows"].map((to) => ({ raw: true, input: csv, options: { from: "csv", to } })),
      { raw: true, input: csv, options: { from: "csv", to: "parquet", rowGroupRows: 100, codec: "none" } },
      { raw: true, input: lists, options: { to: "parquet" } },
      { raw: true, input: tensor, options: { to: "npy" } },
      { raw: true, input: base64("a\nx\nlonger\n"), options: { from: "csv", to: "npy" } },
      { raw: true, input: csv, options: { from: "csv", to: "triton:binary", missing: "token", datatype: "BF16" } },
      { raw: true, input: csv, options: { from: "csv", to: "npy" } },
    ];
    const made = await run(
      where,
      written.flatMap((job) => [job, { ...job, step: 1000 }]),
    );
    const expected = await Promise.all(written.map(inNode));
    expect(made).toEqual(expected.flatMap((answer) => [answer, answer]));
    expect(expected.map(({ error }) => error)).toEqual([...Array(8).fill(undefined), "E_DTYPE"]);
    const read: Job[] = written.slice(0, 8).flatMap(({ options: { to } }, i) =>
      ["mlflow", "csv", "parquet"].map((target) => ({
        raw: true,
        input: expected[i]?.output as string,
        options: { from: to, to: target },
      })),
    );
    const [whole, cut] = [read.map((job) => ({ ...job, blob: true })), read.map((job) => ({ ...job, step: 5000 }))];
    const again = await Promise.all(read.map(inNode));
    expect(await run(where, whole)).toEqual(again);
    expect(await run(where, cut)).toEqual(again);
    const parquet = expected[0]?.output as string;
    const [zip, gzip, zstd, damaged] = await run(where, [
      { raw: true, input: csv, options: { from: "csv", to: "npz" } },
      { raw: true, input: csv, options: { from: "csv", to: "parquet", codec: "gzip" } },
      { raw: true, input: csv, options: { from: "csv", to: "parquet", codec: "zstd" } },
      { raw: true, input: parquet.slice(0, 2000), options: { from: "parquet", to: "csv" } },
    ]);
    expect([zip?.error, gzip?.error, damaged?.error]).toEqual(["E_DIALECT", "E_OPTION", "E_TRUNCATED"]);
    const back = await inNode({ raw: true, input: zstd?.output as string, options: { from: "parquet", to: "csv" } });
    expect(back).toEqual(await inNode({ raw: true, input: parquet, options: { from: "parquet", to: "csv" } }));
  }, 60_000);

  test("options that cannot be are told at once", async () => {
    const [dialect, zip, option] = await run(where, [
      { input: "", options: { to: "mflow" } },
      { input: "a\n1\n", options: { from: "csv", to: "npz" } },
      { input: "", options: { to: "mlflow", maxRows: 10 } as never },
    ]);
    expect(dialect).toMatchObject({ error: "E_DIALECT", message: expect.stringMatching(/did you mean.*mlflow/) });
    expect(zip).toMatchObject({ error: "E_DIALECT", message: expect.stringMatching(/in Node/) });
    expect(option).toMatchObject({ error: "E_OPTION", message: expect.stringMatching(/split\(\) gives the pieces/) });
  });
});

test("what must be read again is spilled to a file in a worker; elsewhere there is a limit, and it is told", async () => {
  const rows = Array.from({ length: 60_000 }, (_, i) => [i, `a somewhat longer text, number ${i}`]);
  const job: Job = {
    input: `{"dataframe_split":{"data":${JSON.stringify(rows)},"columns":["a","b"]}}`,
    options: { to: "mlflow:records" },
    step: 65536,
    maxSpill: 1 << 20,
  };
  const expected = await inNode(job);
  expect(expected.output?.length).toBeGreaterThan(1 << 21);
  expect(await run("worker", [job])).toEqual([expected]);
  expect(await run("page", [{ ...job, maxSpill: 1 << 24 }])).toEqual([expected]);
  expect(await run("page", [job])).toMatchObject([{ error: "E_SPILL", message: expect.stringMatching(/worker.*blob/) }]);
  const left = await page.evaluate(async () => {
    const names: string[] = [];
    const folder = await navigator.storage.getDirectory();
    for await (const name of folder.keys()) names.push(name);
    return names;
  });
  expect(left).toEqual([]);
});

test("batches are read of a Blob and of a stream, text and binary, as far as they are asked for", async () => {
  expect(await page.evaluate(() => window.batches?.())).toEqual({
    found: [
      [["a float64 1,2,3", "b string x,y,x"]],
      [["b string x,y"], ["b string x"]],
      [["a float32 1,2,3", "b string x,y,x"]],
      [["text string x,y,x"]],
    ],
    closed: true,
  });
});

test("pieces, inspections and verdicts are those of Node", async () => {
  const bytesOf = async (input: string, options: ConvertOptions) => {
    const stream = convert(options);
    stream.end(input);
    return Buffer.concat(await stream.toArray());
  };
  const csv = "a,b\n1,x\n2,y\n3,\n";
  const payloads = [
    { bytes: Buffer.from(csv), from: "csv", to: "mlflow:records" },
    { bytes: Buffer.from('{"input_data":{"data":[[1,null],[2,NaN],[3,4]],"columns":["a","b"]}}'), from: "auto", to: "mlflow" },
    { bytes: Buffer.from('{"data":{"tensor":{"shape":[3,1],"values":[1,2,3]}}}'), from: "auto", to: "mlflow" },
    { bytes: await bytesOf(csv, { from: "csv", to: "parquet" }), from: "auto", to: "csv" },
    { bytes: await bytesOf('{"instances":[[1,2],[3,4],[5,6]]}', { to: "npy" }), from: "auto", to: "tfserving" },
    { bytes: Buffer.from('{"instances":[[1,2],[3,4],[5,6]'), from: "auto", to: "mlflow" },
  ];
  const expected = await Promise.all(
    payloads.map(async ({ bytes, from, to }) => {
      try {
        const pieces: [number, number, string][] = [];
        for await (const piece of split([bytes], { from, to, maxRows: 2 })) {
          const parts: Uint8Array[] = [];
          for await (const part of piece) parts.push(part);
          pieces.push([piece.firstRow, piece.rows, Buffer.concat(parts).toString()]);
        }
        const inspection = await inspect([bytes], { from });
        return { pieces, inspection, verdict: verdict(inspection, { for: "azureml" }) };
      } catch (error) {
        if (!(error instanceof TransloadError)) throw error;
        return { error: error.code, message: error.message };
      }
    }),
  );
  expect(expected.map((answer) => answer.error)).toEqual([...Array(5).fill(undefined), "E_TRUNCATED"]);
  const given = payloads.map(({ bytes, from, to }) => ({ input: bytes.toString("base64"), from, to }));
  const found = await page.evaluate((all) => window.judged?.(all), given);
  expect(found).toEqual(JSON.parse(JSON.stringify(expected.flatMap((answer) => [answer, answer]))));
});

test("an MLmodel file that is chosen is read as in Node", async () => {
  const file = new URL("../../data/heart-model/MLmodel", import.meta.url);
  const texts = [readFileSync(file, "utf8"), "a: [", "a: 1", "flavors: {}"];
  const found = (await page.evaluate((all) => window.models?.(all), texts)) as unknown as unknown[];
  const { path: _, ...model } = await readModel(fileURLToPath(file));
  expect(found).toEqual([
    { ...model, path: "MLmodel" },
    { error: "E_MODEL", message: expect.stringMatching(/^MLmodel is not YAML/) },
    { error: "E_MODEL", message: expect.stringMatching(/^MLmodel is not an MLmodel file/) },
    { path: "MLmodel", flavors: [], typeHints: false },
  ]);
});

test("what is compressed is refused with the way to expand it", async () => {
  const input = gzipSync('{"instances":[1]}').toString("base64");
  const [judged] = (await page.evaluate((all) => window.judged?.(all), [{ input, from: "auto", to: "mlflow" }])) as unknown as Answer[];
  const converted = await run("page", [
    { raw: true, input, options: { to: "mlflow" } },
    { raw: true, input, options: { to: "mlflow" }, step: 1 },
    { raw: true, input, options: { to: "parquet" } },
  ]);
  for (const answer of [judged, ...converted])
    expect(answer).toMatchObject({ error: "E_SYNTAX", message: expect.stringMatching(/DecompressionStream\("gzip"\)/) });
});

test("functions on batches get typed columns, ndarrays and Arrow's batches", async () => {
  expect(await page.evaluate(() => window.throughBatches?.())).toEqual({
    output: '{"dataframe_split":{"data":[[2.0,3.0],[6.0,7.0]],"columns":["a","b"]}}',
    shapes: [[2, 2]],
    cells: [1, 2, 5, 6],
    arrow: [
      [1, 5],
      [2, 6],
    ],
  });
});

test("a reader that stops closes the source; an aborted signal ends both sides", async () => {
  expect(await page.evaluate(() => window.stopEarly?.())).toEqual({
    closed: true,
    pulled: expect.any(Number),
    few: true,
    aborted: ["E_ABORT", "E_ABORT"],
  });
});

test("what is stopped during a replay tells why, and a signal is left as it was", async () => {
  expect(await page.evaluate(() => window.stopReplay?.())).toEqual({ told: ["no more", "no more"], listeners: 0 });
});

test("nothing that it imports is Node's", async () => {
  const { metafile, errors, warnings } = await build({
    entryPoints: ["src/web/index.ts"],
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    outdir: "unused",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  expect([errors, warnings]).toEqual([[], []]);
  const outside = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.filter(({ path, external }) => external || path.startsWith("node:")),
  );
  expect(outside).toEqual([]);
  expect(Object.keys(metafile.inputs)).not.toContainEqual(expect.stringMatching(/stream-json|csv-parse|yauzl|yazl|src\/io\/disk|src\/cli/));
});
