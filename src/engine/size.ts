// How much of a row is held at once: one rule for both engines.
import { optionText, type Place, TransloadError } from "../errors.js";

/** Bytes that a row may have where nothing else is asked for: a quote that does not end would make one of the rest of the input. */
export const MAX_ROW_BYTES = 2 ** 29;
/** What the core keeps for each cell of a row: a field and a cell. */
const RECORD = 80;
/** So many bytes of records, and of output, a row may always have. */
const LEAST = 2 ** 20;

/** @throws TransloadError E_LIMIT where the records of a row's cells would take more than a row may have. */
export function checkWidth(width: number, most: number, place: Place): void {
  if (width * RECORD > Math.max(LEAST, most))
    throw tooLarge(`a row of ${width} cells takes ${sizeText(width * RECORD)} of memory, more than`, most, place);
}

/** @throws TransloadError E_LIMIT where a row, as it is written, would take more than it may. */
export function checkWritten(bytes: number, row: number, most: number): void {
  if (bytes > Math.max(LEAST, most)) throw tooLarge(`row ${row} takes ${sizeText(bytes)} as it is written, more than`, most, { row });
}

/** A row, or a cell, that is longer than it may be. `hint`: what else may be the matter. */
export function tooLong(what: string, most: number, place: Place, hint = ""): TransloadError {
  return tooLarge(`${what} is longer than`, most, place, hint);
}

function tooLarge(what: string, most: number, place: Place, hint = ""): TransloadError {
  return new TransloadError("E_LIMIT", `${what} ${sizeText(most)}${hint}; ${optionText("maxRowBytes")} allows more`, place);
}

/** Bytes in the largest unit that leaves a whole number before the point. */
export function sizeText(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB"];
  let unit = 0;
  let left = bytes;
  for (; left >= 1024 && unit < 3; unit++) left /= 1024;
  return `${Number.isInteger(left) ? left : left.toFixed(1)} ${units[unit]}`;
}
