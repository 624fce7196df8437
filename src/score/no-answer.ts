// Why undici got no answer.
import { whyNone } from "../api/url.js";
import { reasonOf } from "../remote/reason.js";

/** Why no answer came, what to do, and whether another attempt may get one. */
export interface NoAnswerReason {
  readonly why: string;
  readonly passing: boolean;
}

/** What undici says of statuses between 100 and 199 that it does not read. Of what else there is, a request learns nothing by these words. */
const EARLY: Readonly<Record<string, string>> = {
  "bad response": "the server sent 100 Continue, which nobody asked for and transload does not read; have it answer without",
  "bad upgrade": "the server sent 101 Switching Protocols, which nobody asked for; look whether the URL is that of predictions",
};

export function reasonOfNone(error: unknown): NoAnswerReason {
  const early = EARLY[innermost(error)];
  return { why: early ?? whyNone(error), passing: early === undefined && !reasonOf(error).lasts };
}

/** reasonOf() has words of its own for all that ends a connection. */
function innermost(error: unknown): string {
  let inner = error as Error;
  while (inner.cause instanceof Error) inner = inner.cause;
  return inner.message;
}
