// Objects in the cells of rows that become typed columns: the column, the row, and where it is the caller's text the place.
import { expect, test } from "vitest";
import { convert, type ErrorCode, type TransloadError } from "../../src/index.js";
import { crumbs, tryRead, whole } from "../support/feed.js";

const RECORDS = '{"a":1}\n{"a":{"b":2}}\n';
const SPLIT = '{"dataframe_split":{"columns":["a","b"],\n"data":[[1,"x"],[{"b":2},"y"]]}}';
const LISTS = '{"dataframe_split":{"columns":["a"],\n"data":[[[1]],[[{"b":2}]]]}}';
const TEXT = '{"dataframe_split":{"columns":["a"],\n"data":[["x"],[{"b":2}]]}}';

const inputs: [what: string, input: string, from: string, place?: object][] = [
  ["JSON Lines", RECORDS, "jsonl"],
  ["the first of JSON Lines", '{"a":{"b":1}}\n', "jsonl"],
  ["records", '{"dataframe_records":[{"a":1},{"a":{"b":2}}]}', "mlflow"],
  ["a column of numbers", SPLIT, "mlflow", { line: 2, column: 18, offset: SPLIT.indexOf("{", 42), path: "$.dataframe_split.data[1][0]" }],
  ["a column of text", TEXT, "mlflow", { line: 2, column: 16, path: "$.dataframe_split.data[1][0]" }],
  ["lists in a column", LISTS, "mlflow"],
];

/** What is wrong with it on its way to a file. */
async function faultOf(input: string, options: Parameters<typeof convert>[0]): Promise<TransloadError | undefined> {
  const stream = convert(options);
  stream.end(input);
  try {
    for await (const _ of stream);
  } catch (error) {
    return error as TransloadError;
  }
  return undefined;
}

const refusal = (row: number, place: object = {}) => ({
  code: "E_NESTED" satisfies ErrorCode,
  detail: `row ${row}, column "a": an object, which no dtype holds; nested: "json" makes it a text, its JSON`,
  row,
  ...place,
});

test.each(inputs)("%s", async (_, input, from, place) => {
  const told = refusal(input.includes("2") ? 1 : 0, place);
  for (const engine of ["core", "reference"] as const) {
    for (const chunks of [whole(input), crumbs(input)]) {
      const { error } = await tryRead(chunks, { from, engine });
      expect(error).toMatchObject(told);
    }
    for (const to of ["parquet", "arrow", "npy"] as const) expect(await faultOf(input, { from, to, engine })).toMatchObject(told);
  }
});

test("the other columns are read", async () => {
  for (const engine of ["core", "reference"] as const) {
    const { batches, error } = await tryRead(whole(SPLIT), { columns: ["b"], engine });
    expect(error).toBeUndefined();
    expect(batches[0]?.columns.map(({ name, values }) => [name, [...values]])).toEqual([["b", ["x", "y"]]]);
  }
});
