const STEP = 0x6d2b79f5;

/** A seeded source of numbers in [0, 1), the same on every machine (mulberry32); or of every `stride`th of them from the `first` on. */
export function createRandom(seed: number, first = 0, stride = 1): () => number {
  const step = Math.imul(stride, STEP);
  let state = (seed + Math.imul(first + 1, STEP) - step) >>> 0;
  return () => {
    state = (state + step) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
