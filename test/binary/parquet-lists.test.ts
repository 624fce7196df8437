// Parquet's lists, with DuckDB at the other end.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { Batch, type ColumnLike as Column, convert, type DType, readBatches, type TypedArray, writeBatches } from "../../src/index.js";
import { type Draw, drawing } from "../support/draw.js";
import { ARRAYS } from "../support/feed.js";
import { type Nested as NestedOf, nestedIn } from "../support/nested.js";
import { same } from "../support/same.js";

const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const duckdb = DuckDBInstance.create(":memory:").then((instance) => instance.connect());
const query = async (sql: string) => (await (await duckdb).runAndReadAll(sql)).getColumns();
let files = 0;
/** DuckDB remembers a file by its path. */
const fresh = () => join(folder, `${files++}.parquet`);

type Nested = NestedOf<number | string>;

/** Rows of nested lists. */
function nestedOf(column: Column, rows: number): Nested[] {
  return nestedIn(column, rows, (value) => (typeof value === "bigint" ? Number(value) : (value as number | string)));
}

async function read(source: string | Uint8Array[], options = {}): Promise<Record<string, Nested[]>> {
  const found: Record<string, Nested[]> = {};
  for await (const { columns, rowCount } of readBatches(source, options))
    for (const column of columns) (found[column.name] ??= []).push(...nestedOf(column, rowCount));
  return found;
}

async function written(batches: Batch[], rowGroupRows: number): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of Readable.from(batches).pipe(writeBatches({ to: "parquet", rowGroupRows }))) parts.push(part as Buffer);
  const path = fresh();
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

const CELLS: Readonly<Record<string, readonly (number | string | bigint)[]>> = {
  int8: [0, 1, -128, 127],
  uint16: [0, 1, 65535],
  int64: [0n, 7n, -(2n ** 53n)],
  float32: [0.5, -1.25, 1e6],
  float64: [0.1, -1e300, 3],
  bool: [0, 1],
  string: ["", "a", "long text, longer than sixteen bytes", "日本"],
};

function column({ pick, upTo }: Draw, name: string, rows: number): Column {
  const dtype = pick(Object.keys(CELLS)) as DType;
  const shape = Array.from({ length: upTo(3) }, () => pick([1, 2, 3, 5, 0]));
  const cells = rows * shape.reduce((a, b) => a * b, 1);
  const values = Array.from({ length: cells }, () => pick(CELLS[dtype] as readonly (number | string | bigint)[]));
  const valid = Uint8Array.from({ length: cells }, () => (upTo(3) === 0 ? 0 : 1));
  const own = dtype === "string" ? (values as string[]) : (new ARRAYS[dtype as "int8"](values as never) as TypedArray);
  return { name, dtype, shape, values: own, ...(upTo(1) === 1 && valid.includes(0) && { valid }) };
}

function slice(own: Column, from: number, to: number): Column {
  const perRow = own.shape.reduce((a, b) => a * b, 1);
  const [start, end] = [from * perRow, to * perRow];
  return { ...own, values: own.values.slice(start, end) as TypedArray, ...(own.valid && { valid: own.valid.slice(start, end) }) };
}

describe("lists in parquet", () => {
  test("are what DuckDB reads of ours, and what comes back", async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const draw = drawing(g);
        const { pick, upTo } = draw;
        const rows = upTo(60) + 1;
        const columns = Array.from({ length: upTo(2) + 1 }, (_, i) => column(draw, `c${i}`, rows));
        const step = pick([7, 100]);
        const batches = Array.from({ length: Math.ceil(rows / step) }, (_, i) => {
          const [from, to] = [i * step, Math.min(rows, (i + 1) * step)];
          return new Batch({ rowOffset: from, rowCount: to - from, columns: columns.map((own) => slice(own, from, to)), kind: "frame" });
        });
        const path = await written(batches, pick([5, 64, 1000]));
        const expected = Object.fromEntries(columns.map((own) => [own.name, nestedOf(own, rows)]));
        same(await read(path, { batchRows: pick([3, 1000]) }), expected);
        const texts = await query(`SELECT ${columns.map(({ name }) => `to_json(${name})::VARCHAR`).join(", ")} FROM '${path}'`);
        const plain = (value: Nested): Nested =>
          Array.isArray(value) ? value.map(plain) : typeof value === "boolean" ? Number(value) : value;
        texts.forEach((column, i) => {
          same(
            column.map((text) => (text === null ? null : plain(JSON.parse(text as string)))),
            expected[`c${i}`],
          );
        });
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  test.each(["V1", "V2"])(
    "of DuckDB's are read (pages %s)",
    async (version) => {
      for (const codec of ["snappy", "uncompressed"]) {
        const path = fresh();
        await query(
          `COPY (SELECT i AS id, [i, i + 1, NULL] AS three, CASE WHEN i % 5 = 0 THEN NULL ELSE [i / 2] END AS gaps, [['a' || i % 7, 'b'], ['c', NULL]] AS texts, [[i::FLOAT]]::FLOAT[1][] AS fixed, []::INTEGER[] AS none, list_transform(range(300), x -> x + i)::SMALLINT[] AS long FROM range(3000) t(i)) TO '${path}' (FORMAT parquet, COMPRESSION ${codec}, PARQUET_VERSION ${version}, ROW_GROUP_SIZE 2048)`,
        );
        const rows = Array.from({ length: 3000 }, (_, i) => i);
        same(await read(path, { batchRows: 999 }), {
          id: rows,
          three: rows.map((i) => [i, i + 1, null]),
          gaps: rows.map((i) => (i % 5 === 0 ? null : [i / 2])),
          texts: rows.map((i) => [
            [`a${i % 7}`, "b"],
            ["c", null],
          ]),
          fixed: rows.map((i) => [[i]]),
          none: rows.map(() => []),
          long: rows.map((i) => Array.from({ length: 300 }, (_, x) => x + i)),
        });
      }
    },
    30_000,
  );

  test("of any length, and null at any depth, are what DuckDB has, and come back", async () => {
    for (const [select, expected] of [
      ["SELECT CASE WHEN i = 2 THEN [1] ELSE [1, 2] END AS x FROM range(5) t(i)", [[1, 2], [1, 2], [1], [1, 2], [1, 2]]],
      [
        "SELECT [[1, 2], [i]] AS x FROM range(2) t(i)",
        [
          [[1, 2], [0]],
          [[1, 2], [1]],
        ],
      ],
      [
        "SELECT [[1], NULL, [], [NULL]] AS x FROM range(2) t(i)",
        [
          [[1], null, [], [null]],
          [[1], null, [], [null]],
        ],
      ],
      ["SELECT NULL::INTEGER[] AS x FROM range(2) t(i)", [null, null]],
      [
        "SELECT CASE i WHEN 0 THEN NULL WHEN 1 THEN [] WHEN 2 THEN [NULL] ELSE [NULL, i] END AS x FROM range(4) t(i)",
        [null, [], [null], [null, 3]],
      ],
      [
        "SELECT CASE i WHEN 0 THEN NULL WHEN 1 THEN [NULL, NULL] ELSE ['é', repeat('x', 5000)] END AS x FROM range(3) t(i)",
        [null, [null, null], ["é", "x".repeat(5000)]],
      ],
    ] as [string, Nested[]][]) {
      const path = fresh();
      await query(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
      expect((await read(path)).x, select).toEqual(expected);
      for (const to of ["parquet", "arrow", "arrows"] as const) {
        const parts: Buffer[] = [];
        for await (const part of Readable.from([readFileSync(path)]).pipe(convert({ from: "parquet", to }))) parts.push(part as Buffer);
        expect((await read(parts, { from: to })).x, `${select} to ${to}`).toEqual(expected);
        if (to !== "parquet") continue;
        const own = fresh();
        writeFileSync(own, Buffer.concat(parts));
        const [texts] = await query(`SELECT to_json(x)::VARCHAR FROM '${own}'`);
        expect(texts?.map((text) => (text === null ? null : JSON.parse(text as string)))).toEqual(expected);
      }
    }
    const path = fresh();
    await query(
      `COPY (SELECT CASE WHEN i % 7 = 0 THEN NULL ELSE list_transform(range(i % 5), x -> x + i) END AS x, i AS id FROM range(30000) t(i)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`,
    );
    const rows = Array.from({ length: 30_000 }, (_, i) => (i % 7 === 0 ? null : Array.from({ length: i % 5 }, (_, x) => x + i)));
    same((await read(path, { batchRows: 777 })).x, rows);
    const parts: Buffer[] = [];
    const through = convert({ from: "parquet", to: "parquet", rowGroupRows: 5000 });
    for await (const part of Readable.from([readFileSync(path)]).pipe(through)) parts.push(part as Buffer);
    same((await read(parts)).x, rows);
  }, 60_000);

  test("are read page by page, wherever a row begins, and null before there is one", async () => {
    const path = fresh();
    const count = 200_000;
    await query(
      `COPY (SELECT i AS id, CASE WHEN i < 150000 THEN NULL ELSE [i, -i, NULL] END AS x, 'text ' || i AS own, 'text ' || i % 5 AS few FROM range(${count}) t(i)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 1000000)`,
    );
    const found = await read(path, { batchRows: 777 });
    const rows = Array.from({ length: count }, (_, i) => i);
    same(found, {
      id: rows,
      x: rows.map((i) => (i < 150_000 ? null : [i, -i, null])),
      own: rows.map((i) => `text ${i}`),
      few: rows.map((i) => `text ${i % 5}`),
    });
    for (const dictionary of [false, true])
      for await (const { columns, rowCount } of readBatches(path, { columns: ["few", "own"], dictionary, batchRows: 100_000 })) {
        const [few, own] = columns.map(({ texts }) => texts);
        expect(few?.codes?.length).toBe(dictionary ? rowCount : undefined);
        expect(few?.offsets.length).toBe(dictionary ? 6 : rowCount + 1);
        if (!dictionary) expect(few?.bytes.length).toBe(6 * rowCount);
        expect(own?.offsets.length).toBeGreaterThan(0);
      }
  }, 30_000);

  test("of one name are two, and pages without values none", async () => {
    const path = fresh();
    await query(`COPY (SELECT [i, 1] AS a, [i] AS "A" FROM range(3) t(i)) TO '${path}' (FORMAT parquet)`);
    // DuckDB writes no two columns of one name: the second's is changed in the file
    const bytes = readFileSync(path);
    for (let at = bytes.indexOf("A"); at >= 0; at = bytes.indexOf("A", at + 1))
      if (bytes.toString("latin1", at - 1, at) === "\x01") bytes[at] = 0x61;
    const found: Nested[][] = [];
    for await (const { columns, rowCount } of readBatches([bytes])) found.push(...columns.map((own) => nestedOf(own, rowCount)));
    expect(found).toEqual([
      [
        [0, 1],
        [1, 1],
        [2, 1],
      ],
      [[0], [1], [2]],
    ]);
  });

  test("damaged anywhere, they are refused or read, and never hang", async () => {
    const cells = Array.from({ length: 600 }, (_, i) => BigInt(i % 9));
    const own: Column = { name: "a", dtype: "int64", shape: [2, 3], values: BigInt64Array.from(cells) };
    const valid = Uint8Array.from({ length: 200 }, (_, i) => Number(i % 3 > 0));
    const gaps: Column = { name: "b", dtype: "float32", shape: [2], values: new Float32Array(200), valid };
    const bytes = readFileSync(await written([new Batch({ rowOffset: 0, rowCount: 100, columns: [own, gaps], kind: "frame" })], 64));
    for (let at = 4; at < bytes.length - 8; at++) {
      const bad = Buffer.from(bytes);
      bad[at] = (bad[at] as number) ^ 0x55;
      await read([bad]).catch((error) => expect(error.code, `${at}: ${error.stack}`).toMatch(/^E_/));
    }
  }, 30_000);

  test("go from JSON into a file, and are the same JSON again", async () => {
    const text = '{"dataframe_split":{"columns":["id","image"],"data":[[1,[[0,1],[2,3]]],[2,[[4,5],[6,7]]]]}}';
    const through = async (bytes: Buffer, from: string, to: string) => {
      const parts: Buffer[] = [];
      for await (const part of Readable.from([bytes]).pipe(convert({ from, to, dtype: "int32" }))) parts.push(part as Buffer);
      return Buffer.concat(parts);
    };
    const parquet = await through(Buffer.from(text), "mlflow:split", "parquet");
    expect((await through(parquet, "parquet", "mlflow:split")).toString()).toBe(text);
  });
});
