import { Err, Kind } from "../codes.js";
import type { RowRequest } from "../rows.js";
import type { Cell, Row, RowFaults, RowSource } from "./row.js";
import { isNan } from "./stand-in.js";
import { step, type Token } from "./token.js";
import type { Tokens } from "./tokens.js";

/** Rows of JSON, in a list or a line each. */
export class JsonRows implements RowSource {
  readonly #source: Tokens;
  readonly #syntax: RowRequest["syntax"];
  readonly #nestedTexts: boolean;
  readonly #lines: boolean;
  readonly #faults: RowFaults;
  /** Containers around a row. */
  readonly #depth: number;
  /** Those of the row that is being read. */
  #tokens: Token[] = [];

  constructor(
    source: Tokens,
    { syntax, ragged, names, width = names?.length, across, nestedTexts = false }: RowRequest,
    faults: RowFaults,
  ) {
    this.#nestedTexts = nestedTexts;
    this.#source = source;
    this.#syntax = syntax;
    this.#faults = faults;
    this.#lines = syntax === "listLines" || syntax === "recordLines";
    this.#depth = source.depth;
    const keyed = syntax === "records" || syntax === "recordLines";
    const single = syntax === "cells" || syntax === "grouped";
    const what = keyed ? "records" : single ? "cells" : syntax === "features" ? "features" : "lists";
    // a cell that is read elsewhere is not in the lists
    const length = width === undefined || !across ? width : width - 1;
    source.startRows(what, this.#lines, ragged === "pad" ? "free" : length);
  }

  next(width: number | undefined, full: boolean): Row | "end" | "full" | undefined {
    if (this.#tokens.length === 0 && !this.#take()) return this.#lines && this.#source.ended ? this.#end() : undefined;
    if (this.#source.depth < this.#depth && this.#tokens.length === 1) {
      this.#source.handBack(this.#tokens[0] as Token);
      return "end";
    }
    if (full) return "full";
    while (!this.#whole(width)) if (!this.#take()) return this.#lines && this.#source.ended ? this.#end() : undefined;
    const tokens = this.#tokens;
    const [first] = tokens as [Token];
    this.#tokens = [];
    this.#source.input.keep = false;
    this.#source.rowFrom = undefined;
    return { spot: first, bytes: this.#source.input.at - first.from, ...this.#members(tokens) };
  }

  /** The next token; the text is kept until the row's last one. */
  #take(): boolean {
    const token = this.#source.token();
    if (!token) return false;
    this.#source.input.keep = true;
    this.#source.rowFrom ??= token.from;
    this.#tokens.push(token);
    return true;
  }

  get start(): Token | undefined {
    return this.#tokens[0];
  }

  #end(): "end" {
    if (!this.#source.exhausted) this.#source.end(); // throws
    return "end";
  }

  #whole(width: number | undefined): boolean {
    if (this.#syntax !== "grouped") return this.#source.depth === this.#depth;
    const last = this.#tokens[this.#tokens.length - 1] as Token;
    if (this.#source.depth < this.#depth) this.#faults.refuse(Err.Ragged, last, this.#tokens.length - 1);
    return this.#tokens.length === width;
  }

  #members(tokens: readonly Token[]): { cells: readonly Cell[]; keys: readonly Token[] } {
    if (this.#syntax === "cells" || this.#syntax === "grouped") return this.#split(tokens);
    return this.#split(this.#syntax === "features" ? this.#features(tokens) : tokens.slice(1, -1));
  }

  /** The values among these tokens, which stand beside each other, and their keys. */
  #split(tokens: readonly Token[]): { cells: Cell[]; keys: Token[] } {
    const cells: Cell[] = [];
    const keys: Token[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const first = tokens[i] as Token;
      if (first.name === "keyValue") {
        keys.push(first);
        continue;
      }
      for (let open = step(first); open > 0; ) open += step(tokens[++i] as Token);
      cells.push(cellOf(this.#source, first, tokens[i] as Token, this.#nestedTexts));
    }
    return { cells, keys };
  }

  /** What is inside the list of {"features":[…]}. */
  #features(tokens: readonly Token[]): readonly Token[] {
    const [object, key, list] = tokens as [Token, Token, Token];
    if (object.name !== "startObject") this.#faults.refuse(Err.Record, object, 0);
    if (key.text !== '"features"') this.#faults.refuse(Err.Object, key, 0);
    if (list.name !== "startArray") this.#faults.refuse(Err.Object, list, 0);
    let last = 2;
    for (let open = 1; open > 0; ) open += step(tokens[++last] as Token);
    const { to, line, lineAt } = tokens[last] as Token;
    const next = tokens[last + 1] as Token;
    const comma = this.#source.input.text(to, next.from).indexOf(",");
    if (comma >= 0) this.#faults.refuse(Err.Object, { from: to + comma, line, lineAt }, 0);
    return tokens.slice(3, last);
  }
}

/** The values of the list that the scanner is in, one by one. */
export class Values {
  readonly #source: Tokens;
  readonly #depth: number;
  readonly #nestedTexts: boolean;
  #tokens: Token[] = [];

  constructor(source: Tokens, nestedTexts: boolean) {
    this.#nestedTexts = nestedTexts;
    this.#source = source;
    this.#depth = source.depth;
  }

  /** The next; undefined when more input is needed. */
  next(): Cell | "end" | undefined {
    do {
      const token = this.#source.token();
      if (!token) return undefined;
      this.#source.input.keep = true;
      this.#tokens.push(token);
    } while (this.#source.depth > this.#depth);
    if (this.#source.depth < this.#depth) return "end";
    const cell = cellOf(this.#source, this.#tokens[0] as Token, this.#tokens[this.#tokens.length - 1] as Token, this.#nestedTexts);
    this.#tokens = [];
    this.#source.input.keep = false;
    return cell;
  }
}

function cellOf({ input }: Tokens, first: Token, last: Token, nestedTexts: boolean): Cell {
  const kind = kindOf(first);
  return { kind: kind === Kind.Nested && nestedTexts ? Kind.Bare : kind, text: input.text(first.from, last.to), spot: first };
}

function kindOf({ name, text }: Token): number {
  switch (name) {
    case "numberValue":
      return isNan(text) ? Kind.Nan : /[.eE]/.test(text) ? Kind.Float : Kind.Int;
    case "stringValue":
      return text.includes("\\") ? Kind.Escaped : Kind.Text;
    case "nullValue":
      return Kind.Null;
    case "trueValue":
    case "falseValue":
      return Kind.Bool;
    default:
      return Kind.Nested;
  }
}
