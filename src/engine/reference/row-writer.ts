// The cells of a row as the target writes them. Text is handled as Latin-1, a character for a byte.
import { Err, Kind } from "../codes.js";
import type { RowStyle, RowTexts } from "../rows.js";
import { fieldKind, spelled } from "./field.js";
import type { Cell } from "./row.js";

/** What the core keeps free behind a row: the sizes of pieces depend on it. */
const SLACK = 32;
const PER_CELL = 8;
/** Bytes of cells that are put together by columns at once. */
const BLOCK = 1 << 20;

export class RowWriter {
  /** The output has a row: a separator stands before the next. */
  begun = false;
  retyped = 0;
  #texts: RowTexts = { before: () => "", after: "", between: "" };
  /** Before each cell, as UTF-8; how long they are together with what else stands around a row. */
  #before: string[] = [];
  #fixed = 0;
  /** Cells of columns since the last block, and how many bytes they have. */
  #columns: string[][] = [];
  #held = 0;
  readonly #style: RowStyle;
  readonly #words: ReadonlySet<string>;
  readonly #escapes: boolean;
  /** Throws for a cell that cannot be written. */
  readonly #refuse: (error: number, cell: number) => never;

  constructor(style: RowStyle, words: ReadonlySet<string>, escapes: boolean, refuse: (error: number, cell: number) => never) {
    this.#style = style;
    this.#words = words;
    this.#escapes = escapes;
    this.#refuse = refuse;
  }

  /** The texts around rows of so many cells. */
  setTexts(texts: RowTexts, width: number): void {
    this.#texts = texts;
    this.#before = Array.from({ length: width }, (_, i) => bytesOf(texts.before(i)));
    const around = Buffer.byteLength(texts.between) + Buffer.byteLength(texts.after);
    this.#fixed = this.#before.reduce((sum, text) => sum + text.length, around);
  }

  /** Bytes that a row may take at most which was so long in the input: the core's bound, so that both cut pieces alike. */
  most(bytes: number, width: number): number {
    const growth = this.#style.cells === "delimited" ? 2 : this.#escapes ? 6 : 1;
    return this.#fixed + bytes * growth + width * PER_CELL + SLACK;
  }

  /** The row's text; for columns, which go out one by one, none. */
  write(cells: readonly Cell[]): string {
    const { cells: how } = this.#style;
    if (how === "none") return "";
    if (how === "columns") {
      const texts = cells.map((cell, i) => (this.begun ? "," : "") + this.#json(cell, i));
      texts.forEach((text, i) => {
        (this.#columns[i] ??= []).push(text);
        this.#held += text.length;
      });
      this.begun = true;
      if (this.#held > BLOCK) this.endBlock();
      return "";
    }
    const row = how === "json" ? this.#members(this.#route(cells)) : this.#fields(cells);
    const text = (this.begun ? bytesOf(this.#texts.between) : "") + row + bytesOf(this.#texts.after);
    this.begun = true;
    return text;
  }

  /** What was written of the columns goes out. */
  endBlock(): void {
    if (this.#columns.length === 0) return;
    const texts = this.#columns.map((cells) => cells.join(""));
    let end = 0;
    const ends = Uint32Array.from(texts, (text) => (end += text.length));
    this.#style.block?.(Buffer.from(texts.join(""), "latin1"), ends);
    this.#columns = [];
    this.#held = 0;
  }

  /** The cells that stand in the row: one may go elsewhere, a comma before it. */
  #route(cells: readonly Cell[]): readonly Cell[] {
    const { routed, column } = this.#style;
    if (routed === undefined) return cells;
    const text = (this.begun ? "," : "") + this.#json(cells[routed] as Cell, routed);
    column?.(Buffer.from(text, "latin1"));
    return cells.map((cell, i) => (i === routed ? { ...cell, kind: Kind.Text, text: "" } : cell));
  }

  #members(cells: readonly Cell[]): string {
    const omits = this.#style.missing === "omit";
    const members = cells.flatMap((cell, i) =>
      omits && cell.kind === Kind.Missing ? [] : (this.#before[i] as string) + this.#json(cell, i),
    );
    const text = members.join("");
    // where the first cells are left out, the first one written has a comma before it
    const leftOut = omits && cells.length > 0 && cells[0]?.kind === Kind.Missing;
    return leftOut ? `{${text.slice(1)}` : text;
  }

  #json({ kind, text }: Cell, i: number): string {
    if (kind === Kind.Odd) return this.#odd(spelled(text), i);
    const { missing, nan } = this.#style;
    const gap = kind === Kind.Missing ? missing : kind === Kind.Nan ? nan : undefined;
    if (kind === Kind.Bare) return JSON.stringify(text);
    if (kind === Kind.Bool) return text.toLowerCase();
    if (kind === Kind.Nested) return this.#nested(text, i);
    if (gap === undefined && kind !== Kind.Null) return text;
    if (gap === "error" || (gap === "finite" && text.endsWith("y"))) this.#refuse(kind === Kind.Missing ? Err.Missing : Err.Nan, i);
    if (gap === "token") return kind === Kind.Missing ? "NaN" : text;
    if (!this.#style.nulls) this.#refuse(Err.Null, i);
    return "null";
  }

  /** A list or an object, in one line where a row is one; NaN and the infinities in it as by themselves. */
  #nested(text: string, i: number): string {
    const line = this.#texts.between === "\n" ? text.replace(/[\r\n]/g, " ") : text;
    if (this.#style.nan === "token") return line;
    return line.replace(/"(?:[^"\\]|\\.)*"|NaN|-?Infinity/gs, (token) =>
      token.startsWith('"') ? token : this.#json({ kind: Kind.Nan, text: token, spot: undefined }, i),
    );
  }

  /** A number of pandas'. */
  #odd(text: string, i: number): string {
    return this.#json({ kind: text.endsWith("y") ? Kind.Nan : Kind.Float, text, spot: undefined }, i);
  }

  #fields(cells: readonly Cell[]): string {
    const text = cells.map((cell, i) => this.#field(cell, i)).join(this.#style.delimiter ?? ",");
    // a line of nothing would be no row
    return text === "" && cells.length === 1 ? '""' : text;
  }

  #field({ kind, text }: Cell, i: number): string {
    switch (kind) {
      case Kind.Null:
      case Kind.Missing:
        return "";
      case Kind.Nan:
        if (this.#style.nan === "error") this.#refuse(Err.Nan, i);
        return text === "NaN" ? "" : text.replace("Infinity", "inf");
      case Kind.Nested:
        return this.#refuse(Err.Nested, i);
      case Kind.Bare:
        return this.#retyping(text);
      case Kind.Odd:
        return this.#quoted(text);
      case Kind.Text:
      case Kind.Escaped: {
        const decoded = decode(text);
        if (/\p{Surrogate}/u.test(decoded)) this.#refuse(Err.Surrogate, i);
        return this.#retyping(bytesOf(decoded));
      }
      default:
        return text;
    }
  }

  /** A text as a field; one that will be read as something else is counted. */
  #retyping(text: string): string {
    if (fieldKind(text, this.#words) !== Kind.Bare) this.retyped++;
    return this.#quoted(text);
  }

  /** Text as a field, in quotes where it must be. */
  #quoted(text: string): string {
    const special = text === "" || ['"', "\n", "\r", this.#style.delimiter ?? ","].some((c) => text.includes(c));
    return special ? `"${text.replaceAll('"', '""')}"` : text;
  }
}

/** What a JSON string's bytes mean. */
export function decode(bytes: string): string {
  return JSON.parse(Buffer.from(bytes, "latin1").toString()) as string;
}

/** UTF-8, a character for a byte. */
export function bytesOf(text: string): string {
  return Buffer.from(text).toString("latin1");
}
