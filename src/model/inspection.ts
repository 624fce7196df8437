// The facts that a verdict is made of: what a payload is, from one pass over it.
import type { Layout } from "../dialects/index.js";
import type { Warning } from "../errors.js";

export interface InspectedColumn {
  name: string;
  /** What numpy or pandas makes of the cells: int64, uint64, float64, bool, string or object. */
  dtype: string;
  nulls: number;
  /** NaN and Infinity tokens. */
  nans: number;
  /** Shape of one row's cells, [] for a scalar. */
  shape: number[];
  rows: number;
  /** A named tensor that is a single cell. */
  scalar?: true;
  /** What the cells are, as far as servers care; a kind that does not occur is left out. */
  cells: InspectedCells;
}

/** The cells of a column that are neither null nor NaN, by kind. */
export interface InspectedCells {
  /** Numbers without point and exponent. The ends are exact; 18446744073709551616 and its negative stand for all beyond. */
  integers?: { least: string; greatest: string };
  /** The other numbers, as doubles; `fractions` where some are not whole, `long` where some have more than 15 significant digits. */
  floats?: { least: number; greatest: number; fractions: boolean; long: boolean };
  strings?: {
    looks: StringLook[];
    /** All of them are ASCII. */
    ascii: boolean;
    /** `loose`: Python decodes them, and drops the bytes that do not belong there. */
    base64: "exact" | "loose" | "none";
  };
  booleans?: true;
  /** Lists or objects in a frame's cells. */
  nested?: true;
}

/**
 * What a string looks like to a server that guesses: `na` is one of pandas' words for a missing value and `nan` one for NaN;
 * `whole` and `decimal` are numbers to it, `boolean` is true or false; `date` is an ISO date or time without a zone, `zoned`
 * one with; `numbered` is any other text of up to 40 bytes that has a digit, and may be a date in words; `text` is all the rest.
 */
export type StringLook = "empty" | "text" | "numbered" | "na" | "nan" | "whole" | "decimal" | "boolean" | "date" | "zoned";

/** What a payload is, from one pass over all of it. */
export interface Inspection {
  /** `azureml:split`. */
  form: string;
  dialect: string;
  layout: Layout;
  rows: number;
  /** [rows, columns] of a frame; the tensor's own shape; empty for named tensors, whose columns have theirs. */
  shape: number[];
  /** A frame's columns, or each tensor as one. */
  columns: InspectedColumn[];
  /**
   * A frame's labels: whether there is an index, and whether its columns are called by texts, by numbers or others, by null
   * or lists, or not at all.
   */
  labels?: { index: boolean; columns: "texts" | "others" | "unread" | "none" };
  /** Inference parameters ride along. */
  params: boolean;
  /** Keys beside the payload, in the order they came. */
  siblings: string[];
  bytes: number;
  warnings: Warning[];
}
