// null, a cell that is not there, a blank and NaN are four different things (FORMATS 7.1): what each becomes, dialect by
// dialect, and what --nan and --missing make of it.
import { describe, expect, test } from "vitest";
import { dialectOf, FORMS, type Form } from "../../src/dialects/index.js";
import type { ConvertOptions } from "../../src/index.js";
import { crumbs, feed, type Outcome, whole } from "../support/feed.js";
import { layoutFor } from "../support/forms.js";

/** Column b holds what is asked for, in a row between two others; the rows of a source of each kind. */
const SOURCES = {
  null: { from: "mlflow:records", text: '{"dataframe_records":[{"a":1,"b":2.5},{"a":3,"b":null},{"a":5,"b":6.5}]}' },
  NaN: { from: "mlflow:records", text: '{"dataframe_records":[{"a":1,"b":2.5},{"a":3,"b":NaN},{"a":5,"b":6.5}]}' },
  Infinity: { from: "mlflow:records", text: '{"dataframe_records":[{"a":1,"b":2.5},{"a":3,"b":-Infinity},{"a":5,"b":6.5}]}' },
  "no key": { from: "mlflow:records", text: '{"dataframe_records":[{"a":1,"b":2.5},{"a":3},{"a":5,"b":6.5}]}' },
  blank: { from: "csv", text: "a,b\n1,2.5\n3,\n5,6.5\n" },
  "NA word": { from: "csv", text: "a,b\n1,2.5\n3,n/a\n5,6.5\n" },
} as const;

/** What stands in the place of the cell: its text, a key that is left out, or the code of the refusal. */
function cellOf({ text, error }: Outcome): string {
  if (error) return error.code;
  const [, cell] = /(?:\[3,|"a":3,"b":|\n3[,\t]|\[2\.5,|"values":\[1,2\.5,3,)(null|NaN|-Infinity|-inf|\d[\d.]*|)[\],}\n]/.exec(text) ?? [];
  if (cell === undefined && /\{"a":3\}/.test(text)) return "left out";
  return cell === undefined ? `?? ${text}` : cell === "" ? "blank" : cell;
}

/** In the order of SOURCES. Records keep a key left out, so they have a line of their own. */
const BECOMES: Readonly<Record<string, readonly string[]>> = {
  // MLflow: only the token is the same as what is missing, in every column; null in a column of text is None
  "mlflow:split": ["null", "NaN", "-Infinity", "NaN", "NaN", "NaN"],
  "mlflow:records": ["null", "NaN", "-Infinity", "left out", "NaN", "NaN"],
  "mlflow:inputs": ["null", "NaN", "-Infinity", "NaN", "NaN", "NaN"],
  // of instances all must have the same keys
  "mlflow:instances": ["null", "NaN", "-Infinity", "E_MISSING", "E_MISSING", "E_MISSING"],
  "databricks:split": ["null", "NaN", "-Infinity", "NaN", "NaN", "NaN"],
  // Azure ML reads null and NaN alike
  "azureml:split": ["null", "NaN", "-Infinity", "null", "null", "null"],
  "azureml:tensor": ["null", "NaN", "-Infinity", "null", "null", "null"],
  "azureml:named": ["null", "NaN", "-Infinity", "null", "null", "null"],
  "mlflow1:split": ["null", "NaN", "-Infinity", "null", "null", "null"],
  "mlflow1:records": ["null", "NaN", "-Infinity", "left out", "null", "null"],
  // TensorFlow Serving has no null in any dtype
  "tfserving:inputs": ["E_NULL", "NaN", "-Infinity", "E_MISSING", "E_MISSING", "E_MISSING"],
  "tfserving:instances": ["E_NULL", "NaN", "-Infinity", "E_MISSING", "E_MISSING", "E_MISSING"],
  // MLServer's orjson knows no NaN, and its codecs write null for it, and nothing for infinity; Triton reads NaN and no null
  "oip:columns": ["null", "null", "E_NAN", "null", "null", "null"],
  "oip:tensor": ["null", "null", "E_NAN", "null", "null", "null"],
  "triton:columns": ["E_NULL", "NaN", "-Infinity", "E_MISSING", "E_MISSING", "E_MISSING"],
  // nothing but a blank tells a gap in a file, and pandas spells infinity so
  csv: ["blank", "blank", "-inf", "blank", "blank", "blank"],
  tsv: ["blank", "blank", "-inf", "blank", "blank", "blank"],
  "sagemaker:csv": ["blank", "E_NAN", "E_NAN", "blank", "blank", "blank"],
  // JSON by the letter
  "jsonl:records": ["null", "E_NAN", "E_NAN", "left out", "null", "null"],
  "jsonl:lists": ["null", "E_NAN", "E_NAN", "null", "null", "null"],
  "seldon:ndarray": ["null", "E_NAN", "E_NAN", "null", "null", "null"],
  "seldon:tensor": ["E_NULL", "E_NAN", "E_NAN", "E_NULL", "E_NULL", "E_NULL"],
  "sagemaker:json": ["null", "E_NAN", "E_NAN", "null", "null", "null"],
  "vertex:instances": ["null", "E_NAN", "E_NAN", "left out", "null", "null"],
  "kserve1:instances": ["null", "E_NAN", "E_NAN", "left out", "null", "null"],
};

/** The same by what the tables say, so that a new dialect needs no line. */
function lineOf(form: Form): string[] {
  const { nan = "token", missing = "null" } = dialectOf(form);
  const layout = layoutFor(FORMS.find(({ id }) => id === "mlflow:records") as Form, "records", form);
  const blank = layout === "delimited" ? "blank" : undefined;
  const nothing = blank ?? (form.refusesNull ? "E_NULL" : "null");
  const policy = form.equalKeys ? "error" : missing;
  const gap = policy === "error" ? "E_MISSING" : (blank ?? (policy === "token" ? "NaN" : nothing));
  const keyed = (layout === "records" || (layout === "lines" && !form.lists)) && !form.equalKeys;
  const notANumber = nan === "error" ? "E_NAN" : (blank ?? (nan === "token" ? "NaN" : nothing));
  const infinite = nan !== "token" ? "E_NAN" : blank ? "-inf" : "-Infinity";
  return [nothing, notANumber, infinite, keyed ? "left out" : gap, gap, gap];
}

test("the tables say what the lines say", () => {
  for (const [id, cells] of Object.entries(BECOMES)) expect(lineOf(FORMS.find((form) => form.id === id) as Form), id).toEqual(cells);
});

async function check(options: ConvertOptions, cells: readonly string[]): Promise<void> {
  const got: [string, string][] = [];
  for (const { from, text } of Object.values(SOURCES)) {
    const outcome = await feed(whole(text), { from, ...options });
    const again = await feed(crumbs(text), { from, ...options });
    expect(again.error?.message ?? again.text).toBe(outcome.error?.message ?? outcome.text);
    got.push([Object.keys(SOURCES)[got.length] as string, cellOf(outcome)]);
  }
  expect(got).toEqual(Object.keys(SOURCES).map((name, i) => [name, cells[i]]));
}

describe("by default", () => {
  for (const form of FORMS) test(form.id, () => check({ to: form.id }, lineOf(form)));
});

describe("as it is asked for", () => {
  const gap = (cell: string) => [cell, cell, cell];
  test.each<[ConvertOptions, string[]]>([
    [{ to: "mlflow:split", nan: "null" }, ["null", "null", "null", ...gap("NaN")]],
    [{ to: "mlflow:split", nan: "error" }, ["null", "E_NAN", "E_NAN", ...gap("NaN")]],
    [{ to: "mlflow:split", missing: "null" }, ["null", "NaN", "-Infinity", ...gap("null")]],
    [{ to: "mlflow:split", missing: "error" }, ["null", "NaN", "-Infinity", ...gap("E_MISSING")]],
    [{ to: "mlflow:split", nan: "null", missing: "null" }, ["null", "null", "null", ...gap("null")]],
    [{ to: "azureml:split", missing: "token" }, ["null", "NaN", "-Infinity", ...gap("NaN")]],
    // a key that is left out is written where one says how
    [{ to: "mlflow:records", missing: "null" }, ["null", "NaN", "-Infinity", ...gap("null")]],
    [{ to: "jsonl:records", missing: "token", nan: "token" }, ["null", "NaN", "-Infinity", ...gap("NaN")]],
    [{ to: "jsonl:lists", nan: "null" }, ["null", "null", "null", ...gap("null")]],
    [{ to: "mlflow:instances", missing: "null" }, ["null", "NaN", "-Infinity", ...gap("null")]],
    // null stays refused where no dtype has it
    [{ to: "tfserving:inputs", missing: "null", nan: "null" }, ["E_NULL", "E_NULL", "E_NULL", ...gap("E_NULL")]],
    [{ to: "tfserving:inputs", missing: "token" }, ["E_NULL", "NaN", "-Infinity", ...gap("NaN")]],
    [{ to: "triton:columns", missing: "token" }, ["E_NULL", "NaN", "-Infinity", ...gap("NaN")]],
    [{ to: "oip:columns", nan: "token" }, ["null", "NaN", "-Infinity", ...gap("null")]],
    [{ to: "csv", nan: "error" }, ["blank", "E_NAN", "E_NAN", ...gap("blank")]],
  ])("%j", (options, cells) => check(options, cells));
});

test("integers with gaps are doubles to Open Inference Protocol, and booleans with gaps are refused", async () => {
  const of = (cells: string) => `{"dataframe_split":{"columns":["a"],"data":[${cells}]}}`;
  const datatype = async (cells: string, to = "oip:columns") => {
    const { error, text } = await feed(whole(of(cells)), { to });
    return error?.code ?? /"datatype":"(\w+)"/.exec(text)?.[1];
  };
  expect(await datatype("[1],[2]")).toBe("INT64");
  expect(await datatype("[1],[null]")).toBe("FP64");
  expect(await datatype("[1],[NaN]")).toBe("FP64");
  expect(await datatype("[1],[2.0]")).toBe("FP64");
  expect(await datatype("[true],[false]")).toBe("BOOL");
  expect(await datatype("[true],[null]")).toBe("E_NULL");
  expect(await datatype('["x"],[null]')).toBe("BYTES");
  expect(await datatype('["x"],[1]')).toBe("E_DTYPE");
  expect(await datatype("[true],[1]")).toBe("E_DTYPE");
  expect(await datatype("[[1]],[[2]]")).toBe("INT64");
  expect(await datatype("[[1]],[[2,3]]")).toBe("E_RAGGED");
  expect(await datatype("[1],[null]", "triton:columns")).toBe("E_NULL");
});

describe("a cell that ends its list is no other than those before it", () => {
  const at = (cell: string, i: number) => ["1", "2", "3", "4"].map((other, k) => (k === i ? cell : other)).join(",");
  for (const engine of ["core", "reference"] as const)
    for (const cell of ["NaN", "Infinity", "-Infinity"])
      for (const i of [0, 3])
        test(`${cell} as the ${i === 0 ? "first" : "last"}, by the ${engine}`, async () => {
          const text = `{"data":{"tensor":{"shape":[2,2],"values":[${at(cell, i)}]}}}`;
          for (const chunks of [whole(text), crumbs(text)]) {
            const outcome = await feed(chunks, { from: "seldon:tensor", to: "oip:tensor", engine });
            if (cell === "NaN") expect(outcome.text).toContain(`"data":[${at("null", i)}]`);
            else expect(outcome.error?.code).toBe("E_NAN");
            const asked = await feed(chunks, { from: "seldon:tensor", to: "oip:tensor", engine, nan: "null" });
            expect(asked.text).toContain(`"data":[${at("null", i)}]`);
          }
        });
});
