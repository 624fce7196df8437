// Strings as their text: without JSON's escapes, or CSV's doubled quotes.

/** The text of CSV's doubled quotes, each pair one. */
export function undouble(o: usize, from: usize, to: usize, quote: u8): usize {
  for (let p = from; p < to; p++) {
    const c = load<u8>(p);
    store<u8>(o++, c);
    if (c == quote && p + 1 < to && load<u8>(p, 1) == quote) p++;
  }
  return o;
}

/** Halves of surrogate pairs that have been met alone. */
export let lone: u32 = 0;

export function forgetLone(): void { lone = 0; }

/** The text of a JSON string's inside, in UTF-8; half a surrogate pair, which has no UTF-8, as three bytes of its own, and counted. */
export function decode(o: usize, from: usize, to: usize): usize {
  let p = from;
  while (p < to) {
    let c = <u32>load<u8>(p++);
    if (c != 0x5c /* \ */) { store<u8>(o++, <u8>c); continue; }
    c = load<u8>(p++);
    if (c != 0x75 /* u */) {
      store<u8>(o++, <u8>(c == 0x6e ? 0x0a : c == 0x74 ? 0x09 : c == 0x72 ? 0x0d : c == 0x62 ? 0x08 : c == 0x66 ? 0x0c : c));
      continue;
    }
    let code = hex4(p);
    p += 4;
    if (code - 0xd800 < 0x800) {
      const low = code < 0xdc00 && p + 6 <= to && load<u16>(p) == 0x755c /* \u */ ? hex4(p + 2) - 0xdc00 : 0x400;
      if (low < 0x400) {
        code = 0x10000 + ((code - 0xd800) << 10) + low;
        p += 6;
      } else lone++;
    }
    if (code < 0x80) store<u8>(o++, <u8>code);
    else if (code < 0x800) { store<u16>(o, <u16>(0x80c0 | (code >> 6) | ((code & 0x3f) << 8))); o += 2; }
    else if (code < 0x10000) {
      store<u8>(o, <u8>(0xe0 | (code >> 12)));
      store<u8>(o, <u8>(0x80 | ((code >> 6) & 0x3f)), 1);
      store<u8>(o, <u8>(0x80 | (code & 0x3f)), 2);
      o += 3;
    } else {
      store<u8>(o, <u8>(0xf0 | (code >> 18)));
      store<u8>(o, <u8>(0x80 | ((code >> 12) & 0x3f)), 1);
      store<u8>(o, <u8>(0x80 | ((code >> 6) & 0x3f)), 2);
      store<u8>(o, <u8>(0x80 | (code & 0x3f)), 3);
      o += 4;
    }
  }
  return o;
}

function hex4(p: usize): u32 {
  let code: u32 = 0;
  for (let i: usize = 0; i < 4; i++) {
    const c = load<u8>(p + i);
    code = (code << 4) | <u32>(c <= 0x39 ? c - 0x30 : (c | 0x20) - 0x57);
  }
  return code;
}
