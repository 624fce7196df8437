/**
 * Rows of cells as lines, each column as wide as its widest cell. `right` names the columns of numbers. `widthOf`: columns of a terminal that
 * a text takes, where some take more, or less, than their length.
 */
export function alignColumns(
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
  widthOf: (text: string) => number = (text) => text.length,
): string {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, widthOf(cell));
  return rows
    .map((row) =>
      row
        .map((cell, i) => pad(cell, (widths[i] ?? 0) - widthOf(cell), right.includes(i)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function pad(cell: string, missing: number, right: boolean): string {
  const blank = " ".repeat(missing);
  return right ? blank + cell : cell + blank;
}
