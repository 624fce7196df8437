// Decimals, whose every digit counts: a whole number of so many tenths of tenths.

/** Digits that a double tells apart: a decimal of so many is a double's text, but for zeros at its end. */
export const EXACT_DIGITS = 15;

/** Places of a decimal, more than any writer has. */
const MOST_SCALE = 1000;

/** The double nearest to the decimal, which is the decimal's own where its digits are few. */
export function decimalNumber(unscaled: bigint | number, scale: number): number {
  return scale < 0 ? Number(unscaled) * 10 ** -scale : Number(unscaled) / 10 ** scale;
}

/** The decimal's text, with as many places as its scale says. @throws RangeError for a scale that no writer has. */
export function decimalText(unscaled: bigint | number, scale: number): string {
  if (!(Math.abs(scale) <= MOST_SCALE)) throw new RangeError(`decimals of ${scale} places`);
  const text = String(unscaled);
  if (scale === 0) return text;
  if (scale < 0) return text === "0" ? text : text + "0".repeat(-scale);
  const sign = text.startsWith("-") ? "-" : "";
  const digits = text.slice(sign.length).padStart(scale + 1, "0");
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
