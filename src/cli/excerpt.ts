// The line around a fault, and a caret under it: never more than fits a terminal, however long the line is.
import { readSync } from "node:fs";
import type { TransloadError } from "../errors.js";

/** What was read, here and there again. */
export interface Around {
  /** Bytes of the input from this offset on, at most so many; fewer where it ends, or what came before is not kept. */
  at(offset: number, length: number): Uint8Array;
}

/** A terminal, as Node describes it: hasColors() heeds NO_COLOR. */
export interface Terminal {
  /** None, or 0, where it does not say. */
  readonly columns?: number;
  hasColors?(): boolean;
}

const COLUMNS = 120;
const MARGIN = "  ";
/** Of the columns, left of the caret, where the line is longer. */
const LEFT = 0.6;
/** Bytes that so many columns may take. */
const REACH = 4 * COLUMNS;
const RED = "\x1b[31m";
const PLAIN = "\x1b[39m";

/** A file, read at the place. */
export function aroundFile(fd: number): Around {
  return {
    at: (offset, length) => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
    },
  };
}

/** What passes but once: the last of it is kept. */
export class Recent implements Around {
  static readonly #KEPT = 1 << 22;
  readonly #chunks: Uint8Array[] = [];
  #kept = 0;
  #end = 0;

  async *keep(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of chunks) {
      this.#chunks.push(chunk);
      this.#kept += chunk.length;
      this.#end += chunk.length;
      while (this.#chunks.length > 1 && this.#kept > Recent.#KEPT) this.#kept -= this.#chunks.shift()?.length ?? 0;
      yield chunk;
    }
  }

  at(offset: number, length: number): Uint8Array {
    const from = offset - (this.#end - this.#kept);
    return from < 0 ? new Uint8Array() : Buffer.concat(this.#chunks).subarray(from, from + length);
  }
}

/** Two lines for a terminal, or none where the place is not known, or not kept. */
export async function excerptOf({ offset }: TransloadError, around: Around, terminal: Terminal): Promise<string> {
  if (offset === undefined) return "";
  const from = Math.max(0, offset - REACH);
  const bytes = around.at(from, 2 * REACH);
  if (bytes.length === 0) return "";
  // what has no width in a terminal, or another from one to the next, is a point here
  const { default: widthOf } = await import("string-width");
  const decode = (part: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(part).replace(/[\p{C}\u2028\u2029]/gu, "·");
  const before = bytes.subarray(0, offset - from);
  const after = bytes.subarray(offset - from);
  const columns = Math.min(COLUMNS, terminal.columns || COLUMNS) - MARGIN.length;
  const head = cut(decode(before.subarray(lineStart(before))), Math.floor(columns * LEFT), widthOf, "left");
  const tail = cut(decode(after.subarray(0, lineEnd(after))), columns - widthOf(head), widthOf, "right");
  if (`${head}${tail}`.trim() === "") return "";
  const caret = `${" ".repeat(widthOf(head))}${terminal.hasColors?.() ? `${RED}^${PLAIN}` : "^"}`;
  return `\n${MARGIN}${head}${tail}\n${MARGIN}${caret}`;
}

function lineStart(bytes: Uint8Array): number {
  return Math.max(bytes.lastIndexOf(10), bytes.lastIndexOf(13)) + 1;
}

function lineEnd(bytes: Uint8Array): number {
  const end = bytes.findIndex((byte) => byte === 10 || byte === 13);
  return end < 0 ? bytes.length : end;
}

/** As much of the text as so many columns hold, at the side of the caret. */
function cut(text: string, columns: number, widthOf: (text: string) => number, side: "left" | "right"): string {
  if (widthOf(text) <= columns) return text;
  const letters = [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
  if (side === "left") letters.reverse();
  const kept: string[] = [];
  let width = 1; // of what tells that there is more
  for (const letter of letters) {
    width += widthOf(letter);
    if (width > columns) break;
    kept.push(letter);
  }
  return side === "left" ? `…${kept.reverse().join("")}` : `${kept.join("")}…`;
}
