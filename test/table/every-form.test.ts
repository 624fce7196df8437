// Every table form into every other. What must come out is computed by a model of the forms (support/forms.ts), never by the
// code that is tested, and is the same wherever the input is cut.
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { FORMS, type Form, type Layout } from "../../src/dialects/index.js";
import type { ConvertOptions } from "../../src/index.js";
import { crumbs, feed, halves, whole } from "../support/feed.js";
import { isLexeme, layoutFor, n, parseDelimited, parseLexemes, payloadOf, type Sheet, textOf } from "../support/forms.js";

/** Numbers that a parser of doubles would spell otherwise, or lose digits of. Columns of one kind, so that every form holds them. */
const NUMBERS: Sheet = {
  names: ["whole", "points"],
  rows: [
    [n("1"), n("1.0")],
    [n("-0"), n("-0.0")],
    [n("9007199254740993"), n("2.50")],
    [n("-9223372036854775808"), n("1e3")],
    [n("9223372036854775807"), n("1.7976931348623157E+308")],
    [n("7"), n("0.1000000000000000055")],
  ],
};

/** Text that one syntax or another must quote or escape. */
const TEXTS: Sheet = {
  names: ["text", "flag", "count"],
  rows: [
    ["plain", true, n("1")],
    ['say "hi"', false, n("2")],
    ["a,b\tc;d", true, n("3")],
    ["two\nlines\r\nand more", false, n("4")],
    ["日本 é 😀", true, n("5")],
    ["back\\slash / \u0001", false, n("6")],
    [" blanks around ", true, n("7")],
    ["", false, n("8")],
  ],
};

/** Names that need quotes or escapes, and one that is long. */
const NAMES: Sheet = {
  names: ['a"b', "x,y", "é\\", "the name of a column that is longer than two times sixteen bytes", " "],
  rows: [[n("1"), n("2"), n("3"), n("4"), n("5")]],
};

const EMPTY: Sheet = { names: ["a", "b"], rows: [] };

const source = (form: Form): Layout => form.layouts[0] as Layout;
/** Forms that do not say how their columns are called. */
const nameless = (form: Form, layout: Layout) =>
  layout === "tensor" || layout === "features" || form.id === "jsonl:lists" || form.headless === true || form.content === "np";

/** The layout that the table becomes: text beside numbers is no tensor where that is of one kind. */
function goalOf(from: Form, to: Form, sheet: Sheet): Layout {
  const layout = layoutFor(from, source(from), to);
  if (layout !== "tensor" || source(from) !== "frame" || !isMixed(to, sheet)) return layout;
  return to.layouts.includes("records") ? "records" : "named";
}

function isMixed({ oneKind, oneDtype }: Form, { rows }: Sheet): boolean {
  return (oneKind || oneDtype || false) && new Set(rows.flat().map((cell) => (isLexeme(cell) ? "number" : typeof cell))).size > 1;
}

/** What comes out, as far as this table and this form go together. */
function expected(from: Form, to: Form, sheet: Sheet): { value?: unknown; lines?: string[][]; records?: unknown[] } {
  const layout = goalOf(from, to, sheet);
  if (layout === "delimited")
    return {
      lines: [
        ...(to.headless ? [] : [sheet.names.slice()]),
        ...sheet.rows.map((row) => row.map((cell) => (isLexeme(cell) ? cell["#"] : `${cell ?? ""}`))),
      ],
    };
  if (layout === "lines")
    return {
      records: sheet.rows.map((row) => (to.id === "jsonl:lists" ? row : Object.fromEntries(sheet.names.map((name, i) => [name, row[i]])))),
    };
  // Seldon's numbers are doubles, and stay flat
  if (source(from) === "values" && to.content === "np") {
    const shape = [sheet.rows.length, sheet.names.length].map((length) => n(`${length}`));
    return { value: { inputs: [{ name: "input", shape, datatype: "FP64", data: sheet.rows.flat() }], parameters: { content_type: "np" } } };
  }
  const value = payloadOf(to, layout, sheet, source(from) === "named");
  // the labels of rows stay where both have a place for them
  const index = source(from) === "frame" && from.dialect === "azureml" && layout === "frame";
  return { value: index ? withIndex(value, to, sheet) : value };
}

function withIndex(value: unknown, to: Form, { rows }: Sheet): unknown {
  const index = rows.map((_, i) => n(`${i}`));
  const frame = to.key === undefined ? value : (value as Record<string, object>)[to.key];
  const whole = { ...(frame as object), index };
  return to.key === undefined ? whole : { [to.key]: whole };
}

function parsed(to: Form, layout: Layout, text: string): { value?: unknown; lines?: string[][]; records?: unknown[] } {
  if (layout === "delimited") return { lines: parseDelimited(text, to.delimiter as string) };
  if (layout === "lines") return { records: text.split("\n").slice(0, -1).map(parseLexemes) };
  return { value: parseLexemes(text) };
}

/** Why a form cannot hold a table: the code of the refusal. */
function refusal(from: Form, to: Form, sheet: Sheet): string | undefined {
  const { rows } = sheet;
  const layout = goalOf(from, to, sheet);
  // one tensor holds the columns of a table only where they are rows
  if (to.content === "np" && ["named", "inputs"].includes(source(from)) && from.content !== "np") return "E_TARGET";
  const cells = rows.flat();
  const texts = cells.some((cell) => typeof cell === "string");
  if (layout === "values" && texts) return "E_TARGET";
  if (layout === "tensor" && to.oneKind && source(from) !== "tensor" && isMixed(to, sheet)) return "E_TARGET";
  if (layout === "inputs" && to.content === "np" && texts) return "E_DTYPE";
  if (to.dialect === "tfserving" && to.key === "instances" && rows.length === 0) return "E_TARGET";
  return undefined;
}

/** Whether a source can hold it. */
function holds(form: Form, { rows }: Sheet): boolean {
  const texts = rows.flat().some((cell) => typeof cell === "string");
  if (texts && (source(form) === "values" || form.content === "np")) return false;
  // names of columns without cells
  return (
    rows.length > 0 ||
    (["frame", "named", "ndarray", "delimited", "inputs"].includes(source(form)) && form.content !== "np" && !form.headless)
  );
}

type Cuts = "none" | "bytes" | "every";

/** What is wrong with the conversion of this table; nothing, where all is right. */
async function faults(from: Form, to: Form, given: Sheet, cuts: Cuts): Promise<string[]> {
  // an empty field is a gap, and no text
  const sheet = source(from) === "delimited" ? { ...given, rows: given.rows.filter((row) => !row.includes("")) } : given;
  const text = textOf(from, sheet);
  const layout = goalOf(from, to, sheet);
  const options: ConvertOptions = { from: from.id, to: to.id, ...(nameless(from, source(from)) && { columns: sheet.names }) };
  const outcome = await feed(whole(text), options);
  const found: string[] = [];
  const same = (what: string, got: unknown, wanted: unknown) => {
    if (!isDeepStrictEqual(got, wanted)) found.push(`${to.id}, ${what}: ${JSON.stringify(got)}, and not ${JSON.stringify(wanted)}`);
  };
  const code = refusal(from, to, sheet);
  if (outcome.error && !code) return [`${to.id}: ${outcome.error.code}: ${outcome.error.message}`];
  same("code", outcome.error?.code, code);
  const cut = cuts === "none" ? [] : [crumbs(text)];
  if (cuts === "every") for (let at = 1; at < Buffer.byteLength(text); at++) cut.push(halves(text, at));
  for (const chunks of cut) {
    const other = await feed(chunks, options);
    const where = chunks.length > 2 ? "byte by byte" : `cut at ${chunks[0]?.length}`;
    same(where, other.error?.message ?? other.text, outcome.error?.message ?? outcome.text);
    same(`${where}, warnings`, other.warnings, outcome.warnings);
  }
  if (code) return found;
  same("payload", parsed(to, layout, outcome.text), expected(from, to, sheet));
  // and back to rows with names
  if (outcome.text === "" || sheet.rows.length === 0) return found;
  const back = await feed(whole(outcome.text), { from: to.id, to: "mlflow:split", ...(nameless(to, layout) && { columns: sheet.names }) });
  // an empty field is a gap
  const rows = layout === "delimited" ? sheet.rows.map((row) => row.map((cell) => (cell === "" ? n("NaN") : cell))) : sheet.rows;
  same("back", back.error?.message ?? parseLexemes(back.text.replace(/"index":\[[\d,]*\],?/, "").replace(",}", "}")), {
    dataframe_split: { columns: sheet.names, data: rows },
  });
  return found;
}

/** Dialects whose forms are those of others under another name. */
const LIKE_OTHERS: readonly string[] = ["databricks", "triton", "kserve1", "vertex", "tsv"];

const SHEETS = { numbers: NUMBERS, texts: TEXTS, names: NAMES, "no rows": EMPTY };
for (const [s, [what, sheet]] of Object.entries(SHEETS).entries())
  describe(`${what}: every form into every other`, () => {
    const forms = sheet === NUMBERS ? FORMS : FORMS.filter(({ dialect }) => !LIKE_OTHERS.includes(dialect));
    for (const [i, from] of forms.entries()) {
      if (!holds(from, sheet)) continue;
      test(`${from.id}`, async () => {
        const found: string[] = [];
        for (const [j, to] of forms.entries()) {
          // every pair with some table byte by byte, and some pairs cut at every byte
          const turn = i * 7 + j + s;
          found.push(...(await faults(from, to, sheet, turn % 151 === 0 ? "every" : turn % 5 === 0 ? "bytes" : "none")));
        }
        expect(found).toEqual([]);
      });
    }
  });
