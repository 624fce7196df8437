import { decodeBytes } from "../columns/bytes.js";

/**
 * Whether a document of which these are the last bytes ends in rows of numbers, so that nothing but braces comes behind them. Two
 * rows, of this width where it is known, must be there to tell. Only lists of numbers as wide could pass for them.
 */
export function endsInRows(bytes: Uint8Array | undefined, width: number | undefined): boolean {
  if (!bytes) return false;
  const text = decodeBytes(bytes);
  const closed = /\]\s*\](?:\s*\})+\s*$/.exec(text);
  if (!closed) return false;
  const rows = text
    .slice(0, closed.index)
    .split(/\]\s*,\s*\[/)
    .slice(1);
  const cells = rows.map((row) => (/^[^[\]{}"]*$/.test(row) ? row.split(",").length : 0));
  return cells.length > 1 && cells.every((n) => n > 0 && n === (width ?? cells[0]));
}
