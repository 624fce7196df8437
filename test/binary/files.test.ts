import { createWriteStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { DuckDBBlobValue, DuckDBInstance } from "@duckdb/node-api";
import {
  Table as ArrowTable,
  Field,
  Int32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  tableFromIPC,
  tableToIPC,
  Utf8,
  Vector,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { pack, unpack } from "../../src/binary/parquet/hybrid.js";
import { Pool } from "../../src/binary/parquet/pool.js";
import {
  Batch,
  type Column,
  convert,
  type DType,
  readBatches,
  type SplitOptions,
  split,
  type TypedArray,
  type WriteOptions,
  writeBatches,
} from "../../src/index.js";
import { ARRAYS } from "../support/feed.js";

const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

const TIMES: readonly DType[] = ["datetime64[D]", "datetime64[s]", "datetime64[ms]", "datetime64[us]", "datetime64[ns]"];
const DTYPES = [...Object.keys(ARRAYS), "string", "bytes", ...TIMES] as DType[];
const NAT = -(2n ** 63n);

/** A table as lists of cells, null where there is none. */
type Table = { name: string; dtype: DType; cells: (number | bigint | string | Uint8Array | null)[] }[];

function columnOf({ name, dtype, cells }: Table[number]): Column {
  const nothing = nothingIn(dtype);
  const values = cells.map((cell) => cell ?? nothing);
  const valid = cells.includes(null) ? { valid: Uint8Array.from(cells, (cell) => (cell === null ? 0 : 1)) } : {};
  if (dtype === "string" || dtype === "bytes") return { name, dtype, values: values as string[], shape: [], ...valid };
  const array = TIMES.includes(dtype) ? BigInt64Array : ARRAYS[dtype as "int8"];
  return { name, dtype, values: new array(values as never) as TypedArray, shape: [], ...valid };
}

function nothingIn(dtype: DType): number | bigint | string | Uint8Array {
  if (dtype === "string") return "";
  if (dtype === "bytes") return new Uint8Array();
  if (TIMES.includes(dtype)) return NAT;
  return dtype.startsWith("float") ? Number.NaN : dtype.endsWith("64") ? 0n : 0;
}

function batchesOf(table: Table, size: number): Batch[] {
  const rows = table[0]?.cells.length ?? 0;
  return Array.from({ length: Math.ceil(rows / size) }, (_, i) => {
    const columns = table.map((column) => columnOf({ ...column, cells: column.cells.slice(i * size, (i + 1) * size) }));
    return new Batch({ rowOffset: i * size, rowCount: Math.min(size, rows - i * size), columns, kind: "frame" });
  });
}

async function written(batches: Batch[], options: WriteOptions): Promise<Buffer> {
  const parts: Buffer[] = [];
  await pipeline(Readable.from(batches), writeBatches(options), async (bytes: AsyncIterable<Buffer>) => {
    for await (const part of bytes) parts.push(part);
  });
  return Buffer.concat(parts);
}

/** What batches hold: the table again. */
async function tableOf(source: string | Iterable<Uint8Array>, options = {}): Promise<Table> {
  const table: Table = [];
  for await (const { columns } of readBatches(source, options))
    columns.forEach(({ name, dtype, values, valid }, i) => {
      table[i] ??= { name, dtype, cells: [] };
      values.forEach((value, r) => void table[i]?.cells.push(valid?.[r] === 0 ? null : (value as number)));
    });
  return table;
}

function cell(g: fc.GeneratorValue, dtype: DType): number | bigint | string | Uint8Array {
  if (dtype === "bytes")
    return Uint8Array.from(
      g(
        fc.constantFrom,
        [],
        [0],
        [255, 254, 0, 128],
        [104, 105],
        Array.from({ length: 300 }, (_, i) => i % 256),
      ),
    );
  if (dtype === "datetime64[D]") return BigInt(g(fc.constantFrom, 0, 1, -1, 18262, -719162, 100000));
  if (dtype === "datetime64[s]") return BigInt(g(fc.constantFrom, 0, 1, -1, 1577836800, -62135596800));
  if (TIMES.includes(dtype))
    return g(fc.constantFrom, 0n, 1n, -1n, 1577836800123n, -1577836800123456n, dtype.includes("ns") ? 1577836800123456789n : 2n);
  if (dtype === "string")
    return g(fc.constantFrom, "", "a", "b", "long text, longer than sixteen bytes", "é", "日本", "\u{1f600}", '"q"', "0");
  if (dtype === "bool") return g(fc.nat, 1);
  if (dtype === "float32") return Math.fround(g(fc.constantFrom, 0, -0, 1.5, -2.25, 1e30, 0.1, Number.POSITIVE_INFINITY));
  if (dtype === "float64") return g(fc.constantFrom, 0, -0, 1.5, -2.25, 1e300, 0.1, 5e-324, Number.NEGATIVE_INFINITY);
  const bits = Number(/\d+/.exec(dtype)?.[0]);
  const signed = !dtype.startsWith("u");
  const few = g(fc.nat, 2) > 0;
  const top = signed ? 2n ** BigInt(bits - 1) - 1n : 2n ** BigInt(bits) - 1n;
  const bottom = signed ? -top - 1n : 0n;
  const value = few ? BigInt(g(fc.nat, 5)) : g(fc.bigInt, { min: bottom, max: top });
  return bits === 64 ? value : Number(value);
}

function table(g: fc.GeneratorValue): Table {
  const rows = g(fc.nat, 300);
  return Array.from({ length: g(fc.nat, 4) + 1 }, (_, i) => {
    const dtype = g(fc.constantFrom, ...DTYPES);
    const nulls = g(fc.nat, 2) === 0;
    const constant = g(fc.nat, 3) === 0 ? cell(g, dtype) : undefined;
    const cells = Array.from({ length: rows }, () => (nulls && g(fc.nat, 3) === 0 ? null : (constant ?? cell(g, dtype))));
    return { name: `c${i}`, dtype, cells };
  });
}

/** Parquet has no whole seconds. */
function inMilliseconds({ name, dtype, cells }: Table[number]): Table[number] {
  if (dtype !== "datetime64[s]") return { name, dtype, cells };
  return { name, dtype: "datetime64[ms]", cells: cells.map((time) => (time === null ? null : (time as bigint) * 1000n)) };
}

test("text that must be read twice comes from its file, and what was compressed does not", async () => {
  const text = Buffer.from('{"a":1}\n{"a":2,"b":"y"}\n');
  for (const bytes of [text, gzipSync(text)]) {
    const path = file(`twice-${bytes.length}`);
    writeFileSync(path, bytes);
    const parts: Buffer[] = [];
    const stream = convert({ from: "jsonl", to: "parquet", file: path });
    await pipeline(Readable.from([bytes], { objectMode: false }), stream, async (own: AsyncIterable<Buffer>) => {
      for await (const part of own) parts.push(part);
    });
    expect((await tableOf(parts)).map(({ name, cells }) => [name, cells])).toEqual([
      ["a", [1n, 2n]],
      ["b", [null, "y"]],
    ]);
  }
});

describe("what a conversion holds open", () => {
  const open = () => readdirSync("/proc/self/fd").length;
  const csv = Buffer.from(`a,b\n${Array.from({ length: 20_000 }, (_, i) => `${i},${i}`).join("\n")}\n`);

  test.runIf(existsSync("/proc/self/fd"))("is closed when its reader fails", async () => {
    const parquet = file("held.parquet");
    await pipeline(Readable.from([csv]), convert({ from: "csv", to: "parquet" }), createWriteStream(parquet));
    const failing = async (bytes: AsyncIterable<Buffer>) => {
      for await (const _ of bytes) throw new Error("no more");
    };
    for (const run of [
      () => pipeline(Readable.from([csv]), convert({ from: "csv", to: "npy" }), failing),
      () => pipeline(Readable.from(readBatches([csv], { from: "csv" })), writeBatches({ to: "npy" }), failing),
      () => pipeline(Readable.from([csv]), convert({ from: "csv", to: "oip" }), failing),
      () => pipeline(Readable.from([]), convert({ from: "parquet", to: "mlflow", file: parquet }), failing),
      () => splitAll(parquet, { to: "nonsense", maxRows: 3 }),
      () => splitAll(file("held.csv.zst"), { to: "mlflow", maxRows: 3 }),
    ]) {
      writeFileSync(file("held.csv.zst"), Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0, 0]));
      await run().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 20));
      const before = open();
      for (let i = 0; i < 8; i++) await expect(run()).rejects.toThrow();
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(open() - before, String(run)).toBeLessThan(4);
    }
  });

  async function splitAll(path: string, options: SplitOptions): Promise<void> {
    for await (const piece of split(path, options)) for await (const _ of piece);
  }
});

test("a dtype is asked for by name among all columns of a file, and not those that are read", async () => {
  const path = file("named.parquet");
  await pipeline(
    Readable.from([Buffer.from("a,b,constructor\n1,2,3\n")]),
    convert({ from: "csv", to: "parquet" }),
    createWriteStream(path),
  );
  expect((await tableOf(path, { columns: ["a"], dtype: { a: "int32", b: "float32" } })).map(({ dtype }) => dtype)).toEqual(["int32"]);
  expect((await tableOf(path, { dtype: { a: "int32" } })).map(({ dtype }) => dtype)).toEqual(["int32", "int64", "int64"]);
  await expect(tableOf(path, { dtype: { x: "int32" } })).rejects.toThrow(/there is no such column/);
});

describe("a table written and read again is the same", () => {
  test.each(["parquet", "arrow", "arrows"])(
    "as %s",
    async (to) => {
      await fc.assert(
        fc.asyncProperty(fc.gen(), async (g) => {
          const own = table(g);
          const options = {
            to,
            codec: g(fc.constantFrom, "snappy", "gzip", "zstd", "none") as "snappy",
            rowGroupRows: g(fc.constantFrom, 7, 64, 1000),
          };
          const bytes = await written(batchesOf(own, g(fc.constantFrom, 5, 50, 1000)), options);
          const again = await tableOf([bytes], { batchRows: g(fc.constantFrom, 3, 1000) });
          if (own[0]?.cells.length) expect(again).toEqual(to === "parquet" ? own.map(inMilliseconds) : own);
        }),
        { numRuns: 150 },
      );
    },
    60_000,
  );
});

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
        const own = table(g).filter(({ cells }) => cells.length > 0);
        if (own.length === 0) return;
        // DuckDB keeps parts of files it has read, by path: of one written anew in the same moment it would mix old and new
        const path = file(`ours-${runs++}.parquet`);
        writeFileSync(path, await written(batchesOf(own, 100), { to: "parquet", rowGroupRows: g(fc.constantFrom, 16, 1000) }));
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
        expect(text.split("\n")[62]).toBe("2020-03-02,2020-01-01T00:01:01.5,YjYx");
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
    await query(`COPY (SELECT 1.5::DECIMAL(20, 2) AS d) TO '${path}' (FORMAT parquet)`);
    await expect(tableOf(path)).rejects.toMatchObject({ code: "E_DTYPE" });
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

describe("arrow", () => {
  test.each(["arrow", "arrows"])("is what apache-arrow reads (%s)", async (to) => {
    const own: Table = [
      { name: "i", dtype: "int32", cells: [1, null, 3] },
      { name: "d", dtype: "float64", cells: [1.5, -0, null] },
      { name: "t", dtype: "string", cells: ["a", null, "日本"] },
      { name: "b", dtype: "bool", cells: [1, 0, 1] },
    ];
    const read = tableFromIPC(await written(batchesOf(own, 2), { to }));
    expect(read.numRows).toBe(3);
    expect([...(read.getChild("i") ?? [])]).toEqual([1, null, 3]);
    expect([...(read.getChild("d") ?? [])]).toEqual([1.5, -0, null]);
    expect([...(read.getChild("t") ?? [])]).toEqual(["a", null, "日本"]);
    expect([...(read.getChild("b") ?? [])]).toEqual([true, false, true]);
  });

  test("with text that is none is refused, and columns of one name are two", async () => {
    const text = makeData({
      type: new Utf8(),
      length: 2,
      nullCount: 0,
      valueOffsets: Int32Array.of(0, 1, 2),
      data: Uint8Array.of(0xff, 0x61),
    });
    const own = (columns: Record<string, Vector>) => tableToIPC(new ArrowTable(columns), "stream");
    await expect(tableOf([own({ a: new Vector([text]) })])).rejects.toMatchObject({ code: "E_UTF8" });
    // the metadata of other extensions is no JSON, or none of ours
    const odd = ["", "no JSON", '{"shape":[1]}'].map(
      (said) =>
        new Map([
          ["ARROW:extension:name", "arrow.uuid"],
          ["ARROW:extension:metadata", said],
        ]),
    );
    for (const metadata of odd) {
      const schema = new Schema([new Field("a", new Int32(), true, metadata)]);
      const data = makeData({
        type: new Struct(schema.fields),
        length: 1,
        nullCount: 0,
        children: [vectorFromArray([1], new Int32()).data[0] as never],
      });
      const bytes = tableToIPC(new ArrowTable([new RecordBatch(schema, data)]), "stream");
      expect((await tableOf([bytes])).map(({ cells }) => cells)).toEqual([[1]]);
    }
    const names = new Schema([new Field("a", new Int32()), new Field("a", new Int32())]);
    const [a, b] = [vectorFromArray([1, 2], new Int32()), vectorFromArray([3, 4], new Int32())];
    const struct = makeData({
      type: new Struct(names.fields),
      length: 2,
      nullCount: 0,
      children: [a.data[0] as never, b.data[0] as never],
    });
    const twins = tableToIPC(new ArrowTable([new RecordBatch(names, struct)]), "stream");
    expect((await tableOf([twins])).map(({ cells }) => cells)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test("damaged anywhere it is refused or read, and never hangs", async () => {
    const own: Table = [
      { name: "a", dtype: "int32", cells: [1, null, 3] },
      { name: "s", dtype: "string", cells: ["a", "b", null] },
    ];
    for (const from of ["arrow", "arrows"])
      for (const bit of [1, 0x55, 0x80]) {
        const bytes = await written(batchesOf(own, 2), { to: from });
        for (let at = 8; at < bytes.length; at++) {
          const bad = Buffer.from(bytes);
          bad[at] = (bad[at] as number) ^ bit;
          await tableOf([bad], { from }).catch((error) => expect(error.code, `${at}: ${error.stack}`).toMatch(/^E_/));
        }
      }
  }, 60_000);

  test("cut short it is refused", async () => {
    const own: Table = [{ name: "i", dtype: "int32", cells: Array.from({ length: 100 }, (_, i) => i) }];
    for (const to of ["arrow", "arrows"]) {
      const bytes = await written(batchesOf(own, 100), { to });
      await expect(tableOf([bytes.subarray(0, bytes.length >> 1)]), to).rejects.toMatchObject({
        code: expect.stringMatching(/E_(TRUNCATED|SYNTAX)/),
      });
    }
  });
});

describe("npy", () => {
  const npy = (descr: string, fortran: boolean, shape: string, cells: Buffer) => {
    const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': ${shape}, }`
      .padEnd(118)
      .replace(/ $/, "\n");
    const header = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${text}`, "latin1");
    return Buffer.concat([header, cells]);
  };
  const doubles = (...values: number[]) => Buffer.from(Float64Array.from(values).buffer);

  test("of any order and byte order is one tensor", async () => {
    const shape = "(2, 3)";
    const rows = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    const big = doubles(1, 2, 3, 4, 5, 6).swap64();
    for (const bytes of [
      npy("<f8", false, shape, doubles(1, 2, 3, 4, 5, 6)),
      npy("<f8", true, shape, doubles(1, 4, 2, 5, 3, 6)),
      npy(">f8", false, shape, big),
    ])
      for (const batchRows of [1, 10]) {
        const found: unknown[] = [];
        for await (const batch of readBatches([bytes], { batchRows })) {
          const tensor = batch.tensor();
          for (let r = 0; r < batch.rowCount; r++) found.push([0, 1, 2].map((c) => tensor.get(r, c)));
        }
        expect(found).toEqual(rows);
      }
  });

  test.each(["|b1", "<i2", ">u4", "<f2", "<U3", "|S2"])("of %s", async (descr) => {
    const cells: Record<string, [Buffer, unknown[]]> = {
      "|b1": [Buffer.of(1, 0), [1, 0]],
      "<i2": [Buffer.from(Int16Array.of(-2, 300).buffer), [-2, 300]],
      ">u4": [Buffer.from(Uint32Array.of(7, 4e9).buffer).swap32(), [7, 4e9]],
      "<f2": [Buffer.from(Uint16Array.of(0x3e00, 0xfc00).buffer), [1.5, Number.NEGATIVE_INFINITY]],
      "<U3": [Buffer.from(Uint32Array.of(0x61, 0x1f600, 0, 0x62, 0, 0).buffer), ["a\u{1f600}", "b"]],
      "|S2": [Buffer.from("xyz\0"), ["xy", "z"]],
    };
    const [bytes, expected] = cells[descr] as [Buffer, unknown[]];
    for await (const { columns } of readBatches([npy(descr, false, "(2,)", bytes)]))
      expect([...(columns[0]?.values ?? [])]).toEqual(expected);
  });

  test("is written with its shape, to a pipe as to a file", async () => {
    const bytes = await written(
      batchesOf(
        [
          { name: "a", dtype: "float64", cells: [1, 2, 3] },
          { name: "b", dtype: "float64", cells: [4, 5, 6] },
        ],
        2,
      ),
      { to: "npy" },
    );
    expect(bytes.toString("latin1", 0, 200)).toMatch(/NUMPY.*'descr': '<f8', 'fortran_order': False, 'shape': \(3, 2\), \}/s);
    for await (const batch of readBatches([bytes])) expect([...(batch.columns[0]?.values ?? [])]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  test("of text is as wide as the longest", async () => {
    const cells = ["", "a", "\u{1f600}\0b", "日本", "q".repeat(300_000), "é"];
    const own: Table = [
      { name: "a", dtype: "string", cells },
      { name: "b", dtype: "string", cells: [...cells].reverse() },
    ];
    for (const size of [1, 4, 100]) {
      const bytes = await written(batchesOf(own, size), { to: "npy" });
      expect(bytes.toString("latin1", 0, 200)).toContain("'descr': '<U300000', 'fortran_order': False, 'shape': (6, 2)");
      expect((await tableOf([bytes], { batchRows: 2 }))[0]?.cells).toEqual(cells.flatMap((cell, i) => [cell, cells[5 - i]]));
      expect(await tableOf([await written(batchesOf(own, size), { to: "npz" })])).toEqual(own);
    }
    // texts by themselves and of a dictionary, which have no strings yet
    const csv = Buffer.from("t\nx\nlonger\nx\n");
    for (const dictionary of [false, true]) {
      const parts: Uint8Array[] = [];
      const batches = readBatches([csv], { from: "csv", dictionary, batchRows: 2 });
      await pipeline(Readable.from(batches), writeBatches({ to: "npy" }), async (bytes: AsyncIterable<Uint8Array>) => {
        for await (const part of bytes) parts.push(part);
      });
      expect((await tableOf(parts))[0]?.cells).toEqual(["x", "longer", "x"]);
    }
  });

  test("has no null in its text, no zero at the end, and no numbers beside it", async () => {
    const refused = (cells: Table[number]["cells"], more: Table = []) =>
      expect(written(batchesOf([{ name: "t", dtype: "string", cells }, ...more], 2), { to: "npy" })).rejects;
    await refused(["a", "b", null]).toMatchObject({ code: "E_DTYPE", message: expect.stringContaining('row 2, column "t" is null') });
    await refused(["a", "b\0"]).toMatchObject({ code: "E_DTYPE", message: expect.stringContaining("row 1") });
    await refused(["a", "\ud800"]).toMatchObject({ code: "E_UTF8" });
    await refused(["a"], [{ name: "n", dtype: "int8", cells: [1] }]).toMatchObject({
      code: "E_DTYPE",
      message: expect.stringContaining("npz"),
    });
    const bad = npy("|S2", false, "(2,)", Buffer.from("ab\xff\xff", "latin1"));
    await expect(tableOf([bad], { batchRows: 1 })).rejects.toMatchObject({ code: "E_UTF8", message: expect.stringContaining("cell 1") });
    expect((await tableOf([npy("<U0", false, "(2,)", Buffer.alloc(0))]))[0]?.cells).toEqual(["", ""]);
  });

  test("that is damaged is refused with its place", async () => {
    const good = npy("<f8", false, "(2, 3)", doubles(1, 2, 3, 4, 5, 6));
    for (const [bytes, code] of [
      [good.subarray(0, good.length - 1), "E_TRUNCATED"],
      [Buffer.concat([good, Buffer.of(0)]), "E_TRAILING"],
      [good.subarray(0, 20), "E_SYNTAX"],
      [npy("<f8", false, "(2, x)", doubles(1)), "E_SYNTAX"],
      [npy("|O", false, "(1,)", doubles(1)), "E_DTYPE"],
    ] as const)
      await expect(tableOf([bytes]), code).rejects.toMatchObject({ code });
  });

  test("in an npz there is one for each column", async () => {
    const own: Table = [
      { name: "a", dtype: "int64", cells: [1n, 2n] },
      { name: "b", dtype: "float32", cells: [0.5, 1] },
    ];
    for (const codec of ["none", "gzip"] as const) {
      const bytes = await written(batchesOf(own, 1), { to: "npz", codec });
      expect(await tableOf([bytes])).toEqual(own);
      expect(await tableOf([bytes], { columns: ["b"] })).toEqual([own[1]]);
      await expect(tableOf([bytes.subarray(0, bytes.length - 30)])).rejects.toMatchObject({
        code: expect.stringMatching(/E_(TRUNCATED|SYNTAX)/),
      });
    }
  });
});
