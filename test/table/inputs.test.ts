// Open Inference Protocol's inputs, read and written: what they are together, and what shapes their data may have.
import { describe, expect, test } from "vitest";
import type { ConvertOptions } from "../../src/index.js";
import { feed, whole } from "../support/feed.js";
import { steady } from "../support/steady.js";

/** What it becomes with either engine, however it is cut. */
async function become(input: string, options: ConvertOptions): Promise<unknown> {
  const { text, error } = await steady(input, options);
  const reference = await feed(whole(input), { ...options, engine: "reference" });
  if (error) throw error;
  if (reference.error) throw reference.error;
  expect(reference.text).toBe(text);
  return JSON.parse(text);
}

describe("tensors of unequal lengths go side by side", () => {
  const UNEQUAL = '{"inputs":{"a":[1],"b":[1,2]}}';
  const both = [
    { name: "a", data: [1], shape: [1], datatype: "INT64", parameters: { content_type: "np" } },
    { name: "b", data: [1, 2], shape: [2], datatype: "INT64", parameters: { content_type: "np" } },
  ];

  test.each(["oip", "oip:columns", "triton", "triton:columns"])("to %s", async (to) => {
    expect(await become(UNEQUAL, { to })).toEqual({ inputs: both, parameters: { content_type: "dict" } });
  });

  test("with a dtype", async () => {
    const { inputs } = (await become(UNEQUAL, { to: "triton", dtype: "int32" })) as { inputs: { datatype: string }[] };
    expect(inputs.map(({ datatype }) => datatype)).toEqual(["INT32", "INT32"]);
  });

  const inputs = '{"name":"a","shape":[1],"datatype":"FP32","data":[1]},{"name":"b","shape":[2],"datatype":"FP32","data":[1,2]}';

  test("Triton's never are a DataFrame", async () => {
    const { error } = await feed(whole(`{"inputs":[${inputs}]}`), { to: "triton:columns" });
    expect(error).toBeUndefined();
  });

  test("MLServer's are refused where they are to be one", async () => {
    const { error } = await feed(whole(`{"inputs":[${inputs}]}`), { to: "oip:columns" });
    expect(error).toMatchObject({
      code: "E_TARGET",
      message: expect.stringMatching(/^oip:columns needs the same number of rows .* a 1, b 2/),
    });
  });
});
