// What bad input gets where cells move: a code, and the place.
import { describe, expect, test } from "vitest";
import type { ConvertOptions, ErrorCode } from "../../src/index.js";
import { crumbs, feed, placeOf, whole } from "../support/feed.js";

type Fault = [
  what: string,
  input: string,
  options: ConvertOptions,
  code: ErrorCode,
  place: Record<string, unknown>,
  message?: RegExp | undefined,
];

/** The place of the first occurrence of `at` behind `after`, in bytes. */
function placed(input: string, at: string, after = ""): { offset: number; line: number; column: number } {
  const index = input.indexOf(at, input.indexOf(after));
  const before = input.slice(0, index);
  const offset = Buffer.byteLength(before);
  const lineAt = Buffer.byteLength(before.slice(0, before.lastIndexOf("\n") + 1));
  return { offset, line: before.split("\n").length, column: offset - lineAt + 1 };
}

const csv = (what: string, text: string, at: string, code: ErrorCode, more: object, message?: RegExp): Fault => {
  return [what, text, { from: "csv", to: "mlflow:split" }, code, { ...placed(text, at), ...more }, message];
};

const QUOTES = 'a,b\n"x\ny",2\n3,"u\nv\n4,5\n';
const RECORDS = '{"dataframe_records": [\n {"a": 1,\n  "b": 2},\n {"a": 3,\n  "b": NaN}\n]}';
const SPLIT = '{"dataframe_split": {"columns": ["a", "b"], "data": [\n [1, 2],\n [3,\n  4],\n [5]\n]}}';
const oip = (inputs: string) => `{"inputs":[${inputs}]}`;
const input = (data: string, shape = "[2]", datatype = '"INT64"', name = '"x"') =>
  `{"name":${name},"shape":${shape},"datatype":${datatype},"data":${data}}`;

const FAULTS: Fault[] = [
  // delimited files
  csv("a quote that does not end, where it began", QUOTES, '"u', "E_QUOTE", { row: 1, cell: 1 }, /column "b": the quote that begins here/),
  csv("a quote that does not end in the names", '"a,b\n1,2\n', '"a', "E_QUOTE", {}, /the quote that begins here does not end/),
  csv("a quote inside a field", 'a,b\n1,x"y\n', '"y', "E_QUOTE", { row: 0, cell: 1 }, /quote the field, and write the quote twice/),
  csv("text behind a closing quote", 'a,b\n1,2\n"x"y,2\n', "y,2", "E_QUOTE", { row: 1, cell: 0 }, /text behind the quote/),
  csv("a short row", 'a,b\n"x\ny",2\n"u\nv"\n', '"u', "E_RAGGED", { row: 1 }, /has 1 cell, expected 2/),
  csv("a long row", "a,b\r\n1,2\r\n3,4,5\r\n", "3,4", "E_RAGGED", { row: 1 }, /has more than 2 cells, expected 2/),
  csv("bytes that are not UTF-8", "a,b\n1,\u{fffd}\n", "\u{fffd}", "E_UTF8", {}),
  // records
  [
    "a record that is no object",
    '{"dataframe_records":[{"a":1},\n 2]}',
    { to: "csv" },
    "E_MIXED",
    { offset: 32, line: 2, column: 2, row: 1 },
    /a scalar \(2…\) stands in row 1 where its siblings are objects/,
  ],
  ["null for a record", '{"dataframe_records":[{"a":1},null]}', { to: "mlflow:split" }, "E_MIXED", { offset: 30, row: 1 }],
  [
    "a list among records",
    '{"dataframe_records":[{"a":1},[1]]}',
    { to: "mlflow:records" },
    "E_MIXED",
    { offset: 30, row: 1 },
    /a list stands in row 1/,
  ],
  ["lists for records", '{"dataframe_records":[[1]]}', { to: "mlflow:split" }, "E_MIXED", { offset: 22 }],
  [
    "columns under data, which nobody has called Seldon's",
    '{"model":"iris","data":{"sepal length":[5.1],"sepal width":[3.5]}}',
    { to: "mlflow" },
    "E_FORM",
    { offset: 38, path: '$.data["sepal length"]' },
    /"data" holds "sepal length".* no payload of Seldon's.* write "inputs" in the place of "data"/,
  ],
  [
    "columns under Seldon's data",
    '{"data":{"a":[5.1]}}',
    { from: "seldon", to: "mlflow" },
    "E_KEY",
    { offset: 12 },
    /"a" may not stand in data, which holds names and ndarray or tensor/,
  ],
  ["a key beside Seldon's names", '{"data":{"names":["a"],"rows":[[5.1]]}}', { to: "mlflow" }, "E_KEY", { offset: 29 }],
  ["an object among lists", '{"data":{"ndarray":[[1],{"a":1}]}}', { to: "mlflow:split" }, "E_OBJECT", { offset: 24, row: 1 }],
  [
    "a scalar among lists",
    '{"data":{"ndarray":[[1],2]}}',
    { to: "mlflow:split" },
    "E_MIXED",
    { offset: 24, row: 1 },
    /a scalar .*stands where its siblings are lists/,
  ],
  [
    "a list among scalars",
    '{"dataframe_split":{"columns":["a"],"data":[1,[2]]}}',
    { to: "mlflow:records" },
    "E_MIXED",
    { offset: 46, row: 1 },
  ],
  ["a key that no record has", RECORDS, { to: "mlflow:split", columns: ["a", "bb"] }, "E_COLUMNS", {}, /no column "bb"/],
  [
    "a number that is none, in the last of many lines",
    RECORDS.replace("NaN", "01"),
    { to: "mlflow:split" },
    "E_NUMBER",
    placed(RECORDS.replace("NaN", "01"), "1}", "01"),
    /after a leading zero/,
  ],
  [
    "NaN that is refused",
    RECORDS,
    { to: "csv", nan: "error", columns: ["a", "b"] },
    "E_NAN",
    { ...placed(RECORDS, "NaN"), row: 1, cell: 1 },
  ],
  [
    "a nested cell for a file",
    '{"dataframe_records":[{"a":1},\n{"a":[1]}]}',
    { to: "csv" },
    "E_NESTED",
    { row: 1, cell: 0 },
    /column "a": a list or an object/,
  ],
  [
    "half a surrogate pair for a file",
    '{"dataframe_records":[{"a":"x"},{"a":"\\ud83d "}]}',
    { to: "csv" },
    "E_ESCAPE",
    { row: 1, cell: 0 },
    /half of a surrogate pair/,
  ],
  [
    "the other half",
    '{"dataframe_split":{"columns":["a"],"data":[["\\ude00"]]}}',
    { to: "tsv" },
    "E_ESCAPE",
    { offset: 45, row: 0, cell: 0 },
  ],
  // rows
  [
    "a short row of a list",
    SPLIT,
    { to: "mlflow:records" },
    "E_RAGGED",
    { ...placed(SPLIT, "]\n]}}"), row: 2 },
    /row 2 has 1 cell, expected 2/,
  ],
  [
    "a short row of features",
    '{"instances":[{"features":[1,2]},{"features":[1]}]}',
    { from: "sagemaker:json", to: "mlflow:split", columns: ["a", "b"] },
    "E_RAGGED",
    { offset: 33, row: 1 },
  ],
  [
    "features that are none",
    '{"instances":[{"features":[1]},{"feature":[1]}]}',
    { from: "sagemaker:json", to: "mlflow:split", columns: ["a"] },
    "E_OBJECT",
    { row: 1 },
  ],
  // names
  [
    "a label that is no string",
    '{"dataframe_split":{"columns":["a",1],"data":[[1,2]]}}',
    { to: "mlflow:records" },
    "E_COLUMNS",
    {},
    /the label 1 is no string/,
  ],
  [
    "two columns of one name",
    '{"dataframe_split":{"columns":["a","a"],"data":[[1,2]]}}',
    { to: "mlflow:records" },
    "E_DUPLICATE",
    {},
    /two columns are called "a"/,
  ],
  // Open Inference Protocol
  [
    "too few elements",
    oip(input("[1]")),
    { from: "oip", to: "mlflow:split" },
    "E_SHAPE",
    { path: "$.inputs" },
    /input "x" has 1 element, and its shape \[2\] asks for 2/,
  ],
  [
    "too many, and the data before the shape",
    oip('{"data":[1,2,3],"name":"x","datatype":"INT64","shape":[2]}'),
    { from: "oip", to: "mlflow:inputs" },
    "E_SHAPE",
    {},
    /has 3 elements/,
  ],
  [
    "a matrix of another shape",
    oip(input("[[1,2],[3,4]]", "[2,3]")),
    { from: "oip", to: "mlflow:inputs" },
    "E_SHAPE",
    {},
    /has 4 elements, and its shape \[2, 3\] asks for 6/,
  ],
  [
    "an unknown datatype",
    oip(input("[1,2]", "[2]", '"FLOAT"')),
    { from: "oip", to: "mlflow" },
    "E_DTYPE",
    placed(oip(input("[1,2]", "[2]", '"FLOAT"')), ',"data"'),
    /unknown datatype "FLOAT"; known: BOOL/,
  ],
  ["a shape that is none", oip(input("[1,2]", "[2.5]")), { from: "oip", to: "mlflow" }, "E_SHAPE", {}],
  ["a name that is none", oip(input("[1,2]", "[2]", '"INT64"', "5")), { from: "oip", to: "mlflow" }, "E_FORM", {}],
  [
    "two inputs of one name",
    oip(`${input("[1,2]")},${input("[1,2]")}`),
    { from: "oip", to: "mlflow" },
    "E_DUPLICATE",
    {},
    /two inputs are called "x"/,
  ],
  [
    "inputs without data",
    oip('{"name":"x","shape":[1],"datatype":"BOOL"}'),
    { from: "oip", to: "mlflow" },
    "E_FORM",
    {},
    /an input needs data; a body with binary tensors is read with from: "triton:binary"/,
  ],
  [
    "inputs of unequal length",
    oip(`${input("[1,2]")},${input("[1]", "[1]", '"INT64"', '"y"')}`),
    { from: "oip", to: "csv" },
    "E_RAGGED",
    {},
    /columns of unequal length: x has 2, y has 1/,
  ],
  ["null among whole numbers", oip(input("[1,null]")), { from: "oip", to: "mlflow" }, "E_NULL", {}],
  ["an input that is no object", oip("1"), { from: "oip", to: "mlflow" }, "E_MIXED", {}],
  // JSON Lines
  ["a scalar on a line", "1\n", { from: "jsonl", to: "mlflow" }, "E_FORM", { offset: 0, line: 1, column: 1 }],
  ["a list among records' lines", '{"a":1}\n[2]\n', { from: "jsonl", to: "mlflow" }, "E_MIXED", { offset: 8, line: 2, column: 1 }],
  ["two rows on one line", "[1] [2]\n", { from: "jsonl", to: "mlflow" }, "E_TRAILING", { offset: 4, line: 1, column: 5 }],
  ["a comma between lines", "[1],\n[2]\n", { from: "jsonl", to: "mlflow" }, "E_TRAILING", { offset: 3, line: 1, column: 4 }],
  ["a row of another length", "[1]\n[1,2]\n", { from: "jsonl", to: "mlflow" }, "E_RAGGED", { line: 2 }],
  ["a line that does not end", '{"a":1}\n{"a":', { from: "jsonl", to: "mlflow" }, "E_TRUNCATED", { offset: 13, line: 2, column: 6 }],
  // Seldon
  [
    "both of Seldon's",
    '{"data":{"ndarray":[[1]],"tensor":{"shape":[1,1],"values":[1]}}}',
    { from: "seldon", to: "mlflow" },
    "E_AMBIGUOUS",
    {},
  ],
  ["neither of them", '{"data":{"names":["a"]}}', { from: "seldon", to: "mlflow" }, "E_FORM", {}],
  [
    "values that do not fill the shape",
    '{"data":{"tensor":{"shape":[2,2],"values":[1,2,3]}}}',
    { from: "seldon", to: "mlflow:inputs" },
    "E_SHAPE",
    {},
  ],
  ["text in a tensor of doubles", '{"dataframe_split":{"columns":["a"],"data":[["x"]]}}', { to: "seldon:tensor" }, "E_TARGET", {}],
];

describe("a fault has its code and its place", () => {
  test.each(FAULTS)("%s", async (_, text, options, code, place, message) => {
    const bytes = Buffer.from(text.replace("\u{fffd}", "\xff"), text.includes("\u{fffd}") ? "latin1" : "utf8");
    for (const chunks of [whole(bytes), crumbs(bytes)]) {
      const { error } = await feed(chunks, options);
      expect(error?.code, error?.message).toBe(code);
      expect(placeOf(error)).toMatchObject(place);
      if (message) expect(error?.message).toMatch(message);
      expect(error?.message).not.toMatch(/undefined|NaN,|-\d+, byte/);
    }
  });
});

test("an input that ends too early is refused wherever it ends", async () => {
  const documents: [string, ConvertOptions][] = [
    ['{"dataframe_split":{"columns":["p"],"data":[[1.0],[2]]}}', { to: "mlflow:records" }],
    ['{"dataframe_split":{"data":[[1.0],["x"]],"columns":["p"]}}', { to: "csv" }],
    ['{"dataframe_records":[{"p":1.0},{"q":"xyz"}],"params":{}}', { to: "csv" }],
    ['{"dataframe_records":[{"p":1.0},{"q":[1]}]}', { to: "azureml:named" }],
    ['{"input_data":{"a":[1,2],"b":[[3,1],[4,5]]}}', { to: "mlflow:records" }],
    ['{"inputs":[{"name":"a","shape":[2],"datatype":"INT64","data":[1,2]}]}', { from: "oip", to: "mlflow:split" }],
    ['{"data":{"names":["a"],"tensor":{"shape":[2,1],"values":[1,2]}}}', { from: "seldon", to: "mlflow" }],
    ['{"instances":[{"features":[1,2]},{"features":[3,4]}]}', { from: "sagemaker:json", to: "jsonl:lists" }],
    ['[{"a":1},{"b":2}]', { from: "mlflow1", to: "csv" }],
    ['{"input_data":[[1,2],[3,4]]}', { to: "mlflow:records", columns: ["a", "b"] }],
    ['{"dataframe_split":{"columns":["p"],"data":[1,2]}}', { to: "mlflow:records" }],
  ];
  for (const [text, options] of documents)
    for (let length = 0; length < text.length; length++)
      for (const chunks of [whole(text.slice(0, length)), crumbs(text.slice(0, length))]) {
        const { error } = await feed(chunks, options);
        expect(error?.code, text.slice(0, length)).toBe(length === 0 ? "E_EMPTY" : "E_TRUNCATED");
      }
});

test("a document without a payload drops no keys", async () => {
  for (const text of ['{"model":"iris","data":{"a":[1]}}', '{"model":"iris"}']) {
    const { error, warnings } = await feed(whole(text), { to: "mlflow" });
    expect([error?.code, warnings]).toEqual(["E_FORM", []]);
  }
  const { warnings } = await feed(whole('{"model":"iris","inputs":[1]}'), { to: "mlflow" });
  expect(warnings).toEqual([{ code: "W_DROPPED", message: '"model" is not part of a mlflow payload and is dropped' }]);
});

// numpy.asarray: "inhomogeneous shape"; of an empty list nothing but its depth is known
describe("a scalar beside a list without members is no tensor", () => {
  test.each(["[[],0]", "[[[]],0]", "[[[]],[0]]", "[[[],1]]", "[[[],[]],[1,2]]", "[[],null]"])("%s", async (data) => {
    const payloads: [string, string][] = [
      [`{"inputs":${data}}`, "tfserving:instances"],
      [`{"inputs":{"x":${data}}}`, "oip"],
      [oip(input(data)), "mlflow:inputs"],
      [oip(input(data)), "triton"],
      [`{"data":{"tensor":{"shape":[2,1],"values":${data}}}}`, "mlflow:inputs"],
      [`{"data":{"tensor":{"shape":[2,1],"values":${data}}}}`, "oip"],
      [data, "seldon"],
    ];
    for (const [payload, to] of payloads)
      for (const engine of ["core", "reference"] as const)
        for (const chunks of [whole(payload), crumbs(payload)]) {
          const { error } = await feed(chunks, { to, engine });
          expect(error, `${payload} to ${to}, ${engine}`).toMatchObject({ code: "E_MIXED" });
        }
  });
});
