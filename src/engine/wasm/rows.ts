import { concat, decode, encode } from "../../columns/bytes.js";
import { TransloadError } from "../../errors.js";
import { kindsOf } from "../cell-kinds.js";
import { Err, Ev, Gap, Kind, LEARN, Mode, St, Style, Syntax, Typing } from "../codes.js";
import { refuse, refuseCell, refuseKey, refuseRow } from "../fault.js";
import type { CellKinds, ColumnSource, RowReader, RowRequest, RowStyle } from "../rows.js";
import { checkWidth, checkWritten, tooLong } from "../size.js";
import type { CoreInput } from "./input.js";
import type { CoreMemory } from "./memory.js";
import { CoreShelf } from "./shelf.js";

const FIELD = 64;
const CELL = 16;
const OUT = 1 << 18;
/** Bytes for the windows of all columns side by side together, and the least and most for one. */
const SIDES = 1 << 23;
const SIDE_LEAST = 1 << 6;
const SIDE_MOST = 1 << 18;
/** Bytes of a column that leaves the rows. */
const PLACE = 1 << 18;
/** Bytes of cells, and cells, that are put together by columns at once, or a row: fewer make pieces that are dear to put together. */
const BLOCK = 1 << 23;
const BLOCK_CELLS = 1 << 21;
/** Rows that may take more are measured before there is made room for them. */
const ROOMY = 1 << 24;
/** A spelling of a key, and one that no field has (core/keys.ts). */
const SPELLING = 16;
const STRANGER = 8;
const CLOSE = 0x5d; /* ] */
/** What the cells of rows are that were copied whole. */
const NUMBERS = (1 << Kind.Int) | (1 << Kind.Float);
const UNLIMITED = 2n ** 64n - 1n;

/** The fast engine's row reader, over core/rows.ts. */
export class CoreRows implements RowReader {
  done = false;
  full = false;
  width: number | undefined;
  readonly #memory: CoreMemory;
  readonly #input: CoreInput;
  readonly #request: RowRequest;
  readonly #style: RowStyle;
  readonly #keyed: boolean;
  readonly #names: string[] | undefined;
  readonly #shelf: CoreShelf;
  /** Spellings of keys so far. */
  #spellings = 0;
  /** Names that have one. */
  #spelled = 0;
  /** Places in their table. */
  #slots = 0;
  #fieldsAt = 0;
  /** Fields laid out so far. */
  #laid = 0;
  /** Bytes of the texts around the cells. */
  #textBytes = 0;
  /** The texts between cells are all the same as in the source. */
  #commas = true;
  /** Some columns are text, whatever they look like. */
  #someText = false;
  #cellsAt = 0;
  /** Fields there is room for. */
  #reserved = 0;
  /** Where the cells of a column go that leaves the rows. */
  #place = { at: 0, length: 0 };
  /** Windows of columns side by side, one as long as the other, but for those whose cells are longer. */
  #sidesAt = 0;
  #sideLength = 0;
  readonly #longSides = new Map<number, { at: number; length: number }>();
  #outAt = 0;
  #outLength = 0;
  #bytesLeft: number | undefined;
  #ended = false;
  /** The reader has given up: the scanner goes on alone until it finds the fault. */
  #judging = false;

  constructor(memory: CoreMemory, input: CoreInput, request: RowRequest, style: RowStyle) {
    this.#memory = memory;
    this.#input = input;
    this.#request = request;
    this.#style = style;
    this.#keyed = request.syntax === "records" || request.syntax === "recordLines";
    this.#names = request.names ? [...request.names] : this.#keyed ? [] : undefined;
    this.#shelf = new CoreShelf(memory, "texts of rows");
    input.tooLong = () => this.#tooLong();
    this.width = this.#names?.length ?? request.width;
    this.#start();
  }

  get names(): readonly string[] | undefined {
    return this.#names;
  }

  get rows(): number {
    return Number(this.#memory.core.rowCount.value);
  }

  get padded(): number {
    return Number(this.#memory.core.padded.value);
  }

  get repeated(): number {
    return Number(this.#memory.core.repeated.value);
  }

  get retyped(): number {
    return Number(this.#memory.core.retyped.value);
  }

  get kinds(): readonly CellKinds[] {
    const passed = this.#memory.core.wholeCount.value > 0n ? NUMBERS : 0;
    return this.#kindBits().map((bits) => kindsOf(bits | passed));
  }

  limit(rows: number | undefined, bytes: number | undefined, fresh: boolean): void {
    const { core } = this.#memory;
    this.#bytesLeft = bytes;
    this.full = false;
    core.limitRows(rows === undefined ? UNLIMITED : BigInt(rows));
    if (fresh) core.startOutput();
    this.#setOut(bytes);
  }

  /** No more input will come. */
  finish(): void {
    this.#ended = true;
    this.#input.finish();
  }

  next(): Uint8Array | undefined {
    if (this.done || this.full) return undefined;
    if (this.#judging) return this.#judge();
    const { core } = this.#memory;
    const input = this.#input;
    for (;;) {
      if (!input.isDue) {
        this.#style.typed?.drain();
        if (!input.append()) return this.#drain();
        continue;
      }
      const whole = input.sound === input.to;
      const last = this.#ended && whole && !input.waiting;
      if (last && this.#request.syntax === "delimited") this.#checkEnd();
      const event = core.convertRows(input.from, input.sound, last);
      // side by side, the cursor is in another window
      if (this.#request.syntax !== "across") input.moveTo(core.cursor.value);
      switch (event) {
        case Ev.Flush: {
          const bytes = this.#flush(core.needed.value);
          if (bytes || this.full) return bytes;
          break;
        }
        case Ev.Limit:
          this.full = true;
          return this.#drain();
        case Ev.Cells:
          this.done = true;
          return this.#drain();
        case Ev.NewKey:
          this.#addKeys();
          break;
        case Ev.Side:
          this.#refill(core.cellIndex.value);
          break;
        case Ev.Width:
          this.width = core.cellIndex.value;
          this.#arrange();
          break;
        case Ev.Error:
          if (core.error.value === Err.None) return this.#judge();
          throw this.#refuse(core.error.value);
        default: {
          if (!whole) return this.#judge();
          this.#style.typed?.drain();
          if (input.appendMore()) break;
          if (this.#ended) this.#scanRest();
          return this.#drain();
        }
      }
    }
  }

  /** Looks at whole rows in so many bytes of the window, and goes back to the first of them. `last`: the input ends with the window. */
  look(bytes: number, last: boolean): void {
    const { core } = this.#memory;
    const input = this.#input;
    const start = input.from;
    const newlines = core.newlines.value;
    input.markLine();
    const to = Math.min(input.sound, start + bytes);
    for (;;) {
      const event = core.convertRows(input.from, to, last && to === input.to);
      input.moveTo(core.cursor.value);
      if (event === Ev.Width) {
        this.width = core.cellIndex.value;
        this.#arrange();
      } else if (event === Ev.Error) throw this.#refuse(core.error.value);
      else break;
    }
    input.from = start;
    input.rewindLine();
    core.rewind(newlines);
  }

  #start(): void {
    const { core } = this.#memory;
    const { syntax, ragged, twice, fields } = this.#request;
    const { cells, missing, nan, nulls, delimiter = "," } = this.#style;
    if (syntax === "listLines" || syntax === "recordLines") {
      core.startCargo(this.#keyed ? Mode.Records : Mode.Rows, this.width === undefined ? LEARN : BigInt(this.width));
      this.#input.lines = true;
    }
    core.setPlain(false);
    core.startRows(Syntax[capital(syntax)], ragged === "pad", twice === "first");
    if (fields || cells === "delimited") {
      const words = (fields?.missing ?? []).filter((word) => word !== "").map(encode);
      const list = concat([...words.map((word) => concat([Uint8Array.of(word.length), word])), Uint8Array.of(0)]);
      const [at] = this.#memory.spread("words for missing", [list]);
      core.startDelimited(byte(fields?.delimiter ?? ","), byte(fields?.quote ?? '"'), at as number);
    }
    const quote = byte(fields?.quote ?? '"');
    core.startWrite(Style[capital(cells)], Gap[capital(missing)], Gap[capital(nan)], nulls, byte(delimiter), quote, syntax === "delimited");
    this.#room(OUT);
    if (this.width === undefined) core.setFields(0, 0, 0, true);
    else this.#arrange();
  }

  /** Lays out the fields of the columns that are known; those that were before stay as they are. */
  #arrange(): void {
    const { core } = this.#memory;
    const width = this.width as number;
    const { cells, routed, texts } = this.#style;
    this.#reserve(width);
    const own = texts(this.#names, width);
    for (let i = this.#laid; i < width; i++) this.#layField(i, own.before(i));
    this.#laid = width;
    if (this.#keyed) this.#layKeys();
    const between = this.#shelf.put(own.between);
    const after = this.#shelf.put(own.after);
    core.setTexts(between.at, between.length, after.at, after.length, this.#textBytes + between.length + after.length);
    core.setFields(this.#fieldsAt, this.#cellsAt, width, false);
    if (cells === "columns") this.#layBlock(this.#outLength);
    if (routed !== undefined) this.#layPlace(routed, PLACE);
    if (this.#request.across) this.#laySides();
    core.setRoutes(this.#request.across !== undefined && this.#request.syntax !== "across", routed ?? -1);
    core.setPlain(this.#passes());
  }

  /** Room for so many fields and cells, and behind them for those of a key that has no field. */
  #reserve(width: number): void {
    const memory = this.#memory;
    const kept = this.#reserved;
    checkWidth(width, memory.maxRowBytes, { row: this.rows });
    this.#fieldsAt = memory.area("fields", FIELD * (width + 1), FIELD * kept);
    this.#cellsAt = memory.area("cells of a row", CELL * (width + 1), CELL * kept);
    memory.bytes.fill(0, this.#fieldsAt + FIELD * kept, this.#fieldsAt + FIELD * (width + 1));
    memory.bytes.fill(0, this.#cellsAt + CELL * kept, this.#cellsAt + CELL * (width + 1));
    this.#reserved = width;
  }

  #layField(i: number, before: string): void {
    const { at, length } = this.#shelf.put(before);
    const { view } = this.#memory;
    const field = this.#fieldsAt + FIELD * i;
    this.#textBytes += length;
    this.#commas &&= i === 0 || before === ",";
    view.setUint32(field, at, true);
    view.setUint32(field + 4, length, true);
    const { fields } = this.#request;
    if (!fields) return;
    const typing = fields.text.has(this.#names?.[i] ?? `${i}`) ? Typing.Text : fields.numbers ? Typing.Numbers : Typing.Lexical;
    this.#someText ||= typing === Typing.Text;
    view.setUint32(field + 20, typing, true);
  }

  // ---- keys

  /** The keys of all fields, as JSON most often spells them. */
  #layKeys(): void {
    const names = this.#names as string[];
    const from = this.#spellings;
    for (let i = this.#spelled; i < names.length; i++) this.#spell(JSON.stringify(names[i]), i);
    this.#spelled = names.length;
    this.#learnSpellings(from);
    // so many without a field are told of at once, twice as many as there are fields: a long record is read again but a few times
    const most = Math.max(64, 2 * this.#spellings);
    this.#memory.core.setStrangers(this.#memory.area("keys without a field", STRANGER * most), most);
  }

  /** The key of a field is expected to be spelled so from now on. */
  #spell(key: string, field: number): void {
    const memory = this.#memory;
    const { at, length } = this.#shelf.put(`${key}:`);
    const spelling =
      memory.area("spellings of keys", SPELLING * (this.#spellings + 1), SPELLING * this.#spellings) + SPELLING * this.#spellings;
    const { view } = memory;
    view.setUint32(spelling, at, true);
    view.setUint32(spelling + 4, length - 1, true);
    view.setUint32(spelling + 8, field, true);
    view.setUint32(this.#fieldsAt + FIELD * field + 8, at, true);
    view.setUint32(this.#fieldsAt + FIELD * field + 12, length, true);
    this.#spellings++;
  }

  /** The table takes the spellings from this one on, or all of them where it grows. */
  #learnSpellings(from: number): void {
    const memory = this.#memory;
    const grows = 2 * this.#spellings >= this.#slots;
    if (grows) this.#slots = 2 ** Math.ceil(Math.log2(4 * this.#spellings + 64));
    const slots = memory.area("table of keys", 4 * this.#slots);
    const spellings = memory.area("spellings of keys", SPELLING);
    if (grows) memory.bytes.fill(0, slots, slots + 4 * this.#slots);
    memory.core.setKeys(spellings, slots, this.#slots);
    memory.core.learnKeys(grows ? 0 : from, this.#spellings);
  }

  /** Keys that no field has: other spellings of some, or new columns. */
  #addKeys(): void {
    const memory = this.#memory;
    const list = memory.area("keys without a field", STRANGER);
    const count = memory.core.strangerCount.value;
    for (let k = 0; k < count; k++) {
      const at = memory.view.getUint32(list + STRANGER * k, true);
      this.#addKey(at, memory.view.getUint32(list + STRANGER * k + 4, true));
    }
    this.#arrange();
  }

  #addKey(at: number, length: number): void {
    const memory = this.#memory;
    const names = this.#names as string[];
    // the record may have it twice
    if (memory.core.fieldOfKey(at, length) >= 0) return;
    const raw = decode(memory.bytes.subarray(at, at + length));
    const name = JSON.parse(raw) as string;
    const plain = JSON.stringify(name);
    const from = this.#spellings;
    const known = raw === plain ? -1 : this.#fieldOf(plain);
    if (known < 0) {
      const { newKeys } = this.#request;
      if (newKeys === "refuse" || (newKeys === "first" && this.rows > 0)) {
        this.#input.countLines(at);
        throw refuseKey(name, names, this.#input.placeOfRow(at, this.rows));
      }
      names.push(name);
      this.width = names.length;
      this.#reserve(names.length);
      this.#spell(plain, names.length - 1);
      this.#spelled = names.length;
    }
    if (raw !== plain) this.#spell(raw, known < 0 ? names.length - 1 : known);
    this.#learnSpellings(from);
  }

  /** The field whose key is spelled so, or -1. */
  #fieldOf(key: string): number {
    const bytes = encode(key);
    const at = this.#memory.area("a key", bytes.length);
    this.#memory.bytes.set(bytes, at);
    return this.#memory.core.fieldOfKey(at, bytes.length);
  }

  /** Rows of plain numbers may be taken whole: nothing is asked of single cells, and only what stands around them differs. */
  #passes(): boolean {
    const { syntax, across, fields } = this.#request;
    const { cells, sizes, routed, delimiter } = this.#style;
    if (this.width === 0 || across || routed !== undefined || sizes) return false;
    const target = cells === "delimited" ? delimiter : cells === "json" && this.#commas ? "," : undefined;
    if (syntax === "lists" || syntax === "listLines") return target === ",";
    if (syntax !== "delimited" || !fields || fields.numbers || this.#someText || /[-.\d]/.test(fields.quote)) return false;
    return cells === "typed" || (target === "," && fields.delimiter === ",");
  }

  #laySides(): void {
    const width = this.width as number;
    this.#sideLength = Math.min(SIDE_MOST, Math.max(SIDE_LEAST, Math.floor(SIDES / Math.max(1, width)) & ~63));
    this.#sidesAt = this.#memory.area("windows of columns", this.#sideLength * width);
    this.#longSides.clear();
    for (let i = 0; i < width; i++) {
      this.#memory.view.setUint32(this.#fieldsAt + FIELD * i + 36, this.#sidesAt + i * this.#sideLength, true);
      this.#memory.view.setUint32(this.#fieldsAt + FIELD * i + 40, this.#sidesAt + i * this.#sideLength, true);
    }
  }

  #kindBits(): number[] {
    return Array.from({ length: this.#laid }, (_, i) => this.#memory.view.getUint32(this.#fieldsAt + FIELD * i + 16, true));
  }

  // ---- columns side by side

  /** The next bytes of a column, behind what is left of its window; a window of twice the size where a cell fills it. */
  #refill(i: number): void {
    const memory = this.#memory;
    const field = this.#fieldsAt + FIELD * i;
    const from = memory.view.getUint32(field + 36, true);
    const left = memory.view.getUint32(field + 40, true) - from;
    let side = this.#longSides.get(i) ?? { at: this.#sidesAt + i * this.#sideLength, length: this.#sideLength };
    if (left > memory.maxRowBytes) throw this.#tooLong();
    if (left > side.length / 2) {
      side = { at: memory.allocate(2 * side.length), length: 2 * side.length };
      this.#longSides.set(i, side);
    }
    const { at: to, length } = side;
    memory.bytes.copyWithin(to, from, from + left);
    const source = this.#request.across?.[i] as ColumnSource;
    const read = source.read(memory.bytes.subarray(to + left, to + length));
    const last = read === 0;
    // behind the last cell stands what ends it
    if (last) memory.bytes[to + left] = CLOSE;
    memory.view.setUint32(field + 36, to, true);
    memory.view.setUint32(field + 40, to + left + (last ? 1 : read), true);
    memory.view.setUint32(field + 44, last ? 1 : 0, true);
  }

  // ---- the output

  /** Makes place for a row, or a cell, of so many bytes: what is written goes out. */
  #flush(needed: number): Uint8Array | undefined {
    const { core } = this.#memory;
    const { cells, routed, typed } = this.#style;
    if (typed) {
      this.full = typed.flush();
      return undefined;
    }
    if (cells === "columns") {
      this.#makeBlock(needed);
      return undefined;
    }
    if (core.cellIndex.value === routed && needed > this.#placeLeft(routed)) {
      this.#makePlace(routed, needed);
      return undefined;
    }
    const bytes = this.#drain();
    if (this.#bytesLeft === undefined || needed <= this.#bytesLeft) this.#room(needed);
    else if (core.begun.value !== 0) this.full = true;
    else {
      // the only row of its output, whose size is known once it is written
      core.limitRows(BigInt(this.rows + 1));
      this.#room(needed);
      this.#setOut(undefined);
    }
    return bytes;
  }

  /** Room for a row. */
  #room(most: number): void {
    if (most <= this.#outLength) return;
    this.#outLength = Math.max(OUT, this.#measured(most));
    this.#outAt = this.#memory.area("rows written", this.#outLength);
    this.#setOut(this.#bytesLeft);
  }

  /** What the row that was read takes, looked at more closely where it may be much. */
  #measured(most: number): number {
    const { core, maxRowBytes } = this.#memory;
    const bytes = most > ROOMY || most > maxRowBytes ? core.measureRow() : most;
    checkWritten(bytes, this.rows, maxRowBytes);
    return bytes;
  }

  #setOut(most: number | undefined): void {
    this.#memory.core.setOut(this.#outAt, this.#outAt + Math.min(this.#outLength, most ?? this.#outLength));
  }

  #drain(): Uint8Array | undefined {
    const { core, bytes } = this.#memory;
    if (this.#style.cells === "columns") {
      if (this.done || this.full) this.#drainBlock();
      return undefined;
    }
    if (this.done || this.full) this.#drainPlace();
    const to = core.outAt();
    if (to === this.#outAt) return undefined;
    const text = bytes.slice(this.#outAt, to);
    if (this.#bytesLeft !== undefined) {
      this.#bytesLeft -= text.length;
      if (this.#bytesLeft < 0)
        throw new TransloadError("E_LIMIT", `row ${this.rows - 1} alone takes more bytes than a piece may have`, { row: this.rows - 1 });
    }
    this.#setOut(this.#bytesLeft);
    return text;
  }

  // ---- rows that are put together by columns

  /** Room for rows of so many bytes, and for where their cells end. */
  #layBlock(bytes: number): void {
    const memory = this.#memory;
    const width = Math.max(1, this.width as number);
    this.#outLength = Math.max(BLOCK, bytes);
    this.#outAt = memory.area("rows written", this.#outLength);
    const cells = Math.max(1, Math.floor(BLOCK_CELLS / width)) * width;
    memory.core.setEnds(memory.area("ends of cells", 4 * cells), cells);
    this.#setOut(undefined);
  }

  #makeBlock(most: number): void {
    this.#drainBlock();
    if (most > this.#outLength) this.#layBlock(this.#measured(most));
  }

  /** What was written goes out, column by column. */
  #drainBlock(): void {
    const memory = this.#memory;
    const { core } = memory;
    const width = this.width ?? 0;
    if (core.endCount.value === 0) return;
    const length = core.outAt() - this.#outAt;
    const to = memory.area("columns written", length);
    const ends = memory.area("ends of columns", 4 * width);
    core.turnColumns(to, ends);
    this.#style.block?.(memory.bytes.subarray(to, to + length), new Uint32Array(memory.bytes.buffer, ends, width));
  }

  // ---- a column that leaves the rows

  #layPlace(i: number, length: number): void {
    this.#place = { at: this.#memory.area("a column's place", length), length };
    this.#openPlace(i);
  }

  #openPlace(i: number): void {
    const { at, length } = this.#place;
    const field = this.#fieldsAt + FIELD * i;
    this.#memory.view.setUint32(field + 24, at, true);
    this.#memory.view.setUint32(field + 28, at + length, true);
  }

  #placeLeft(i: number): number {
    const field = this.#fieldsAt + FIELD * i;
    return this.#memory.view.getUint32(field + 28, true) - this.#memory.view.getUint32(field + 24, true);
  }

  /** Empties the place; it is made larger where a cell does not fit it. */
  #makePlace(i: number, needed: number): void {
    this.#drainPlace();
    if (needed <= this.#place.length) return;
    checkWritten(needed, this.rows, this.#memory.maxRowBytes);
    this.#layPlace(i, needed);
  }

  #drainPlace(): void {
    const { routed, column } = this.#style;
    if (routed === undefined || this.#laid === 0) return;
    const to = this.#memory.view.getUint32(this.#fieldsAt + FIELD * routed + 24, true);
    if (to > this.#place.at) column?.(this.#memory.bytes.subarray(this.#place.at, to));
    this.#openPlace(routed);
  }

  // ---- faults

  /** The reader met a byte it does not take, or bytes that are not UTF-8: the scanner says what is wrong. */
  #judge(): undefined {
    do {
      this.#scanRest();
    } while (this.#input.append());
    // the fault may lie in what is still to come: a row that is too long is one at its end
    this.#judging = true;
    if (this.#ended && this.#memory.core.depth.value > 0) throw this.#input.truncated();
    if (this.#ended) throw new Error("transload: the scanner found no fault where the row reader did");
    return undefined;
  }

  /** Scans what is in the window, and throws for the first fault. */
  #scanRest(): void {
    const { core } = this.#memory;
    const input = this.#input;
    while (this.#request.syntax !== "delimited" && input.from < input.sound) {
      const event = core.scan(input.from, input.sound);
      input.moveTo(core.cursor.value);
      if (event === Ev.Error) input.refuse(core.error.value, input.from);
      if (event === Ev.NanStart) input.refuse(Err.Nan, input.from - 1);
    }
    if (input.sound < input.to && this.#request.syntax === "delimited") throw this.#badByte(input.sound);
    if (input.sound < input.to) input.refuse(Err.Utf8, input.sound);
    if (this.#ended && input.lines) throw input.truncated();
  }

  /** A character that the end of the file cuts off; JSON would be cut off there, too. */
  #checkEnd(): void {
    const { bytes } = this.#memory;
    const { from, to } = this.#input;
    let at = to - 1;
    while (at > Math.max(from, to - 4) && ((bytes[at] as number) & 0xc0) === 0x80) at--;
    const lead = bytes[at] as number;
    const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    if (at >= from && at + length > to) throw this.#badByte(at);
  }

  #badByte(at: number): TransloadError {
    this.#input.countLines(at);
    const place = this.#input.placeOfRow(at, this.rows);
    return refuse({ error: Err.Utf8, state: St.Str, byte: this.#memory.bytes[at] as number, container: 0, place });
  }

  #refuse(error: number): TransloadError {
    const { core } = this.#memory;
    if (error === Err.Long) return this.#tooLong();
    const cell = core.cellIndex.value;
    const place = this.#request.syntax === "across" ? { row: this.rows } : this.#input.placeOfRow(this.#input.from, this.rows);
    const { typed } = this.#style;
    if (typed && (error === Err.Range || error === Err.Kind)) {
      const { dtypes, defaulted } = typed;
      const text = this.#input.cellText();
      return refuseCell({
        error,
        column: this.#names?.[cell] ?? `${cell}`,
        dtype: dtypes[cell] as string,
        defaulted,
        text,
        place: { ...place, cell },
      });
    }
    return refuseRow({ error, row: this.rows, cell, name: this.#names?.[cell], width: this.width ?? 0, place });
  }

  #tooLong(): TransloadError {
    const hint = this.#request.syntax === "delimited" ? "; perhaps a quote in it does not end" : "";
    const place = this.#request.syntax === "across" ? { row: this.rows } : this.#input.placeOfRow(this.#input.from, this.rows);
    return tooLong(`row ${this.rows}`, this.#memory.maxRowBytes, place, hint);
  }
}

function byte(text: string): number {
  return text.charCodeAt(0);
}

function capital<Word extends string>(word: Word): Capitalize<Word> {
  return (word.charAt(0).toUpperCase() + word.slice(1)) as Capitalize<Word>;
}
