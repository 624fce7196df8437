// What a request of Open Inference Protocol's says to the server and not to the model, in requests that tritonclient made (record-tritonclient.py).
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type ConvertOptions, inspect } from "../../src/index.js";
import { feed, whole } from "../support/feed.js";
import { steady } from "../support/steady.js";

const REQUESTS = JSON.parse(readFileSync(new URL("tritonclient.json", import.meta.url), "utf8")) as Readonly<Record<string, string>>;

/** What it becomes, and what is told of it, with either engine and however it is cut. */
async function become(input: string, options: ConvertOptions): Promise<{ value: Record<string, unknown>; warnings: string[] }> {
  const { text, error } = await steady(input, options);
  if (error) throw error;
  for (const engine of ["core", "reference"] as const) {
    const found = await feed(whole(input), { ...options, engine });
    expect(found.text).toBe(text);
    if (engine === "reference") return { value: JSON.parse(text), warnings: found.warnings.map(({ message }) => message) };
  }
  throw new Error("unreachable");
}

/** The same request, its parameters before the inputs. */
const early = (request: string) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(request)).reverse()));

describe.each(["as it is", "parameters first"])("a request of tritonclient's, %s", (order) => {
  const request = (name: string) => (order === "as it is" ? (REQUESTS[name] as string) : early(REQUESTS[name] as string));
  const inputs = {
    x: [
      [1.5, 2],
      [3, 4],
    ],
  };

  test("has no params for a model where it says no more than how cells travel", async () => {
    expect(await become(request("plain"), { to: "mlflow" })).toEqual({ value: { inputs }, warnings: [] });
    expect((await become(request("plain"), { to: "mlflow", dtype: "float32" })).value).toEqual({ inputs });
    expect(Object.keys((await become(request("plain"), { to: "vertex" })).value)).toEqual(["instances"]);
    expect(Object.keys((await become(request("plain"), { to: "tfserving" })).value)).toEqual(["inputs"]);
    expect(await inspect([Buffer.from(request("plain"))])).toMatchObject({ params: false });
  });

  test("has the model's own", async () => {
    const params = { temperature: 0.5 };
    expect(await become(request("with the model's own"), { to: "mlflow" })).toEqual({ value: { inputs, params }, warnings: [] });
    expect((await become(request("with the model's own"), { to: "vertex" })).value).toMatchObject({ parameters: params });
  });

  test("loses what Triton schedules it by, which is told", async () => {
    const { value, warnings } = await become(request("in a sequence"), { to: "mlflow" });
    expect(value).toEqual({ inputs });
    expect(warnings).toEqual([
      '"sequence_id", "sequence_start", "sequence_end", "priority", "timeout" among the parameters are for the server, not the model, and are dropped',
    ]);
  });

  test.each<ConvertOptions>([{ to: "triton" }, { to: "oip" }, { to: "triton", dtype: "float64" }])(
    "keeps all of it in its own protocol (%o)",
    async (options) => {
      for (const name of ["plain", "with the model's own", "in a sequence"]) {
        const { parameters } = JSON.parse(request(name)) as { parameters: object };
        expect((await become(request(name), options)).value).toMatchObject({ parameters });
      }
    },
  );
});

test("a class count of an output's stays in its protocol", async () => {
  const { outputs } = JSON.parse(REQUESTS["with outputs"] as string) as { outputs: object[] };
  expect((await become(REQUESTS["with outputs"] as string, { to: "triton" })).value).toMatchObject({ outputs });
  expect((await become(REQUESTS["with outputs"] as string, { to: "mlflow" })).warnings).toEqual([
    '"outputs" is not part of a mlflow payload and is dropped',
  ]);
});

test("of an input's parameters its bytes' length is nobody's loss, and a class count is", async () => {
  const input = (parameters: string) => `{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1],"parameters":${parameters}}]}`;
  expect((await become(input('{"binary_data_size":4,"content_type":"np"}'), { to: "mlflow" })).warnings).toEqual([]);
  for (const parameters of ['{"classification":3}', '{"content_type":"datetime"}', '{"own":1}'])
    expect((await become(input(parameters), { to: "mlflow" })).warnings).toEqual([
      `parameters of the input "x" are dropped: ${parameters}`,
    ]);
});
