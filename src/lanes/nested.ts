// Cells that are lists, structs or maps, where each is to be a text, its JSON; and those of structs and maps where that has to be asked for.
import { binaryForm } from "../binary/form.js";
import { rowTexts, withTexts } from "../binary/json-cells.js";
import { Batch } from "../columns/batch.js";
import type { Column } from "../columns/column.js";
import { optionText, TransloadError } from "../errors.js";
import type { RowOptions } from "../options/convert.js";

/** The batch with each cell that is no scalar as the text of its JSON, where that is asked for. A tensor is one cell after the other. */
export function flattened(batch: Batch, nested: RowOptions["nested"]): Batch {
  const { rowOffset, rowCount, columns, kind } = batch;
  const isNested = ({ shape, lists, json }: Column) => lists !== undefined || shape.length > 0 || json === true;
  if (nested !== "json" || kind !== "frame" || !columns.some(isNested)) return batch;
  const own = columns.map((column) => (isNested(column) ? withTexts(column.name, rowTexts(column, rowCount), false) : column));
  return new Batch({ rowOffset, rowCount, columns: own, kind });
}

/**
 * Batches on their way to a binary file, whose columns of structs and maps would become text.
 * @throws TransloadError E_NESTED where nobody has asked for that.
 */
export async function* askedFor(batches: AsyncIterable<Batch>, to: string): AsyncGenerator<Batch, void, undefined> {
  for await (const batch of batches) {
    const odd = binaryForm(to) && batch.columns.find(({ json }) => json);
    if (odd)
      throw new TransloadError(
        "E_NESTED",
        `column ${JSON.stringify(odd.name)} holds structs or maps, for which no dtype is; ${optionText("nested", "json")} makes it one of text, its JSON`,
      );
    yield batch;
  }
}
