import { expect } from "vitest";
import type { ConvertOptions } from "../../src/index.js";
import { crumbs, feed, halves, type Outcome, whole } from "./feed.js";

/** Whole, byte by byte, and cut at every byte: all the same. */
export async function steady(input: string, options: ConvertOptions): Promise<Outcome> {
  const outcome = await feed(whole(input), options);
  const length = Buffer.byteLength(input);
  for (const chunks of [crumbs(input), ...Array.from({ length }, (_, at) => halves(input, at))]) {
    const other = await feed(chunks, options);
    expect(other.error?.message ?? other.text).toBe(outcome.error?.message ?? outcome.text);
    expect(other.warnings).toEqual(outcome.warnings);
  }
  return outcome;
}
