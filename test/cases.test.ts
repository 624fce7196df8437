// 136 payloads with what real servers did with each (cases/index.json): MLflow 2.8 and 3.6, Azure ML's inference
// server, MLServer. What a server takes converts to every dialect that has a place for it; what it refuses is refused.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DIALECTS } from "../src/dialects/index.js";
import type { ErrorCode } from "../src/index.js";
import { crumbs, feed, whole } from "./feed.js";

interface Case {
  file: string;
  dialect: string;
  valid: boolean;
}

const folder = new URL("cases/", import.meta.url);
const cases = JSON.parse(readFileSync(new URL("index.json", folder), "utf8")) as Case[];
const names: Readonly<Record<string, string>> = { azure: "azureml", mlflow: "mlflow", tfserving: "tfserving", databricks: "mlflow" };

/** Valid on their server and refused here, with the reason. */
const STRICTER: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  "025-mlflow-instances-dicts": ["E_OBJECT", "instances as a list of objects are not one of the forms"],
  "036-mlflow-datetime-schema": ["E_FORM", "records are not one of the forms"],
  "041-mlflow-llm-key-hijacks-split": ["E_LLM", "a top-level input makes MLflow hand over the whole body unparsed"],
  "061-mlflow-split-short-row": ["E_RAGGED", "MLflow pads short rows in silence"],
  "072-mlflow-split-data-dict": ["E_FORM", "data as an object of columns is not rows"],
  "076-mlflow-dup-format-key": ["E_DUPLICATE", "Python takes the last of a duplicate key, TensorFlow Serving the first"],
  "079-mlflow-records-missing-key": ["E_FORM", "records are not one of the forms"],
  "080-mlflow-records-new-key-later": ["E_FORM", "records are not one of the forms"],
  "083-mlflow-records-dup-key": ["E_FORM", "records are not one of the forms"],
  "087-mlflow-instances-balanced-missing": [
    "E_OBJECT",
    "instances as a list of objects are not one of the forms; MLflow misaligns these rows",
  ],
  "123-mlflow-utf16": ["E_UTF16", "only MLflow 3 sniffs UTF-16"],
  "150-azure-records-nosig": ["E_OBJECT", "Azure ML hands the model an array of dicts"],
  "160-azure-double-encoded": ["E_FORM", "JSON inside a string is to be decoded first"],
  "187-tfserving-b64-scalars": ["E_OBJECT", "b64 objects are not one of the forms"],
  "188-tfserving-b64-lists": ["E_OBJECT", "b64 objects are not one of the forms"],
  "189-tfserving-nan-inf": ["E_OBJECT", "instances as a list of objects are not one of the forms"],
  "202-tfserving-dup-key": ["E_DUPLICATE", "Python takes the last of a duplicate key, TensorFlow Serving the first"],
  "238-databricks-records": ["E_FORM", "records are not one of the forms"],
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
  "032-mlflow-instances-missing-col": "E_OBJECT",
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
  "193-tfserving-empty-instances": "E_TARGET",
  "196-tfserving-not-object": "E_FORM",
  "200-tfserving-mixed-objects": "E_OBJECT",
};

/** What a target has no place for, although the source is good. */
const NO_PLACE: readonly ErrorCode[] = ["E_FORM", "E_COLUMNS", "E_TARGET", "E_NULL", "E_MIXED", "E_OBJECT"];

const key = ({ file }: Case) => file.replace(/\.\w+$/, "");
const read = ({ file }: Case) => readFileSync(new URL(file, folder));
const ours = cases.filter(({ dialect }) => dialect in names);
const others = cases.filter(({ dialect }) => !(dialect in names));

test("there are 136, and every table's line is one of them", () => {
  expect(cases.length).toBe(136);
  const known = new Set(ours.map(key));
  for (const table of [STRICTER, LAXER, REFUSED]) for (const name of Object.keys(table)) expect(known, name).toContain(name);
  for (const one of ours) {
    const listed = [STRICTER, LAXER, REFUSED].filter((table) => key(one) in table);
    expect(listed, key(one)).toEqual(one.valid ? (key(one) in STRICTER ? [STRICTER] : []) : [key(one) in LAXER ? LAXER : REFUSED]);
  }
});

describe("what the server refuses is refused", () => {
  for (const one of ours.filter((c) => key(c) in REFUSED))
    test(key(one), async () => {
      const options = { from: names[one.dialect] as string, to: names[one.dialect] as string };
      for (const chunks of [whole(read(one)), crumbs(read(one))]) expect((await feed(chunks, options)).error?.code).toBe(REFUSED[key(one)]);
    });
});

describe("what the server takes and transload does not", () => {
  for (const one of ours.filter((c) => key(c) in STRICTER)) {
    const [code, why] = STRICTER[key(one)] as readonly [ErrorCode, string];
    test(`${key(one)}: ${why}`, async () => {
      for (const to of DIALECTS)
        for (const from of ["auto", names[one.dialect] as string])
          for (const chunks of [whole(read(one)), crumbs(read(one))]) {
            const { error } = await feed(chunks, { from, to: to.name });
            // a target that needs names for the columns says so before it has seen the fault
            if (to.name !== names[one.dialect] && error?.code === "E_COLUMNS") continue;
            expect(error?.code).toBe(code);
          }
    });
  }
});

describe("what the server takes converts, and to every dialect that has a place for it", () => {
  for (const one of ours.filter((c) => (c.valid && !(key(c) in STRICTER)) || key(c) in LAXER))
    test(key(one) + (key(one) in LAXER ? `: ${LAXER[key(one)]}` : ""), async () => {
      const bytes = read(one);
      const from = names[one.dialect] as string;
      const same = await feed(whole(bytes), { from, to: from });
      // Azure ML's split needs an index, and gets one; its list of columns may be missing where the signature has them
      expect(same.error?.message).toBeUndefined();
      const value = (text: string) => text.replace(/"(input_data|dataframe_split|inputs|instances)"\s*:\s*/, "");
      if (!same.text.includes('"index":[0,1]'))
        expect(same.text.trim().replace(/^\{ /, "{")).toBe(
          bytes
            .toString()
            .replace(/, "foo": 1/, "")
            .replace(/"signature_name": "hello", /, "")
            .trim(),
        );
      let places = 0;
      for (const to of DIALECTS)
        for (const source of [from, "auto"]) {
          const outcome = await feed(whole(bytes), { from: source, to: to.name });
          const again = await feed(crumbs(bytes), { from: source, to: to.name });
          expect(again.error?.message).toBe(outcome.error?.message);
          if (!outcome.error) expect(again.text).toBe(outcome.text);
          if (outcome.error) {
            expect(NO_PLACE, `to ${to.name}: ${outcome.error.message}`).toContain(outcome.error.code);
            continue;
          }
          places++;
          // and the target dialect reads it as its own
          expect(
            (await feed(whole(outcome.text), { from: to.name, to: to.name })).error?.message,
            `${to.name}: ${value(outcome.text)}`,
          ).toBeUndefined();
        }
      expect(places).toBeGreaterThanOrEqual(2);
    });
});

describe("dialects of a later version are refused, and nothing breaks", () => {
  for (const one of others)
    test(key(one), async () => {
      for (const to of DIALECTS)
        for (const chunks of [whole(read(one)), crumbs(read(one))]) {
          const { error } = await feed(chunks, { to: to.name });
          expect(error?.code).toMatch(to.name === "mlflow1" ? /^E_(COLUMNS|FORM|SYNTAX|LLM)$/ : /^E_(FORM|OBJECT|SYNTAX|LLM)$/);
        }
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
