import { Batch, type Column } from "../batch.js";
import { byteLength, decode, encode } from "../bytes.js";
import { toText } from "../cell-text.js";
import { isNumeric, NUMERIC, STRING_CODE, type TypedArray } from "../dtype.js";
import { TransloadError } from "../errors.js";
import type { Printer, PrintRequest } from "./cells.js";
import { Err, Nan } from "./codes.js";
import { CoreMemory } from "./core-memory.js";

const RECORD = 32;
const OUT = 1 << 18;

/** A column of a frame whose cells are tensors. */
function isTensors({ kind }: Batch, { shape }: Column): boolean {
  return kind === "frame" && shape.length > 0;
}

/** The fast engine's printer, over core/print.ts. */
export class CorePrinter implements Printer {
  readonly #memory: CoreMemory;
  readonly #request: PrintRequest;
  #inner: CorePrinter | undefined;

  constructor(memory: CoreMemory, request: PrintRequest) {
    this.#memory = memory;
    this.#request = request;
  }

  *print(batch: Batch, more: boolean): Iterable<Uint8Array> {
    const { core } = this.#memory;
    const { kind } = batch;
    const columns = batch.columns.map((column) =>
      isTensors(batch, column) ? this.#printLists(column, batch.rowCount) : toText(column, batch.rowOffset),
    );
    const rows = kind === "scalar" ? 1 : batch.rowCount;
    const inner = kind === "frame" ? [] : (columns[0]?.shape ?? []);
    // addresses first: taking more memory below may move it from under the batch's arrays
    const own = columns.map(({ values }) =>
      "buffer" in values && values.buffer === this.#memory.bytes.buffer ? values.byteOffset : undefined,
    );
    const at = this.#memory.area("columns", RECORD * Math.max(1, columns.length));
    const dims = this.#memory.area("dims", 4 * inner.length);
    columns.forEach((column, i) => {
      this.#place(column, at + RECORD * i, i, own[i], isTensors(batch, batch.columns[i] as Column));
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

  /** Cells that are tensors, as they are written. */
  #printLists(column: Column, rows: number): Column {
    const { name, shape, valid } = column;
    const perRow = shape.reduce((a, b) => a * b, 1);
    const present = Uint8Array.from({ length: rows }, (_, r) => Number(!valid || valid.subarray(r * perRow, (r + 1) * perRow).includes(1)));
    const values = Array.from({ length: rows }, (_, r) => (present[r] ? this.#printList(column, r, perRow) : "null"));
    return { name, dtype: "string", values, shape: [], ...(present.includes(0) && { valid: present }) };
  }

  #printList(column: Column, row: number, perRow: number): string {
    const [from, to] = [row * perRow, (row + 1) * perRow];
    const cells = { values: column.values.slice(from, to) as TypedArray, ...(column.valid && { valid: column.valid.slice(from, to) }) };
    const { name, dtype, shape } = column;
    const one = new Batch({ rowOffset: row, rowCount: 1, columns: [{ name, dtype, shape, ...cells }], kind: "tensor" });
    // in a memory of its own: more of ours would move it from under the batch's arrays
    this.#inner ??= new CorePrinter(new CoreMemory(), this.#request);
    return [...this.#inner.print(one, false)].map(decode).join("");
  }

  /** Writes a column's record; its cells are copied into the core's memory unless they are there already. */
  #place(column: Column, record: number, i: number, own: number | undefined, isWritten: boolean): void {
    const { values, dtype, valid } = column;
    let at: number;
    let step = 0;
    let code = STRING_CODE;
    let offsets = 0;
    if (!isNumeric(dtype)) {
      const spelled = isWritten ? (values as string[]) : (values as string[]).map((text) => JSON.stringify(text));
      const texts = encode(spelled.join(""));
      const ends = new Uint32Array(values.length + 1);
      let end = 0;
      spelled.forEach((text, r) => {
        end += byteLength(text);
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
