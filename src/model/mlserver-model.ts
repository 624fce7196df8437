// What MLflow's runtime on MLServer refuses of the decoded inputs: it holds them against the model's signature as they are, and casts nothing
// before, as MLflow's own scoring server does.
//
// Run on mlserver-mlflow 1.7.1 with mlflow 3.17.2, for models of one column of each type, of a tensor and of two (MLflowRuntime.predict); the
// rules are those of mlflow/models/utils.py (_enforce_mlflow_datatype, _enforce_tensor_spec).
import { kindsOf } from "./cast.js";
import { DTYPES } from "./datatype.js";
import type { Findings } from "./finding.js";
import type { InspectedColumn, Inspection } from "./inspection.js";
import type { ColumnSpec, Signature, TensorSpec } from "./signature.js";

/** `content`: what all inputs are together. */
export function judgeSigned(columns: Inspection["columns"], content: string | undefined, { inputs }: Signature, to: Findings): void {
  if (inputs?.kind === "columns" && content === "pd") judgeColumns(columns, inputs.columns, to);
  else if (inputs?.kind === "tensors" && content === "dict") judgeTensors(columns, inputs.tensors, to);
  else if (inputs?.kind === "tensor" && content === "np") for (const column of columns) judgeTensor(column, inputs.tensor, to);
  else if (inputs) to.depend("F_FORM", `whether the model's signature takes inputs of content type ${content} is not checked here`);
}

function judgeColumns(columns: readonly InspectedColumn[], specs: readonly ColumnSpec[], to: Findings): void {
  const named = new Map(columns.map((column) => [column.name, column]));
  for (const [i, { name, type, required }] of specs.entries()) {
    const column = name === undefined ? columns[i] : named.get(name);
    if (column) to.about(column.name, () => judgeColumn(column, type, to));
    else if (required)
      to.refuse("F_COLUMN", `${to.who} refuses inputs without ${JSON.stringify(name ?? i)}, which the model's signature requires`);
  }
  const extra = specs.every(({ name }) => name !== undefined)
    ? columns.filter(({ name }) => !specs.some((spec) => spec.name === name))
    : [];
  if (extra.length > 0)
    to.change("F_EXTRA", `${to.who} drops inputs that the model's signature does not have: ${extra.map(({ name }) => name).join(", ")}`);
}

/** A number's kind and bits, in numpy's words. */
const NUMBERS: Readonly<Record<string, readonly [kind: string, bits: number]>> = {
  integer: ["i", 32],
  long: ["i", 64],
  float: ["f", 32],
  double: ["f", 64],
};

/** Numbers are widened within their kind, and whole ones to floats of more bits; nothing else is another type. */
function judgeColumn(column: InspectedColumn, type: ColumnSpec["type"], to: Findings): void {
  const datatype = column.input?.datatype;
  if (datatype === undefined || typeof type === "object" || type === "any") return;
  const wanted = NUMBERS[type];
  const fits = wanted ? isWidened(datatype, wanted) : datatype === (type === "boolean" ? "BOOL" : "BYTES");
  if (fits) return;
  const k = kindsOf(column);
  const bits = k.integers && !k.floats && !k.booleans && k.least >= 0n && k.greatest <= 1n && wanted?.[0] === "f";
  if (bits || (type === "boolean" && datatype === "BYTES") || type === "sparkml-vector")
    to.depend("F_TYPE", `whether ${datatype} becomes ${type} depends on the cells`);
  else to.refuse("F_TYPE", `${to.who} does not cast ${datatype} to ${type}, which the model's signature has; send ${datatypeOf(type)}`);
}

function isWidened(datatype: string, [kind, bits]: readonly [kind: string, bits: number]): boolean {
  const own = DTYPES[datatype]?.replace(/\d+$/, "")[0];
  const width = Number(/\d+$/.exec(datatype)?.[0] ?? 0);
  return own === kind ? width <= bits : kind === "f" && own === "i" && width < bits;
}

function datatypeOf(type: string): string {
  const datatypes: Readonly<Record<string, string>> = { boolean: "BOOL", integer: "INT32", long: "INT64", float: "FP32", double: "FP64" };
  return datatypes[type] ?? "BYTES";
}

function judgeTensors(columns: readonly InspectedColumn[], specs: readonly TensorSpec[], to: Findings): void {
  for (const spec of specs) {
    const column = columns.find(({ name }) => name === spec.name);
    if (column) to.about(column.name, () => judgeTensor(column, spec, to));
    else to.refuse("F_COLUMN", `${to.who} refuses inputs without ${JSON.stringify(spec.name)}, which the model's signature has`);
  }
}

function judgeTensor({ input }: InspectedColumn, { dtype, shape }: TensorSpec, to: Findings): void {
  const own = input && DTYPES[input.datatype];
  if (own !== undefined && dtype !== "object" && own !== dtype)
    to.refuse("F_TYPE", `${to.who} refuses an array of ${own} where the model's signature has ${dtype}`);
  if (input && (input.shape.length !== shape.length || shape.some((length, i) => length !== -1 && length !== input.shape[i])))
    to.refuse(
      "F_SHAPE",
      `${to.who} refuses an array of shape (${input.shape.join(", ")}) where the model's signature has (${shape.join(", ")})`,
    );
}
