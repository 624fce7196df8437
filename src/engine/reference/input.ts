import type { Spot } from "./token.js";

const SPACE = /[ \n\r\t]/;
const AHEAD = /[ \n\r\t]*[\s\S]?/y;

/** The text that is held, and the cursor in it. It is handled as Latin-1: a character stands for a byte. */
export class Input {
  /** The line of the cursor, from 1, and the absolute offset of its first byte. */
  line = 1;
  lineAt: number;
  /** A line has ended since this was set to false. */
  lineEnded = true;
  /** Text before the cursor is kept: the cell reader takes its sample, or the row reader a row. */
  keep = false;
  #text = "";
  /** Absolute offset of the text's first byte. */
  #textAt: number;
  #cursor = 0;

  /** `start`: absolute offset of the first byte that will be pushed. */
  constructor(start: number) {
    this.#textAt = this.lineAt = start;
  }

  /** Takes a chunk; returns its text. */
  push(chunk: Uint8Array): string {
    if (!this.keep) {
      this.#text = this.#text.slice(this.#cursor);
      this.#textAt += this.#cursor;
      this.#cursor = 0;
    }
    const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("latin1");
    this.#text += text;
    return text;
  }

  /** Absolute offset of the cursor. */
  get at(): number {
    return this.#textAt + this.#cursor;
  }

  /** Absolute offset of the end of what was pushed. */
  get received(): number {
    return this.#textAt + this.#text.length;
  }

  /** The cursor is at the end of the text. */
  get isUsedUp(): boolean {
    return this.#cursor === this.#text.length;
  }

  /** The text behind the cursor. */
  get rest(): string {
    return this.#text.slice(this.#cursor);
  }

  /** The character at the cursor. */
  get next(): string | undefined {
    return this.#text[this.#cursor];
  }

  /** Length of the string at the cursor, quotes included. */
  get stringLength(): number {
    let to = this.#cursor + 1;
    while (this.#text[to] !== '"') to += this.#text[to] === "\\" ? 2 : 1;
    return to + 1 - this.#cursor;
  }

  /** The white space up to the next byte that is none, and that byte. */
  get ahead(): string {
    AHEAD.lastIndex = this.#cursor;
    return AHEAD.exec(this.#text)?.[0] ?? "";
  }

  /** Text between two absolute offsets. */
  text(from: number, to: number): string {
    return this.#text.slice(from - this.#textAt, to - this.#textAt);
  }

  /** The cursor goes on over the next characters, among which no line ends. */
  move(count: number): void {
    this.#cursor += count;
  }

  /** The same where lines may end. */
  pass(count: number): void {
    for (const end = this.#cursor + count; this.#cursor < end; ) this.#passOne();
  }

  skipSpace(): void {
    while (SPACE.test(this.#text[this.#cursor] ?? "")) this.#passOne();
  }

  /** A reader has used up the text to here, and counted its lines. */
  moveTo({ from, line, lineAt }: Spot): void {
    this.#cursor = from - this.#textAt;
    this.line = line;
    this.lineAt = lineAt;
  }

  #passOne(): void {
    const c = this.#text[this.#cursor++];
    if (c !== "\n") return;
    this.line++;
    this.lineAt = this.at;
    this.lineEnded = true;
  }
}
