// The engines: what reads bytes and what writes them, without files or streams.
//
// In: chunks of a payload, in order. Out, as it is asked for: events of the JSON text (scanner.ts), typed cells in batches (cells.ts), or rows in
// another shape (rows.ts); and batches as text (printer.ts). Each of these is an interface, with two engines behind it: wasm/ is the fast one,
// reference/ the one that it is tested against. The two give the same bytes, and the same errors (fault.ts, size.ts).
//
// The cargo is what the envelope is around: the list, or the lines, that the cells are in. A survey reads a cargo for what its columns hold, and
// keeps no values.
import type { CreateScanner } from "./scanner.js";

export type { CreateScanner } from "./scanner.js";
export { coreScanner } from "./wasm/index.js";

export type EngineName = "core" | "reference";

/** The same with a limit of its own. */
export function limited(create: CreateScanner, maxRowBytes: number | undefined): CreateScanner {
  return maxRowBytes === undefined ? create : (pathOf, start) => create(pathOf, start, maxRowBytes);
}
