import type { Report } from "../process.js";

/** The options this process was given. */
export function given<T>(): T {
  return JSON.parse(process.argv[2] ?? "{}") as T;
}

export function report(report: Report): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
