import { Batch } from "./batch.js";
import { around, verbatim } from "./column.js";
import { plainColumn, textColumn, textsNow, textsOf } from "./texts.js";

/** Columns of text as dictionaries: each text once, and which of them a cell is. */
export function withDictionaries({ rowOffset, rowCount, kind, columns, block }: Batch): Batch {
  const own = columns.map((column) => {
    if (column.dtype !== "string" || textsNow(column)?.codes) return column;
    const texts = textsOf(column.values as readonly string[], true, column.valid);
    return texts ? textColumn(column, texts) : column;
  });
  return new Batch({ rowOffset, rowCount, kind, columns: own, block });
}

/** Columns of text without dictionaries, whose cells have each their own bytes. */
export function withoutDictionaries(batch: Batch): Batch {
  const { rowOffset, rowCount, kind, columns, block } = batch;
  if (!columns.some(({ texts }) => texts?.codes)) return batch;
  const own = columns.map((column) => {
    if (!column.texts?.codes) return column;
    const texts = textsNow(column) ?? textsOf(column.values as readonly string[], false);
    if (texts) return texts.codes ? plainColumn(column, texts) : textColumn(column, texts);
    const { dtype, values } = column;
    return { ...around(column), dtype, values, ...verbatim(column) };
  });
  return new Batch({ rowOffset, rowCount, kind, columns: own, block });
}
