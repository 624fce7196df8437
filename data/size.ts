const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/** Bytes of a size as people write it: 500KB, 200MB, 1.5GB, 2GiB, 4096. */
export function parseSize(text: string): number {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const scale = UNITS[unit.toLowerCase()];
  if (amount === undefined || scale === undefined) throw new Error(`not a size: ${text}; write it like 500KB, 200MB, 2GB or 2GiB`);
  return Math.round(Number(amount) * scale);
}
