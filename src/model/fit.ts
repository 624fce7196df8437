import { type Choice, choose, FORMS, type Form, type Inputs, type Layout, target } from "../dialects/index.js";
import { TransloadError } from "../errors.js";
import { binaryColumns, type Schema, type Signature } from "./signature.js";

/** A payload's own form and layout. */
interface Source {
  readonly form: string;
  readonly layout: Layout;
  /** It has rows, with labels. */
  readonly labels?: unknown;
}

/**
 * Forms of a dialect that its servers take for a model with this signature, best first: for each form the first in which
 * nothing is lost. `null` stands for a model without a signature, undefined for one that is not known: then all of them, that
 * of the payload's own layout first.
 */
export function formsFor(dialect: string, signature: Signature | null | undefined, payload?: Source): readonly string[] {
  const { forms } = choose(dialect);
  if (signature?.inputs && forms.some(({ fits }) => fits)) {
    const inputs = inputsOf(signature.inputs, signature);
    return forms.filter(({ fits }) => fits?.includes(inputs)).map(({ id }) => id);
  }
  const ids = forms.map(({ id }) => id);
  return payload ? nearestFirst(ids, dialect, payload) : ids;
}

/** The form that a conversion would take by itself, and then the others. */
function nearestFirst(forms: readonly string[], dialect: string, payload: Source): readonly string[] {
  const natural = goalOf(choose(dialect), payload, false)?.form.id;
  return natural === undefined ? forms : [natural, ...forms.filter((form) => form !== natural)];
}

/** What a conversion would make of the payload; undefined where it refuses to. */
export function goalOf(choice: Choice, { form, layout, labels }: Source, named: boolean): { form: Form; layout: Layout } | undefined {
  // a binary file is printed as MLflow's, and moves on from there
  const source = (FORMS.find(({ id }) => id === form) ?? FORMS.find(({ id }) => id === "mlflow:split")) as Form;
  try {
    return target(choice, layout, source, named, labels !== undefined);
  } catch (error) {
    if (error instanceof TransloadError) return undefined;
    throw error;
  }
}

/** The form of a dialect to write for a model, where signature and server leave one. */
export function formFor(dialect: string, signature: Signature | null | undefined): string | undefined {
  return signature?.inputs ? formsFor(dialect, signature)[0] : undefined;
}

function inputsOf(inputs: Schema, signature: Signature): Inputs {
  return inputs.kind === "columns" && binaryColumns(signature).length > 0 ? "binary" : inputs.kind;
}
