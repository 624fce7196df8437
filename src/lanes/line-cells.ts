// Cells of JSON lines as JavaScript's values, with nothing rounded and no token lost.

/** A cell: undefined, or null in a list, for what is missing. A whole number that a double does not hold is a bigint. */
export type Cell = number | bigint | string | boolean | object | null | undefined;

/** What JSON.parse would read as something else, or not at all; texts are looked at so that nothing in them is taken for it. */
const ODD = /"(?:[^"\\]|\\.)*"|NaN|Infinity|-?\d[\d.eE+-]*/g;
const MAYBE_ODD = /\d{16}|NaN|Infinity/;
/** A key that stands for a whole number, and is nobody's. */
const WHOLE = "\0whole";
/** Up to so many digits a whole number is a double. */
const SHORT = 15;

/** The value that this text is, where NaN and the infinities may stand for numbers: NaN is null. */
export function parseCells(text: string): unknown {
  if (!MAYBE_ODD.test(text)) return JSON.parse(text);
  const wholes: bigint[] = [];
  const plain = text.replace(ODD, (found) => {
    if (found === "NaN") return "null";
    if (found === "Infinity") return "1e999";
    if (found.startsWith('"') || found.length <= SHORT || /[.eE]/.test(found) || Number.isSafeInteger(Number(found))) return found;
    wholes.push(BigInt(found));
    return `{${JSON.stringify(WHOLE)}:${wholes.length - 1}}`;
  });
  if (wholes.length === 0) return JSON.parse(plain);
  return JSON.parse(plain, (_, value: unknown) => wholes[(value as Record<string, number> | null)?.[WHOLE] as number] ?? value);
}

/** Puts lines together out of bytes. */
export class Lines {
  readonly #decoder = new TextDecoder();
  #begun = "";

  /** The lines that end here. */
  push(bytes: Uint8Array): string[] {
    const lines = (this.#begun + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#begun = lines.pop() as string;
    return lines;
  }
}
