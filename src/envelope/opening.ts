import { concat } from "../columns/bytes.js";
import { optionText, TransloadError } from "../errors.js";
import { foreignAt, refuseForeign } from "../io/foreign.js";

/**
 * Looks at the first bytes of the input: drops a UTF-8 byte-order mark, refuses UTF-16 and UTF-32 by name, and what is compressed.
 * MLflow 3 sniffs UTF-16, MLflow 2 and Azure ML's pandas path do not, so UTF-8 is what we read and write.
 */
export class Opening {
  #head = new Uint8Array();

  /** The input from its first byte of text on, or undefined while too little is known. `start` is that byte's offset. */
  push(chunk: Uint8Array, last = false): { chunk: Uint8Array; start: number } | undefined {
    const head = this.#head.length > 0 ? concat([this.#head, chunk]) : chunk;
    if (!last && (head.length < 3 || foreignAt(head) === "more")) {
      this.#head = Uint8Array.from(head);
      return undefined;
    }
    refuseForeign(head);
    const [a, b, c] = head;
    if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || a === 0 || (b === 0 && head.length > 1))
      throw new TransloadError("E_UTF16", wide(head), { offset: 0, line: 1, column: 1, path: "$" });
    const start = a === 0xef && b === 0xbb && c === 0xbf ? 3 : 0;
    return { chunk: head.subarray(start), start };
  }
}

/** Says what it is, as far as three bytes tell: of UTF-32 two in a row are zeros. */
function wide([a, b, c]: Uint8Array): string {
  if ((a === 0 && b === 0) || (b === 0 && c === 0) || (a === 0xff && c === 0))
    return "the input is UTF-32; payloads must be UTF-8 (iconv -f UTF-32 -t UTF-8)";
  const encoding = a === 0 || a === 0xfe ? "utf-16be" : "utf-16le";
  return `the input is UTF-16; payloads must be UTF-8; ${optionText("encoding", encoding)} reads it`;
}
