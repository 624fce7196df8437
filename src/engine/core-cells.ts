import { Batch, type Block, type Column } from "../batch.js";
import { type DType, NUMERIC, STRING_CODE } from "../dtype.js";
import type { TransloadError } from "../errors.js";
import type { CellReader, CellRequest, Seen } from "./cells.js";
import { Err, Ev, Look } from "./codes.js";
import { checkNames, chooseDtypes, namesOf, SAMPLE, survey } from "./columns.js";
import type { CoreInput } from "./core-input.js";
import { align, type CoreMemory } from "./core-memory.js";

const RECORD = 32;
const RANGE = 48; // of a column in a survey, where its values would be
const ANY_CODE = 12; // a cell that is only looked at
const STRINGS = 4096;
/** Bytes of cells in a batch when the caller does not say: they stay in the second-level cache until they are used. */
const BATCH = 1 << 20;

/** The fast engine's cell reader, over core/cells.ts. */
export class CoreCells implements CellReader {
  readonly #memory: CoreMemory;
  readonly #input: CoreInput;
  readonly #request: CellRequest;
  readonly #newlinesAt: bigint;
  #stage: "sample" | "cells" | "judge" | "done" = "sample";
  #ended = false;
  #rows = 0;
  // the layout, known after the sample
  #names: readonly string[] = [];
  #dtypes: DType[] = [];
  #shape: number[] = [];
  #block = false;
  #batchRows = 1;
  #columnsAt = 0;
  #valuesAt: number[] = [];
  #validAt: number[] = [];
  #cellsEnd = 0;
  #strings: string[][] = [];
  #stringsAt = 0;
  #scanned: number;

  constructor(memory: CoreMemory, input: CoreInput, request: CellRequest) {
    this.#memory = memory;
    this.#input = input;
    this.#request = request;
    input.markLine();
    this.#newlinesAt = memory.core.newlines.value;
    this.#scanned = input.from;
  }

  get done(): boolean {
    return this.#stage === "done";
  }

  get rows(): number {
    return this.#rows;
  }

  get seen(): readonly Seen[] {
    return this.#names.map((name, i) => {
      const record = this.#columnsAt + RECORD * i;
      const word = (at: number) => this.#memory.view.getUint32(record + at, true);
      // what the core no longer asked of base64 once a text was none
      const looks = word(16) & Look.Unpadded ? word(16) & ~Look.Junk : word(16);
      const has = (bit: number) => (looks & bit) !== 0;
      return {
        name,
        shape: this.#shape,
        integers: has(Look.Int),
        floats: has(Look.Float),
        strings: has(Look.Text),
        booleans: has(Look.Bool),
        nested: has(Look.Nested),
        nulls: word(20),
        nans: word(24),
        ...this.#ends(word(0), looks),
        looks,
      };
    });
  }

  /** The ends of a column's numbers, from its Range (core/look.ts). */
  #ends(at: number, looks: number): Pick<Seen, "wholes" | "reals"> {
    const { view } = this.#memory;
    const magnitude = (offset: number) => view.getBigUint64(at + offset, true);
    const over = (bit: number) => (looks & bit ? 1n : 0n); // 2^64 - 1 stands for more then
    const positive = magnitude(0) <= magnitude(8);
    const negative = magnitude(16) <= magnitude(24);
    const least = negative ? -magnitude(24) - over(Look.Under) : magnitude(0) + (magnitude(0) === magnitude(8) ? over(Look.Over) : 0n);
    const greatest = positive ? magnitude(8) + over(Look.Over) : -magnitude(16) - (magnitude(16) === magnitude(24) ? over(Look.Under) : 0n);
    const [low, high] = [view.getFloat64(at + 32, true), view.getFloat64(at + 40, true)];
    return { wholes: positive || negative ? [least, greatest] : undefined, reals: low <= high ? [low, high] : undefined };
  }

  next(): Batch | undefined {
    if (this.#stage === "sample" && !this.#sample()) return undefined;
    if (this.#stage === "judge") this.#judge();
    return this.#stage === "cells" ? this.#read() : undefined;
  }

  /** The input has ended: the scanner goes to its last byte, to say what was cut off. */
  finish(): void {
    if (this.#stage === "sample") this.#input.moveTo(this.#scanned);
    if (this.#stage === "cells") this.#scanRest();
  }

  /** Scans the first stretch of the cargo, to learn its shape and what its columns hold. False: more input is needed. */
  #sample(): boolean {
    const { core } = this.#memory;
    const input = this.#input;
    while (!this.#ended && (this.#sampled < SAMPLE || !this.#shapeKnown())) {
      if (this.#scanned === input.sound) {
        if (input.sound < input.to) input.refuse(Err.Utf8, this.#scanned);
        const start = input.from;
        if (!input.append()) return false;
        this.#scanned += input.from - start; // the window may have moved
        continue;
      }
      // the sample ends at the same byte however the input was cut
      const left = SAMPLE - this.#sampled;
      const to = left > 0 ? Math.min(input.sound, this.#scanned + left) : input.sound;
      const event = core.scan(this.#scanned, to);
      this.#scanned = core.cursor.value;
      input.noteLines();
      if (event === Ev.Error) input.refuse(core.error.value, this.#scanned);
      if (event === Ev.End) this.#ended = true;
    }
    this.#arrange();
    return true;
  }

  get #sampled(): number {
    return this.#scanned - this.#input.from;
  }

  /** The first row is complete, so every level's length is known. */
  #shapeKnown(): boolean {
    return this.#input.count(this.#memory.core.base.value) > 0;
  }

  /** Decides dtypes and lays out the memory, then goes back to the first byte of the cargo. */
  #arrange(): void {
    const { core } = this.#memory;
    const input = this.#input;
    const request = this.#request;
    const base = core.base.value;
    const levels: number[] = [];
    for (let d = base + 1; core.leaf.value < 0 ? input.expect(d) >= 0 : d <= core.leaf.value; d++) levels.push(input.expect(d));
    const rank = levels.length;
    if (core.leaf.value < 0) core.assumeLeaf(base + Math.max(1, rank)); // no cell at all: rows of empty lists, if any
    const frame = request.layout === "rows";
    const flat = rank === 0;
    this.#block = !frame || flat;
    const width = this.#block ? 1 : (levels[0] as number);
    this.#names = namesOf(request, width);
    this.#shape = frame ? [] : levels;
    if (frame) checkNames(this.#names, request.dtype);
    const text = this.#memory.bytes.subarray(input.from, this.#scanned);
    const kinds = survey(text, rank, this.#block ? 1 : width);
    this.#dtypes = request.survey ? this.#names.map(() => "bool") : chooseDtypes(this.#names, kinds, request.dtype);
    const cellsPerRow = this.#block ? levels.reduce((a, b) => a * b, 1) : 1;
    const rowBytes = cellsPerRow * this.#dtypes.reduce((sum, dtype) => sum + size(dtype), 0);
    this.#batchRows = request.batchRows ?? Math.max(1, Math.floor(BATCH / Math.max(1, rowBytes)));
    if (request.survey) this.#batchRows = 1 << 30;
    this.#allocate(width, request.survey ? 0 : cellsPerRow * this.#batchRows);
    this.#stringsAt = this.#memory.area("string cells", 16 * STRINGS);
    core.startCells(
      this.#columnsAt,
      this.#block ? (levels[rank - 1] ?? 0) : width,
      this.#block,
      this.#stringsAt,
      this.#stringsAt + 16 * STRINGS,
      request.cast === "clip",
      request.dtype === undefined,
    );
    core.startBatch(this.#batchRows);
    core.rewind(this.#newlinesAt);
    input.rewindLine();
    this.#stage = "cells";
  }

  #allocate(width: number, cells: number): void {
    const memory = this.#memory;
    const bytes = this.#dtypes.map((dtype) => align(size(dtype) * cells));
    this.#columnsAt = memory.area("columns of cells", RECORD * Math.max(1, width));
    let at = memory.area(
      "cells",
      bytes.reduce((a, b) => a + b, 0),
    );
    let valid = memory.area("validity of cells", cells * this.#dtypes.length);
    memory.bytes.fill(1, valid, valid + cells * this.#dtypes.length);
    for (const length of bytes) {
      this.#valuesAt.push(at);
      this.#validAt.push(valid);
      at += length;
      valid += cells;
    }
    this.#cellsEnd = at;
    if (this.#request.survey) this.#valuesAt = this.#emptyRanges();
    this.#dtypes.forEach((dtype, i) => {
      const valid = this.#validAt[i] as number;
      const at = this.#columnsAt + RECORD * i;
      memory.view.setUint32(at, this.#valuesAt[i] as number, true);
      memory.view.setUint32(at + 4, this.#request.survey ? 0 : size(dtype), true);
      memory.view.setUint32(at + 8, this.#request.survey ? ANY_CODE : dtype === "string" ? STRING_CODE : NUMERIC[dtype].code, true);
      memory.view.setUint32(at + 12, valid, true);
      for (let word = 16; word < RECORD; word += 4) memory.view.setUint32(at + word, 0, true);
      this.#strings.push([]);
    });
    // a row of no cells still has somewhere to write before it is refused
    if (width === 0)
      for (let i = 0; i < 4; i++)
        memory.view.setUint32(this.#columnsAt + 4 * i, i === 2 ? NUMERIC.bool.code : i === 1 ? 0 : this.#columnsAt, true);
  }

  /** A Range for each column, in which nothing lies yet. */
  #emptyRanges(): number[] {
    const memory = this.#memory;
    const first = memory.area("ranges of a survey", RANGE * this.#dtypes.length);
    return this.#dtypes.map((_, i) => {
      const at = first + RANGE * i;
      for (const magnitude of [0, 16]) {
        memory.view.setBigUint64(at + magnitude, 2n ** 64n - 1n, true);
        memory.view.setBigUint64(at + magnitude + 8, 0n, true);
      }
      memory.view.setFloat64(at + 32, Number.POSITIVE_INFINITY, true);
      memory.view.setFloat64(at + 40, Number.NEGATIVE_INFINITY, true);
      return at;
    });
  }

  #read(): Batch | undefined {
    const { core } = this.#memory;
    const input = this.#input;
    for (;;) {
      const event = core.cells(input.from, input.sound);
      input.moveTo(core.cursor.value);
      if (core.stringEnd.value > this.#stringsAt) this.#drain();
      switch (event) {
        case Ev.Strings:
          break;
        case Ev.Batch: {
          if (this.#request.survey) {
            this.#rows += core.rows.value;
            core.startBatch(this.#batchRows);
            break;
          }
          const batch = this.#batch();
          core.startBatch(this.#batchRows);
          return batch;
        }
        case Ev.Cells: {
          this.#stage = "done";
          if (this.#request.survey) this.#rows += core.rows.value;
          else if (core.rows.value > 0) return this.#batch();
          return undefined;
        }
        case Ev.Error:
          if (core.error.value !== Err.None) throw this.#refuse(core.error.value);
          this.#stage = "judge";
          this.#judge();
          return undefined;
        default:
          if (input.sound < input.to) {
            this.#stage = "judge";
            this.#judge();
            return undefined;
          }
          if (!input.append()) return undefined;
      }
    }
  }

  /** The cell reader met a byte it does not take: the scanner finds out what is wrong, in this chunk or a later one. */
  #judge(): void {
    do {
      if (this.#scanRest()) throw new Error("transload: the scanner found no fault where the cell reader did");
    } while (this.#input.append());
  }

  /** Scans what is in the window, and throws for the first fault. True when the cargo ended there. */
  #scanRest(): boolean {
    const { core } = this.#memory;
    const input = this.#input;
    const event = core.scan(input.from, input.sound);
    input.moveTo(core.cursor.value);
    if (event === Ev.Error) input.refuse(core.error.value, input.from);
    if (event === Ev.End) return true;
    if (input.sound < input.to) input.refuse(Err.Utf8, input.sound);
    return false;
  }

  /** A cell that its column cannot take. */
  #refuse(error: number): TransloadError {
    const input = this.#input;
    const { core } = this.#memory;
    const column = this.#block ? 0 : input.count(core.leaf.value);
    const dtype = this.#dtypes[column] as DType;
    return input.refuseCell(error, this.#names[column] ?? "", dtype, this.#request.dtype === undefined);
  }

  /** Makes JavaScript strings of the cells remembered so far, before their bytes leave the window. */
  #drain(): void {
    const { core, view, bytes } = this.#memory;
    for (let at = this.#stringsAt; at < core.stringEnd.value; at += 16) {
      const from = view.getUint32(at, true);
      const text = Buffer.from(bytes.buffer, from, view.getUint32(at + 4, true) - from).toString();
      const list = this.#strings[view.getUint32(at + 8, true)] as string[];
      list[view.getUint32(at + 12, true)] = text.includes("\\") ? (JSON.parse(`"${text}"`) as string) : text;
    }
    core.drainStrings();
  }

  #batch(): Batch {
    const { core } = this.#memory;
    const rowCount = core.rows.value;
    const reuse = this.#request.reuse;
    const cells = rowCount * this.#shape.reduce((a, b) => a * b, 1);
    const capacity = this.#batchRows * this.#shape.reduce((a, b) => a * b, 1);
    const { buffer } = this.#memory.bytes;
    const first = this.#valuesAt[0] ?? this.#cellsEnd;
    // one copy for all columns; or none, when the caller only borrows
    const whole = this.#block ? first + cells * size(this.#dtypes[0] as DType) : this.#cellsEnd;
    const store = reuse ? buffer : buffer.slice(first, whole);
    const shift = reuse ? 0 : first;
    const columns = this.#dtypes.map((dtype, i): Column => {
      const name = this.#names[i] as string;
      const valid = this.#takeValid(i, cells);
      if (dtype === "string") {
        const values = this.#strings[i] as string[];
        this.#strings[i] = [];
        for (let r = 0; r < cells; r++) values[r] ??= "";
        return { name, dtype, values, shape: this.#shape, ...(valid && { valid }) };
      }
      const values = new NUMERIC[dtype].array(store, (this.#valuesAt[i] as number) - shift, cells);
      return { name, dtype, values, shape: this.#shape, ...(valid && { valid }) };
    });
    const batch = new Batch({
      rowOffset: this.#rows,
      rowCount,
      columns,
      kind: this.#request.layout === "rows" ? "frame" : "tensor",
      block: this.#blockOf(store, first - shift, capacity),
    });
    this.#rows += rowCount;
    return batch;
  }

  /** The columns as one strided array, when they have one dtype. */
  #blockOf(store: ArrayBuffer, at: number, capacity: number): Block | undefined {
    const dtype = this.#dtypes[0];
    if (dtype === undefined || dtype === "string" || this.#dtypes.some((d) => d !== dtype)) return undefined;
    const bytes = size(dtype);
    const stride = this.#dtypes.length > 1 ? ((this.#valuesAt[1] as number) - (this.#valuesAt[0] as number)) / bytes : capacity;
    const length = Math.min(stride * this.#dtypes.length, Math.floor((store.byteLength - at) / bytes));
    return { values: new NUMERIC[dtype].array(store, at, length), stride };
  }

  /** Validity of a column with nulls, which is then made ready for the next batch. */
  #takeValid(i: number, cells: number): Uint8Array<ArrayBuffer> | undefined {
    const { bytes, view } = this.#memory;
    const flag = this.#columnsAt + RECORD * i + 16;
    if (view.getUint32(flag, true) === 0) return undefined;
    const at = this.#validAt[i] as number;
    const valid = new Uint8Array(bytes.buffer.slice(at, at + cells));
    bytes.fill(1, at, at + cells);
    view.setUint32(flag, 0, true);
    return valid;
  }
}

function size(dtype: DType): number {
  return dtype === "string" ? 0 : NUMERIC[dtype].array.BYTES_PER_ELEMENT;
}
