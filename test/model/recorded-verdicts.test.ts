// Payloads with what MLflow and Azure ML's inference server did with each: 3.6 with pandas 2.3 (test/cases/index.json), and in November
// 2026 3.17.2 with pandas 3.1.1 (answers-2026-11.json). A verdict says the same.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { inspect, type Releases, TransloadError } from "../../src/index.js";
import { verdictOfFault } from "../../src/model/fault.js";
import { parseSignature } from "../../src/model/signature.js";
import { type Verdict, verdict } from "../../src/model/verdict.js";

interface Case {
  file: string;
  dialect: string;
  servers: Record<string, { accepted: boolean }>;
  schema?: string;
  params_schema?: string;
}

const folder = new URL("../cases/", import.meta.url);
const cases = JSON.parse(readFileSync(new URL("index.json", folder), "utf8")) as Case[];
/** What today's servers accept, by file. */
const today = JSON.parse(readFileSync(new URL("answers-2026-11.json", folder), "utf8")) as Record<string, Record<string, boolean>>;
const SERVERS: Readonly<Record<string, string>> = { "mlflow-3.6": "mlflow", mlflow: "mlflow", azure: "azureml" };
const THEN: Releases = { mlflow: "3.6", pandas: "2.3" };
const NOW: Releases = { mlflow: "3.17.2", pandas: "3.1.1" };

/** No verdict, or another one, with the reason. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "023-mlflow-ct-extra-param": "the content type is refused, and a payload has none",
  "032-mlflow-instances-missing-col": "a key that is missing in some records is told as null",
  "072-mlflow-split-data-dict": "transload reads no object of columns under data",
  "188-tfserving-b64-lists": "transload reads no objects inside a tensor",
};

const key = ({ file }: Case) => file.replace(/\.\w+$/, "");

async function judge(one: Case, server: string, serverVersion: Releases): Promise<Verdict | TransloadError> {
  const signature = one.schema === undefined ? undefined : parseSignature({ inputs: one.schema, params: one.params_schema });
  const options = { for: server, model: { signature, example: undefined }, serverVersion };
  const from = one.file.endsWith(".csv") ? "csv" : "auto";
  try {
    return verdict(await inspect(readFileSync(new URL(one.file, folder)), { from }), options);
  } catch (error) {
    if (!(error instanceof TransloadError)) throw error;
    return verdictOfFault(error, options) ?? error;
  }
}

describe.each([
  ["then", THEN, (one: Case) => Object.entries(one.servers).map(([name, { accepted }]) => [name, accepted] as const)],
  ["now", NOW, (one: Case) => Object.entries(today[one.file] ?? {})],
] as const)("the verdict is the server's, %s", (_, releases, answersTo) => {
  for (const one of cases)
    for (const [name, accepted] of answersTo(one)) {
      const server = SERVERS[name];
      if (server === undefined) continue;
      test(`${key(one)} on ${server}: ${accepted ? "accepted" : "refused"}`, async () => {
        const found = await judge(one, server, releases);
        const said = found instanceof TransloadError ? `${found.code}: ${found.message}` : found.accepted ? "accepted" : "refused";
        const why = found instanceof TransloadError ? "" : found.findings.map(({ message }) => message).join("; ");
        if (key(one) in OTHERWISE) expect(said, why).not.toBe(accepted ? "accepted" : "refused");
        else expect(said, why).toBe(accepted ? "accepted" : "refused");
      });
    }
});
