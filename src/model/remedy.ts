import { choose, DIALECTS, dialectOf, extensionOf, FORMS, type Form, type Layout, type Releases } from "../dialects/index.js";
import { optionText } from "../errors.js";
import { type Finding, Findings } from "./finding.js";
import { goalOf } from "./fit.js";
import { asInputs, withoutInputs } from "./inputs.js";
import type { InspectedCells, InspectedColumn, Inspection, Payload } from "./inspection.js";
import { judge, type Served } from "./judge.js";
import { shellWord } from "./shell-word.js";
import { columnsOf, type Signature } from "./signature.js";

/** A conversion after which the server takes the payload. */
export interface Remedy {
  /** The form to convert to. */
  readonly to: string;
  /** Names to give to columns that have none. */
  readonly columns: readonly string[] | undefined;
  /** The whole command line, to be pasted. */
  readonly command: string;
  /** What the server then still changes. */
  readonly remains: readonly Finding[];
}

export interface Ailing {
  readonly payload: Inspection;
  readonly model: Served;
  /** The server's name in messages. */
  readonly who: string;
  /** What it runs. */
  readonly releases: Releases;
  /** The payload's file, undefined for a pipe. */
  readonly file: string | undefined;
  readonly definitions: readonly string[] | undefined;
  readonly taken: ((path: string) => boolean) | undefined;
}

/**
 * The first of these forms that the payload can become and the server takes, with the fewest changes. Where there is none:
 * what would stand in the way of the first.
 */
export function findRemedy(ids: readonly string[], ailing: Ailing): { remedy: Remedy | undefined; obstacles: readonly Finding[] } {
  const { payload, model, who, releases } = ailing;
  const found: Remedy[] = [];
  let obstacles: readonly Finding[] | undefined;
  for (const id of ids) {
    const form = FORMS.find((f) => f.id === id) as Form;
    const names = namesFor(payload, model.signature);
    const goal = reach(payload, form, names);
    if (!goal) {
      obstacles ??= [{ code: "F_FORM", severity: "refused", message: `${payload.form} cannot become ${id}${whyNot(payload, names)}` }];
      continue;
    }
    const after = new Findings(who, releases);
    judge(become(payload, form, goal.layout, names), form, model, after);
    if (payload.layout === "tensor" && TABLES.includes(goal.layout) && model.signature?.inputs?.kind === "columns")
      after.depend("F_TYPE", "whether the cells of every column fit its type is known once they are columns; validate the result");
    if (after.refused)
      obstacles ??= after.list
        .filter(({ severity }) => severity === "refused")
        .map((finding) => ({ ...finding, message: `as ${id}: ${finding.message}` }));
    else {
      const columns = goal.named ? names : undefined;
      found.push({ to: id, columns, command: commandFor(form, columns, ailing), remains: after.list });
    }
  }
  const changes = ({ remains }: Remedy) => remains.filter(({ severity }) => severity === "changed").length;
  const remedy = found.reduce<Remedy | undefined>((best, other) => (best && changes(best) <= changes(other) ? best : other), undefined);
  return { remedy, obstacles: obstacles ?? [] };
}

function whyNot({ layout, shape }: Inspection, names: readonly string[] | undefined): string {
  if (layout !== "tensor" || names !== undefined) return "";
  return shape.length === 2
    ? `: give its ${shape[1]} columns names, with ${optionText("columns", ["a", "b", "c"])}`
    : `: only a tensor of rank 2 has columns`;
}

/** Layouts whose columns are told by a name, or by their place. */
const TABLES: readonly Layout[] = ["frame", "records", "delimited", "lines", "ndarray"];

/** The signature's names, for columns that have none and are as many. */
function namesFor({ layout, labels, shape, columns }: Inspection, signature: Signature | null | undefined): readonly string[] | undefined {
  const names = signature ? columnsOf(signature) : undefined;
  const width =
    layout === "tensor" && shape.length === 2
      ? shape[1]
      : layout === "frame" && (labels?.columns === "none" || labels?.columns === "unread")
        ? columns.length
        : undefined;
  return names?.length === width ? names : undefined;
}

/** Whether transload can write this payload in the form, and whether its columns must be named for that. */
function reach(payload: Inspection, form: Form, names: readonly string[] | undefined): { layout: Layout; named: boolean } | undefined {
  const layout = goalOf(choose(form.id), payload, names !== undefined)?.layout;
  if (layout === undefined) return undefined;
  const scalar = payload.columns.some((column) => column.scalar);
  if (layout === "inputs" && !asInputs(payload, form)) return undefined;
  if (scalar && (form.refusesScalar || layout !== payload.layout)) return undefined;
  const table = isTable(payload);
  if (layout === "values" && payload.columns.some(({ cells, nulls }) => cells.strings || cells.booleans || nulls > 0)) return undefined;
  if ((layout === "values" || layout === "features") && payload.layout === "tensor" && payload.shape.length !== 2) return undefined;
  const flat = payload.columns.every(({ cells, shape }) => !cells.nested && shape.length === 0);
  if (payload.layout === "named") {
    const rows = new Set(payload.columns.map((column) => column.rows));
    return layout === "named" || layout === "inputs" || (flat && !scalar && rows.size === 1) ? { layout, named: false } : undefined;
  }
  if (!TABLES.includes(layout)) return !table || flat ? { layout, named: false } : undefined;
  if (payload.layout === "tensor" && payload.shape.length !== 2) return undefined;
  const named = !table || payload.labels?.columns === "none" || payload.labels?.columns === "unread";
  const needed = form.needsColumns || !table;
  return named && needed && names === undefined ? undefined : { layout, named: named && names !== undefined };
}

/** The payload has columns of single cells under names, or at least in their places. */
function isTable({ layout, labels }: Inspection): boolean {
  return TABLES.includes(layout) || labels !== undefined;
}

/** The payload as it is once converted. */
function become(payload: Inspection, form: Form, layout: Layout, names: readonly string[] | undefined): Payload {
  const { params } = dialectOf(form);
  if (layout === "inputs") {
    const plain = become(payload, form, form.content === "np" ? "tensor" : "named", names);
    return {
      ...plain,
      ...asInputs({ ...payload, columns: plain.columns.map((column, i) => ({ ...payload.columns[i], ...column })) }, form),
      layout,
    };
  }
  const whole = { ...withoutInputs(payload), siblings: payload.params && params !== undefined ? [params] : [], bytes: 0, layout };
  const labels = { index: true, columns: payload.labels?.columns === "others" ? ("others" as const) : ("texts" as const) };
  if (TABLES.includes(layout)) {
    if (payload.layout === "tensor")
      return { ...whole, labels, columns: (names ?? []).map((name) => ({ ...NOTHING, name, rows: payload.rows })) };
    const rows = payload.layout === "named" ? (payload.columns[0]?.rows ?? 0) : payload.rows;
    const own = payload.labels?.columns === "texts" || payload.labels?.columns === "others" || payload.layout === "named";
    return {
      ...whole,
      rows,
      labels,
      columns: payload.columns.map((column, i) => (own ? column : { ...column, name: names?.[i] ?? column.name })),
    };
  }
  if (layout === "tensor" && (isTable(payload) || payload.layout === "named"))
    return { ...whole, columns: [merged(payload.columns)], shape: [payload.rows, payload.columns.length] };
  return whole;
}

/** A column of a matrix, of which nothing is known by itself. */
const NOTHING: InspectedColumn = { name: "", dtype: "object", nulls: 0, nans: 0, shape: [], rows: 0, cells: {} };

/** All columns of a frame as one tensor. */
function merged(columns: readonly InspectedColumn[]): InspectedColumn {
  const [first = NOTHING] = columns;
  return {
    ...first,
    name: "",
    nulls: columns.reduce((sum, { nulls }) => sum + nulls, 0),
    nans: columns.reduce((sum, { nans }) => sum + nans, 0),
    shape: [columns.length],
    cells: columns.map(({ cells }) => cells).reduce(mergedCells, {}),
  };
}

function mergedCells(a: InspectedCells, b: InspectedCells): InspectedCells {
  const big = (x: string, y: string, pick: (x: bigint, y: bigint) => boolean) => (pick(BigInt(x), BigInt(y)) ? x : y);
  const integers = a.integers &&
    b.integers && {
      least: big(a.integers.least, b.integers.least, (x, y) => x < y),
      greatest: big(a.integers.greatest, b.integers.greatest, (x, y) => x > y),
    };
  const floats = a.floats &&
    b.floats && {
      least: Math.min(a.floats.least, b.floats.least),
      greatest: Math.max(a.floats.greatest, b.floats.greatest),
      fractions: a.floats.fractions || b.floats.fractions,
      long: a.floats.long || b.floats.long,
    };
  const strings = a.strings &&
    b.strings && {
      looks: [...new Set([...a.strings.looks, ...b.strings.looks])],
      ascii: a.strings.ascii && b.strings.ascii,
      base64: ([a.strings.base64, b.strings.base64].includes("none")
        ? "none"
        : [a.strings.base64, b.strings.base64].includes("loose")
          ? "loose"
          : "exact") as "exact" | "loose" | "none",
    };
  return { ...a, ...b, ...(integers && { integers }), ...(floats && { floats }), ...(strings && { strings }) };
}

// ---- the command

function commandFor(form: Form, columns: readonly string[] | undefined, { file, payload, definitions = [], taken }: Ailing): string {
  const { maxBytes = Number.POSITIVE_INFINITY, softLimit } = dialectOf(form);
  const listed = columns?.some((name) => name.includes(",") || name.startsWith("[")) ? JSON.stringify(columns) : columns?.join(",");
  const names = listed === undefined ? [] : ["--columns", listed];
  const cut = payload.bytes > maxBytes && softLimit === undefined;
  const pieces = cut ? ["--max-bytes", `${maxBytes}`] : [];
  const output = file !== undefined ? ["-o", outputFor(file, form, cut, taken)] : cut ? ["--lines"] : [];
  const own = definitions.flatMap((path) => ["--dialect", path]);
  const encoded = payload.encoding === undefined ? [] : ["--encoding", payload.encoding];
  // nothing else tells what this is
  const from = payload.form === "triton:binary" ? ["-f", payload.form] : [];
  return [
    "transload",
    "convert",
    ...(file === undefined ? [] : [file]),
    ...from,
    ...encoded,
    ...own,
    "-t",
    form.id,
    ...names,
    ...pieces,
    ...output,
  ]
    .map((word) => shellWord(word))
    .join(" ");
}

/**
 * `heart.mlflow.json` becomes `heart.azureml.json` beside it, or `heart.azureml-2.json` where that is there already; in
 * pieces a folder of that name.
 */
function outputFor(file: string, form: Form, cut: boolean, taken: ((path: string) => boolean) | undefined): string {
  const dialects = DIALECTS.map(({ name }) => name).join("|");
  const extensions = ["json", ...DIALECTS.flatMap((d) => d.extensions ?? [])].join("|");
  const stem = file.replace(new RegExp(`\\.(?:${extensions})$`, "i"), "").replace(new RegExp(`\\.(?:${dialects})$`), "");
  const { name, extensions: own } = dialectOf(form);
  const middle = own ? "" : `.${name}`;
  const extension = extensionOf(form);
  for (let n = 1; ; n++) {
    const path = `${stem}${middle}${n > 1 ? `-${n}` : ""}${cut ? "" : `.${extension}`}`;
    if (path !== file && !taken?.(path)) return cut ? `${path}/part-{00000}.${extension}` : path;
  }
}
