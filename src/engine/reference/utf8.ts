/** Index of the first byte that cannot stand where it does in UTF-8, -1 when there is none. A sequence may be cut off at the end. */
export function invalidAt(bytes: string): number {
  let due = 0;
  let low = 0x80;
  let high = 0xbf;
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes.charCodeAt(i);
    if (due > 0) {
      if (c < low || c > high) return i;
      due--;
      [low, high] = [0x80, 0xbf];
    } else if (c >= 0x80) {
      if (c < 0xc2 || c > 0xf4) return i;
      due = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
      low = c === 0xe0 ? 0xa0 : c === 0xf0 ? 0x90 : 0x80;
      high = c === 0xed ? 0x9f : c === 0xf4 ? 0x8f : 0xbf;
    }
  }
  return -1;
}

/** Index of a character that is cut off at the end, -1 when there is none. */
export function cutAt(bytes: string): number {
  return bytes.search(/[\xc0-\xdf]$|[\xe0-\xef][\x80-\xbf]?$|[\xf0-\xf7][\x80-\xbf]{0,2}$/);
}
