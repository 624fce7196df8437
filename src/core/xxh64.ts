// XXH64 (Collet, xxhash_spec.md), whose low half is the checksum of a Zstandard frame (RFC 8878, 3.1.1).
const P1: u64 = 0x9e3779b185ebca87, P2: u64 = 0xc2b2ae3d27d4eb4f, P3: u64 = 0x165667b19e3779f9, P4: u64 = 0x85ebca77c2b2ae63,
  P5: u64 = 0x27d4eb2f165667c5;

let a: u64 = 0, b: u64 = 0, c: u64 = 0, d: u64 = 0;
let total: u64 = 0;

export function startHash(): void {
  a = P1 + P2; b = P2; c = 0; d = 0 - P1;
  total = 0;
}

/** Bytes that come next, in stripes of 32. */
export function hashStripes(from: usize, to: usize): void {
  for (let p = from; p < to; p += 32) {
    a = round(a, load<u64>(p)); b = round(b, load<u64>(p, 8)); c = round(c, load<u64>(p, 16)); d = round(d, load<u64>(p, 24));
  }
  total += <u64>(to - from);
}

/** The low half of the hash, with the last bytes, fewer than a stripe. */
export function endHash(from: usize, to: usize): u32 {
  let h = P5;
  if (total > 0) {
    h = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18);
    h = merge(merge(merge(merge(h, a), b), c), d);
  }
  h += total + <u64>(to - from);
  let p = from;
  for (; p + 8 <= to; p += 8) h = rotl<u64>(h ^ round(0, load<u64>(p)), 27) * P1 + P4;
  for (; p + 4 <= to; p += 4) h = rotl<u64>(h ^ (<u64>load<u32>(p) * P1), 23) * P2 + P3;
  for (; p < to; p++) h = rotl<u64>(h ^ (<u64>load<u8>(p) * P5), 11) * P1;
  h = (h ^ (h >> 33)) * P2;
  h = (h ^ (h >> 29)) * P3;
  return <u32>(h ^ (h >> 32));
}

// @ts-ignore: decorator
@inline function round(lane: u64, input: u64): u64 { return rotl<u64>(lane + input * P2, 31) * P1; }

function merge(h: u64, lane: u64): u64 { return (h ^ round(0, lane)) * P1 + P4; }
