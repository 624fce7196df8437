/**
 * Whether no two names are one. Their places are kept by hash: a Set of a million names takes five times the memory, and a row may have as many
 * columns.
 */
export function areDistinct(names: readonly string[]): boolean {
  // in twice as many slots, so that few are tried: 0 where there is none
  const places = new Uint32Array(2 ** Math.ceil(Math.log2(2 * names.length + 2)));
  return names.every((name, i) => {
    let slot = hash(name) % places.length;
    for (; places[slot] !== 0; slot = (slot + 1) % places.length) if (names[(places[slot] as number) - 1] === name) return false;
    places[slot] = i + 1;
    return true;
  });
}

/** FNV-1a over a text's code units. */
function hash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
