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
  server: string;
  body: string;
  schema: unknown;
  /** r refused, s given to the model as sent, c changed, a accepted. */
  answer: string;
}

/** How verdict and server part: `lost` is what was called accepted and was refused, `unsaid` what was changed in silence. */
type Parting = "agree" | "depends" | "lost" | "unsaid" | "refused in vain" | "warned in vain";

/** Of a hundred verdicts as many may refuse or warn in vain. */
const IN_VAIN = 1;

export interface Draw {
  readonly script: "verdicts.py" | "verdicts_oip.py";
  readonly python: string;
  /** What is asked there, for its lines. */
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
    const parting = found ? part(found, question.answer) : "depends";
    const table = tables.get(question.server) ?? new Map<Parting, number>();
    table.set(parting, (table.get(parting) ?? 0) + 1);
    tables.set(question.server, table);
    if (parting === "lost" || parting === "unsaid") faults.push(`        ${parting}: ${question.body} ${JSON.stringify(question.schema)}`);
  }
  const told = [...tables].map(([server, table]) => {
    const all = [...table.values()].reduce((sum, n) => sum + n, 0);
    const vain = (table.get("refused in vain") ?? 0) + (table.get("warned in vain") ?? 0);
    const fails = (table.get("lost") ?? 0) + (table.get("unsaid") ?? 0) > 0 || vain * 100 > all * IN_VAIN;
    const counts = [...table].map(([parting, n]) => `${parting} ${n}`).join(", ");
    return `${fails ? "FAILED" : "passed"} verdicts on ${server}, ${spellReleases(releases)}, seed ${seed}: ${counts}`;
  });
  return [...told, ...faults.slice(0, 10)];
}

/** Undefined where transload does not read the payload, and says nothing of servers. */
async function ask({ server, body, schema }: Question, serverVersion: Releases): Promise<Verdict | undefined> {
  const signature = schema === null ? undefined : parseSignature({ inputs: JSON.stringify(schema) });
  const options: VerdictOptions = { for: server, model: { signature, example: undefined }, serverVersion };
  try {
    return verdict(await inspect(Buffer.from(body)), options);
  } catch (error) {
    if (!(error instanceof TransloadError)) throw error;
    return verdictOfFault(error, options);
  }
}

function part({ accepted, findings }: Verdict, answer: string): Parting {
  if (!accepted) return answer === "r" ? "agree" : "refused in vain";
  if (findings.some(({ severity }) => severity === "depends")) return "depends";
  if (answer === "r") return "lost";
  const changed = findings.some(({ code }) => code !== "F_ORDER");
  if (answer === "c" && !changed) return "unsaid";
  return answer === "s" && changed ? "warned in vain" : "agree";
}
