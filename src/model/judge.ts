// What a server does with a payload in a form of its own dialect.
import { type Dialect, dialectOf, type Form, type Reading } from "../dialects/index.js";
import { nearest, optionText } from "../errors.js";
import { judgeLoneLost, LONE } from "./cast.js";
import { enforce } from "./enforce.js";
import type { Findings } from "./finding.js";
import { judgeHints } from "./hints.js";
import { inferColumn, judgeDigits, judgeLabels, judgeRagged } from "./infer.js";
import type { InspectedColumn, Payload } from "./inspection.js";
import { beyondDoubles, isStr, kindsOf, shapeOf } from "./kinds.js";
import { judgeParams } from "./params.js";
import type { PythonInput } from "./python-input.js";
import { SERVERS } from "./servers.js";
import { isScalarType, type Schema, type Signature } from "./signature.js";

/** What is known of the model: `null` where it has no signature, undefined where nobody said. */
export interface Served {
  readonly signature: Signature | null | undefined;
  /** Type of its input example. */
  readonly example: string | undefined;
  /** The signature is that of Python's type hints. */
  readonly typeHints: boolean;
}

/** `server`: whose limits count, where the form is one that others take, too. */
export function judge(payload: Payload, form: Form, model: Served, to: Findings, server: Dialect = dialectOf(form)): void {
  const { rules } = dialectOf(form);
  judgeEnvelope(payload, form, model, to);
  judgeSize(payload, server, to);
  judgeText(payload, form, to);
  judgeRank(payload, form, model, to);
  if (rules === "azureml") judgeAzure(payload, model, to);
  else if (rules === "mlflow") judgeMlflow(payload, form, model, to);
  else if (rules) SERVERS[rules](payload, form, model.signature, to);
}

// ---- around the cargo

function judgeEnvelope({ siblings, params, given }: Payload, form: Form, { signature }: Served, to: Findings): void {
  const dialect = dialectOf(form);
  const known = [...(dialect.params === undefined ? [] : [dialect.params]), ...dialect.siblings];
  for (const key of siblings.filter((key) => !known.includes(key))) {
    if (key === dialect.wins) {
      to.change("F_KEY", `${to.who} takes ${JSON.stringify(key)}, and drops ${JSON.stringify(form.key)}`);
      continue;
    }
    const guess = nearest(key, known) ?? (/param/i.test(key) ? dialect.params : undefined);
    to.change(
      "F_KEY",
      `${to.who} drops ${JSON.stringify(key)} without a word${guess === undefined ? "" : `; ${JSON.stringify(guess)} may be meant`}`,
    );
  }
  if (params && form.paramsWithin !== undefined && !siblings.includes(dialect.params ?? ""))
    to.depend(
      "F_PARAMS",
      `${to.who}'s own scoring script takes ${JSON.stringify(form.paramsWithin)} under ${form.key} for a tensor; a language model's script takes them for parameters`,
    );
  const held = dialect.rules === "mlflow" || dialect.rules === "azureml";
  if (params && given && siblings.includes(dialect.params ?? "") && held && signature !== undefined)
    judgeParams(given, signature?.params, to);
}

function judgeSize({ bytes }: Payload, { maxBytes, softLimit }: Dialect, to: Findings): void {
  if (maxBytes === undefined || bytes <= maxBytes) return;
  const limit = `${bytes} bytes, and ${to.who} takes ${maxBytes}`;
  if (softLimit !== undefined) to.depend("F_SIZE", `${limit} ${softLimit}, or cut the payload`);
  else to.refuse("F_SIZE", `${limit} in a request; cut the payload`);
}

/** What the server's parser refuses or cannot hold, whatever the model. */
function judgeText({ columns }: Payload, form: Form, to: Findings): void {
  const dialect = dialectOf(form);
  if (dialect.way !== undefined) return;
  for (const column of columns)
    to.about(column.name, () => {
      const k = kindsOf(column);
      if (column.cells.integers?.endless && form.reading !== undefined && form.reading !== "csv")
        to.refuse("F_RANGE", `Python reads no whole number of more than 4,300 digits, and so ${to.who} refuses it`);
      if (k.nans && dialect.nan === "error") to.refuse("F_NAN", `${to.who} reads no NaN and no Infinity`);
      if (k.nulls && (form.refusesNull || dialect.missing === "error")) to.refuse("F_NULL", `${to.who} refuses null in every type`);
      const numbers = k.integers || k.floats || k.nans;
      const kinds = [k.strings && "texts", k.booleans && "true and false", numbers && "numbers"].filter((kind) => kind !== false);
      if (form.oneKind && kinds.length > 1)
        to.refuse("F_TYPE", `${to.who} gives all cells of a tensor one dtype, and refuses ${kinds.join(" beside ")}`);
      if (dialect.doubles && beyondDoubles(k))
        to.change("F_RANGE", `${to.who} carries every number as a double: whole numbers beyond 2^53 are rounded`);
    });
}

/** numpy has arrays of 64 dimensions at most; MLflow makes none for a single column of type any. */
function judgeRank({ layout, columns }: Payload, { maxRank, layouts }: Form, { signature }: Served, to: Findings): void {
  if (signature?.inputs?.kind === "columns" && signature.inputs.columns.every(({ type }) => type === "any")) return;
  if (maxRank === undefined || !layouts.includes(layout) || (layout !== "tensor" && layout !== "named")) return;
  for (const column of columns)
    if (shapeOf(column).length > maxRank)
      to.about(column.name, () => to.refuse("F_SHAPE", `${to.who} takes tensors of ${maxRank} dimensions at most`));
}

// ---- Azure ML

function judgeAzure(payload: Payload, model: Served, to: Findings): void {
  const { layout, labels } = payload;
  const schema = model.signature?.inputs;
  if (schema && cannotStart(schema)) {
    to.refuse(
      "F_MODEL",
      `${to.who}'s own scoring script does not start with ${cannotStart(schema)} in the signature; deploy with a script of your own`,
    );
    return;
  }
  // since pandas 3 the script fails to read the example, and goes on with the signature
  if (model.example !== undefined && !to.since("pandas", "3"))
    to.depend("F_MODEL", `${to.who} takes the types of the model's input example for those of the signature`);
  if (layout === "frame") judgeAzureFrame(payload, model, to);
  else if (schema?.kind === "columns")
    to.refuse(
      "F_FORM",
      `${to.who} takes split, not ${layout === "tensor" ? "a list" : "an object of lists"}, where the model's signature has columns`,
    );
  else if (schema && (schema.kind === "tensors") !== (layout === "named")) to.refuse("F_FORM", wantsTensor(schema, to.who));
  else if (layout === "tensor" && payload.columns[0]?.scalar) to.refuse("F_FORM", `${to.who} refuses a single value for input_data`);
  else {
    if (model.signature === undefined)
      to.depend(
        "F_FORM",
        `${to.who} takes this unless the model's signature has columns; say which model it is with ${optionText("model")}`,
      );
    judgePython(pythonOf(payload, false), schema, "numpy", to);
    if (schema) judgeShortened(schema, payload, to);
  }
  if (layout === "named" && schema)
    for (const { name, scalar } of payload.columns)
      if (scalar) to.about(name, () => to.refuse("F_SHAPE", `${to.who} needs a list for every tensor`));
  if (labels?.columns === "others" || labels?.columns === "texts") judgeDuplicates(payload, to);
}

/** The script makes a sample of the signature by numpy.zeros and pandas' types, and ends with an exception where that fails. */
function cannotStart(schema: Schema): string | undefined {
  if (schema.kind === "columns")
    return schema.columns.some(({ type }) => typeof type === "object" || type === "any") ? "nested types or any" : undefined;
  const specs = schema.kind === "tensor" ? [schema.tensor] : schema.tensors;
  return specs.some(({ shape }) => shape.slice(1).includes(-1)) ? "a length of -1 behind the first" : undefined;
}

function wantsTensor(schema: Schema, who: string): string {
  return schema.kind === "tensors"
    ? `${who} takes an object of tensors, as the model's signature has: ${schema.tensors.map(({ name }) => name).join(", ")}`
    : `${who} takes a list, where the model's signature has a tensor without a name ("expected an array of items")`;
}

function judgeAzureFrame(payload: Payload, model: Served, to: Findings): void {
  const { labels } = payload;
  const schema = model.signature?.inputs;
  const named = labels?.columns === "texts" || labels?.columns === "others";
  const whole = labels?.index === true && labels.columns !== "none";
  if (schema?.kind === "tensor" || (schema?.kind === "tensors" && !whole)) {
    to.refuse("F_FORM", wantsTensor(schema, to.who));
    return;
  }
  if (!named && (schema || whole)) {
    to.refuse("F_LABEL", `${to.who} needs the names of the columns (KeyError: 'columns')`);
    return;
  }
  // up to pandas 2 read_json takes text for what it is
  const lost = whole && schema?.kind !== "columns" && to.since("pandas", "3");
  const path = "its scoring script hands the text to pandas.read_json, which takes it for a path since pandas 3";
  if (lost && model.signature !== undefined) {
    to.refuse("F_FORM", `${to.who} refuses a split where the model's signature has no columns: ${path}; log the model with a signature`);
    return;
  }
  if (!schema && !whole) {
    const missing = labels?.index ? "columns" : "an index";
    const what = `${to.who} makes no frame of a split without ${missing}, but hands the model an object of arrays`;
    if (model.signature === undefined) to.depend("F_INDEX", `${what}, unless the model's signature has columns`);
    else to.change("F_INDEX", what);
    if (payload.columns.some(({ cells }) => cells.nested))
      to.depend("F_SHAPE", "numpy refuses lists beside single values, and lists that differ in length");
    if (model.signature === null) return;
  }
  if (model.signature === undefined) {
    const taken = lost
      ? `takes a split where the model's signature has columns, and refuses it otherwise: ${path}`
      : "takes a frame unless the model's signature is a tensor";
    to.depend("F_FORM", `${to.who} ${taken}; say which model it is with ${optionText("model")}`);
  }
  judgePython(pythonOf(payload, named), schema, "ujson", to);
  if (schema)
    for (const column of unasked(payload.columns, schema))
      if (column.cells.strings?.lone && isStr(kindsOf(column), to)) to.about(column.name, () => judgeLoneLost(kindsOf(column), to));
}

function judgeDuplicates({ columns }: Payload, to: Findings): void {
  const names = columns.map(({ name }) => name);
  const [twice] = repeated(names);
  if (twice !== undefined) to.change("F_LABEL", `${to.who} renames columns that occur twice: ${twice}, ${twice}.1`);
}

/** numpy.zeros of dtype str holds one letter, and the array that the script makes of the payload has its dtype. */
function judgeShortened(schema: Schema, { rows }: Payload, to: Findings): void {
  if (rows === 0) return;
  const specs = schema.kind === "tensor" ? [schema.tensor] : schema.kind === "tensors" ? schema.tensors : [];
  for (const { name, dtype } of specs)
    if (/^(str|bytes)/.test(dtype))
      to.about(name ?? "", () =>
        to.change("F_CAST", `${to.who}'s scoring script keeps the first letter of every text of a ${dtype} tensor`),
      );
}

// ---- MLflow

function judgeMlflow(payload: Payload, form: Form, { signature, typeHints }: Served, to: Findings): void {
  const { layout, labels, rows, columns } = payload;
  const schema = signature?.inputs;
  if (form.reading === "parquet" && !to.since("mlflow", "3.10")) {
    to.refuse("F_FORM", `${to.who} takes Parquet (application/vnd.apache.parquet) since 3.10 alone`);
    return;
  }
  if (typeHints && schema) {
    judgeHints(payload, form, schema, to);
    return;
  }
  const reading = form.reading as Reading;
  // Schema.pandas_types
  if (reading === "csv" && schema && !(schema.kind === "columns" && schema.columns.every(({ type }) => isScalarType(type)))) {
    to.refuse("F_MODEL", `${to.who} takes text/csv where the model's signature has columns of single values alone`);
    return;
  }
  const unnamed = schema?.kind === "columns" && schema.columns[0]?.name === undefined;
  const input = pythonOf(payload, !unnamed && (labels === undefined || labels.columns === "texts"), form, unnamed);
  if (input.kind === "array" && schema) judgeBare(input, schema, rows, to);
  if (layout === "records" && form.key === "inputs") judgeObjects(columns, schema, to);
  if (layout === "records" && form.key === "instances" && columns.some(({ nulls }) => nulls > 0))
    to.depend(
      "F_COLUMN",
      `${to.who} refuses instances of which some lack a key, or mixes up their rows; here a key that is missing counts as null`,
    );
  if (
    layout === "records" &&
    form.key === "instances" &&
    schema?.kind === "tensors" &&
    schema.tensors.some(({ dtype }) => dtype === "object")
  )
    to.change("F_CAST", `${to.who} makes an array of one cell of every cell in a list of objects, where the tensor's dtype is object`);
  if (layout === "records" && form.key === "instances" && schema) refuseRagged(columns, schema, to);
  if (input.kind === "dict" && input.equalRows && !schema) judgeInstances(input.tensors, to);
  if (input.kind === "frame" && reading === "frame" && schema) refuseDuplicates(columns, schema, to);
  if (schema && labels?.index) judgeTorn(columns, schema, to);
  if (!to.refused) judgePython(input, schema, reading, to);
  if (schema && layout !== "tensor" && to.since("pandas", "3"))
    for (const column of unasked(columns, schema))
      to.about(column.name, () => {
        // the columns of a list of objects under inputs are picked before they are a frame's; arrays for tensors never are one's
        const numpy = schema.kind === "columns" && !(layout === "records" && form.key === "inputs" && !holds(schema, column));
        if (column.cells.strings?.lone && (reading === "frame" ? isStr(kindsOf(column), to) : reading === "numpy" && numpy))
          to.refuse("F_ENCODING", LONE);
      });
}

/** Columns that no type of the signature's casts: those that it does not have, and those of type any. */
function unasked(columns: readonly InspectedColumn[], schema: Schema): readonly InspectedColumn[] {
  if (schema.kind === "tensor") return [];
  const specs = schema.kind === "tensors" ? schema.tensors : schema.columns.filter(({ type }) => type !== "any");
  if (schema.kind === "columns" && schema.columns[0]?.name === undefined) return columns.slice(schema.columns.length);
  return columns.filter(({ name }) => !specs.some((spec) => spec.name === name));
}

function holds(schema: Schema & { kind: "columns" }, { name }: InspectedColumn): boolean {
  return schema.columns.some((spec) => spec.name === name);
}

/** Each column of a list of objects under instances is an array before any cast; lists and objects that have their type are judged by that. */
function refuseRagged(columns: readonly InspectedColumn[], schema: Schema, to: Findings): void {
  const holders: readonly (string | undefined)[] =
    schema.kind === "columns"
      ? schema.columns.filter(({ type }) => typeof type === "object").map(({ name }) => name)
      : (schema.kind === "tensor" ? [schema.tensor] : schema.tensors).filter(({ dtype }) => dtype === "object").map(({ name }) => name);
  for (const column of columns) if (!holders.includes(column.name)) to.about(column.name, () => judgeRagged(column, to));
}

/** A list of objects under inputs is a DataFrame where the signature has columns, cast cell by cell. */
function judgeObjects(columns: readonly InspectedColumn[], schema: Schema | undefined, to: Findings): void {
  if (!schema) to.change("F_FORM", "without a signature the model is given a list of objects of arrays, each of one cell, and no frame");
  else if (schema.kind !== "columns" || schema.columns[0]?.name === undefined)
    to.refuse("F_FORM", `${to.who} takes a list of objects under inputs where the model's signature has columns by name`);
  for (const { name, nulls } of columns)
    if (nulls > 0) to.about(name, () => to.depend("F_NULL", "a key that is missing is NaN, and null is what it is in inputs"));
}

/** Up to MLflow 3.16 columns of lists and objects are put together by position, and the others by the index. */
function judgeTorn(columns: readonly InspectedColumn[], schema: Schema, to: Findings): void {
  const nested = schema.kind === "columns" && schema.columns.some(({ type }) => typeof type === "object");
  if (nested && columns.length > 1 && !to.since("mlflow", "3.17"))
    to.depend("F_INDEX", `${to.who} tears the rows apart where the index is not 0, 1, 2 …: send the split without one`);
}

/** Lists and single values that never become an array. */
function judgeBare({ shape, cells }: PythonInput & { kind: "array" }, schema: Schema, rows: number, to: Findings): void {
  const unnamed = schema.kind === "tensor" || (schema.kind === "columns" && schema.columns[0]?.name === undefined);
  if (unnamed && shape.length === 1 && rows === 0)
    to.refuse("F_SHAPE", `${to.who} refuses an empty list where the model's signature has no names`);
  else if (shape.length === 0 && cells.nulls > 0) to.refuse("F_NULL", `${to.who} refuses a payload that is null`);
}

function judgeInstances(tensors: readonly InspectedColumn[], to: Findings): void {
  const lengths = new Set(tensors.map((tensor) => shapeOf(tensor)[0]));
  if (lengths.size > 1 || lengths.has(undefined))
    to.refuse("F_SHAPE", `${to.who} needs the same number of rows in every tensor of instances; send inputs`);
}

/** `frame[name]` is two columns then, which no cast takes. */
function refuseDuplicates(columns: readonly InspectedColumn[], schema: Schema, to: Findings): void {
  const names = columns.map(({ name }) => name);
  const typed = schema.kind === "columns" ? schema.columns.filter(({ type }) => type !== "any") : [];
  const wanted = (schema.kind === "tensors" ? schema.tensors : typed).map(({ name }, i) => name ?? names[i]);
  const again = repeated(names);
  const twice = wanted.find((name) => name !== undefined && again.has(name));
  if (twice !== undefined)
    to.refuse("F_LABEL", `${to.who} refuses two columns of the name ${JSON.stringify(twice)}, which the model's signature has once`);
}

/** Names that stand there more than once, in the order of their second places. */
function repeated(names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(names.filter((name) => seen.size === seen.add(name).size));
}

// ---- both

function pythonOf(payload: Payload, named: boolean, form?: Form, unnamed = false): PythonInput {
  const { layout, columns, rows, labels } = payload;
  const [first] = columns;
  if (layout === "tensor" && first) return { kind: "array", cells: first, shape: shapeOf(first) };
  const listed = layout === "records" && form?.reading === "numpy";
  if (layout === "named" || (listed && !(unnamed && form?.key === "instances")))
    return { kind: "dict", tensors: columns, equalRows: form?.equalRows ?? false };
  return { kind: "frame", columns, named, rows, ...(labels?.index && !labels.fromZero && { counted: false }) };
}

function judgePython(input: PythonInput, schema: Schema | undefined, reading: Reading, to: Findings): void {
  const columns = input.kind === "frame" ? input.columns : input.kind === "dict" ? input.tensors : [input.cells];
  if (reading === "ujson") judgeUjson(columns, to);
  if (to.refused) return;
  if (schema) enforce(input, schema, reading, to);
  else {
    if (reading === "ujson") judgeLabels(columns, to);
    if (reading !== "parquet") for (const column of columns) to.about(column.name, () => inferColumn(column, reading, to));
  }
  if (reading === "ujson" || reading === "csv") judgeDigits(columns, schema, reading, to);
}

/** pandas' ujson reads whole numbers up to 2^64 - 1, and no further. */
function judgeUjson(columns: readonly InspectedColumn[], to: Findings): void {
  for (const column of columns) {
    const { integers, least, greatest } = kindsOf(column);
    if (integers && (greatest >= 2n ** 64n || least < -(2n ** 63n)))
      to.about(column.name, () => to.refuse("F_RANGE", `${to.who} refuses whole numbers of more than 64 bits ("Value is too big!")`));
  }
}
