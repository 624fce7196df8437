// Payloads and signatures drawn at random: the verdict on each, and what the servers' own code of these releases does with it: MLflow and Azure
// ML's parsing (verdicts.py), MLServer and KServe (verdicts_oip.py).
import { join } from "node:path";
import { inspect, type Releases, TransloadError, type Verdict, type VerdictOptions, verdict } from "../../src/index.js";
import { verdictOfFault } from "../../src/model/fault.js";
import { spellReleases } from "../../src/model/releases.js";
import { parseSignature } from "../../src/model/signature.js";
import { output } from "../model/environment.js";
import { HERE } from "./python.js";

interface Question {
  /** A dialect, or kserve2: KServe by Open Inference Protocol, of which the verdict is MLServer's and says where KServe differs. */
  server: string;
  body: string;
  schema: unknown;
  /** Of the signature, too. */
  params?: unknown;
  /** The body is that of a file. */
  csv?: true;
  /** r refused, s given to the model as sent, c changed, a accepted. */
  answer: string;
}

/**
 * How verdict and server part: `lost` is what was called accepted and was refused, `unsaid` what was changed in silence. `unread` is what
 * transload cannot read, so that it says nothing of servers.
 */
type Parting = "agree" | "depends" | "lost" | "unsaid" | "refused in vain" | "warned in vain" | "unread" | "said of MLServer alone";

/** Of a hundred verdicts as many may refuse or warn in vain. docs/verdicts.md says why they do. */
const IN_VAIN = 1;

export interface Draw {
  readonly script: "verdicts.py" | "verdicts_oip.py";
  readonly python: string;
  /** What is asked there. */
  readonly releases: Releases;
  readonly count: number;
  readonly seed: number;
}

/** A line for each server, `passed` or `FAILED`. */
export async function checkVerdicts({ script, python, releases, count, seed }: Draw): Promise<string[]> {
  const lines = output(python, [join(HERE, script), `${count}`, `${seed}`])
    .trim()
    .split("\n");
  const tables = new Map<string, Map<Parting, number>>();
  const faults: string[] = [];
  for (const line of lines) {
    const question = JSON.parse(line) as Question;
    const found = await ask(question, releases);
    const parting = found ? part(question, found) : "unread";
    const table = tables.get(question.server) ?? new Map<Parting, number>();
    table.set(parting, (table.get(parting) ?? 0) + 1);
    tables.set(question.server, table);
    if (parting === "lost" || parting === "unsaid") faults.push(`        ${parting}: ${question.body} ${JSON.stringify(question.schema)}`);
    else if (process.env.VERDICTS_IN_VAIN && parting.endsWith("in vain")) faults.push(`        ${parting}: ${line}`);
  }
  const told = [...tables].map(([server, table]) => {
    const all = [...table.values()].reduce((sum, n) => sum + n, 0);
    const vain = (table.get("refused in vain") ?? 0) + (table.get("warned in vain") ?? 0);
    const fails = (table.get("lost") ?? 0) + (table.get("unsaid") ?? 0) > 0 || vain * 100 > all * IN_VAIN;
    const counts = [...table].map(([parting, n]) => `${parting} ${n}`).join(", ");
    return `${fails ? "FAILED" : "passed"} ${all} verdicts on ${server}, ${spellReleases(releases)}, seed ${seed}: ${counts}`;
  });
  return [...told, ...(process.env.VERDICTS_IN_VAIN ? faults : faults.slice(0, 10))];
}

/** Undefined where transload does not read the payload, and says nothing of servers. */
async function ask({ server, body, schema, params, csv }: Question, releases: Releases): Promise<Verdict | undefined> {
  const dialect = server === "kserve2" ? "oip" : server;
  const written = { ...(schema !== null && { inputs: JSON.stringify(schema) }), ...(params ? { params: JSON.stringify(params) } : {}) };
  const signature = Object.keys(written).length > 0 ? parseSignature(written) : undefined;
  // which model it is is not known to those servers, whose rules are hardly the model's
  const known = server === "mlflow" || server === "azureml" || signature !== undefined;
  const asked = server.startsWith("kserve") ? {} : { serverVersion: releases };
  const options: VerdictOptions = { for: dialect, ...(known && { model: { signature, example: undefined } }), ...asked };
  try {
    return verdict(await inspect(Buffer.from(body), { from: csv ? "csv" : dialect }), options);
  } catch (error) {
    if (!(error instanceof TransloadError)) throw error;
    return verdictOfFault(error, options);
  }
}

/** What is said of KServe, where MLServer was asked. */
const ASIDE = /^(?:"[^"]*": )?KServe/;

function part({ server, answer }: Question, { accepted, findings }: Verdict): Parting {
  const others = server === "kserve2"; // than MLServer
  const own = server === "oip" ? findings.filter(({ message }) => !ASIDE.test(message)) : findings;
  if (!accepted) return answer === "r" ? "agree" : others ? "said of MLServer alone" : "refused in vain";
  if (own.some(({ severity }) => severity === "depends")) return "depends";
  if (answer === "r") return "lost";
  const changed = own.some(({ code }) => code !== "F_ORDER");
  if (answer === "c" && !changed) return "unsaid";
  if (answer !== "s" || !changed) return "agree";
  return others ? "said of MLServer alone" : "warned in vain";
}
