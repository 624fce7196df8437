// The tables of docs/formats.md that tell what matrix.ts has recorded.

/** By file, then by reader: "whole", the columns that differ, or what the reader says. */
export type Matrix = Record<string, Record<string, string>>;

/** What each reader makes of what transload writes; and what transload makes of what each writer writes. */
export function tablesOf(matrix: Matrix): string[] {
  const own = Object.keys(matrix).filter((file) => file.startsWith("transload"));
  const readers = [...new Set(own.flatMap((file) => Object.keys(matrix[file] ?? {})))].filter((name) => name !== "transload").sort();
  const others = Object.keys(matrix).filter((file) => !own.includes(file));
  return [
    table(
      ["reader", ...own.map((file) => `\`${file.replace(/^transload[-.]/, "")}\``)],
      readers.map((reader) => [reader, ...own.map((file) => cellOf(matrix[file]?.[reader]))]),
    ),
    table(
      ["file", "transload", "pyarrow"],
      others.map((file) => [`\`${file}\``, cellOf(matrix[file]?.transload), cellOf(matrix[file]?.pyarrow)]),
    ),
  ];
}

function cellOf(found: string | undefined): string {
  if (found === undefined) return "";
  if (found === "whole") return "all";
  return found.startsWith("refuses: ") ? "refuses" : `not ${found}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}
