// Bytes as TensorFlow Serving spells them, {"b64": "aGk="}: what becomes of them elsewhere.
import { describe, expect, test } from "vitest";
import { inspect, verdict } from "../../src/index.js";
import { columnsOf, feed, whole } from "../support/feed.js";
import { steady } from "../support/steady.js";

const BYTES = '{"instances":[{"b64":"aGk="},{"b64":"eW8="}]}';
const ENGINES = ["core", "reference"] as const;

describe("instances of one input", () => {
  test.each(["tfserving", "kserve1", "vertex", "auto"] as const)("of %s are one input of bytes to MLServer", async (from) => {
    const wanted =
      '{"inputs":[{"name":"input","data":["aGk=","eW8="],"shape":[2],"datatype":"BYTES","parameters":{"content_type":"base64"}}]}';
    expect((await steady(BYTES, { from, to: "oip" })).text).toBe(wanted);
    expect((await feed(whole(BYTES), { from, to: "oip", engine: "reference" })).text).toBe(wanted);
  });

  test.each(["tfserving", "kserve1", "vertex", "mlflow:instances"])("pass as they stand to %s", async (to) => {
    for (const engine of ENGINES) expect((await feed(whole(BYTES), { from: "tfserving", to, engine })).text).toBe(BYTES);
  });

  test.each(["azureml", "mlflow:split", "mlflow:inputs", "csv", "triton", "oip:tensor", "seldon", "jsonl"])(
    "are refused for what they are by %s",
    async (to) => {
      for (const engine of ENGINES) {
        const { error } = await feed(whole(BYTES), { from: "tfserving", to, engine });
        expect(error?.code).toBe("E_NESTED");
        expect(error?.detail).toMatch(/^\{"b64": …\} is TensorFlow Serving's spelling of bytes, which \S+ cannot hold; /);
      }
    },
  );

  test("have no dtype", async () => {
    const { error } = await feed(whole(BYTES), { from: "tfserving", to: "oip", dtype: "float32" });
    expect(error).toMatchObject({ code: "E_NESTED", detail: expect.stringMatching(/which no dtype is for; leave out dtype$/) });
    const azure = await feed(whole(BYTES), { from: "tfserving", to: "azureml", dtype: "float32" });
    expect(azure.error).toMatchObject({ code: "E_NESTED", detail: expect.stringMatching(/which azureml:split cannot hold/) });
    const kept = await feed(whole(BYTES), { from: "tfserving", to: "kserve1", dtype: "float32" });
    expect(kept.text).toBe(BYTES);
  });

  test("are text where columns are read, and no fault", async () => {
    expect(await columnsOf(whole(BYTES), { from: "tfserving" })).toEqual({ b64: ["aGk=", "eW8="] });
    expect(verdict(await inspect([Buffer.from(BYTES)]), { for: "tfserving" }).accepted).toBe(true);
  });

  test("hold text", async () => {
    const { error } = await feed(whole('{"instances":[{"b64":1}]}'), { from: "tfserving", to: "oip" });
    expect(error).toMatchObject({ code: "E_DTYPE", detail: expect.stringMatching(/whose value is text in base64/) });
  });
});

test("a column of that name is one beside others, and where others have it", async () => {
  const beside = await feed(whole('{"instances":[{"b64":"aGk=","x":1}]}'), { from: "tfserving", to: "mlflow:split" });
  expect(beside.text).toBe('{"dataframe_split":{"columns":["b64","x"],"data":[["aGk=",1]]}}');
  const records = await feed(whole('{"dataframe_records":[{"b64":"aGk="}]}'), { to: "mlflow:split" });
  expect(records.error).toBeUndefined();
});

test("in a column they are told of", async () => {
  for (const cell of ['{"b64":"aGk="}', '[{"b64":"aGk="}]', '[[ { "b64" : "aGk="}]]']) {
    const text = `{"instances":[{"image":${cell}}]}`;
    for (const engine of ENGINES) {
      const { error } = await feed(whole(text), { from: "tfserving", to: "oip", engine });
      expect(error).toMatchObject({
        code: "E_NESTED",
        detail:
          'column "image": {"b64": …} is TensorFlow Serving\'s spelling of bytes, which oip:columns cannot hold in a column; make it text',
      });
      expect((await feed(whole(text), { from: "tfserving", to: "kserve1", engine })).text).toBe(text);
    }
  }
});

test("in a tensor they are named", async () => {
  for (const engine of ENGINES) {
    const { error } = await feed(whole('{"inputs":{"image":[{"b64":"aGk="}]}}'), { to: "mlflow", engine });
    expect(error).toMatchObject({
      code: "E_OBJECT",
      path: "$.inputs.image[0]",
      detail: expect.stringMatching(/TensorFlow Serving's spelling/),
    });
  }
});
