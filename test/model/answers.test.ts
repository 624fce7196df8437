// answers.json holds what MLflow 3.6 and Azure ML's input parsing made of every kind of cell in every type, and of every
// shape of payload for every kind of signature (record.py asked them): r refused, s given to the model as sent, c changed;
// a accepted. A verdict must say the same.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { inspect } from "../../src/api/inspect.js";
import type { InspectedColumn, Inspection } from "../../src/model/inspection.js";
import { parseSignature, type Signature } from "../../src/model/signature.js";
import { type Verdict, verdict } from "../../src/model/verdict.js";

interface Answers {
  cells: Record<string, string[]>;
  columns: Record<string, Record<string, string>>;
  dates: Record<string, Record<string, string>>;
  csv: Record<string, string>;
  unnamed: Record<string, Record<string, string>>;
  tensors: Record<string, Record<string, string>>;
  untyped: Record<string, string>;
  schemas: Record<string, unknown>;
  shapes: Record<string, string>;
}

const answers = JSON.parse(readFileSync(new URL("answers.json", import.meta.url), "utf8")) as Answers;
const kinds = Object.entries(answers.cells);

const signature = (inputs: unknown): Signature => parseSignature({ inputs: JSON.stringify(inputs) });
const ask = async (body: string, signature: Signature | undefined, server: string) =>
  verdict(await inspect(Buffer.from(body)), { for: server, model: { signature, example: undefined } });

/** The verdict in one letter; what depends on more than is known may be anything. */
function letter({ accepted, findings }: Verdict): string {
  if (!accepted) return "r";
  if (findings.some(({ severity }) => severity === "depends")) return "?";
  return findings.length > 0 ? "c" : "s";
}

/** Where a verdict warns and nothing happens to come of it. */
const CAREFUL: readonly (readonly [name: RegExp, kinds: readonly string[], why: string])[] = [
  [/^float/, ["seconds", "seconds and more", "seconds and null"], "beyond 2^24 a whole number may still be a multiple of 2^8"],
  [/^double$/, ["64 bits and negative"], "to_numeric may leave them whole"],
  [/^str$/, ["digits", "empty", "foreign"], "a text of one letter is its own first letter"],
];

/** Compares a row of letters, kind by kind. */
async function compare(
  expected: string,
  name: string,
  got: (cells: string[]) => Promise<Verdict>,
  but: (kind: string) => boolean = () => false,
) {
  for (const [i, [kind, cells]] of kinds.entries()) {
    if (expected[i] === "-" || but(kind)) continue;
    const found = await got(cells);
    const careful = expected[i] === "s" && CAREFUL.some(([names, kinds]) => names.test(name) && kinds.includes(kind));
    const is = careful && letter(found) === "c" ? "s" : letter(found);
    const want = expected[i] === "a" ? (is === "r" ? "a" : is) : expected[i];
    const context = `${name} ${kind}: ${JSON.stringify(cells)} ${found.findings.map(({ message }) => message).join("; ")}`;
    if (is === "?") expect("rcsa", context).toContain(expected[i]);
    else expect(`${is} ${context}`).toBe(`${want} ${context}`);
  }
}

const rows = (cells: string[]) => `[${cells.map((cell) => `[${cell}]`).join()}]`;
const index = (cells: string[]) => JSON.stringify(cells.map((_, i) => i));
const BODIES: Record<string, (name: string, cells: string[]) => string> = {
  "mlflow:split": (name, cells) => `{"dataframe_split":{"columns":["${name}"],"data":${rows(cells)}}}`,
  "mlflow:inputs": (name, cells) => `{"inputs":{"${name}":[${cells}]}}`,
  "mlflow:instances": (name, cells) => `{"instances":{"${name}":[${cells}]}}`,
  "azureml:split": (name, cells) => `{"input_data":{"columns":["${name}"],"index":${index(cells)},"data":${rows(cells)}}}`,
  "azureml:tensor": (_, cells) => `{"input_data":[${cells}]}`,
  "azureml:named": (name, cells) => `{"input_data":{"${name}":[${cells}]}}`,
};
const body = (form: string, cells: string[], name = "a") => (BODIES[form] as (name: string, cells: string[]) => string)(name, cells);

/** Mixed ranks and objects in a list are refused by transload itself, as rows of a frame they are not. */
const unread = (form: string) => (kind: string) => !form.endsWith("split") && (kind === "object" || kind === "list");

describe("cells of a column", () => {
  for (const [form, types] of Object.entries(answers.columns))
    for (const [type, letters] of Object.entries(types))
      test(`${type} in ${form}`, () =>
        compare(
          letters,
          type,
          (cells) => ask(body(form, cells), signature([{ name: "a", type }]), form.split(":")[0] as string),
          unread(form),
        ));
});

describe("cells of a column that Azure ML takes for dates by its name", () => {
  for (const [type, letters] of Object.entries(answers.dates["azureml:split"] ?? {}))
    test(type, () =>
      compare(letters, type, (cells) => ask(body("azureml:split", cells, "made_at"), signature([{ name: "made_at", type }]), "azureml")),
    );
});

describe("cells of a column without a name", () => {
  for (const [form, types] of Object.entries(answers.unnamed))
    for (const [type, letters] of Object.entries(types)) {
      const payload = (cells: string[]) => (form === "mlflow:inputs" ? `{"inputs":[${cells}]}` : body(form, cells));
      test(`${type} in ${form}`, () =>
        compare(letters, type, (cells) => ask(payload(cells), signature([{ type }]), form.split(":")[0] as string), unread(form)));
    }
});

describe("cells of a CSV file", () => {
  const inspected = async (cells: string[]): Promise<Inspection> => {
    const found = await inspect(Buffer.from(body("mlflow:split", cells)));
    const [column] = found.columns as [InspectedColumn];
    const other = { ...column, name: "b", nulls: 0, nans: 0, cells: {} };
    return { ...found, form: "csv", dialect: "csv", layout: "delimited", columns: [column, other] };
  };
  for (const [type, letters] of Object.entries(answers.csv))
    test(type, () =>
      compare(letters, type, async (cells) =>
        verdict(await inspected(cells), {
          for: "csv",
          model: {
            signature: signature([
              { name: "a", type },
              { name: "b", type: "string" },
            ]),
            example: undefined,
          },
        }),
      ),
    );
});

describe("cells of a tensor", () => {
  const names: Record<string, string> = { "mlflow:split": "a", "azureml:named": "a" };
  for (const [form, dtypes] of Object.entries(answers.tensors))
    for (const [dtype, letters] of Object.entries(dtypes)) {
      const spec = { type: "tensor", ...(names[form] && { name: names[form] }), "tensor-spec": { dtype, shape: [-1] } };
      const payload = (cells: string[]) => (form === "mlflow:inputs" ? `{"inputs":[${cells}]}` : body(form, cells));
      test(`${dtype} in ${form}`, () =>
        compare(letters, dtype, (cells) => ask(payload(cells), signature([spec]), form.split(":")[0] as string), unread(form)));
    }
});

describe("cells without a signature", () => {
  // a type that holds every cell is found; a verdict tells of it even where the numbers stay the same
  const RETYPED = ["null", "nan", "bits"];
  for (const [form, letters] of Object.entries(answers.untyped)) {
    const payload = (cells: string[]) =>
      form === "dates" ? body("azureml:split", cells, "made_at") : form === "mlflow:inputs" ? `{"inputs":[${cells}]}` : body(form, cells);
    test(form, async () => {
      for (const [i, [kind, cells]] of kinds.entries()) {
        if (unread(form === "dates" ? "azureml:split" : form)(kind)) continue;
        const found = await ask(payload(cells), undefined, form === "dates" ? "azureml" : (form.split(":")[0] as string));
        const is = letter(found);
        const context = `${kind}: ${found.findings.map(({ message }) => message).join("; ")}`;
        if (letters[i] === "s" && is === "c")
          expect(
            RETYPED.some((word) => kind.includes(word)),
            context,
          ).toBe(true);
        else if (letters[i] === "c" && is === "s") expect(kind, "null is NaN among numbers").toMatch(/null$/);
        else if (is !== "?") expect(is, context).toBe(letters[i]);
      }
    });
  }
});

describe("shapes", () => {
  const schemas = Object.entries(answers.schemas);
  for (const [payload, letters] of Object.entries(answers.shapes))
    test(payload, async () => {
      const server = payload.startsWith('{"input_data"') ? "azureml" : "mlflow";
      const wrong: string[] = [];
      for (const [i, [name, schema]] of schemas.entries()) {
        const found = await ask(payload, schema === null ? undefined : signature(schema), server);
        const depends = found.findings.some(({ severity }) => severity === "depends");
        if (found.accepted !== (letters[i] === "a") && !(depends && found.accepted))
          wrong.push(`${name}: ${found.accepted} ${found.findings.map(({ message }) => message).join("; ")}`);
      }
      expect(wrong).toEqual([]);
    });
});
