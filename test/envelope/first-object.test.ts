// A list of objects under `inputs`: Open Inference Protocol's tensors, or the records that MLflow makes a DataFrame of. The first object tells.
import { describe, expect, test } from "vitest";
import { type ConvertOptions, detect, inspect, verdict } from "../../src/index.js";
import { columnsOf, feed, halves, whole } from "../support/feed.js";
import { steady } from "../support/steady.js";

const RECORDS = '{"params":{"list":[{"name":1}]},"inputs": [ {"c":1.5,"s":"}\\"[{"},{"s":"y","c":2}]}';

/** What it becomes with either engine and wherever it is cut, or the code of the refusal. */
async function become(input: string, options: Partial<ConvertOptions> = {}): Promise<string> {
  const all = { to: "mlflow", ...options };
  const { text, error } = await steady(input, all);
  for (const engine of ["core", "reference"] as const)
    for (let at = 1; at < Buffer.byteLength(input); at += input.length > 1000 ? 97 : 1) {
      const other = await feed(halves(input, at), { ...all, engine });
      expect([other.text, other.error?.code], `${engine}, cut at ${at}`).toEqual([text, error?.code]);
    }
  return error ? `${error.code} ${error.message}` : text;
}

describe("records under inputs", () => {
  test("are told by their keys, wherever they are cut", async () => {
    const rows = '[ {"c":1.5,"s":"}\\"[{"},{"s":"y","c":2}]';
    expect(await become(RECORDS)).toBe(`{"params":{"list":[{"name":1}]},"dataframe_records": ${rows}}`);
    expect(detect(Buffer.from(RECORDS))).toBe("mlflow:inputs");
    // too little to tell
    for (const head of ['{"inputs":[{', '{"inputs":[{"c', '{"inputs":[{"c":[1,'] as const)
      expect(detect(Buffer.from(head))).toBeUndefined();
  });

  test.each<[options: Partial<ConvertOptions>, wanted: string]>([
    [{ to: "mlflow:split" }, '{"dataframe_split":{"columns":["c","s"],"data":[[1.5,"x"],[2,"y"]]}}'],
    // what it was before
    [{ to: "mlflow:inputs" }, '{"inputs":{"c":[1.5,2],"s":["x","y"]}}'],
    [{ to: "mlflow:instances" }, '{"instances":[{"c":1.5,"s":"x"},{"c":2,"s":"y"}]}'],
    [{ to: "databricks" }, '{"dataframe_records":[{"c":1.5,"s":"x"},{"c":2,"s":"y"}]}'],
    [{ to: "azureml" }, '{"input_data":{"columns":["c","s"],"data":[[1.5,"x"],[2,"y"]],"index":[0,1]}}'],
    [{ to: "kserve1:instances" }, '{"instances":[{"c":1.5,"s":"x"},{"c":2,"s":"y"}]}'],
    [{ to: "tfserving:inputs" }, '{"inputs":{"c":[1.5,2],"s":["x","y"]}}'],
    [{ to: "csv" }, "c,s\n1.5,x\n2,y\n"],
    [{ to: "jsonl" }, '{"c":1.5,"s":"x"}\n{"c":2,"s":"y"}\n'],
    [{ dtype: { c: "float32" } }, '{"dataframe_records":[{"c":1.5,"s":"x"},{"c":2.0,"s":"y"}]}'],
    [{ from: "mlflow" }, '{"dataframe_records":[{"c":1.5,"s":"x"},{"c":2,"s":"y"}]}'],
    [{ from: "mlflow:inputs" }, '{"dataframe_records":[{"c":1.5,"s":"x"},{"c":2,"s":"y"}]}'],
    [{ from: "databricks" }, '{"dataframe_records":[{"c":1.5,"s":"x"},{"c":2,"s":"y"}]}'],
  ])("become any other form (%o)", async (options, wanted) => {
    expect(await become('{"inputs":[{"c":1.5,"s":"x"},{"c":2,"s":"y"}]}', options)).toBe(wanted);
  });

  test("are inspected, judged and read", async () => {
    const found = await inspect([Buffer.from(RECORDS)]);
    expect(found).toMatchObject({ form: "mlflow:inputs", layout: "records", rows: 2, params: true });
    expect(verdict(found, { for: "mlflow" })).toMatchObject({ accepted: true });
    for (const engine of ["core", "reference"] as const)
      expect(await columnsOf(whole(RECORDS), { engine })).toEqual({ c: [1.5, 2], s: ['}"[{', "y"] });
  });

  test("may be wider than what is looked at", async () => {
    const wide = `{${Array.from({ length: 600 }, (_, i) => `"column ${i}":${i}`)}}`;
    expect(wide.length).toBeGreaterThan(1 << 12);
    expect(await become(`{"inputs":[${wide}]}`)).toBe(`{"dataframe_records":[${wide}]}`);
  });
});

describe("objects under inputs with a key of an input's", () => {
  const say = 'for records say from: "mlflow:inputs"';

  test.each([
    ['{"name":"x","age":5}', "E_FORM", "an input needs shape"],
    ['{"age":5,"name":"x"}', "E_OBJECT", "an object where a tensor is expected"],
    ['{"n\\u0061me":"x","age":5}', "E_FORM", "an input needs shape"],
    // a cell of TensorFlow Serving's
    ['{"b64":"aGk="}', "E_OBJECT", "an object where a tensor is expected"],
    ["{}", "E_FORM", "an input needs name"],
  ])("are none but where that is said: %s", async (object, code, why) => {
    const told = await become(`{"inputs":[${object}]}`);
    expect(told).toMatch(new RegExp(`^${code} ${why}`));
    expect(told).toContain(say);
    expect(await become(`{"inputs":[${object}]}`, { from: "mlflow" })).toBe(`{"dataframe_records":[${object}]}`);
  });

  test("are inputs", async () => {
    const input = '{"datatype":"INT64","name":"x","data":[1,2],"shape":[2]}';
    expect(await become(`{"inputs":[${input}]}`)).toBe('{"inputs":{"x":[1,2]}}');
  });

  test("and lists that end in the first object are told of as such", async () => {
    for (const text of ['{"inputs":[{"c":1', '{"inputs":[{', '{"inputs":[{"c'])
      for (const engine of ["core", "reference"] as const)
        expect((await feed(whole(text), { to: "mlflow", engine })).error?.code, text).toMatch(/^E_(TRUNCATED|OBJECT)$/);
  });
});
