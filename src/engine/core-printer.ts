import type { Batch, Column } from "../batch.js";
import { byteLength, encode } from "../bytes.js";
import { toText } from "../cell-text.js";
import { isNumeric, NUMERIC, STRING_CODE, type TypedArray } from "../dtype.js";
import { TransloadError } from "../errors.js";
import type { Printer, PrintRequest } from "./cells.js";
import { Err, Nan } from "./codes.js";
import type { CoreMemory } from "./core-memory.js";

const RECORD = 32;
const OUT = 1 << 18;

/** The fast engine's printer, over core/print.ts. */
export class CorePrinter implements Printer {
  readonly #memory: CoreMemory;
  readonly #request: PrintRequest;

  constructor(memory: CoreMemory, request: PrintRequest) {
    this.#memory = memory;
    this.#request = request;
  }

  *print(batch: Batch, more: boolean): Iterable<Uint8Array> {
    const { core } = this.#memory;
    const { kind } = batch;
    const columns = batch.columns.map(toText);
    const rows = kind === "scalar" ? 1 : batch.rowCount;
    const inner = kind === "frame" ? [] : (columns[0]?.shape ?? []);
    // addresses first: taking more memory below may move it from under the batch's arrays
    const own = columns.map(({ values }) =>
      "buffer" in values && values.buffer === this.#memory.bytes.buffer ? values.byteOffset : undefined,
    );
    const at = this.#memory.area("columns", RECORD * Math.max(1, columns.length));
    const dims = this.#memory.area("dims", 4 * inner.length);
    columns.forEach((column, i) => {
      this.#place(column, at + RECORD * i, i, own[i]);
    });
    inner.forEach((length, i) => {
      this.#memory.view.setUint32(dims + 4 * i, length, true);
    });
    const perRow = inner.reduce((a, b) => a * b, 1);
    core.startPrint(at, columns.length, dims, kind === "frame" ? -1 : inner.length, perRow, Nan[this.#request.nan], this.#request.nulls);
    let row = 0;
    while (row < rows) {
      const room = core.room(row);
      const out = this.#memory.area("out", Math.max(OUT, room));
      const end = core.print(row, rows, more || row > 0, out, out + Math.max(OUT, room));
      if (core.printError.value !== 0) throw this.#refuse(batch, core.printed.value, core.printColumn.value);
      row = core.printed.value;
      yield this.#memory.bytes.slice(out, end);
    }
  }

  /** Writes a column's record; its cells are copied into the core's memory unless they are there already. */
  #place(column: Column, record: number, i: number, own: number | undefined): void {
    const { values, dtype, valid } = column;
    let at: number;
    let step = 0;
    let code = STRING_CODE;
    let offsets = 0;
    if (!isNumeric(dtype)) {
      const texts = encode((values as string[]).map((text) => JSON.stringify(text)).join(""));
      const ends = new Uint32Array(values.length + 1);
      let end = 0;
      (values as string[]).forEach((text, r) => {
        end += byteLength(JSON.stringify(text));
        ends[r + 1] = end;
      });
      at = this.#copy(`text ${i}`, texts);
      offsets = this.#copy(`offsets ${i}`, ends);
    } else {
      const array = values as TypedArray;
      step = NUMERIC[dtype].array.BYTES_PER_ELEMENT;
      code = NUMERIC[dtype].code;
      at = own ?? this.#copy(`values ${i}`, array);
    }
    const validAt = valid ? this.#copy(`valid ${i}`, valid) : 0;
    const { view } = this.#memory;
    view.setUint32(record, at, true);
    view.setUint32(record + 4, step, true);
    view.setUint32(record + 8, code, true);
    view.setUint32(record + 12, validAt, true);
    view.setUint32(record + 20, offsets, true);
  }

  #copy(name: string, array: TypedArray): number {
    const at = this.#memory.area(name, array.byteLength);
    this.#memory.bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    return at;
  }

  #refuse(batch: Batch, row: number, cell: number): TransloadError {
    const name = batch.kind === "frame" ? batch.columns[cell]?.name : "";
    const where = `row ${batch.rowOffset + row}${name ? `, column ${JSON.stringify(name)}` : ""}`;
    const place = { row: batch.rowOffset + row, cell };
    if (this.#memory.core.printError.value === Err.Nan)
      return new TransloadError("E_NAN", `${where}: NaN or Infinity; --nan null or --nan token lets it through`, place);
    return new TransloadError("E_NULL", `${where}: null, which the target's servers refuse in every dtype`, place);
  }
}
