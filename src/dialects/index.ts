// The dialects: a table for each, in a file of its own, and what is looked up in them.
//
// In: a name, the endings of a file, or the definition that a program gives. Out: forms (table.ts), each with all that a server is known
// to take and to do. Nothing here reads a payload: a dialect is data, and the code that reads and writes layouts is envelope/ and table/.
import { nearest, TransloadError } from "../errors.js";
import { azureml } from "./azureml.js";
import type { Whence } from "./checks.js";
import { csv } from "./csv.js";
import { databricks } from "./databricks.js";
import { checkKeys, type DialectDefinition, type RESERVED, refuseName, tableOf } from "./definition.js";
import type { Choice, Dialect, DialectTable, Form, Layout, What } from "./dialect.js";
import { jsonl } from "./jsonl.js";
import { detected, formsAt } from "./keys.js";
import { kserve1 } from "./kserve1.js";
import { mlflow } from "./mlflow.js";
import { mlflow1 } from "./mlflow1.js";
import { oip } from "./oip.js";
import { sagemaker } from "./sagemaker.js";
import { seldon } from "./seldon.js";
import { answersOf, requestsOf } from "./table.js";
import { tfserving } from "./tfserving.js";
import { triton } from "./triton.js";
import { tsv } from "./tsv.js";
import { vertex } from "./vertex.js";

export type { DialectDefinition, FormDefinition, TrafficDefinition } from "./definition.js";
export type { Choice, Dialect, Form, Gap, Inputs, Layout, Reading, Releases, Rules, What } from "./dialect.js";
export { FRAME_KEYS, formsAt } from "./keys.js";
export { LLM_KEYS } from "./mlflow.js";
export { target } from "./target.js";

/** Every dialect that transload comes with. A new one is a file beside these and a line here. */
const BUILT_IN = [
  azureml,
  mlflow,
  mlflow1,
  tfserving,
  oip,
  csv,
  tsv,
  jsonl,
  seldon,
  sagemaker,
  databricks,
  vertex,
  kserve1,
  triton,
] as const;

type NamesOf<Table> = Table extends DialectTable<infer Name, infer Form, infer Answer> ? [Name, `${Name}:${Form | Answer}`] : never;

/** Names of the built-in dialects. */
export type DialectName = NamesOf<(typeof BUILT_IN)[number]>[0];
/** Names of their forms, of requests and of answers. */
export type FormName = NamesOf<(typeof BUILT_IN)[number]>[1];

/** A name that is known, or that of a dialect which a program defines. */
export type ServerName = DialectName | FormName | (string & Record<never, never>);
/** What `to` takes: besides, a binary file's form. */
export type TargetName = ServerName | Exclude<(typeof RESERVED)[number], "auto">;
/** What `from` takes: besides, what tells it itself. */
export type SourceName = TargetName | "auto";

/** All that is known. It grows by what is defined, and by nothing else. */
const known = { tables: [] as DialectTable[], requests: [] as Dialect[], answers: [] as Dialect[] };
const forms: Form[] = [];
const owners = new WeakMap<Form, Dialect>();
/** What names have stood for, until there is another dialect. */
const chosen = new Map<string, Choice>();
/** What was defined, as text: the same again is no other. */
const defined = new Map<string, string>();
/** The same as it was given, for other threads. */
const given: unknown[] = [];

/** All definitions so far, in their order. */
export const DEFINITIONS: readonly unknown[] = given;

/** Every dialect that is known, the built-in ones first. */
export const DIALECTS: readonly Dialect[] = known.requests;

/** Their forms. */
export const FORMS: readonly Form[] = forms;

/** Those that most people mean, for a message that cannot name all. */
export const LIKELY: readonly DialectName[] = ["azureml", "mlflow", "tfserving", "oip", "sagemaker", "databricks", "csv", "jsonl"];

for (const table of BUILT_IN) add(table);

function add(table: DialectTable): Dialect {
  chosen.clear();
  const requests = requestsOf(table);
  const answers = answersOf(table);
  known.tables.push(table);
  known.requests.push(requests);
  if (answers) known.answers.push(answers);
  forms.push(...requests.forms);
  for (const dialect of [requests, ...(answers ? [answers] : [])]) for (const form of dialect.forms) owners.set(form, dialect);
  return requests;
}

/**
 * Makes a dialect known, by its name, to everything that takes the name of one, from now on and until the program ends. The same definition
 * again changes nothing.
 * @throws TransloadError E_DIALECT for a definition that cannot be, or of a name that is taken; with the key, and where there is one with
 * the nearest that is known.
 */
export function define(definition: unknown, whence: Whence = {}): Dialect {
  const table = tableOf(definition, whence, known);
  const { name } = table;
  const text = JSON.stringify(table);
  const before = known.requests.find((dialect) => dialect.name === name);
  if (before && defined.get(name) === text) return before;
  if (before) refuseName(name, whence, defined.has(name));
  checkKeys(table, whence, known);
  defined.set(name, text);
  given.push(definition);
  return add(table);
}

/** What of a choice takes cells of several kinds. */
const keeping = new WeakMap<Choice, Choice>();

/** The same choice for rows of texts beside numbers: where servers give all cells of a tensor one dtype, they are none. */
export function keepingKinds(choice: Choice): Choice {
  const before = keeping.get(choice);
  if (before) return before;
  const narrowed = choice.forms.map((form) => {
    if (!form.oneKind && !form.oneDtype) return form;
    const own = { ...form, layouts: form.layouts.filter((layout) => layout !== "tensor") };
    owners.set(own, dialectOf(form));
    return own;
  });
  const kept = { ...choice, forms: narrowed.filter(({ layouts }) => layouts.length > 0) };
  keeping.set(choice, kept);
  return kept;
}

/** Dialects that `auto` tells by their keys. */
export function told(what: What): readonly Dialect[] {
  return detected(what === "request" ? known.requests : known.answers);
}

/**
 * The forms a name stands for.
 * @throws TransloadError E_DIALECT with the known names.
 */
export function choose(name: string, auto = false, what: What = "request"): Choice {
  const key = `${what} ${auto} ${name}`;
  const before = chosen.get(key);
  if (before) return before;
  const choice = find(name, auto, what);
  chosen.set(key, choice);
  return choice;
}

function find(name: string, auto: boolean, what: What): Choice {
  if (auto && name === "auto") return { forms: told(what).flatMap((d) => d.forms), dialect: undefined, exact: false, name, what };
  const dialects = what === "request" ? known.requests : known.answers;
  const dialect = dialects.find((d) => d.name === name);
  if (dialect) return { forms: dialect.forms, dialect, exact: false, name, what };
  const form = dialects.flatMap((d) => d.forms).find((f) => f.id === name);
  if (form) {
    const { forms } = dialectOf(form);
    const others = auto ? forms.filter(({ readAs }) => readAs !== undefined && `${form.dialect}:${readAs}` === name) : [];
    return { forms: [form, ...others], dialect: dialectOf(form), exact: true, name, what };
  }
  const guess = nearest(name, [...(auto ? ["auto"] : []), ...namesOf(dialects)]);
  const silent = what === "response" && known.requests.some((d) => d.name === name);
  throw new TransloadError(
    "E_DIALECT",
    `${silent ? `what ${name} answers is not known` : `unknown dialect ${JSON.stringify(name)}`}${guess && !silent ? `, did you mean ${guess}?` : ""}; ${likely(name, dialects)}`,
  );
}

/** Of a dialect that is known its forms, or else the dialects that most people mean; never more than a line. */
function likely(name: string, dialects: readonly Dialect[]): string {
  const [own] = name.split(":");
  const dialect = dialects.find((known) => known.name === own);
  if (dialect && own !== name) return `forms of ${own}: ${dialect.forms.map(({ id }) => id).join(", ")}`;
  const likeliest = dialects.filter((known) => (LIKELY as readonly string[]).includes(known.name)).map((known) => known.name);
  const others = dialects.length - likeliest.length;
  return `known: ${likeliest.join(", ")}${others > 0 ? `, and ${others} more: transload dialects lists all` : ""}`;
}

function namesOf(dialects: readonly Dialect[]): string[] {
  return [...new Set(dialects.flatMap(({ name, forms }) => [name, ...forms.map(({ id }) => id)]))];
}

/**
 * Makes a wire dialect of your own known to this program. It is then taken by its name, or by that of one of its forms, as `from`, `to`
 * and `for` everywhere, and `auto` tells its payloads by their key. The same definition again changes nothing, so that
 * `convert({ to: defineDialect(mine).name })` may be called as often as you like.
 * @returns its name, and the names of its forms, best first.
 * @throws TransloadError E_DIALECT for a key that is none, with the nearest; for a value of another type; for a name that is taken; for a
 * key that others have, too, where `detect` is not false.
 */
export function defineDialect(definition: DialectDefinition): {
  /** The dialect's name. */
  readonly name: string;
  /** The names of its forms, best first. */
  readonly forms: readonly string[];
} {
  const { name, forms } = define(definition);
  return { name, forms: forms.map(({ id }) => id) };
}

/**
 * What parameters beside a payload of this form may be called, and whose name each is, its own dialect's first. Where nobody named a
 * dialect, a form is told by its key, which others have as well: what they call parameters means the same.
 */
export function paramsBeside(form: Form, { dialect, forms }: Choice): ReadonlyMap<string, string> {
  const { key, layouts } = form;
  const alike = dialect === undefined && key !== undefined ? formsAt(forms, key) : [];
  const found = new Map<string, string>();
  for (const other of [form, ...alike.filter((other) => other.layouts.some((layout) => layouts.includes(layout)))]) {
    const { name, params } = dialectOf(other);
    if (params !== undefined && !found.has(params)) found.set(params, name);
  }
  return found;
}

/**
 * What a verdict is asked for: the forms that a name stands for, or a binary form of a server's (`mlflow:parquet`).
 * @throws TransloadError E_DIALECT with the known names.
 */
export function chooseServer(name: string): Choice {
  const dialect = DIALECTS.find(({ name: own, takes }) => name.startsWith(`${own}:`) && takes?.includes(name));
  return dialect ? { forms: [binaryFor(dialect, name, "frame")], dialect, exact: true, name, what: "request" } : choose(name);
}

/** A binary form as this dialect's servers take it (`takes`), by its content type. */
export function binaryFor(dialect: Dialect, id: string, layout: Layout): Form {
  const reading = id.endsWith("parquet") ? ({ reading: "parquet" } as const) : {};
  const form: Form = { id, dialect: dialect.name, key: undefined, layouts: [layout], ...reading };
  owners.set(form, dialect);
  return form;
}

export function dialectOf(form: Form): Dialect {
  return owners.get(form) as Dialect;
}

/** Ending of the name of a file of this form, without the point. */
export function extensionOf(form: Form): string {
  const [own] = dialectOf(form).extensions ?? [];
  if (own !== undefined) return own;
  if (form.layouts.includes("delimited")) return form.delimiter === "\t" ? "tsv" : "csv";
  return form.layouts.includes("lines") ? "jsonl" : "json";
}

/** The dialect that a file's ending tells. */
export function dialectOfExtension(extension: string): string | undefined {
  return DIALECTS.find(({ extensions }) => extensions?.includes(extension))?.name;
}
