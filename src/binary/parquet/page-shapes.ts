// What the readers and the writers of pages hand to each other.
import type { Column } from "../../columns/column.js";

// ---- read

/** Cells of a page, one for each entry, and the levels of lists around them. */
export interface Decoded {
  readonly column: Column;
  readonly entries: number;
  readonly repetition: Uint8Array | undefined;
  readonly definition: Uint8Array | undefined;
}

// ---- written

/** Levels, how many there are, and indices or plain values. */
export interface DataPage {
  readonly bytes: Uint8Array;
  readonly entries: number;
}

/** A column's pages before they are compressed. */
export interface Pages {
  /** Values of the dictionary page, plain; and how many. */
  readonly dictionary: { readonly bytes: Uint8Array; readonly count: number } | undefined;
  /** To be taken before more cells come. */
  readonly pages: Iterable<DataPage>;
  readonly nulls: number;
  readonly least: number | bigint | string | undefined;
  readonly greatest: number | bigint | string | undefined;
}

/** Places in a dictionary: each value less the base. */
export interface Places {
  readonly values: Int32Array;
  readonly base: number;
}

/** Values that are present, as a page holds them, and what is known of them. */
export interface Encoded {
  readonly places: Places | undefined;
  readonly dictionary: Pages["dictionary"];
  readonly plain: Uint8Array | undefined;
  readonly least: Pages["least"];
  readonly greatest: Pages["greatest"];
}
