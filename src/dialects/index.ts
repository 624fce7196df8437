import { nearest, TransloadError } from "../errors.js";
import { azureml } from "./azureml.js";
import type { Dialect, Form, Layout } from "./dialect.js";
import { csv, jsonl, sagemaker, tsv } from "./files.js";
import { databricks, mlflow, mlflow1 } from "./mlflow.js";
import { oip, seldon, triton } from "./oip.js";
import { RESPONSES } from "./responses.js";
import { kserve1, tfserving, vertex } from "./tfserving.js";

export type { Dialect, Form, Gap, Layout } from "./dialect.js";
export { RESPONSES } from "./responses.js";

/** Every dialect transload knows. A new one is a table beside these and a line here. */
export const DIALECTS: readonly Dialect[] = [
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
];

export const FORMS: readonly Form[] = DIALECTS.flatMap((dialect) => dialect.forms);

/** Every name `--from` and `--to` take, `auto` aside. */
export const NAMES: readonly string[] = [...new Set(DIALECTS.flatMap((d) => [d.name, ...d.forms.map((f) => f.id)]))];

/** Keys that make MLflow 2.10 and later pass the whole body to the model unparsed (utils/serving_data_parser.py). */
export const LLM_KEYS: readonly string[] = ["messages", "prompt", "input"];

/** Keys that may stand in a split object; any other is an error on every server. */
export const FRAME_KEYS: readonly string[] = ["columns", "index", "data"];

/** What the caller named: `auto`, a dialect, or one of its forms. */
export interface Choice {
  /** Forms that are meant, best first. */
  readonly forms: readonly Form[];
  /** The dialect, unless `auto`. */
  readonly dialect: Dialect | undefined;
  /** True when a single form was named. */
  readonly exact: boolean;
  readonly name: string;
  readonly what: What;
}

/** Requests to a server, or its answers. */
export type What = "request" | "response";

/**
 * The forms a name stands for.
 * @throws TransloadError E_DIALECT with the known names.
 */
export function choose(name: string, auto = false, what: What = "request"): Choice {
  const dialects = what === "request" ? DIALECTS : RESPONSES;
  const forms = dialects.flatMap((d) => d.forms);
  if (auto && name === "auto") return { forms, dialect: undefined, exact: false, name, what };
  const dialect = dialects.find((d) => d.name === name);
  if (dialect) return { forms: dialect.forms, dialect, exact: false, name, what };
  const form = forms.find((f) => f.id === name);
  if (form) return { forms: [form], dialect: dialectOf(form), exact: true, name, what };
  const names = dialects.flatMap((d) => [d.name, ...d.forms.map((f) => f.id)]);
  const known = [...new Set(auto ? ["auto", ...names] : names)];
  const guess = nearest(name, known);
  throw new TransloadError(
    "E_DIALECT",
    `unknown dialect ${JSON.stringify(name)}${guess ? `, did you mean ${guess}?` : ""}; known: ${known.join(", ")}`,
  );
}

export function dialectOf(form: Form): Dialect {
  return [...DIALECTS, ...RESPONSES].find((d) => d.forms.includes(form)) as Dialect;
}

/** Forms among these whose cargo is under this envelope key. */
export function formsAt(forms: readonly Form[], key: string): readonly Form[] {
  return forms.filter((f) => (f.key === undefined ? f.layouts.includes("frame") && FRAME_KEYS.includes(key) : f.key === key));
}

/** What a cargo becomes where its own layout has no place, in this order. */
const BECOMES: Readonly<Record<Layout, readonly Layout[]>> = {
  frame: ["frame", "ndarray", "delimited", "lines", "tensor", "records", "features", "inputs", "values", "named"],
  records: ["records", "frame", "ndarray", "delimited", "lines", "inputs", "named", "tensor", "features", "values"],
  delimited: ["frame", "delimited", "records", "ndarray", "lines", "tensor", "features", "inputs", "values", "named"],
  lines: ["lines", "frame", "records", "ndarray", "delimited", "tensor", "features", "inputs", "values", "named"],
  ndarray: ["ndarray", "frame", "records", "delimited", "lines", "tensor", "features", "inputs", "values", "named"],
  tensor: ["tensor", "frame", "inputs", "ndarray", "values", "features", "records", "delimited", "lines", "named"],
  values: ["values", "tensor", "inputs", "ndarray", "frame", "features", "records", "delimited", "lines", "named"],
  features: ["features", "tensor", "frame", "inputs", "ndarray", "values", "records", "delimited", "lines", "named"],
  named: ["named", "inputs", "frame", "records", "ndarray", "delimited", "lines", "tensor", "features", "values"],
  inputs: ["inputs", "named", "frame", "records", "ndarray", "delimited", "lines", "tensor", "features", "values"],
};

/** Rows become a frame of Open Inference Protocol's, and a tensor its only tensor. */
function contentOf(layout: Layout): Form["content"] {
  return layout === "tensor" || layout === "values" ? "np" : "pd";
}

/**
 * The target's form for a cargo of this layout: its own layout where the target has it, then the nearest. A tensor whose
 * columns are named may be a frame first.
 * @throws TransloadError E_FORM when the target has no place for it.
 */
export function target(choice: Choice, layout: Layout, source: Form, named: boolean): { form: Form; layout: Layout } {
  const order =
    layout === "tensor" && named
      ? ["frame" as const, ...BECOMES.tensor]
      : layout === "inputs" && source.content === "np"
        ? ["inputs" as const, ...BECOMES.tensor]
        : BECOMES[layout];
  for (const want of order) {
    const fit = choice.forms.filter((f) => f.layouts.includes(want));
    const form =
      fit.find((f) => f.key === source.key && f.key !== undefined && f.content === source.content) ??
      fit.find((f) => f.content === contentOf(layout)) ??
      fit[0];
    if (form) return { form, layout: want };
  }
  throw new TransloadError("E_FORM", `${source.id} holds ${layout}, which ${choice.name} has no form for`);
}
