// Imports every export of the installed package, and takes a payload through both engines.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const manifest = JSON.parse(readFileSync("node_modules/transload/package.json", "utf8"));
for (const path of Object.keys(manifest.exports)) {
  const name = `transload${path.slice(1)}`;
  if (path.endsWith(".json")) createRequire(import.meta.url)(name);
  else assert.ok(Object.keys(await import(name)).length > 0, name);
}

const { convert, detect, inspect, readBatches } = await import("transload");
const payload = readFileSync("heart.azureml.json");
assert.equal(detect(payload), "azureml:split");
const [core, reference] = await Promise.all(
  ["core", "reference"].map((engine) => {
    const stream = convert({ to: "mlflow", dtype: "float32", engine });
    stream.end(payload);
    return text(stream);
  }),
);
assert.equal(core, reference);
assert.match(core, /"dataframe_split"/);
for await (const batch of readBatches(payload)) assert.deepEqual(batch.tensor().shape, [1, 12]);
assert.deepEqual((await inspect(payload)).shape, [1, 12]);

const { Batch, writeBatches } = await import("transload");
for (const to of ["parquet", "arrow", "arrows", "npz", "npy", "csv"]) {
  const stream = writeBatches({ to });
  const columns = ["a", "b"].map((name) => ({ name, dtype: "float64", values: Float64Array.of(1, 2.5), shape: [] }));
  stream.end(new Batch({ rowOffset: 0, rowCount: 2, columns, kind: "frame" }));
  const parts = [];
  for await (const part of stream) parts.push(part);
  let cells = 0;
  for await (const batch of readBatches(parts, { from: to })) cells += batch.rowCount * batch.shape[1];
  assert.equal(cells, 4, to);
}
