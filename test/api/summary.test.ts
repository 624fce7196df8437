// What inspect() tells of values, against DuckDB's SUMMARIZE, and against plain arithmetic.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, describe, expect, test } from "vitest";
import { type InspectOptions, inspect } from "../../src/index.js";
import { barsOf, Histogram } from "../../src/model/histogram.js";
import { converted } from "../support/picks.js";

const folder = mkdtempSync(join(tmpdir(), "transload-summary-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Draws from 0 to 1, the same each time (mulberry32). */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const next = draws(20_261_130);
const ROWS = Array.from({ length: 5000 }, (_, i) => ({
  whole: Math.floor(next() * 200) - 100,
  real: (next() - 0.5) * 10 ** Math.floor(next() * 6),
  gaps: i % 3 === 0 ? null : next(),
  text: ["setosa", "versicolor", "virginica", "é😀"][Math.floor(next() ** 2 * 4)] as string,
  flag: next() < 0.25,
  every: `t${i}`,
}));
const LINES = ROWS.map((row) => `${JSON.stringify(row)}\n`).join("");

async function summaries(source: string | Uint8Array, options: InspectOptions = {}) {
  const { columns } = await inspect([Buffer.from(source as string)], { summary: true, ...options });
  return Object.fromEntries(columns.map((column) => [column.name, column]));
}

/** DuckDB's SUMMARIZE of the same rows, by column. */
async function summarized(): Promise<Record<string, Record<string, unknown>>> {
  const path = join(folder, "rows.jsonl");
  writeFileSync(path, LINES);
  const connection = await (await DuckDBInstance.create()).connect();
  const result = await connection.runAndReadAll(`SUMMARIZE SELECT * FROM read_json('${path}')`);
  return Object.fromEntries(result.getRowObjects().map((row) => [row.column_name as string, row]));
}

test("means, deviations, ends and gaps are DuckDB's", async () => {
  const theirs = await summarized();
  const ours = await summaries(LINES, { from: "jsonl" });
  for (const name of ["whole", "real", "gaps"]) {
    const own = theirs[name] as Record<string, unknown>;
    const { summary, nulls, rows } = ours[name] as NonNullable<(typeof ours)[string]>;
    const numbers = summary?.numbers as NonNullable<NonNullable<typeof summary>["numbers"]>;
    expect(numbers.mean).toBeCloseTo(Number(own.avg), 8);
    expect((numbers.deviation as number) / Number(own.std)).toBeCloseTo(1, 10);
    expect(numbers.least).toBe(Number(own.min));
    expect(numbers.greatest).toBe(Number(own.max));
    expect(rows).toBe(Number(own.count));
    expect((100 * nulls) / rows).toBeCloseTo(Number(`${own.null_percentage}`), 1);
  }
  expect(ours.text?.summary?.texts).toMatchObject({ least: theirs.text?.min, greatest: theirs.text?.max, count: 5000 });
});

test.each(["jsonl", "csv", "mlflow:split", "mlflow:records", "azureml:named", "parquet", "arrow"] as const)(
  "of %s are those of the values",
  async (to) => {
    const file = await converted(LINES, { from: "jsonl", to });
    const own = await summaries(file, { from: to as "csv" });
    const whole = ROWS.map(({ whole }) => whole);
    expect(own.whole?.summary?.numbers?.mean).toBeCloseTo(whole.reduce((a, b) => a + b, 0) / whole.length, 9);
    expect(own.whole?.summary?.distinct).toEqual({ count: new Set(whole).size });
    expect(own.every?.summary?.distinct).toEqual({ count: 5000 });
    const counts = new Map<string, number>();
    for (const { text } of ROWS) counts.set(text, (counts.get(text) ?? 0) + 1);
    const sorted = [...counts].sort(([, a], [, b]) => b - a);
    expect(own.text?.summary?.frequent).toEqual(sorted.map(([value, count]) => ({ value, count })));
    expect(own.flag?.summary?.frequent).toHaveLength(2);
    expect(own.gaps?.summary?.numbers?.count).toBe(ROWS.filter(({ gaps }) => gaps !== null).length);
  },
);

test("without it nothing is summed up", async () => {
  for (const { summary } of (await inspect([Buffer.from(LINES)], { from: "jsonl" })).columns) expect(summary).toBeUndefined();
});

test("different values are counted up to ten thousand, and then there are more", async () => {
  const lines = (count: number) => `n\n${Array.from({ length: count }, (_, i) => i).join("\n")}\n`;
  expect((await summaries(lines(10_000), { from: "csv" })).n?.summary).toMatchObject({ distinct: { count: 10_000 } });
  const { summary } = (await summaries(lines(10_001), { from: "csv" })).n as { summary?: object };
  expect(summary).toMatchObject({ distinct: { count: 10_000, more: true }, numbers: { count: 10_001, mean: 5000 } });
  expect(summary).not.toHaveProperty("frequent");
});

test("of tensors are those of all their cells, of several those of each", async () => {
  const tensor = (await inspect([Buffer.from('{"inputs":[[[1,2],[3,NaN]],[[5,null],[7,Infinity]]]}')], { summary: true })).columns[0];
  expect(tensor?.summary).toMatchObject({ numbers: { count: 5, least: 1, greatest: 7, mean: 3.6 }, distinct: { count: 6 } });
  const named = await summaries('{"inputs":{"a":[[1,2],[3,4]],"b":["x","y"]}}');
  expect(named.a?.summary?.numbers).toMatchObject({ count: 4, mean: 2.5 });
  expect(named.b?.summary?.frequent).toEqual([
    { value: "x", count: 1 },
    { value: "y", count: 1 },
  ]);
  // rows that they have not in common
  expect((await summaries('{"inputs":{"a":[1,2],"b":[1]}}')).a).not.toHaveProperty("summary");
});

test("whole numbers that no double holds are told apart", async () => {
  const { summary } = (
    await summaries('{"dataframe_split":{"columns":["a"],"data":[[9007199254740993],[9007199254740992],[9007199254740993]]}}')
  ).a as {
    summary?: object;
  };
  expect(summary).toMatchObject({
    distinct: { count: 2 },
    frequent: [
      { value: "9007199254740993", count: 2 },
      { value: "9007199254740992", count: 1 },
    ],
  });
});

test("of a delimited file they heed how it is read", async () => {
  const file = "1;-;x\n2;7;y\n";
  const own = await inspect([Buffer.from(file)], { from: "csv", header: false, delimiter: ";", na: ["-"], summary: true });
  expect(own.columns.map(({ name, dtype, nulls, summary }) => [name, dtype, nulls, summary?.numbers?.mean])).toEqual([
    ["0", "int64", 0, 1.5],
    ["1", "float64", 1, 7],
    ["2", "string", 0, undefined],
  ]);
  const exotic = await inspect([Buffer.from("made by hand\n# no row\na,b\n1,'x,y'\n")], {
    from: "csv",
    skipLines: 1,
    comment: "#",
    quote: "'",
  });
  expect(exotic.rows).toBe(1);
  expect(exotic.columns.map(({ name }) => name)).toEqual(["a", "b"]);
});

describe("a histogram", () => {
  test.each([
    ["small whole numbers", Array.from({ length: 1000 }, (_, i) => i % 50)],
    ["one number", [3.25, 3.25]],
    ["zeros and others", [0, 0, 1e-300, 5, -1e300]],
    ["normal ones", Array.from({ length: 3000 }, () => [0, 0, 0, 0, 0, 0].reduce((sum) => sum + next(), 0) - 3)],
    ["of all magnitudes", Array.from({ length: 3000 }, () => (next() - 0.5) * 10 ** (next() * 600 - 300))],
    ["least and greatest", [5e-324, Number.MAX_VALUE / 4, -Number.MAX_VALUE / 4, 1]],
  ])("of %s has each number in its bin", (_, numbers) => {
    const own = new Histogram();
    for (const number of numbers) own.add(number);
    const bins = own.bins;
    if (!bins) throw new Error("bins were expected");
    const { from, step, counts } = bins;
    expect(counts.length).toBeLessThanOrEqual(128);
    expect(Number.isInteger(Math.log2(step))).toBe(true);
    const first = Math.floor(from / step);
    const wanted = counts.map((_, i) => numbers.filter((number) => number >= (first + i) * step && number < (first + i + 1) * step).length);
    expect(counts).toEqual(wanted);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(numbers.length);
  });

  test("is drawn in bars", () => {
    expect(barsOf({ from: 0, step: 1, counts: [1, 2, 3, 4, 5, 6, 7, 8] }, 8)).toBe("▁▂▃▄▅▆▇█");
    expect(barsOf({ from: 0, step: 1, counts: [8, 0, 1, 0] }, 2)).toBe("█▁");
    expect(barsOf({ from: 0, step: 1, counts: [5] }, 12)).toBe("█");
  });

  test("of no number is none", () => {
    expect(new Histogram().bins).toBeUndefined();
  });
});
