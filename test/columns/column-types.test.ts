import { expect, expectTypeOf, test } from "vitest";
import { Batch, type Column } from "../../src/index.js";

test("a column's dtype tells what its values are", () => {
  const batch = new Batch({
    rowOffset: 0,
    rowCount: 1,
    kind: "frame",
    columns: [{ name: "a", dtype: "int64", values: BigInt64Array.of(7n), shape: [] }],
  });
  const column = batch.column("a");
  expectTypeOf(column).toEqualTypeOf<Column>();
  if (column.dtype === "int64") {
    expectTypeOf(column.values[0]).toEqualTypeOf<bigint | undefined>();
    expect(column.values[0]).toBe(7n);
  }
  if (column.dtype === "string") expectTypeOf(column.values).toEqualTypeOf<string[]>();
  if (column.dtype === "float32") expectTypeOf(column.values[0]).toEqualTypeOf<number | undefined>();
  expect(column.dtype).toBe("int64");
});
