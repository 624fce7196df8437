// What is bundled by .ci/bundle.mjs: a handler as a cloud has it, which uses all of the library but its gateway. What it returns is the same
// wherever it runs, bundled or not.
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { Batch, convert, convertFile, inspect, loadCore, readBatches, readModel, scoreFile, split, verdict, writeBatches } from "transload";

const CSV = "a,b,c\n1,0.5,x\n2,1.0,y\n3,9007199254740993,x\n";
/** More than a thread's stretch, so that there would be several. */
const ROWS = 600_000;

export async function handler() {
  const folder = mkdtempSync(join(tmpdir(), "transload-bundle-"));
  try {
    return {
      text: await converted(CSV, { from: "csv", to: "mlflow" }),
      typed: await converted(CSV, { from: "csv", to: "azureml", dtype: { b: "float32" } }),
      reference: await converted(CSV, { from: "csv", to: "tfserving", engine: "reference" }),
      loaded: (await loadCore()) === undefined,
      tensor: tensors(),
      arrow: await arrows(),
      files: await files(),
      pieces: await pieces(),
      verdict: verdict(await inspect([Buffer.from(CSV)], { from: "csv" }), { for: "mlflow" }).accepted,
      model: await model(folder),
      threads: await threads(folder),
      scored: await scored(folder),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function converted(input, options) {
  const stream = convert(options);
  stream.end(Buffer.from(input));
  return text(stream);
}

function batchOf(values) {
  return new Batch({ kind: "frame", rowOffset: 0, rowCount: 2, columns: [{ name: "a", dtype: "float64", values, shape: [] }] });
}

/** Of a batch that is made by hand, before any other was read. */
function tensors() {
  const tensor = batchOf(Float64Array.of(1, 2.5)).tensor();
  return [tensor.shape, tensor.get(1, 0)];
}

async function arrows() {
  const batch = await batchOf(Float64Array.of(1, 2.5)).toArrow();
  return [batch.numRows, batch.schema.fields[0].name, [...batch.getChild("a")]];
}

/** Every binary form and codec, there and back. */
async function files() {
  const found = {};
  const forms = [
    ...["snappy", "lz4", "zstd", "gzip", "none"].map((codec) => ({ to: "parquet", codec })),
    ...["lz4", "zstd", "none"].map((codec) => ({ to: "arrow", codec })),
    { to: "arrows" },
    { to: "npy" },
    { to: "npz", codec: "gzip" },
    { to: "triton:binary" },
  ];
  for (const options of forms) {
    const stream = writeBatches(options);
    stream.end(batchOf(Float64Array.of(1, 2.5)));
    const bytes = await buffer(stream);
    const cells = [];
    for await (const { columns } of readBatches([bytes], { from: options.to })) cells.push(...columns[0].values);
    found[Object.values(options).join(" ")] = cells;
  }
  return found;
}

async function pieces() {
  const found = [];
  for await (const piece of split([Buffer.from(CSV)], { from: "csv", to: "mlflow:records", maxRows: 2 })) found.push(await text(piece));
  return found;
}

/** What reads YAML. */
async function model(folder) {
  const path = join(folder, "MLmodel");
  writeFileSync(path, `flavors: {}\nsignature:\n  inputs: '[{"name":"a","type":"long","required":true}]'\n`);
  return (await readModel(path)).signature.inputs.columns.map(({ name, type }) => `${name} ${type}`);
}

async function threads(folder) {
  const input = join(folder, "rows.csv");
  writeFileSync(input, `a,b,c\n${Array.from({ length: ROWS }, (_, i) => `${i},${i / 8},text ${i % 7}\n`).join("")}`);
  const digests = [];
  for (const jobs of [1, 2]) {
    await convertFile(input, join(folder, "rows.json"), { to: "mlflow", jobs, sync: false });
    digests.push(
      createHash("sha256")
        .update(readFileSync(join(folder, "rows.json")))
        .digest("hex"),
    );
  }
  let rows = 0;
  for await (const batch of readBatches(input, { jobs: 2 })) rows += batch.rowCount;
  return [digests[0] === digests[1], rows];
}

async function scored(folder) {
  const server = createServer(async (request, response) => {
    const { dataframe_split: rows } = JSON.parse(await text(request));
    response.setHeader("content-type", "application/json").end(JSON.stringify({ predictions: rows.data.map(([a]) => 2 * a) }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const output = join(folder, "predictions.csv");
  const url = `http://127.0.0.1:${server.address().port}/invocations`;
  await scoreFile([Buffer.from(CSV)], output, { url, from: "csv", maxRows: 2 });
  await new Promise((resolve) => server.close(resolve));
  return readFileSync(output, "utf8");
}
