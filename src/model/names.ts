// Columns and tensors by their names: which are missing, and which nobody asked for.
import { nearest } from "../errors.js";
import type { Findings } from "./finding.js";
import type { InspectedColumn } from "./inspection.js";

export function requireNames(missing: readonly string[], extra: readonly string[], to: Findings): void {
  if (missing.length === 0) return;
  const guesses = missing.map((name) => nearest(name, extra)).filter((guess) => guess !== undefined);
  const hint = guesses.length === 0 ? "" : `; ${several([...new Set(guesses)])} may be meant`;
  to.refuse("F_COLUMN", `${to.who} refuses a payload without ${several(missing)}, which the model's signature requires${hint}`);
}

export function dropNames(extra: readonly string[], to: Findings): void {
  if (extra.length > 0)
    to.change("F_EXTRA", `${to.who} drops ${several(extra)}: the model's signature does not have ${extra.length > 1 ? "them" : "it"}`);
}

/** `"a"`, `"a" and "b"`, or the first few of many. */
function several(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => JSON.stringify(name));
  if (names.length > shown.length) return `${shown.join(", ")} and ${names.length - shown.length} more`;
  const last = shown.pop() as string;
  return shown.length > 0 ? `${shown.join(", ")} and ${last}` : last;
}

/** Columns by their names; of two of one name the first. */
export function firstOf(columns: readonly InspectedColumn[]): ReadonlyMap<string, InspectedColumn> {
  return new Map([...columns].reverse().map((column) => [column.name, column]));
}
