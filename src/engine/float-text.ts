// Floats as the text that reads back to the same bits, in JavaScript: core/shortest-float.ts has the same texts.
import { compare } from "./exact.js";

/** The text of a finite number of this dtype. */
export function floatText(value: number, dtype: "float32" | "float64"): string {
  return decimal(dtype === "float32" ? shortest32(value) : value);
}

/** JavaScript's text, but "1.0" for a whole number, no "+" in the exponent, and the sign of minus zero. */
function decimal(value: number): string {
  const text = Object.is(value, -0) ? "-0" : String(value).replace("e+", "e");
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** The double that spells the float32 shortest: of the decimals that read back to it with fewest digits, the nearest, even on a tie. */
function shortest32(float: number): number {
  if (float === 0) return float;
  for (let precision = 1; precision < 9; precision++) {
    const [digits = "", power = ""] = float.toExponential(precision - 1).split("e");
    const n = BigInt(digits.replace(".", ""));
    const tens = Number(power) - precision + 1;
    const texts = [n - 1n, n, n + 1n].map((digits) => `${digits}e${tens}`).filter((text) => Math.fround(Number(text)) === float);
    if (texts.length === 0) continue;
    texts.sort((a, b) => nearer(a, b, float));
    return Number(texts[0]);
  }
  return Number(float.toPrecision(9));
}

/** Which of two decimals is nearer to the float; on a tie the one whose last digit is even. */
function nearer(a: string, b: string, float: number): number {
  const sum = middle(a, b);
  const side = compare(sum, float);
  const [low, high] = Number(a) < Number(b) ? [-1, 1] : [1, -1];
  if (side !== 0) return side > 0 ? low : high;
  return Number(a.split("e")[0]) % 2 === 0 ? -1 : 1;
}

/** Half of the sum of two decimals with the same power of ten. */
function middle(a: string, b: string): string {
  const [digits = "", tens = ""] = a.split("e");
  const sum = (BigInt(digits) + BigInt(b.split("e")[0] as string)) * 5n;
  return `${sum}e${Number(tens) - 1}`;
}
