// What MLServer makes of Open Inference Protocol's inputs: how each is decoded by its content type, and what all of them are together.
//
// Run, kind by kind, on MLServer 1.7.1's own REST application with pandas 3.1.1 and numpy 2.4 (test/model/record_oip.py), unless a rule says
// that it was read. Its parser is orjson, its model of a request pydantic's (types/dataplane.py), its decoders are codecs/.

import type { Form } from "../dialects/index.js";
import { castTensor, refusalOf } from "./cast.js";
import { DTYPES, hasNumbers, isInteger, refuseUnparsed } from "./datatype.js";
import type { Findings } from "./finding.js";
import type { InspectedColumn, InspectedInput, Inspection } from "./inspection.js";
import { type Kinds, kindsOf, onlyLooks } from "./kinds.js";
import { judgeKserveInputs } from "./kserve-inputs.js";
import { judgeSigned } from "./mlserver-model.js";
import type { ColumnType, Signature } from "./signature.js";

type Request = Pick<Inspection, "columns" | "request" | "siblings">;

export function judgeMlserver(payload: Request, _: Form, signature: Signature | null | undefined, to: Findings): void {
  judgeRequest(payload, to);
  const content = payload.request?.content ?? contentOf(signature);
  const framed = content === "pd";
  judgeTogether(payload, content, signature, to);
  for (const column of payload.columns)
    to.about(column.name, () => {
      if (column.input)
        judgeInput(
          column,
          column.input,
          { framed, content, own: ownOf(column, signature) ?? (content === "str" ? content : undefined) },
          to,
        );
    });
  if (signature) judgeSigned(payload.columns, content, signature, to);
  judgeKserveInputs(payload, framed, to);
}

/** What the parser refuses, and pydantic. */
function judgeRequest({ columns, request }: Request, to: Findings): void {
  for (const key of request?.odd ?? [])
    to.refuse("F_MEMBER", `${to.who} refuses ${JSON.stringify(key)} of another kind than the protocol's`);
  for (const column of columns)
    to.about(column.name, () => {
      if (column.nans > 0) to.refuse("F_NAN", `${to.who} reads no NaN and no Infinity; write null`);
      refuseUnparsed(column, to);
      if (column.input?.datatype === "BF16") to.refuse("F_DTYPE", `${to.who} does not know BF16; send FP32`);
    });
}

/** mlserver-mlflow takes for the request's content type what suits the model's signature (metadata.py; run). */
function contentOf(signature: Signature | null | undefined): string | undefined {
  const kind = signature?.inputs?.kind;
  return kind === undefined ? undefined : { columns: "pd", tensor: "np", tensors: "dict" }[kind];
}

/** An input's own content type, or the one of its column in the signature (metadata.py; run). */
function ownOf({ name, input }: InspectedColumn, signature: Signature | null | undefined): string | undefined {
  if (input?.content !== undefined) return input.content;
  const schema = signature?.inputs;
  if (schema?.kind === "columns") return ownType(schema.columns.find((column) => column.name === name)?.type);
  return schema?.kind === "tensors" && schema.tensors.some((tensor) => tensor.name === name) ? "np" : undefined;
}

function ownType(type: ColumnType | undefined): string | undefined {
  if (type === undefined || typeof type === "object" || type === "any") return undefined;
  return { string: "str", binary: "base64", datetime: "datetime" }[type as string] ?? "np";
}

/** What all inputs are together. */
function judgeTogether({ columns }: Request, content: string | undefined, signature: Signature | null | undefined, to: Findings): void {
  const known = content !== undefined && ["pd", "np", "str", "dict"].includes(content);
  if ((content === "np" || content === "str") && columns.length !== 1)
    to.refuse("F_FORM", `${to.who} takes one input for content type ${content}, and these are ${columns.length}`);
  if (known) return;
  const arrays = columns.length === 1 ? "take it for an array" : "refuse more than one input";
  if (signature === null)
    to.change("F_FORM", `${to.who} gives the model the request itself: it has no content type, and the model no signature; say pd or np`);
  else if (columns.length !== 1 || columns[0]?.input?.content === undefined)
    to.depend(
      "F_FORM",
      `without a content type it is the model that tells ${to.who} what these inputs are: scikit-learn's and XGBoost's ${arrays}, and MLflow's without a signature is given the request itself`,
    );
}

// ---- one input

interface Decoding {
  /** What all inputs are together. */
  readonly content: string | undefined;
  /** It is a column of a DataFrame. */
  readonly framed: boolean;
  /** The content type that holds for it alone. */
  readonly own: string | undefined;
}

function judgeInput(column: InspectedColumn, input: InspectedInput, { framed, content, own }: Decoding, to: Findings): void {
  if (input.datatype === "BF16") return;
  if (own !== undefined && own !== "np" && !input.nested && column.rows > 0 && (innerOf(input.shape) !== 1 || input.shape.length > 2)) {
    to.change("F_SHAPE", `${to.who} gives the model one list of these texts, whatever the shape: content type ${own}`);
    if (column.cells.nested) {
      to.depend("F_TYPE", `whether the cells are texts for content type ${own} is not checked where they are several a row`);
      return;
    }
  }
  if (content === "dict" && own === undefined) return; // it stays a list
  if (own === "str") decodeText(column, input, framed, to);
  else if (own === "datetime") decodeDates(column, input, framed, to);
  else if (own === "base64") decodeBytes(column, input, framed, to);
  else if (framed && own !== "np") series(column, input, to);
  else array(column, input, framed, to);
}

/** NumpyCodec: `np.array(data, dtype)`, in the shape that is said. */
function array(column: InspectedColumn, { datatype, shape, nested }: InspectedInput, framed: boolean, to: Findings): void {
  const inner = innerOf(shape);
  if (framed && inner !== 1 && column.rows > 0)
    to.refuse(
      "F_SHAPE",
      `${to.who} makes no column of an array of ${inner} numbers a row; leave out its content type np, or send np for all`,
    );
  if (datatype === "BYTES") texts(column, shape, nested, to);
  else castNumbers(column, datatype, to);
}

function texts(column: InspectedColumn, shape: readonly number[], nested: boolean, to: Findings): void {
  const k = kindsOf({ ...column, shape: [] });
  // an empty list is taken for one of buffers, of which there is none to put together
  if (column.rows === 0) to.refuse("F_SHAPE", `${to.who} refuses an array of no texts`);
  else if ((nested || hasNumbers(k) || k.booleans || k.nulls) && column.cells.strings?.ascii === false)
    to.refuse("F_ENCODING", `${to.who} makes bytes of BYTES that are nested, or not all texts, and refuses letters beyond ASCII in them`);
  else if (hasNumbers(k) || k.booleans || k.nulls)
    to.change("F_CAST", `${to.who} makes bytes of these BYTES, cut to a length, since not all are texts: null becomes b"No"`);
  else if (nested)
    to.change(
      "F_CAST",
      `${to.who} makes bytes of nested texts, cut to the length of the last dimension, ${shape.at(-1) ?? 0}; send them flat`,
    );
}

function castNumbers(column: InspectedColumn, datatype: string, to: Findings): void {
  castTensor(column, DTYPES[datatype] as string, "numpy", to);
}

/** PandasCodec: `pd.Series(data, dtype)`, whatever the shape. */
function series(column: InspectedColumn, input: InspectedInput, to: Findings): void {
  const { datatype, nested, shape } = input;
  const inner = innerOf(shape);
  if (column.rows === 0) return;
  if (nested) judgeLists(column, datatype, shape, to);
  else if (inner !== 1)
    to.change("F_SHAPE", `${to.who} ignores shapes in a frame: ${shape.join(" x ")} in one list become ${(shape[0] ?? 1) * inner} rows`);
  if (nested) return;
  if (column.cells.nested) to.depend("F_TYPE", `whether the cells fit ${datatype} is not checked where they are several a row`);
  else if (datatype === "BYTES") judgeTexts(column, to);
  else if (isInteger(datatype) && column.cells.floats?.fractions)
    to.refuse("F_CAST", `${to.who} refuses fractions in a column of ${datatype}`);
  else castNumbers(column, datatype, to);
}

function judgeLists(column: InspectedColumn, datatype: string, shape: readonly number[], to: Findings): void {
  // an array of the datatype is made first, and then left
  const dtype = DTYPES[datatype];
  const fractions = isInteger(datatype) && column.cells.floats?.fractions;
  const unseen = column.cells.nested === true;
  if (unseen && datatype !== "BYTES")
    to.depend("F_TYPE", `${to.who} refuses cells that do not fit ${datatype}, which is not checked where they are several a row`);
  const found = dtype === undefined || unseen ? undefined : refusalOf(column, dtype, "numpy", to);
  const refusal = fractions ? (["F_CAST", "fractions"] as const) : found;
  if (refusal) to.refuse(refusal[0], `${to.who} refuses ${refusal[1]} in a column of ${datatype}`);
  else if (datatype === "BYTES" && innerOf(shape) !== 1)
    to.depend("F_SHAPE", `${to.who} makes a column of lists of these texts; KServe refuses them`);
  else
    to.change(
      "F_SHAPE",
      `${to.who} ignores shapes in a frame: the cells become ${datatype === "BYTES" ? "lists" : "tuples"}, in a column of objects; send a flat list`,
    );
}

/** A column of BYTES has the type that pandas finds for its cells. */
function judgeTexts(column: InspectedColumn, to: Findings): void {
  const k = kindsOf({ ...column, shape: [] });
  if (hasNumbers(k) || k.booleans)
    to.change("F_CAST", `${to.who} gives the model numbers, true and false as they are: what is BYTES should be text`);
  judgeGaps(k, to);
}

/** pandas 3 has a type for text, in which a gap is NaN; in any pandas it is NaN in a column of numbers. */
function judgeGaps(k: Kinds, to: Findings): void {
  if (k.nulls && ((k.strings && to.since("pandas", "3")) || (hasNumbers(k) && !k.strings && !k.booleans)))
    to.change("F_NULL", `null becomes NaN in a column of BYTES, and not None`);
}

function innerOf(shape: readonly number[]): number {
  return shape.slice(1).reduce((product, length) => product * length, 1);
}

// ---- codecs of text

/** StringCodec: what is no text becomes the empty one. */
function decodeText(column: InspectedColumn, { datatype, nested }: InspectedInput, framed: boolean, to: Findings): void {
  const k = flatKinds(column, nested);
  const others = hasNumbers(k) || k.booleans || k.listed;
  if (framed && datatype !== "BYTES") {
    textSeries(column, datatype, others, to);
    return;
  }
  if (others) to.change("F_CAST", `${to.who} makes empty texts of what is no text: content type str`);
  if (framed && k.nulls && (k.strings || others) && to.since("pandas", "3"))
    to.change("F_NULL", `null becomes NaN in a column of BYTES, and not None`);
}

/** Of flat data, whatever the shape says; the cells of others are lists. */
function flatKinds(column: InspectedColumn, nested: boolean): Kinds {
  // in a frame flat data of several numbers a row were cut into lists
  const cut = innerOf(column.input?.shape ?? []) !== 1;
  return { ...kindsOf({ ...column, shape: [] }), listed: nested || (column.cells.nested === true && !cut) };
}

/** A column of texts that is to be one of numbers. */
function textSeries(column: InspectedColumn, datatype: string, others: boolean, to: Findings): void {
  const wrong = `content type str makes texts of a column of ${datatype}`;
  if (column.rows === 0) return;
  if (datatype === "BOOL") to.change("F_CAST", `${wrong}, of which every one but the empty becomes true`);
  else if (others || (isInteger(datatype) && column.nulls > 0)) to.refuse("F_TYPE", `${to.who} refuses these cells: ${wrong}`);
  else if (column.cells.strings) castNumbers(column, datatype, to);
}

/** DatetimeCodec: Python's `datetime.fromisoformat` of every cell. */
function decodeDates(column: InspectedColumn, { datatype, nested }: InspectedInput, framed: boolean, to: Findings): void {
  const k = flatKinds(column, nested);
  if (k.nulls) to.refuse("F_NULL", `${to.who} refuses null for content type datetime`);
  if (hasNumbers(k) || k.booleans || k.listed) to.refuse("F_DATE", `${to.who} refuses what is no text for content type datetime`);
  if (!onlyLooks(column, "date", "zoned", "far", "numbered", "whole"))
    to.refuse("F_DATE", `${to.who} refuses texts that are no ISO dates for content type datetime`);
  else if (!onlyLooks(column, "date", "zoned", "far"))
    to.depend("F_DATE", `${to.who} refuses what Python's datetime.fromisoformat does not read for content type datetime`);
  if (framed && datatype !== "BYTES" && k.strings) wrongSeries("dates", datatype, to);
}

/** Base64Codec: decoded where all of it is base64, or else the text's own bytes. */
function decodeBytes(column: InspectedColumn, { datatype, nested }: InspectedInput, framed: boolean, to: Findings): void {
  const k = flatKinds(column, nested);
  const { strings } = column.cells;
  if (k.nulls) to.refuse("F_NULL", `${to.who} refuses null for content type base64`);
  if (hasNumbers(k) || k.booleans || k.listed) to.refuse("F_BASE64", `${to.who} refuses what is no text for content type base64`);
  if (strings?.ascii === false) to.refuse("F_BASE64", `${to.who} refuses letters beyond ASCII for content type base64`);
  if (framed && datatype !== "BYTES") {
    if (strings) wrongSeries("bytes", datatype, to);
  } else if (strings && strings.base64 !== "exact")
    to.change("F_BASE64", `${to.who} does not decode texts that are no base64: the model is given the bytes of the text`);
}

/** pandas makes the column that was said of what the codec gave. */
function wrongSeries(what: string, datatype: string, to: Findings): void {
  const message = `a column of ${what} is BYTES, and this is ${datatype}`;
  if (datatype === "BOOL") to.depend("F_CAST", `${to.who} makes true of every cell: ${message}`);
  else if (isInteger(datatype) || what === "dates") to.refuse("F_TYPE", `${to.who} refuses it: ${message}`);
  else to.depend("F_TYPE", `${to.who} refuses it, or reads numbers in it: ${message}`);
}
