// Whether MLflow's pyfunc takes what its server, or Azure ML's scoring script, made of a payload (mlflow/models/utils.py,
// _enforce_schema), and what the casts before it do to the cells (cast.ts).

import { product } from "../columns/lists.js";
import type { Reading } from "../dialects/index.js";
import { nearest } from "../errors.js";
import { judgeArray } from "./array.js";
import { castColumn, castTensor, isBeyond64, isStr, kindsOf, LONE, LONE_LOST } from "./cast.js";
import type { Findings } from "./finding.js";
import { becomesDate, isDateName, labelsBecome } from "./guess.js";
import type { InspectedColumn } from "./inspection.js";
import { type ColumnSpec, type ColumnType, type ScalarType, type Schema, spell, type TensorSpec } from "./signature.js";
import { judgeStored } from "./stored.js";

/** What a payload is in Python. A scalar is an array of rank 0. */
export type PythonInput =
  | {
      readonly kind: "frame";
      readonly columns: readonly InspectedColumn[];
      readonly named: boolean;
      readonly rows: number;
      /** The labels of its rows may lack a 0. */
      readonly counted?: false;
    }
  | { readonly kind: "array"; readonly cells: InspectedColumn; readonly shape: readonly number[] }
  | { readonly kind: "dict"; readonly tensors: readonly InspectedColumn[]; readonly equalRows: boolean };

export function enforce(input: PythonInput, schema: Schema, reading: Reading, to: Findings): void {
  if (schema.kind === "columns") {
    if (schema.columns[0]?.name === undefined) enforceUnnamed(input, schema.columns, reading, to);
    else enforceColumns(input, schema.columns, reading, to);
  } else if (schema.kind === "tensor") enforceTensor(input, schema.tensor, reading, to);
  else enforceTensors(input, schema.tensors, reading, to);
}

/** Lengths of every dimension, [] for a single cell. */
export function shapeOf({ rows, shape, scalar }: InspectedColumn): readonly number[] {
  return scalar ? [] : [rows, ...shape];
}

// ---- columns

function enforceColumns(input: PythonInput, specs: readonly ColumnSpec[], reading: Reading, to: Findings): void {
  if (input.kind === "array") {
    enforceLoneArray(input, specs, reading, to);
    return;
  }
  const { columns, named } = input.kind === "frame" ? input : { columns: input.tensors, named: true };
  if (input.kind === "dict" && !isTable(input.tensors, specs, to)) return;
  const label =
    reading === "ujson"
      ? labelsBecome(
          columns.map(({ name }) => name),
          to,
        )
      : undefined;
  if (!named || label !== undefined) {
    const required = specs.filter((spec) => spec.required);
    if (required.length > 0) to.refuse("F_LABEL", labelTrouble(label, required.length, to.who));
    else enforceLabelled(columns, specs, label, to);
    return;
  }
  compareNames(columns, specs, to);
  const own = firstOf(columns);
  for (const spec of specs) {
    const column = own.get(spec.name as string);
    if (!column) continue;
    // where some type is not a single value's, the object is one row, whose cells are the lists
    if (input.kind === "dict" && spec.type === "any" && !column.scalar)
      to.about(column.name, () => to.change("F_SHAPE", `${to.who} makes one row of the object, and one cell of this list`));
    else to.about(column.name, () => castTo(column, spec.type, reading, to));
  }
}

/** pandas finds a column of dates by its text all the same, behind the cast by names; one of numbers it does not. */
function enforceLabelled(
  columns: readonly InspectedColumn[],
  specs: readonly ColumnSpec[],
  label: "numbers" | "dates" | undefined,
  to: Findings,
): void {
  to.change(
    "F_LABEL",
    `${to.who} makes ${label ?? "nothing"} of the columns' labels, and gives the model none of the optional columns that its signature names`,
  );
  const own = firstOf(columns);
  if (label === "dates")
    for (const { name, type } of specs) {
      const column = own.get(name as string);
      if (column) to.about(column.name, () => checkUncast(column, type, "ujson", to));
    }
}

/** Columns by their names; of two of one name the first. */
function firstOf(columns: readonly InspectedColumn[]): ReadonlyMap<string, InspectedColumn> {
  return new Map([...columns].reverse().map((column) => [column.name, column]));
}

function labelTrouble(label: "numbers" | "dates" | undefined, count: number, who: string): string {
  if (label)
    return `${who} makes ${label} of the columns' labels, which are then not the names in the model's signature; no payload mends that`;
  return `the columns have no names, and the model's signature requires ${count} by name`;
}

/** Which columns are missing, unknown, or in another order. */
function compareNames(columns: readonly InspectedColumn[], specs: readonly ColumnSpec[], to: Findings): void {
  const names = columns.map(({ name }) => name);
  const wanted = specs.map(({ name }) => name as string);
  const [known, asked] = [new Set(names), new Set(wanted)];
  const extra = names.filter((name) => !asked.has(name));
  const missing = specs.filter(({ name }) => !known.has(name as string));
  requireNames(
    missing.filter(({ required }) => required).map(({ name }) => name as string),
    extra,
    to,
  );
  for (const { name } of missing.filter(({ required }) => !required)) {
    const guess = nearest(name as string, extra);
    if (guess !== undefined)
      to.depend("F_COLUMN", `there is no ${JSON.stringify(name)}, which is optional; ${JSON.stringify(guess)} may be meant`);
  }
  dropNames(extra, to);
  const common = names.filter((name) => asked.has(name));
  const order = wanted.filter((name) => known.has(name));
  if (common.some((name, i) => name !== order[i]) && new Set(common).size === common.length)
    to.change("F_ORDER", `${to.who} puts the columns into the order of the model's signature, which does no harm`);
}

function requireNames(missing: readonly string[], extra: readonly string[], to: Findings): void {
  if (missing.length === 0) return;
  const guesses = missing.map((name) => nearest(name, extra)).filter((guess) => guess !== undefined);
  const hint = guesses.length === 0 ? "" : `; ${several([...new Set(guesses)])} may be meant`;
  to.refuse("F_COLUMN", `${to.who} refuses a payload without ${several(missing)}, which the model's signature requires${hint}`);
}

function dropNames(extra: readonly string[], to: Findings): void {
  if (extra.length > 0)
    to.change("F_EXTRA", `${to.who} drops ${several(extra)}: the model's signature does not have ${extra.length > 1 ? "them" : "it"}`);
}

/** `"a"`, `"a" and "b"`, or the first few of many. */
function several(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => JSON.stringify(name));
  if (names.length > shown.length) return `${shown.join(", ")} and ${names.length - shown.length} more`;
  const last = shown.pop() as string;
  return shown.length > 0 ? `${shown.join(", ")} and ${last}` : last;
}

/** A list for a model of columns: MLflow takes it for the only one there is. */
function enforceLoneArray(input: PythonInput & { kind: "array" }, specs: readonly ColumnSpec[], reading: Reading, to: Findings): void {
  const [spec, second] = specs;
  if (spec && !second && input.shape.length > 0) to.about(spec.name ?? "", () => castTo(input.cells, spec.type, reading, to));
  else if (input.shape.length > 0 && specs.every(({ required }) => !required))
    to.depend(
      "F_COLUMN",
      `${to.who} finds no names in a list: it refuses that, or gives the model none of it, as every column is optional`,
    );
  else
    to.refuse(
      "F_FORM",
      `${to.who} finds no names in a list, and the model's signature has ${specs.length === 1 ? "a column" : "columns"} by name`,
    );
}

/** Arrays become the columns of a DataFrame, so they must have one length; single cells become one row. */
function isTable(tensors: readonly InspectedColumn[], specs: readonly ColumnSpec[], to: Findings): boolean {
  if (specs.some(({ type }) => typeof type === "object" && type.type !== "map")) return true; // the object is one row
  const lengths = new Set(tensors.filter(({ scalar }) => !scalar).map(({ rows }) => rows));
  const stray = tensors.find(({ name }) => !specs.some((spec) => spec.name === name && spec.type !== "any"));
  if (lengths.size === 0 && stray) {
    to.refuse(
      "F_SHAPE",
      `${to.who} refuses a single value for ${JSON.stringify(stray.name)}, which has no type in the model's signature; send lists`,
    );
    return false;
  }
  if (lengths.size > 1) to.refuse("F_SHAPE", `${to.who} needs columns of one length; these have ${[...lengths].join(" and ")} rows`);
  return lengths.size <= 1;
}

function enforceUnnamed(input: PythonInput, specs: readonly ColumnSpec[], reading: Reading, to: Findings): void {
  const count = `${specs.length} column${specs.length === 1 ? "" : "s"} without names`;
  if (input.kind === "dict") {
    to.refuse("F_FORM", `${to.who} refuses an object of tensors where the model's signature has ${count}; send a list of rows`);
    return;
  }
  if (input.kind === "frame") {
    if (input.columns.length < specs.length) to.refuse("F_COLUMN", `${to.who} needs ${count}, and the rows have ${input.columns.length}`);
    else
      for (const [i, spec] of specs.entries()) {
        const column = input.columns[i] as InspectedColumn;
        // in a list of objects each column is an array that numpy has made by itself
        const check =
          reading === "ujson" || reading === "numpy"
            ? () => checkUncast(column, spec.type, reading, to)
            : () => castTo(column, spec.type, reading, to);
        if (reading === "numpy") to.about(column.name, () => judgeArray([column], "kept", to));
        to.about(column.name, check);
      }
    return;
  }
  const { shape, cells } = input;
  const width = shape.length < 2 ? 1 : (shape[1] as number);
  if (shape.length > 2 || width < specs.length || shape[0] === 0)
    to.refuse("F_SHAPE", `${to.who} needs rows of ${count}, and this is ${spellShape(shape)}`);
  else if (specs.some(({ type }) => type !== specs[0]?.type))
    to.depend("F_TYPE", "whether the cells of every column fit its type is not told in a list; validate it as a split");
  else castTo({ ...cells, shape: [] }, (specs[0] as ColumnSpec).type, reading, to);
}

/**
 * Azure ML casts by name alone, so a column without one must have its type already (_enforce_mlflow_datatype): numbers are
 * only widened within their kind, and objects become numbers where the type is double.
 */
function checkUncast(column: InspectedColumn, type: ColumnType, reading: "ujson" | "numpy", to: Findings): void {
  if (typeof type !== "string" || type === "any" || type === "sparkml-vector") return;
  const k = kindsOf(column);
  const bare = !k.strings && !k.booleans && !k.listed;
  const numbers = bare && (k.integers || k.floats || k.nans) && !isBeyond64(k);
  const whole = numbers && !k.floats && !k.nans && !k.nulls;
  const bits = whole && k.least >= 0n && k.greatest <= 1n;
  const booleans = k.booleans && !k.strings && !k.integers && !k.floats && !k.nans && !k.nulls;
  const str = isStr(k, to);
  const objects = reading === "ujson" || k.strings || k.nulls || k.listed || isBeyond64(k);
  const fits: Readonly<Record<ScalarType, boolean>> = {
    boolean: !numbers && !str && (k.nulls ? !bare || isBeyond64(k) : true),
    integer: false,
    long: whole && k.greatest < 2n ** 63n,
    float: bits,
    double: (!whole || bits) && !booleans && !str,
    string: objects,
    binary: objects,
    datetime: !numbers && !k.booleans && !str && (k.strings || k.rows === 0),
  };
  if (!fits[type])
    to.refuse("F_TYPE", `${to.who} casts columns by name alone, and refuses ${column.dtype} for a ${type} column without one`);
  else if (type === "boolean" && column.cells.strings?.lone) to.change("F_ENCODING", LONE_LOST);
  // pandas.to_numeric reads the empty text, too
  else if (type !== "long" && type !== "boolean") castTo(type === "double" ? withoutEmpty(column) : column, type, "ujson", to);
}

function withoutEmpty(column: InspectedColumn): InspectedColumn {
  const { strings } = column.cells;
  if (!strings) return column;
  return {
    ...column,
    cells: { ...column.cells, strings: { ...strings, looks: strings.looks.map((look) => (look === "empty" ? "nan" : look)) } },
  };
}

const DATED: Readonly<Record<ScalarType, "keeps" | "refuses" | "changes">> = {
  datetime: "keeps",
  string: "changes",
  binary: "changes",
  long: "changes",
  boolean: "changes",
  integer: "refuses",
  float: "refuses",
  double: "refuses",
};

function castTo(column: InspectedColumn, type: ColumnType, reading: Reading, to: Findings): void {
  if (type === "any" || type === "sparkml-vector") return;
  if (typeof type === "object") {
    castNested(column, type, reading, to);
    return;
  }
  if (reading === "parquet") {
    judgeStored(column, type, to);
    return;
  }
  const dated = reading === "ujson" && isDateName(column.name, to) ? becomesDate(column) : "no";
  if (dated === "yes") castDated(column, type, to);
  else if (dated === "maybe")
    to.depend("F_DATE", `${to.who} makes dates of what pandas can read as such, for the column's name, and refuses or changes them then`);
  else castColumn(column, type, reading, to);
}

/** Of lists and objects only the ranks are known here. */
function castNested(column: InspectedColumn, type: ColumnType & object, reading: Reading, to: Findings): void {
  const k = kindsOf(column);
  const single = k.integers || k.floats || k.nans || k.booleans || k.strings;
  const fits = reading === "numpy" ? shapeOf(column).length === depthOf(type) : k.rows === 0 || (k.listed && !single);
  if (!fits) to.refuse("F_TYPE", `${to.who} refuses such cells in a column of ${spell(type)}`);
  else if (k.rows > 0) to.depend("F_TYPE", `whether every cell is ${spell(type)} is not checked here`);
}

/** Lists around a single value; -1 where it is not lists alone. */
function depthOf(type: ColumnType): number {
  if (typeof type === "string") return 0;
  const inner = type.type === "array" ? depthOf(type.items) : -1;
  return inner < 0 ? -1 : inner + 1;
}

/** Azure ML casts after pandas has made dates of a column for its name. */
function castDated(column: InspectedColumn, type: ScalarType, to: Findings): void {
  const why = `pandas takes ${JSON.stringify(column.name)} for the name of dates`;
  const zoned = column.cells.strings?.looks.includes("zoned") ?? false;
  if (type === "datetime" && zoned)
    to.refuse("F_DATE", `${to.who} refuses times with Z or an offset in a datetime column; write them in UTC, without one`);
  else if (DATED[type] === "refuses")
    to.refuse("F_DATE", `${to.who} refuses this ${type} column: ${why}, and makes dates of its cells first; name it otherwise`);
  else if (DATED[type] === "changes") {
    const what = type === "long" ? "nanoseconds since 1970" : type === "boolean" ? "true" : "Timestamps";
    to.change("F_DATE", `${to.who} gives the model ${what}: ${why}; name it otherwise, in payload and model`);
    if (zoned && type === "long") to.depend("F_DATE", "times with different offsets are refused");
  } else if (column.cells.strings?.looks.includes("empty")) to.change("F_DATE", "empty texts become NaT in a datetime column");
  else if (column.cells.integers || column.cells.floats)
    to.change("F_DATE", `${to.who} reads these numbers as seconds, milliseconds … since 1970, by their size: ${why}`);
}

// ---- tensors

function enforceTensor(input: PythonInput, spec: TensorSpec, reading: Reading, to: Findings): void {
  if (input.kind === "dict")
    to.refuse("F_FORM", `${to.who} refuses an object of tensors where the model takes one without a name; send a list`);
  else if (input.kind === "array") enforceArray(input.cells, input.shape, spec, reading, to);
  else frameAsTensor(input, spec, reading, to);
}

function enforceTensors(input: PythonInput, specs: readonly TensorSpec[], reading: Reading, to: Findings): void {
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
  else if (spec.dtype === "object" && column.nulls > 0)
    to.depend("F_NULL", "null in the first row is refused, and numbers beside null become float64");
  else if (reading === "frame" && column.cells.strings?.lone && isStr(kindsOf(column), to)) to.refuse("F_ENCODING", LONE);
  else if (lists) to.depend("F_SHAPE", `the lists must have ${product(inner)} numbers each, which is not checked here`);
  else castTensor(column, spec.dtype, reading, to);
}

function spellShape(shape: readonly number[]): string {
  return shape.length === 0 ? "a single value" : `a tensor of shape (${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
}
