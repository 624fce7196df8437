// With `nested: "json"` each list and object in a cell is a text wherever the rows go: the JSON that stood there, byte for byte.
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { type ConvertOptions, convert, readBatches, split } from "../../src/index.js";

const OBJECT = '{"x" : [1.0, "é\\n,\\"", null], "y":{}}';
const LIST = "[ 1,\n[2.50] ]";
/** Cells of rows, as JSON spells them. */
const ROWS = [
  ["1.0", OBJECT, '"plain"'],
  ["2", "null", LIST],
  ["3", LIST, '"say \\"hi\\", you"'],
];
const TEXTS = ROWS.map(([id, ...cells]) => [
  Number(id),
  ...cells.map((cell) => (/^[[{]/.test(cell) ? cell : (JSON.parse(cell) as string | null))),
]);
const NAMES = ["id", "a", "b"];
const records = (lines: boolean) =>
  ROWS.map((row) => `{${row.map((cell, i) => `"${NAMES[i]}":${lines ? cell.replaceAll("\n", " ") : cell}`)}}`);

const SOURCES: Readonly<Record<string, { from: string; input: string }>> = {
  split: { from: "mlflow", input: `{"dataframe_split":{"columns":["id","a","b"],"data":[${ROWS.map((row) => `[${row}]`)}]}}` },
  "split, names behind": {
    from: "mlflow",
    input: `{"dataframe_split":{"data":[${ROWS.map((row) => `[${row}]`)}],"columns":["id","a","b"]}}`,
  },
  records: { from: "mlflow", input: `{"dataframe_records":[${records(false)}]}` },
  lines: { from: "jsonl", input: `${records(true).join("\n")}\n` },
};
const expected = (name: string) =>
  TEXTS.map((row) => row.map((cell) => (name === "lines" && typeof cell === "string" ? cell.replaceAll("\n", " ") : cell)));

async function converted(input: string | Uint8Array, options: ConvertOptions, size = 1 << 16): Promise<Buffer> {
  const bytes = Buffer.from(input);
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
  return buffer(Readable.from(chunks).pipe(convert(options)));
}

async function cellsOf(bytes: Buffer, from: string): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for await (const { rowCount, columns } of readBatches([bytes], { from }))
    for (let row = 0; row < rowCount; row++)
      rows.push(
        columns.map(({ values, valid }) =>
          valid && !valid[row] ? null : typeof values[row] === "bigint" ? Number(values[row]) : values[row],
        ),
      );
  return rows;
}

describe.each(["core", "reference"] as const)("%s", (engine) => {
  describe.each(Object.entries(SOURCES))("%s", (name, { from, input }) => {
    test.each(["mlflow:split", "mlflow:records", "azureml:split", "jsonl", "csv", "tsv"])("to %s", async (to) => {
      const options = { from, to, engine, nested: "json" } as const;
      const made = await converted(input, options);
      expect((await converted(input, options, 3)).equals(made)).toBe(true);
      if (to === "mlflow:split") {
        const { columns, data } = JSON.parse(made.toString()).dataframe_split as { columns: string[]; data: unknown[][] };
        expect({ columns, data }).toEqual({ columns: NAMES, data: expected(name) });
        expect(made.toString()).toContain("1.0");
      }
      expect(await cellsOf(made, to)).toEqual(expected(name));
    });

    test.each(["parquet", "arrow"])("to %s, a column of text", async (to) => {
      const made = await converted(input, { from, to, engine, nested: "json" });
      expect(await cellsOf(made, to)).toEqual(expected(name));
    });

    test("batches", async () => {
      const rows: unknown[] = [];
      for await (const { columns } of readBatches([Buffer.from(input)], { from, engine, nested: "json" }))
        rows.push(...columns.map(({ dtype, values }) => [dtype, values[0]]));
      expect(rows).toEqual([
        ["float64", 1],
        ["string", expected(name)[0]?.[1]],
        ["string", "plain"],
      ]);
    });

    test("in pieces", async () => {
      let pieces = "";
      for await (const piece of split([Buffer.from(input)], { from, to: "jsonl", engine, nested: "json", maxRows: 2 }))
        pieces += (await buffer(piece)).toString();
      expect(
        pieces
          .trimEnd()
          .split("\n")
          .map((line) => Object.values(JSON.parse(line) as object)),
      ).toEqual(expected(name));
    });
  });

  test("a tensor has no cells that are lists", async () => {
    const made = await converted('{"inputs":[[[1,2]],[[3,4]]]}', { to: "azureml", engine, nested: "json" });
    expect(made.toString()).toBe('{"input_data":[[[1,2]],[[3,4]]]}');
  });

  test("without it they stay, or are refused where there is no place for them", async () => {
    const { from, input } = SOURCES.records as { from: string; input: string };
    expect((await converted(input, { from, to: "mlflow:split", engine })).toString()).toContain(`[1.0,${OBJECT},"plain"]`);
    const told = { code: "E_NESTED", detail: expect.stringMatching(/nested: "json" makes it a text/) };
    await expect(converted(input, { from, to: "csv", engine })).rejects.toMatchObject(told);
    await expect(converted(input, { from, to: "parquet", engine })).rejects.toMatchObject(told);
  });

  test("texts that grow by their escapes fit, however long they are", async () => {
    const cell = `[${Array.from({ length: engine === "core" ? 50_000 : 500 }, () => '"\\u0001"')}]`;
    const rows = Array.from({ length: 20 }, (_, i) => `{"id":${i},"a":${cell}}`);
    const made = await converted(`{"dataframe_records":[${rows}]}`, { to: "mlflow:split", engine, nested: "json" });
    const { data } = JSON.parse(made.toString()).dataframe_split as { data: [number, string][] };
    expect(data.map(([id]) => id)).toEqual(rows.map((_, i) => i));
    for (const [, own] of data) expect(own === cell).toBe(true);
  });
});
