// Delimited files of exotic writers as plain ones: lines before the header, comments, escapes. Nothing here is Node's.

/** What there is in a delimited file that is none of RFC 4180. Characters are single bytes of ASCII. */
export interface Exotic {
  /** Lines before all that counts. */
  readonly skipLines?: number | undefined;
  /** Lines that begin so are no rows. */
  readonly comment?: string | undefined;
  /** Within quotes the next character stands for itself. */
  readonly escape?: string | undefined;
  readonly quote?: string | undefined;
}

const LF = 0x0a;
const CR = 0x0d;
const NONE = -1;
const MARK = [0xef, 0xbb, 0xbf];

/**
 * Takes text in UTF-8 and leaves what readers know. Of a line that is left out its end stays, so that the lines behind it keep their
 * numbers: readers pass over empty ones.
 */
export class ExoticLines {
  readonly #comment: number;
  readonly #escape: number;
  readonly #quote: number;
  /** Lines that are yet to be left out. */
  #skip: number;
  #begins = true;
  #quoted = false;
  #escaping = false;
  #dropping: boolean;
  #afterCr = false;
  /** Bytes of a byte-order mark that have come; NONE behind the first bytes. */
  #mark = 0;

  constructor({ skipLines = 0, quote = '"', ...given }: Exotic) {
    this.#skip = skipLines;
    this.#comment = byteOf(given.comment);
    // a quote that is doubled is known to all readers
    this.#escape = given.escape === quote ? NONE : byteOf(given.escape);
    this.#quote = byteOf(quote);
    this.#dropping = skipLines > 0;
  }

  /** What is left of a chunk; the chunk itself where that is all of it. */
  push(chunk: Uint8Array): Uint8Array {
    if (this.#skip === 0 && this.#comment === NONE && this.#escape === NONE && !this.#dropping) return chunk;
    // a quote that was escaped in the chunk before is two here
    const out = new Uint8Array(chunk.length + 1);
    let to = 0;
    for (let i = 0; i < chunk.length; i++) {
      const plain = this.#copyPlain(chunk, i, out, to);
      i += plain;
      to += plain;
      if (i === chunk.length) break;
      const byte = chunk[i] as number;
      const times = this.#quoted ? this.#within(byte) : this.#outside(byte);
      if (times > 0) out[to++] = byte;
      if (times > 1) out[to++] = byte;
    }
    return out.subarray(0, to);
  }

  /** Bytes that change nothing, which are nearly all: returns how many. */
  #copyPlain(chunk: Uint8Array, from: number, out: Uint8Array, to: number): number {
    if (this.#mark !== NONE || this.#escaping || (!this.#quoted && (this.#begins || this.#dropping))) return 0;
    const quote = this.#quote;
    const [one, other] = this.#quoted ? [this.#escape, NONE] : [LF, CR];
    const { length } = chunk;
    let i = from;
    for (let at = to; i < length; i++) {
      const byte = chunk[i] as number;
      if (byte === quote || byte === one || byte === other) break;
      out[at++] = byte;
    }
    return i - from;
  }

  /** How often a byte within quotes is written: a quote that was escaped is doubled. */
  #within(byte: number): number {
    if (this.#escaping) {
      this.#escaping = false;
      return byte === this.#quote ? 2 : 1;
    }
    this.#escaping = byte === this.#escape;
    if (byte === this.#quote) this.#quoted = false;
    return this.#escaping ? 0 : 1;
  }

  /** The same of one outside quotes. */
  #outside(byte: number): number {
    if (this.#mark !== NONE && this.#isMark(byte)) return 1;
    if (byte === LF || byte === CR) {
      this.#endLine(byte);
      return 1;
    }
    this.#afterCr = false;
    if (this.#begins) {
      this.#begins = false;
      this.#dropping ||= byte === this.#comment;
    }
    if (this.#dropping) return 0;
    this.#quoted = byte === this.#quote;
    return 1;
  }

  #endLine(byte: number): void {
    const second = byte === LF && this.#afterCr;
    this.#afterCr = byte === CR;
    if (second) return;
    this.#begins = true;
    if (this.#skip > 0) this.#skip--;
    this.#dropping = this.#skip > 0;
  }

  /** A byte-order mark is no part of the first line. */
  #isMark(byte: number): boolean {
    if (byte === MARK[this.#mark]) {
      this.#mark++;
      return true;
    }
    this.#mark = NONE;
    return false;
  }
}

function byteOf(character: string | undefined): number {
  return character === undefined ? NONE : character.charCodeAt(0);
}
