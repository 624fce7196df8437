// The words that stand for a value: JSON's three, and NaN and Infinity, which Python's json writes besides.

const TRUE: usize = memory.data<u8>([0x74, 0x72, 0x75, 0x65]);
const FALSE: usize = memory.data<u8>([0x66, 0x61, 0x6c, 0x73, 0x65]);
const NULL: usize = memory.data<u8>([0x6e, 0x75, 0x6c, 0x6c]);
const NAN: usize = memory.data<u8>([0x4e, 0x61, 0x4e]);
const INFINITY: usize = memory.data<u8>([0x49, 0x6e, 0x66, 0x69, 0x6e, 0x69, 0x74, 0x79]);

/** 0 when no literal begins with this byte. */
export function literalLength(first: i32): i32 {
  if (first == 0x74 /* t */ || first == 0x6e /* n */) return 4;
  if (first == 0x66 /* f */) return 5;
  if (first == 0x4e /* N */) return 3;
  if (first == 0x49 /* I */) return 8;
  return 0;
}

/** Address of the literal that begins with this byte. */
// @ts-ignore: decorator
@inline function literalText(first: i32): usize {
  return first == 0x74 ? TRUE : first == 0x66 ? FALSE : first == 0x6e ? NULL : first == 0x4e ? NAN : INFINITY;
}

/** The byte at this place of the literal. */
export function literalByte(first: i32, i: i32): u8 { return load<u8>(literalText(first) + <usize>i); }

/** The bytes from p to `end` are those of the literal, or as many of them as there are. */
export function literalAt(p: usize, first: u8, end: usize): bool {
  const word = literalText(first);
  for (let i: usize = 0; p + i < end; i++) if (load<u8>(p + i) != load<u8>(word + i)) return false;
  return true;
}
