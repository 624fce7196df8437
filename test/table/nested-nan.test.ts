// NaN and the infinities in lists and objects of cells: whatever becomes of them as cells becomes of them there, and of no text.
import { describe, expect, test } from "vitest";
import { TransloadError } from "../../src/errors.js";
import { converted } from "../support/picks.js";

const TEXT = String.raw`"NaN, -Infinity \\\" NaN"`;
/** Rows of a list, which is full of what null is longer than, an object, and a text. */
const CELLS = [
  [`[${"NaN,".repeat(3000)}-Infinity,1.50]`, `{"NaN":[Infinity],"b":${TEXT}}`, TEXT],
  [`[[],[NaN , "I"],1]`, "{}", '"N"'],
] as const;
const NAMES = ["a", "b", "c"] as const;

const record = (row: readonly string[]) => `{${row.map((cell, i) => `"${NAMES[i]}":${cell}`).join()}}`;
const SOURCES = {
  "records of JSON Lines": `${CELLS.map(record).join("\n")}\n`,
  "lists of JSON Lines": `${CELLS.map((row) => `[${row}]`).join("\n")}\n`,
  records: `{"dataframe_records":[${CELLS.map(record)}]}`,
  split: `{"dataframe_split":{"columns":${JSON.stringify(NAMES)},"data":[${CELLS.map((row) => `[${row}]`)}]}}`,
} as const;
const TARGETS = ["jsonl", "vertex:instances", "mlflow:records", "azureml:split"] as const;

/** Every token outside texts that JSON does not have. */
const SPECIAL = /"(?:[^"\\]|\\.)*"|NaN|-?Infinity/g;
const nulled = CELLS.map((row) =>
  row.map((cell) => JSON.parse(cell.replace(SPECIAL, (token) => (token.startsWith('"') ? token : "null")))),
);

function rowsOf(text: string, target: string): unknown[] {
  if (target === "jsonl")
    return text
      .trim()
      .split("\n")
      .map((line) => Object.values(JSON.parse(line)));
  const { instances, dataframe_records, input_data } = JSON.parse(text);
  return input_data ? input_data.data : (instances ?? dataframe_records).map((row: object) => Object.values(row));
}

describe.each(["core", "reference"] as const)("the %s engine", (engine) => {
  describe.each(Object.entries(SOURCES))("%s", (from, source) => {
    // what is no record becomes a matrix there, and has no place for objects
    const targets = from === "split" ? TARGETS.filter((to) => to !== "vertex:instances") : TARGETS;
    const options = { engine, ...(from.endsWith("Lines") && { from: "jsonl" }), ...(from.startsWith("lists") && { columns: NAMES }) };

    test.each(targets)("to %s: null with nan: null", async (to) => {
      const text = (await converted(source, { ...options, to, nan: "null" })).toString();
      expect(rowsOf(text, to)).toEqual(nulled);
    });

    test.each(targets)("to %s: refused with nan: error, with row and column", async (to) => {
      const error = await converted(source, { ...options, to, nan: "error" }).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(TransloadError);
      expect(error).toMatchObject({ code: "E_NAN", row: 0 });
    });

    test.each(targets)("to %s: as they stand with nan: token", async (to) => {
      const text = (await converted(source, { ...options, to, nan: "token" })).toString();
      for (const cell of CELLS.flat()) expect(text).toContain(cell);
    });
  });

  test.each(["azureml:named", "tfserving:inputs"])("rows that become columns of %s", async (to) => {
    const source = `{"a":[1,NaN],"b":1}\n{"a":[-Infinity,2],"b":2}\n`;
    const options = { engine, from: "jsonl", to } as const;
    const error = await converted(source, { ...options, nan: "error" }).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "E_NAN", row: 0 });
    if (to === "tfserving:inputs") return;
    const [columns] = Object.values(JSON.parse((await converted(source, { ...options, nan: "null" })).toString()));
    expect(columns).toEqual({
      a: [
        [1, null],
        [null, 2],
      ],
      b: [1, 2],
    });
  });
});
