import type { Batch } from "../../columns/batch.js";
import { NUMERIC } from "../../columns/dtype.js";
import type { TransloadError } from "../../errors.js";
import { BEYOND, type CellReader, type CellRequest, type Seen } from "../cells.js";
import { type ColumnChoice, Takes } from "../choice.js";
import { Err, Ev, Look } from "../codes.js";
import { checkNames, chooseDtypes, listsAmong, namesOf, pickedOf, SAMPLE, saidOf, survey, takesOf } from "../columns.js";
import { ListReader } from "../nested.js";
import type { Scanner } from "../scanner.js";
import { CoreColumns, RECORD } from "./columns.js";
import type { CoreInput } from "./input.js";
import type { CoreMemory } from "./memory.js";

const RANGE = 48; // of a column in a survey, where its values would be
const ANY_CODE = 12; // a cell that is only surveyed
const SURVEYED: ColumnChoice = { dtype: "bool", guessed: true };
/** Rows of a survey, which makes no batch. */
const ENDLESS = 1 << 30;

/** The fast engine's cell reader, over core/cells.ts. */
export class CoreCells implements CellReader {
  readonly #memory: CoreMemory;
  readonly #input: CoreInput;
  readonly #request: CellRequest;
  readonly #createScanner: () => Scanner;
  readonly #newlinesAt: bigint;
  #stage: "sample" | "cells" | "fault" | "done" = "sample";
  #ended = false;
  #rows = 0;
  // the layout, known after the sample
  #names: readonly string[] = [];
  #choices: readonly ColumnChoice[] = [];
  #shape: number[] = [];
  #block = false;
  #batchRows = 1;
  #columns: CoreColumns | undefined;
  #columnsAt = 0;
  #scanned: number;

  /** `createScanner`: one more, for lists in cells. */
  constructor(memory: CoreMemory, input: CoreInput, request: CellRequest, createScanner: () => Scanner) {
    this.#createScanner = createScanner;
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

  /** The ends of a column's numbers, from its Range (core/survey.ts). */
  #ends(at: number, looks: number): Pick<Seen, "wholes" | "reals"> {
    const { view } = this.#memory;
    const magnitude = (offset: number) => view.getBigUint64(at + offset, true);
    // from the least to the greatest; numbers beyond 64 bits have left a bit
    const ends: bigint[] = [];
    if (looks & Look.Under) ends.push(-BEYOND);
    if (magnitude(16) <= magnitude(24)) ends.push(-magnitude(24), -magnitude(16));
    if (magnitude(0) <= magnitude(8)) ends.push(magnitude(0), magnitude(8));
    if (looks & Look.Over) ends.push(BEYOND);
    const [least, greatest] = [ends[0], ends.at(-1)];
    const [low, high] = [view.getFloat64(at + 32, true), view.getFloat64(at + 40, true)];
    const wholes = least === undefined || greatest === undefined ? undefined : ([least, greatest] as const);
    return { wholes, reals: low <= high ? [low, high] : undefined };
  }

  next(): Batch | undefined {
    if (this.#stage === "sample" && !this.#sample()) return undefined;
    if (this.#stage === "fault") this.#findFault();
    return this.#stage === "cells" ? this.#read() : undefined;
  }

  /** The input has ended: the scanner goes to its last byte, to say what was cut off. */
  finish(): void {
    const waits = !this.#input.isDue;
    this.#input.finish();
    if (this.#stage === "sample") this.#input.moveTo(this.#scanned);
    if (this.#stage === "cells" && !waits) this.#scanRest();
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
      const most = Math.max(SAMPLE, this.#memory.maxRowBytes + 1);
      if (this.#sampled >= this.#memory.maxRowBytes + 1 && !this.#shapeKnown()) throw input.tooLong();
      // the sample ends at the same byte however the input was cut
      const left = SAMPLE - this.#sampled;
      const to = Math.min(input.sound, left > 0 ? this.#scanned + left : input.from + most);
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
    const asked = this.#block ? { ...request, verbatim: undefined } : request;
    this.#choices = request.survey ? this.#names.map(() => SURVEYED) : chooseDtypes(this.#names, kinds, asked);
    const lists = frame && !request.survey ? listsAmong(kinds, this.#choices) : [];
    const { survey: isSurvey, batchRows, batchBytes, reuse, dictionary = false } = request;
    const places = pickedOf(this.#names, frame && !this.#block && request.names?.length === width ? request.pick : undefined);
    const columns = new CoreColumns(this.#memory, {
      names: places.map((i) => this.#names[i] as string),
      dtypes: isSurvey ? [] : places.map((i) => (this.#choices[i] as ColumnChoice).dtype),
      sourceWidth: isSurvey ? 0 : this.#names.length,
      places,
      shape: this.#shape,
      block: this.#block,
      kind: frame ? "frame" : "tensor",
      batchRows,
      batchBytes,
      reuse,
      dictionary,
      takes: places.map((i) => (lists[i] ? Takes.Lists : takesOf(this.#choices[i] as ColumnChoice, request))),
      lists: places.map((i) =>
        lists[i]
          ? new ListReader(this.#names[i] as string, saidOf(request, this.#names[i] as string), request.cast, this.#createScanner)
          : undefined,
      ),
      listBytes: places.map((i) => (lists[i] ? kinds[i]?.listBytes : undefined)),
    });
    this.#columns = columns;
    this.#batchRows = isSurvey ? ENDLESS : columns.batchRows;
    this.#columnsAt = isSurvey ? this.#layRanges() : columns.at;
    core.startCells(
      this.#columnsAt,
      this.#block ? (levels[rank - 1] ?? 0) : width,
      this.#block,
      columns.stringsAt,
      columns.stringsEnd,
      request.cast === "clip",
    );
    core.startBatch(this.#batchRows);
    core.rewind(this.#newlinesAt);
    input.rewindLine();
    this.#stage = "cells";
  }

  /** Records of a survey: a Range for each column, in which nothing lies yet. */
  #layRanges(): number {
    const memory = this.#memory;
    const count = this.#choices.length;
    const records = memory.area("columns of a survey", RECORD * Math.max(1, count));
    const first = memory.area("ranges of a survey", RANGE * count);
    memory.bytes.fill(0, records, records + RECORD * Math.max(1, count));
    for (let i = 0; i < count; i++) {
      const at = first + RANGE * i;
      for (const magnitude of [0, 16]) {
        memory.view.setBigUint64(at + magnitude, 2n ** 64n - 1n, true);
        memory.view.setBigUint64(at + magnitude + 8, 0n, true);
      }
      memory.view.setFloat64(at + 32, Number.POSITIVE_INFINITY, true);
      memory.view.setFloat64(at + 40, Number.NEGATIVE_INFINITY, true);
      memory.view.setUint32(records + RECORD * i, at, true);
      memory.view.setUint32(records + RECORD * i + 8, ANY_CODE, true);
    }
    // a row of no cells still has somewhere to write before it is refused
    if (count === 0) memory.view.setUint32(records + 8, NUMERIC.bool.code, true);
    return records;
  }

  #read(): Batch | undefined {
    const { core } = this.#memory;
    const input = this.#input;
    for (;;) {
      if (!input.isDue) {
        if (!input.append()) return undefined;
        continue;
      }
      const event = core.cells(input.from, input.sound);
      input.moveTo(core.cursor.value);
      if (core.stringEnd.value > (this.#columns as CoreColumns).stringsAt) this.#columns?.drain('"');
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
          this.#stage = "fault";
          this.#findFault();
          return undefined;
        default:
          if (input.sound < input.to) {
            this.#stage = "fault";
            this.#findFault();
            return undefined;
          }
          if (!input.appendMore()) return undefined;
      }
    }
  }

  /** The cell reader met a byte it does not take: the scanner finds out what is wrong, in this chunk or a later one. */
  #findFault(): void {
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
    if (error === Err.Long) return input.tooLong();
    const column = this.#block ? 0 : input.count(core.leaf.value);
    return input.refuseCell(error, this.#names[column] ?? "", this.#choices[column] as ColumnChoice);
  }

  #batch(): Batch {
    const batch = (this.#columns as CoreColumns).batch(this.#memory.core.rows.value);
    this.#rows += batch.rowCount;
    return batch;
  }
}
