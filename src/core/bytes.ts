// What single bytes of JSON are. The scanner's two machines (json-grammar.ts, block.ts) and the readers of values share these.

// @ts-ignore: decorator
@inline export function isDigit(c: u8): bool { return <u32>c - 0x30 < 10; }

export function isHex(c: u8): bool { return isDigit(c) || <u32>(c | 0x20) - 0x61 < 6; }

/** The escapes of RFC 8259 §7 that are one letter long. */
export function isEscape(c: u8): bool {
  return c == 0x22 || c == 0x5c || c == 0x2f /* / */ || c == 0x62 /* b */ || c == 0x66 /* f */ || c == 0x6e /* n */ || c == 0x72 /* r */ || c == 0x74; /* t */
}

/** As many bytes are the same at both addresses. */
// @ts-ignore: decorator
@inline export function equalBytes(a: usize, b: usize, n: usize): bool {
  for (let i: usize = 0; i < n; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}
