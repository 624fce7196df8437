// Columns that are asked for by names which stand behind the rows: these are read again, from the file or a spill.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { ConvertOptions } from "../../src/index.js";
import { crumbs, cut, feed, whole } from "../support/feed.js";
import { columnsIn, converted, told } from "../support/picks.js";

const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const LATE = '{"dataframe_split":{"data":[[1,2.5],[300,4]],"index":[7,8],"columns":["a","b"]},"params":{"p":1}}';
const DTYPE = { a: "float32" } as const;

describe.each(["core", "reference"] as const)("a dtype by a name behind the rows, %s", (engine) => {
  test.each([
    ["mlflow", '{"dataframe_split":{"columns":["a","b"],"data":[[1.0,2.5],[300.0,4]],"index":[7,8]},"params":{"p":1}}'],
    ["azureml", '{"input_data":{"columns":["a","b"],"data":[[1.0,2.5],[300.0,4]],"index":[7,8]},"params":{"p":1}}'],
    ["mlflow:records", '{"dataframe_records":[{"a":1.0,"b":2.5},{"a":300.0,"b":4}],"params":{"p":1}}'],
    ["csv", "a,b\n1.0,2.5\n300.0,4\n"],
  ])("is found on the way to %s, wherever the input is cut", async (to, expected) => {
    for (const chunks of [whole(LATE), crumbs(LATE), cut(LATE, [30, 60])]) {
      const { text, error } = await feed(chunks, { to, dtype: DTYPE, engine });
      expect(error).toBeUndefined();
      expect(text).toBe(expected);
    }
    const file = join(folder, "late.json");
    writeFileSync(file, LATE);
    expect((await feed(whole(LATE), { to, dtype: DTYPE, engine, file })).text).toBe(expected);
  });

  test("is refused where there is no such name, and where a cell does not fit", async () => {
    expect((await feed(whole(LATE), { to: "mlflow", dtype: { c: "int8" }, engine })).error).toMatchObject({ code: "E_DTYPE" });
    expect((await feed(whole(LATE), { to: "mlflow", dtype: { a: "int8" }, engine })).error).toMatchObject({ code: "E_RANGE", row: 1 });
  });
});

describe.each(["core", "reference"] as const)("names behind the rows are those that columns are asked for by, %s", (engine) => {
  const ROWS = "[[1,0,7],[0,2,8],[1,3,9]]";
  const NAMES = '["a","b","c"]';
  /** The same payload with its names behind the rows, and before them. */
  const PAYLOADS: readonly [from: string, behind: string, first: string][] = [
    ["mlflow", `{"dataframe_split":{"data":${ROWS},"columns":${NAMES}}}`, `{"dataframe_split":{"columns":${NAMES},"data":${ROWS}}}`],
    ["seldon", `{"data":{"ndarray":${ROWS},"names":${NAMES}}}`, `{"data":{"names":${NAMES},"ndarray":${ROWS}}}`],
  ];
  const OPTIONS: readonly Partial<ConvertOptions>[] = [
    { columns: ["c", "b", "a"] },
    { columns: ["c"] },
    { columns: { x: "c", y: "a" } },
    { drop: ["b"] },
    { head: 2 },
    { head: 1, columns: ["c", "a"] },
    { skip: 1, drop: ["a"] },
    { where: "a == 1", columns: ["b", "a"] },
    { where: "c > 7", columns: ["b"] },
    { where: "a == 1" },
    { sample: 2, seed: 7, columns: ["c"] },
    { dtype: { b: "float32" } },
    { dtype: { b: "float32" }, columns: ["b"], head: 2 },
    { index: "column:a" },
  ];

  test.each(PAYLOADS)("of %s", async (from, behind, first) => {
    for (const options of OPTIONS) {
      for (const to of ["csv", "jsonl", "mlflow:records", "azureml:split", "mlflow:inputs", "oip"] as const) {
        const wanted = await feed(whole(first), { from, to, engine, ...options });
        for (const chunks of [whole(behind), crumbs(behind)])
          expect(told(await feed(chunks, { from, to, engine, ...options })), `${to}, ${JSON.stringify(options)}`).toEqual(told(wanted));
      }
      const asked = { from, engine, ...options };
      for (const to of ["parquet", "arrow"] as const) {
        const [own, wanted] = await Promise.all([behind, first].map((text) => converted(text, { ...asked, to })));
        expect(await columnsIn(own as Buffer, { from: to }), `${to}, ${JSON.stringify(options)}`).toEqual(
          await columnsIn(wanted as Buffer, { from: to }),
        );
      }
      const { index, ...reading } = asked;
      if (index === undefined && Object.keys(options).length > 0)
        expect(await columnsIn(Buffer.from(behind), reading)).toEqual(await columnsIn(Buffer.from(first), reading));
    }
  });

  test.each(PAYLOADS)("of %s, and go along where some rows are wanted", async (from, behind) => {
    const { text } = await feed(whole(behind), { from, to: "mlflow:split", head: 1, engine });
    expect(JSON.parse(text)).toEqual({ dataframe_split: { columns: ["a", "b", "c"], data: [[1, 0, 7]] } });
  });
});

test("a payload that ends before its form is told is cut off", async () => {
  for (const text of ['{"instances":[{"', '{"instances":[{"features"'])
    for (const options of [{ dtype: "float64" }, { dtype: { c: "int8?" } }, { dtype: "float64", maxRows: 1 }, {}] as const)
      expect((await feed(whole(text), { to: "mlflow", ...options })).error).toMatchObject({ code: "E_TRUNCATED" });
});
