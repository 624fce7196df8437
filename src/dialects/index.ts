import { nearest, TransloadError } from "../errors.js";
import { azureml } from "./azureml.js";
import type { Dialect, Form, Layout } from "./dialect.js";
import { mlflow, mlflow1 } from "./mlflow.js";
import { tfserving } from "./tfserving.js";

export type { Dialect, Form, Layout } from "./dialect.js";

/** Every dialect transload knows. A new one is a table beside these and a line here. */
export const DIALECTS: readonly Dialect[] = [azureml, mlflow, mlflow1, tfserving];

export const FORMS: readonly Form[] = DIALECTS.flatMap((dialect) => dialect.forms);

/** Every name `--from` and `--to` take, `auto` aside. */
export const NAMES: readonly string[] = DIALECTS.flatMap((d) => [d.name, ...d.forms.map((f) => f.id)]);

/** Keys that make MLflow 2.10 and later pass the whole body to the model unparsed (utils/serving_data_parser.py). */
export const LLM_KEYS: readonly string[] = ["messages", "prompt", "input"];

/** Payload keys of MLflow whose layout is not known here yet. */
export const LATER_KEYS: readonly string[] = ["dataframe_records"];

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
}

/**
 * The forms a name stands for.
 * @throws TransloadError E_DIALECT with the known names.
 */
export function choose(name: string, auto = false): Choice {
  if (auto && name === "auto") return { forms: FORMS, dialect: undefined, exact: false, name };
  const dialect = DIALECTS.find((d) => d.name === name);
  if (dialect) return { forms: dialect.forms, dialect, exact: false, name };
  const form = FORMS.find((f) => f.id === name);
  if (form) return { forms: [form], dialect: dialectOf(form), exact: true, name };
  const known = auto ? ["auto", ...NAMES] : NAMES;
  const guess = nearest(name, known);
  throw new TransloadError(
    "E_DIALECT",
    `unknown dialect ${JSON.stringify(name)}${guess ? `, did you mean ${guess}?` : ""}; known: ${known.join(", ")}`,
  );
}

export function dialectOf(form: Form): Dialect {
  return DIALECTS.find((d) => d.name === form.dialect) as Dialect;
}

/** Forms among these whose cargo is under this envelope key. */
export function formsAt(forms: readonly Form[], key: string): readonly Form[] {
  return forms.filter((f) => (f.key === undefined ? FRAME_KEYS.includes(key) : f.key === key));
}

/**
 * The target's form for a cargo of this layout. With names for its columns a tensor may become a frame where the
 * target has one; a frame becomes a tensor where it has none.
 * @throws TransloadError E_FORM when the target has no place for it.
 */
export function target(choice: Choice, layout: Layout, source: Form, named: boolean): { form: Form; layout: Layout } {
  const wanted: Layout[] =
    layout === "frame" ? ["frame", "tensor"] : layout === "tensor" ? (named ? ["frame", "tensor"] : ["tensor", "frame"]) : ["named"];
  for (const want of wanted) {
    const fit = choice.forms.filter((f) => f.layouts.includes(want));
    if (fit.length === 0) continue;
    const order = choice.exact ? [] : (choice.dialect as Dialect).prefers[want];
    const form =
      fit.find((f) => f.key === source.key && want === "tensor" && f.key !== undefined) ??
      fit.find((f) => f.id === order[0]) ??
      (fit[0] as Form);
    return { form, layout: want };
  }
  const what = layout === "named" ? "named tensors" : `a ${layout}`;
  throw new TransloadError("E_FORM", `${source.id} holds ${what}, which ${choice.name} has no form for`);
}
