// The line that ends a conversion, where somebody sits at a terminal.
import { fstatSync } from "node:fs";

const STDOUT = 1;
const STDERR = 2;

/** What was done. */
export interface Done {
  /** Undefined where nobody has counted them. */
  readonly rows: number | undefined;
  /** Of input. */
  readonly bytes: number;
  readonly seconds: number;
}

/** Rows, bytes, seconds and rate: `transload: 303 rows, 12.3 KB in 0.06 s (205 KB/s)`. */
export function closingLine({ rows, bytes, seconds }: Done): string {
  const counted = rows === undefined ? "" : `${rows.toLocaleString("en")} row${rows === 1 ? "" : "s"}, `;
  return `transload: ${counted}${amount(bytes)} in ${seconds.toFixed(seconds < 10 ? 2 : 1)} s (${amount(bytes / seconds)}/s)`;
}

/** Whether the output is a file, and not a terminal or another program, whose own words come next. */
export function goesToFile(target: string | undefined): boolean {
  if (target !== undefined && target !== "-") return true;
  try {
    return fstatSync(STDOUT).isFile();
  } catch {
    return false; // it is closed, which who writes to it tells
  }
}

/** Whether standard error is one. Most calls have none there, and are told so without the module that knows terminals. */
export function atTerminal(): boolean {
  return fstatSync(STDERR).isCharacterDevice() && process.getBuiltinModule("node:tty").isatty(STDERR);
}

/** Bytes for people: 950 B, 12.3 MB. */
export function amount(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  let value = bytes;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 ? Math.round(value) : value.toFixed(value < 10 ? 2 : 1)} ${units[unit]}`;
}
