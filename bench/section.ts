/** A promise about speed or memory, and what became of it. */
export interface Target {
  what: string;
  needed: string;
  reached: string;
  met: boolean;
}

export interface Bar {
  /** Bars of one panel share a payload. */
  panel: string;
  label: string;
  /** MB/s */
  rate: number;
  ours: boolean;
}

export interface Table {
  title: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

/** What one group of cases found. */
export interface Section {
  title: string;
  /** The question and how it was put, a paragraph or two of markdown. */
  about: string;
  tables: readonly Table[];
  targets: readonly Target[];
  bars: readonly Bar[];
  /** What was skipped, and why. */
  notes: readonly string[];
}

/** What a part of a section found. */
export type Part = Pick<Section, "tables" | "targets" | "bars" | "notes">;
