// The fast engine: the interfaces of the engine room over the WebAssembly core (src/core).
//
// In: chunks. input.ts copies them into the window, a stretch of the core's memory (memory.ts, core.ts), and knows where its bytes are in the
// input. Then scanner.ts asks the core for events, cells.ts for typed cells of JSON, batches.ts for those of a delimited file, rows.ts for
// rows in another shape, and printer.ts for batches as text. Out: events, batches, text; and the errors of ../fault.ts.
//
// What the core fills lies in the same memory: columns.ts and texts.ts have typed columns, fields.ts, keys.ts, sides.ts and shelf.ts what the
// core must know of rows, output.ts where they are written.
import type { Printer, PrintRequest } from "../printer.js";
import type { CreateScanner } from "../scanner.js";
import { CoreMemory } from "./memory.js";
import { CorePrinter } from "./printer.js";
import { CoreScanner } from "./scanner.js";

export const coreScanner: CreateScanner = (pathOf, start, maxRowBytes) => new CoreScanner(pathOf, start, new CoreMemory(maxRowBytes));

/** A printer with a memory of its own. */
export function createCorePrinter(request: PrintRequest): Printer {
  return new CorePrinter(new CoreMemory(), request);
}
