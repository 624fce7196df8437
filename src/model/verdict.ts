// Whether a server takes a payload, and what it makes of it.
//
// The room. In: the facts of one pass over a payload (inspection.ts), a server, and a model's signature, if there is one. Out: a verdict: its
// findings (finding.ts), and the conversion that mends what is refused (remedy.ts). Nothing here reads the payload, or asks a server.
import { type BinaryName, formatOf, isFormatOf } from "../binary/form.js";
import {
  binaryFor,
  type Choice,
  chooseServer,
  type Dialect,
  dialectOf,
  FORMS,
  type Form,
  type Releases,
  type ServerName,
} from "../dialects/index.js";
import { TransloadError } from "../errors.js";
import { type Finding, Findings } from "./finding.js";
import { formsFor } from "./fit.js";
import type { Inspection } from "./inspection.js";
import { judge, type Served } from "./judge.js";
import type { Model } from "./mlmodel.js";
import { othersOf, releasesOf } from "./releases.js";
import { findRemedy, type Remedy } from "./remedy.js";
import { shellWord } from "./shell-word.js";

/** Which server is asked, and for which model. */
export interface VerdictOptions {
  /** Dialect of the server, or the one form it is to be; the payload's own dialect by default. */
  for?: ServerName;
  /** The model that it serves; without it, a server that could do either way is said to depend on it. */
  model?: Pick<Model, "signature" | "example"> & Partial<Pick<Model, "typeHints">>;
  /**
   * Releases of what the server runs, by package: `{ mlflow: "3.17", pandas: "3.1" }`. Without them, the newest that were
   * asked; the verdict then says what others that were asked do otherwise.
   */
  serverVersion?: Releases;
  /** The payload's file, for the command that mends it; without it the command reads a pipe. */
  file?: string;
  /** The model's file or folder, for a command that needs it. */
  modelPath?: string;
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
  /** The releases that this holds for; undefined where none were asked. */
  readonly releases: Releases | undefined;
  /** What servers of other releases do otherwise. */
  readonly otherwise: readonly Otherwise[];
  /** What mends it, where the payload is refused or the model would be given something else. */
  readonly remedy: Remedy | undefined;
}

/** What servers of these releases do, where that is not what the verdict says. */
export interface Otherwise {
  /** Of those that were asked. */
  readonly releases: readonly Releases[];
  /** They take the payload, with changes or without. */
  readonly accepted: boolean;
  /** Those that the verdict does not have. */
  readonly findings: readonly Finding[];
  /** Findings of the verdict that do not hold there. */
  readonly without: readonly Finding[];
}

/**
 * Will this server take this payload as it is, for this model; if not, why, and which command mends it; and what would it
 * change in silence?
 * @throws TransloadError E_DIALECT for a name that is none; E_OPTION for what is no inspection, or no model.
 */
export function verdict(payload: Inspection, options: VerdictOptions = {}): Verdict {
  checkParts(payload, options);
  const choice = chooseServer(options.for ?? payload.dialect);
  const { name: dialect, title: who, asked = [] } = choice.dialect as Dialect;
  const model: Served = {
    signature: options.model && (options.model.signature ?? null),
    example: options.model?.example,
    typeHints: options.model?.typeHints ?? false,
  };
  const releases = releasesOf(asked, options.serverVersion ?? {}, who);
  const judged = judgeAs(payload, choice, model, releases);
  const { findings } = judged;
  const otherwise = othersOf(asked, options.serverVersion ?? {}, releases).flatMap((other) =>
    differing(judged, judgeAs(payload, choice, model, other), other),
  );
  const ails = findings.refused || findings.list.some(({ code }) => code === "F_INDEX");
  const textual = choice.forms.filter((form) => FORMS.includes(form));
  const forms = choice.exact ? textual.map(({ id }) => id) : formsFor(dialect, model.signature, payload);
  const { remedy, obstacles } = findRemedy(ails ? forms : [], {
    payload,
    model,
    who,
    releases,
    file: options.file,
    definitions: options.definitions,
    taken: options.taken,
  });
  if (!judged.own && !remedy) findings.list.push(...obstacles);
  const [binary] = judged.own || textual.length > 0 ? [] : choice.forms;
  return {
    server: who,
    dialect,
    form: payload.form,
    accepted: !findings.refused,
    findings: findings.list,
    releases: asked.length > 0 ? releases : undefined,
    otherwise: together(otherwise),
    remedy: binary ? asBinary(binary.id, options) : remedy,
  };
}

/** What a program in JavaScript gives by mistake: most often a path, or a promise that it did not wait for. */
function checkParts(payload: unknown, { model }: VerdictOptions): void {
  const isOf = (value: unknown) => typeof value === "object" && value !== null && !(value instanceof Promise);
  if (!isOf(payload) || typeof (payload as Inspection).dialect !== "string")
    throw new TransloadError("E_OPTION", "a verdict is of what inspect() found: verdict(await inspect(payload))");
  if (model !== undefined && !isOf(model))
    throw new TransloadError("E_OPTION", "`model` is what readModel() gives: { model: await readModel(path) }");
}

/** A file in the types of the model's; whether they take the cells is told when it is written. */
function asBinary(to: string, { file, modelPath }: VerdictOptions): Remedy {
  const model = modelPath === undefined ? [] : ["--model", modelPath];
  const output = file === undefined ? [] : ["-o", `${file.replace(/\.[^./]+$/, "")}.${formatOf(to as BinaryName)}`];
  const words = ["transload", "convert", ...(file === undefined ? [] : [file]), "-t", to, ...model, ...output];
  return { to, columns: undefined, command: words.map((word) => shellWord(word)).join(" "), remains: [] };
}

/** What a server of these releases does with the payload as it is. */
function judgeAs(payload: Inspection, choice: Choice, model: Served, releases: Releases): { own: Form | undefined; findings: Findings } {
  const { name, title: who, faults } = choice.dialect as Dialect;
  const findings = new Findings(who, releases);
  if (payload.encoding !== undefined) findEncoding(payload.encoding, faults, findings);
  const own = ownForm(choice, payload);
  if (own) judge(payload, own, model, findings, choice.dialect);
  else findings.refuse(payload.dialect === name ? "F_FORM" : "F_DIALECT", expected(choice, payload, who));
  return { own, findings };
}

function differing(
  { findings: here }: { findings: Findings },
  { findings: there }: { findings: Findings },
  releases: Releases,
): Otherwise[] {
  const only = (all: Findings, but: Findings) => all.list.filter(({ message }) => !but.list.some((other) => other.message === message));
  const [findings, without] = [only(there, here), only(here, there)];
  return findings.length > 0 || without.length > 0 ? [{ releases: [releases], accepted: !there.refused, findings, without }] : [];
}

/** Those that do the same, as one. */
function together(all: readonly Otherwise[]): Otherwise[] {
  const found = new Map<string, Otherwise>();
  for (const { releases, ...rest } of all) {
    const key = JSON.stringify(rest);
    found.set(key, { ...rest, releases: [...(found.get(key)?.releases ?? []), ...releases] });
  }
  return [...found.values()];
}

/** Text that is no UTF-8, which most servers refuse. */
function findEncoding(encoding: string, faults: Dialect["faults"], to: Findings): void {
  const [severity, what] = faults?.[encoding.startsWith("utf-16") ? "E_UTF16" : "E_UTF8"] ?? ["refuse", "reads UTF-8"];
  to[severity]("F_ENCODING", `${to.who} ${what}, and this is ${encoding}`);
}

/** The server's form that this payload is in already: the same key holds the same layout. */
function ownForm({ forms, exact, dialect }: Choice, { form, layout }: Inspection): Form | undefined {
  const source = FORMS.find(({ id }) => id === form);
  // a binary file
  if (!source)
    return dialect && (exact ? forms.some(({ id }) => isFormatOf(id, form)) : dialect.takes?.includes(form))
      ? binaryFor(dialect, form, layout)
      : undefined;
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
