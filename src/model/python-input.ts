import type { InspectedColumn } from "./inspection.js";

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
