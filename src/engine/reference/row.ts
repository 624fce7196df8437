// A row on its way from the source that reads it to the writer that spells it.
import type { Place } from "../../errors.js";
import type { Spot } from "./token.js";

/** A cell of a row; one that is not in the input has no spot. */
export interface Cell {
  /** One of codes.ts's Kind. */
  readonly kind: number;
  /** As it stands; the text of a field of a delimited file without its quotes. */
  readonly text: string;
  readonly spot: Spot | undefined;
}

/** The key of a record's cell. */
export interface Key extends Spot {
  /** As written, quotes included. */
  readonly text: string;
}

/** A row as its source has it. */
export interface Row {
  readonly spot: Spot;
  /** How long it is. */
  readonly bytes: number;
  readonly cells: readonly Cell[];
  /** The keys of the cells of a record. */
  readonly keys?: readonly Key[];
}

/** What reads rows. */
export interface RowSource {
  /**
   * The next row, of `width` cells where that is known; undefined when more input is needed. `full`: no more are
   * wanted, and "full" is the answer where there may be one.
   */
  next(width: number | undefined, full: boolean): Row | "end" | "full" | undefined;
  /** Where the row begins of which a part has been read. */
  readonly start?: Spot | undefined;
}

/** Faults of the row that is being read. */
export interface RowFaults {
  /** Throws for an Err of this cell. */
  refuse(error: number, spot: Spot, cell: number): never;
  place(spot: Spot): Place;
}
