import { decode } from "../columns/bytes.js";
import { areDistinct } from "../columns/distinct.js";
import type { RowStyle } from "../engine/rows.js";
import { listed } from "../errors.js";
import type { TableJob, Wait } from "./job.js";
import type { Rules } from "./rules.js";

/** The first line of a delimited file, as names. */
export function* headerNames(job: TableJob, rules: Rules): Generator<Wait, readonly string[] | undefined, void> {
  const { scanner } = job;
  const fields = { ...rules.fields(), missing: [], spelling: () => "text" as const };
  const style: RowStyle = {
    cells: "json",
    missing: "null",
    nan: "token",
    nulls: true,
    texts: () => ({ before: (i) => (i === 0 ? "[" : ","), after: "]", between: "" }),
  };
  const reader = scanner.rows({ syntax: "delimited", names: undefined, newKeys: "refuse", ragged: "error", twice: "last", fields }, style);
  reader.limit(1, undefined, true);
  for (;;) {
    const text = reader.next();
    if (text) return numbered(JSON.parse(decode(text)) as (string | null)[], job);
    if (reader.done) return undefined;
    yield "more";
  }
}

/** Names as pandas makes them where they are empty or stand twice; mostly they are neither, and remain as they are. */
function numbered(labels: readonly (string | null)[], job: TableJob): readonly string[] {
  return areNames(labels) ? labels : number(labels, job);
}

function areNames(labels: readonly (string | null)[]): labels is readonly string[] {
  return !labels.includes(null) && areDistinct(labels as readonly string[]);
}

function number(labels: readonly (string | null)[], job: TableJob): string[] {
  const seen = new Set<string>();
  // numbers below these are taken
  const numbers = new Map<string, number>();
  const twice: string[] = [];
  const names = labels.map((label, i) => {
    const plain = label ?? `Unnamed: ${i}`;
    let name = plain;
    let n = numbers.get(plain) ?? 1;
    for (; seen.has(name); n++) name = `${plain}.${n}`;
    if (name !== plain) {
      numbers.set(plain, n);
      twice.push(name);
    }
    seen.add(name);
    return name;
  });
  if (twice.length > 0) job.warn("W_DUPLICATE_COLUMNS", `names that occur twice are numbered, as pandas does: ${listed(twice)}`);
  return names;
}
