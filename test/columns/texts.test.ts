// Text columns in Arrow's layout, plain and as dictionaries: what JSON.parse and the reference engine make of the same text.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  Batch,
  type ColumnLike as Column,
  type ConvertOptions,
  convert,
  type ReadOptions,
  readBatches,
  writeBatches,
} from "../../src/index.js";
import { crumbs, cut, feed, whole } from "../support/feed.js";
import { same } from "../support/same.js";

const SAMPLES = [
  "",
  "a",
  "b",
  "male",
  "female",
  "é",
  "日本",
  "\u{1f600}",
  "x".repeat(300),
  'q"q',
  "back\\slash",
  "new\nline",
  "tab\t",
  "a,b",
  "\u0001",
];

async function converted(chunks: readonly Uint8Array[], options: ConvertOptions): Promise<Buffer> {
  const out: Buffer[] = [];
  await pipeline(Readable.from(chunks, { objectMode: false }), convert(options), async (bytes: AsyncIterable<Buffer>) => {
    for await (const part of bytes) out.push(part);
  });
  return Buffer.concat(out);
}

/** How JSON may spell it. */
function spelled(text: string, how: number): string {
  if (how === 0) return JSON.stringify(text);
  return `"${Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`).join("")}"`;
}

async function columnsOf(chunks: Iterable<Uint8Array>, options: ReadOptions): Promise<Column[][]> {
  const found: Column[][] = [];
  for await (const { columns } of readBatches(chunks, options)) found.push([...columns]);
  return found;
}

/** What the layout says, by its definition. */
function cellsOf({ texts, values, valid }: Column): (string | null)[] {
  if (!texts) return [...(values as string[])].map((text, i) => (valid?.[i] === 0 ? null : text));
  const { offsets, bytes, codes } = texts;
  const text = (i: number) => Buffer.from(bytes.subarray(offsets[i], offsets[i + 1])).toString();
  const all = codes
    ? [...codes].map((code) => (code < 0 ? "" : text(code)))
    : Array.from({ length: offsets.length - 1 }, (_, i) => text(i));
  same([...(values as string[])], all);
  if (codes) expect(new Set(Array.from({ length: offsets.length - 1 }, (_, i) => text(i))).size).toBe(offsets.length - 1);
  return all.map((one, i) => (valid?.[i] === 0 ? null : one));
}

describe("texts", () => {
  test("of split, csv and tensors are what they were, plain and as dictionaries, wherever they are cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const rows = Array.from({ length: g(fc.nat, 60) + 1 }, () => [
          g(fc.constantFrom, null, ...SAMPLES),
          g(fc.constantFrom, ...SAMPLES.slice(0, 4)),
        ]);
        rows[0] = ["a", "b"]; // a column of nothing is of numbers
        const json = `{"dataframe_split":{"columns":["s","t"],"data":[${rows.map((row) => `[${row.map((cell) => (cell === null ? "null" : spelled(cell, g(fc.nat, 1)))).join(",")}]`).join(",")}]}}`;
        const csv = `s,t\n${rows.map((row) => row.map((cell) => (cell === null ? "" : `"${cell.replaceAll('"', '""')}"`)).join(",")).join("\n")}\n`;
        // an empty field is nothing, quoted or not, as pandas has it
        const [input, from] = g(fc.constantFrom, ["json", "mlflow"], ["csv", "csv"])[0] === "csv" ? [csv, "csv"] : [json, "mlflow"];
        const options = { from, batchRows: g(fc.constantFrom, 1, 7, 1000), dictionary: g(fc.boolean) };
        const chunks = g(fc.boolean) ? crumbs(input) : cut(Buffer.from(input), [g(fc.nat, input.length), g(fc.nat, input.length)]);
        for (const engine of ["core", "reference"] as const) {
          const batches = await columnsOf(chunks, { ...options, engine });
          const found = [0, 1].map((c) => batches.flatMap((columns) => cellsOf(columns[c] as Column)));
          same(
            found,
            [0, 1].map((c) => rows.map((row) => (from === "csv" && row[c] === "" ? null : row[c]))),
          );
          if (engine === "core")
            for (const columns of batches) for (const { texts } of columns) expect(texts?.codes !== undefined).toBe(options.dictionary);
        }
      }),
      { numRuns: 300 },
    );
  }, 120_000);

  test("of tensors", async () => {
    const [[column]] = (await columnsOf(whole('{"inputs":[["a","bb"],["","c\\n"]]}'), {})) as [[Column]];
    expect(cellsOf(column)).toEqual(["a", "bb", "", "c\n"]);
    expect([...(column.texts?.offsets ?? [])]).toEqual([0, 1, 3, 3, 5]);
  });

  test("half a surrogate pair stays what it is, as JavaScript's strings", async () => {
    const input = '{"dataframe_split":{"columns":["s"],"data":[["a\\ud800b"],["\\udc00\\ud83d\\ude00"],["plain é"]]}}';
    for (const engine of ["core", "reference"] as const) {
      const [[column]] = (await columnsOf(whole(input), { engine })) as [[Column]];
      expect([...(column.values as string[])]).toEqual(["a\ud800b", "\udc00\u{1f600}", "plain é"]);
      expect(column.texts).toBeUndefined();
    }
    for await (const batch of readBatches(whole(input))) {
      await expect(batch.toArrow()).rejects.toThrow(/half a surrogate pair/);
      const parquet = writeBatches({ to: "parquet" });
      parquet.end(batch);
      await expect(async () => {
        for await (const _ of parquet);
      }).rejects.toThrow(/column "s" has half a surrogate pair/);
    }
  });

  test("are printed as they were, however many columns of them there are and wherever they end", async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const width = g(fc.nat, 4) + 1;
        const long = g(fc.constantFrom, 1, 20, 300);
        const rows = Array.from({ length: g(fc.constantFrom, 1, 4, 60, 700) }, (_, r) => [
          ...Array.from({ length: width }, (_, c) =>
            g(fc.nat, 3) === 0 ? g(fc.constantFrom, ...SAMPLES) : `${c}${"y".repeat((r * 7 + c) % long)}`,
          ),
          r + 0.5,
        ]);
        const names = [...Array.from({ length: width }, (_, c) => `c${c}`), "n"];
        const text = JSON.stringify({ dataframe_split: { columns: names, data: rows } });
        const { text: printed, error } = await feed(whole(text), { to: "mlflow:split", dtype: { n: "float64" } });
        expect(error).toBeUndefined();
        same(JSON.parse(printed), JSON.parse(text));
        for (const form of ["parquet", "arrow"]) {
          const file = await converted([Buffer.from(text)], { from: "mlflow:split", to: form });
          const again = await converted([file], { from: form, to: "mlflow:split" });
          same(JSON.parse(again.toString()), JSON.parse(text));
        }
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  test("go into Arrow's batches as they are, with their dictionaries", async () => {
    const input = "s,n\nmale,1\nfemale,2\n,3\nmale,4\n";
    for (const dictionary of [false, true])
      for await (const batch of readBatches(whole(input), { from: "csv", dictionary })) {
        const record = await batch.toArrow();
        expect([...(record.getChild("s") ?? [])]).toEqual(["male", "female", null, "male"]);
        expect(`${record.schema.fields[0]?.type}`).toBe(dictionary ? "Dictionary<Int32, Utf8>" : "Utf8");
        const child = record.getChild("s")?.data[0];
        const own = batch.column("s").texts;
        // the same memory
        expect(dictionary ? child?.values : child?.valueOffsets).toBe(dictionary ? own?.codes : own?.offsets);
      }
  });

  test("more of them than there was room for, and lent", async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => `t${"long text ".repeat(i % 50)}${i}`);
    const input = `s\n${rows.join("\n")}\n`;
    for (const reuse of [false, true]) {
      const found: string[] = [];
      for await (const { columns } of readBatches(cut(Buffer.from(input), [100, 5000, 90000]), { from: "csv", batchRows: 700, reuse }))
        found.push(...((columns[0] as Column).values as string[]));
      expect(found).toEqual(rows);
    }
  });

  test("that a function has changed are what is written", async () => {
    for (const change of [
      (column: Column) => {
        (column.values as string[])[0] = "X";
        return column;
      },
      (column: Column) => ({ ...column, values: (column.values as string[]).map((text, i) => (i === 0 ? "X" : text)) }),
    ])
      for (const dictionary of [false, true])
        for await (const batch of readBatches(whole("s\nmale\nfemale\n"), { from: "csv", dictionary })) {
          const own = new Batch({ rowOffset: 0, rowCount: 2, kind: "frame", columns: batch.columns.map(change) });
          expect([...((await own.toArrow()).getChild("s") ?? [])]).toEqual(["X", "female"]);
          for (const to of ["arrow", "parquet", "jsonl"]) {
            const stream = writeBatches({ to });
            stream.end(own);
            const parts: Buffer[] = [];
            for await (const part of stream) parts.push(part as Buffer);
            const [[column]] = (await columnsOf(parts, { from: to })) as [[Column]];
            expect([...(column.values as string[])], to).toEqual(["X", "female"]);
          }
        }
  });

  test("of many columns, and long ones, are batches of a mebibyte or so, and never too large", async () => {
    const names = Array.from({ length: 600 }, (_, i) => `c${i}`);
    const csv = `${names.join(",")}\n${names.map((name) => `${name} text`).join(",")}\n`;
    const split = `{"dataframe_split":{"columns":${JSON.stringify(names)},"data":[${JSON.stringify(names)}]}}`;
    for (const dictionary of [false, true]) {
      for (const [input, from] of [
        [csv, "csv"],
        [split, "mlflow"],
      ] as const) {
        const [columns] = await columnsOf(whole(input), { from, dictionary });
        expect(columns?.map(({ values }) => values[0])).toEqual(names.map((name) => (from === "csv" ? `${name} text` : name)));
      }
      const long = "x".repeat(100_000);
      const rows = Array.from({ length: 900 }, (_, i) => (i === 0 ? '["short"]' : `["${long}${i}"]`));
      const jsonl = Buffer.from(`${rows.join("\n")}\n`);
      const csvRows = Buffer.from(`s\n${rows.map((row) => row.slice(2, -2)).join("\n")}\n`);
      for (const [bytes, from] of [
        [jsonl, "jsonl:lists"],
        [csvRows, "csv"],
      ] as const) {
        const sizes: number[] = [];
        let rowsSeen = 0;
        const chunks = Array.from({ length: Math.ceil(bytes.length / (1 << 20)) }, (_, i) => bytes.subarray(i << 20, (i + 1) << 20));
        for await (const { columns, rowCount, rowOffset } of readBatches(chunks, { from, dictionary })) {
          expect(rowOffset).toBe(rowsSeen);
          rowsSeen += rowCount;
          sizes.push(columns[0]?.texts?.bytes.length ?? 0);
        }
        expect(rowsSeen).toBe(900);
        expect(Math.max(...sizes)).toBeLessThan(1 << 26);
        expect(sizes.length).toBeGreaterThan(1);
      }
    }
  });

  test("are chosen and renamed without being made strings of", async () => {
    for await (const batch of readBatches(whole("s,n\nmale,1\n"), { from: "csv", columns: { sex: "s" } })) {
      const [column] = batch.columns as [Column];
      expect(Object.getOwnPropertyDescriptor(column, "values")?.get).toBeDefined();
      expect([column.name, column.texts?.bytes.length, column.values]).toEqual(["sex", 4, ["male"]]);
    }
  });
});
