// Payloads with what MLflow 3.6 and Azure ML's inference server did with each (test/cases/index.json): a verdict says the same.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { inspect, TransloadError } from "../../src/index.js";
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
const SERVERS: Readonly<Record<string, string>> = { "mlflow-3.6": "mlflow", azure: "azureml" };

/** No verdict, or another one, with the reason. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "023-mlflow-ct-extra-param": "the content type is refused, and a payload has none",
  "032-mlflow-instances-missing-col": "a key that is missing in some records is told as null",
  "072-mlflow-split-data-dict": "transload reads no object of columns under data",
  "188-tfserving-b64-lists": "transload reads no objects inside a tensor",
};

const key = ({ file }: Case) => file.replace(/\.\w+$/, "");

async function judge(one: Case, server: string): Promise<Verdict | TransloadError> {
  const signature = one.schema === undefined ? undefined : parseSignature({ inputs: one.schema, params: one.params_schema });
  const options = { for: server, model: { signature, example: undefined } };
  const from = one.file.endsWith(".csv") ? "csv" : "auto";
  try {
    return verdict(await inspect(readFileSync(new URL(one.file, folder)), { from }), options);
  } catch (error) {
    if (!(error instanceof TransloadError)) throw error;
    return verdictOfFault(error, options) ?? error;
  }
}

describe("the verdict is the server's", () => {
  for (const one of cases)
    for (const [name, { accepted }] of Object.entries(one.servers)) {
      const server = SERVERS[name];
      if (server === undefined) continue;
      test(`${key(one)} on ${server}: ${accepted ? "accepted" : "refused"}`, async () => {
        const found = await judge(one, server);
        const said = found instanceof TransloadError ? `${found.code}: ${found.message}` : found.accepted ? "accepted" : "refused";
        const why = found instanceof TransloadError ? "" : found.findings.map(({ message }) => message).join("; ");
        if (key(one) in OTHERWISE) expect(said, why).not.toBe(accepted ? "accepted" : "refused");
        else expect(said, why).toBe(accepted ? "accepted" : "refused");
      });
    }
});
