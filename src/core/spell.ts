// Texts as JSON spells them: the way back from unescape.ts.
import { copy } from "./copy";

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;

/** How many bytes of from..to JSON escapes. Up to 15 bytes behind them are read. */
export function escapes(from: usize, to: usize): u32 {
  let count: u32 = 0;
  for (let p = from; p < to; p += 16) {
    let bits = escaped(v128.load(p));
    if (p + 16 > to) bits &= (1 << <i32>(to - p)) - 1;
    count += popcnt<i32>(bits);
  }
  return count;
}

// @ts-ignore: decorator
@inline function escaped(bytes: v128): i32 {
  const control = i8x16.lt_u(bytes, i8x16.splat(0x20));
  const special = v128.or(i8x16.eq(bytes, i8x16.splat(QUOTE)), i8x16.eq(bytes, i8x16.splat(BACKSLASH)));
  return i8x16.bitmask(v128.or(control, special));
}

/**
 * Writes each text in quotes, one behind the other, and where each begins and the last ends to `ends`. `clean`: none has an escape.
 * A text takes two bytes more, and five for each escape; 16 bytes behind all of them are written over. Returns the address after the last.
 */
export function spell(texts: usize, offsets: usize, count: u32, clean: bool, out: usize, ends: usize): usize {
  let o = out;
  for (let i: u32 = 0; i < count; i++) {
    const own = offsets + (<usize>i << 2);
    const from = texts + <usize>load<u32>(own), to = texts + <usize>load<u32>(own, 4);
    store<u32>(ends + (<usize>i << 2), <u32>(o - out));
    store<u8>(o++, QUOTE);
    o = clean ? copy(o, from, to - from) : escape(o, from, to);
    store<u8>(o++, QUOTE);
  }
  store<u32>(ends + (<usize>count << 2), <u32>(o - out));
  return o;
}

function escape(out: usize, from: usize, to: usize): usize {
  let o = out;
  for (let p = from; p < to; p++) {
    const c = load<u8>(p);
    if (c >= 0x20 && c != QUOTE && c != BACKSLASH) { store<u8>(o++, c); continue; }
    store<u8>(o++, BACKSLASH);
    const letter = letterOf(c);
    if (letter != 0) { store<u8>(o++, letter); continue; }
    store<u32>(o, c < 0x10 ? 0x30303075 /* u000 */ : 0x31303075 /* u001 */);
    const low = c & 15;
    store<u8>(o, low < 10 ? 0x30 + low : 0x57 + low, 4);
    o += 5;
  }
  return o;
}

/** What stands behind the backslash, where it is one letter (ECMA-404). */
function letterOf(c: u8): u8 {
  switch (c) {
    case 0x08: return 0x62; // b
    case 0x09: return 0x74; // t
    case 0x0a: return 0x6e; // n
    case 0x0c: return 0x66; // f
    case 0x0d: return 0x72; // r
    case QUOTE: return QUOTE;
    case BACKSLASH: return BACKSLASH;
    default: return 0;
  }
}
