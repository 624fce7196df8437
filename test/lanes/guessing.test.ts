// What a column is, where nobody said: from all of its cells, in one pass as long as the first rows told the truth.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterAll, describe, expect, test } from "vitest";
import { type ConvertOptions, convert, readBatches } from "../../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** More bytes than are looked at before dtypes are guessed. */
const MANY = 30_000;
const rows = (first: (i: number) => string, last: string) =>
  `id,x\n${Array.from({ length: MANY }, (_, i) => `${i},${first(i)}\n`).join("")}${last}\n`;

async function parquetOf(text: string, options: Partial<ConvertOptions> = {}): Promise<Buffer> {
  return buffer(Readable.from([Buffer.from(text)], { objectMode: false }).pipe(convert({ from: "csv", to: "parquet", ...options })));
}

/** Dtype of column x, and its first and last cells. */
async function columnOf(file: Buffer): Promise<[string, unknown, unknown]> {
  let dtype = "";
  let first: unknown;
  let last: unknown;
  for await (const batch of readBatches([file], { from: "parquet" })) {
    const column = batch.column("x");
    dtype = column.dtype;
    first ??= column.values[0];
    last = column.values[batch.rowCount - 1];
  }
  return [dtype, first, last];
}

describe("a column whose first rows misled", () => {
  const whole = (i: number) => `${i % 7}`;
  test.each([
    ["a fraction", whole, "9,1.5", ["float64", 0, 1.5]],
    ["a whole number with a point", whole, "9,1.0", ["float64", 0, 1]],
    ["a whole number with an exponent", whole, "9,1.0e1", ["float64", 0, 10]],
    ["minus zero", whole, "9,-0.0", ["float64", 0, -0]],
    ["a number above int64", whole, "9,18446744073709551615", ["uint64", 0n, 18446744073709551615n]],
    ["a number above uint64", whole, "9,18446744073709551616", ["string", "0", "18446744073709551616"]],
    ["a text", whole, "9,A/5", ["string", "0", "A/5"]],
    ["true", whole, "9,true", ["string", "0", "true"]],
    [
      "a whole number no double has, among fractions",
      (i: number) => `${i % 7}.5`,
      "9,9007199254740993",
      ["string", "0.5", "9007199254740993"],
    ],
    ["a number among booleans", (i: number) => `${i % 2 === 0}`, "9,7", ["string", "true", "7"]],
    ["nothing else", whole, "9,3", ["int64", 0n, 3n]],
  ] as const)("has room for %s", async (_, first, last, expected) => {
    expect(await columnOf(await parquetOf(rows(first, last)))).toEqual(expected);
  });

  test("is refused where one pass is asked for, with what to add", async () => {
    await expect(parquetOf(rows(whole, "9,1.5"), { infer: "head" })).rejects.toMatchObject({
      code: "E_RANGE",
      detail: expect.stringContaining('name its dtype, dtype: {"x":"float64"}'),
    });
    expect(await columnOf(await parquetOf(rows(whole, "9,1.5"), { infer: "head", dtype: { x: "float64" } }))).toEqual(["float64", 0, 1.5]);
  });

  test("gives the same file from a pipe, and by several changes of several columns", async () => {
    const text = `${rows(whole, "x1,1.5")}-1,B\n`;
    const piped = await parquetOf(text);
    const file = join(folder, "late.csv");
    writeFileSync(file, text);
    expect(await buffer(Readable.from([Buffer.from(text)]).pipe(convert({ from: "csv", to: "parquet", file })))).toEqual(piped);
    expect(await columnOf(piped)).toEqual(["string", "0", "B"]);
  });

  test.each(["core", "reference"] as const)("is the same among instances in the %s engine", async (engine) => {
    const text = `{"instances":[${Array.from({ length: MANY }, (_, i) => `{"id":${i},"x":${i % 7}}`).join()},{"id":1,"x":-0.0}]}`;
    expect(await columnOf(await parquetOf(text, { from: "tfserving", engine }))).toEqual(["float64", 0, -0]);
  });

  test("changes nothing of JSON Lines and records but the column", async () => {
    const lines = `${Array.from({ length: MANY }, (_, i) => `{"id":${i},"x":${i % 7}}\n`).join("")}{"id":1,"x":"z"}\n`;
    expect(await columnOf(await parquetOf(lines, { from: "jsonl" }))).toEqual(["string", "0", "z"]);
  });
});

describe("a dtype that is named", () => {
  const text = '{"dataframe_split":{"columns":["id","price"],"data":[[9007199254740993,1],[9007199254740995,2]]}}';
  const convertText = async (options: ConvertOptions) =>
    (await buffer(Readable.from([Buffer.from(text)], { objectMode: false }).pipe(convert(options)))).toString();

  test.each(["core", "reference"] as const)("leaves the digits of other columns alone (%s)", async (engine) => {
    expect(await convertText({ to: "mlflow", dtype: { price: "float32" }, engine })).toBe(
      '{"dataframe_split":{"columns":["id","price"],"data":[[9007199254740993,1.0],[9007199254740995,2.0]]}}',
    );
  });

  test.each(["core", "reference"] as const)("string makes cells their text (%s)", async (engine) => {
    expect(await convertText({ to: "mlflow", dtype: { id: "string" }, engine })).toBe(
      '{"dataframe_split":{"columns":["id","price"],"data":[["9007199254740993",1],["9007199254740995",2]]}}',
    );
  });

  test("does not round others where a program reads", async () => {
    const read = async () => {
      for await (const _ of readBatches([Buffer.from(text)], { dtype: { price: "float32" } }));
    };
    await expect(read()).rejects.toMatchObject({ code: "E_RANGE", row: 0 });
  });
});

describe.each(["core", "reference"] as const)("a column that begins with nulls alone, %s", (engine) => {
  const nulls = 12_000;
  const lines = (last: string) => `${'{"a":null,"b":1}\n'.repeat(nulls)}{"a":${last},"b":1}\n`;
  const csv = (last: string) => `a,b\n${",1\n".repeat(2 * nulls)}${last},1\n`;
  const found = async (text: string, options: Partial<ConvertOptions>) => {
    let last: unknown[] = [];
    for await (const batch of readBatches([await parquetOf(text, { engine, ...options })])) {
      const { dtype, values, valid } = batch.column("a");
      const row = batch.rowCount - 1;
      last = [dtype, valid?.[row] === 0 ? null : values[row]];
    }
    return last;
  };
  const cells = [
    ["true", "bool", 1],
    ["5", "int64", 5n],
    ["9007199254740993", "int64", 9007199254740993n],
    ["18446744073709551615", "uint64", 18446744073709551615n],
    ["1.5", "float64", 1.5],
  ] as const;

  test.each([...cells, ["null", "float64", null], ['"x"', "string", "x"]] as const)(
    "is what its first cell is: %s",
    async (cell, ...expected) => {
      expect(await found(lines(cell), { from: "jsonl" })).toEqual(expected);
      expect(await found(lines(cell), { from: "jsonl", dtype: { b: "int8" } })).toEqual(expected);
    },
  );

  test.each([...cells, ["", "float64", null], ["x", "string", "x"], ["01", "string", "01"]] as const)(
    "is what its first field is: %s",
    async (cell, ...expected) => expect(await found(csv(cell), { from: "csv" })).toEqual(expected),
  );
});

describe.each(["core", "reference"] as const)("under infer head, %s", (engine) => {
  const refused = (first: string, last: string, from: string) =>
    parquetOf(from === "csv" ? `a\n${`${first}\n`.repeat(MANY * 2)}${last}\n` : `${`{"a":${first}}\n`.repeat(MANY)}{"a":${last}}\n`, {
      from,
      engine,
      infer: "head",
    });

  test.each([
    ["csv", "TRUE", /column "a": true where the column holds int64; .*"string"/],
    ["csv", "é😀à1", engine === "core" ? /column "a": é😀à1 where .*"string"/ : /a string where .*"string"/],
    ["csv", "01", engine === "core" ? /column "a": 01 where .*"string"/ : /a string where .*"string"/],
    ["csv", "18446744073709551616", /18446744073709551616 does not fit int64; .*"string"/],
    ["csv", "18446744073709551615", /18446744073709551615 does not fit int64; .*"uint64"/],
    ["jsonl", "18446744073709551616", /18446744073709551616 does not fit int64; .*"string"/],
    ["jsonl", '"é"', /a string where the column holds int64; .*"string"/],
  ] as const)("a cell is shown as it stands, and the remedy holds it: %s %s", async (from, last, message) => {
    await expect(refused("1", last, from)).rejects.toThrow(message);
  });
});
