import { Beside, Kind } from "./codes.js";
import type { CellKinds } from "./rows.js";

/** A million columns have few combinations of bits, so each is one object. */
const known = new Map<number, CellKinds>();

/** What the bits of a column say, one for every Kind that its cells were. */
export function kindsOf(bits: number): CellKinds {
  const kinds = known.get(bits) ?? kindsIn(bits);
  known.set(bits, kinds);
  return kinds;
}

function kindsIn(bits: number): CellKinds {
  const has = (...kinds: number[]) => kinds.some((kind) => (bits & (1 << kind)) !== 0);
  return {
    integers: has(Kind.Int),
    floats: has(Kind.Float, Kind.Odd),
    booleans: has(Kind.Bool),
    texts: has(Kind.Text, Kind.Escaped, Kind.Bare, Kind.Doubled),
    nested: has(Kind.Nested),
    nulls: has(Kind.Null),
    nans: has(Kind.Nan),
    missing: has(Kind.Missing),
    unsigned: has(Beside.Unsigned),
    huge: has(Beside.Huge),
    negative: has(Beside.Negative),
  };
}
