// Short copies, sixteen bytes at a time: they may run over the end of the text, at either side, by fifteen bytes.

// @ts-ignore: decorator
@inline export function copy(to: usize, from: usize, n: usize): usize {
  v128.store(to, v128.load(from));
  if (n > 16) return copyLong(to, from, n);
  return to + n;
}

function copyLong(to: usize, from: usize, n: usize): usize {
  if (n > 256) memory.copy(to, from, n);
  else for (let i: usize = 16; i < n; i += 16) v128.store(to + i, v128.load(from + i));
  return to + n;
}
