import type { PathOf, Scanner } from "./engine.js";
import { CoreMemory } from "./wasm/memory.js";
import { CoreScanner } from "./wasm/scanner.js";

export type EngineName = "core" | "reference";
/** `maxRowBytes`: what a row may have where it is held. */
export type CreateScanner = (pathOf: PathOf, start: number, maxRowBytes?: number) => Scanner;

export const coreScanner: CreateScanner = (pathOf, start, maxRowBytes) => new CoreScanner(pathOf, start, new CoreMemory(maxRowBytes));

/** The same with a limit of its own. */
export function limited(create: CreateScanner, maxRowBytes: number | undefined): CreateScanner {
  return maxRowBytes === undefined ? create : (pathOf, start) => create(pathOf, start, maxRowBytes);
}
