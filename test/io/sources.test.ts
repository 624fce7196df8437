// What is handed over as a source and is none, whoever reads it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { convertFile, inspect, readBatches, score, scoreFile, split } from "../../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "transload-sources-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a source is refused where it is none, and where its chunks are no bytes, and closed then", async () => {
  const first = async (source: unknown) => {
    for await (const _ of readBatches(source as string)) return;
  };
  const whole = async (source: unknown) => convertFile(source as string, join(folder, "none"), { to: "csv" });
  const cut = async (source: unknown) => {
    for await (const _ of split(source as string, { to: "csv", maxRows: 1 })) return;
  };
  const scored = async (source: unknown) => {
    for await (const _ of score(source as string, { url: "http://127.0.0.1:9/invocations" })) return;
  };
  const scoredFile = (source: unknown) =>
    scoreFile(source as string, join(folder, "scores.jsonl"), { url: "http://127.0.0.1:9/invocations" });
  for (const reads of [first, whole, cut, scored, scoredFile, (source: unknown) => inspect(source as string)])
    for (const source of [5, null, undefined, {}, true, new ArrayBuffer(8), [5], [null], new Float64Array(3)])
      await expect(reads(source), `${source}`).rejects.toMatchObject({ code: "E_OPTION", detail: expect.stringMatching(/, and not /) });
  let closed = false;
  async function* texts() {
    try {
      yield Buffer.from('{"inputs":[');
      yield "1]}";
    } finally {
      closed = true;
    }
  }
  await expect(first(texts())).rejects.toMatchObject({
    code: "E_OPTION",
    detail: expect.stringContaining("new TextEncoder().encode(text)"),
  });
  expect(closed).toBe(true);
});
