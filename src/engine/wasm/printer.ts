import { Batch } from "../../columns/batch.js";
import { byteLength, concat, encode } from "../../columns/bytes.js";
import { toText } from "../../columns/cell-text.js";
import { type Column, isVerbatim, type Level, type Texts } from "../../columns/column.js";
import { isNumeric, NUMERIC, STRING_CODE, type TypedArray } from "../../columns/dtype.js";
import { changedAround, product, rowOf } from "../../columns/lists.js";
import { lengthOf, textsNow } from "../../columns/texts.js";
import { optionText, TransloadError } from "../../errors.js";
import { Err, Nan } from "../codes.js";
import type { Printer, PrintRequest } from "../printer.js";
import { CoreMemory } from "./memory.js";

const RECORD = 32;
const OUT = 1 << 18;

/** Cells that are JSON already, one behind the other, and where each begins and the last ends. */
interface Written {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly ends: Uint32Array<ArrayBuffer>;
}

/** Where a column's cells are in the core's memory (core/print.ts has the record). */
interface Placed {
  readonly at: number;
  readonly step?: number;
  readonly code: number;
  readonly offsets?: number;
  readonly codes?: number;
}

/** A column's texts, and what is known of them before more memory is taken, which may move them. */
interface TextSource extends Texts {
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/** A column on its way into the core's memory, where some of its arrays may lie already. */
interface Source {
  readonly column: Column;
  /** In the place of its cells. */
  readonly written: Written | undefined;
  readonly texts: TextSource | undefined;
  /** Addresses of arrays in the core's memory, of which nothing else is good any more once more is taken. */
  readonly own: ReadonlyMap<TypedArray, number>;
}

/** The fast engine's printer, over core/print.ts. */
export class CorePrinter implements Printer {
  readonly #memory: CoreMemory;
  readonly #request: PrintRequest;
  /** For lists in cells; in a memory of its own, as more of ours would move it from under the batch's arrays. */
  #inner: CorePrinter | undefined;
  /** Which row a cell that is printed belongs to, where each is printed by itself. */
  #rowOf: ((cell: number) => number) | undefined;
  /** Dictionaries in the core's memory, by their columns. */
  readonly #spelled = new Map<number, { readonly of: Texts["offsets"]; readonly placed: Placed }>();

  constructor(memory: CoreMemory, request: PrintRequest) {
    this.#memory = memory;
    this.#request = request;
  }

  *print(batch: Batch, more: boolean): Iterable<Uint8Array> {
    const { core } = this.#memory;
    const rows = this.#start(batch);
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

  /** Rows one by one, nothing between them. */
  #printRows(batch: Batch): Written {
    const { core } = this.#memory;
    const rows = this.#start(batch);
    const ends = new Uint32Array(rows + 1);
    const parts: Uint8Array[] = [];
    for (let row = 0; row < rows; ) {
      const size = Math.max(OUT, core.room(row));
      const out = this.#memory.area("out", size);
      let end = out;
      for (const done = ends[row] as number; row < rows && end + core.room(row) <= out + size; row++) {
        end = core.print(row, row + 1, false, end, out + size);
        if (core.printError.value !== 0) throw this.#refuse(batch, row, core.printColumn.value);
        ends[row + 1] = done + (end - out);
      }
      parts.push(this.#memory.bytes.slice(out, end));
    }
    return { bytes: concat(parts), ends };
  }

  /** Has the core begin with a batch; how many rows it has. */
  #start(batch: Batch): number {
    const { kind } = batch;
    const sources = batch.columns.map((column) => this.#source(batch, column));
    const inner = kind === "frame" ? [] : (batch.columns[0]?.shape ?? []);
    const at = this.#memory.area("columns", RECORD * Math.max(1, sources.length));
    const dims = this.#memory.area("dims", 4 * inner.length);
    sources.forEach((source, i) => {
      const placed = this.#place(source, i);
      const { valid } = source.column;
      const validAt = valid ? (source.own.get(valid) ?? this.#copy(`valid ${i}`, valid)) : 0;
      const { view } = this.#memory;
      view.setUint32(at + RECORD * i, placed.at, true);
      view.setUint32(at + RECORD * i + 4, placed.step ?? 0, true);
      view.setUint32(at + RECORD * i + 8, placed.code, true);
      view.setUint32(at + RECORD * i + 20, placed.offsets ?? 0, true);
      view.setUint32(at + RECORD * i + 24, placed.codes ?? 0, true);
      view.setUint32(at + RECORD * i + 12, validAt, true);
    });
    inner.forEach((length, i) => {
      this.#memory.view.setUint32(dims + 4 * i, length, true);
    });
    const perRow = product(inner);
    const { core } = this.#memory;
    core.startPrint(at, sources.length, dims, kind === "frame" ? -1 : inner.length, perRow, Nan[this.#request.nan], this.#request.nulls);
    return kind === "scalar" ? 1 : batch.rowCount;
  }

  /** Addresses are noted before any memory is taken, which may move it from under the batch's arrays. */
  #source(batch: Batch, column: Column): Source {
    if (batch.kind === "frame" && (column.lists || column.shape.length > 0)) return this.#lists(batch, column);
    const text = toText(column, batch.rowOffset);
    const found = text.dtype === "string" ? textsNow(text) : undefined;
    // of a dictionary each would have to be put in its place
    const texts = isVerbatim(text) && found?.codes ? undefined : found;
    const arrays = texts
      ? [texts.bytes, texts.offsets, texts.codes, text.valid]
      : [text.valid, isNumeric(text.dtype) ? text.values : undefined];
    const own = (arrays as (TypedArray | undefined)[]).filter((array) => array?.buffer === this.#memory.bytes.buffer) as TypedArray[];
    return {
      column: text,
      written: undefined,
      texts: texts && sourceOf(texts),
      own: new Map(own.map((array) => [array, array.byteOffset])),
    };
  }

  /** Cells that are lists: of one shape each is a row of a tensor, and of any length they are put together of cells. */
  #lists({ rowOffset, rowCount }: Batch, column: Column): Source {
    const { name, dtype, shape, lists } = column;
    this.#inner ??= new CorePrinter(new CoreMemory(), this.#request);
    const valid = lists?.[0]?.valid;
    const outer = { name, dtype, values: [], shape: [], ...(valid && { valid }) };
    const tensor = (rows: number, own: Column) => new Batch({ rowOffset, rowCount: rows, columns: [own], kind: "tensor" });
    if (!lists || shape.length > 0) {
      const written = this.#inner.#printRows(tensor(rowCount, changedAround(column, { shape })));
      return { column: outer, written, texts: undefined, own: new Map() };
    }
    this.#inner.#rowOf = (cell) => rowOf(column, cell);
    const cells = this.#inner.#printRows(tensor(lengthOf(column), changedAround(column, { shape: [] })));
    this.#inner.#rowOf = undefined;
    if (!this.#request.nulls) refuseNullLists(column, rowOffset);
    return { column: outer, written: bracketed(cells, lists), texts: undefined, own: new Map() };
  }

  #place({ column, written, texts, own }: Source, i: number): Placed {
    const { dtype } = column;
    if (written) return this.#placeWritten(written, i);
    if (texts) return this.#placeTexts(texts, own, i, isVerbatim(column));
    if (!isNumeric(dtype))
      return this.#placeWritten(writtenOf(column.values as readonly string[], isVerbatim(column) ? String : JSON.stringify), i);
    const values = column.values as TypedArray;
    return {
      at: own.get(values) ?? this.#copy(`values ${i}`, values),
      step: NUMERIC[dtype].array.BYTES_PER_ELEMENT,
      code: NUMERIC[dtype].code,
    };
  }

  #placeWritten({ bytes, ends }: Written, i: number): Placed {
    return { at: this.#copy(`text ${i}`, bytes), code: STRING_CODE, offsets: this.#copy(`offsets ${i}`, ends) };
  }

  /** Texts are spelled by the core; those of a dictionary once, as long as it is the same. */
  #placeTexts(texts: TextSource, own: Source["own"], i: number, json: boolean): Placed {
    const { offsets, codes } = texts;
    const codesAt = codes && (own.get(codes) ?? this.#copy(`codes ${i}`, codes));
    const known = this.#spelled.get(i);
    if (codesAt !== undefined && known?.of === offsets) return { ...known.placed, codes: codesAt };
    const placed = json ? this.#placeJson(texts, own, i) : this.#spell(texts, own, i);
    if (codesAt === undefined) this.#spelled.delete(i);
    else this.#spelled.set(i, { of: offsets, placed });
    return codesAt === undefined ? placed : { ...placed, codes: codesAt };
  }

  /** Texts that are JSON already. */
  #placeJson({ offsets, bytes, from, to }: TextSource, own: Source["own"], i: number): Placed {
    const ends = own.get(offsets) ?? this.#copy(`offsets ${i}`, offsets);
    const at = own.get(bytes) ?? this.#copy(`text ${i}`, bytes.subarray(from, to)) - from;
    return { at, code: STRING_CODE, offsets: ends };
  }

  #spell({ offsets, bytes, count, from, to }: TextSource, own: Source["own"], i: number): Placed {
    const { core } = this.#memory;
    const ends = own.get(offsets) ?? this.#copy(`offsets ${i}`, offsets);
    const at = own.get(bytes) ?? this.#copy(`text ${i}`, bytes.subarray(from, to)) - from;
    const escapes = core.escapes(at + from, at + to);
    const out = this.#memory.area(`spelled ${i}`, to - from + 2 * count + 5 * escapes);
    const outEnds = this.#memory.area(`ends ${i}`, 4 * (count + 1));
    core.spell(at, ends, count, escapes === 0, out, outEnds);
    return { at: out, code: STRING_CODE, offsets: outEnds };
  }

  #copy(name: string, array: TypedArray): number {
    const at = this.#memory.area(name, array.byteLength);
    this.#memory.bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    return at;
  }

  #refuse(batch: Batch, printed: number, cell: number): TransloadError {
    const row = this.#rowOf?.(printed) ?? printed;
    // of lists in a frame the column is known by its name, and the cell is one of its own
    const name = batch.kind === "frame" ? batch.columns[cell]?.name : batch.columns[0]?.name;
    const where = `row ${batch.rowOffset + row}${name ? `, column ${JSON.stringify(name)}` : ""}`;
    const place = { row: batch.rowOffset + row, cell };
    if (this.#memory.core.printError.value === Err.Nan)
      return new TransloadError(
        "E_NAN",
        `${where}: NaN or Infinity; ${optionText("nan", "null")} or ${optionText("nan", "token")} lets it through`,
        place,
      );
    return new TransloadError("E_NULL", `${where}: null, which the target's servers refuse in every dtype`, place);
  }
}

function sourceOf({ offsets, bytes, codes }: Texts): TextSource {
  const count = offsets.length - 1;
  return { offsets, bytes, ...(codes && { codes }), count, from: offsets[0] as number, to: offsets[count] as number };
}

/** @throws TransloadError E_NULL for the first list in lists that is null; the core refuses the outermost ones. */
function refuseNullLists({ name, lists = [] }: Column, rowOffset: number): void {
  lists.slice(1).forEach(({ valid }, i) => {
    const at = valid?.indexOf(0) ?? -1;
    if (at < 0) return;
    const row = rowOffset + rowOf({ shape: [], lists: lists.slice(0, i + 1) }, at);
    throw new TransloadError(
      "E_NULL",
      `row ${row}, column ${JSON.stringify(name)}: null, which the target's servers refuse in every dtype`,
      { row },
    );
  });
}

/** Cells in the brackets of their lists. */
function bracketed({ bytes, ends }: Written, lists: readonly Level[]): Written {
  const brackets = lists.reduce((sum, { offsets }) => sum + 4 * offsets.length, 0);
  const out = new Uint8Array(bytes.length + brackets + lists.reduce((sum, { offsets }) => sum + (offsets.at(-1) as number), 0));
  let at = 0;
  const write = (level: number, item: number): void => {
    const own = lists[level];
    if (!own) {
      out.set(bytes.subarray(ends[item], ends[item + 1]), at);
      at += (ends[item + 1] as number) - (ends[item] as number);
    } else if (own.valid?.[item] === 0) {
      out.set(NULL, at);
      at += NULL.length;
    } else {
      const from = own.offsets[item] as number;
      out[at++] = OPEN;
      for (let i = from; i < (own.offsets[item + 1] as number); i++) {
        if (i > from) out[at++] = COMMA;
        write(level + 1, i);
      }
      out[at++] = CLOSE;
    }
  };
  const rows = (lists[0]?.offsets.length ?? 1) - 1;
  const own = new Uint32Array(rows + 1);
  for (let row = 0; row < rows; row++) {
    write(0, row);
    own[row + 1] = at;
  }
  return { bytes: out.subarray(0, at), ends: own };
}

const NULL = encode("null");
const [OPEN, CLOSE, COMMA] = [0x5b, 0x5d, 0x2c];

/** Strings, halves of surrogate pairs among them, as JSON. */
function writtenOf(strings: readonly string[], spell: (text: string) => string): Written {
  const spelled = strings.map((text) => spell(text));
  const ends = new Uint32Array(strings.length + 1);
  spelled.forEach((text, i) => {
    ends[i + 1] = (ends[i] as number) + byteLength(text);
  });
  return { bytes: encode(spelled.join("")), ends };
}
