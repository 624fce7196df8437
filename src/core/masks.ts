// Bit masks of 64 bytes: bit i tells of byte i, so "the byte before" is a shift and a run of bytes is a carry.

// @ts-ignore: decorator
@inline export function pack(a: v128, b: v128, c: v128, d: v128): u64 {
  // by way of u32: a mask has sixteen bits, and need not be sign-extended
  return <u64><u32>i8x16.bitmask(a) | (<u64><u32>i8x16.bitmask(b) << 16) | (<u64><u32>i8x16.bitmask(c) << 32) | (<u64><u32>i8x16.bitmask(d) << 48);
}

/** Sixteen entries of a table, each at an index below sixteen: there the relaxed lookup, which is one instruction, gives the same. */
// @ts-ignore: decorator
@inline export function look(table: v128, at: v128): v128 { return ASC_FEATURE_RELAXED_SIMD ? i8x16.relaxed_swizzle(table, at) : i8x16.swizzle(table, at); }

/** Bytes equal to c. */
// @ts-ignore: decorator
@inline export function equal(v0: v128, v1: v128, v2: v128, v3: v128, c: u8): u64 {
  const k = i8x16.splat(c);
  return pack(i8x16.eq(v0, k), i8x16.eq(v1, k), i8x16.eq(v2, k), i8x16.eq(v3, k));
}

/** Bytes 0x30 to 0x39. Adding 0x46 makes them, and nothing else, the signed bytes above 0x75: SIMD has no unsigned compare. */
// @ts-ignore: decorator
@inline export function digits(v0: v128, v1: v128, v2: v128, v3: v128): u64 {
  const k = i8x16.splat(0x46), n = i8x16.splat(0x75);
  return pack(i8x16.gt_s(i8x16.add(v0, k), n), i8x16.gt_s(i8x16.add(v1, k), n), i8x16.gt_s(i8x16.add(v2, k), n), i8x16.gt_s(i8x16.add(v3, k), n));
}

/** Bytes below 0x20. */
// @ts-ignore: decorator
@inline export function controls(v0: v128, v1: v128, v2: v128, v3: v128): u64 {
  const k = i8x16.splat(0x1f);
  return pack(i8x16.eq(i8x16.min_u(v0, k), v0), i8x16.eq(i8x16.min_u(v1, k), v1), i8x16.eq(i8x16.min_u(v2, k), v2), i8x16.eq(i8x16.min_u(v3, k), v3));
}

// By its low half, and by its high one, a bit for each of the high halves 2, 5, 6 and 7 that letters of escapes have: "/ \\ bfn rt
const ESCAPE_LOW: usize = memory.data<u8>([0, 0, 1 << 2 | 1 << 0 | 1 << 3, 0, 1 << 3, 0, 1 << 2, 0, 0, 0, 0, 0, 1 << 1, 0, 1 << 2, 1 << 0], 16);
const ESCAPE_HIGH: usize = memory.data<u8>([0, 0, 1 << 0, 0, 0, 1 << 1, 1 << 2, 1 << 3, 0, 0, 0, 0, 0, 0, 0, 0], 16);

// @ts-ignore: decorator
@inline function both(v: v128, low: v128, high: v128, half: v128): v128 {
  return i8x16.ne(v128.and(look(low, v128.and(v, half)), look(high, v128.and(i16x8.shr_u(v, 4), half))), i8x16.splat(0));
}

/** Bytes that may stand behind a backslash, the u left out. */
// @ts-ignore: decorator
@inline export function escapeLetters(v0: v128, v1: v128, v2: v128, v3: v128): u64 {
  const low = v128.load(ESCAPE_LOW), high = v128.load(ESCAPE_HIGH), half = i8x16.splat(15);
  return pack(both(v0, low, high, half), both(v1, low, high, half), both(v2, low, high, half), both(v3, low, high, half));
}

/** Bit i is the parity of bits 0..i: between two quotes, the opening one included and the closing one not. */
// @ts-ignore: decorator
@inline export function prefixXor(x: u64): u64 {
  x ^= x << 1; x ^= x << 2; x ^= x << 4; x ^= x << 8; x ^= x << 16; x ^= x << 32;
  return x;
}

/** The first byte after each run of `run` that begins at a bit of `at`; carryOut tells whether a run leaves the block. */
// @ts-ignore: decorator
@inline export function afterRun(at: u64, run: u64): u64 { return (((at & run) + run) | at) & ~run; }
// @ts-ignore: decorator
@inline export function runLeaves(at: u64, run: u64): u64 { return <u64>((at & run) + run < run); }
