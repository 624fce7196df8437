// answers.json holds what MLflow and Azure ML's input parsing of several releases made of every kind of cell in every type, and of every
// shape of payload for every kind of signature (record.py asked them): r refused, s given to the model as sent, c changed; a accepted.
// A verdict about the same releases must say the same.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { inspect } from "../../src/api/inspect.js";
import type { Releases } from "../../src/dialects/index.js";
import { TransloadError } from "../../src/errors.js";
import { verdictOfFault } from "../../src/model/fault.js";
import type { InspectedColumn, Inspection } from "../../src/model/inspection.js";
import { compare, spellReleases } from "../../src/model/releases.js";
import { parseSignature, type Signature } from "../../src/model/signature.js";
import { type Verdict, type VerdictOptions, verdict } from "../../src/model/verdict.js";
import type { Answers } from "./answers.js";

const answers = JSON.parse(readFileSync(new URL("answers.json", import.meta.url), "utf8")) as Answers;
const kinds = Object.entries(answers.cells);

/** Rows of letters whose path begins so, of these releases: each with the rest of its path. */
function rowsOf(releases: Releases, group: string): [path: string[], letters: string][] {
  const own = answers.differences[spellReleases(releases)] ?? {};
  return Object.entries(answers.answers)
    .filter(([path]) => path.startsWith(`${group}/`))
    .map(([path, letters]) => [path.slice(group.length + 1).split("/"), own[path] ?? letters]);
}

const inspections = new Map<string, Promise<Inspection>>();
/** A payload is read once, for all releases. */
function inspected(body: string): Promise<Inspection> {
  const known = inspections.get(body) ?? inspect(Buffer.from(body));
  inspections.set(body, known);
  return known;
}

const signature = (inputs: unknown): Signature => parseSignature({ inputs: JSON.stringify(inputs) });

type Asked = (body: string, signature: Signature | undefined, server: string, typeHints?: boolean) => Promise<Verdict>;

/** The verdict on a payload, on servers of these releases. */
const asking =
  (serverVersion: Releases): Asked =>
  async (body, signature, server, typeHints = false) => {
    const options: VerdictOptions = { for: server, model: { signature, example: undefined, typeHints }, serverVersion };
    try {
      return verdict(await inspected(body), options);
    } catch (error) {
      const told = error instanceof TransloadError ? verdictOfFault(error, options) : undefined;
      if (!told) throw error;
      return told;
    }
  };

/** The verdict in one letter; what depends on more than is known may be anything. */
function letter({ accepted, findings }: Verdict): string {
  if (!accepted) return "r";
  if (findings.some(({ severity }) => severity === "depends")) return "?";
  return findings.length > 0 ? "c" : "s";
}

/** Where a verdict warns and nothing happens to come of it. */
const CAREFUL: readonly (readonly [name: RegExp, kinds: readonly string[], why: string])[] = [
  [/float(?!64|\])/, ["seconds", "seconds and more", "seconds and null"], "beyond 2^24 a whole number may still be a multiple of 2^8"],
  [/double/, ["64 bits and negative"], "to_numeric may leave them whole"],
  [/str$/, ["digits", "empty", "foreign", "half a surrogate pair"], "a text of one letter is its own first letter"],
];

/** Mixed ranks and objects in a list are refused by transload itself, as rows of a frame they are not. */
const unread = (form: string, kind: string) => !/split$|^csv$/.test(form) && (kind === "object" || kind === "list");

/** Where a row of letters and the verdicts part: a line for each kind. */
async function disagreements(name: string, letters: string, got: (cells: string[]) => Promise<Verdict>, form = name): Promise<string> {
  const wrong: string[] = [];
  for (const [i, [kind, cells]] of kinds.entries()) {
    const expected = letters[i] as string;
    if (expected === "-" || unread(form, kind) || (form === "csv" && kind === "half a surrogate pair")) continue;
    const found = await got(cells);
    const careful = expected === "s" && CAREFUL.some(([names, kinds]) => names.test(name) && kinds.includes(kind));
    const is = careful && letter(found) === "c" ? "s" : letter(found);
    // pandas.to_numeric takes what pandas 2 made of it for no number, and keeps it
    if (kind === "half a surrogate pair" && name === "double" && expected === "c" && is === "r") continue;
    const agrees = is === "?" || is === expected || (expected === "a" && is !== "r");
    if (!agrees) wrong.push(`${kind} ${cells.join().slice(0, 60)}: ${expected}, not ${is}: ${said(found)}`);
  }
  return wrong.join("\n");
}

const said = ({ findings }: Verdict) => findings.map(({ message }) => message).join("; ");
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
const list = (form: string, cells: string[]) => (form === "mlflow:split" ? body(form, cells) : `{"${form.split(":")[1]}":[${cells}]}`);
const bare = (form: string, cells: string[]) => (form === "mlflow:inputs" ? list(form, cells) : body(form, cells));
const serverOf = (form: string) => form.split(":")[0] as string;

describe.each(answers.releases.map((releases) => [spellReleases(releases), releases] as const))("%s", (_, releases) => {
  const ask = asking(releases);

  describe("cells of a column", () => {
    for (const [[form = "", type = ""], letters] of rowsOf(releases, "columns"))
      test(`${type} in ${form}`, async () => {
        const got = (cells: string[]) => ask(body(form, cells), signature([{ name: "a", type }]), serverOf(form));
        expect(await disagreements(type, letters, got, form)).toBe("");
      });
  });

  describe("cells of a column whose name is one of dates to pandas", () => {
    for (const [[type = ""], letters] of rowsOf(releases, "dates"))
      test(type, async () => {
        const got = (cells: string[]) => ask(body("azureml:split", cells, "made_at"), signature([{ name: "made_at", type }]), "azureml");
        expect(await disagreements(type, letters, got, "azureml:split")).toBe("");
      });
  });

  describe("cells of a column without a name", () => {
    for (const [[form = "", type = ""], letters] of rowsOf(releases, "unnamed"))
      test(`${type} in ${form}`, async () => {
        const got = (cells: string[]) => ask(bare(form, cells), signature([{ type }]), serverOf(form));
        expect(await disagreements(type, letters, got, form)).toBe("");
      });
  });

  describe("cells of a CSV file", () => {
    const other = { name: "b", nulls: 0, nans: 0, cells: {} };
    const file = async (cells: string[]): Promise<Inspection> => {
      const found = await inspected(body("mlflow:split", cells));
      const [column] = found.columns as [InspectedColumn];
      return { ...found, form: "csv", dialect: "csv", layout: "delimited", columns: [column, { ...column, ...other }] };
    };
    const b = { name: "b", type: "string" };
    for (const [[type = ""], letters] of rowsOf(releases, "csv"))
      test(type, async () => {
        const model = { signature: signature([{ name: "a", type }, b]), example: undefined };
        const got = async (cells: string[]) => verdict(await file(cells), { for: "csv", model, serverVersion: releases });
        expect(await disagreements(type, letters, got, "csv")).toBe("");
      });
  });

  describe("cells of a tensor", () => {
    const names: Record<string, string> = { "mlflow:split": "a", "azureml:named": "a" };
    for (const [[form = "", dtype = ""], letters] of rowsOf(releases, "tensors"))
      test(`${dtype} in ${form}`, async () => {
        const spec = { type: "tensor", ...(names[form] && { name: names[form] }), "tensor-spec": { dtype, shape: [-1] } };
        const got = (cells: string[]) => ask(bare(form, cells), signature([spec]), serverOf(form));
        expect(await disagreements(dtype, letters, got, form)).toBe("");
      });
  });

  describe("cells for a model with type hints", () => {
    const types: Record<string, string> = { bool: "boolean", int: "long", float: "double", str: "string", bytes: "binary" };
    for (const [[hint = "", form = ""], letters] of rowsOf(releases, "hints"))
      test(`${hint} in ${form}`, async () => {
        const word = hint.slice(5, -1);
        const got = (cells: string[]) => ask(list(form, cells), signature([{ type: types[word] ?? word }]), "mlflow", true);
        expect(await disagreements(hint, letters, got, form)).toBe("");
      });
  });

  // MLflow takes Parquet since 3.10
  describe.runIf(compare(releases.mlflow ?? "", "3.10") >= 0)("a column of a Parquet file", () => {
    const types = ["boolean", "integer", "long", "float", "double", "string", "binary", "datetime"];
    for (const [[dtype = "", what = ""], letters] of rowsOf(releases, "stored"))
      test(`${dtype}, ${what}`, () => {
        const numbers = /int/.test(dtype) && { integers: { least: what === "bits" ? "0" : "5", greatest: what === "bits" ? "1" : "7" } };
        const column = {
          name: "a",
          dtype,
          stored: dtype,
          nulls: what === "null" ? 1 : 0,
          nans: 0,
          shape: [],
          rows: 2,
          cells: { ...numbers },
        };
        const labels = { index: false, columns: "texts" as const };
        const file = { form: "parquet", dialect: "parquet", layout: "frame" as const, rows: 2, shape: [2, 1], columns: [column], labels };
        const found = { ...file, params: false, siblings: [], bytes: 100, warnings: [] };
        const verdicts = types.map((type) => {
          const model = { signature: signature([{ name: "a", type }]), example: undefined };
          const { accepted, findings } = verdict(found, { for: "mlflow", model, serverVersion: releases });
          return !accepted ? "r" : findings.some(({ severity }) => severity === "depends") ? "?" : "a";
        });
        expect(verdicts.join("").replaceAll("?", "r")).toBe(letters);
      });
  });

  describe("cells without a signature", () => {
    // a type that holds every cell is found; a verdict tells of it even where the numbers stay the same
    const RETYPED = ["null", "nan", "bits"];
    for (const [[form = ""], letters] of rowsOf(releases, "untyped")) {
      const dates = form === "dates";
      const payload = (cells: string[]) => (dates ? body("azureml:split", cells, "made_at") : bare(form, cells));
      test(form, async () => {
        const wrong: string[] = [];
        for (const [i, [kind, cells]] of kinds.entries()) {
          if (unread(dates ? "azureml:split" : form, kind)) continue;
          const found = await ask(payload(cells), undefined, dates ? "azureml" : serverOf(form));
          const is = letter(found);
          const expected = letters[i];
          const retyped = expected === "s" && is === "c" && RETYPED.some((word) => kind.includes(word));
          const gap = expected === "c" && is === "s" && /null$/.test(kind) && !/text|date|time/.test(kind); // null is NaN among numbers
          if (is !== "?" && is !== expected && !retyped && !gap)
            wrong.push(`${kind} ${cells.join().slice(0, 60)}: ${expected}, not ${is}: ${said(found)}`);
        }
        expect(wrong.join("\n")).toBe("");
      });
    }
  });

  describe("shapes", () => {
    const schemas = Object.entries(answers.schemas);
    for (const [[payload = ""], letters] of rowsOf(releases, "shapes"))
      test(payload.slice(0, 80), async () => {
        const server = payload.startsWith('{"input_data"') ? "azureml" : "mlflow";
        const wrong: string[] = [];
        for (const [i, [name, schema]] of schemas.entries()) {
          const found = await ask(payload, schema === null ? undefined : signature(schema), server);
          const depends = found.findings.some(({ severity }) => severity === "depends");
          if (found.accepted !== (letters[i] === "a") && !(depends && found.accepted))
            wrong.push(`${name}: ${letters[i]}, not ${found.accepted ? "a" : "r"}: ${said(found)}`);
        }
        expect(wrong.join("\n")).toBe("");
      });
  });
});
