/** A value's kind by its first byte, for messages. */
export function kindOf(first: number): string {
  if (first === 0x5b /* [ */) return "a list";
  if (first === 0x7b /* { */) return "an object";
  if (first === 0x22 /* " */) return "a string";
  if (first === 0x6e /* n */) return "null";
  if (first === 0x74 /* t */ || first === 0x66 /* f */) return "a boolean";
  return "a number";
}
