// Decimals, whose every digit counts: a whole number of so many tenths of tenths.

/** Digits that a double tells apart: a decimal of so many is a double's text, but for zeros at its end. */
export const EXACT_DIGITS = 15;

/** 10 to this power, for each that a file's decimals may be multiples of. */
const MOST_SCALE = 1000;

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
