// What the entry for browsers does where there is none: the same in Node, Deno and Bun.
import assert from "node:assert/strict";
import { convert, detect, inspect, readBatches, split, verdict } from "transload/web";

const csv = new Blob(["a,b\n1,x\n2,y\n3,\n"]);
const converted = (to) => new Response(csv.stream().pipeThrough(convert({ from: "csv", to })));

assert.equal(await converted("mlflow").text(), '{"dataframe_split":{"columns":["a","b"],"data":[[1,"x"],[2,"y"],[3,NaN]]}}');

const cells = [];
for await (const { columns } of readBatches(await converted("parquet").blob())) cells.push(...columns[0].values);
assert.deepEqual(cells, [1n, 2n, 3n]);

for await (const batch of readBatches(new Blob(['{"instances":[[1,2],[3,4]]}']))) {
  assert.equal(batch.tensor().get(1, 1), 4);
  assert.equal((await batch.toArrow()).numRows, 2);
}

const pieces = [];
for await (const piece of split(csv, { from: "csv", to: "mlflow:records", maxRows: 2 })) {
  const parts = [];
  for await (const bytes of piece) parts.push(bytes);
  pieces.push([await new Blob(parts).text(), piece.rows]);
}
assert.deepEqual(pieces, [
  ['{"dataframe_records":[{"a":1,"b":"x"},{"a":2,"b":"y"}]}', 2],
  ['{"dataframe_records":[{"a":3,"b":NaN}]}', 1],
]);

const found = await inspect(csv, { from: "csv" });
assert.deepEqual([found.form, found.shape, verdict(found, { for: "mlflow" }).accepted], ["csv", [3, 2], true]);
assert.equal(detect(new TextEncoder().encode('{"input_data":{"columns":["a"],"data":[')), "azureml:split");
