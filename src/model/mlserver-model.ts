// What MLflow's runtime on MLServer refuses of the decoded inputs: it holds them against the model's signature as they are, and casts nothing
// before, as MLflow's own scoring server does.
//
// Run on mlserver-mlflow 1.7.1 with mlflow 3.17.2, for models of one column of each type, of a tensor and of two (MLflowRuntime.predict); the
// rules are those of mlflow/models/utils.py (_enforce_mlflow_datatype, _enforce_tensor_spec).
import { DTYPES } from "./datatype.js";
import type { Findings } from "./finding.js";
import type { InspectedColumn, InspectedInput, Inspection } from "./inspection.js";
import { kindsOf } from "./kinds.js";
import { type ColumnSpec, isScalarType, type ScalarType, type Signature, type TensorSpec } from "./signature.js";
import { fits, type Pandas } from "./stored.js";

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
  if (specs.every(({ name }) => name !== undefined)) dropOthers(columns, specs, to);
  else if (columns.length > specs.length) dropped(columns.slice(specs.length), to);
}

/** Numbers are widened within their kind, and whole ones to floats of more bits; nothing else is another type. */
function judgeColumn(column: InspectedColumn, type: ColumnSpec["type"], to: Findings): void {
  const { input } = column;
  if (input === undefined || !isScalarType(type)) return;
  const { datatype } = input;
  const k = kindsOf({ ...column, shape: [] });
  const zeroOrOne = column.rows === 0 || (!k.floats && !k.nans && !k.booleans && !k.strings && k.least >= 0n && k.greatest <= 1n);
  // in such a column cells are objects, and MLflow looks what they are
  if (type === "datetime" && column.cells.strings?.looks.includes("far"))
    to.refuse(
      "F_DATE",
      `${to.who} refuses dates before 1677-09-21 and behind 2262-04-11, which nanoseconds do not reach, in a datetime column`,
    );
  else if (
    datatype === "BYTES" &&
    column.rows > 0 &&
    (k.nulls || k.booleans || k.integers || k.floats) &&
    type !== "string" &&
    type !== "binary"
  )
    to.depend("F_TYPE", `whether these BYTES are taken for ${type} depends on the cells`);
  else if (!fits(pandasOf(column, input, type), type, zeroOrOne, to))
    to.refuse("F_TYPE", `${to.who} does not cast ${datatype} to ${type}, which the model's signature has; send ${datatypeOf(type)}`);
}

/** The column as its codec, which the signature's type tells where nothing else does, leaves it. */
function pandasOf({ cells, rows }: InspectedColumn, { datatype, content }: InspectedInput, type: ScalarType): Pandas {
  const bits = Number(/\d+$/.exec(datatype)?.[0] ?? 0);
  const kind = /^[A-Z]+/.exec(datatype)?.[0];
  if (kind === "BOOL") return { kind: "bool", bits: 8, objects: false };
  if (kind !== "BYTES") return { kind: kind === "FP" ? "float" : kind === "UINT" ? "uint" : "int", bits, objects: false };
  const codec = content ?? { binary: "base64", datetime: "datetime" }[type as string] ?? "str";
  // pandas makes objects of nothing
  if (rows === 0) return { kind: "text", bits: 0, objects: true };
  if (codec === "base64") return { kind: "bytes", bits: 0, objects: true };
  if (codec !== "datetime") return { kind: "text", bits: 0, objects: false };
  const zoned = cells.strings?.looks.includes("zoned") ?? false;
  return { kind: zoned ? "zoned" : "time", bits: 64, objects: false };
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
  dropOthers(columns, specs, to);
}

function dropOthers(columns: readonly InspectedColumn[], specs: readonly { readonly name: string | undefined }[], to: Findings): void {
  const extra = columns.filter(({ name }) => !specs.some((spec) => spec.name === name));
  if (extra.length > 0) dropped(extra, to);
}

function dropped(extra: readonly InspectedColumn[], to: Findings): void {
  to.change("F_EXTRA", `${to.who} drops inputs that the model's signature does not have: ${extra.map(({ name }) => name).join(", ")}`);
}

function judgeTensor(column: InspectedColumn, { dtype, shape }: TensorSpec, to: Findings): void {
  const { input } = column;
  if (dtype === "object" && shape.length === 1 && shape[0] === -1) return; // it takes anything
  const own = input && (DTYPES[input.datatype] ?? bytesOf(column));
  if (own !== undefined && own !== dtype)
    to.refuse("F_TYPE", `${to.who} refuses an array of ${own} where the model's signature has ${dtype}`);
  if (input && (input.shape.length !== shape.length || shape.some((length, i) => length !== -1 && length !== input.shape[i])))
    to.refuse(
      "F_SHAPE",
      `${to.who} refuses an array of shape (${input.shape.join(", ")}) where the model's signature has (${shape.join(", ")})`,
    );
}

/** BYTES as an array: of texts where all of a flat list are texts, and else of bytes. */
function bytesOf({ cells, nulls, nans, input }: InspectedColumn): string {
  const texts = !input?.nested && !cells.integers && !cells.floats && !cells.booleans && nulls + nans === 0;
  return texts ? "str" : "bytes";
}
