// What a rule for the casts into a type is (cast.ts).
import type { Reading } from "../dialects/index.js";
import type { FindingCode, Findings } from "./finding.js";
import type { InspectedColumn } from "./inspection.js";
import type { Kinds } from "./kinds.js";

/** A column's type, as the signature calls it and as numpy does. */
export interface Target {
  readonly name: string;
  readonly dtype: string;
}

/** Why the whole column is refused, if it is: `Azure ML refuses ${what} in a long column`. */
export type Refusal = readonly [code: FindingCode, what: string] | undefined;

export interface Rule {
  refuses(column: InspectedColumn, k: Kinds, reading: Reading, target: Target, to: Findings): Refusal;
  changes(column: InspectedColumn, k: Kinds, reading: Reading, target: Target, to: Findings): void;
}
