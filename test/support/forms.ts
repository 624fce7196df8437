// What every form looks like, written down a second time and by hand: expectations for conversions come from here and
// not from the code they test. A table is names and rows of cells; a number is its text, so that 1.0 is not 1.
import type { Form, Layout } from "../../src/dialects/index.js";

/** A number as it is spelled, or NaN and Infinity. */
export interface Lexeme {
  "#": string;
}

/** A cell: a number, a string, true, false, null, or nothing at all. */
type Cell = Lexeme | string | boolean | null | undefined;

export interface Sheet {
  names: readonly string[];
  rows: readonly (readonly Cell[])[];
}

export const n = (text: string): Lexeme => ({ "#": text });

/** JSON, and Python's NaN, with every number as the text it is. */
export function parseLexemes(text: string): unknown {
  return JSON.parse(text.replace(/"(?:[^"\\]|\\.)*"|NaN|-?Infinity|-?\d[\d.eE+-]*/g, (m) => (m.startsWith('"') ? m : `{"#":"${m}"}`)));
}

export function isLexeme(cell: unknown): cell is Lexeme {
  return typeof cell === "object" && cell !== null && "#" in cell;
}

/** JSON of such a value. */
function print(value: unknown): string {
  if (isLexeme(value)) return value["#"];
  if (Array.isArray(value)) return `[${value.map(print).join(",")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => `${JSON.stringify(key)}:${print(member)}`)
      .join(",")}}`;
  return JSON.stringify(value) ?? "null";
}

/** Among layouts that one form has, the one a cargo takes. */
const PREFERS: Readonly<Record<Layout, readonly Layout[]>> = {
  frame: ["tensor", "records", "named"],
  tensor: ["tensor", "records", "named"],
  values: ["tensor", "records", "named"],
  features: ["tensor", "records", "named"],
  delimited: ["records", "tensor", "named"],
  lines: ["records", "tensor", "named"],
  ndarray: ["records", "tensor", "named"],
  records: ["records", "named", "tensor"],
  named: ["named", "records", "tensor"],
  inputs: ["named", "records", "tensor"],
};

export function layoutFor(from: Form, source: Layout, target: Form): Layout {
  const written = target.layouts.filter((layout) => !target.readsOnly?.includes(layout));
  const [only] = written;
  if (written.length === 1) return only as Layout;
  return PREFERS[from.content === "np" ? "tensor" : source].find((layout) => written.includes(layout)) as Layout;
}

/** Open Inference Protocol's datatype for these cells. */
function datatypeOf(cells: readonly Cell[]): string {
  if (cells.some((cell) => typeof cell === "string")) return "BYTES";
  if (cells.some((cell) => typeof cell === "boolean")) return "BOOL";
  const whole = cells.length > 0 && cells.every((cell) => isLexeme(cell) && /^-?\d+$/.test(cell["#"]));
  return whole ? "INT64" : "FP64";
}

const at = (key: string | undefined, value: unknown) => (key === undefined ? value : { [key]: value });
const column = ({ rows }: Sheet, i: number) => rows.map((row) => row[i]);

/** The payload of a form in JSON that holds this table. */
export function payloadOf(form: Form, layout: Layout, sheet: Sheet, tensors = false): unknown {
  const { names, rows } = sheet;
  const record = (row: readonly Cell[]) => Object.fromEntries(names.map((name, i) => [name, row[i]]));
  switch (layout) {
    case "frame":
      return at(form.key, { columns: names, ...(form.dialect === "azureml" && { index: rows.map((_, i) => n(`${i}`)) }), data: rows });
    case "records":
      return at(form.key, rows.map(record));
    case "tensor":
      return at(form.key, rows);
    case "named":
      return at(form.key, Object.fromEntries(names.map((name, i) => [name, column(sheet, i)])));
    case "ndarray":
      return { data: { names, ndarray: rows } };
    case "values":
      return { data: { names, tensor: { shape: [n(`${rows.length}`), n(`${names.length}`)], values: rows.flat() } } };
    case "features":
      return { instances: rows.map((features) => ({ features })) };
    case "inputs":
      return {
        inputs:
          form.content === "np"
            ? [{ name: "input", shape: [n(`${rows.length}`), n(`${names.length}`)], datatype: datatypeOf(rows.flat()), data: rows }]
            : names.map((name, i) => ({
                name,
                shape: [n(`${rows.length}`)],
                datatype: datatypeOf(column(sheet, i)),
                data: column(sheet, i),
                // named tensors are a dict of arrays to MLServer, and no frame
                ...(tensors && { parameters: { content_type: "np" } }),
              })),
        parameters: { content_type: tensors && form.content === "pd" ? "dict" : form.content },
      };
    default:
      throw new Error(`${layout} is no JSON`);
  }
}

/** A form's text that holds this table, as a person would write it. */
export function textOf(form: Form, sheet: Sheet, layout: Layout = form.layouts[0] as Layout): string {
  const { names, rows } = sheet;
  if (layout === "delimited") {
    const between = form.delimiter as string;
    const field = (cell: Cell) => {
      if (cell === undefined || cell === null) return "";
      const text = isLexeme(cell) ? cell["#"] : `${cell}`;
      return /["\r\n]/.test(text) || text.includes(between) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    const lines = [...(form.headless ? [] : [names]), ...rows];
    return lines.map((line) => `${line.map(field).join(between)}\n`).join("");
  }
  if (layout === "lines")
    return rows
      .map((row) => `${print(form.id === "jsonl:lists" ? row : Object.fromEntries(names.map((name, i) => [name, row[i]])))}\n`)
      .join("");
  return print(payloadOf(form, layout, sheet));
}

/** The fields of a delimited file, by the letter of RFC 4180. */
export function parseDelimited(text: string, delimiter: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  const field = new RegExp(`(?:"((?:[^"]|"")*)"|([^"\\n${delimiter}]*))(${delimiter}|\\n)`, "gy");
  for (let at = 0; at < text.length; at = field.lastIndex) {
    const match = field.exec(text);
    if (!match) throw new Error(`no field at ${at}: ${text.slice(at, at + 40)}`);
    line.push(match[1]?.replaceAll('""', '"') ?? (match[2] as string));
    if (match[3] === "\n") {
      lines.push(line);
      line = [];
    }
  }
  return lines;
}
