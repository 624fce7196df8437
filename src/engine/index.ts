import { CoreScanner } from "./core.js";
import type { PathOf, Scanner } from "./engine.js";

export type EngineName = "core" | "reference";
export type CreateScanner = (pathOf: PathOf, start: number) => Scanner;

export const coreScanner: CreateScanner = (pathOf, start) => new CoreScanner(pathOf, start);

/** The engine that was asked for; the reference engine and stream-json are loaded only then. */
export async function scannerOf(engine: EngineName | undefined): Promise<CreateScanner> {
  if (engine !== "reference") return coreScanner;
  const { ReferenceScanner } = await import("./reference.js");
  return (pathOf, start) => new ReferenceScanner(pathOf, start);
}
