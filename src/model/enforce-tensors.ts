// Signatures of tensors.
import { product } from "../columns/lists.js";
import type { Reading } from "../dialects/index.js";
import { castTensor, LONE } from "./cast.js";
import type { Findings } from "./finding.js";
import type { InspectedColumn } from "./inspection.js";
import { isStr, kindsOf, shapeOf } from "./kinds.js";
import { dropNames, firstOf, requireNames } from "./names.js";
import type { PythonInput } from "./python-input.js";
import type { TensorSpec } from "./signature.js";

export function enforceTensor(input: PythonInput, spec: TensorSpec, reading: Reading, to: Findings): void {
  if (input.kind === "dict")
    to.refuse("F_FORM", `${to.who} refuses an object of tensors where the model takes one without a name; send a list`);
  else if (input.kind === "array") enforceArray(input.cells, input.shape, spec, reading, to);
  else frameAsTensor(input, spec, reading, to);
}

export function enforceTensors(input: PythonInput, specs: readonly TensorSpec[], reading: Reading, to: Findings): void {
  if (input.kind === "array") {
    const [spec, second] = specs;
    if (spec && !second && input.shape.length > 0) enforceArray(input.cells, input.shape, spec, reading, to);
    else to.refuse("F_FORM", `${to.who} needs an object of tensors: ${specs.map(({ name }) => name).join(", ")}`);
    return;
  }
  const tensors = input.kind === "dict" ? input.tensors : input.columns;
  const names = tensors.map(({ name }) => name);
  const named = firstOf(tensors);
  const asked = new Set(specs.map((spec) => spec.name));
  const extra = names.filter((name) => !asked.has(name));
  requireNames(
    specs.map(({ name }) => name as string).filter((name) => !named.has(name)),
    extra,
    to,
  );
  requireZero(input, to);
  for (const spec of specs) {
    const tensor = named.get(spec.name as string);
    if (!tensor) continue;
    if (input.kind === "dict") to.about(tensor.name, () => enforceArray(tensor, shapeOf(tensor), spec, reading, to));
    else to.about(tensor.name, () => columnAsTensor(tensor, spec, reading, to));
  }
  dropNames(extra, to);
  const required = tensors.filter(({ name }) => asked.has(name));
  const lengths = new Set(required.map((tensor) => shapeOf(tensor)[0]));
  if (input.kind === "dict" && input.equalRows && lengths.size > 1)
    to.refuse("F_SHAPE", `${to.who} needs the same number of rows in every tensor of instances; send inputs`);
}

function enforceArray(cells: InspectedColumn, shape: readonly number[], spec: TensorSpec, reading: Reading, to: Findings): void {
  const anything = spec.dtype === "object" && spec.shape.length === 1 && spec.shape[0] === -1;
  const fits = spec.shape.length === shape.length && spec.shape.every((length, i) => length === -1 || length === shape[i]);
  if (!fits && !anything) to.refuse("F_SHAPE", `${to.who} refuses ${spellShape(shape)} where the model takes ${spellShape(spec.shape)}`);
  else castTensor(cells, spec.dtype, reading, to);
}

/** A frame for a model of one tensor: a column of its own kind, or the table as a matrix. */
function frameAsTensor(input: PythonInput & { kind: "frame" }, spec: TensorSpec, reading: Reading, to: Findings): void {
  const { columns, rows } = input;
  if (rows === 0) to.refuse("F_SHAPE", `${to.who} refuses an empty frame where the model takes a tensor`);
  else if (columns.length === 1) {
    requireZero(input, to);
    columnAsTensor(columns[0] as InspectedColumn, spec, reading, to);
  } else if (spec.shape.length !== 2 || spec.shape[0] !== -1 || spec.shape[1] !== columns.length)
    to.refuse("F_SHAPE", `${to.who} refuses a frame of ${columns.length} columns where the model takes ${spellShape(spec.shape)}`);
  else if (spec.dtype.startsWith("str") || (spec.dtype.startsWith("datetime64") && spec.dtype !== "datetime64[ns]"))
    to.refuse("F_TYPE", `${to.who} makes no tensor of ${spec.dtype} of a frame of several columns`);
  else for (const column of columns) to.about(column.name, () => castTensor(column, spec.dtype, reading, to));
}

/** It looks at the row of label 0 (`values[0]`), wherever that is. */
function requireZero(input: PythonInput, to: Findings): void {
  if (input.kind === "frame" && input.counted === false)
    to.depend("F_INDEX", `${to.who} refuses a column for a tensor where the index has no label 0: send the split without an index`);
}

/** _reshape_and_cast_pandas_column_values: scalars for (-1,) and (-1, 1), lists for what they can be cut into. */
function columnAsTensor(column: InspectedColumn, spec: TensorSpec, reading: Reading, to: Findings): void {
  const [rows, ...inner] = spec.shape;
  const lists = kindsOf(column).listed;
  const takes = rows === -1 && !inner.includes(-1) && (lists || inner.length === 0 || (inner.length === 1 && inner[0] === 1));
  if (column.rows === 0 || !takes)
    to.refuse(
      "F_SHAPE",
      `${to.who} refuses a column of ${lists ? "lists" : "single values"} where the model takes ${spellShape(spec.shape)}`,
    );
  else if (spec.dtype.startsWith("datetime64"))
    to.refuse("F_TYPE", `${to.who} makes no tensor of ${spec.dtype} of a column, whatever is in it; send a list`);
  else if (spec.dtype === "object" && column.nulls > 0)
    to.depend("F_NULL", "null in the first row is refused, and numbers beside null become float64");
  else if (reading === "frame" && column.cells.strings?.lone && isStr(kindsOf(column), to)) to.refuse("F_ENCODING", LONE);
  else if (lists) to.depend("F_SHAPE", `the lists must have ${product(inner)} numbers each, which is not checked here`);
  else castTensor(column, spec.dtype, reading, to);
}

export function spellShape(shape: readonly number[]): string {
  return shape.length === 0 ? "a single value" : `a tensor of shape (${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
}
