// The shares of a file together have its rows, each once, wherever they are cut; and where one of them cannot be told it is refused.
import { spawnSync } from "node:child_process";
import { createHash, type Hash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { batchesOf } from "../../src/api/read.js";
import { type Batch, readBatches, TransloadError } from "../../src/index.js";
import { batchesOfShare } from "../../src/jobs/share.js";
import type { BatchOptions } from "../../src/options/read.js";
import { readRequestOf } from "../../src/options/request.js";
import { TRAPS } from "../support/traps.js";

const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What looks so in a csv. */
const FIELDS = ['"a,b"', '"line\n3,4\n"', '"say ""x"",\n"', "plain", '""', "é", '"\r\n10,11\r\n10,12\r\n"', '"x\n1,""2\n"""'];
const LENGTH = 700_000;

/** Rows until they are so long, each with a length of its own. */
function rows(row: (i: number, trap: string) => string, traps: readonly string[] = TRAPS): string[] {
  const all: string[] = [];
  for (let i = 0, length = 0; length < LENGTH; i++) {
    const trap = traps[i % traps.length] as string;
    all.push(row(i, trap.repeat(trap.startsWith('"') || traps === FIELDS ? 1 : 1 + ((i * 7) % 5))));
    length += (all[i] as string).length;
  }
  return all;
}

const cells = rows((i, trap) => `[${i},"${trap}",${i % 3 ? i / 8 : "null"}]`);
const split = (key: string, before = "", behind = "") =>
  `{"${key}":{${before}"columns":["a","b","c"],"data":[${cells.join(",")}]${behind}}}`;
const labels = `"index":[${cells.map((_, i) => i).join(",")}]`;
const records = rows((i, trap) => `{"a":${i},"b":"${trap}","c":${i / 8}}`);

const DOCUMENTS: Readonly<Record<string, { text: string; options?: BatchOptions }>> = {
  "azureml:split": { text: split("input_data") },
  "mlflow:split, labels before": { text: split("dataframe_split", `${labels},`) },
  "mlflow:split, labels behind": { text: split("dataframe_split", "", `,${labels}`) },
  "split, spaced": { text: split("dataframe_split").replaceAll(/\],\[(?=\d+,")/g, " ]\n , [ ") },
  "names behind": { text: `{"dataframe_split":{"data":[${cells.join(",")}],"columns":["a","b","c"]}}` },
  "records, of which some lack keys": {
    text: `{"dataframe_records":[${records.map((r, i) => (i % 5 === 4 ? `{"b":"${i}"}` : r)).join(",")}]}`,
  },
  records: { text: `{"dataframe_records":[${records.join(", ")}]}` },
  instances: { text: `{"instances":[${records.join(",\n")}]}` },
  tensor: { text: `{"inputs":[${rows((i) => `[${i},${i / 8},${-i}]`).join(",")}]}` },
  "tensor of rank 3": { text: `{"inputs":[${rows((i) => `[[${i},${i / 8}],[${-i},1e3]]`).join(",")}]}` },
  jsonl: { text: records.join("\n"), options: { from: "jsonl" } },
  csv: { text: `a,b,c\n${rows((i, field) => `${i},${field},${i / 8}`, FIELDS).join("\n")}\n`, options: { from: "csv" } },
  "csv without names": {
    text: rows((i, field) => `${i},${field}`, FIELDS).join("\r\n"),
    options: { from: "csv", header: false },
  },
  "columns, which are all in the first share": {
    text: `{"inputs":{"a":[${rows((i) => String(i)).join(",")}]}}`,
  },
};

/** Rows, and a hash of each column's name, dtype and cells. */
async function digest(...readers: readonly AsyncIterable<Batch>[]): Promise<{ rows: number; hashes: readonly string[] }> {
  const hashes: Hash[] = [];
  let rows = 0;
  let seen: string | undefined;
  for (const reader of readers)
    for await (const { columns, rowCount } of reader) {
      const own = columns.map(({ name, dtype, shape }) => JSON.stringify([name, dtype, shape]));
      seen ??= own.join();
      expect(own.join() === seen).toBe(true);
      rows += rowCount;
      for (const [i, column] of own.entries()) {
        hashes[i] ??= createHash("sha256").update(column);
        const { values, valid } = columns[i] as (typeof columns)[number];
        const cells = Array.from(values as ArrayLike<unknown>, (cell, at) => (valid?.[at] === 0 ? "null" : `${typeof cell} ${cell}\n`));
        hashes[i].update(cells.join(""));
      }
    }
  return { rows, hashes: hashes.map((hash) => hash.digest("hex")) };
}

function shareOf(path: string, number: number, of: number, options: BatchOptions = {}): AsyncIterable<Batch> {
  const request = readRequestOf({ from: "auto", ...options });
  return batchesOfShare(path, { number, of }, request, () => batchesOf(path, options));
}

const sharesOf = (path: string, of: number, options?: BatchOptions) =>
  Array.from({ length: of }, (_, i) => shareOf(path, i + 1, of, options));

function fileOf(name: string, text: string): string {
  const path = join(folder, `${name.replaceAll(/\W/g, "-")}.txt`);
  writeFileSync(path, text);
  return path;
}

describe.each(Object.entries(DOCUMENTS))("%s", (name, { text, options }) => {
  const path = fileOf(name, text);
  test.each([1, 2, 3, 7, 64])("%d shares", async (of) => {
    const whole = await digest(readBatches(path, options));
    expect(whole.rows).toBeGreaterThan(10_000);
    expect(await digest(...sharesOf(path, of, options))).toEqual(whole);
  });
});

async function refusal(reader: AsyncIterable<Batch>): Promise<TransloadError> {
  try {
    for await (const _ of reader);
  } catch (error) {
    expect(error).toBeInstanceOf(TransloadError);
    return error as TransloadError;
  }
  throw new Error("nothing was refused");
}

describe("what is wrong", () => {
  const wrong = new Map([
    [9000, '[1,"a"]'],
    [13_000, "[1,01,2]"],
  ]);
  const damaged = cells.map((row, i) => wrong.get(i) ?? row);
  const path = fileOf("damaged", `{"input_data":{"columns":["a","b","c"],"data":[\n${damaged.join(",\n")}]}}`);

  test("is told as one reader tells it, by every share that meets something wrong, and by no other", async () => {
    const whole = await refusal(readBatches(path));
    expect([whole.code, whole.row]).toEqual(["E_RAGGED", 9000]);
    const codes: (string | undefined)[] = [];
    for (const share of sharesOf(path, 8)) {
      const error = await digest(share).then(
        () => undefined,
        (thrown: TransloadError) => thrown,
      );
      codes.push(error?.code);
      if (error) expect(error.toJSON()).toEqual(whole.toJSON());
    }
    expect(codes.filter((code) => code === "E_RAGGED")).toHaveLength(2);
    expect(codes.filter((code) => code === undefined)).toHaveLength(6);
  });

  test("a text that looks like many rows is cut nowhere in silence", async () => {
    const text = `],${"[1,2,3],".repeat(40_000)}[`;
    const long = fileOf(
      "rows in a text",
      split("input_data").replace(/"data":\[/, (start) => `${start}[1,"${text}",2],`),
    );
    // the head is longer than the text, so that it holds it: all is well there
    const whole = await digest(readBatches(long));
    expect(await digest(...sharesOf(long, 7))).toEqual(whole);
    // in the midst of the rows a cut falls into the text, and the share that ends there tells
    const middle = cells.length >> 1;
    const rows = [...cells.slice(0, middle), `[1,"${text}",2]`, ...cells.slice(middle)];
    const within = fileOf("within", `{"dataframe_split":{"columns":["a","b","c"],"data":[${rows.join(",")}]}}`);
    const codes = await Promise.all(
      sharesOf(within, 2).map((share) =>
        digest(share).then(
          () => "read",
          (error: TransloadError) => `${error.code} ${error.message}`,
        ),
      ),
    );
    expect(codes[0]).toMatch(/^E_OPTION the rows cannot be cut at byte \d+: .*ask for fewer shares/);
  });

  test("a file that ends too early", async () => {
    const cut = fileOf("truncated", split("input_data").slice(0, 600_000));
    const whole = await refusal(readBatches(cut));
    const last = sharesOf(cut, 3)[2] as AsyncIterable<Batch>;
    expect((await refusal(last)).toJSON()).toEqual(whole.toJSON());
  });
});

describe("the command", () => {
  const path = fileOf("command", split("input_data"));
  const call = (...words: string[]) => spawnSync(process.execPath, ["dist/cli/main.cjs", "convert", ...words]);

  test.each([
    ["0/2", "a share is one of so many, from 1/7 to 7/7, not 0/2"],
    ["3/2", "not 3/2"],
    ["2", "not 2"],
  ])("--share %s", (share, message) => {
    const { status, stderr } = call(path, "-t", "arrows", "--infer", "head", "--share", share);
    expect([status, stderr.includes(message)]).toEqual([2, true]);
  });

  test("refuses what has no shares", () => {
    const zipped = join(folder, "zipped.json.gz");
    writeFileSync(zipped, gzipSync(split("input_data")));
    const said = (...words: string[]) => call(...words, "--share", "1/2").stderr.toString();
    expect(said(path, "-t", "csv")).toContain("shares are read as Arrow's stream, so write arrows and not csv");
    expect(said(path, "-t", "arrows")).toContain("--infer head or --dtype");
    expect(said(path, "-t", "arrows", "--infer", "head", "--jobs", "2")).toContain("leave out --jobs");
    expect(said(zipped, "-t", "arrows", "--infer", "head")).toContain("what is compressed has no shares");
  });

  test("the shares are all rows", async () => {
    const words = [path, "-t", "arrows", "--infer", "head", "--index", "drop"];
    const parts = ["1/3", "2/3", "3/3"].map((share) => call(...words, "--share", share).stdout);
    const whole = await digest(readBatches([call(...words).stdout], { from: "arrows" }));
    expect(whole.rows).toBe(cells.length);
    expect(await digest(...parts.map((part) => readBatches([part], { from: "arrows" })))).toEqual(whole);
  });
});
