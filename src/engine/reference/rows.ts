// Rows of one shape to rows of another, the plain way: a source reads the cells of a row, a name or a position tells the
// column of each, and a writer spells them.
import { type Place, TransloadError } from "../../errors.js";
import { kindsOf } from "../cell-kinds.js";
import { Beside, Err, Kind } from "../codes.js";
import { jsonPath, refuseKey, refuseRow } from "../fault.js";
import type { CellKinds, RowReader, RowRequest, RowStyle } from "../rows.js";
import { checkWidth, checkWritten, tooLong } from "../size.js";
import { DelimitedRows } from "./delimited.js";
import { JsonRows } from "./json-rows.js";
import type { Cell, Key, Row, RowFaults, RowSource } from "./row.js";
import { bytesOf, decode, RowWriter } from "./row-writer.js";
import { SidedRows, SideRows } from "./sides.js";
import type { Spot } from "./token.js";
import type { Tokens } from "./tokens.js";

function sourceOf(tokens: Tokens, request: RowRequest, faults: RowFaults): RowSource {
  const { syntax, across = [] } = request;
  if (syntax === "across") return new SideRows(across, () => tokens.alone(), request.nestedTexts);
  if (syntax === "delimited") return new DelimitedRows(tokens, request, faults);
  const rows = new JsonRows(tokens, request, faults);
  return across[0] ? new SidedRows(rows, across[0], () => tokens.alone()) : rows;
}

/** The reference engine's row reader. */
export class ReferenceRows implements RowReader {
  done = false;
  full = false;
  rows = 0;
  padded = 0;
  repeated = 0;
  /** Cells of a row that is read. */
  #width: number | undefined;
  /** Of the columns that are picked their places among those that are read, and how often one of these is written at most. */
  #picked: readonly number[] | undefined;
  #times = 1;
  #kindsSkipped: readonly number[] = [];
  readonly #tokens: Tokens;
  readonly #request: RowRequest;
  readonly #style: RowStyle;
  readonly #source: RowSource;
  readonly #writer: RowWriter;
  readonly #path: readonly string[] | undefined;
  readonly #keyed: boolean;
  readonly #names: string[] | undefined;
  /** Of a keyed source, the columns by their names. */
  readonly #places: Map<string, number>;
  /** Columns whose texts are laid out. */
  #laid = -1;
  /** A bit for every Kind that the cells of a column were. */
  #kindBits: number[] = [];
  #rowLimit: number | undefined;
  #bytesLeft: number | undefined;
  /** A row that did not fit the output. */
  #waiting: Row | undefined;
  #row: Row | undefined;
  #skipping = false;
  /** What the cells were before rows were skipped. */
  #kindsBefore: readonly number[] = [];
  #cells: Cell[] = [];

  constructor(tokens: Tokens, request: RowRequest, style: RowStyle) {
    this.#tokens = tokens;
    this.#request = request;
    this.#style = style;
    this.#keyed = request.syntax === "records" || request.syntax === "recordLines";
    const first = (this.#keyed ? request.pick?.first : undefined) ?? request.names;
    this.#names = first ? [...first] : this.#keyed ? [] : undefined;
    this.#width = this.#names?.length ?? request.width;
    // of two columns of one name the first is meant
    this.#places = new Map(this.#keyed ? (this.#names ?? []).map((name, i): [string, number] => [name, i]).reverse() : []);
    const words = new Set((request.fields?.missing ?? []).map(bytesOf));
    const delimited = request.syntax === "delimited";
    this.#path = tokens.depth > 0 ? tokens.path : undefined;
    const faults: RowFaults = { refuse: (...fault) => this.#refuse(...fault), place: (spot) => this.#place(spot) };
    this.#source = sourceOf(tokens, request, faults);
    tokens.tooLong = () => this.#tooLong(this.#source.start);
    this.#writer = new RowWriter(style, words, delimited || request.nestedTexts === true, (error, cell) => this.#refuseCell(error, cell));
    if (this.#width !== undefined) this.#lay();
  }

  get #most(): number {
    return this.#tokens.maxRowBytes;
  }

  get names(): readonly string[] | undefined {
    const { pick } = this.#request;
    return pick && this.#names ? pick.names(this.#names) : this.#names;
  }

  get width(): number | undefined {
    return this.#request.pick ? this.#picked?.length : this.#width;
  }

  get keys(): RowReader["keys"] {
    const { pick } = this.#request;
    if (!this.#keyed || !pick) return { unseen: [], known: this.#names ?? [] };
    const bits = this.#kindBits.map((own, i) => own | (this.#kindsBefore[i] ?? 0) | (this.#kindsSkipped[i] ?? 0));
    const isUnseen = (_: string, i: number) => ((bits[i] ?? 0) & ~(1 << Kind.Missing)) === 0;
    return { unseen: pick.first.filter(isUnseen), known: this.#names ?? [] };
  }

  get retyped(): number {
    return this.#writer.retyped;
  }

  get kinds(): readonly CellKinds[] {
    const own = this.#request.pick ? (this.#picked ?? []).map((place) => this.#kindBits[place] ?? 0) : this.#kindBits;
    return own.map(kindsOf);
  }

  limit(rows: number | undefined, bytes: number | undefined, fresh: boolean): void {
    this.full = false;
    this.#rowLimit = rows;
    this.#bytesLeft = bytes;
    if (fresh) this.#writer.begun = false;
  }

  skip(on: boolean): void {
    this.#skipping = on;
    if (on) this.#kindsBefore = [...this.#kindBits];
    else {
      this.#kindsSkipped = this.#kindBits.map((bits, i) => bits | (this.#kindsSkipped[i] ?? 0));
      this.#kindBits = this.#kindBits.map((_, i) => this.#kindsBefore[i] ?? 0);
    }
  }

  end(): undefined {
    this.done = true;
    this.#writer.endBlock();
  }

  next(): Uint8Array | undefined {
    let text = "";
    while (!this.done && !this.full) {
      const row = this.#waiting ?? this.#source.next(this.#width, this.rows === this.#rowLimit);
      if (row === undefined) {
        this.#tokens.checkHeld();
        break;
      }
      if (typeof row === "object" && row.bytes > this.#most) throw this.#tooLong(row.spot);
      if (row === "end") this.done = true;
      else if (row === "full") this.full = true;
      else text += this.#take(row);
    }
    if (this.done || this.full) this.#writer.endBlock();
    // rows of a list end at its last bracket, which was read to find that out
    this.#tokens.offset = this.#tokens.input.at - (this.done && this.#path ? 1 : 0);
    return text === "" ? undefined : Buffer.from(text, "latin1");
  }

  /** The row's text, where there is room for it. */
  #take(row: Row): string {
    this.#row = row;
    const repeated = this.#keyed ? this.#assign(row) : 0;
    if (!this.#keyed) this.#fill(row);
    if (this.#skipping) {
      this.#waiting = undefined;
      this.rows++;
      return "";
    }
    this.#waiting = this.#fits(row.bytes) ? undefined : row;
    if (this.#waiting) {
      this.full = true;
      return "";
    }
    const text = this.#writer.write(this.#written);
    checkWritten(text.length, this.rows, this.#most);
    this.rows++;
    this.repeated += repeated;
    if (!this.#keyed) this.padded += this.#cells.length - row.cells.length;
    this.#spend(text.length);
    return text;
  }

  /** The columns are known, or there is a new one. */
  #lay(): void {
    const width = this.#width as number;
    if (width === this.#laid) return;
    checkWidth(width, this.#most, { row: this.rows });
    this.#laid = width;
    while (this.#kindBits.length < width) this.#kindBits.push(0);
    const { pick } = this.#request;
    if (pick) {
      const picked = pick.places(this.#names ?? Array.from({ length: width }, (_, i) => `${i}`));
      const times = new Map<number, number>();
      for (const place of picked) times.set(place, (times.get(place) ?? 0) + 1);
      this.#times = [...times.values()].reduce((a, b) => Math.max(a, b), 1);
      this.#picked = picked;
    }
    const written = this.#picked?.length ?? width;
    this.#writer.setTexts(this.#style.texts(this.names, written), written);
  }

  /** The cells of the row that are written. */
  get #written(): readonly Cell[] {
    return this.#picked ? this.#picked.map((place) => this.#cells[place] as Cell) : this.#cells;
  }

  #tooLong(spot: Spot | undefined): TransloadError {
    const hint = this.#request.syntax === "delimited" ? "; perhaps a quote in it does not end" : "";
    return tooLong(`row ${this.rows}`, this.#most, spot ? this.#place(spot) : { row: this.rows }, hint);
  }

  // ---- cells to columns

  /** By name; returns how many keys stood there already. */
  #assign({ cells, keys = [] }: Row): number {
    const byColumn: (Cell | undefined)[] = [];
    let repeated = 0;
    cells.forEach((cell, k) => {
      const i = this.#column(keys[k] as Key);
      if (byColumn[i]) repeated++;
      if (byColumn[i] && this.#request.twice === "first") return;
      byColumn[i] = cell;
      this.#note(i, cell);
    });
    this.#lay();
    this.#cells = Array.from({ length: this.#width as number }, (_, i) => byColumn[i] ?? this.#missing(i));
    return repeated;
  }

  #column(key: Key): number {
    const names = this.#names as string[];
    const name = decode(key.text);
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const { newKeys, pick } = this.#request;
    const refused = pick?.open !== false && (newKeys === "refuse" || (newKeys === "first" && this.rows > 0));
    if (refused) throw refuseKey(name, names, this.#place(key));
    this.#places.set(name, names.length);
    names.push(name);
    this.#width = names.length;
    return names.length - 1;
  }

  /** By position. */
  #fill({ cells, spot }: Row): void {
    if (this.#width === undefined) {
      this.#width = cells.length;
      this.#lay();
    }
    const width = this.#width;
    if (cells.length > width || (cells.length < width && this.#request.ragged === "error"))
      this.#refuse(Err.Ragged, spot, Math.min(cells.length, width));
    cells.forEach((cell, i) => {
      this.#note(i, cell);
    });
    this.#cells = Array.from({ length: width }, (_, i) => cells[i] ?? this.#missing(i));
  }

  #missing(i: number): Cell {
    const cell = { kind: Kind.Missing, text: "", spot: undefined };
    this.#note(i, cell);
    return cell;
  }

  #note(i: number, { kind, text }: Cell): void {
    this.#kindBits[i] = (this.#kindBits[i] ?? 0) | (1 << kind) | (kind === Kind.Int ? sizeOf(text) : 0);
  }

  // ---- the output's size

  #fits(bytes: number): boolean {
    if (this.#bytesLeft === undefined || (this.#style.cells !== "json" && this.#style.cells !== "delimited")) return true;
    if (this.#writer.most(bytes * this.#times, this.width as number) <= this.#bytesLeft) return true;
    if (this.#writer.begun) return false;
    // the only row of its output, whose size is known once it is written
    this.#rowLimit = this.rows + 1;
    return true;
  }

  #spend(bytes: number): void {
    if (this.#bytesLeft === undefined) return;
    this.#bytesLeft -= bytes;
    const row = this.rows - 1;
    if (this.#bytesLeft < 0) throw new TransloadError("E_LIMIT", `row ${row} alone takes more bytes than a piece may have`, { row });
  }

  // ---- faults

  #place({ from, line, lineAt }: Spot): Place {
    if (this.#request.syntax === "across") return { row: this.rows };
    const path = this.#path ? { path: jsonPath([...this.#path, this.rows]) } : {};
    return { offset: from, line, column: from - lineAt + 1, ...path, row: this.rows };
  }

  #refuse(error: number, spot: Spot, cell: number): never {
    throw refuseRow({ error, row: this.rows, cell, name: this.#names?.[cell], width: this.#width ?? 0, place: this.#place(spot) });
  }

  /** A cell that cannot be written; one that is missing has no place of its own. */
  #refuseCell(error: number, written: number): never {
    const i = this.#picked?.[written] ?? written;
    const row = (this.#row as Row).spot;
    this.#refuse(error, error === Err.Missing ? row : (this.#cells[i]?.spot ?? row), i);
  }
}

/** The bits of a whole number beside its kind. */
function sizeOf(text: string): number {
  const value = BigInt(text);
  const huge = value >= 2n ** 64n || value < -(2n ** 63n);
  return (text.startsWith("-") ? 1 << Beside.Negative : 0) | (huge ? 1 << Beside.Huge : value >= 2n ** 63n ? 1 << Beside.Unsigned : 0);
}
