import type { Choices, Fault, Inspection, Look, Result } from "../messages.js";

/** What becomes of a column. */
export interface ColumnChoice {
  kept: boolean;
  /** Its name in the result. */
  name: string;
  /** "" for as it is. */
  dtype: string;
}

/** A file that was taken, and all that is known of it. */
export interface Payload {
  readonly file: File;
  /** Ends whatever is asked about it. */
  stop: AbortController;
  look?: Look | undefined;
  /** That look is of another reading, and the next one is under way. */
  stale: boolean;
  inspection?: Inspection | undefined;
  /** Bytes that have been read for the inspection. */
  surveyed: number;
  /** Why it cannot be read. */
  fault?: Fault | undefined;
  /** Of the result, where it is text. */
  beginning?: string | undefined;
  /** Why it cannot be converted as is asked. */
  objection?: Fault | undefined;
  /** Why it was not converted, although its first rows can be; it holds until something else is asked for. */
  failure?: Fault | undefined;
  /** By the column's own name. */
  readonly columns: Map<string, ColumnChoice>;
  result?: (Result & { readonly name: string }) | undefined;
}

/** What is asked of all payloads. */
export type Settings = Omit<Choices, "columns" | "drop" | "dtype"> & {
  /** Names for columns that have none. */
  names?: readonly string[];
  /** Of all numbers, where their column has no dtype of its own. */
  dtype?: string;
};

const NUMERIC = /^(u?int|float)\d+$/;

/**
 * What a payload is to become.
 * @throws Error for columns that cannot be asked for in this order
 */
export function choicesFor({ look, inspection, columns }: Payload, { names, dtype, ...settings }: Settings): Choices {
  if (!look?.names) return { ...settings, ...(names && { columns: names }), ...(dtype && { dtype }) };
  const all = look.names.map((name) => ({ own: name, ...(columns.get(name) ?? { kept: true, name, dtype: "" }) }));
  const kept = all.filter((column) => column.kept);
  const renamed = kept.some((column) => column.name !== column.own);
  const dropped = all.filter((column) => !column.kept).map((column) => column.own);
  const typed = kept.filter((column) => column.dtype !== "");
  const numeric = new Set(inspection?.columns.filter((column) => NUMERIC.test(column.dtype)).map(({ name }) => name));
  const dtypes = kept.flatMap((column) => {
    const asked = column.dtype || (numeric.has(column.own) ? dtype : undefined);
    return asked ? [[column.name, asked]] : [];
  });
  if (kept.length === 0) throw new Error("no column is left; keep at least one");
  return {
    ...settings,
    ...(renamed ? { columns: picked(kept) } : dropped.length > 0 && { drop: dropped }),
    ...(typed.length > 0 ? { dtype: Object.fromEntries(dtypes) } : dtype && { dtype }),
  };
}

/** An object has whole numbers before all other keys, and each key once. */
function picked(kept: readonly { own: string; name: string }[]): Readonly<Record<string, string>> {
  const twice = kept.find(({ name }, i) => kept.findIndex((other) => other.name === name) !== i);
  if (twice) throw new Error(`two columns would be called ${twice.name}`);
  const columns = Object.fromEntries(kept.map(({ own, name }) => [name, own]));
  if (Object.keys(columns).some((name, i) => name !== kept[i]?.name))
    throw new Error("columns whose names are whole numbers cannot be renamed here: their order would change");
  return columns;
}
