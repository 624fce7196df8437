// What pandas notes of a table beside its schema: which of the columns are the index, or how its labels are counted (pandas.pydata.org,
// "Storing pandas DataFrame objects in Apache Parquet format").
import type { RowLabels } from "../columns/labels.js";
import type { BinaryRead } from "./form.js";

/** Where pandas' notes stand among a file's. */
export const PANDAS = "pandas";

/** The columns to read, and those that the rows' labels are, where somebody wants these. */
export function columnsToRead(
  { columns, onLabels }: BinaryRead,
  notes: string | undefined,
  names: readonly string[],
): BinaryRead["columns"] {
  const labels = onLabels && labelsIn(notes, names);
  if (!labels) return columns;
  const besides = onLabels(labels);
  return columns && [...columns, ...besides];
}

/** Undefined for labels that are 0, 1, 2 …, and for notes that are none. */
function labelsIn(notes: string | undefined, names: readonly string[]): RowLabels | undefined {
  const levels = levelsIn(notes);
  if (levels.length === 0) return undefined;
  if (levels.every((level) => typeof level === "string" && names.includes(level))) return { columns: levels as string[] };
  const [only] = levels as { kind?: unknown; start?: unknown; step?: unknown }[];
  if (levels.length > 1 || only?.kind !== "range") return undefined;
  const { start, step } = only;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(step) || (start === 0 && step === 1)) return undefined;
  return { columns: [], range: { start: start as number, step: step as number } };
}

function levelsIn(notes: string | undefined): readonly unknown[] {
  if (notes === undefined) return [];
  try {
    const { index_columns: levels } = JSON.parse(notes) as { index_columns?: unknown };
    return Array.isArray(levels) ? levels.filter((level) => level !== null) : [];
  } catch {
    return [];
  }
}
