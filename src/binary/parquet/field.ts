// What a column of a file is: a leaf of its schema, in a column chunk, or several leaves, where it has structs or maps.
import type { SchemaElement } from "hyparquet";
import type { TimeUnit } from "../../columns/dtype.js";
import type { Nesting } from "./nesting.js";

/** A column of a file. */
export interface Field {
  readonly name: string;
  /** What its cells are. */
  readonly leaf: SchemaElement;
  /** Which of a row group's column chunks they are in. */
  readonly place: number;
  /** The lists around them. */
  readonly nesting: Nesting | undefined;
  /** Why it holds no cells. */
  readonly fault?: string;
  /** It is structs or maps, of several leaves. */
  readonly tree?: Tree;
  /** What the file's writer has noted of it beside the schema. */
  readonly note?: Note | undefined;
}

/** What Arrow's schema, where a writer has put it beside Parquet's own, says that this does not. */
export interface Note {
  /** Of points in time, which are in UTC whatever it is. */
  readonly timezone?: string | undefined;
  /** Whole numbers are lengths of time. */
  readonly duration?: Exclude<TimeUnit, "D">;
  /** Sixteen bytes are a UUID: DataFusion has it here alone. */
  readonly uuid?: true;
  /** A tensor's, which is more than its list's. */
  readonly shape?: readonly number[];
  /** Of a struct's fields, by their names. */
  readonly fields?: ReadonlyMap<string, Note>;
  /** Of what is in its lists, and of a map's values. */
  readonly items?: Note;
  /** Of a map's keys. */
  readonly keys?: Note;
}

/** A cell, or what has some; `level`: that of definition from which on it is there. */
export type Node =
  | { readonly kind: "cell"; readonly level: number; readonly leaf: number }
  | { readonly kind: "struct"; readonly level: number; readonly keys: readonly string[]; readonly fields: readonly Node[] }
  /** From `element` on it has an element, at `depth` of repetition it goes on. */
  | { readonly kind: "list"; readonly level: number; readonly element: number; readonly depth: number; readonly item: Node }
  | {
      readonly kind: "map";
      readonly level: number;
      readonly element: number;
      readonly depth: number;
      /** Its keys are text. */
      readonly text: boolean;
      readonly key: Node;
      readonly value: Node;
    };

/** A column's tree, and its leaves in their order. */
export interface Tree {
  readonly root: Node;
  readonly leaves: readonly Field[];
}
