// The reference engine: the same interfaces on stream-json and csv-parse. It is slow and plain to read: the oracle of the tests, the baseline of
// the benchmarks, and the way out where WebAssembly is off.
//
// In: chunks. input.ts holds their text; tokens.ts has the tokens of JSON, each with its place, checked against the rules of the cargo
// (lengths.ts). Then scanner.ts makes events of them, cells.ts batches, json-rows.ts rows; delimited.ts reads rows of fields, sides.ts those of
// columns side by side. rows.ts drives them, row-writer.ts spells what they read, printer.ts spells batches. Out: events, batches, text; and
// the errors of ../fault.ts, for which fault.ts looks up what stream-json refused.
import type { CreateScanner } from "../scanner.js";
import { ReferenceScanner } from "./scanner.js";

export const referenceScanner: CreateScanner = (pathOf, start, maxRowBytes) => new ReferenceScanner(pathOf, start, maxRowBytes);
