// Whether MLflow's pyfunc takes what its server, or Azure ML's scoring script, made of a payload (mlflow/models/utils.py,
// _enforce_schema), and what the casts before it do to the cells (cast.ts).
import type { Reading } from "../dialects/index.js";
import { nearest } from "../errors.js";
import { castTo } from "./cast-signature.js";
import { enforceTensor, enforceTensors } from "./enforce-tensors.js";
import { checkUncast, enforceUnnamed } from "./enforce-unnamed.js";
import type { Findings } from "./finding.js";
import { labelsBecome, perhapsDates } from "./guess.js";
import type { InspectedColumn } from "./inspection.js";
import { dropNames, firstOf, requireNames } from "./names.js";
import type { PythonInput } from "./python-input.js";
import type { ColumnSpec, Schema } from "./signature.js";

export function enforce(input: PythonInput, schema: Schema, reading: Reading, to: Findings): void {
  if (schema.kind === "columns") {
    if (schema.columns[0]?.name === undefined) enforceUnnamed(input, schema.columns, reading, to);
    else enforceColumns(input, schema.columns, reading, to);
  } else if (schema.kind === "tensor") enforceTensor(input, schema.tensor, reading, to);
  else enforceTensors(input, schema.tensors, reading, to);
}

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
  if (label === "maybe") to.depend("F_LABEL", perhapsDates(to.who));
  else if (!named || label !== undefined) {
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
    if (input.kind === "dict" && columns.length > 1 && typeof spec.type === "object" && column.rows === 0)
      to.about(column.name, () =>
        to.depend("F_SHAPE", `${to.who} makes one row of the object, and refuses lists in it for columns of single values, but for texts`),
      );
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
