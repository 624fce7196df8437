// 136 payloads with what real servers did with each (test/cases/index.json): MLflow 2.8 and 3.6, Azure ML's inference
// server, MLServer; of TensorFlow Serving, Triton, Seldon, Vertex AI and Databricks what their sources and documents say.
// What a server takes converts to every dialect that has a place for it; what it refuses is refused.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DIALECTS } from "../../src/dialects/index.js";
import type { ErrorCode } from "../../src/index.js";
import { crumbs, feed, type Outcome, whole } from "../support/feed.js";

interface Case {
  file: string;
  dialect: string;
  valid: boolean;
}

const folder = new URL("../cases/", import.meta.url);
const cases = JSON.parse(readFileSync(new URL("index.json", folder), "utf8")) as Case[];
const names: Readonly<Record<string, string>> = {
  azure: "azureml",
  mlflow: "mlflow",
  "mlflow-llm": "mlflow",
  "mlflow-csv": "csv",
  tfserving: "tfserving",
  databricks: "databricks",
  oip: "oip",
  "oip-binary": "oip",
  seldon1: "seldon",
  vertex: "vertex",
};

/** Valid on their server and refused here, with the reason. */
const STRICTER: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  "038-mlflow-llm-llm-chat": ["E_LLM", "servers hand the whole body over unparsed; there is nothing to convert"],
  "040-mlflow-llm-llm-input": ["E_LLM", "servers hand the whole body over unparsed; there is nothing to convert"],
  "041-mlflow-llm-key-hijacks-split": ["E_LLM", "a top-level input makes MLflow hand over the whole body unparsed"],
  "061-mlflow-split-short-row": ["E_RAGGED", "MLflow pads short rows in silence"],
  "072-mlflow-split-data-dict": ["E_FORM", "data as an object of columns is not rows"],
  "076-mlflow-dup-format-key": ["E_DUPLICATE", "Python takes the last of a duplicate key, TensorFlow Serving the first"],
  "123-mlflow-utf16": ["E_UTF16", "only MLflow 3 sniffs UTF-16"],
  "150-azure-records-nosig": ["E_OBJECT", "Azure ML hands the model an array of dicts"],
  "160-azure-double-encoded": ["E_FORM", "JSON inside a string is to be decoded first"],
  "168-mlflow-csv-short-row": ["E_RAGGED", "pandas pads short rows in silence"],
  "169-mlflow-csv-long-first-row": ["E_RAGGED", "pandas takes the first column for the index in silence"],
  "202-tfserving-dup-key": ["E_DUPLICATE", "Python takes the last of a duplicate key, TensorFlow Serving the first"],
  "226-oip-binary-binary-extension": ["E_FORM", "the binary extension is not JSON, and not read"],
  "227-oip-binary-binary-bytes": ["E_FORM", "the binary extension is not JSON, and not read"],
  "230-seldon1-strdata": ["E_FORM", "strData is a string, and no rows"],
};

/** Converts, but not to its own dialect, whose servers would mix it up or read something else. */
const ELSEWHERE: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  "087-mlflow-instances-balanced-missing": ["E_COLUMNS", "MLflow puts the cells of these records into one row"],
  "188-tfserving-b64-lists": ["E_OBJECT", "bytes in base64 are objects, which may be cells of rows, and not of a tensor"],
};

/** Refused by their server for what is not in the payload: the content type or the model's signature. */
const LAXER: Readonly<Record<string, string>> = {
  "023-mlflow-ct-extra-param": "the content type is refused, not the body",
  "140-mlflow-binary-b64-object": "the cell is an object; this model's signature wants a string",
  "143-mlflow-missing-column": "the model's signature wants another column",
  "145-mlflow-long-null": "the model's signature wants int64, which has no null",
  "151-azure-list-with-colspec": "the model's signature names columns",
  "152-azure-split-with-tensorspec": "the model's signature is a tensor",
  "153-azure-dict-with-colspec": "the model's signature names columns",
  "197-tfserving-signature-not-string": "signature_name rides along unread",
  "201-tfserving-int-as-float": "the model's signature wants an integer",
  "218-oip-nan-token": "Triton reads the token; it is written as null, which MLServer reads as NaN",
};

/** Refused by their server and here. */
const REFUSED: Readonly<Record<string, ErrorCode>> = {
  "004-mlflow-seed-tensor-missing-comma": "E_SYNTAX",
  "012-mlflow-not-a-dict-0": "E_FORM",
  "015-mlflow-malformed": "E_SYNTAX",
  "016-mlflow-no-known-key": "E_FORM",
  "017-mlflow-two-formats": "E_AMBIGUOUS",
  "018-mlflow-records-is-dict": "E_FORM",
  "019-mlflow-split-is-list": "E_FORM",
  "032-mlflow-instances-missing-col": "E_COLUMNS",
  "044-mlflow-doc-inputs-ragged": "E_RAGGED",
  "047-mlflow-doc-toplevel-list": "E_FORM",
  "060-azure-split-no-columns-sig": "E_COLUMNS",
  "064-mlflow-split-cols-too-many": "E_RAGGED",
  "065-mlflow-split-extra-key": "E_KEY",
  "066-mlflow-split-missing-data": "E_FORM",
  "117-mlflow-nan-lower": "E_SYNTAX",
  "118-mlflow-leading-zero": "E_NUMBER",
  "119-mlflow-dot5": "E_NUMBER",
  "121-mlflow-trailing-garbage": "E_TRAILING",
  "130-mlflow-inputs-ragged": "E_RAGGED",
  "149-azure-records": "E_OBJECT",
  "154-azure-missing-key": "E_FORM",
  "155-azure-dataframe-split": "E_FORM",
  "170-mlflow-csv-long-later-row": "E_RAGGED",
  "193-tfserving-empty-instances": "E_TARGET",
  "196-tfserving-not-object": "E_FORM",
  "200-tfserving-mixed-objects": "E_MIXED",
  "210-oip-wrong-count": "E_SHAPE",
  "211-oip-bad-datatype": "E_DTYPE",
  "221-oip-pd-doc-trailing-comma": "E_SYNTAX",
  "223-oip-pd-int-null": "E_NULL",
};

/** Cells that the notes say something of: what they become in MLflow's split and in Azure ML's, whose server has no None. */
const BECOMES: Readonly<Record<string, readonly [columns: string, mlflow: string, azureml: string]>> = {
  // missing is NaN for MLflow, null for Azure ML, which reads both alike (FORMATS 7.1)
  "079-mlflow-records-missing-key": ['["a","b"]', "[[1,2],[3,NaN]]", "[[1,2],[3,null]]"],
  "080-mlflow-records-new-key-later": ['["a","c"]', "[[1,NaN],[3,9]]", "[[1,null],[3,9]]"],
  "083-mlflow-records-dup-key": ['["a"]', "[[2]]", "[[2]]"],
  "087-mlflow-instances-balanced-missing": ['["a","b"]', "[[1,NaN],[NaN,2]]", "[[1,null],[null,2]]"],
  "167-mlflow-csv-na-values": ['["a","b","c"]', "[[NaN,NaN,NaN]]", "[[null,null,null]]"],
  "175-mlflow-csv-dup-header": ['["a","a.1"]', "[[1,2]]", "[[1,2]]"],
  "176-mlflow-csv-index-col": ['["Unnamed: 0","a"]', "[[0,5],[1,6]]", "[[0,5],[1,6]]"],
  "177-mlflow-csv-semicolon": ['["a;b"]', '[["1;2"]]', '[["1;2"]]'],
  "215-oip-uint64-max": ['["x"]', "[[18446744073709551615]]", "[[18446744073709551615]]"],
  "218-oip-nan-token": ['["x"]', "[[NaN]]", "[[NaN]]"],
  "220-oip-pd": ['["First Name","Age"]', '[["Joanne",34],["Michael",22]]', '[["Joanne",34],["Michael",22]]'],
  "224-oip-pd-bool-null": ['["a"]', "[[true],[null]]", "[[true],[null]]"],
  "228-seldon1-tensor": ['["a","b"]', "[[0,0],[1,1]]", "[[0,0],[1,1]]"],
  "229-seldon1-ndarray": ['["a","b"]', '[[0,"x"],[1,"y"]]', '[[0,"x"],[1,"y"]]'],
  "233-vertex-instances": ['["a","b"]', "[[1,[1,2]]]", "[[1,[1,2]]]"],
  "238-databricks-records": ['["sepal length (cm)","sepal width (cm)"]', "[[5.1,3.5]]", "[[5.1,3.5]]"],
};

/** What a target has no place for, although the source is good. */
const NO_PLACE: readonly ErrorCode[] = [
  "E_FORM",
  "E_COLUMNS",
  "E_TARGET",
  "E_NULL",
  "E_NAN",
  "E_MIXED",
  "E_MISSING",
  "E_NESTED",
  "E_DUPLICATE",
  "E_DTYPE",
  "E_OBJECT",
];

const key = ({ file }: Case) => file.replace(/\.\w+$/, "");
const read = ({ file }: Case) => readFileSync(new URL(file, folder));
const nameOf = ({ dialect }: Case) => names[dialect] as string;
/** A delimited file does not tell what it is. */
const waysIn = (one: Case) => (nameOf(one) === "csv" ? ["csv"] : ["auto", nameOf(one)]);
/** Cells move, and the white space between them stays behind. */
const squeezed = (text: string) => text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, "$1");

test("there are 136, and every table's line is one of them", () => {
  expect(cases.length).toBe(136);
  const known = new Set(cases.map(key));
  for (const table of [STRICTER, ELSEWHERE, LAXER, REFUSED, BECOMES])
    for (const name of Object.keys(table)) expect(known, name).toContain(name);
  for (const one of cases) {
    expect(names, one.dialect).toHaveProperty(one.dialect);
    const listed = [STRICTER, ELSEWHERE, LAXER, REFUSED].filter((table) => key(one) in table);
    expect(listed.length, key(one)).toBeLessThan(2);
    expect([STRICTER, ELSEWHERE].includes(listed[0] as typeof STRICTER) || !listed[0], key(one)).toBe(one.valid);
  }
});

describe("what the server refuses is refused", () => {
  for (const one of cases.filter((c) => key(c) in REFUSED))
    test(key(one), async () => {
      const options = { from: nameOf(one), to: nameOf(one) };
      for (const chunks of [whole(read(one)), crumbs(read(one))]) expect((await feed(chunks, options)).error?.code).toBe(REFUSED[key(one)]);
    });
});

describe("what the server takes and transload does not", () => {
  for (const one of cases.filter((c) => key(c) in STRICTER)) {
    const [code, why] = STRICTER[key(one)] as readonly [ErrorCode, string];
    test(`${key(one)}: ${why}`, async () => {
      for (const to of DIALECTS)
        for (const from of waysIn(one))
          for (const chunks of [whole(read(one)), crumbs(read(one))]) {
            const { error } = await feed(chunks, { from, to: to.name });
            // a target that needs names for the columns says so before it has seen the fault
            if (to.name !== nameOf(one) && error?.code === "E_COLUMNS") continue;
            // and auto may take the body for another dialect's
            if (from === "auto" && !["mlflow", "azureml", "tfserving"].includes(nameOf(one)) && error?.code === "E_FORM") continue;
            expect(error?.code, `${from} to ${to.name}: ${error?.message}`).toBe(code);
          }
    });
  }
});

describe("what the server mixes up goes elsewhere", () => {
  for (const one of cases.filter((c) => key(c) in ELSEWHERE)) {
    const [code, why] = ELSEWHERE[key(one)] as readonly [ErrorCode, string];
    test(`${key(one)}: ${why}`, async () => {
      for (const chunks of [whole(read(one)), crumbs(read(one))])
        expect((await feed(chunks, { from: nameOf(one), to: nameOf(one) })).error?.code).toBe(code);
    });
  }
});

describe("what the notes say of cells", () => {
  for (const one of cases.filter((c) => key(c) in BECOMES))
    test(key(one), async () => {
      const [columns, mlflow, azureml] = BECOMES[key(one)] as readonly [string, string, string];
      const from = nameOf(one);
      const index = Array.from({ length: mlflow.split("],[").length }, (_, i) => i);
      const cells = ({ error, text }: Outcome) => error?.message ?? squeezed(text).replace(',"params":{"confidence":0.5}', "");
      const split = await feed(whole(read(one)), { from, to: "mlflow:split" });
      expect(cells(split)).toBe(`{"dataframe_split":{"columns":${columns},"data":${mlflow}}}`);
      const azure = await feed(whole(read(one)), { from, to: "azureml:split" });
      expect(cells(azure)).toBe(`{"input_data":{"columns":${columns},"data":${azureml},"index":${JSON.stringify(index)}}}`);
    });

  test("TensorFlow Serving takes the first of two keys, Python the last", async () => {
    const twice = (name: string) => `{"${name}":[{"a":1,"a":2}]}`;
    const to = "mlflow:records";
    const first = await feed(whole(twice("instances")), { from: "tfserving", to });
    expect(first.text).toBe('{"dataframe_records":[{"a":1}]}');
    const last = await feed(whole(twice("dataframe_records")), { from: "mlflow", to: "tfserving:instances" });
    expect(last.text).toBe('{"instances":[{"a":2}]}');
    expect([first, last].map(({ warnings }) => warnings.map(({ code }) => code))).toEqual([["W_REPEATED"], ["W_REPEATED"]]);
  });
});

describe("what the server takes converts, and to every dialect that has a place for it", () => {
  const good = cases.filter((c) => (c.valid && !(key(c) in STRICTER)) || key(c) in LAXER);
  for (const one of good)
    test(key(one) + (key(one) in LAXER ? `: ${LAXER[key(one)]}` : ""), async () => {
      const bytes = read(one);
      const from = nameOf(one);
      if (!(key(one) in ELSEWHERE)) {
        const same = await feed(whole(bytes), { from, to: from });
        expect(same.error?.message).toBeUndefined();
        expect(same.text).not.toBe("");
        const before = bytes
          .toString()
          .replace(/, "foo": 1/, "")
          .replace(/"signature_name": "hello", /, "");
        if (["csv", "oip", "seldon"].includes(from)) {
          // members in another order, and blanks for words: what comes is a fixed point
          expect((await feed(whole(same.text), { from, to: from })).text).toBe(same.text);
        }
        // Azure ML's split needs an index, and gets one
        else if (!same.text.includes('"index":[0,1]')) expect(squeezed(same.text)).toBe(squeezed(before));
      }
      let places = 0;
      for (const to of DIALECTS)
        for (const source of waysIn(one)) {
          const outcome = await feed(whole(bytes), { from: source, to: to.name });
          const again = await feed(crumbs(bytes), { from: source, to: to.name });
          expect(again.error?.message).toBe(outcome.error?.message);
          if (!outcome.error) expect(again.text).toBe(outcome.text);
          if (outcome.error) {
            expect(NO_PLACE, `to ${to.name}: ${outcome.error.message}`).toContain(outcome.error.code);
            continue;
          }
          places++;
          // and the target dialect reads it as its own; a file of no rows is empty, and no payload
          if (outcome.text === "") continue;
          const back = await feed(whole(outcome.text), { from: to.name, to: to.name });
          expect(back.error?.message, `${to.name}: ${outcome.text}`).toBeUndefined();
        }
      expect(places).toBeGreaterThanOrEqual(2);
    });
});

test("payloads that are twins on their servers convert into each other", async () => {
  const text = (name: string) => readFileSync(new URL(`${name}.json`, folder), "utf8");
  const pairs = [
    ["001-mlflow-seed-split", "002-azure-seed-split", "azureml"],
    ["002-azure-seed-split", "001-mlflow-seed-split", "mlflow"],
    ["005-mlflow-seed-tensor-fixed", "006-azure-seed-tensor-fixed", "azureml"],
    ["006-azure-seed-tensor-fixed", "005-mlflow-seed-tensor-fixed", "mlflow"],
    ["007-mlflow-seed-named-tensor", "008-azure-seed-named-tensor", "azureml"],
    ["008-azure-seed-named-tensor", "007-mlflow-seed-named-tensor", "mlflow"],
    ["029-mlflow-instances-3d", "030-mlflow-inputs-3d", "mlflow:inputs"],
    ["030-mlflow-inputs-3d", "031-azure-input-3d", "azureml"],
  ] as const;
  for (const [from, into, to] of pairs) expect((await feed(whole(text(from)), { to })).text).toBe(text(into));
});
