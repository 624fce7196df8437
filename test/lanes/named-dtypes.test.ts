// A dtype for one column, from text to text: the other columns are written as they are without it, whatever their cells are.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConvertOptions } from "../../src/index.js";
import { crumbs, feed, whole } from "../support/feed.js";

/** Texts that float32 prints as they stand. */
const OWN = ["1.5", "-0.25", "3.0", "1e-10"];
const SCALARS = [
  ...["1", "1.0", "-0", "-0.0", "1.10", "12345678901234567890123", "0.1000", "1E5", "1e-400", "true", "false", "null"],
  ...['"x"', '""', '"\\u0041\\/"', '"\\ud800"', '"é"', '"1"', '"],["', '"NaN"'],
];
const NESTED = ["[1]", "[]", "{}", '[ 1 , "[" , { "a" : [ null ] } ]', '{"a":1,"a":2}', "[\n1,\n2]"];
const ENGINES: readonly Partial<ConvertOptions>[] = [{ engine: "core" }, { engine: "reference" }];

async function written(text: string, options: ConvertOptions): Promise<string> {
  const outcome = await feed(whole(text), options);
  expect(outcome.error).toBeUndefined();
  expect((await feed(crumbs(text), options)).text).toBe(outcome.text);
  return outcome.text;
}

const split = (rows: readonly (readonly string[])[], space = "") =>
  `{"dataframe_split":{"columns":["n","m","k"],"data":[${rows.map((row) => `[${row.join(`,${space}`)}]`).join(`,${space}`)}]}}`;
const records = (rows: readonly (readonly string[])[]) =>
  `{"dataframe_records":[${rows.map(([n, m, k]) => `{"n":${n},"m":${m},"k":${k}}`).join(",")}]}`;

const row = (cells: readonly string[]) => fc.tuple(fc.constantFrom(...OWN), fc.constantFrom(...cells), fc.constantFrom(...cells));
const rows = (cells: readonly string[]) => fc.array(row(cells), { minLength: 1, maxLength: 12 });

describe.each(ENGINES)("%o", (engine) => {
  const same = async (text: string, to: string) => {
    const options = { to, ...engine };
    expect(await written(text, { ...options, dtype: { n: "float32" } })).toBe(await written(text, options));
  };

  test.each(["mlflow:split", "azureml", "mlflow:records", "jsonl", "kserve1:instances", "csv"])("other columns stay, to %s", async (to) => {
    const nested = to === "csv" || to === "kserve1:instances" ? [] : NESTED;
    const cells = [...SCALARS.filter((cell) => to !== "csv" || !cell.includes("ud800")), ...nested];
    await fc.assert(
      fc.asyncProperty(rows(cells), fc.constantFrom("", " ", "\n"), async (own, space) => {
        await same(split(own), to);
        const options = { to, dtype: { n: "float32" }, ...engine } as const;
        expect(await written(split(own, space), options)).toBe(await written(split(own), options));
        await same(records(own), to);
      }),
      { numRuns: 40 },
    );
  });

  test("of a csv, too", async () => {
    const own = ["1", "1.0", "-0", "1.10", "x", '"a,""b"', "", "true", "007", "12345678901234567890123", "NaN"];
    await fc.assert(
      fc.asyncProperty(rows(own), async (cells) => {
        const text = `n,m,k\n${cells.map((line) => line.join(",")).join("\n")}\n`;
        for (const to of ["mlflow:records", "csv"]) {
          const options = { from: "csv", to, ...engine };
          expect(await written(text, { ...options, dtype: { n: "float32" } })).toBe(await written(text, options));
        }
      }),
      { numRuns: 40 },
    );
  });

  test("NaN in them is what is asked for, in lists as well", async () => {
    const text = split([["1.5", "NaN", '["NaN",-Infinity,[NaN]]']]);
    const dtype = { n: "float32" } as const;
    expect(await written(text, { to: "mlflow:split", dtype, nan: "null", ...engine })).toContain('[1.5,null,["NaN",null,[null]]]');
    expect(await written(text, { to: "mlflow:split", dtype, nan: "token", ...engine })).toContain('[1.5,NaN,["NaN",-Infinity,[NaN]]]');
    for (const cell of ["NaN", "[NaN]"]) {
      const { error } = await feed(whole(split([["1.5", "1", cell]])), { to: "mlflow:split", dtype, nan: "error", ...engine });
      expect(error).toMatchObject({ code: "E_NAN" });
    }
  });

  test("null is refused where the target refuses it, and lists of NaN are lists for a tensor", async () => {
    const dtype = { n: "float32" } as const;
    const refused = await feed(whole(split([["1.5", "null", "1"]])), { to: "tfserving:instances", dtype, ...engine });
    expect(refused.error).toMatchObject({ code: "E_NULL" });
    const lists = '{"data":{"names":["n","m"],"ndarray":[[[1.5,2],[NaN,2.5]]]}}';
    expect(await written(lists, { to: "mlflow:inputs", dtype, nan: "null", ...engine })).toBe('{"inputs":[[[1.5,2.0],[null,2.5]]]}');
  });

  test("what a row lacks is what it is without a dtype", async () => {
    const text = "n,m\n1.5,\n2.5,1\n";
    for (const missing of [undefined, "null", "token"] as const) {
      const options = { from: "csv", to: "mlflow:split", ...(missing && { missing }), ...engine };
      expect(await written(text, { ...options, dtype: { n: "float32" } })).toBe(await written(text, options));
    }
    for (const dtype of ["float32", "int32", { n: "int32" }] as const)
      for (const to of ["mlflow:split", "tfserving:instances"]) {
        const options = { from: "csv", to, dtype, ...(to.startsWith("mlflow") && { missing: "error" as const }), ...engine };
        expect((await feed(whole(text), options)).error).toMatchObject({ code: "E_MISSING" });
      }
    expect(await written("n,m\n1,\n,1\n", { from: "csv", to: "mlflow:split", dtype: { n: "int32" }, ...engine })).toContain(
      "[[1,null],[null,1]]",
    );
  });

  test("a key that some records lack is null in these, which is told", async () => {
    const options = { from: "jsonl", to: "jsonl", dtype: { n: "float32" }, ...engine } as const;
    const lacking = await feed(whole('{"n":1}\n{"n":2,"m":3}\n'), options);
    expect([lacking.text, lacking.warnings]).toEqual([
      '{"n":1.0,"m":null}\n{"n":2.0,"m":3}\n',
      [{ code: "W_PADDED", message: expect.stringContaining("keys that some records lack are null") }],
    ]);
    expect((await feed(whole('{"n":1,"m":null}\n{"n":2,"m":3}\n'), options)).warnings).toEqual([]);
    expect((await feed(whole('{"n":1}\n{"n":2,"m":3}\n'), { ...options, missing: "null" })).warnings).toEqual([]);
  });

  test("a cell longer than a row may be is refused", async () => {
    const text = split([["1.5", `"${"x".repeat(5000)}"`, `[${"1,".repeat(3000)}1]`]]);
    const options = { to: "mlflow:split", dtype: { n: "float32" }, ...engine } as const;
    expect((await feed(whole(text), { ...options, maxRowBytes: 4096 })).error).toMatchObject({ code: "E_LIMIT" });
    expect((await feed(whole(text), { ...options, columns: ["n", "m"], maxRowBytes: 100_000 })).error).toBeUndefined();
  });
});
