import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";

/** As `expect(found, told()).toEqual(wanted)`, and a hundred times as quick where they are the same. */
export function same(found: unknown, wanted: unknown, told?: () => string): void {
  if (!isDeepStrictEqual(found, wanted)) expect(found, told?.()).toEqual(wanted);
}
