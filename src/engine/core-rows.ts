import { concat, decode, encode } from "../bytes.js";
import { TransloadError } from "../errors.js";
import { kindsOf } from "./cell-kinds.js";
import { Err, Ev, Gap, Kind, LEARN, Mode, St, Style, Syntax, Typing } from "./codes.js";
import type { CoreInput } from "./core-input.js";
import type { CoreMemory } from "./core-memory.js";
import { refuse, refuseCell, refuseKey, refuseRow } from "./fault.js";
import type { CellKinds, ColumnSource, RowReader, RowRequest, RowStyle } from "./rows.js";

const FIELD = 64;
const CELL = 16;
const OUT = 1 << 18;
/** Bytes for the places of all columns together, and the least and most for one. */
const PLACES = 1 << 23;
const PLACE_LEAST = 1 << 12;
const PLACE_MOST = 1 << 18;
/** A row may be this long; a quote that does not end would make one of the rest of the input. */
const ROW_LIMIT = 1 << 29;
/** Shorter pieces of a row are read again each time more comes. */
const PATIENCE = 1 << 16;
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
  /** How the source spells the names, and other ways it does. */
  readonly #keys: Uint8Array[];
  readonly #aliases: { raw: Uint8Array; field: number }[] = [];
  #fieldsAt = 0;
  /** Fields laid out so far. */
  #laid = 0;
  readonly #places = new Map<number, { at: number; length: number }>();
  /** Windows of columns side by side. */
  #sides: { at: number; length: number }[] = [];
  #outAt = 0;
  #outLength = 0;
  #bytesLeft: number | undefined;
  #ended = false;
  /** The reader has given up: the scanner goes on alone until it finds the fault. */
  #judging = false;
  /** The window must hold so many bytes before a row that was not whole is read again. */
  #enough = 0;

  constructor(memory: CoreMemory, input: CoreInput, request: RowRequest, style: RowStyle) {
    this.#memory = memory;
    this.#input = input;
    this.#request = request;
    this.#style = style;
    this.#keyed = request.syntax === "records" || request.syntax === "recordLines";
    this.#names = request.names ? [...request.names] : this.#keyed ? [] : undefined;
    this.#keys = (this.#names ?? []).map((name) => encode(JSON.stringify(name)));
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
    this.#enough = 0;
  }

  next(): Uint8Array | undefined {
    if (this.done || this.full) return undefined;
    if (this.#judging) return this.#judge();
    const { core } = this.#memory;
    const input = this.#input;
    for (;;) {
      if (input.to - input.from < this.#enough) {
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
          this.#addKey(this.#memory.bytes.slice(core.keyFrom.value, core.keyTo.value));
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
          const held = input.to - input.from;
          if (held > ROW_LIMIT) throw this.#tooLong();
          this.#style.typed?.drain();
          if (input.append()) this.#enough = held > PATIENCE ? 2 * held : 0;
          else if (!this.#ended) {
            this.#enough = held > PATIENCE ? 2 * held : 0;
            return this.#drain();
          } else {
            this.#scanRest();
            return this.#drain();
          }
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

  /** Lays out the fields, now that the columns are known. */
  #arrange(): void {
    this.#drainColumns();
    const memory = this.#memory;
    const width = this.width as number;
    const kinds = this.#kindBits();
    const { before, after, between } = this.#style.texts(this.#names, width);
    const texts = [between, after, ...before].map((text) => encode(text));
    const keys = this.#keyed ? this.#keys.map((key) => concat([key, encode(":")])) : [];
    const fieldsAt = memory.area("fields", FIELD * Math.max(1, width));
    const cellsAt = memory.area("cells of a row", CELL * Math.max(1, width));
    const at = memory.spread("texts of rows", [...texts, ...keys]);
    memory.bytes.fill(0, fieldsAt, fieldsAt + FIELD * width);
    memory.bytes.fill(0, cellsAt, cellsAt + CELL * width);
    const put = (i: number, offset: number, value: number) => memory.view.setUint32(fieldsAt + FIELD * i + offset, value, true);
    before.forEach((_, i) => {
      put(i, 0, at[2 + i] as number);
      put(i, 4, (texts[2 + i] as Uint8Array).length);
    });
    keys.forEach((key, i) => {
      put(i, 8, at[texts.length + i] as number);
      put(i, 12, key.length);
    });
    kinds.forEach((bits, i) => {
      put(i, 16, bits);
    });
    const { fields } = this.#request;
    const names = this.#columnNames();
    if (fields)
      for (let i = 0; i < width; i++)
        put(i, 20, fields.text.has(names[i] as string) ? Typing.Text : fields.numbers ? Typing.Numbers : Typing.Lexical);
    memory.core.setTexts(
      at[0] as number,
      (texts[0] as Uint8Array).length,
      at[1] as number,
      (texts[1] as Uint8Array).length,
      texts.reduce((sum, text) => sum + text.length, 0),
    );
    memory.core.setFields(fieldsAt, cellsAt, width, false);
    this.#fieldsAt = fieldsAt;
    this.#laid = width;
    const { cells, routed } = this.#style;
    if (cells === "columns") this.#layPlaces(Array.from({ length: width }, (_, i) => i));
    if (routed !== undefined) this.#layPlaces([routed]);
    if (this.#request.across) this.#laySides();
    memory.core.setRoutes(this.#request.across !== undefined && this.#request.syntax !== "across", routed ?? -1);
    memory.core.setPlain(this.#passes(before, names));
  }

  /** Names of the columns, or their positions. */
  #columnNames(): readonly string[] {
    return this.#names ?? Array.from({ length: this.width ?? 0 }, (_, i) => `${i}`);
  }

  /** Rows of plain numbers may be taken whole: nothing is asked of single cells, and only what stands around them differs. */
  #passes(before: readonly string[], names: readonly string[]): boolean {
    const { syntax, across, fields } = this.#request;
    const { cells, sizes, routed, delimiter } = this.#style;
    if (this.width === 0 || across || routed !== undefined || sizes) return false;
    const target = cells === "delimited" ? delimiter : cells === "json" && before.slice(1).every((text) => text === ",") ? "," : undefined;
    if (syntax === "lists" || syntax === "listLines") return target === ",";
    if (syntax !== "delimited" || !fields || fields.numbers || names.some((name) => fields.text.has(name)) || /[-.\d]/.test(fields.quote))
      return false;
    return cells === "typed" || (target === "," && fields.delimiter === ",");
  }

  #laySides(): void {
    const width = this.width as number;
    const length = Math.min(PLACE_MOST, Math.max(PLACE_LEAST, Math.floor(PLACES / Math.max(1, width)) & ~63));
    const at = this.#memory.area("windows of columns", length * width);
    this.#sides = Array.from({ length: width }, (_, i) => ({ at: at + i * length, length }));
    this.#sides.forEach((side, i) => {
      this.#memory.view.setUint32(this.#fieldsAt + FIELD * i + 36, side.at, true);
      this.#memory.view.setUint32(this.#fieldsAt + FIELD * i + 40, side.at, true);
    });
  }

  #kindBits(): number[] {
    return Array.from({ length: this.#laid }, (_, i) => this.#memory.view.getUint32(this.#fieldsAt + FIELD * i + 16, true));
  }

  /** A key that no field has: another spelling of one, or a new column. */
  #addKey(raw: Uint8Array): void {
    const names = this.#names as string[];
    const name = JSON.parse(decode(raw)) as string;
    const known = names.indexOf(name);
    if (known >= 0) {
      this.#aliases.push({ raw: this.#keys[known] as Uint8Array, field: known });
      this.#keys[known] = raw;
    } else {
      const { newKeys } = this.#request;
      if (newKeys === "refuse" || (newKeys === "first" && this.rows > 0)) {
        const at = this.#memory.core.keyFrom.value;
        this.#input.countLines(at);
        throw refuseKey(name, names, this.#input.placeOfRow(at, this.rows));
      }
      names.push(name);
      this.#keys.push(raw);
      this.width = names.length;
    }
    this.#arrange();
    const spellings = this.#memory.spread(
      "spellings of keys",
      this.#aliases.map(({ raw }) => raw),
    );
    const at = this.#memory.area("aliases of keys", 12 * Math.max(1, this.#aliases.length));
    const { view } = this.#memory;
    this.#aliases.forEach(({ raw, field }, i) => {
      view.setUint32(at + 12 * i, spellings[i] as number, true);
      view.setUint32(at + 12 * i + 4, raw.length, true);
      view.setUint32(at + 12 * i + 8, field, true);
    });
    this.#memory.core.setAliases(at, this.#aliases.length);
  }

  // ---- columns side by side

  /** The next bytes of a column, behind what is left of its window; a window of twice the size where a cell fills it. */
  #refill(i: number): void {
    const memory = this.#memory;
    const field = this.#fieldsAt + FIELD * i;
    const from = memory.view.getUint32(field + 36, true);
    const left = memory.view.getUint32(field + 40, true) - from;
    const side = this.#sides[i] as { at: number; length: number };
    if (left > side.length / 2) {
      const length = 2 * side.length;
      this.#sides[i] = { at: memory.allocate(length), length };
    }
    const { at: to, length } = this.#sides[i] as { at: number; length: number };
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
    if (this.#style.typed) {
      this.full = this.#style.typed.flush();
      return undefined;
    }
    const column = core.cellIndex.value;
    if (this.#style.cells === "columns" || (column === this.#style.routed && needed > this.#placeLeft(column))) {
      this.#makePlace(column, needed);
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

  #room(needed: number): void {
    if (needed <= this.#outLength) return;
    this.#outLength = Math.max(OUT, needed);
    this.#outAt = this.#memory.area("rows written", this.#outLength);
    this.#setOut(this.#bytesLeft);
  }

  #setOut(most: number | undefined): void {
    this.#memory.core.setOut(this.#outAt, this.#outAt + Math.min(this.#outLength, most ?? this.#outLength));
  }

  #drain(): Uint8Array | undefined {
    const { core, bytes } = this.#memory;
    if (this.#style.cells === "columns") {
      if (this.done || this.full) this.#drainColumns();
      return undefined;
    }
    if (this.done || this.full) this.#drainColumns();
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

  #layPlaces(fields: readonly number[]): void {
    const length = Math.min(PLACE_MOST, Math.max(PLACE_LEAST, Math.floor(PLACES / Math.max(1, fields.length)) & ~63));
    const at = this.#memory.area("places of columns", length * fields.length);
    fields.forEach((field, i) => {
      this.#places.set(field, { at: at + i * length, length });
      this.#openPlace(field);
    });
  }

  #openPlace(i: number): void {
    const { at, length } = this.#places.get(i) as { at: number; length: number };
    const field = this.#fieldsAt + FIELD * i;
    this.#memory.view.setUint32(field + 24, at, true);
    this.#memory.view.setUint32(field + 28, at + length, true);
  }

  #placeLeft(i: number): number {
    const field = this.#fieldsAt + FIELD * i;
    return this.#memory.view.getUint32(field + 28, true) - this.#memory.view.getUint32(field + 24, true);
  }

  /** Empties the places; this one is made larger where a cell does not fit it. */
  #makePlace(i: number, needed: number): void {
    this.#drainColumns();
    if (needed <= (this.#places.get(i) as { length: number }).length) return;
    this.#places.set(i, { at: this.#memory.allocate(2 * needed), length: 2 * needed });
    this.#openPlace(i);
  }

  #drainColumns(): void {
    for (const [i, { at }] of this.#places) {
      const to = this.#memory.view.getUint32(this.#fieldsAt + FIELD * i + 24, true);
      if (to > at) this.#style.column?.(i, this.#memory.bytes.subarray(at, to));
      this.#openPlace(i);
    }
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
    return new TransloadError(
      "E_LIMIT",
      `row ${this.rows} is longer than 512 MiB${hint}`,
      this.#input.placeOfRow(this.#input.from, this.rows),
    );
  }
}

function byte(text: string): number {
  return text.charCodeAt(0);
}

function capital<Word extends string>(word: Word): Capitalize<Word> {
  return (word.charAt(0).toUpperCase() + word.slice(1)) as Capitalize<Word>;
}
