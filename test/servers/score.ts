// score against MLflow's scoring server: a file of many rows gives what the model predicts of the whole frame, in order.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readBatches } from "../../src/index.js";
import { type Environment, HERE, run } from "./python.js";
import { freePorts, Server } from "./server.js";

/** A line for what was checked: `passed …` or `FAILED …`. */
export async function checkScore({ python, env }: Environment, cli: string, parent: string, rows: number): Promise<string> {
  const folder = join(parent, "score");
  const title = `mlflow: score of ${rows.toLocaleString("en")} rows is what the model predicts of the frame`;
  await run(python, [join(HERE, "predict.py"), folder, `${rows}`], 300, env, parent);
  const [port] = (await freePorts(1)) as [number];
  const args = ["-m", "uvicorn", "--host", "127.0.0.1", "--port", `${port}`, "mlflow.pyfunc.scoring_server.app:app"];
  const model = join(folder, "model");
  const own = { ...env, __pyfunc_model_path__: model };
  await Server.start({ name: "mlflow-score", program: python, args, env: own, port, health: "/health" }, parent);
  const output = join(folder, "predictions.parquet");
  const url = `http://127.0.0.1:${port}/invocations`;
  const call = ["score", join(folder, "rows.csv"), "--url", url, "--model", model, "--max-rows", "10000", "-o", output, "--json"];
  const done = spawnSync(process.execPath, [cli, ...call], { encoding: "utf8" });
  if (done.status !== 0) return `FAILED  ${title}: ${done.stderr}`;
  const wrong = await differing(output, predicted(folder));
  return wrong === undefined ? `passed  ${title}: ${done.stdout.trim()}` : `FAILED  ${title}: ${wrong}`;
}

/** What the model predicts of the whole frame. */
export function predicted(folder: string): Float64Array {
  return new Float64Array(new Uint8Array(readFileSync(join(folder, "predicted.bin"))).buffer);
}

/** The first row whose prediction is another, in words. */
export async function differing(
  output: string,
  expected: Float64Array,
  { column = "prediction", within = 0 } = {},
): Promise<string | undefined> {
  let row = 0;
  for await (const batch of readBatches(output, { dtype: "float64" })) {
    const names = batch.columns.map(({ name }) => name);
    if (`${names}` !== `row,${column}`) return `the columns are ${names}`;
    const [numbers, predictions] = batch.columns.map(({ values }) => values as Float64Array) as [Float64Array, Float64Array];
    for (let i = 0; i < batch.rowCount; i++, row++)
      if (Number(numbers[i]) !== row || !isNear(predictions[i] as number, expected[row] as number, within))
        return `row ${row} is ${numbers[i]}: ${predictions[i]}, and the model predicts ${expected[row]}`;
  }
  return row === expected.length ? undefined : `${row} rows, and not ${expected.length}`;
}

function isNear(value: number, expected: number, within: number): boolean {
  // what is added up may be much larger than the sum: the model's inputs are a few units
  return value === expected || Math.abs(value - expected) <= within * Math.max(1, Math.abs(expected));
}
