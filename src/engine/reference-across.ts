import type { ColumnSource } from "./rows.js";

const PIECE = 1 << 16;

/** Columns side by side as the text of rows: all of it, which is what the reference engine is for. */
export function rowsOf(columns: readonly ColumnSource[]): string {
  const cells = columns.map((column) => split(textOf(column)));
  const rows = (cells[0] ?? []).map((_, row) => `[${cells.map((column) => column[row]).join(",")}]`);
  return `[${rows.join(",")}]`;
}

function textOf(source: ColumnSource): string {
  const pieces: Buffer[] = [];
  for (;;) {
    const piece = Buffer.alloc(PIECE);
    const n = source.read(piece);
    if (n === 0) return Buffer.concat(pieces).toString("latin1");
    pieces.push(piece.subarray(0, n));
  }
}

/** The cells of the inside of a list, which has been checked. */
function split(text: string): string[] {
  const cells: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') for (i++; text[i] !== '"'; i++) if (text[i] === "\\") i++;
    if (c === "[" || c === "{") depth++;
    if (c === "]" || c === "}") depth--;
    if (c !== "," || depth > 0) continue;
    cells.push(text.slice(from, i).trim());
    from = i + 1;
  }
  const last = text.slice(from).trim();
  return last === "" ? cells : [...cells, last];
}
