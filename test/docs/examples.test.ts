import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createService } from "../../examples/etl-service.js";
import { tensorOf, train } from "../../examples/training-feed.js";
import { readBatches } from "../../src/index.js";
import { folder, ROOT, shell } from "../support/command-line.js";

const dir = folder();

test("pipe.sh: a compressed csv becomes a compressed payload, requests and a parquet file", async () => {
  writeFileSync(join(dir, "rows.csv.gz"), gzipSync(readFileSync(join(ROOT, "data/iris.csv"))));
  mkdirSync(join(dir, "out"));
  copyFileSync(join(ROOT, "examples/pipe.sh"), join(dir, "pipe.sh"));
  const { code, err } = await shell("export -f transload; bash pipe.sh rows.csv.gz out", dir);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const payload = JSON.parse(gunzipSync(readFileSync(join(dir, "out/payload.json.gz"))).toString()) as {
    dataframe_split: { data: unknown[] };
  };
  expect(payload.dataframe_split.data).toHaveLength(150);
  expect(readdirSync(join(dir, "out/requests"))).toHaveLength(16); // and the manifest
  let rows = 0;
  for await (const batch of readBatches(join(dir, "out/rows.parquet"))) rows += batch.rowCount;
  expect(rows).toBe(150);
});

test("etl-service.ts: bodies become parquet files, and a bad one is refused with its place", async () => {
  const service = createService(join(dir, "service"));
  const body = readFileSync(join(ROOT, "data/heart.azureml.json"));
  const post = (bytes: Uint8Array) =>
    service.inject({ method: "POST", url: "/rows", headers: { "content-type": "application/json" }, payload: Readable.from([bytes]) });
  const answer = await post(body);
  expect(answer.statusCode).toBe(201);
  const path = join(dir, "service", (answer.json() as { name: string }).name);
  for await (const batch of readBatches(path)) {
    expect(batch.columns.map(({ dtype }) => dtype)).toEqual(Array.from({ length: 12 }, () => "float32"));
    expect([...batch.columns.map(({ values }) => values[0])]).toEqual([1, 1, 145, 233, 1, 2, 150, 0, Math.fround(2.3), 3, 0, 2]);
  }
  const refused = await post(body.subarray(0, 200));
  expect(refused.statusCode).toBe(400);
  expect(refused.json()).toMatchObject({ code: "E_TRUNCATED" });
  expect(readdirSync(join(dir, "service"))).toHaveLength(1);
  expect(existsSync(path)).toBe(true);
  await service.close();
});

test("training-feed.ts: tensors lie in the batches' own memory, and a model learns from them", async () => {
  const rows = Array.from({ length: 9000 }, (_, i) => [((i * 37) % 100) / 100, ((i * 61) % 90) / 90]);
  const path = join(dir, "linear.csv");
  writeFileSync(path, `a,skipped,b,y\n${rows.map(([a = 0, b = 0]) => `${a},x,${b},${3 * a - 2 * b + 0.5}`).join("\n")}\n`);
  let seen = 0;
  for await (const batch of readBatches(path, { columns: ["a", "b"], dtype: "float32", batchRows: 4096 })) {
    const tensor = tensorOf(batch);
    expect(tensor.shape).toEqual([2, batch.rowCount]);
    if (batch.rowCount === batch.block?.stride) expect(tensor.dataSync().buffer).toBe(batch.block.values.buffer);
    expect([...tensor.dataSync()].slice(0, 3)).toEqual(rows.slice(seen, seen + 3).map(([a = 0]) => Math.fround(a)));
    seen += batch.rowCount;
  }
  expect(seen).toBe(9000);
  const numbers = join(dir, "numbers.csv");
  writeFileSync(numbers, readFileSync(path, "utf8").replaceAll(",x,", ",").replace("skipped,", ""));
  const { weights, loss } = await train(numbers, "y", { epochs: 60 });
  expect(loss).toBeLessThan(0.01);
  expect(weights[0]).toBeCloseTo(3, 0);
  expect(weights[1]).toBeCloseTo(-2, 0);
});
