// Draws for properties whose cases are built as they are drawn.
import fc from "fast-check";

export interface Draw {
  pick<T>(values: readonly T[]): T;
  /** A whole number from 0 to `most`. */
  upTo(most: number): number;
  between(min: bigint, max: bigint): bigint;
}

/** fast-check finds an arbitrary again by comparing all that it was made of, which takes longer than the cases: here it is found by a number. */
function byNumber<T>(make: (n: number) => fc.Arbitrary<T>): (n: number) => () => fc.Arbitrary<T> {
  const known = new Map<number, () => fc.Arbitrary<T>>();
  return (n) => {
    const found = known.get(n) ?? (() => make(n));
    known.set(n, found);
    return found;
  };
}

const places = byNumber((count) => fc.constantFrom(...Array(count).keys()));
const numbers = byNumber(fc.nat);

export function drawing(g: fc.GeneratorValue): Draw {
  return {
    pick: <T>(values: readonly T[]) => values[g(places(values.length))] as T,
    upTo: (most) => g(numbers(most)),
    between: (min, max) => g(fc.bigInt, { min, max }),
  };
}
