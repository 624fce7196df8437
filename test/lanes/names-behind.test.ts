// A dtype that is asked for by a name which stands behind the rows: they are read again, from the file or a spill.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { crumbs, cut, feed, whole } from "../support/feed.js";

const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const LATE = '{"dataframe_split":{"data":[[1,2.5],[300,4]],"index":[7,8],"columns":["a","b"]},"params":{"p":1}}';
const DTYPE = { a: "float32" } as const;

describe.each(["core", "reference"] as const)("a dtype by a name behind the rows, %s", (engine) => {
  test.each([
    ["mlflow", '{"dataframe_split":{"columns":["a","b"],"data":[[1.0,2.5],[300.0,4.0]],"index":[7,8]},"params":{"p":1}}'],
    ["azureml", '{"input_data":{"columns":["a","b"],"data":[[1.0,2.5],[300.0,4.0]],"index":[7,8]},"params":{"p":1}}'],
    ["mlflow:records", '{"dataframe_records":[{"a":1.0,"b":2.5},{"a":300.0,"b":4.0}],"params":{"p":1}}'],
    ["csv", "a,b\n1.0,2.5\n300.0,4.0\n"],
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

test("a payload that ends before its form is told is cut off", async () => {
  for (const text of ['{"instances":[{"', '{"instances":[{"features"'])
    for (const options of [{ dtype: "float64" }, { dtype: { c: "int8?" } }, { dtype: "float64", maxRows: 1 }, {}] as const)
      expect((await feed(whole(text), { to: "mlflow", ...options })).error).toMatchObject({ code: "E_TRUNCATED" });
});
