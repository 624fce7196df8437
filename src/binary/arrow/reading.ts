import type { Column } from "../../columns/column.js";
import type { ExpansionGuard } from "../../io/expansion.js";

/** What reading a column goes by. */
export interface Reading {
  /** The numbers' bytes stand the other way round than this machine's. */
  readonly swap: boolean;
  /** The file's column, for messages. */
  readonly name: string;
  /** Rows before the batch. */
  readonly rowOffset: number;
  /** Cells of a dictionary, by its number. */
  readonly dictionaryOf: (id: number) => Column;
  /** Hears of cells that are more than their bytes. */
  readonly guard: ExpansionGuard;
}
