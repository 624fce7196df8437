// What a run would send, without sending it.
import { inspect } from "../api/inspect.js";
import { contentTypeOf } from "../api/route.js";
import { spellUrl } from "../api/url.js";
import { decode } from "../columns/bytes.js";
import type { Source } from "../io/source.js";
import type { Model } from "../model/mlmodel.js";
import { type Verdict, verdict } from "../model/verdict.js";
import type { ScoreOptions } from "../options/score.js";
import { type Part, partsOf } from "./parts.js";
import { planOf } from "./plan.js";

/** What would be sent. */
export interface Rehearsal {
  readonly url: string;
  /** Of every request; values that the caller gave are not shown. */
  readonly headers: Readonly<Record<string, string>>;
  readonly requests: number;
  readonly rows: number;
  /** Of all bodies, before they are compressed. */
  readonly bytes: number;
  /** Bytes of the largest. */
  readonly largest: number;
  /** The beginning of the first body. */
  readonly first: string;
  /** Whether the server takes the first request, where the model is known. */
  readonly verdict?: Verdict;
}

const SHOWN = 300;

/** @throws TransloadError as `score` does before it sends anything. */
export async function rehearse(source: Source, options: ScoreOptions, model: Model | undefined): Promise<Rehearsal> {
  const plan = planOf("score", options);
  const { url, headers } = plan.upstream;
  const { compress } = plan.sending;
  const { to } = plan.parts.cutting;
  let first: Part | undefined;
  let [requests, rows, bytes, largest] = [0, 0, 0, 0];
  for await (const part of partsOf(source, plan.parts)) {
    first ??= part;
    requests++;
    rows += part.rows;
    bytes += part.body.length;
    largest = Math.max(largest, part.body.length);
  }
  const hidden = Object.fromEntries([...headers.keys()].map((name) => [name, "(not shown)"]));
  const judged = model && first && verdict(await inspect(first.body, { from: to }), { for: to, model });
  return {
    url: spellUrl(url),
    headers: {
      "content-type": contentTypeOf(to, first?.body ?? new Uint8Array()),
      ...(compress && { "content-encoding": "gzip" }),
      ...hidden,
    },
    requests,
    rows,
    bytes,
    largest,
    first: first === undefined ? "" : decode(first.body.subarray(0, SHOWN)),
    ...(judged && { verdict: judged }),
  };
}
