// Labels of a split's columns that are no strings: whole numbers of a frame that nobody named, lists of a MultiIndex. One rule for every
// target whose names are strings: they are refused, and can be named anew.
import { pipeline } from "node:stream/promises";
import { describe, expect, test } from "vitest";
import { type ConvertOptions, convert, inspect, readBatches } from "../../src/index.js";
import { feed, whole } from "../support/feed.js";

const NUMBERS = '{"columns":[2020,2021],"data":[[1,2.5],[3,4.5]]}';
const LISTS = '{"columns":[["x","f"],["x","m"]],"data":[[1,2.5],[3,4.5]]}';
const NAMELESS_TARGETS = ["mlflow:split", "azureml:split", "mlflow:inputs", "npy"];
const NAMED_TARGETS = ["csv", "mlflow:records", "jsonl", "oip", "parquet", "arrow", "npz"];

async function bytesOf(text: string, options: ConvertOptions): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  await pipeline([Buffer.from(text)], convert(options), async (from) => {
    for await (const chunk of from) chunks.push(chunk as Uint8Array);
  });
  return Buffer.concat(chunks);
}

describe.each(["core", "reference"] as const)("labels that are no strings, %s", (engine) => {
  test.each(NAMED_TARGETS)("are refused for %s, with what they are", async (to) => {
    await expect(bytesOf(NUMBERS, { to, engine })).rejects.toMatchObject({
      code: "E_COLUMNS",
      detail: /^the label 2020 is no string, and /,
    });
    await expect(bytesOf(LISTS, { to, engine })).rejects.toMatchObject({
      code: "E_COLUMNS",
      detail: expect.stringMatching(/^the label \["x","f"\] is a list, of a MultiIndex, and .*columns: /),
    });
  });

  test.each(NAMED_TARGETS)("are replaced by the names that are given, for %s", async (to) => {
    for (const text of [NUMBERS, LISTS]) {
      const bytes = await bytesOf(text, { to, engine, columns: ["a", "b"] });
      const names = new Set<string>();
      const from = ["csv", "jsonl"].includes(to) ? { from: to } : {};
      for await (const batch of readBatches(bytes, from)) for (const { name } of batch.columns) names.add(name);
      expect([...names]).toEqual(["a", "b"]);
    }
  });

  test.each(NAMELESS_TARGETS)("do not matter to %s", async (to) => {
    for (const text of [NUMBERS, LISTS]) expect((await bytesOf(text, { to, engine })).length).toBeGreaterThan(0);
    if (to.endsWith("split")) expect((await feed(whole(LISTS), { to, engine })).text).toContain('"columns":[["x","f"],["x","m"]]');
  });

  test("are names as they stand to whoever inspects, or reads batches", async () => {
    for (const [text, names] of [
      [NUMBERS, ["2020", "2021"]],
      [LISTS, ['["x","f"]', '["x","m"]']],
    ] as const) {
      expect((await inspect(Buffer.from(text), { engine })).columns.map(({ name }) => name)).toEqual(names);
      for await (const batch of readBatches(Buffer.from(text), { engine })) expect(batch.columns.map(({ name }) => name)).toEqual(names);
    }
  });
});
