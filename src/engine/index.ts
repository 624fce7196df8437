import { CoreScanner } from "./core.js";
import type { PathOf, Scanner } from "./engine.js";

export type EngineName = "core" | "reference";
export type CreateScanner = (pathOf: PathOf, start: number) => Scanner;

export const coreScanner: CreateScanner = (pathOf, start) => new CoreScanner(pathOf, start);
