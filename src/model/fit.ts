import { type Choice, choose, DIALECTS, FORMS, type Form, type Layout, target } from "../dialects/index.js";
import { TransloadError } from "../errors.js";
import { binaryColumns, type Schema, type Signature } from "./signature.js";

/** A payload's own form and layout. */
interface Source {
  readonly form: string;
  readonly layout: Layout;
}

/**
 * Forms of a dialect that its servers take for a model with this signature, best first: for each form the first in which
 * nothing is lost. `null` stands for a model without a signature, undefined for one that is not known: then all of them, that
 * of the payload's own layout first.
 *
 * Azure ML's scoring script reads a frame for columns, a list for the one tensor without a name and an object for tensors
 * with names (mlflow_score_script.py, get_parameter_type). MLflow takes most for most (scoring_server,
 * infer_and_parse_data), but decodes base64 and keeps null in frames only.
 */
export function formsFor(dialect: string, signature: Signature | null | undefined, payload?: Source): readonly string[] {
  const forms = DIALECTS.find(({ name }) => name === dialect)?.forms.map(({ id }) => id) ?? [];
  const wanted = signature?.inputs ? fitting(dialect, signature.inputs, signature) : undefined;
  if (!wanted) return payload ? nearestFirst(forms, dialect, payload) : forms;
  return wanted.map((form) => `${dialect}:${form}`).filter((id) => forms.includes(id));
}

/** The form that a conversion would take by itself, and then the others. */
function nearestFirst(forms: readonly string[], dialect: string, payload: Source): readonly string[] {
  const natural = goalOf(choose(dialect), payload, false)?.form.id;
  return natural === undefined ? forms : [natural, ...forms.filter((form) => form !== natural)];
}

/** What a conversion would make of the payload; undefined where it refuses to. */
export function goalOf(choice: Choice, { form, layout }: Source, named: boolean): { form: Form; layout: Layout } | undefined {
  // a binary file is printed as MLflow's, and moves on from there
  const source = (FORMS.find(({ id }) => id === form) ?? FORMS.find(({ id }) => id === "mlflow:split")) as Form;
  try {
    return target(choice, layout, source, named);
  } catch (error) {
    if (error instanceof TransloadError) return undefined;
    throw error;
  }
}

/** The form of a dialect to write for a model, where signature and server leave one. */
export function formFor(dialect: string, signature: Signature | null | undefined): string | undefined {
  return signature?.inputs ? formsFor(dialect, signature)[0] : undefined;
}

function fitting(dialect: string, inputs: Schema, signature: Signature): readonly string[] | undefined {
  switch (dialect) {
    case "azureml":
      return inputs.kind === "columns" ? ["split"] : inputs.kind === "tensor" ? ["tensor"] : ["named"];
    case "mlflow":
    case "databricks":
      if (inputs.kind !== "columns") return ["inputs", "instances"];
      return binaryColumns(signature).length > 0 ? ["split", "records"] : ["split", "records", "inputs", "instances"];
    case "mlflow1":
      return inputs.kind === "columns" ? ["split", "records"] : [];
    case "tfserving":
      return inputs.kind === "tensor" ? ["inputs", "instances"] : ["inputs"];
    default:
      return undefined;
  }
}
