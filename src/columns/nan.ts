import { optionText, TransloadError } from "../errors.js";
import { Batch } from "./batch.js";
import { around, type Column } from "./column.js";
import { rowOf } from "./lists.js";

/**
 * The batch with NaN and the infinities of its columns of floats as they are, as null, or refused.
 * @throws TransloadError E_NAN with the first row of a column that has one, where they are refused.
 */
export function withNan(batch: Batch, how: "token" | "null" | "error"): Batch {
  if (how === "token") return batch;
  const { rowOffset, rowCount, kind, columns } = batch;
  const own = columns.map((column) => {
    if (column.json) return withoutTokens(column, how, rowOffset);
    const first = firstNan(column);
    if (first < 0) return column;
    if (how === "error") throw refused(column, rowOffset + (kind === "scalar" ? 0 : rowOf(column, first)));
    return withNulls(column);
  });
  return own.every((column, i) => column === columns[i]) ? batch : new Batch({ rowOffset, rowCount, kind, columns: own });
}

/** The first of a column's cells that is NaN or infinite, and no null; -1 where there is none. */
function firstNan({ dtype, values, valid }: Column): number {
  if (dtype !== "float64" && dtype !== "float32") return -1;
  const cells = values as Float64Array;
  for (let i = 0; i < cells.length; i++) if (!Number.isFinite(cells[i]) && valid?.[i] !== 0) return i;
  return -1;
}

/** A string of JSON's, or what JSON has no numbers for. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g;

/** JSON in which NaN is null, or refused. */
function withoutTokens(column: Column, how: "null" | "error", rowOffset: number): Column {
  const texts = column.values as readonly string[];
  let any = false;
  const own = texts.map((text, row) =>
    text.replace(TOKEN, (token) => {
      if (token.startsWith('"')) return token;
      if (how === "error") throw refused(column, rowOffset + row);
      any = true;
      return "null";
    }),
  );
  return any ? { ...around(column), dtype: "string", values: own, json: true } : column;
}

/** A copy, because batches may be lent. */
function withNulls(column: Column): Column {
  const cells = (column.values as Float64Array<ArrayBuffer>).slice();
  const valid = new Uint8Array(cells.length);
  for (let i = 0; i < cells.length; i++) {
    // what lies in a null's place may be any number
    if (Number.isFinite(cells[i]) && column.valid?.[i] !== 0) valid[i] = 1;
    else cells[i] = Number.NaN;
  }
  return { ...column, values: cells, valid };
}

function refused({ name }: Column, row: number): TransloadError {
  const where = name === "" ? `row ${row}` : `row ${row}, column ${JSON.stringify(name)}`;
  return new TransloadError(
    "E_NAN",
    `${where}: NaN or Infinity; ${optionText("nan", "null")} or ${optionText("nan", "token")} lets it through`,
    { row },
  );
}
