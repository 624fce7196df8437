// The facts that a verdict is made of: what a payload is, from one pass over it.
import type { RowLabels } from "../columns/labels.js";
import type { Layout } from "../dialects/index.js";
import type { Warning } from "../errors.js";
import type { ColumnSummary } from "./summary.js";

/** A column, or a named tensor, as far as one pass tells. */
export interface InspectedColumn {
  /** Its name, or its place where the payload has no names; "" for a tensor without one. */
  name: string;
  /** What numpy or pandas makes of the cells: int64, uint64, float64, bool, string or object. */
  dtype: string;
  /** Cells that are null. */
  nulls: number;
  /** NaN and Infinity tokens. */
  nans: number;
  /** Shape of one row's cells, [] for a scalar. */
  shape: number[];
  /** Its rows: those of the payload, or of the named tensor. */
  rows: number;
  /** A named tensor that is a single cell. */
  scalar?: true;
  /** What the cells are, as far as servers care; a kind that does not occur is left out. */
  cells: InspectedCells;
  /** What an input of Open Inference Protocol's says of itself. */
  input?: InspectedInput;
  /** dtype of the column in a binary file, as pandas spells it: `int32`, `datetime64[us, UTC]`. */
  stored?: string;
  /** What its values are like, where that was asked for. Left out where the tensors of a payload have not the same number of rows. */
  summary?: ColumnSummary;
}

/** An input of Open Inference Protocol's, beside its name and its cells. */
export interface InspectedInput {
  /** `INT64`, `BYTES` … */
  datatype: string;
  /** The shape that it says it has. */
  shape: number[];
  /** Its data are lists of lists, and not one flat list. */
  nested: boolean;
  /** What MLServer is to make of it: `np`, `str`, `datetime` …; left out where its parameters do not say. */
  content?: string;
}

/** A request of Open Inference Protocol's, around its inputs. */
export interface InspectedRequest {
  /** What MLServer is to make of all inputs: `pd`, `np` …; left out where the parameters do not say. */
  content?: string;
  /** Members that are of another kind than the protocol says: `id`, `outputs`, `parameters`, a `content_type`. */
  odd: string[];
  /** Parameters, the request's and its inputs', that are lists, objects or null. */
  nested: string[];
}

/** What stands under the key of the inference parameters. */
export interface InspectedParams {
  /** An object, as it should be. */
  kind: ValueKind;
  /** Its members. */
  members: InspectedParam[];
}

/** An inference parameter. */
export interface InspectedParam {
  /** Its key. */
  name: string;
  /** Of its value. */
  kind: ValueKind;
  /** Of a list: the kinds of its elements, each once. */
  elements?: ValueKind[];
}

/** What a value is in JSON; `integer` is a number without point and exponent. */
export type ValueKind = "null" | "boolean" | "integer" | "float" | "string" | "list" | "object";

/** The cells of a column that are neither null nor NaN, by kind. */
export interface InspectedCells {
  /** Numbers without point and exponent. The ends are exact; 18446744073709551616 and its negative stand for all beyond. */
  integers?: {
    /** The smallest. */
    least: string;
    /** The largest. */
    greatest: string;
    /** Some have more than 4,300 digits, which Python does not read. */
    endless?: true;
  };
  /** The other numbers, as doubles. */
  floats?: {
    /** The smallest. */
    least: number;
    /** The largest. */
    greatest: number;
    /** Some are not whole. */
    fractions: boolean;
    /** Some have more than 15 significant digits. */
    long: boolean;
  };
  /** Texts. */
  strings?: {
    /** What they look like, each look once. */
    looks: StringLook[];
    /** All of them are ASCII. */
    ascii: boolean;
    /** Of those that are ISO dates: how far they go, and what is between date and time. Each once. */
    dates?: {
      /** `second` is a time without a fraction, `subsecond` one with. */
      units: DateUnit[];
      /** None where all are days. */
      separators: ("T" | " ")[];
    };
    /** Some have half of a surrogate pair, as an escape, which UTF-8 cannot spell. */
    lone?: true;
    /** All of them are base64. `loose`: Python decodes them, and drops the bytes that do not belong there. */
    base64: "exact" | "loose" | "none";
  };
  /** true and false. */
  booleans?: true;
  /** Lists or objects in a frame's cells. */
  nested?: true;
}

/**
 * What a string looks like to a server that guesses: `na` is one of pandas' words for a missing value and `nan` one for NaN;
 * `whole` and `decimal` are numbers to it, `boolean` is true or false; `date` is an ISO date or time without a zone, `zoned`
 * one with, `far` one that nanoseconds of 64 bits do not reach (before 1677-09-21 or behind 2262-04-11); `numbered` is any other text of up to 40 bytes that has a digit, or NaT, and may be a date in words; `text` is all the rest.
 */
export type StringLook = "empty" | "text" | "numbered" | "na" | "nan" | "whole" | "decimal" | "boolean" | "date" | "zoned" | "far";

/** How far an ISO date goes. */
export type DateUnit = "day" | "minute" | "second" | "subsecond";

/** What a payload is, from one pass over all of it. */
export interface Inspection {
  /** `azureml:split`. */
  form: string;
  /** `azureml`. */
  dialect: string;
  /** The shape of its cells: a frame, records, a tensor … */
  layout: Layout;
  /** Its rows; named tensors have their own. */
  rows: number;
  /** [rows, columns] of a frame; the tensor's own shape; empty for named tensors, whose columns have theirs. */
  shape: number[];
  /** A frame's columns, or each tensor as one. */
  columns: InspectedColumn[];
  /** A frame's labels. */
  labels?: {
    /** There is an index. */
    index: boolean;
    /** Its first label is 0. */
    fromZero?: true;
    /** What its columns are called by: texts; numbers, or others beside texts; null or lists, which are not read; nothing. */
    columns: "texts" | "others" | "unread" | "none";
  };
  /** Of a binary file that says so (pandas' notes): the columns that are its rows' labels, or how these are counted. */
  index?: RowLabels;
  /** Of a request of Open Inference Protocol's: what it says around its inputs. */
  request?: InspectedRequest;
  /** Inference parameters ride along. */
  params: boolean;
  /** What they are, where they stand beside the cells; left out where they stand elsewhere, or there are none. */
  given?: InspectedParams;
  /** Keys beside the payload, in the order they came. */
  siblings: string[];
  /** Encoding of the text, where some of it is not UTF-8. */
  encoding?: string;
  /** Bytes that were read. */
  bytes: number;
  /** What was noticed on the way. */
  warnings: Warning[];
}

/** What of a payload is judged. */
export type Payload = Pick<
  Inspection,
  "layout" | "rows" | "shape" | "columns" | "labels" | "params" | "given" | "siblings" | "bytes" | "request"
>;
