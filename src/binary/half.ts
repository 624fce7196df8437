// Numbers of 16 bits, for which JavaScript has no array on every Node we support: IEEE 754's binary16, and bfloat16, which is the upper half
// of a float32.

const INFINITE = 0x7c00;
const words = new Uint32Array(2);
const double = new Float64Array(words.buffer);
/** Which of a double's two words has its exponent. */
const UPPER = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

let known: Float32Array<ArrayBuffer> | undefined;

/** Binary16 as float32, which holds all of them. */
export function halves(values: Uint16Array): Float32Array<ArrayBuffer> {
  known ??= Float32Array.from({ length: 1 << 16 }, (_, h) => halfAt(h));
  const out = new Float32Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = known[values[i] as number] as number;
  return out;
}

function halfAt(h: number): number {
  const sign = h & 0x8000 ? -1 : 1;
  const exponent = (h >> 10) & 31;
  const fraction = h & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** The binary16 nearest to a number, the even one of two; infinite for what is too large. */
export function halfOf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  if (Number.isNaN(value)) return 0x7e00;
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return sign | INFINITE;
  // what rounds up to the next power of two has its bits, too
  if (size < 2 ** -14) return sign | nearestEven(size * 2 ** 24);
  double[0] = size;
  const exponent = ((words[UPPER] as number) >>> 20) - 1023;
  if (exponent > 15) return sign | INFINITE;
  return sign | (((exponent + 14) << 10) + nearestEven(size * 2 ** (10 - exponent)));
}

function nearestEven(size: number): number {
  const below = Math.floor(size);
  const rest = size - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/** Bfloat16 as float32, which holds all of them. */
export function brains(values: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Uint32Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = (values[i] as number) << 16;
  return new Float32Array(out.buffer);
}

/** The bfloat16 nearest to the float32 that a number is, the even one of two; infinite for what is too large. */
export function brainOf(value: number): number {
  single[0] = value;
  const bits = singleBits[0] as number;
  if (Number.isNaN(value)) return 0x7fc0;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}
