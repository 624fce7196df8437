import { byteLength } from "../columns/bytes.js";
import { checkDtype, checkDtypes, type DTypeChoice } from "../columns/dtype.js";
import type { Cast } from "../engine/cells.js";
import type { EngineName } from "../engine/index.js";
import { TransloadError } from "../errors.js";

/** Options of the typed lane and the engine, which reading and converting have in common. */
export interface CellOptions {
  dtype?: DTypeChoice;
  cast?: Cast;
  nan?: "null" | "token" | "error";
  batchRows?: number;
  batchBytes?: number;
  engine?: EngineName;
  missing?: "null" | "token" | "error";
  ragged?: "error" | "pad";
  index?: string;
  delimiter?: string;
  quote?: string;
  na?: readonly string[];
  typing?: "lexical" | "pandas";
  maxRows?: number;
  maxBytes?: number;
  maxRowBytes?: number;
}

/** @throws TransloadError E_DTYPE for an unknown dtype, E_OPTION for another value that cannot be. */
export function checkOptions({
  dtype,
  cast,
  nan,
  batchRows,
  batchBytes,
  engine,
  missing,
  ragged,
  index,
  delimiter,
  quote,
  na,
  typing,
  maxRows,
  maxBytes,
  maxRowBytes,
}: CellOptions): void {
  if (typeof dtype === "object") checkDtypes(dtype);
  else if (dtype !== undefined && dtype !== "infer") checkDtype(dtype);
  oneOf("cast", cast, ["error", "clip"]);
  oneOf("nan", nan, ["null", "token", "error"]);
  oneOf("engine", engine, ["core", "reference"]);
  oneOf("missing", missing, ["null", "token", "error"]);
  oneOf("ragged", ragged, ["error", "pad"]);
  if (!/^column:./s.test(index ?? "")) oneOf("index", index, ["keep", "drop", "generate", "column:NAME"]);
  oneOf("typing", typing, ["lexical", "pandas"]);
  oneByte("delimiter", delimiter);
  oneByte("quote", quote);
  if ((quote ?? '"') === (delimiter ?? ",")) throw new TransloadError("E_OPTION", "quote and delimiter must differ");
  for (const word of na ?? [])
    if (byteLength(word) > 255 || /[\r\n]/.test(word))
      throw new TransloadError("E_OPTION", `na holds ${JSON.stringify(word)}; a word has no line break and 255 bytes at most`);
  whole("batchBytes", batchBytes);
  whole("maxRows", maxRows);
  whole("maxBytes", maxBytes);
  whole("maxRowBytes", maxRowBytes);
  if (batchRows !== undefined && !(Number.isSafeInteger(batchRows) && batchRows > 0 && batchRows < 2 ** 30))
    throw new TransloadError("E_OPTION", `batchRows is ${batchRows}; it must be a whole number from 1`);
}

function oneOf(option: string, value: string | undefined, known: readonly string[]): void {
  if (value !== undefined && !known.includes(value))
    throw new TransloadError("E_OPTION", `${option} is ${JSON.stringify(value)}; it must be ${known.join(" or ")}`);
}

/** ASCII, and none of what ends a line or may begin a number. */
function oneByte(option: string, value: string | undefined): void {
  if (value !== undefined && !/^[\t !-*,/:-@[-`{-~]$/.test(value))
    throw new TransloadError(
      "E_OPTION",
      `${option} is ${JSON.stringify(value)}; it must be one character of ASCII, and no letter, digit, sign or point`,
    );
}

function whole(option: string, value: number | undefined): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && value > 0))
    throw new TransloadError("E_OPTION", `${option} is ${value}; it must be a whole number from 1`);
}
