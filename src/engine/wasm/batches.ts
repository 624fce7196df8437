import type { Batch } from "../../columns/batch.js";
import { isNumeric } from "../../columns/dtype.js";
import type { CellReader, CellRequest } from "../cells.js";
import type { ColumnChoice } from "../choice.js";
import { checkNames, chooseDtypes, pickedOf, SAMPLE, takesOf } from "../columns.js";
import type { RowRequest, RowStyle, Spelling } from "../rows.js";
import { CoreColumns } from "./columns.js";
import type { CoreInput } from "./input.js";
import type { CoreMemory } from "./memory.js";
import { CoreRows } from "./rows.js";

/** Rows that are read and not written. */
const UNWRITTEN: RowStyle = {
  cells: "none",
  missing: "null",
  nan: "token",
  nulls: true,
  texts: () => ({ before: () => "", after: "", between: "" }),
};

/** Rows of a delimited file as typed columns, over core/fill.ts. */
export class CoreBatches implements CellReader {
  done = false;
  /** Nothing is surveyed here. */
  readonly seen = [];
  readonly #memory: CoreMemory;
  readonly #input: CoreInput;
  readonly #request: CellRequest;
  readonly #rows: RowRequest;
  #columns: CoreColumns | undefined;
  #reader: CoreRows | undefined;
  #ended = false;
  #named = false;
  /** Bytes of rows that are read before dtypes are chosen. */
  #sampleBytes = SAMPLE;

  constructor(memory: CoreMemory, input: CoreInput, request: CellRequest, rows: RowRequest) {
    this.#memory = memory;
    this.#input = input;
    this.#request = request;
    this.#rows = rows;
  }

  get rows(): number {
    return this.#columns?.rows ?? 0;
  }

  get padded(): number {
    return this.#reader?.padded ?? 0;
  }

  finish(): void {
    this.#ended = true;
    this.#reader?.finish();
  }

  next(): Batch | undefined {
    if (!this.#reader && !this.#begin()) return undefined;
    const reader = this.#reader as CoreRows;
    const { core } = this.#memory;
    reader.next();
    this.#drain();
    this.done = reader.done;
    if (!reader.full && !reader.done) return undefined;
    const filled = core.filled.value;
    if (filled === 0) return this.#nothing();
    const batch = (this.#columns as CoreColumns).batch(filled);
    core.startFill((this.#columns as CoreColumns).batchRows);
    if (reader.full) reader.limit(undefined, undefined, true);
    return batch;
  }

  /** Once, where a file with names has no rows: a batch without any, so that its columns are known. */
  #nothing(): Batch | undefined {
    if (!this.done || !this.#named || this.rows > 0) return undefined;
    this.#named = false;
    return (this.#columns as CoreColumns).batch(0);
  }

  /** Reads the first rows, to choose dtypes, and begins anew. False: more input is needed. */
  #begin(): boolean {
    const { core } = this.#memory;
    const input = this.#input;
    const request = this.#request;
    const sample = this.#sampleRows();
    if (!sample) return false;
    this.#named = sample.names !== undefined;
    const names = sample.names ?? Array.from({ length: sample.width ?? 0 }, (_, i) => `${i}`);
    checkNames(names, request.dtype);
    const kinds = sample.kinds.map(({ integers, floats, nans, texts, booleans, unsigned, huge, negative }) => ({
      numbers: integers || floats || nans,
      floats: floats || nans,
      strings: texts,
      booleans,
      large: unsigned || huge,
      negative,
    }));
    const choices = chooseDtypes(names, kinds, request);
    const places = pickedOf(names, sample.names ? request.pick : undefined);
    const columns = new CoreColumns(this.#memory, {
      names: places.map((i) => names[i] as string),
      dtypes: places.map((i) => (choices[i] as ColumnChoice).dtype),
      takes: places.map((i) => takesOf(choices[i] as ColumnChoice, request)),
      sourceWidth: names.length,
      places,
      shape: [],
      block: false,
      kind: "frame",
      batchRows: request.batchRows,
      batchBytes: request.batchBytes,
      reuse: request.reuse,
      dictionary: request.dictionary ?? false,
    });
    this.#columns = columns;
    core.startCells(columns.at, choices.length, false, columns.stringsAt, columns.stringsEnd, request.cast === "clip");
    core.startBatch(columns.batchRows);
    core.startFill(columns.batchRows);
    this.#reader = new CoreRows(
      this.#memory,
      input,
      { ...this.#spelled(names, choices), names: sample.names, width: names.length },
      this.#style(choices),
    );
    if (this.#ended) this.#reader.finish();
    return true;
  }

  /** Goes over the rows of the sample, or the first one where that is longer; undefined when more input is needed. */
  #sampleRows(): CoreRows | undefined {
    const input = this.#input;
    const most = this.#memory.maxRowBytes + 1;
    for (;;) {
      while (input.to - input.from < this.#sampleBytes && !this.#ended) if (!input.append()) return undefined;
      while (this.#ended && input.append());
      const sample = new CoreRows(this.#memory, input, this.#spelled([], []), UNWRITTEN);
      sample.sample(this.#sampleBytes, this.#ended);
      if (sample.rows > 0 || (this.#ended && input.to - input.from <= this.#sampleBytes)) return sample;
      if (this.#sampleBytes >= most) throw input.tooLong();
      this.#sampleBytes = Math.min(2 * this.#sampleBytes, most);
    }
  }

  /**
   * The rows, with every column as what it is: text stands as it does, whatever it looks like, and where numbers were asked for, they may be
   * spelled in any way. Before that is known, what begins with its point is a number, too.
   */
  #spelled(names: readonly string[], choices: readonly ColumnChoice[]): RowRequest {
    const { fields } = this.#rows;
    if (!fields) return this.#rows;
    const known = new Map(names.map((name, i) => [name, choices[i]]));
    const spelling = (name: string): Spelling => {
      const own = fields.spelling(name);
      const choice = known.get(name);
      if (choice && !isNumeric(choice.dtype)) return "text";
      return own === "json" ? (choice?.guessed === false ? "any" : "pointed") : own;
    };
    return { ...this.#rows, fields: { ...fields, spelling } };
  }

  #style(choices: readonly ColumnChoice[]): RowStyle {
    const { core } = this.#memory;
    return {
      ...UNWRITTEN,
      cells: "typed",
      typed: {
        choices,
        flush: () => {
          this.#drain();
          return core.filled.value === core.fillLimit.value;
        },
        drain: () => this.#drain(),
      },
    };
  }

  #drain(): void {
    const columns = this.#columns as CoreColumns;
    if (this.#memory.core.stringEnd.value > columns.stringsAt) columns.drain(this.#rows.fields?.quote ?? '"');
  }
}
