/** A NaN or Infinity that stands alone: nothing of a number or word before or behind it. */
const SPECIAL = /(?<![\w.+-])(NaN|-?Infinity)(?![\w.+-])/g;
/** What could still become one, or is one that the next byte may spoil. */
const OPEN = /(?<![\w.+])-?(?:N|Na|NaN|I|In|Inf|Infi|Infin|Infini|Infinit|Infinity)$|-$/;

/**
 * Puts zeros of the same length in the place of NaN and Infinity, outside strings, so that a parser of strict JSON reads
 * them as numbers. What could be the beginning of one waits for the next chunk.
 */
export class StandIn {
  #inString = false;
  #rest = "";
  /** The byte before the text, which may spoil a word at its start. */
  #before = "";

  push(chunk: string): string {
    const text = this.#rest + chunk;
    const out: string[] = [];
    let from = 0;
    this.#rest = "";
    for (;;) {
      const quote = text.indexOf('"', from);
      const end = quote < 0 ? text.length : quote;
      if (!this.#inString) {
        const open = quote < 0 ? OPEN.exec(this.#before + text.slice(from)) : null;
        const until = open ? end - open[0].length : end;
        out.push(this.#replace(text.slice(from, until)));
        if (open) this.#rest = text.slice(until);
        if (quote < 0) return out.join("");
        out.push('"');
        this.#before = '"';
        this.#inString = true;
        from = quote + 1;
        continue;
      }
      const close = closing(text, from);
      if (close < 0) {
        // an odd run of backslashes at the end waits for what it escapes
        const slashes = /\\*$/.exec(text.slice(from))?.[0].length ?? 0;
        const until = text.length - (slashes % 2);
        this.#rest = text.slice(until);
        out.push(text.slice(from, until));
        return out.join("");
      }
      out.push(text.slice(from, close + 1));
      this.#inString = false;
      this.#before = '"';
      from = close + 1;
    }
  }

  end(): string {
    const rest = this.#replace(this.#rest);
    this.#rest = "";
    return rest;
  }

  #replace(text: string): string {
    if (text === "") return "";
    const before = this.#before;
    this.#before = text.slice(-1);
    return (before + text)
      .replace(SPECIAL, (word) => (word.startsWith("-") ? `-0.${"0".repeat(word.length - 3)}` : `0.${"0".repeat(word.length - 2)}`))
      .slice(before.length);
  }
}

/** The quote that ends the string whose inside begins at `from`; -1 when it is not in the text. */
function closing(text: string, from: number): number {
  for (let quote = text.indexOf('"', from); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (quote - 1 - slashes >= from && text[quote - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return quote;
  }
  return -1;
}

/** A number's text that is none of JSON's. */
export function isNan(text: string): boolean {
  return /^-?[NI]/.test(text);
}
