import { checkDtype, type DType } from "./dtype.js";
import type { Cast } from "./engine/cells.js";
import type { EngineName } from "./engine/index.js";
import { TransloadError } from "./errors.js";

/** Options of the typed lane and the engine, which reading and converting have in common. */
export interface CellOptions {
  dtype?: DType | Readonly<Record<string, DType>>;
  cast?: Cast;
  nan?: "null" | "token" | "error";
  batchRows?: number;
  engine?: EngineName;
}

/** @throws TransloadError E_DTYPE for an unknown dtype, E_OPTION for another value that cannot be. */
export function checkOptions({ dtype, cast, nan, batchRows, engine }: CellOptions): void {
  for (const name of typeof dtype === "object" ? Object.values(dtype) : dtype !== undefined ? [dtype] : []) checkDtype(name);
  oneOf("cast", cast, ["error", "clip"]);
  oneOf("nan", nan, ["null", "token", "error"]);
  oneOf("engine", engine, ["core", "reference"]);
  if (batchRows !== undefined && !(Number.isSafeInteger(batchRows) && batchRows > 0 && batchRows < 2 ** 30))
    throw new TransloadError("E_OPTION", `batchRows is ${batchRows}; it must be a whole number from 1`);
}

function oneOf(option: string, value: string | undefined, known: readonly string[]): void {
  if (value !== undefined && !known.includes(value))
    throw new TransloadError("E_OPTION", `${option} is ${JSON.stringify(value)}; it must be ${known.join(" or ")}`);
}
