// Whether a server takes a payload, and what it makes of it.
//
// The room. In: the facts of one pass over a payload (inspection.ts), a server, and a model's signature, if there is one. Out: a verdict: its
// findings (finding.ts), and the conversion that mends what is refused (remedy.ts). Nothing here reads the payload, or asks a server.
import { type Choice, choose, type Dialect, dialectOf, FORMS, type Form, type ServerName } from "../dialects/index.js";
import { type Finding, Findings } from "./finding.js";
import { formsFor } from "./fit.js";
import type { Inspection } from "./inspection.js";
import { judge, type Served } from "./judge.js";
import type { Model } from "./mlmodel.js";
import { findRemedy, type Remedy } from "./remedy.js";

/** Which server is asked, and for which model. */
export interface VerdictOptions {
  /** Dialect of the server, or the one form it is to be; the payload's own dialect by default. */
  for?: ServerName;
  /** The model that it serves; without it, a server that could do either way is said to depend on it. */
  model?: Pick<Model, "signature" | "example">;
  /** The payload's file, for the command that mends it; without it the command reads a pipe. */
  file?: string;
  /** Files that define dialects, which that command needs, too. */
  definitions?: readonly string[];
  /** Whether there is a file of this name, so that the command does not write over it. */
  taken?: (path: string) => boolean;
}

/** Whether a server takes a payload. */
export interface Verdict {
  /** The server's name. */
  readonly server: string;
  /** The dialect that it speaks. */
  readonly dialect: string;
  /** The payload's form, undefined where the payload could not be read. */
  readonly form: string | undefined;
  /** It takes the payload, with changes or without. */
  readonly accepted: boolean;
  /** What it refuses and changes, and what it may, as it was found. */
  readonly findings: readonly Finding[];
  /** What mends it, where the payload is refused or the model would be given something else. */
  readonly remedy: Remedy | undefined;
}

/**
 * Will this server take this payload as it is, for this model; if not, why, and which command mends it; and what would it
 * change in silence?
 * @throws TransloadError E_DIALECT for a name that is none.
 */
export function verdict(payload: Inspection, options: VerdictOptions = {}): Verdict {
  const choice = choose(options.for ?? payload.dialect);
  const { name: dialect, title: who, faults } = choice.dialect as Dialect;
  const model: Served = { signature: options.model && (options.model.signature ?? null), example: options.model?.example };
  const findings = new Findings(who);
  if (payload.encoding !== undefined) findEncoding(payload.encoding, faults, findings);
  const own = ownForm(choice, payload);
  if (own) judge(payload, own, model, findings, choice.dialect);
  else findings.refuse(payload.dialect === dialect ? "F_FORM" : "F_DIALECT", expected(choice, payload, who));
  const ails = findings.refused || findings.list.some(({ code }) => code === "F_INDEX");
  const forms = choice.exact ? choice.forms.map(({ id }) => id) : formsFor(dialect, model.signature, payload);
  const { remedy, obstacles } = findRemedy(ails ? forms : [], {
    payload,
    model,
    who,
    file: options.file,
    definitions: options.definitions,
    taken: options.taken,
  });
  if (!own && !remedy) findings.list.push(...obstacles);
  return { server: who, dialect, form: payload.form, accepted: !findings.refused, findings: findings.list, remedy };
}

/** Text that is no UTF-8, which most servers refuse. */
function findEncoding(encoding: string, faults: Dialect["faults"], to: Findings): void {
  const [severity, what] = faults?.[encoding.startsWith("utf-16") ? "E_UTF16" : "E_UTF8"] ?? ["refuse", "reads UTF-8"];
  to[severity]("F_ENCODING", `${to.who} ${what}, and this is ${encoding}`);
}

/** The server's form that this payload is in already: the same key holds the same layout. */
function ownForm({ forms, exact, dialect }: Choice, { form, layout }: Inspection): Form | undefined {
  const source = FORMS.find(({ id }) => id === form);
  if (!source) return undefined; // a binary file
  // as MLflow's server takes the text of a file, too, as text/csv
  if (!exact && dialect?.takes?.includes(form)) return source;
  const fits = (f: Form) => f.key === source.key && f.content === source.content && f.layouts.includes(layout);
  return forms.find(({ id }) => id === form) ?? forms.find((f) => (f.key !== undefined ? fits(f) : false));
}

function expected({ forms, exact, name }: Choice, payload: Inspection, who: string): string {
  const keys = [...new Set(forms.flatMap(({ key }) => (key === undefined ? [] : [key])))];
  const source = FORMS.find(({ id }) => id === payload.form);
  const same = source !== undefined && dialectOf(source).name === dialectOf(forms[0] as Form).name;
  if (exact && same) return `this is ${payload.form}, and ${name} was asked for`;
  const wants = keys.length > 0 ? `looks for ${keys.join(" or ")}` : `takes ${forms.map(({ id }) => id).join(" or ")}`;
  return `${who} ${wants}, and this is ${payload.form}${source?.key === undefined || keys.length === 0 ? "" : `, under ${source.key}`}`;
}
