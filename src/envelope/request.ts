// What is asked of a payload, and what is told of a cargo that begins in it.
import type { Choice, Form, Layout } from "../dialects/index.js";
import type { Asked, End } from "../dialects/needs.js";
import type { CellRequest } from "../engine/cells.js";
import type { PathOf, Scanner } from "../engine/scanner.js";
import type { Warning } from "../errors.js";

export interface PayloadOptions {
  readonly from: Choice;
  /** No target: the payload is only read. */
  readonly to: Choice | undefined;
  /** Names for the columns of a payload that has none. */
  readonly columns: readonly string[] | undefined;
  /** Those of a payload that has names are the columns to read, in this order; of named tensors, those to read. */
  readonly picks?: boolean;
  /** What becomes of NaN and Infinity. */
  readonly nan: "null" | "token" | "error" | undefined;
  /** Read the cargo as typed cells. */
  readonly typed: Omit<CellRequest, "layout" | "names" | "width"> | undefined;
  /** Called in the place of a warning, when a frame's names come behind its rows. */
  readonly onLate?: (() => void) | undefined;
  /** Names and index are written from the batches, not from the source. */
  readonly renames: boolean;
  /** Row labels: kept, dropped, or 0 to rows - 1. */
  readonly index?: string;
  /** Keeps the input's bytes from this offset on, until `rest`. */
  readonly keep?: (from: number) => void;
  readonly rest?: () => void;
  /** In the table lane, a frame's labels are wanted with its rows. */
  readonly wantsIndex?: (target: { form: Form; layout: Layout }) => boolean;
  /** What is asked of the payload, which decides whether its cells move. */
  readonly asked?: Asked;
  /** The target's form and layout, where they are settled already. */
  readonly goal?: End | undefined;
  /** The form that it ends in, where others come between. */
  readonly onward?: Form | undefined;
  /** What this form has a place for beside the rows is kept to be told, and goes nowhere else. */
  readonly noted?: Form | undefined;
  /** Members beside the rows that are told, wherever they go. */
  readonly kept?: readonly string[] | undefined;
  /** The rows are but some of the payload's: its labels are not counted against them. */
  readonly partial?: boolean;
  /** Told what inputs turn out to be together; returns where they go, then. */
  readonly settled?: ((own: End) => End) | undefined;
  /** What the caller's payload is, where this one was made of it on the way. */
  readonly origin?: End | undefined;
  readonly createScanner: (pathOf: PathOf, start: number) => Scanner;
  readonly write: (bytes: Uint8Array) => void;
  readonly warn: (warning: Warning) => void;
}

/** How to read a cargo as cells; `text` is the whole of it when it is a scalar. */
export type CargoRequest = CellRequest & { readonly text: Uint8Array | undefined };

/** A cargo that begins in the table lane. */
export interface PendingCargo {
  /** A frame's data, a list of objects, a tensor, or the rows of SageMaker's objects. */
  readonly what: "rows" | "records" | "tensor" | "features";
  /** A tensor that is a single cell. */
  readonly scalar: boolean;
  /** Of a tensor among others. */
  readonly name: string | undefined;
  /** What the list begins with, where that was looked at. */
  readonly first: number | undefined;
}

/** A cargo that begins. */
export interface Cargo {
  layout: "rows" | "tensor";
  scalar: boolean;
  /** Name of the tensor among named ones. */
  name: string | undefined;
  /** How its lengths are checked, which is as the target's layout asks. */
  as: "rows" | "tensor";
}
