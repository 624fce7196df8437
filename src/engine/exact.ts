/**
 * The value of a JSON number's text, correctly rounded: to a double, or straight to a float32. Rounding to a double
 * first can be wrong for a float32 only when that double lies exactly between two floats, so only then is the text
 * compared with it, as whole numbers.
 */
export function exact(text: string, single: boolean): number {
  const double = Number(text);
  if (!single) return double;
  const float = Math.fround(double);
  if (float === double || !Number.isFinite(float)) return overflowing(text, double, float);
  const other = neighbour(float, double);
  if (double - float !== other - double) return float;
  const side = compare(text, double);
  if (side === 0) return float;
  return side > 0 === other > float ? other : float;
}

/** The largest float32 and infinity meet at 2^128 - 2^103. */
function overflowing(text: string, double: number, float: number): number {
  const edge = 2 ** 128 - 2 ** 103;
  if (Math.abs(double) !== edge || Number.isFinite(float)) return float;
  const below = double > 0 ? compare(text, double) < 0 : compare(text, double) > 0;
  return below ? Math.sign(double) * (2 ** 128 - 2 ** 104) : float;
}

/** The float32 on the other side of the double. */
function neighbour(float: number, double: number): number {
  const bits = new Int32Array(new Float32Array([float]).buffer);
  const away = Math.abs(double) > Math.abs(float);
  bits[0] = (bits[0] as number) + (away ? 1 : -1);
  return new Float32Array(bits.buffer)[0] as number;
}

/** Sign of text - double, exactly. */
export function compare(text: string, double: number): number {
  const [, minus, whole, fraction = "", power = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(text) as RegExpExecArray;
  let left = BigInt(`${whole}${fraction}`);
  if (minus) left = -left;
  let tens = Number(power) - fraction.length;
  // double = mantissa * 2^twos
  let twos = 0;
  let value = double;
  while (!Number.isInteger(value)) {
    value *= 2;
    twos--;
  }
  let right = BigInt(value);
  if (tens < 0) [right, tens] = [right * 10n ** BigInt(-tens), 0];
  left *= 10n ** BigInt(tens);
  left *= 2n ** BigInt(-twos);
  return left > right ? 1 : left < right ? -1 : 0;
}
