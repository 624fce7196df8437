// Parquet, with DuckDB at the other end.
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { DuckDBBlobValue, DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { pack, unpack } from "../../src/binary/parquet/hybrid.js";
import { Pool } from "../../src/binary/parquet/pool.js";
import { convert } from "../../src/index.js";
import { written } from "../support/binary-samples.js";
import { drawing } from "../support/draw.js";
import { batchesOf, type Table, TIMES, table, tableOf } from "../support/typed-tables.js";

const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

describe("parquet", () => {
  const duckdb = DuckDBInstance.create(":memory:").then((instance) => instance.connect());
  const query = async (sql: string) => (await (await duckdb).runAndReadAll(sql)).getColumns();
  const plain = (value: unknown) => (typeof value === "boolean" ? Number(value) : value instanceof DuckDBBlobValue ? value.bytes : value);
  /** DuckDB's values of dates and times, of which each has one number. */
  const timeOf = (value: unknown) =>
    value === null ? null : BigInt(Object.values(value as Record<string, number | bigint>).find((part) => typeof part !== "object") ?? 0);

  test("is what DuckDB reads, value by value, with its statistics", async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const draw = drawing(g);
        const own = table(draw).filter(({ cells }) => cells.length > 0);
        if (own.length === 0) return;
        // DuckDB keeps parts of files it has read, by path: of one written anew in the same moment it would mix old and new
        const path = file(`ours-${runs++}.parquet`);
        writeFileSync(path, await written(batchesOf(own, 100), { to: "parquet", rowGroupRows: draw.pick([16, 1000]) }));
        const columns = await query(`SELECT * FROM '${path}'`);
        own.forEach(({ cells, dtype }, i) => {
          const found = columns[i]?.map(plain) as unknown[];
          // it has milliseconds as microseconds
          const factor = dtype === "datetime64[s]" ? 1_000_000n : dtype === "datetime64[ms]" ? 1000n : 1n;
          const as = (value: unknown) =>
            value === null
              ? value
              : dtype.endsWith("int64")
                ? BigInt(value as number)
                : value instanceof Uint8Array
                  ? Buffer.from(value).toString("hex")
                  : value;
          if (TIMES.includes(dtype)) {
            const times = cells.map((time) => (time === null ? null : (time as bigint) * factor));
            expect(found.map(timeOf), dtype).toEqual(times);
            return;
          }
          expect(found.map(as), `${dtype}`).toEqual(cells.map(as));
        });
        // filters go by the ends of row groups
        for (const { name, cells, dtype } of own) {
          const some = cells.find((value) => value !== null && Number.isFinite(Number(value)));
          if (some === undefined || dtype === "bool" || dtype === "bytes" || TIMES.includes(dtype)) continue;
          const literal =
            dtype === "string"
              ? `'${(some as string).replaceAll("'", "''")}'`
              : `${some}::${dtype.startsWith("float") ? (dtype === "float32" ? "FLOAT" : "DOUBLE") : "HUGEINT"}`;
          const [[count]] = (await query(`SELECT count(*) FROM '${path}' WHERE ${name} = ${literal}`)) as [[bigint]];
          expect(Number(count), `${name} = ${some}`).toBe(cells.filter((value) => value === some || (value === 0 && some === 0)).length);
        }
      }),
      { numRuns: 60, endOnFailure: true },
    );
  }, 60_000);

  test.each(["snappy", "zstd", "gzip", "uncompressed", "brotli", "lz4_raw"])(
    "of DuckDB's is read, in both versions of its pages (%s)",
    async (codec) => {
      for (const version of ["V1", "V2"]) {
        const path = file(`duck-${codec}-${version}.parquet`);
        await query(
          `COPY (SELECT i AS id, i % 7 AS few, (i * 7919) % 1000003 AS many, i / 8 AS d, (i % 3 = 0) AS b, CASE WHEN i % 5 = 0 THEN NULL ELSE i END AS n, 'text ' || (i % 11) AS t, 'own ' || i AS u, (i % 100)::FLOAT AS f, (i % 200 - 100)::TINYINT AS tiny, DATE '2020-01-01' + (i % 400)::INTEGER AS day, TIMESTAMP '2020-01-01 00:00:00.5' + INTERVAL (i) SECOND AS at, ('b' || i)::BLOB AS raw FROM range(5000) t(i)) TO '${path}' (FORMAT parquet, COMPRESSION ${codec}, PARQUET_VERSION ${version}, ROW_GROUP_SIZE 2048)`,
        );
        const found = await tableOf(path);
        const rows = Array.from({ length: 5000 }, (_, i) => i);
        const cells = Object.fromEntries(found.map(({ name, cells: own }) => [name, own]));
        expect(found.map(({ name, dtype }) => `${name} ${dtype}`)).toEqual([
          "id int64",
          "few int64",
          "many int64",
          "d float64",
          "b bool",
          "n int64",
          "t string",
          "u string",
          "f float32",
          "tiny int8",
          "day datetime64[D]",
          "at datetime64[us]",
          "raw bytes",
        ]);
        expect(cells.id).toEqual(rows.map(BigInt));
        expect(cells.few).toEqual(rows.map((i) => BigInt(i % 7)));
        expect(cells.many).toEqual(rows.map((i) => BigInt((i * 7919) % 1000003)));
        expect(cells.d).toEqual(rows.map((i) => i / 8));
        expect(cells.b).toEqual(rows.map((i) => Number(i % 3 === 0)));
        expect(cells.n).toEqual(rows.map((i) => (i % 5 === 0 ? null : BigInt(i))));
        expect(cells.t).toEqual(rows.map((i) => `text ${i % 11}`));
        expect(cells.u).toEqual(rows.map((i) => `own ${i}`));
        expect(cells.f).toEqual(rows.map((i) => i % 100));
        expect(cells.tiny).toEqual(rows.map((i) => (i % 200) - 100));
        expect(cells.day?.[31]).toBe(BigInt(Date.UTC(2020, 1, 1) / 86_400_000));
        expect(cells.at?.[61]).toBe(BigInt(Date.UTC(2020, 0, 1, 0, 1, 1, 500)) * 1000n);
        expect(cells.raw?.[12]).toEqual(Uint8Array.from(Buffer.from("b12")));
        const text = await converted(path, { from: "parquet", to: "csv", columns: ["day", "at", "raw"] });
        expect(text.split("\n")[62]).toBe("2020-03-02,2020-01-01T00:01:01.500000,YjYx");
      }
    },
  );

  test("packs places of any width, less any base, and in runs", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 24 }),
        fc.integer({ min: -9, max: 9 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(200)), { maxLength: 12 }),
        (width, base, parts) => {
          const places = parts.flatMap(([value, times]) => Array.from({ length: times }, () => value % 2 ** width));
          const bytes = pack(
            Int32Array.from(places, (place) => place + base),
            base,
            width,
          );
          const out = new Int32Array(places.length + 8);
          if (!unpack(bytes, 0, bytes.length, width, places.length, out)) out.fill(1, 0, places.length);
          expect([...out.subarray(0, places.length)]).toEqual(places);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("goes to every form, and its columns can be chosen and renamed", async () => {
    const path = file("chosen.parquet");
    await query(`COPY (SELECT 1 AS age, 2.5::DOUBLE AS chol, 'm' AS sex UNION ALL SELECT 2, NULL, 'f') TO '${path}' (FORMAT parquet)`);
    expect(await converted(path, { from: "parquet", to: "mlflow:records" })).toBe(
      '{"dataframe_records":[{"age":1,"chol":2.5,"sex":"m"},{"age":2,"chol":null,"sex":"f"}]}',
    );
    expect(await converted(path, { from: "parquet", to: "csv", columns: ["sex", "age"] })).toBe("sex,age\nm,1\nf,2\n");
    expect((await tableOf(path, { columns: { years: "age" } })).map(({ name, cells }) => [name, cells])).toEqual([["years", [1, 2]]]);
    await expect(tableOf(path, { columns: ["ago"] })).rejects.toThrow(/no column "ago"; did you mean age/);
  });

  test("has no ends where there is a NaN, so that no reader passes over rows, and zeros of both signs elsewhere", async () => {
    const own: Table = [
      { name: "nan", dtype: "float64", cells: [1, Number.NaN, 9] },
      { name: "zero", dtype: "float64", cells: [0, null, 0] },
      { name: "none", dtype: "float32", cells: [null, null, null] },
    ];
    const path = file("ends.parquet");
    writeFileSync(path, await written(batchesOf(own, 3), { to: "parquet" }));
    const ends = await query(
      `SELECT path_in_schema, stats_min_value, stats_max_value, stats_null_count FROM parquet_metadata('${path}') ORDER BY column_id`,
    );
    expect(ends).toEqual([
      ["nan", "zero", "none"],
      [null, "-0.0", null],
      [null, "0.0", null],
      [0n, 1n, 3n],
    ]);
    for (const [filter, count] of [
      ["nan > 5", 2n], // NaN is the greatest there
      ["nan = 9", 1n],
      ["nan = 'NaN'::DOUBLE", 1n],
      ["zero = 0", 2n],
      ["none IS NULL", 3n],
    ] as const)
      expect(await query(`SELECT count(*) FROM '${path}' WHERE ${filter}`), filter).toEqual([[count]]);
  });

  test("is refused with its code when it is damaged", async () => {
    const path = file("whole.parquet");
    const own: Table = [{ name: "a", dtype: "int64", cells: Array.from({ length: 1000 }, (_, i) => BigInt(i * 1000003)) }];
    const bytes = await written(batchesOf(own, 1000), { to: "parquet" });
    for (const length of [bytes.length - 1, bytes.length >> 1, 7, 4]) {
      writeFileSync(path, bytes);
      truncateSync(path, length);
      await expect(tableOf(path), `${length}`).rejects.toMatchObject({ code: "E_TRUNCATED" });
    }
    const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
    const bad = Buffer.from(bytes);
    bad.fill(0xff, footer, footer + 12);
    await expect(tableOf([bad])).rejects.toMatchObject({ code: "E_SYNTAX" });
    const long = Buffer.from(bytes);
    long.writeUInt32LE(0x7fffffff, bytes.length - 8);
    await expect(tableOf([long])).rejects.toMatchObject({ code: "E_SYNTAX" });
    await expect(tableOf([Buffer.from("{}")], { from: "parquet" })).rejects.toMatchObject({ code: "E_SYNTAX" });
    await query(`COPY (SELECT INTERVAL 1 MONTH AS d) TO '${path}' (FORMAT parquet)`);
    await expect(tableOf(path)).rejects.toMatchObject({ code: "E_DTYPE", message: expect.stringContaining("INTERVAL") });
  });

  test("gives decimals that a double does not hold as their digits", async () => {
    const path = file("decimal.parquet");
    await query(`COPY (SELECT 1.5::DECIMAL(20, 2) AS d UNION ALL SELECT 12345678901234567.89) TO '${path}' (FORMAT parquet)`);
    expect(await tableOf(path)).toEqual([{ name: "d", dtype: "string", cells: ["1.50", "12345678901234567.89"] }]);
  });

  test("memory that goes round is its own, and no more than goes round", () => {
    const pool = new Pool(true);
    const own = pool.take(64);
    pool.retire(new Uint8Array(own));
    pool.retire(new Uint8Array(64)); // somebody else's
    expect(pool.take(64)).not.toBe(own); // a batch may still have it
    pool.advance();
    expect(pool.take(48)).toBe(own);
    pool.retire(new Uint8Array(own));
    pool.retire(new Uint8Array(own)); // once is enough
    pool.advance();
    expect([pool.take(64), pool.take(64)].filter((some) => some === own)).toHaveLength(1);
    const kept = new Pool(false);
    const cells = kept.take(8);
    kept.retire(new Uint8Array(cells));
    kept.advance();
    expect(kept.take(8)).not.toBe(cells);
  });

  test("damaged anywhere, it is refused or read, and never hangs", async () => {
    const own: Table = [
      { name: "a", dtype: "int64", cells: Array.from({ length: 500 }, (_, i) => BigInt(i % 9)) },
      { name: "s", dtype: "string", cells: Array.from({ length: 500 }, (_, i) => (i % 4 ? `t${i % 5}` : null)) },
    ];
    const bytes = await written(batchesOf(own, 500), { to: "parquet", codec: "none" });
    for (let at = 4; at < bytes.length - 8; at += 3) {
      const bad = Buffer.from(bytes);
      bad[at] = (bad[at] as number) ^ 0x55;
      await tableOf([bad]).catch((error) => expect(error.code, `${at}: ${error.stack}`).toMatch(/^E_/));
    }
  }, 30_000);
});

async function converted(path: string, options: Parameters<typeof convert>[0]): Promise<string> {
  let text = "";
  for await (const part of Readable.from([readFileSync(path)]).pipe(convert(options))) text += part;
  return text;
}
