/** IEEE 754's binary16 as float32, which holds all of them; JavaScript has no array for it on every Node we support. */
export function halves(values: Uint16Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(values, (h) => {
    const sign = h & 0x8000 ? -1 : 1;
    const exponent = (h >> 10) & 31;
    const fraction = h & 1023;
    if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
  });
}
