// Numbers as people read them.
const PLAIN = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
const COUNT = new Intl.NumberFormat("en");
const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

export function spellNumber(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size >= 1e9 || size < 1e-4) ? value.toExponential(3) : PLAIN.format(value);
}

export function spellCount(count: number, one: string, many = `${one}s`): string {
  return `${COUNT.format(count)} ${count === 1 ? one : many}`;
}

/** Of 1,000, as disks have them. */
export function spellBytes(bytes: number): string {
  const unit = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  return unit === 0 ? spellCount(bytes, "byte") : `${PLAIN.format(Number((bytes / 1000 ** unit).toPrecision(3)))} ${UNITS[unit]}`;
}
