import type { CellReader, CellRequest } from "../cells.js";
import type { Mode } from "../codes.js";
import type { Printer, PrintRequest } from "../printer.js";
import type { RowReader, RowRequest, RowStyle } from "../rows.js";
import type { Event, PathOf, Scanner } from "../scanner.js";
import { ReferenceCells } from "./cells.js";
import { ReferencePrinter } from "./printer.js";
import { ReferenceRows } from "./rows.js";
import { isNan } from "./stand-in.js";
import { step, type Token } from "./token.js";
import { Tokens } from "./tokens.js";

/** Makes events of the tokens that are watched. */
export class ReferenceScanner implements Scanner {
  rowsEnded = 0;
  readonly pendingMinus = false;
  readonly #tokens: Tokens;
  #pending: { event: Event; offset: number }[] = [];
  #watch = 1;
  #peeking = false;
  /** "rows" is due behind so many rows of the cargo. */
  #stopAt: number | undefined;

  constructor(pathOf: PathOf, start: number, maxRowBytes?: number) {
    this.#tokens = new Tokens(pathOf, start, maxRowBytes);
  }

  push(chunk: Uint8Array): void {
    this.#tokens.push(chunk);
  }

  last(): void {}

  finish(): void {
    this.#tokens.finish();
  }

  end(): void {
    this.#tokens.end();
  }

  next(): Event {
    const tokens = this.#tokens;
    const { input } = tokens;
    for (;;) {
      const pending = this.#pending.shift();
      if (pending) {
        tokens.offset = pending.offset;
        return pending.event;
      }
      if (this.#peeking) {
        input.skipSpace();
        tokens.offset = input.at;
        if (input.isUsedUp) return "more";
        this.#peeking = false;
        return "element";
      }
      const token = tokens.token();
      if (!token) {
        tokens.offset = input.at;
        return "more";
      }
      this.#raise(token);
    }
  }

  /** Events of a token, when it is watched. */
  #raise(token: Token): void {
    const raise = (event: Event, offset: number) => this.#pending.push({ event, offset });
    const tokens = this.#tokens;
    const opens = step(token) > 0;
    const closes = step(token) < 0;
    const depth = opens ? tokens.depth - 1 : tokens.depth;
    this.#raiseComma(token, depth);
    if (depth > this.#watch) {
      if (token.name === "numberValue" && tokens.nan === "tell" && isNan(token.text)) {
        raise("nanStart", token.text.startsWith("-") ? token.from + 2 : token.from + 1);
        raise("nanEnd", token.to);
      }
      return;
    }
    if (closes && this.#stopAt !== undefined && depth === tokens.lengths.base - 1) {
      this.rowsEnded = this.members;
      raise("rowsEnd", token.from);
    }
    if (closes) raise("end", token.to);
    else if (token.name === "keyValue") {
      raise("key", token.from + 1);
      raise("keyEnd", token.to);
    } else {
      raise("value", token.from + 1);
      if (!opens) raise("end", token.to);
    }
  }

  /** Events of the comma before a token, whose container has this depth. */
  #raiseComma({ commaEnd, name }: Token, depth: number): void {
    if (commaEnd === undefined) return;
    const tokens = this.#tokens;
    if (depth <= this.#watch && tokens.cellDepth < 0) this.#pending.push({ event: "comma", offset: commaEnd });
    if (this.#stopAt === undefined || depth !== tokens.lengths.base || name === "keyValue") return;
    // the member behind the comma has begun
    const before = tokens.membersAt(depth) - 1;
    if (before !== this.#stopAt) return;
    this.rowsEnded = before;
    this.#pending.push({ event: "rows", offset: commaEnd });
  }

  get offset(): number {
    return this.#tokens.offset;
  }

  get line(): number {
    return this.#tokens.input.line;
  }

  get lineAt(): number {
    return this.#tokens.input.lineAt;
  }

  get judged(): number {
    return this.#tokens.input.at;
  }

  slice(from: number, to: number): Uint8Array {
    return Buffer.from(this.#tokens.input.text(from, to), "latin1");
  }

  peek(): void {
    this.#peeking = true;
  }

  watch(depth: number): void {
    this.#watch = depth;
  }

  startCargo(mode: Mode, width: number | undefined): void {
    this.#tokens.startCargo(mode, width);
  }

  stopAfter(rows: number): void {
    this.#stopAt = rows;
  }

  endCargo(): void {
    this.#stopAt = undefined;
    this.#tokens.endCargo();
  }

  get members(): number {
    return this.#tokens.members;
  }

  get width(): number | undefined {
    return this.#tokens.lengths.at(1);
  }

  get innerRank(): number | undefined {
    return this.#tokens.lengths.innerRank;
  }

  refuseNull(refuse: boolean): void {
    this.#tokens.nullRefused = refuse;
  }

  nan(policy: "error" | "pass" | "tell"): void {
    this.#tokens.nan = policy;
  }

  cells(request: CellRequest): CellReader {
    return new ReferenceCells(this.#tokens, request, () => new ReferenceScanner(() => [], 0, this.#tokens.maxRowBytes));
  }

  rows(request: RowRequest, style: RowStyle): RowReader {
    return new ReferenceRows(this.#tokens, request, style);
  }

  printer(request: PrintRequest): Printer {
    return new ReferencePrinter(request);
  }

  close(): void {}
}
