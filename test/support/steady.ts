import type { SplitOptions } from "../../src/index.js";
import { crumbs, feed, halves, type Outcome, whole } from "./feed.js";
import { same } from "./same.js";

/** What comes of a conversion; held against what comes of the same input byte by byte, and cut at every byte. */
export async function steady(input: string, options: SplitOptions): Promise<Outcome> {
  const outcome = await feed(whole(input), options);
  const told = ({ text, error, warnings }: Outcome) => ({ text: error?.message ?? text, warnings });
  const length = Buffer.byteLength(input);
  for (const chunks of [crumbs(input), ...Array.from({ length }, (_, at) => halves(input, at))])
    same(told(await feed(chunks, options)), told(outcome));
  return outcome;
}
