// How each layout is written around its rows or columns: the head before the first, the texts between cells, the tail.
import type { Form, Layout } from "../../dialects/index.js";
import { membersOf, textOfMembers } from "../../engine/members.js";
import type { RowTexts } from "../../engine/rows.js";
import { rowIndex } from "../row-index.js";

/** What is known when an output ends. */
interface Facts {
  readonly names: readonly string[] | undefined;
  /** Rows of this output, and rows of the payload before it. */
  readonly rows: number;
  readonly firstRow: number;
  readonly width: number;
  /** Lengths of a tensor's dimensions behind the first. */
  readonly inner: readonly number[];
  /** Members beside the payload: the target's name for each, and the text of its value. */
  readonly extras: ReadonlyMap<string, string>;
  /** Open Inference Protocol's datatype for all cells. */
  readonly datatype: string;
  /** The rows have labels, which are put in where LABELS_HERE stands. */
  readonly labelled: boolean;
}

/** JSON's text has no such byte. */
export const LABELS_HERE = "\0";

/** Writes rows. */
export interface RowWriter {
  readonly cells: "json" | "delimited";
  /** `tensor`: what the one tensor is called, where there is one. */
  head(names: readonly string[] | undefined, tensor: string): string;
  texts(names: readonly string[] | undefined, width: number): RowTexts;
  tail(facts: Facts): string;
}

const json = JSON.stringify;

/** `{"key":` and `}`, with what extra along; nothing where the document is the cargo. */
function around({ key }: Form): { open: string; close(extras: ReadonlyMap<string, string>): string } {
  if (key === undefined) return { open: "", close: () => "" };
  return { open: `{${json(key)}:`, close: (extras) => `${[...extras].map(([name, text]) => `,${json(name)}:${text}`).join("")}}` };
}

const lists = (_names: readonly string[] | undefined, width: number): RowTexts => ({
  before: (i) => (i === 0 ? "[" : ","),
  after: width === 0 ? "[]" : "]",
  between: ",",
});

const objects = (names: readonly string[] | undefined, width: number): RowTexts => ({
  before: (i) => `${i === 0 ? "{" : ","}${json(names?.[i] ?? `${i}`)}:`,
  after: width === 0 ? "{}" : "}",
  between: ",",
});

/** An object of names and rows. Names that are not known yet come behind the rows: after `ending`, before `last`. */
function namedWriter(
  form: Form,
  {
    key,
    opening,
    texts,
    ending,
    last,
  }: {
    readonly key: string;
    readonly opening: string;
    readonly texts: RowWriter["texts"];
    readonly ending: (facts: Facts) => string;
    readonly last?: (facts: Facts) => string;
  },
): RowWriter {
  const { open, close } = around(form);
  let named = false;
  return {
    cells: "json",
    head: (names) => {
      named = names !== undefined;
      return `${open}{${names ? `"${key}":${json(names)},` : ""}${opening}`;
    },
    texts,
    tail: (facts) => {
      const late = !named && facts.names ? `,"${key}":${json(facts.names)}` : "";
      return `${ending(facts)}${late}${last?.(facts) ?? ""}}${close(facts.extras)}`;
    },
  };
}

/** pandas' split. */
function frameWriter(form: Form, indexed: boolean): RowWriter {
  return namedWriter(form, {
    key: "columns",
    opening: '"data":[',
    texts: lists,
    ending: () => "]",
    last: ({ firstRow, rows, labelled }) =>
      labelled ? `,"index":[${LABELS_HERE}]` : indexed ? `,${[...rowIndex(firstRow, rows)].join("")}` : "",
  });
}

/** Rows in a list, in lists or objects of their own. */
function listWriter(form: Form, texts: RowWriter["texts"]): RowWriter {
  const { open, close } = around(form);
  return { cells: "json", head: () => `${open}[`, texts, tail: ({ extras }) => `]${close(extras)}` };
}

function featuresWriter(form: Form): RowWriter {
  const texts: RowWriter["texts"] = (_, width) => ({
    before: (i) => (i === 0 ? '{"features":[' : ","),
    after: width === 0 ? '{"features":[]}' : "]}",
    between: ",",
  });
  return listWriter(form, texts);
}

function ndarrayWriter(form: Form): RowWriter {
  return namedWriter(form, { key: "names", opening: '"ndarray":[', texts: lists, ending: () => "]" });
}

/** Seldon's flat tensor; its shape comes behind the values. */
function valuesWriter(form: Form): RowWriter {
  return namedWriter(form, {
    key: "names",
    opening: '"tensor":{"values":[',
    texts: (_, width) => ({ before: (i) => (i === 0 ? "" : ","), after: "", between: width === 0 ? "" : "," }),
    ending: ({ rows, width }) => `],"shape":[${rows},${width}]}`,
  });
}

/** Rows as Open Inference Protocol's one tensor; shape and datatype come behind the data. */
function inputWriter(form: Form): RowWriter {
  const { open, close } = around(form);
  return {
    cells: "json",
    head: (_, tensor) => `${open}[{"name":${json(tensor)},"data":[`,
    texts: lists,
    tail: ({ rows, inner, datatype, extras }) =>
      `],"shape":${json([rows, ...inner])},"datatype":"${datatype}"}]${close(contentExtra(form.content, extras))}`,
  };
}

function linesWriter(form: Form): RowWriter {
  const records = !form.lists;
  return {
    cells: "json",
    head: () => "",
    texts: (names, width) => ({ ...(records ? objects : lists)(names, width), between: "\n" }),
    tail: ({ rows }) => (rows > 0 ? "\n" : ""),
  };
}

/** Names that are joined at a time: those of a million columns, all at once, cost ten times what they take. */
const JOINED = 4096;

function joined(names: readonly string[], field: (name: string) => string, delimiter: string): string {
  let line = "";
  for (let i = 0; i < names.length; i += JOINED)
    line +=
      (i === 0 ? "" : delimiter) +
      names
        .slice(i, i + JOINED)
        .map(field)
        .join(delimiter);
  return line;
}

function delimitedWriter(form: Form, header: boolean): RowWriter {
  const delimiter = form.delimiter as string;
  const odd = ['"', "\r", "\n", delimiter];
  const field = (name: string) => (name === "" || odd.some((text) => name.includes(text)) ? `"${name.replaceAll('"', '""')}"` : name);
  return {
    cells: "delimited",
    head: (names) => (header && names && names.length > 0 ? `${joined(names, field, delimiter)}\n` : ""),
    texts: () => ({ before: () => "", after: "\n", between: "" }),
    tail: () => "",
  };
}

/** The writer of rows for this layout; undefined where a layout is made of columns. */
export function rowWriter(form: Form, layout: Layout, { header, index }: { header: boolean; index: boolean }): RowWriter | undefined {
  switch (layout) {
    case "frame":
      return frameWriter(form, index);
    case "records":
      return listWriter(form, objects);
    case "tensor":
      return listWriter(form, lists);
    case "features":
      return featuresWriter(form);
    case "ndarray":
      return ndarrayWriter(form);
    case "values":
      return valuesWriter(form);
    case "lines":
      return linesWriter(form);
    case "delimited":
      return delimitedWriter(form, header);
    case "inputs":
      return form.content === "np" ? inputWriter(form) : undefined;
    default:
      return undefined;
  }
}

/** Writes columns, or tensors, one behind the other. */
export interface ColumnWriter {
  head(): string;
  /** Before and behind the text of a column's list. */
  before(name: string, first: boolean): string;
  after(shape: readonly number[], datatype: string, parameters?: string): string;
  tail(extras: ReadonlyMap<string, string>): string;
}

/** `content`: what MLServer is to make of the inputs; undefined where they say so themselves. */
export function columnWriter(form: Form, layout: Layout, content: string | undefined): ColumnWriter {
  const { open, close } = around(form);
  if (layout === "named")
    return {
      head: () => `${open}{`,
      before: (name, first) => `${first ? "" : ","}${json(name)}:`,
      after: () => "",
      tail: (extras) => `}${close(extras)}`,
    };
  // a dict of arrays; as `pd` MLServer would want columns of rank 1
  const own = content === "dict" ? '{"content_type":"np"}' : undefined;
  return {
    head: () => `${open}[`,
    before: (name, first) => `${first ? "" : ","}{"name":${json(name)},"data":`,
    after: (shape, datatype, parameters = own) =>
      `,"shape":[${shape.join(",")}],"datatype":"${datatype}"${parameters ? `,"parameters":${parameters}` : ""}}`,
    tail: (extras) => `]${close(content === undefined ? extras : contentExtra(content, extras))}`,
  };
}

/** MLServer is told what to make of the inputs; parameters of the source stand beside. */
function contentExtra(content: string | undefined, extras: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const rest = extras.get("parameters") ?? "";
  const members = rest.trim().startsWith("{") ? membersOf(rest) : [];
  const own: [string, string][] = members.some(([key]) => key === "content_type") ? [] : [["content_type", json(content)]];
  return new Map([...extras, ["parameters", textOfMembers([...own, ...members])]]);
}
