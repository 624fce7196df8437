// UTF-8 well-formedness (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF), resumable at every byte.
// A pass of its own: the scanner then treats bytes above 0x7f inside strings as text and elsewhere as faults.

let need: i32 = 0; // continuation bytes still due
let low: u8 = 0x80; // the next one lies in [low, high]
let high: u8 = 0xbf;

export function resetUtf8(): void { need = 0; }

/** Checks [p, to); returns the address of the first byte that cannot stand there, or `to`. */
export function utf8(p: usize, to: usize): usize {
  while (p < to) {
    if (need == 0) {
      p = skipAscii(p, to);
      if (p == to) break;
      const c = load<u8>(p);
      if (c < 0xc2 || c > 0xf4) return p;
      need = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
      low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
      high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
      p++;
    } else {
      const c = load<u8>(p);
      if (c < low || c > high) return p;
      need--;
      low = 0x80; high = 0xbf;
      p++;
    }
  }
  return to;
}

// @ts-ignore: decorator
@inline function skipAscii(p: usize, to: usize): usize {
  while (p + 64 <= to) {
    const any = v128.or(v128.or(v128.load(p), v128.load(p, 16)), v128.or(v128.load(p, 32), v128.load(p, 48)));
    if (i8x16.bitmask(any) != 0) break;
    p += 64;
  }
  while (p < to && load<u8>(p) < 0x80) p++;
  return p;
}
