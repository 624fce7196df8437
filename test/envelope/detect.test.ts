// What convert writes for a form, auto reads as that form, as one that holds the same, or not at all.
import { describe, expect, test } from "vitest";
import { DIALECTS, dialectOf, FORMS, type Form, type Layout } from "../../src/dialects/index.js";
import { detect, inspect, type SplitOptions, TransloadError } from "../../src/index.js";
import { crumbs, feed, tryRead, whole } from "../support/feed.js";
import { n, type Sheet, textOf } from "../support/forms.js";
import { steady } from "../support/steady.js";

const SHEET: Sheet = {
  names: ["a", "b"],
  rows: [
    [n("1"), n("2")],
    [n("3"), n("4")],
  ],
};

const hasEnvelope = ({ layouts }: Form) => !layouts.some((layout) => layout === "delimited" || layout === "lines");
/** Pairs of a form and what it holds; files have no envelope, and are told by their names. */
const CASES = FORMS.filter(hasEnvelope).flatMap((form) => form.layouts.map((layout) => [form, layout] as const));
/** Nothing in it tells which of two it is. */
const AMBIGUOUS: readonly string[] = ["sagemaker:json"];

describe("every form that is written is read as what it is", () => {
  for (const [form, layout] of CASES)
    test(`${form.id} ${layout}`, async () => {
      const text = textOf(form, SHEET, layout);
      const told = detect(Buffer.from(text));
      if (AMBIGUOUS.includes(form.id)) {
        expect(told).toBeUndefined();
        for (const chunks of [whole(text), crumbs(text)])
          for (const options of [
            { to: "sagemaker:json" },
            { to: "mlflow" },
            { to: "mlflow:records", maxRows: 1 },
            { to: "vertex", dtype: "float64" },
          ] as const) {
            const { error } = await feed(chunks, options);
            expect([error?.code, error?.message]).toEqual(["E_AMBIGUOUS", expect.stringContaining(`from: "${form.id}"`)]);
          }
        const survey = await inspect(whole(text)).catch((error: unknown) => error);
        expect(survey instanceof TransloadError && survey.code).toBe("E_AMBIGUOUS");
        expect((await tryRead(whole(text))).error?.code).toBe("E_AMBIGUOUS");
      } else {
        const other = FORMS.find(({ id }) => id === told) as Form;
        // the same key with the same in it, which the first dialect that has it is told for
        expect([other?.key, other?.layouts.includes(layout)]).toEqual([form.key, true]);
        const same = DIALECTS.flatMap(({ forms }) => forms).find((f) => f.key === form.key && f.layouts.includes(layout));
        expect(dialectOf(other)).toBe(dialectOf(same as Form));
        const back = async (from: string) => (await feed(whole(text), { from, to: form.id })).text;
        if (layout !== "inputs") expect(await back("auto")).toBe(await back(form.id));
      }
    });
});

describe("instances with features", () => {
  const told = async (text: string) => {
    const codes = await Promise.all([whole(text), crumbs(text)].map(async (chunks) => (await feed(chunks, { to: "vertex" })).error?.code));
    expect(codes[0]).toBe(codes[1]);
    return codes[0];
  };
  test("and nothing else are ambiguous, however they are spelled", async () => {
    expect(await told(' {"instances" : [ {"features" : [ "}]\\"[", [1], 2] } , {"features":[]}]}')).toBe("E_AMBIGUOUS");
    expect(await told('{"parameters":{"instances":[{"features":1}]},"instances":[{\n"features"\n:\n[\n]\n}]}')).toBe("E_AMBIGUOUS");
  });
  test("and others are records", async () => {
    for (const first of [
      '{"features":[1],"b":2}',
      '{"features":1}',
      '{"feature":[1]}',
      '{"b":2,"features":[1]}',
      "{}",
      '{"featuresx":[1]}',
    ])
      expect(await told(`{"instances":[${first}]}`)).toBeUndefined();
  });
  test("are what they are said to be", async () => {
    const text = '{"instances":[{"features":[1,2]}]}';
    expect((await feed(whole(text), { from: "tfserving", to: "vertex" })).text).toBe(text);
    expect((await feed(whole(text), { from: "sagemaker:json", to: "vertex" })).text).toBe('{"instances":[[1,2]]}');
  });
});

describe("a document that is a list", () => {
  const into = async (text: string, options: Partial<SplitOptions> & Pick<SplitOptions, "to">) => {
    const { text: out, error } = await steady(text, options);
    return error ? `${error.code} ${error.message}` : out;
  };
  test.each(["[[1,2],[3,4]]", "[1,2.50]", '["a"]', " [ null ]", "[[[1]],[[2]]]", "[true]", "[[]]"])("is a tensor: %s", async (text) => {
    for (const from of ["auto", "sagemaker", "sagemaker:json", "sagemaker:tensor"]) {
      expect(JSON.parse(await into(text, { from, to: "mlflow" }))).toEqual({ inputs: JSON.parse(text) });
      for (const engine of ["core", "reference"] as const)
        expect(await inspect(Buffer.from(text), { from, engine })).toMatchObject({ form: "sagemaker:tensor", layout: "tensor" });
    }
    expect(await into(`{"inputs":${text.trim()}}`, { to: "sagemaker:tensor" })).toBe(text.trim());
  });
  test("has columns where they are named", async () => {
    const text = "[[1,2],[3,4]]";
    for (const options of [{}, { dtype: "int64" }, { maxRows: 5 }] as const) {
      const rows = { columns: ["a", "b"], ...options };
      expect(await into(text, { to: "csv", ...rows })).toBe("a,b\n1,2\n3,4\n");
      expect(await into(text, { to: "mlflow:split", ...rows })).toBe('{"dataframe_split":{"columns":["a","b"],"data":[[1,2],[3,4]]}}');
      expect(await into(text, { to: "mlflow1:split", ...rows })).toBe('{"columns":["a","b"],"data":[[1,2],[3,4]]}');
    }
    expect(JSON.parse(await into(text, { to: "azureml:split", columns: ["a", "b"] }))).toEqual({
      input_data: {
        columns: ["a", "b"],
        index: [0, 1],
        data: [
          [1, 2],
          [3, 4],
        ],
      },
    });
    expect(await into(text, { to: "mlflow:split" })).toMatch(/^E_COLUMNS .*columns: \["a","b","c"\]/);
    for (const engine of ["core", "reference"] as const) {
      const { batches, error } = await tryRead(whole(text), { engine });
      expect([error, batches.map(({ kind, rowCount }) => [kind, rowCount])]).toEqual([undefined, [["tensor", 2]]]);
    }
  });
  test("is written where it is asked for by its whole name", async () => {
    const split = '{"dataframe_split":{"columns":["a","b"],"data":[[1,2],[3,4]]}}';
    expect(await into(split, { to: "sagemaker:tensor" })).toBe("[[1,2],[3,4]]");
    expect(await into(split, { to: "sagemaker" })).toBe("1,2\n3,4\n");
    expect(await into("[[1,2]]", { to: "sagemaker" })).toBe('{"instances":[{"features":[1,2]}]}');
    expect(await into("[[1,2]]", { to: "sagemaker:json" })).toBe('{"instances":[{"features":[1,2]}]}');
    expect(await into('{"inputs":1}', { to: "sagemaker:tensor" })).toMatch(/^E_TARGET/);
  });
  test("of objects, or an empty one, is MLflow 1.x's records", async () => {
    expect(await inspect(Buffer.from('[{"a":1}]'))).toMatchObject({ form: "mlflow1:records" });
    expect(await inspect(Buffer.from("[]"))).toMatchObject({ form: "mlflow1:records", rows: 0 });
    expect(await into("[]", { from: "sagemaker", to: "mlflow" })).toBe('{"inputs":[]}');
    expect(await into('[{"a":1}]', { from: "sagemaker:json", to: "mlflow" })).toMatch(/^E_OBJECT/);
  });
  test("is refused where others are named, and by everyone where it is no list", async () => {
    expect(await into("[[1]]", { from: "mlflow1", to: "csv" })).toMatch(/^E_FORM .* a list of lists; try from: "auto"/);
    expect(await into("[[1]]", { from: "mlflow", to: "csv" })).toMatch(/^E_FORM .* SageMaker's tensor: try from: "auto"/);
    for (const from of ["auto", "sagemaker:tensor"])
      for (const text of ["1", '"a"', "null"])
        expect(await into(text, { from, to: "mlflow" })).toMatch(/^E_FORM a payload is a JSON object/);
    expect(await into("[[1],[2,3]]", { to: "mlflow" })).toMatch(/^E_RAGGED .*\$\[1\]/);
  });
});

// kept beside the rest, so that a new layout is thought of here
test("every layout has a form", () => {
  const layouts: Layout[] = ["frame", "records", "tensor", "named", "inputs", "ndarray", "values", "features"];
  expect([...new Set(CASES.map(([, layout]) => layout))].sort()).toEqual(layouts.sort());
});
