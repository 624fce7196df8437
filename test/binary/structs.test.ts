// Columns of structs and maps: JSON in text, and text in batches and binary files, where that is asked for.
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import type { SchemaElement } from "hyparquet";
import { describe, expect, test } from "vitest";
import { fieldsOf } from "../../src/binary/parquet/schema.js";
import { type ConvertOptions, convert, readBatches } from "../../src/index.js";

const bytesOf = (name: string) => readFileSync(new URL(`files/${name}`, import.meta.url));

async function converted(input: Buffer, options: ConvertOptions): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of Readable.from([input]).pipe(convert(options))) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const LINES = bytesOf("structs.jsonl").toString().trimEnd();
const ROWS = LINES.split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
const FILES = [
  ["structs.parquet", "parquet"],
  ["structs-v2.parquet", "parquet"],
  ["structs.arrow", "arrow"],
] as const;

describe.each(FILES)("%s", (name, from) => {
  test("has the objects that pyarrow reads in it, nulls at every level, in every text form", async () => {
    expect((await converted(bytesOf(name), { from, to: "jsonl" })).toString().trimEnd()).toBe(LINES);
    const split = JSON.parse((await converted(bytesOf(name), { from, to: "mlflow:split" })).toString()).dataframe_split;
    expect(split.data).toEqual(ROWS.map((row) => Object.values(row)));
    const records = JSON.parse((await converted(bytesOf(name), { from, to: "mlflow:records" })).toString()).dataframe_records;
    expect(records).toEqual(ROWS);
  });

  test("is text, its JSON, where that is asked for", async () => {
    const texts = ROWS.map((row) => Object.values(row).map((cell) => (cell === null ? null : JSON.stringify(cell))));
    const parsed = (cells: unknown[]) => cells.map((cell) => (typeof cell === "string" ? JSON.stringify(JSON.parse(cell)) : cell));
    for (const to of ["parquet", "arrow", "arrows"]) {
      const file = await converted(bytesOf(name), { from, to, nested: "json" });
      const split = JSON.parse((await converted(file, { from: to, to: "mlflow:split" })).toString()).dataframe_split;
      expect(split.data.map(parsed), to).toEqual(texts);
    }
    const csv = (await converted(bytesOf(name), { from, to: "csv", nested: "json", columns: ["m"] })).toString();
    expect(csv.trimEnd()).toBe('m\n"{""k"":1}"\n{}\n""\n"{"""":null,""b"":2}"');
  });

  test("is text in batches, whatever they are cut to", async () => {
    for (const batchRows of [1, 3, 100]) {
      const found: unknown[] = [];
      for await (const batch of readBatches([bytesOf(name)], { batchRows, columns: ["ls", "s"] })) {
        const [ls] = batch.columns;
        expect(ls).toMatchObject({ dtype: "string", json: true, shape: [] });
        for (let i = 0; i < batch.rowCount; i++) found.push(ls?.valid?.[i] === 0 ? null : JSON.parse(ls?.values[i] as string));
      }
      expect(found).toEqual(ROWS.map(({ ls }) => ls));
    }
  });

  test("is refused where it would become text unasked, by the column's name", async () => {
    for (const to of ["parquet", "arrow", "npz"])
      await expect(converted(bytesOf(name), { from, to, columns: ["m"] })).rejects.toMatchObject({
        code: "E_NESTED",
        message: expect.stringContaining('column "m" holds structs or maps'),
      });
  });
});

test.each(FILES)(
  "%s, damaged anywhere, is refused as such or read",
  async (name) => {
    const bytes = bytesOf(name);
    for (let at = 0; at < bytes.length; at += 61)
      for (const byte of [0, 0x7f, 0xff]) {
        const own = Buffer.from(bytes);
        own[at] = byte;
        const reading = (async () => {
          for await (const _ of readBatches([own]));
        })();
        const outcome = await reading.then(
          () => "E_",
          (error) => `${error.code}: ${error.stack}`,
        );
        expect(outcome, `${byte} at ${at}`).toMatch(/^E_/);
      }
  },
  60_000,
);

test("with a struct of fewer than no fields is refused", async () => {
  const element = (name: string, rest: object) => ({ name, repetition_type: "OPTIONAL", ...rest }) as SchemaElement;
  const root = element("schema", { num_children: 1 });
  const outer = element("s", { num_children: 2 });
  const leaf = element("a", { type: "INT32" });
  const [field] = fieldsOf([root, outer, leaf, element("b", { num_children: -1 })], () => undefined);
  expect(field?.fault).toMatch(/fewer than no fields/);
});

test("NaN in what is nested is null, itself, or refused by its row and column, as elsewhere", async () => {
  const file = await converted(Buffer.from('{"x":[1,2]}\n{"x":[0.5,3]}\n'), { from: "jsonl", to: "parquet", dtype: "float64" });
  const [broken] = [await withNan(file)];
  expect((await converted(broken, { from: "parquet", to: "mlflow:split" })).toString()).toContain("[0.5,NaN]");
  expect((await converted(broken, { from: "parquet", to: "jsonl", nan: "null" })).toString()).toContain("[0.5,null]");
  await expect(converted(broken, { from: "parquet", to: "jsonl" })).rejects.toThrow(/^row 1, column "x": NaN or Infinity; [^(]*$/);
});

/** The only 3 in its bytes, as a double, made NaN. */
async function withNan(file: Buffer): Promise<Buffer> {
  const plain = await converted(file, { from: "parquet", to: "parquet", codec: "none" });
  const three = Buffer.from(Float64Array.of(3).buffer);
  const at = plain.indexOf(three, 0);
  const own = Buffer.from(plain);
  Buffer.from(Float64Array.of(Number.NaN).buffer).copy(own, at);
  return own;
}
