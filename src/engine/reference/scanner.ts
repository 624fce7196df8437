// The reference engine: the same Scanner interface on stream-json. Slow, and plain to read: the oracle of the tests, the
// baseline of the benchmarks, and the way out where WebAssembly is off.
//
// How it works. stream-json's parser says what the tokens are, and throws where there is none; a cursor walks the same
// text beside it and says where each token lies, so what is passed on is the input's own bytes. The text is handled as
// Latin-1, a character for a byte. NaN and Infinity, which the parser does not know, are shown to it as zeros of the
// same length.

import { isMany, none } from "stream-chain/core";
import { jsonParser } from "stream-json/core/parser.js";
import type { Place, TransloadError } from "../../errors.js";
import type { CellReader, CellRequest, Printer, PrintRequest } from "../cells.js";
import { Err, Mode, St } from "../codes.js";
import type { Event, PathOf, Scanner } from "../engine.js";
import { jsonPath, refuse, truncated } from "../fault.js";
import type { RowReader, RowRequest, RowStyle } from "../rows.js";
import { MAX_ROW_BYTES, tooLong } from "../size.js";
import { ReferenceCells } from "./cells.js";
import { diagnose } from "./fault.js";
import { ReferencePrinter } from "./printer.js";
import type { Spot } from "./row-writer.js";
import { referenceRows } from "./rows.js";
import { isNan, StandIn } from "./stand-in.js";
import { invalidAt } from "./utf8.js";

/** A token and where it lies in the input. */
export interface Token {
  readonly name:
    | "startObject"
    | "endObject"
    | "startArray"
    | "endArray"
    | "keyValue"
    | "stringValue"
    | "numberValue"
    | "nullValue"
    | "trueValue"
    | "falseValue";
  readonly from: number;
  readonly to: number;
  /** As written. */
  readonly text: string;
  readonly line: number;
  /** Absolute offset of the line's first byte. */
  readonly lineAt: number;
}

/** What stream-json says of a token; a number's value is its text. */
interface Found {
  readonly name: Token["name"];
  readonly value?: unknown;
}

interface Container {
  readonly list: boolean;
  /** Members begun so far. */
  members: number;
}

const AHEAD = /[ \n\r\t]*[\s\S]?/y;
/** V8's strings have 2^29 - 24 characters; a chunk more must fit. */
const LONGEST = 2 ** 29 - 2 ** 22;
const PACKED = { packValues: true, streamValues: false };

/** What the lists at one depth of the cargo must measure: a number, learned or given, or nothing. */
type Length = number | "learn" | "free";

export class ReferenceScanner implements Scanner {
  offset: number;
  members = 0;
  readonly #pathOf: PathOf;
  #parse = jsonParser(PACKED);
  #standIn = new StandIn();
  /** Input from `#textAt` on that is not used up; the cursor is behind the last token located. */
  #text = "";
  #textAt: number;
  #cursor = 0;
  /** What stream-json found and the cursor has not reached. */
  #found: Found[] = [];
  #next = 0;
  #failure: Error | undefined;
  #tokens = 0;
  #afterKey = false;
  line = 1;
  lineAt: number;
  #stack: Container[] = [];
  #pending: { event: Event; offset: number }[] = [];
  #watch = 1;
  #nan: "error" | "pass" | "tell" = "pass";
  #nullRefused = false;
  #peeking = false;
  /** Text is kept while the cell reader takes its sample, and the row reader a row. */
  keep = false;
  /** Where the row begins that is being read. */
  rowFrom: number | undefined;
  /** No more input will come. */
  ended = false;
  /** Every line is a document of its own: how many are read, and whether a line has ended since. */
  #lines = false;
  #documents = 0;
  #lineEnded = true;
  /** The input is no JSON. */
  #plain = false;
  /** The row reader judges cells, which stand at this depth; the scanner only what is inside them. */
  #cellDepth = -1;
  // the cargo's lengths
  #mode: Mode = Mode.Free;
  #base = 0;
  #leaf = -1;
  #freeAbove = Number.POSITIVE_INFINITY;
  #lengths = new Map<number, Length>();
  /** "rows" is due behind so many rows of the cargo. */
  #stopAt: number | undefined;
  rowsEnded = 0;

  /** Bytes that a row, or a token, may have; no text can be longer than a JavaScript string. */
  readonly maxRowBytes: number;
  /** The error for a row, or a cell, that is longer. */
  tooLong = (): TransloadError => tooLong("a cell", this.maxRowBytes, this.place(this.judged));

  constructor(pathOf: PathOf, start: number, maxRowBytes = MAX_ROW_BYTES) {
    this.maxRowBytes = Math.min(maxRowBytes, LONGEST);
    this.#pathOf = pathOf;
    this.#textAt = this.lineAt = this.offset = start;
  }

  push(chunk: Uint8Array): void {
    this.checkHeld();
    if (!this.keep) {
      this.#text = this.#text.slice(this.#cursor);
      this.#textAt += this.#cursor;
      this.#cursor = 0;
    }
    const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("latin1");
    this.#text += text;
    if (!this.#plain) this.#feed(this.#standIn.push(text));
  }

  /** @throws TransloadError E_LIMIT where the row, or the cell, that is not whole is longer than it may be. */
  checkHeld(): void {
    if (this.received - (this.rowFrom ?? this.judged) > this.maxRowBytes) throw this.tooLong();
  }

  /** Reads the input as lines, from the cursor on. */
  #startLines(): void {
    this.#lines = true;
    this.#parse = jsonParser({ ...PACKED, jsonStreaming: true });
    this.#standIn = new StandIn();
    this.#found = [];
    this.#next = 0;
    this.#failure = undefined;
    this.#feed(this.#standIn.push(this.#text.slice(this.#cursor)));
  }

  #feed(text: string | typeof none): void {
    if (this.#failure) return;
    try {
      const result: unknown = text === "" ? none : (this.#parse as (text: unknown) => unknown)(text);
      if (isMany(result)) {
        this.#found = this.#found.slice(this.#next).concat(result.values as Found[]);
        this.#next = 0;
      }
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  next(): Event {
    for (;;) {
      const pending = this.#pending.shift();
      if (pending) {
        this.offset = pending.offset;
        return pending.event;
      }
      if (this.#peeking) {
        this.#skip(/[ \n\r\t]/);
        this.offset = this.judged;
        if (this.#cursor === this.#text.length) return "more";
        this.#peeking = false;
        return "element";
      }
      const token = this.token();
      if (!token) {
        this.offset = this.judged;
        return "more";
      }
      this.#raise(token);
    }
  }

  /** The next token of the input, its lengths checked. Undefined when more input is needed. */
  token(): Token | undefined {
    const found = this.#found[this.#next++];
    if (found === undefined) this.#next--;
    if (found === undefined && this.#failure === undefined) {
      this.#skip(/[ \n\r\t]/);
      return undefined;
    }
    const known = found && this.#separated(found.name) ? found : this.#fail();
    if (known === undefined) return undefined;
    this.#skip(/[ \n\r\t]/);
    this.#separator();
    const token = this.#locate(known);
    const invalid = invalidAt(token.text);
    if (invalid >= 0 && this.#stack.length > 0) (this.#stack[this.#stack.length - 1] as Container).members++; // it has begun
    if (invalid >= 0) throw this.#refuseByte(token.text.charCodeAt(invalid), token.from + invalid, St.Str);
    this.#tokens++;
    this.#afterKey = token.name === "keyValue";
    this.#check(token);
    this.#lineEnded = false;
    if (this.#stack.length === 0) this.#documents++;
    return token;
  }

  /** stream-json takes `falsetrue` for two values: a comma or colon must stand where one is due. */
  #separated(name: string): boolean {
    const top = this.#stack[this.#stack.length - 1];
    const due = this.#afterKey ? ":" : top && top.members > 0 && !name.startsWith("end") ? "," : "";
    const good = top || !this.#lines ? due === "" || this.#ahead().endsWith(due) : this.#documents === 0 || this.#onNewLine;
    if (!good) this.#failure = new Error("no separator");
    return good;
  }

  /** The white space up to the next byte that is none, and that byte. */
  #ahead(): string {
    AHEAD.lastIndex = this.#cursor;
    return AHEAD.exec(this.#text)?.[0] ?? "";
  }

  /** The document that is read, or the one that ended in this line. */
  get #line(): number {
    return this.#stack.length > 0 || this.#lineEnded ? this.#documents : this.#documents - 1;
  }

  get #onNewLine(): boolean {
    return this.#lineEnded || this.#ahead().includes("\n");
  }

  /** The closing bracket of the cargo, which the cell or row reader took: an event of it. */
  handBack(token: Token): void {
    this.#raise(token);
  }

  last(): void {}

  finish(): void {
    this.ended = true;
    if (this.#plain) return;
    this.#feed(this.#standIn.end());
    this.#feed(none);
  }

  end(): void {
    if (this.#stack.length === 0 && this.#tokens > 0 && !this.#failure) return;
    while (this.token()); // what was still good
    this.#fail(true);
  }

  get judged(): number {
    return this.#textAt + this.#cursor;
  }

  slice(from: number, to: number): Uint8Array {
    return Buffer.from(this.text(from, to), "latin1");
  }

  /** The same, a character for a byte. */
  text(from: number, to: number): string {
    return this.#text.slice(from - this.#textAt, to - this.#textAt);
  }

  peek(): void {
    this.#peeking = true;
  }

  watch(depth: number): void {
    this.#watch = depth;
  }

  startCargo(mode: Mode, width: number | undefined): void {
    this.#mode = mode;
    this.#base = this.#stack.length;
    this.#leaf = -1;
    this.#freeAbove = Number.POSITIVE_INFINITY;
    this.#lengths = new Map([[this.#base, "free"]]);
    if (mode === Mode.Rows || mode === Mode.Tensor) this.#lengths.set(this.#base + 1, width ?? "learn");
  }

  stopAfter(rows: number): void {
    this.#stopAt = rows;
  }

  endCargo(): void {
    this.#stopAt = undefined;
    this.#mode = Mode.Free;
    this.#base = 0;
    this.#leaf = -1;
    this.#nullRefused = false;
    this.#cellDepth = -1;
  }

  get width(): number | undefined {
    const width = this.#lengths.get(this.#base + 1);
    return typeof width === "number" ? width : undefined;
  }

  get innerRank(): number | undefined {
    if (this.#leaf >= 0) return this.#leaf - this.#base;
    let rank = 0;
    while (this.lengthAt(rank + 1) !== undefined) rank++;
    return rank > 0 ? rank : undefined;
  }

  /** Length of the lists at this level of the cargo, 1 for its rows. */
  lengthAt(level: number): number | undefined {
    const length = this.#lengths.get(this.#base + level);
    return typeof length === "number" ? length : undefined;
  }

  refuseNull(refuse: boolean): void {
    this.#nullRefused = refuse;
  }

  nan(policy: "error" | "pass" | "tell"): void {
    this.#nan = policy;
  }

  get nanRefused(): boolean {
    return this.#nan === "error";
  }

  readonly pendingMinus = false;

  cells(request: CellRequest): CellReader {
    return new ReferenceCells(this, request);
  }

  /** Another, for a text of its own. */
  alone(): ReferenceScanner {
    return this.another();
  }

  rows(request: RowRequest, style: RowStyle): RowReader {
    return referenceRows(this, request, style);
  }

  /**
   * The row reader takes the tokens of a list from here on, or of lines: its cells are lists' or objects' members, or
   * the list's own. `length`: that of lists, where it is known; "free" when the reader fills short ones in.
   */
  startRows(what: "lists" | "records" | "features" | "cells", lines: boolean, length: number | "free" | undefined): void {
    if (lines) {
      this.#startLines();
      this.startCargo(what === "records" ? Mode.Records : Mode.Rows, undefined);
    }
    this.#cellDepth = this.#base + (what === "cells" ? 0 : what === "features" ? 2 : 1);
    const measured = this.#mode === Mode.Rows || this.#mode === Mode.Tensor;
    if (measured || what === "cells") this.#leaf = this.#cellDepth;
    if (length !== undefined && measured) this.#lengths.set(this.#base + 1, length);
  }

  /** The row reader takes the text itself from here on. */
  startText(): void {
    this.#plain = true;
  }

  /** Absolute offset of the end of what was pushed. */
  get received(): number {
    return this.#textAt + this.#text.length;
  }

  /** The row reader has used up the text to here. */
  pass({ from, line, lineAt }: Spot): void {
    this.#cursor = from - this.#textAt;
    this.line = line;
    this.lineAt = lineAt;
  }

  /** One more scanner, for lists in cells. */
  readonly another = (): ReferenceScanner => new ReferenceScanner(() => [], 0, this.maxRowBytes);

  /** Containers that are open. */
  get depth(): number {
    return this.#stack.length;
  }

  /** The cargo's lengths are checked by the scanner. */
  get measures(): boolean {
    return this.#mode === Mode.Rows;
  }

  /** All of the text is used up but white space, and nothing is open. */
  get exhausted(): boolean {
    return this.#stack.length === 0 && this.#failure === undefined && this.#cursor === this.#text.length;
  }

  printer(request: PrintRequest): Printer {
    return new ReferencePrinter(request);
  }

  /** The key path to the cargo. */
  get path(): readonly string[] {
    return this.#pathOf();
  }

  /** Where a byte is. */
  place(offset: number, depth = this.#stack.length): Place {
    if (this.#lines) return { offset, line: this.line, column: offset - this.lineAt + 1, row: this.#line };
    const path: (string | number)[] = [...this.#pathOf()];
    for (const { list, members } of this.#stack.slice(path.length, depth)) {
      if (!list) break;
      path.push(Math.max(0, members - 1));
    }
    const place: Place = { offset, line: this.line, column: offset - this.lineAt + 1, path: jsonPath(path) };
    if (this.#base > 0 && depth >= this.#base) {
      place.row = Math.max(0, (this.#stack[this.#base - 1] as Container).members - 1);
      if (depth > this.#base) place.cell = Math.max(0, (this.#stack[this.#base] as Container).members - 1);
    }
    return place;
  }

  /** Events of a token, when it is watched. */
  #raise(token: Token): void {
    const tell = (event: Event, offset: number) => this.#pending.push({ event, offset });
    const opening = token.name === "startObject" || token.name === "startArray";
    const closing = token.name === "endObject" || token.name === "endArray";
    const depth = opening ? this.#stack.length - 1 : this.#stack.length;
    if (depth > this.#watch) {
      if (token.name === "numberValue" && this.#nan === "tell" && isNan(token.text)) {
        tell("nanStart", token.text.startsWith("-") ? token.from + 2 : token.from + 1);
        tell("nanEnd", token.to);
      }
      return;
    }
    if (closing && this.#stopAt !== undefined && this.#stack.length === this.#base - 1) {
      this.rowsEnded = this.members;
      tell("rowsEnd", token.from);
    }
    if (closing) tell("end", token.to);
    else if (token.name === "keyValue") {
      tell("key", token.from + 1);
      tell("keyEnd", token.to);
    } else {
      tell("value", token.from + 1);
      if (!opening) tell("end", token.to);
    }
  }

  /** Passes the comma or colon before a token. */
  #separator(): void {
    const byte = this.#text[this.#cursor];
    if (byte !== "," && byte !== ":") return;
    this.#cursor++;
    if (byte === "," && this.#stack.length <= this.#watch && this.#cellDepth < 0)
      this.#pending.push({ event: "comma", offset: this.judged });
    const list = this.#stack[this.#stack.length - 1];
    if (byte === "," && this.#stack.length === this.#base && this.#stopAt !== undefined && list?.members === this.#stopAt) {
      this.rowsEnded = list.members;
      this.#pending.push({ event: "rows", offset: this.judged });
    }
    this.#skip(/[ \n\r\t]/);
  }

  #skip(white: RegExp): void {
    for (;;) {
      const c = this.#text[this.#cursor];
      if (c === undefined || !white.test(c)) return;
      this.#cursor++;
      if (c === "\n") {
        this.line++;
        this.lineAt = this.judged;
        this.#lineEnded = true;
      }
    }
  }

  #locate({ name, value }: Found): Token {
    const from = this.#cursor;
    let to = from + 1;
    if (name === "keyValue" || name === "stringValue") {
      while (this.#text[to] !== '"') to += this.#text[to] === "\\" ? 2 : 1;
      to++;
    } else if (name === "numberValue") to = from + (value as string).length;
    else if (name === "falseValue") to = from + 5;
    else if (name === "trueValue" || name === "nullValue") to = from + 4;
    this.#cursor = to;
    return {
      name,
      from: this.#textAt + from,
      to: this.#textAt + to,
      text: this.#text.slice(from, to),
      line: this.line,
      lineAt: this.lineAt,
    };
  }

  /** Keeps the stack, and the lengths of the cargo. */
  #check(token: Token): void {
    const { name } = token;
    if (name === "keyValue") return;
    const parent = this.#stack[this.#stack.length - 1];
    if (name === "endArray" || name === "endObject") {
      const depth = this.#stack.length;
      const closed = parent as Container;
      if (this.#mode !== Mode.Free && depth >= this.#base && depth <= this.#freeAbove) this.#measure(token, depth, closed.members);
      this.#stack.pop();
      if (this.#stack.length === this.#freeAbove) this.#freeAbove = Number.POSITIVE_INFINITY;
      this.members = closed.members;
      return;
    }
    if (parent) parent.members++;
    const kind = name === "startArray" ? 1 : name === "startObject" ? 2 : 0;
    const error = this.#admit(kind);
    if (error !== Err.None) throw this.#refuse(error, token);
    const judged = this.#stack.length > this.#cellDepth;
    if (name === "nullValue" && judged && this.#nullRefused && this.#mode !== Mode.Free) throw this.#refuse(Err.Null, token);
    // what a row reader takes, nobody is told of
    const refused = this.#nan === "error" || (this.#nan === "tell" && this.#cellDepth >= 0);
    if (name === "numberValue" && judged && refused && isNan(token.text)) throw this.#refuse(Err.Nan, token);
    if (kind === 0) return;
    if (this.#stack.length >= 512) throw this.#refuse(Err.Depth, token);
    this.#stack.push({ list: kind === 1, members: 0 });
  }

  #measure(token: Token, depth: number, members: number): void {
    const length = this.#lengths.get(depth) ?? (this.#mode === Mode.Tensor ? "learn" : "free");
    if (length === "learn") this.#lengths.set(depth, members);
    else if (length !== "free" && length !== members) {
      const place = this.place(token.from, depth - 1);
      throw refuse({
        error: Err.Ragged,
        state: St.After,
        byte: 0x5d,
        container: 0x5b,
        place,
        found: members,
        expected: length,
        level: depth - this.#base,
      });
    }
  }

  /** A list of numbers may hold numbers only, a list of lists lists only; a frame's cell may be anything. */
  #admit(kind: 0 | 1 | 2): number {
    const depth = this.#stack.length;
    if (this.#mode === Mode.Free || depth < this.#base || this.#freeAbove !== Number.POSITIVE_INFINITY) return Err.None;
    if (this.#mode === Mode.Tensor) {
      if (kind === 2) return Err.Object;
      if (kind === 1) return this.#leaf >= 0 && depth >= this.#leaf ? Err.Mixed : Err.None;
      if (this.#leaf < 0) this.#leaf = depth;
      return this.#leaf === depth ? Err.None : Err.Mixed;
    }
    if (this.#mode === Mode.Records && depth === this.#base) return kind === 2 ? Err.None : Err.Record;
    if (depth === this.#base) {
      if (kind === 2) return Err.Object;
      if (this.#leaf < 0) this.#leaf = this.#base + kind;
      return this.#leaf === this.#base + kind ? Err.None : Err.Mixed;
    }
    if (kind !== 0) this.#freeAbove = depth;
    return Err.None;
  }

  #refuseByte(byte: number, at: number, state: number): TransloadError {
    return refuse({ error: Err.Utf8, state, byte, container: 0x5b, place: this.place(at) });
  }

  #refuse(error: number, { from, text }: Token): TransloadError {
    const letter = error === Err.Nan && text.startsWith("-") ? 1 : 0;
    return refuse({ error, state: St.Value, byte: text.charCodeAt(0), container: 0x5b, place: this.place(from + letter) });
  }

  /**
   * stream-json gave up on the rest of the text, of which the first tokens may still be good: returns the next of them,
   * and throws where there is none.
   */
  #fail(ended = false): Found | undefined {
    const top = this.#stack[this.#stack.length - 1];
    const text = this.#text.slice(this.#cursor);
    const { error, at, state, name } = diagnose(text, {
      top,
      afterKey: this.#afterKey,
      begun: this.#tokens > 0 && !(this.#lines && this.#onNewLine),
    });
    if (name !== undefined)
      return {
        name: name as Token["name"],
        value: text
          .slice(0, at)
          .trimStart()
          .replace(/^[,:]\s*/, ""),
      };
    const invalid = invalidAt(text.slice(0, at + 1));
    if (invalid < 0 && error === Err.None && !ended) return undefined;
    const before = text.slice(0, invalid < 0 ? at : invalid);
    for (const c of before) {
      this.#cursor++;
      if (c !== "\n") continue;
      this.line++;
      this.lineAt = this.judged;
      this.#lineEnded = true;
    }
    // behind the comma, or the key, the next member begins
    if (top && (this.#afterKey || (top.members > 0 && /^[ \n\r\t]*,/.test(before)))) top.members++;
    if (invalid >= 0) throw this.#refuseByte(text.charCodeAt(invalid), this.judged, state);
    const place = this.place(this.judged);
    if (error === Err.None) throw truncated(state, this.#stack.length, place);
    throw refuse({ error, state, byte: text.charCodeAt(at), container: top ? (top.list ? 0x5b : 0x7b) : 0, place });
  }
}
