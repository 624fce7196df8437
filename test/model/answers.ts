// answers.json: what servers did with every kind of cell and of shape. record.ts writes it.

import type { Releases } from "../../src/dialects/index.js";

/** What record.py prints of one environment. */
export interface Recorded {
  /** Cells of each kind, as JSON. */
  readonly cells: Readonly<Record<string, string[]>>;
  /** Inputs of each signature. */
  readonly schemas: Readonly<Record<string, unknown>>;
  /** By question: a letter for each kind, or for each signature. r refused, s given to the model as sent, c changed, a accepted. */
  readonly answers: Readonly<Record<string, string>>;
}

/** The newest releases' answers, and of the others the rows that differ. */
export interface Answers extends Recorded {
  /** All that were asked, the newest last. */
  readonly releases: readonly Releases[];
  readonly differences: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
