// A dialect that a program or a file defines: held key by key against what a table may say, before it is one.
import { nearest } from "../errors.js";
import {
  At,
  type Check,
  delimiter,
  extension,
  flag,
  isObject,
  listOf,
  membersOf,
  oneOf,
  shown,
  text,
  type Whence,
  whole,
  word,
} from "./checks.js";
import type { Dialect, DialectTable, FormTable, Gap, Inputs, Layout, Traffic } from "./dialect.js";
import { ownerOf } from "./keys.js";
import { LLM_KEYS } from "./mlflow.js";
import { fieldsOf } from "./table.js";

/** Layouts that are one protocol's own, and who has them: what speaks it is defined to be like that. */
const PROTOCOLS: Readonly<Partial<Record<Layout, string>>> = { inputs: "oip", ndarray: "seldon", values: "seldon", features: "sagemaker" };

type DefinedLayout = Exclude<Layout, "inputs" | "ndarray" | "values" | "features">;

/** One form of a defined dialect: as in the tables of those that are built in. */
export interface FormDefinition
  extends Partial<
    Omit<FormTable, "layouts" | "readsOnly" | "content" | "unnamed" | "reading" | "readAs" | "answers" | "paramsWithin" | "messagesWithin">
  > {
  /**
   * What the key may hold, of a payload without a key what the document may be: `frame`, `records`, `tensor` or `named`. `delimited` or
   * `lines` is a file, which has no key.
   */
  readonly layouts?: readonly DefinedLayout[];
}

/** What goes one way. */
export interface TrafficDefinition extends FormDefinition, Omit<Traffic, "forms" | keyof FormTable> {
  /** Where the dialect has several forms: each by its name, best first. */
  readonly forms?: Readonly<Record<string, FormDefinition>>;
}

/**
 * A wire dialect of your own. `{ name: "litserve", key: "input", layouts: ["tensor"] }` is one whose payload stands under `input`; it is
 * then called `litserve` wherever a dialect is named.
 */
export interface DialectDefinition
  extends TrafficDefinition,
    Omit<
      DialectTable,
      | "response"
      | "rules"
      | "asked"
      | "way"
      | "wins"
      | "takes"
      | "faults"
      | "bytes"
      | "probes"
      | "refusal"
      | "modelKey"
      | "idKey"
      | keyof Traffic
    > {
  /** A known dialect, of which holds all that is not said here: `{ name: "ours", like: "mlflow", maxBytes: 5e6 }`. */
  readonly like?: string;
  /** What the servers answer. */
  readonly response?: TrafficDefinition;
}

/** What `from` and `to` take besides dialects: `auto`, and binary files' forms. */
export const RESERVED = ["auto", "npy", "npz", "arrow", "arrows", "parquet", "mlflow:parquet", "triton:binary"] as const;
/** Endings that say something else of a file. */
export const RESERVED_EXTENSIONS: readonly string[] = [
  ...["json", "parquet", "pqt", "pq", "arrow", "feather", "arrows", "npy", "npz"],
  ...["gz", "gzip", "zst", "zstd", "br"],
];

const LAYOUTS: readonly DefinedLayout[] = ["frame", "records", "tensor", "named", "delimited", "lines"];

const layout: Check = (value, at) => {
  const protocol = typeof value === "string" && Object.hasOwn(PROTOCOLS, value) ? PROTOCOLS[value as Layout] : undefined;
  return protocol ? at.refuse(`${at} is ${value}, which ${protocol} alone has; say like: ${protocol}`) : oneOf(LAYOUTS)(value, at);
};

const json = JSON.stringify;
const GAPS: readonly Gap[] = ["error", "null", "token"];
const INPUTS: readonly Inputs[] = ["columns", "binary", "tensor", "tensors"];

const FORM: Readonly<Record<keyof FormDefinition, Check>> = {
  key: text,
  layouts: (value, at) => {
    const list = listOf(layout)(value, at) as unknown[];
    return list.length > 0 ? list : at.refuse(`${at} must name one layout at least`);
  },
  needsColumns: flag,
  needsIndex: flag,
  refusesScalar: flag,
  refusesString: flag,
  refusesEmpty: flag,
  refusesNull: flag,
  oneKind: flag,
  oneDtype: flag,
  equalRows: flag,
  equalKeys: flag,
  renamesColumns: flag,
  maxRank: whole,
  delimiter,
  headless: flag,
  lists: flag,
  refusesDatatypes: listOf(text),
  fits: listOf(oneOf(INPUTS)),
};

const form = membersOf(FORM, "a form is an object with a key and layouts");

const TRAFFIC: Readonly<Record<keyof TrafficDefinition, Check>> = {
  about: text,
  siblings: listOf(text),
  nan: oneOf(GAPS),
  missing: oneOf(GAPS),
  firstKeyWins: flag,
  detect: flag,
  ...FORM,
  forms: (value, at) => {
    if (!isObject(value) || Object.keys(value).length === 0)
      return at.refuse(`${at} must be an object of forms by their names, and this is ${isObject(value) ? "empty" : shown(value)}`);
    return Object.fromEntries(Object.entries(value).map(([name, own]) => [word(name, at.under(name)), form(own, at.under(name))]));
  },
};

const DEFINITION: Readonly<Record<keyof DialectDefinition, Check>> = {
  name: word,
  title: text,
  like: text,
  params: text,
  route: (value, at) =>
    typeof value === "string" && value.startsWith("/")
      ? value
      : at.refuse(`${at} must be a path that begins with /, and this is ${shown(value)}`),
  tooLarge: text,
  maxBytes: whole,
  softLimit: text,
  doubles: flag,
  extensions: listOf(extension),
  ...TRAFFIC,
  response: membersOf(TRAFFIC, "response is an object with a key and layouts"),
};

const definition = membersOf(DEFINITION, "a dialect is defined by an object with name, key and layouts");

/** What is known when a dialect is defined. */
export interface Known {
  readonly tables: readonly DialectTable[];
  readonly requests: readonly Dialect[];
  readonly answers: readonly Dialect[];
}

/**
 * The table of a dialect that is defined so.
 * @throws TransloadError E_DIALECT for what cannot be: the key, what it should be, and where it stands.
 */
export function tableOf(value: unknown, whence: Whence, known: Known): DialectTable {
  const who = isObject(value) && typeof value.name === "string" ? `dialect ${json(value.name)}` : "a dialect";
  const at = new At(whence, who);
  const { like, ...own } = definition(value, at) as DialectDefinition;
  if (own.name === undefined) at.refuse("a dialect needs a name");
  if ((RESERVED as readonly string[]).includes(own.name))
    at.under("name").refuse(`${own.name} is no name for a dialect: it stands for something else`);
  checkExtensions(own, known.tables, at.under("extensions"));
  const table = like === undefined ? own : inherited(own, baseOf(like, known.tables, at.under("like")));
  const { response } = table;
  checkTraffic(table, at, table.params);
  if (response) checkTraffic(response, at.under("response"), undefined);
  return { ...table, ...settled(table), about: table.about ?? aboutOf(table), ...(response && { response: settled(response) }) };
}

/** @throws TransloadError E_DIALECT: there is another dialect of this name, a defined one or one that is built in. */
export function refuseName(name: string, whence: Whence, isDefined: boolean): never {
  const by = isDefined ? "is defined otherwise already" : "is the name of a built-in dialect";
  return new At(whence, "a dialect").under("name").refuse(`${json(name)} ${by}; give this one another`);
}

/**
 * A dialect that `auto` is to tell has keys that nothing else has.
 * @throws TransloadError E_DIALECT
 */
export function checkKeys(table: DialectTable, whence: Whence, { requests, answers }: Known): void {
  const at = new At(whence, `dialect ${json(table.name)}`);
  refuseShared(table, at, requests, table.params);
  if (table.response) refuseShared(table.response, at.under("response"), answers, undefined);
}

function refuseShared(traffic: Traffic, at: At, others: readonly Dialect[], params: string | undefined): void {
  if (traffic.detect === false) return;
  const advice = "so that auto could not tell them apart; say detect: false, and name the dialect where it is read";
  for (const [{ key = "" }, where] of formsIn(traffic, at)) {
    const owner = ownerOf(key, others, false);
    if (owner) where.under("key").refuse(`the key ${json(key)} is ${owner.name}'s, too, ${advice}`);
  }
  const beside = [
    ...(params === undefined ? [] : [[params, at.under("params")] as const]),
    ...(traffic.siblings ?? []).map((key, i) => [key, at.under("siblings").under(i)] as const),
  ];
  for (const [key, where] of beside) {
    const owner = ownerOf(key, others, true)?.name ?? (LLM_KEYS.includes(key) ? "a language model" : undefined);
    if (owner) where.refuse(`beside the payload ${json(key)} may stand, which is ${owner}'s payload, ${advice}`);
  }
}

function checkExtensions({ name, extensions = [] }: DialectTable, tables: readonly DialectTable[], at: At): void {
  for (const [i, extension] of extensions.entries()) {
    const owner = tables.find((table) => table.name !== name && table.extensions?.includes(extension));
    if (owner || RESERVED_EXTENSIONS.includes(extension))
      at.under(i).refuse(`the ending ${extension} is ${owner ? `${owner.name}'s` : "taken"} already`);
  }
}

function baseOf(like: string, known: readonly DialectTable[], at: At): DialectTable {
  const names = known.map(({ name }) => name);
  const base = known.find(({ name }) => name === like);
  const guess = nearest(like, names);
  return (
    base ?? at.refuse(`${at} is ${json(like)}, and no dialect that is known${guess ? `; did you mean ${guess}?` : `: ${names.join(", ")}`}`)
  );
}

/** What is not said is the base's. Of forms that differ from its own nothing is known: neither how it reads nor how it judges them. */
function inherited(
  own: Omit<DialectDefinition, "like">,
  { name, title: _, about: __, extensions: ___, ...base }: DialectTable,
): DialectTable {
  const about = `as ${name}`;
  const answers = base.response && { response: { ...base.response, detect: false, about } };
  if (own.key !== undefined || own.layouts || own.forms) {
    const { forms, rules, asked, way, wins, takes, faults, detect, ...others } = fieldsOf(base, false) as DialectTable;
    return { ...others, ...answers, ...own };
  }
  const flags = fieldsOf(own, true);
  const forms = base.forms && Object.fromEntries(Object.entries(base.forms).map(([name, form]) => [name, { ...form, ...flags }]));
  return { ...base, ...(forms && { forms }), ...answers, detect: false, about, ...own };
}

/** Every form of what goes one way, with all that holds for it, and where it is said. */
function formsIn({ forms, ...shared }: Traffic, at: At): [Partial<FormTable>, At][] {
  if (!forms) return [[shared, at]];
  return Object.entries(forms).map(([name, own]) => [{ ...shared, ...own }, at.under("forms").under(name)]);
}

function checkTraffic(traffic: Traffic, at: At, params: string | undefined): void {
  const beside = [...(params === undefined ? [] : [params]), ...(traffic.siblings ?? [])];
  for (const [form, where] of formsIn(traffic, at)) {
    checkForm(form, where);
    if (form.key === undefined && beside.length > 0)
      where.refuse(`${where.toString() || "it"} has no key, so that nothing can stand beside it: ${beside.join(", ")}`);
    if (form.key !== undefined && beside.includes(form.key))
      where.under("key").refuse(`the key ${json(form.key)} stands beside itself, among params and siblings`);
    if (form.key === undefined && traffic.detect) at.under("detect").refuse("auto tells a payload by its key, and there is none");
  }
}

function checkForm({ key, layouts = [], lists, headless, delimiter }: Partial<FormTable>, at: At): void {
  if (layouts.length === 0)
    at.refuse(`say which layouts ${key === undefined ? "the document" : json(key)} may have: layouts, of ${LAYOUTS.join(", ")}`);
  const file = layouts.find((layout) => layout === "delimited" || layout === "lines");
  if (file && key !== undefined) at.under("key").refuse(`${file} is a file, which has no key`);
  if (file && layouts.length > 1) at.under("layouts").refuse(`${file} is a file, which has no other layout`);
  if (key === undefined && layouts.includes("named"))
    at.under("layouts").refuse("named tensors need a key: an object without one is an envelope");
  if (headless !== undefined && file !== "delimited") at.under("headless").refuse("headless is of delimited files");
  if (delimiter !== undefined && file !== "delimited") at.under("delimiter").refuse("delimiter is of delimited files");
  if (lists !== undefined && file !== "lines") at.under("lists").refuse("lists is of lines");
}

/** What goes without saying: a comma is the delimiter, and what has no key is not told by one. */
function settled({ forms, ...shared }: Traffic): Traffic {
  const delimiter = shared.delimiter ?? ",";
  const isDelimited = ({ layouts }: Partial<FormTable>) => layouts?.includes("delimited") ?? false;
  const named = Object.entries(forms ?? {}).map(([name, form]) => [name, isDelimited(form) ? { delimiter, ...form } : form] as const);
  const keys = forms ? named.map(([, form]) => form.key ?? shared.key) : [shared.key];
  return {
    ...shared,
    ...(isDelimited(shared) && { delimiter }),
    ...(forms && { forms: Object.fromEntries(named) }),
    ...(keys.includes(undefined) && { detect: false }),
  };
}

function aboutOf({ name, title = name, key, forms }: DialectTable): string {
  const keys = [...new Set(forms ? Object.values(forms).map((form) => form.key ?? key) : [key])].filter((key) => key !== undefined);
  return keys.length > 0 ? `${title}: ${keys.join(", ")}` : title;
}
