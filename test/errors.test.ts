// What bad input gets: the code, the line and column, the byte and the path, the same wherever the input is cut.
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { CODES, type ConvertOptions, convert, type ErrorCode, inspect, readBatches, split, type TransloadError } from "../src/index.js";
import { bytesOf, crumbs, feed, halves, placeOf, whole } from "./support/feed.js";

interface Bad {
  input: string | Uint8Array;
  code: ErrorCode;
  /** Offset of the byte at fault; the line and column are counted from it. */
  offset: number;
  path?: string;
  row?: number;
  cell?: number;
  says?: RegExp;
  options?: Partial<ConvertOptions>;
}

const seed = `{
    "inputs": [
          [1, 1, 0, 233, 1, 2, 150, 0, 2.3, 3, 0, 2],
          [1, 1, 0, 233, 1, 2, 150, 0, 2.3, 3, 0, 2]
          [1, 1, 0, 233, 1, 2, 150, 0, 2.3, 3, 0, 2],
          [1, 1, 145, 233, 1, 2, 150, 0, 2.3, 3, 0, 2]
    ]
}`;

/** In these inputs « marks the byte at fault. */
function at(marked: string): { input: string; offset: number } {
  const cut = marked.indexOf("«");
  return { input: marked.replace("«", ""), offset: Buffer.byteLength(marked.slice(0, cut)) };
}

const bad: Record<string, Bad> = {
  "the documentation's own tensor, a comma missing": {
    input: seed,
    code: "E_SYNTAX",
    offset: seed.indexOf("2]\n          [") + 13,
    path: "$.inputs[1]",
    row: 1,
    says: /expected , or \] but found \[/,
  },
  "input that ends in a row": { ...at('{"inputs":[[1,2],[3,«'), code: "E_TRUNCATED", path: "$.inputs[1][1]", row: 1, cell: 1 },
  "input that ends in a number": {
    ...at('{"inputs":[[1,2],[3«'),
    code: "E_TRUNCATED",
    path: "$.inputs[1][0]",
    row: 1,
    cell: 0,
    says: /number/,
  },
  "input that ends in a string": { ...at('{"inputs":["ab«'), code: "E_TRUNCATED", path: "$.inputs[0]", says: /string/ },
  "input that ends in an escape": { ...at('{"inputs":["\\u00«'), code: "E_TRUNCATED", path: "$.inputs[0]" },
  "input that ends in a literal": { ...at('{"inputs":[tr«'), code: "E_TRUNCATED", path: "$.inputs[0]", says: /literal/ },
  "input that ends before the last brace": { ...at('{"inputs":[[1]]\n\n«'), code: "E_TRUNCATED" },
  "input that ends in a key": { ...at('{\n"inp«'), code: "E_TRUNCATED" },
  "input that ends in a character": { input: Buffer.from('{"inputs":["é"]}').subarray(0, 13), code: "E_TRUNCATED", offset: 13 },
  "bytes after the document": { ...at('{"inputs":[[1]]}\n «x'), code: "E_TRAILING" },
  "a second document": { ...at('{"inputs":[[1]]}«{"inputs":[[1]]}'), code: "E_TRAILING" },
  "NUL bytes after the document": { ...at('{"inputs":[[1]]}«\u0000'), code: "E_TRAILING" },
  "a short row": {
    ...at('{"inputs":[[1,2,3],\n[4,5«],[6,7,8]]}'),
    code: "E_RAGGED",
    path: "$.inputs[1]",
    row: 1,
    says: /row 1 has 2 cells, expected 3/,
  },
  "a long row": {
    ...at('{"inputs":[[1,2,3],\n[4,5,6,7«]]}'),
    code: "E_RAGGED",
    path: "$.inputs[1]",
    row: 1,
    says: /row 1 has 4 cells, expected 3/,
  },
  "an empty row": { ...at('{"inputs":[[1],\n[«]]}'), code: "E_RAGGED", path: "$.inputs[1]", row: 1, says: /row 1 has 0 cells, expected 1/ },
  "a row shorter than the names": {
    ...at('{"dataframe_split":{"columns":["a","b"],"data":[[1«]]}}'),
    code: "E_RAGGED",
    path: "$.dataframe_split.data[0]",
    row: 0,
    says: /row 0 has 1 cell, expected 2/,
  },
  "a level of a tensor that is ragged": { ...at('{"inputs":[[[1,2]],\n[[3«]]]}'), code: "E_RAGGED", path: "$.inputs[1][0]", row: 1 },
  "a list beside scalars": { ...at('{"inputs":[1,«[2]]}'), code: "E_MIXED", path: "$.inputs[1]", row: 1 },
  "a scalar beside lists": { ...at('{"inputs":[[1],«2]}'), code: "E_MIXED", path: "$.inputs[1]", row: 1 },
  "an object in a tensor": { ...at('{"inputs":[«{"b64":"aGk="}]}'), code: "E_OBJECT", path: "$.inputs" },
  "an object for a row": { ...at('{"dataframe_split":{"data":[«{"a":1}]}}'), code: "E_OBJECT", path: "$.dataframe_split.data[0]" },
  "the wrong bracket for a list": { ...at('{"inputs":[[1,2«}]}'), code: "E_BRACKET", path: "$.inputs[0][1]" },
  "the wrong bracket for an object": { ...at('{"inputs":[[1,2]]«]'), code: "E_BRACKET" },
  "the wrong bracket at once": { ...at('{"inputs":[«}}'), code: "E_BRACKET" },
  "01": { ...at('{"inputs":[0«1]}'), code: "E_NUMBER", path: "$.inputs[0]", row: 0 },
  "-01": { ...at('{"inputs":[-0«1]}'), code: "E_NUMBER" },
  "1.": { ...at('{"inputs":[1.«]}'), code: "E_NUMBER" },
  ".5": { ...at('{"inputs":[«.5]}'), code: "E_NUMBER" },
  "+1": { ...at('{"inputs":[«+1]}'), code: "E_NUMBER" },
  "0x1": { ...at('{"inputs":[0«x1]}'), code: "E_NUMBER" },
  "1e": { ...at('{"inputs":[1e«]}'), code: "E_NUMBER" },
  "1e+": { ...at('{"inputs":[1e+«,2]}'), code: "E_NUMBER" },
  "1.2.3": { ...at('{"inputs":[1.2«.3]}'), code: "E_NUMBER" },
  "--1": { ...at('{"inputs":[-«-1]}'), code: "E_NUMBER" },
  "1_000": { ...at('{"inputs":[1«_000]}'), code: "E_NUMBER" },
  "a bad escape": { ...at('{"inputs":["\\«x"]}'), code: "E_ESCAPE" },
  "a bad \\u": { ...at('{"inputs":["\\u12«g4"]}'), code: "E_ESCAPE" },
  "a raw tab in a string": { ...at('{"inputs":["a«\tb"]}'), code: "E_CONTROL" },
  "a raw line feed in a key": { ...at('{"inp«\nuts":[1]}'), code: "E_CONTROL" },
  "a byte that is not UTF-8": { input: Buffer.from('{"inputs":["\xff"]}', "latin1"), code: "E_UTF8", offset: 12, path: "$.inputs[0]" },
  "an overlong form": { input: Buffer.from('{"inputs":["\xc0\x80"]}', "latin1"), code: "E_UTF8", offset: 12 },
  "a surrogate in UTF-8": { input: Buffer.from('{"inputs":["\xed\xa0\x80"]}', "latin1"), code: "E_UTF8", offset: 13 },
  "half a character": { input: Buffer.from('{"inputs":["\xc3"]}', "latin1"), code: "E_UTF8", offset: 13 },
  "nan in small letters": { ...at('{"inputs":[n«an]}'), code: "E_SYNTAX" },
  "a word": { ...at("t«his is not JSON"), code: "E_SYNTAX", says: /at h/ },
  "a comma too many": { ...at('{"inputs":[1,«]}'), code: "E_SYNTAX", path: "$.inputs[1]" },
  "a comma too many, in an object": { ...at('{"inputs":[1],«}'), code: "E_SYNTAX" },
  "a key without quotes": { ...at("{«inputs:[1]}"), code: "E_SYNTAX" },
  "a colon missing": { ...at('{"inputs"«[1]}'), code: "E_SYNTAX" },
  "a comment": { ...at('{"inputs":[1, «// one\n2]}'), code: "E_SYNTAX" },
  "NaN where it is refused": {
    ...at('{"inputs":[[1,2],[3,«NaN]]}'),
    code: "E_NAN",
    path: "$.inputs[1][1]",
    row: 1,
    cell: 1,
    options: { nan: "error" },
  },
  "-Infinity where it is refused": {
    ...at('{"inputs":[[1,2],[3,-«Infinity]]}'),
    code: "E_NAN",
    path: "$.inputs[1][1]",
    row: 1,
    cell: 1,
    options: { nan: "error" },
  },
  "a scalar NaN where it is refused": { ...at('{"inputs":«NaN}'), code: "E_NAN", path: "$.inputs", options: { nan: "error" } },
  "null for TensorFlow Serving": { ...at('{"inputs":[[1,«null]]}'), code: "E_NULL", path: "$.inputs[0][1]", options: { to: "tfserving" } },
  "nesting deeper than 512": { ...at(`{"inputs":${"[".repeat(511)}«[1`), code: "E_DEPTH" },
  "nesting deeper than 512 beside the payload": { ...at(`{"x":${'{"a":'.repeat(511)}«{`), code: "E_DEPTH" },
  "UTF-16, little end first": { input: Buffer.from("\ufeff{}", "utf16le"), code: "E_UTF16", offset: 0, says: /UTF-16/ },
  "UTF-16, big end first": { input: Buffer.from([0xfe, 0xff, 0, 0x7b]), code: "E_UTF16", offset: 0 },
  "UTF-16 without a mark": { input: Buffer.from('{"inputs":[1]}', "utf16le"), code: "E_UTF16", offset: 0 },
  "UTF-32": { input: Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x7b]), code: "E_UTF16", offset: 0 },
  nothing: { input: "", code: "E_EMPTY", offset: 0 },
  "white space": { ...at(" \n\t «"), code: "E_EMPTY" },
  "a byte-order mark and nothing": { input: Buffer.from([0xef, 0xbb, 0xbf]), code: "E_EMPTY", offset: 3 },
  "a number that does not fit": {
    ...at('{"inputs":[[1],\n[«300]]}'),
    code: "E_RANGE",
    path: "$.inputs[1][0]",
    row: 1,
    cell: 0,
    says: /300.*int8/,
    options: { dtype: "int8" },
  },
  "a fraction for an integer": { ...at('{"inputs":[1,«1.5]}'), code: "E_RANGE", path: "$.inputs[1]", row: 1, options: { dtype: "int64" } },
  "a number too large for a double": { ...at('{"inputs":[«1e309]}'), code: "E_RANGE", options: { dtype: "float64" } },
  "a string among numbers": { ...at('{"inputs":[1,«"x"]}'), code: "E_DTYPE", path: "$.inputs[1]", options: { dtype: "float64" } },
  "a bare list for MLflow": { ...at("«[[1,2]]"), code: "E_FORM", says: /list.*from: "auto"/, options: { from: "mlflow" } },
  "a bare list that is no records": { ...at("«[[1,2]]"), code: "E_FORM", says: /list of lists/, options: { from: "mlflow1" } },
  "a bare number": { ...at("«5"), code: "E_FORM" },
  "a string that holds JSON": { ...at('{"input_data":"«[[1]]"}'), code: "E_FORM", says: /string/ },
  "no payload key": { ...at('{"x":1}«'), code: "E_FORM", says: /input_data/ },
  "a record that is no object": { ...at('{"dataframe_records":[{"a":1},«2]}'), code: "E_MIXED", options: { to: "azureml" }, row: 1 },
  "a split that is a list": { ...at('{"dataframe_split":[«{"a":1}]}'), code: "E_FORM" },
  "data that is an object": { ...at('{"dataframe_split":{"data":{«"a":[1]}}}'), code: "E_FORM", path: "$.dataframe_split.data" },
  "a split without data": { ...at('{"dataframe_split":{"columns":["a"]}«}'), code: "E_FORM" },
  "two payloads": { ...at('{"inputs":[1],"instances"«:[1]}'), code: "E_AMBIGUOUS", says: /inputs.*instances/ },
  "a payload twice": { ...at('{"inputs":[1],"inputs"«:[1]}'), code: "E_DUPLICATE" },
  "params twice": { ...at('{"params":{},"params"«:{},"inputs":[1]}'), code: "E_DUPLICATE" },
  "data twice": { ...at('{"dataframe_split":{"data":[[1]],"data"«:[[1]]}}'), code: "E_DUPLICATE" },
  "a tensor twice": { ...at('{"inputs":{"a":[1],"a"«:[1]}}'), code: "E_DUPLICATE", path: "$.inputs.a" },
  "a strange key in a split": { ...at('{"dataframe_split":{"name"«:1,"data":[[1]]}}'), code: "E_KEY" },
  messages: { ...at('{"messages"«:[]}'), code: "E_LLM" },
  prompt: { ...at('{"inputs":[1],"prompt"«:""}'), code: "E_LLM" },
  input: { ...at('{"input"«:"x","dataframe_split":{"data":[[1]]}}'), code: "E_LLM" },
  "more names than cells": { ...at('{"dataframe_split":{"data":[[1]],"columns":["a","b"]«}}'), code: "E_COLUMNS" },
  "an index of another length": { ...at('{"dataframe_split":{"columns":["a"],"index":[1,2],"data":[[1]]}«}'), code: "E_INDEX" },
  "no names for Azure ML": { ...at('{"dataframe_split":{"data":[[1]]}«}'), code: "E_COLUMNS", says: /with columns: \["a","b","c"\]/ },
  "a tensor for a frame, without names": {
    ...at('{"inputs":[«[1]]}'),
    code: "E_COLUMNS",
    options: { to: "azureml:split" },
    says: /with columns: \["a","b","c"\]/,
  },
  "no rows for TensorFlow Serving": { ...at('{"instances":[]«}'), code: "E_TARGET", options: { to: "tfserving:instances" } },
  "a scalar for Azure ML": { ...at('{"inputs":5«}'), code: "E_TARGET" },
  "a tensor of rank 65": { ...at(`{"inputs":${"[".repeat(65)}1${"]".repeat(65)}«}`), code: "E_TARGET" },
};

describe("is refused", () => {
  for (const [name, { input, code, offset, path, row, cell, says, options }] of Object.entries(bad))
    test(name, async () => {
      const bytes = Buffer.from(bytesOf(input));
      const { error } = await feed(whole(input), { to: "azureml", ...options });
      expect(error).toMatchObject({ code });
      expect(error).toMatchObject({
        offset,
        ...(path !== undefined && { path }),
        ...(row !== undefined && { row }),
        ...(cell !== undefined && { cell }),
      });
      if (says) expect(error?.message).toMatch(says);
      expect(error?.message).not.toMatch(/\n|undefined|\[object/);
      for (const chunks of [crumbs(input), ...Array.from({ length: bytes.length }, (_, at) => halves(input, at))]) {
        const again = await feed(chunks, { to: "azureml", ...options });
        if (again.error?.message !== error?.message) expect(again.error?.message).toBe(error?.message);
        expect(placeOf(again.error)).toEqual(placeOf(error));
      }
    });
});

test("every refusal has its line, its column and its path", async () => {
  const wrong: string[] = [];
  for (const [name, { input, options }] of Object.entries(bad)) {
    const { error } = await feed(whole(input), { to: "azureml", ...options });
    const before = Buffer.from(bytesOf(input)).subarray(0, error?.offset ?? 0);
    const line = before.toString("latin1").split("\n").length;
    const start = before.lastIndexOf(0x0a) + 1 || (before[0] === 0xef ? 3 : 0);
    const column = before.length - start + 1;
    if (
      error?.line !== line ||
      error.column !== column ||
      !error.path?.startsWith("$") ||
      !error.message.includes(`line ${line}, column ${column}`)
    )
      wrong.push(`${name}: ${error?.code} ${error?.message}, expected line ${line}, column ${column}`);
  }
  expect(wrong).toEqual([]);
});

test("a byte-order mark counts as bytes and is dropped", async () => {
  const marked = Buffer.from('\ufeff{"inputs":[x]}');
  for (const chunks of [whole(marked), crumbs(marked)])
    expect((await feed(chunks, { to: "azureml" })).error).toMatchObject({ code: "E_SYNTAX", offset: 14, line: 1 });
  for (const chunks of [whole('\ufeff{"inputs":[1]}'), crumbs('\ufeff{"inputs":[1]}')])
    expect((await feed(chunks, { to: "azureml" })).text).toBe('{"input_data":[1]}');
});

describe("options", () => {
  const code = (options: ConvertOptions) => {
    try {
      convert(options);
    } catch (error) {
      return error as TransloadError;
    }
    return undefined;
  };

  test("an unknown dialect lists those that most people mean", () => {
    for (const options of [{ to: "mlfow" }, { to: "mlflow", from: "mlfow" }]) {
      const error = code(options);
      expect(error).toMatchObject({ code: "E_DIALECT", message: expect.stringContaining("did you mean mlflow?") });
      expect(error?.message).toContain("; known: azureml, mlflow, tfserving, oip, csv, jsonl, sagemaker, databricks, and ");
    }
    expect(code({ to: "mlflow:named" })?.code).toBe("E_DIALECT");
    expect(code({ to: "auto" })?.code).toBe("E_DIALECT");
    expect(code({ to: "" })?.code).toBe("E_DIALECT");
  });

  test("an unknown dtype lists the known ones", () => {
    expect(code({ to: "mlflow", dtype: "float46" as "float64" })).toMatchObject({
      code: "E_DTYPE",
      message: expect.stringContaining("float64"),
    });
    expect(code({ to: "mlflow", dtype: { a: "x" as "int8" } })?.code).toBe("E_DTYPE");
  });

  test("that cannot be are refused at once", () => {
    for (const wrong of [{ nan: "keep" }, { cast: "round" }, { batchRows: 0 }, { batchRows: -1 }, { engine: "fast" }])
      expect(code({ to: "mlflow", dtype: "float64", ...wrong } as ConvertOptions)?.code, JSON.stringify(wrong)).toBe("E_OPTION");
  });
});

test("NaN becomes null where that is asked, wherever it is cut", async () => {
  const text = '{"params":{"x":NaN},"inputs":[NaN,-Infinity,-1,Infinity,"NaN"]}';
  const expected = '{"params":{"x":null},"input_data":[null,null,-1,null,"NaN"]}';
  for (const chunks of [whole(text), crumbs(text), ...Array.from(text, (_, at) => halves(text, at))])
    expect((await feed(chunks, { to: "azureml", nan: "null" })).text).toBe(expected);
});

test("a scalar NaN becomes null, too", async () => {
  expect((await feed(whole('{"inputs":NaN}'), { to: "mlflow", nan: "null" })).text).toBe('{"inputs":null}');
  expect((await feed(whole('{"inputs":{"a":-Infinity,"b":[1]}}'), { to: "mlflow", nan: "null" })).text).toBe(
    '{"inputs":{"a":null,"b":[1]}}',
  );
  expect((await feed(whole('{"inputs":[1],"params":NaN}'), { to: "mlflow", nan: "null" })).text).toBe('{"inputs":[1],"params":null}');
});

test("NaN does not become null where the target refuses null", async () => {
  for (const text of ['{"instances":[NaN]}', '{"instances":[1,-Infinity]}'])
    expect((await feed(whole(text), { to: "tfserving", nan: "null" })).error?.code).toBe("E_NULL");
});

test("a frame without rows is no payload for TensorFlow Serving's instances", async () => {
  expect((await feed(whole('{"dataframe_split":{"data":[]}}'), { to: "tfserving:instances" })).error?.code).toBe("E_TARGET");
});

test("a frame whose data is a bare list has one column", async () => {
  for (const text of ['{"dataframe_split":{"columns":["a","b"],"data":[1,2]}}', '{"dataframe_split":{"data":[1,2],"columns":["a","b"]}}'])
    expect((await feed(whole(text), { to: "azureml" })).error?.code).toBe("E_COLUMNS");
});

test("columns that are null are none", async () => {
  for (const text of ['{"dataframe_split":{"columns":null,"data":[[1]]}}', '{"dataframe_split":{"data":[[1]],"columns":null}}']) {
    expect((await feed(whole(text), { to: "azureml" })).error?.code).toBe("E_COLUMNS");
    const { text: out } = await feed(whole(text), { to: "azureml", columns: ["a"] });
    expect(JSON.parse(out)).toEqual({ input_data: { columns: ["a"], data: [[1]], index: [0] } });
  }
});

test("a scalar among instances has no rows to agree with, in whatever order", async () => {
  const codes = [];
  for (const text of ['{"inputs":{"a":[1,2],"b":5}}', '{"inputs":{"b":5,"a":[1,2]}}'])
    codes.push((await feed(whole(text), { to: "mlflow:instances" })).error?.code);
  expect(codes[0]).toBe(codes[1]);
});

test("a matrix of no cells is of rank 2", async () => {
  expect((await feed(whole('{"inputs":[[],[]]}'), { to: "mlflow:split", columns: [] })).text).toBe(
    '{"dataframe_split":{"columns":[],"data":[[],[]]}}',
  );
});

test("a key or gap longer than a mebibyte is refused, not held", async () => {
  for (const text of [`{"${"k".repeat(1 << 21)}":1,"inputs":[1]}`, `{${" ".repeat(1 << 21)}"inputs":[1]}`])
    expect((await feed(whole(text), { to: "azureml" })).error?.code).toBe("E_LIMIT");
});

test("every code has its line", () => {
  for (const [code, line] of Object.entries(CODES)) {
    expect(code).toMatch(/^E_[A-Z0-9]+$/);
    expect(line.length).toBeGreaterThan(10);
  }
});

test("errors go to JSON with their place", async () => {
  const { error } = await feed(whole('{"inputs":[[1],[1,2]]}'), { to: "azureml" });
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    code: "E_RAGGED",
    detail: "row 1 has 2 cells, expected 1",
    message: "row 1 has 2 cells, expected 1 (line 1, column 20, byte 19, $.inputs[1])",
    offset: 19,
    line: 1,
    column: 20,
    path: "$.inputs[1]",
    row: 1,
  });
});

describe("names its file, where it is read by its name", () => {
  const dir = mkdtempSync(join(tmpdir(), "transload-errors-"));
  const path = join(dir, "bad.json");
  const packed = join(dir, "bad.json.gz");
  const bytes = Buffer.from('{"inputs":[[1,2],[3,04]]}');
  writeFileSync(path, bytes);
  writeFileSync(packed, gzipSync(bytes));
  afterAll(() => rmSync(dir, { recursive: true }));
  const drain = async (chunks: AsyncIterable<unknown>) => {
    for await (const _ of chunks);
  };
  const takers: Record<string, (file: string) => Promise<unknown>> = {
    readBatches: (file) => drain(readBatches(file)),
    inspect: (file) => inspect(file),
    "split, behind its first piece": async (file) => {
      for await (const piece of split(file, { to: "azureml", maxRows: 1 })) await drain(piece);
    },
    convert: (file) => pipeline(createReadStream(file), convert({ to: "azureml", file }), drain),
    "convert to a binary file": (file) => pipeline(createReadStream(file), convert({ to: "npy", file }), drain),
  };
  for (const [name, take] of Object.entries(takers))
    test.each(name.startsWith("convert") || name === "inspect" ? [path] : [path, packed])(`${name}: %s`, async (file) => {
      await expect(take(file)).rejects.toMatchObject({ code: "E_NUMBER", file, offset: 21 });
    });

  test("and none where it is the caller's option", async () => {
    await expect(drain(readBatches(path, { from: "nothing" }))).rejects.toMatchObject({ code: "E_DIALECT", file: undefined });
  });
});
