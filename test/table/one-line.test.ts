// Where each row is a line, no cell breaks it: JSON may have line feeds between its tokens, and JSON Lines may not.
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { type ConvertOptions, convert } from "../../src/index.js";

const nested = '{\n\t"x" : [1,\r\n2, ["a\\n b",\n\n\nnull ]\n]\n}';
const records = (count: number) =>
  `{"dataframe_records":[\n${Array.from({ length: count }, (_, i) => `{"id":${i},\n"cell":${i % 2 ? nested : `[\n${i}\n]`},"t":"\\n"}`).join(",\n")}\n]}`;
const lists = (count: number) =>
  `{"inputs":[${Array.from({ length: count }, (_, i) => `[${i}${i % 3 ? "" : "\n"},\n${i / 2}]`).join(",\n")}]}`;

const CASES: readonly (readonly [name: string, input: string, options: ConvertOptions])[] = [
  ["records", records(3), { to: "jsonl" }],
  ["many records", records(700), { to: "jsonl" }],
  ["records whose keys are given", records(3), { to: "jsonl", columns: ["cell", "id", "t"] }],
  ["lists", lists(5), { to: "jsonl:lists" }],
  ["many lists", lists(700), { to: "jsonl:lists" }],
  ["many lists with names", lists(700), { to: "jsonl", columns: ["a", "b"] }],
];

describe.each(["core", "reference"] as const)("%s", (engine) => {
  test.each(CASES)("%s", async (_, input, options) => {
    const made = await text(Readable.from([Buffer.from(input)]).pipe(convert({ ...options, engine })));
    const rows = Object.values(JSON.parse(input) as object)[0] as unknown[];
    const lines = made.trimEnd().split("\n");
    expect(lines.length).toBe(rows.length);
    const read = lines.map((line) => JSON.parse(line) as object);
    const asked = (row: unknown) => (Array.isArray(row) && options.columns ? { a: row[0], b: row[1] } : row);
    expect(read).toEqual(rows.map(asked));
  });
});
