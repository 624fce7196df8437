import { concat, encode } from "../../columns/bytes.js";
import type { TransloadError } from "../../errors.js";
import { kindsOf } from "../cell-kinds.js";
import type { ColumnChoice } from "../choice.js";
import { Err, Ev, Gap, Kind, LEARN, Mode, St, Style, Syntax } from "../codes.js";
import { refuse, refuseCell, refuseKey, refuseRow } from "../fault.js";
import type { CellKinds, RowReader, RowRequest, RowStyle } from "../rows.js";
import { tooLong } from "../size.js";
import { CoreFields } from "./fields.js";
import type { CoreInput } from "./input.js";
import { CoreKeys } from "./keys.js";
import type { CoreMemory } from "./memory.js";
import { CoreOutput } from "./output.js";
import { CoreShelf } from "./shelf.js";
import { CoreSides } from "./sides.js";

/** What the cells of rows are that were copied whole. */
const NUMBERS = (1 << Kind.Int) | (1 << Kind.Float);
const UNLIMITED = 2n ** 64n - 1n;

/** The fast engine's row reader, over core/rows.ts. */
export class CoreRows implements RowReader {
  done = false;
  /** Cells of a row that is read. */
  #width: number | undefined;
  readonly #memory: CoreMemory;
  readonly #input: CoreInput;
  readonly #request: RowRequest;
  readonly #style: RowStyle;
  readonly #keyed: boolean;
  readonly #names: readonly string[] | undefined;
  readonly #shelf: CoreShelf;
  readonly #fields: CoreFields;
  /** The fields that are written, where these are others than those that are read. */
  readonly #written: CoreFields | undefined;
  readonly #keys: CoreKeys | undefined;
  readonly #sides: CoreSides | undefined;
  readonly #output: CoreOutput;
  #ended = false;
  /** What the cells were before rows were skipped. */
  #kindsBefore: readonly number[] = [];
  /** What they were in rows that were skipped, and before. */
  #kindsSkipped: readonly number[] = [];
  /** Of the columns that are picked their places among those that are read. */
  #places: readonly number[] | undefined;
  /** The reader has given up: the scanner goes on alone until it finds the fault. */
  #isFaulty = false;

  constructor(memory: CoreMemory, input: CoreInput, request: RowRequest, style: RowStyle) {
    this.#memory = memory;
    this.#input = input;
    this.#request = request;
    this.#style = style;
    this.#keyed = request.syntax === "records" || request.syntax === "recordLines";
    // new keys are added to the names of records; those of other rows may be a million, and stay whose they are
    const keys = this.#keyed ? [...(request.pick?.first ?? request.names ?? [])] : undefined;
    this.#names = keys ?? request.names;
    this.#shelf = new CoreShelf(memory, "texts of rows");
    this.#fields = new CoreFields(memory, this.#shelf, request);
    this.#keys = keys && new CoreKeys(memory, this.#shelf, this.#fields, keys);
    this.#sides = request.across && new CoreSides(memory, this.#fields, request.across);
    this.#written = request.pick && new CoreFields(memory, this.#shelf, { fields: undefined }, " that are written");
    this.#output = new CoreOutput(memory, this.#written ?? this.#fields, style);
    input.tooLong = () => this.#tooLong();
    this.#width = this.#names?.length ?? request.width;
    this.#start();
  }

  get full(): boolean {
    return this.#output.full;
  }

  get names(): readonly string[] | undefined {
    const { pick } = this.#request;
    return pick && this.#names ? pick.names(this.#names) : this.#names;
  }

  get width(): number | undefined {
    return this.#request.pick ? this.#places?.length : this.#width;
  }

  get keys(): RowReader["keys"] {
    const { pick } = this.#request;
    if (!this.#keyed || !pick) return { unseen: [], known: this.#names ?? [] };
    const bits = this.#fields.kinds.map((own, i) => own | (this.#kindsBefore[i] ?? 0) | (this.#kindsSkipped[i] ?? 0));
    const isUnseen = (_: string, i: number) => ((bits[i] ?? 0) & ~(1 << Kind.Missing)) === 0;
    return { unseen: pick.first.filter(isUnseen), known: this.#names ?? [] };
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
    const all = this.#fields.kinds;
    const own = this.#request.pick ? (this.#places ?? []).map((place) => all[place] as number) : all;
    return own.map((bits) => kindsOf(bits | passed));
  }

  limit(rows: number | undefined, bytes: number | undefined, fresh: boolean): void {
    const { core } = this.#memory;
    core.limitRows(rows === undefined ? UNLIMITED : BigInt(rows));
    if (fresh) core.startOutput();
    this.#output.limit(bytes);
  }

  skip(on: boolean): void {
    this.#memory.core.skipRows(on);
    // what cells are is noted as they are read
    if (on) this.#kindsBefore = this.#fields.kinds;
    else {
      this.#kindsSkipped = this.#fields.kinds.map((bits, i) => bits | (this.#kindsSkipped[i] ?? 0));
      this.#fields.kinds = this.#kindsBefore;
    }
  }

  end(): Uint8Array | undefined {
    this.done = true;
    return this.#drain();
  }

  /** No more input will come. */
  finish(): void {
    this.#ended = true;
    this.#input.finish();
  }

  next(): Uint8Array | undefined {
    if (this.done || this.full) return undefined;
    if (this.#isFaulty) return this.#findFault();
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
          const bytes = this.#output.flush(core.needed.value, this.width ?? 0);
          if (bytes || this.full) return bytes;
          break;
        }
        case Ev.Limit:
          this.#output.full = true;
          return this.#drain();
        case Ev.Cells:
          this.done = true;
          return this.#drain();
        case Ev.NewKey:
          this.#keys?.add(this.rows, (name, at) => this.#admit(name, at));
          this.#width = this.#keys?.names.length;
          this.#arrange();
          break;
        case Ev.Side:
          if (!this.#sides?.refill(core.cellIndex.value)) throw this.#tooLong();
          break;
        case Ev.Width:
          this.#width = core.cellIndex.value;
          this.#arrange();
          break;
        case Ev.Error:
          if (core.error.value === Err.None) return this.#findFault();
          throw this.#refuse(core.error.value);
        default: {
          if (!whole) return this.#findFault();
          this.#style.typed?.drain();
          if (input.appendMore()) break;
          if (this.#ended) this.#scanRest();
          return this.#drain();
        }
      }
    }
  }

  /** Reads the whole rows in the next `bytes` bytes, and goes back to the first of them. `last`: the input ends with the window. */
  sample(bytes: number, last: boolean): void {
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
        this.#width = core.cellIndex.value;
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
    const { syntax, ragged, twice, fields, nestedTexts = false } = this.#request;
    const { cells, missing, nan, nulls, delimiter = "," } = this.#style;
    if (syntax === "listLines" || syntax === "recordLines") {
      core.startCargo(this.#keyed ? Mode.Records : Mode.Rows, this.#width === undefined ? LEARN : BigInt(this.#width));
      this.#input.lines = true;
    }
    core.setPlain(false);
    core.startRows(Syntax[capital(syntax)], ragged === "pad", twice === "first", nestedTexts);
    if (fields || cells === "delimited") {
      const words = (fields?.missing ?? []).filter((word) => word !== "").map(encode);
      const list = concat([...words.map((word) => concat([Uint8Array.of(word.length), word])), Uint8Array.of(0)]);
      const [at] = this.#memory.spread("words for missing", [list]);
      core.startDelimited(byte(fields?.delimiter ?? ","), byte(fields?.quote ?? '"'), at as number);
    }
    const quote = byte(fields?.quote ?? '"');
    const escapes = syntax === "delimited" || nestedTexts;
    core.startWrite(Style[capital(cells)], Gap[capital(missing)], Gap[capital(nan)], nulls, byte(delimiter), quote, escapes);
    this.#output.start();
    if (this.#width === undefined) core.setFields(0, 0, 0, true);
    else this.#arrange();
  }

  /** Lays out the fields of the columns that are known; those that were before stay as they are. */
  #arrange(): void {
    const { core } = this.#memory;
    const width = this.#width as number;
    const fields = this.#fields;
    fields.reserve(width, this.rows);
    const places = this.#pick();
    const own = this.#style.texts(this.names, places?.length ?? width);
    for (let i = fields.count; i < width; i++) fields.add(places ? "" : own.before(i), this.#names?.[i]);
    this.#keys?.lay();
    const written = this.#written ?? fields;
    if (places) {
      written.reserve(places.length, this.rows);
      for (let i = written.count; i < places.length; i++) written.add(own.before(i), undefined);
    }
    const between = this.#shelf.put(own.between);
    const after = this.#shelf.put(own.after);
    core.setTexts(between.at, between.length, after.at, after.length, written.textBytes + between.length + after.length);
    core.setFields(fields.at, fields.cellsAt, width, false);
    if (places) this.#layPlaces(places, written);
    this.#output.lay(places?.length ?? width);
    this.#sides?.lay(width);
    core.setRoutes(this.#sides !== undefined && this.#request.syntax !== "across", this.#style.routed ?? -1);
    core.setPlain(this.#passes());
  }

  /** The places of the columns that are picked, among those that are known by now. */
  #pick(): readonly number[] | undefined {
    const { pick } = this.#request;
    if (pick) this.#places = pick.places(this.#names ?? Array.from({ length: this.#width as number }, (_, i) => `${i}`));
    return this.#places;
  }

  #layPlaces(places: readonly number[], { at, cellsAt }: CoreFields): void {
    const memory = this.#memory;
    const list = memory.area("places of columns", 4 * places.length);
    places.forEach((place, i) => {
      memory.view.setUint32(list + 4 * i, place, true);
    });
    const times = new Map<number, number>();
    for (const place of places) times.set(place, (times.get(place) ?? 0) + 1);
    const most = [...times.values()].reduce((a, b) => Math.max(a, b), 1);
    memory.core.setPicks(list, places.length, most, at, cellsAt);
  }

  /** A record has a key of this name, which is new: may it be a column? */
  #admit(name: string, at: number): void {
    const { newKeys, pick } = this.#request;
    if (pick && !pick.open) return;
    if (newKeys !== "refuse" && (newKeys !== "first" || this.rows === 0)) return;
    this.#input.countLines(at);
    throw refuseKey(name, this.#names as string[], this.#input.placeOfRow(at, this.rows));
  }

  /** Rows of plain numbers may be taken whole: nothing is asked of single cells, and only what stands around them differs. */
  #passes(): boolean {
    const { syntax, across, fields } = this.#request;
    const { cells, sizes, routed, delimiter } = this.#style;
    if (this.#width === 0 || across || routed !== undefined || sizes || this.#request.pick) return false;
    const target = cells === "delimited" ? delimiter : cells === "json" && this.#fields.commas ? "," : undefined;
    if (syntax === "lists" || syntax === "listLines") return target === ",";
    if (syntax !== "delimited" || !fields || !this.#fields.plain || /[-.\d]/.test(fields.quote)) return false;
    return cells === "typed" || (target === "," && fields.delimiter === ",");
  }

  /** What is written; where no more rows come for now, what goes out elsewhere, too. */
  #drain(): Uint8Array | undefined {
    // columns are not cut, and are put together of few blocks
    const stops = this.full && this.#style.cells !== "columns";
    return this.#output.take(this.done || stops, this.width ?? 0);
  }

  // ---- faults

  /** The reader met a byte it does not take, or bytes that are not UTF-8: the scanner says what is wrong. */
  #findFault(): undefined {
    do {
      this.#scanRest();
    } while (this.#input.append());
    // the fault may lie in what is still to come: a row that is too long is one at its end
    this.#isFaulty = true;
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
    const placeless = this.#request.syntax === "across" || this.#input.isElsewhere;
    const place = placeless ? { row: this.rows } : this.#input.placeOfRow(this.#input.from, this.rows);
    const { typed } = this.#style;
    if (typed && (error === Err.Range || error === Err.Kind)) {
      const text = this.#input.cellText();
      return refuseCell({
        error,
        column: this.#names?.[cell] ?? `${cell}`,
        ...(typed.choices[cell] as ColumnChoice),
        text,
        place: { ...place, cell },
      });
    }
    return refuseRow({ error, row: this.rows, cell, name: this.#names?.[cell], width: this.#width ?? 0, place });
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
