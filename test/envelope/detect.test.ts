// What convert writes for a form, auto reads as that form, as one that holds the same, or not at all.
import { describe, expect, test } from "vitest";
import { DIALECTS, dialectOf, FORMS, type Form, type Layout } from "../../src/dialects/index.js";
import { detect, inspect, TransloadError } from "../../src/index.js";
import { crumbs, feed, tryRead, whole } from "../support/feed.js";
import { n, type Sheet, textOf } from "../support/forms.js";

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
/** `inputs` holds Open Inference Protocol's objects, or nothing else's. */
const UNTOLD: readonly string[] = ["kserve1:inputs records"];

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
      } else if (UNTOLD.includes(`${form.id} ${layout}`)) {
        const { error } = await feed(whole(text), { to: "mlflow" });
        expect(error?.message).toContain('from: "');
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

// kept beside the rest, so that a new layout is thought of here
test("every layout has a form", () => {
  const layouts: Layout[] = ["frame", "records", "tensor", "named", "inputs", "ndarray", "values", "features"];
  expect([...new Set(CASES.map(([, layout]) => layout))].sort()).toEqual(layouts.sort());
});
