// The tokens of a document, each with its place, checked against the rules of the cargo. The scanner makes events of them, the readers of
// cells and rows make cells.
//
// How it works. stream-json's parser says what the tokens are, and throws where there is none; a cursor (input.ts) walks the same text beside
// it and says where each token lies, so what is passed on is the input's own bytes. NaN and Infinity, which the parser does not know, are
// shown to it as zeros of the same length (stand-in.ts).

import { isMany, none } from "stream-chain/core";
import { jsonParser } from "stream-json/core/parser.js";
import type { Place, TransloadError } from "../../errors.js";
import { Err, Mode, St } from "../codes.js";
import { jsonPath, refuse, truncated } from "../fault.js";
import type { PathOf } from "../scanner.js";
import { MAX_ROW_BYTES, tooLong } from "../size.js";
import { diagnose } from "./fault.js";
import { Input } from "./input.js";
import { Lengths } from "./lengths.js";
import { isNan, StandIn } from "./stand-in.js";
import type { Token } from "./token.js";
import { invalidAt } from "./utf8.js";

/** What stream-json says of a token; a number's value is its text. */
interface Parsed {
  readonly name: Token["name"];
  readonly value?: unknown;
}

interface Container {
  readonly list: boolean;
  /** Members begun so far. */
  members: number;
}

/** V8's strings have 2^29 - 24 characters; a chunk more must fit. */
const LONGEST = 2 ** 29 - 2 ** 22;
const PACKED = { packValues: true, streamValues: false };

export class Tokens {
  readonly input: Input;
  readonly lengths = new Lengths();
  /** Bytes that a row, or a token, may have; no text can be longer than a JavaScript string. */
  readonly maxRowBytes: number;
  /** Absolute offset of the last event, or of what a reader has used up. */
  offset: number;
  /** Members of the container that was closed last. */
  members = 0;
  /** Where the row begins that is being read. */
  rowFrom: number | undefined;
  /** No more input will come. */
  ended = false;
  nan: "error" | "pass" | "tell" = "pass";
  nullRefused = false;
  /** A row reader checks the cells, which stand at this depth, and the tokens only what is inside them; -1 without one. */
  cellDepth = -1;
  /** The error for a row, or a cell, that is longer than it may be. */
  tooLong = (): TransloadError => tooLong("a cell", this.maxRowBytes, this.place(this.input.at));
  readonly #pathOf: PathOf;
  #parse = jsonParser(PACKED);
  #standIn = new StandIn();
  /** What stream-json has read and the cursor has not reached. */
  #parsed: Parsed[] = [];
  #next = 0;
  #failure: Error | undefined;
  #count = 0;
  #afterKey = false;
  readonly #stack: Container[] = [];
  /** Every line is a document of its own; how many have been read. */
  #lines = false;
  #documents = 0;
  /** The input is no JSON. */
  #plain = false;
  #returned: Token | undefined;

  constructor(pathOf: PathOf, start: number, maxRowBytes = MAX_ROW_BYTES) {
    this.maxRowBytes = Math.min(maxRowBytes, LONGEST);
    this.#pathOf = pathOf;
    this.input = new Input(start);
    this.offset = start;
  }

  /** The tokens of another text, which is no part of this one. */
  alone(): Tokens {
    return new Tokens(() => [], 0, this.maxRowBytes);
  }

  push(chunk: Uint8Array): void {
    this.checkHeld();
    const text = this.input.push(chunk);
    if (!this.#plain) this.#feed(this.#standIn.push(text));
  }

  /** @throws TransloadError E_LIMIT where the row, or the cell, that is not whole is longer than it may be. */
  checkHeld(): void {
    if (this.input.received - (this.rowFrom ?? this.input.at) > this.maxRowBytes) throw this.tooLong();
  }

  finish(): void {
    this.ended = true;
    if (this.#plain) return;
    this.#feed(this.#standIn.end());
    this.#feed(none);
  }

  /** @throws TransloadError unless the document is complete. */
  end(): void {
    if (this.#stack.length === 0 && this.#count > 0 && !this.#failure) return;
    while (this.token()); // what was still good
    this.#fail(true);
  }

  /** All of the text is used up but white space, and nothing is open. */
  get exhausted(): boolean {
    return this.#stack.length === 0 && this.#failure === undefined && this.input.isUsedUp;
  }

  /** Containers that are open. */
  get depth(): number {
    return this.#stack.length;
  }

  /** Members of the container at this depth that have begun. */
  membersAt(depth: number): number {
    return this.#stack[depth - 1]?.members ?? 0;
  }

  /** The key path to the cargo. */
  get path(): readonly string[] {
    return this.#pathOf();
  }

  // ---- what is read

  startCargo(mode: Mode, width: number | undefined): void {
    this.lengths.start(mode, this.#stack.length, width);
  }

  endCargo(): void {
    this.lengths.end();
    this.nullRefused = false;
    this.cellDepth = -1;
  }

  /**
   * A row reader takes the tokens of a list from here on, or of lines: its cells are lists' or objects' members, or
   * the list's own. `length`: that of lists, where it is known; "free" when the reader fills short ones in.
   */
  startRows(what: "lists" | "records" | "features" | "cells", lines: boolean, length: number | "free" | undefined): void {
    if (lines) {
      this.#startLines();
      this.startCargo(what === "records" ? Mode.Records : Mode.Rows, undefined);
    }
    this.cellDepth = this.lengths.base + (what === "cells" ? 0 : what === "features" ? 2 : 1);
    this.lengths.readRows(this.cellDepth, what === "cells", length);
  }

  /** A row reader takes the text itself from here on. */
  startText(): void {
    this.#plain = true;
  }

  /** Reads the input as lines, from the cursor on. */
  #startLines(): void {
    this.#lines = true;
    this.#parse = jsonParser({ ...PACKED, jsonStreaming: true });
    this.#standIn = new StandIn();
    this.#parsed = [];
    this.#next = 0;
    this.#failure = undefined;
    this.#feed(this.#standIn.push(this.input.rest));
  }

  #feed(text: string | typeof none): void {
    if (this.#failure) return;
    try {
      const result: unknown = text === "" ? none : (this.#parse as (text: unknown) => unknown)(text);
      if (isMany(result)) {
        this.#parsed = this.#parsed.slice(this.#next).concat(result.values as Parsed[]);
        this.#next = 0;
      }
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  // ---- tokens

  /** The next token. Undefined when more input is needed. */
  token(): Token | undefined {
    const returned = this.#returned;
    this.#returned = undefined;
    if (returned) return returned;
    const parsed = this.#parsed[this.#next];
    if (parsed === undefined && this.#failure === undefined) {
      this.input.skipSpace();
      return undefined;
    }
    if (parsed) this.#next++;
    const known = parsed && this.#isSeparated(parsed.name) ? parsed : this.#fail();
    if (known === undefined) return undefined;
    this.input.skipSpace();
    const token = this.#locate(known, this.#passSeparator());
    const invalid = invalidAt(token.text);
    const top = this.#stack[this.#stack.length - 1];
    if (invalid >= 0 && top) top.members++; // it has begun
    if (invalid >= 0) throw this.#refuseByte(token.text.charCodeAt(invalid), token.from + invalid, St.Str);
    this.#count++;
    this.#afterKey = token.name === "keyValue";
    this.#check(token);
    this.input.lineEnded = false;
    if (this.#stack.length === 0) this.#documents++;
    return token;
  }

  /** The closing bracket of the cargo, which a reader took, is the next token once more. */
  handBack(token: Token): void {
    this.#returned = token;
  }

  /** stream-json takes `falsetrue` for two values: a comma or colon must stand where one is due. */
  #isSeparated(name: string): boolean {
    const top = this.#stack[this.#stack.length - 1];
    const due = this.#afterKey ? ":" : top && top.members > 0 && !name.startsWith("end") ? "," : "";
    const good = top || !this.#lines ? due === "" || this.input.ahead.endsWith(due) : this.#documents === 0 || this.#isOnNewLine;
    if (!good) this.#failure = new Error("no separator");
    return good;
  }

  get #isOnNewLine(): boolean {
    return this.input.lineEnded || this.input.ahead.includes("\n");
  }

  /** Passes the comma or colon before a token; returns where a comma ends. */
  #passSeparator(): number | undefined {
    const byte = this.input.next;
    if (byte !== "," && byte !== ":") return undefined;
    this.input.move(1);
    const end = byte === "," ? this.input.at : undefined;
    this.input.skipSpace();
    return end;
  }

  #locate({ name, value }: Parsed, commaEnd: number | undefined): Token {
    const { input } = this;
    let length = 1;
    if (name === "keyValue" || name === "stringValue") length = input.stringLength;
    else if (name === "numberValue") length = (value as string).length;
    else if (name === "falseValue") length = 5;
    else if (name === "trueValue" || name === "nullValue") length = 4;
    const from = input.at;
    input.move(length);
    const to = input.at;
    return { name, from, to, text: input.text(from, to), line: input.line, lineAt: input.lineAt, commaEnd };
  }

  /** Keeps the stack, and checks the token against the rules of the cargo. */
  #check(token: Token): void {
    const { name } = token;
    if (name === "keyValue") return;
    const parent = this.#stack[this.#stack.length - 1];
    if (name === "endArray" || name === "endObject") {
      this.#close(token, parent as Container);
      return;
    }
    if (parent) parent.members++;
    const kind = name === "startArray" ? 1 : name === "startObject" ? 2 : 0;
    const error = this.lengths.admit(kind, this.#stack.length);
    if (error !== Err.None) throw this.#refuse(error, token);
    const isChecked = this.#stack.length > this.cellDepth;
    if (name === "nullValue" && isChecked && this.nullRefused && this.lengths.mode !== Mode.Free) throw this.#refuse(Err.Null, token);
    // a row reader raises no event for what is inside its cells
    const nanRefused = this.nan === "error" || (this.nan === "tell" && this.cellDepth >= 0);
    if (name === "numberValue" && isChecked && nanRefused && isNan(token.text)) throw this.#refuse(Err.Nan, token);
    if (kind === 0) return;
    if (this.#stack.length >= 512) throw this.#refuse(Err.Depth, token);
    this.#stack.push({ list: kind === 1, members: 0 });
  }

  #close({ from }: Token, { members }: Container): void {
    const depth = this.#stack.length;
    const expected = this.lengths.close(depth, members);
    if (expected !== undefined) {
      const place = this.place(from, depth - 1);
      const level = depth - this.lengths.base;
      throw refuse({ error: Err.Ragged, state: St.After, byte: 0x5d, container: 0x5b, place, found: members, expected, level });
    }
    this.#stack.pop();
    this.members = members;
  }

  // ---- faults

  /** Where a byte is, with indices for the lists up to this depth. */
  place(offset: number, depth = this.#stack.length): Place {
    const { line, lineAt } = this.input;
    const at = { offset, line, column: offset - lineAt + 1 };
    if (this.#lines) return { ...at, row: this.#document };
    const path: (string | number)[] = [...this.#pathOf()];
    for (const { list, members } of this.#stack.slice(path.length, depth)) {
      if (!list) break;
      path.push(Math.max(0, members - 1));
    }
    const place: Place = { ...at, path: jsonPath(path) };
    const { base } = this.lengths;
    if (base > 0 && depth >= base) {
      place.row = Math.max(0, this.membersAt(base) - 1);
      if (depth > base) place.cell = Math.max(0, this.membersAt(base + 1) - 1);
    }
    return place;
  }

  /** The document that is read, or the one that ended in this line. */
  get #document(): number {
    return this.#stack.length > 0 || this.input.lineEnded ? this.#documents : this.#documents - 1;
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
  #fail(ended = false): Parsed | undefined {
    const top = this.#stack[this.#stack.length - 1];
    const text = this.input.rest;
    const begun = this.#count > 0 && !(this.#lines && this.#isOnNewLine);
    const { error, at, state, name } = diagnose(text, { top, afterKey: this.#afterKey, begun });
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
    this.input.pass(before.length);
    // behind the comma, or the key, the next member begins
    if (top && (this.#afterKey || (top.members > 0 && /^[ \n\r\t]*,/.test(before)))) top.members++;
    if (invalid >= 0) throw this.#refuseByte(text.charCodeAt(invalid), this.input.at, state);
    const place = this.place(this.input.at);
    if (error === Err.None) throw truncated(state, this.#stack.length, place);
    throw refuse({ error, state, byte: text.charCodeAt(at), container: top ? (top.list ? 0x5b : 0x7b) : 0, place });
  }
}
