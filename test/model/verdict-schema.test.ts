// schema/verdict.schema.json, held by a validator that is not ours against verdicts on payloads of every dialect.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { DIALECTS, FORMS, type Form } from "../../src/dialects/index.js";
import { CODES, inspect, TransloadError, type Verdict, type VerdictOptions, verdict } from "../../src/index.js";
import { verdictOfFault } from "../../src/model/fault.js";
import { FINDINGS } from "../../src/model/finding.js";
import { parseSignature } from "../../src/model/signature.js";
import { ROOT, TENSOR, transload } from "../support/command-line.js";
import { n, type Sheet, textOf } from "../support/forms.js";

interface Described {
  type?: string;
  enum?: string[];
  description?: string;
  properties?: Record<string, Described>;
  additionalProperties?: unknown;
}

const PATH = join(ROOT, "schema/verdict.schema.json");
const schema = JSON.parse(readFileSync(PATH, "utf8")) as { $defs: Record<string, Described> };
const ajv = new Ajv2020({ strict: true, allErrors: true });
const check = ajv.compile(schema);

/** As a program reads it. */
function expectDescribed(answer: unknown): void {
  check(JSON.parse(JSON.stringify(answer)));
  expect(check.errors, JSON.stringify(answer)).toBeNull();
}

async function ask(payload: string, options: VerdictOptions, from: string): Promise<Verdict | undefined> {
  try {
    return verdict(await inspect(Buffer.from(payload), { from }), options);
  } catch (error) {
    if (error instanceof TransloadError) return verdictOfFault(error, options);
    throw error;
  }
}

const columns = (type: string) => JSON.stringify(["a", "b"].map((name) => ({ name, type })));
const tensor = JSON.stringify([{ type: "tensor", "tensor-spec": { dtype: "float64", shape: [-1, 2] } }]);
const MODELS: readonly VerdictOptions["model"][] = [
  undefined,
  { signature: undefined, example: undefined },
  ...[columns("long"), columns("string"), columns("datetime"), tensor].map((inputs) => ({
    signature: parseSignature({ inputs }),
    example: undefined,
  })),
];
const SHEETS: readonly Sheet[] = [
  { names: ["a", "b"], rows: [[n("1"), n("2.5")]] },
  {
    names: ["b", "c"],
    rows: [
      ["x", null],
      [true, n("9007199254740993")],
    ],
  },
];
const SERVERS = DIALECTS.map(({ name }) => name);

describe("schema/verdict.schema.json", () => {
  test("lists the codes that there are", () => {
    const { finding, unread } = schema.$defs;
    expect(finding?.properties?.code?.enum).toEqual(Object.keys(FINDINGS));
    expect(unread?.properties?.error?.properties?.code?.enum).toEqual(Object.keys(CODES));
  });

  test("describes every key, and takes no other", () => {
    const visit = (part: Described, name: string) => {
      if (part.type !== undefined) expect(part.description, name).toMatch(/^\S.*[.}]$/);
      if (part.properties) expect(part.additionalProperties, name).toBe(false);
      for (const [key, inner] of Object.entries(part.properties ?? {})) visit(inner, `${name}.${key}`);
    };
    for (const [name, part] of Object.entries(schema.$defs)) visit(part, name);
  });

  test("is reached by the package's name", () => {
    const { exports, files } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      exports: Record<string, string>;
      files: string[];
    };
    expect(join(ROOT, exports["./verdict.schema.json"] as string)).toBe(PATH);
    expect(files).toContain("schema");
    expect(createRequire(PATH).resolve("transload/verdict.schema.json")).toBe(PATH);
  });

  test.each(SERVERS)("describes what is said of %s", async (server) => {
    const seen = { accepted: 0, refused: 0 };
    for (const form of FORMS as readonly Form[])
      for (const sheet of SHEETS)
        for (const model of MODELS) {
          const judged = await ask(textOf(form, sheet), { for: server, ...(model && { model }) }, form.id);
          if (!judged) continue;
          expectDescribed(judged);
          seen[judged.accepted ? "accepted" : "refused"]++;
        }
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(0);
  });

  test("describes a remedy, what remains after it, and what other releases do", async () => {
    const [aRemedy, names, dates] = await Promise.all([
      ask('{"dataframe_split":{"columns":["updated_at"],"data":[["2020-01-01"]]}}', { for: "azureml" }, "auto"),
      ask(
        '{"inputs":[[1,2]]}',
        { for: "azureml", model: { signature: parseSignature({ inputs: columns("long") }), example: undefined } },
        "auto",
      ),
      ask(
        '{"dataframe_split":{"columns":["a","b"],"data":[["2020-01-01","2020-01-01T00:00:00"],["2020-01-01T00:00:00","2020-01-01"]]}}',
        {
          for: "mlflow",
          model: { signature: parseSignature({ inputs: columns("datetime") }), example: undefined },
        },
        "auto",
      ),
    ]);
    expect(aRemedy?.remedy?.to).toBe("azureml:split");
    expect(names?.remedy?.columns).toEqual(["a", "b"]);
    expect(names?.remedy?.remains.length).toBeGreaterThan(0);
    expect(dates?.otherwise.length).toBeGreaterThan(0);
    for (const judged of [aRemedy, names, dates]) expectDescribed(judged);
  });

  test("describes faults of the text", async () => {
    for (const fault of [
      '{"dataframe_split":{"columns":["a","b"],"data":[[1,2],[3]]}}',
      '{"inputs":[1,',
      '{"inputs":[1],"inputs":[2]}',
      "",
    ]) {
      const judged = await ask(fault, { for: "mlflow" }, "auto");
      expect(judged?.form).toBeUndefined();
      expectDescribed(judged);
    }
  });

  test("refuses what is no verdict", () => {
    const judged = { server: "MLflow", dialect: "mlflow", accepted: true, findings: [], otherwise: [] };
    expectDescribed(judged);
    for (const wrong of [
      {},
      { ...judged, more: 1 },
      { ...judged, error: { code: "E_READ", message: "" } },
      { error: { code: "E_NONE", message: "" } },
    ])
      expect(check(wrong)).toBe(false);
  });
});

describe("validate --json", () => {
  const cases: readonly (readonly [string, readonly string[], string, number])[] = [
    ["an accepted payload", ["--for", "azureml"], TENSOR, 0],
    ["a refused payload", ["--for", "mlflow"], TENSOR, 1],
    ["a fault that the server has, too", ["--for", "mlflow"], '{"inputs":[1,', 1],
    ["a quote that does not end", ["--for", "mlflow", "-f", "csv"], 'a,b\n1,"x', 1],
    ["a fault without a server", [], '{"inputs":[1,', 1],
    ["a file that is not there", ["nowhere.json", "--for", "mlflow"], "", 3],
    ["a model that is not there", ["--model", "nowhere"], TENSOR, 3],
  ];

  test.each(cases)("is described for %s", async (_, args, input, code) => {
    const run = await transload(["validate", "--json", ...args], input);
    expect(run.code).toBe(code);
    const answer = JSON.parse(run.out) as { error?: { code: string } };
    expectDescribed(answer);
    if (answer.error) expect(run.err).toContain(`transload: ${answer.error.code}: `);
    else expect(run.err).toBe("");
  });

  test("tells the place of a fault", async () => {
    const { out } = await transload(["validate", "--json", "--for", "mlflow", "-f", "csv"], 'a,b\n1,"x');
    expect(JSON.parse(out)).toEqual({ error: { code: "E_QUOTE", message: expect.any(String), line: 2, column: 3, offset: 6 } });
  });

  test("prints nothing where the call is wrong", async () => {
    expect(await transload(["validate", "--json", "--for", "mlfow"], TENSOR)).toMatchObject({ code: 2, out: "" });
  });
});
