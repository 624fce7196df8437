// A run: the parts of a payload that have no answer yet, each sent, a few at a time.
import { membersOf } from "../engine/members.js";
import type { Source } from "../io/source.js";
import { besideRows, isOnce } from "./beside.js";
import { type Part, partsOf } from "./parts.js";
import type { Plan } from "./plan.js";
import { type Answered, Sending } from "./retrying.js";
import type { Tally } from "./tally.js";
import { underWay } from "./under-way.js";
import { Upstream } from "./upstream.js";

/** How parts are gone through: `skip` says which have been answered. */
interface Going {
  readonly ordered: boolean;
  readonly skip: (part: Part) => boolean;
}

/** The answers to a payload; the connections end with them. */
export async function* answersTo(
  source: Source,
  plan: Plan,
  tally: Tally,
  { ordered, skip }: Going,
): AsyncGenerator<Answered, void, undefined> {
  const ending = new AbortController();
  const { cutting } = plan.parts;
  const asked = cutting.signal;
  const signal = asked ? AbortSignal.any([asked, ending.signal]) : ending.signal;
  const upstream = new Upstream(plan.upstream);
  const sending = new Sending(upstream, plan, tally, signal);
  async function* left() {
    for await (const part of partsOf(source, { ...plan.parts, cutting: { ...cutting, signal } })) if (!skip(part)) yield part;
  }
  try {
    await upstream.ready();
    yield* underWay(left(), (part) => sending.answer(part), { most: plan.upstream.connections, ordered });
  } finally {
    ending.abort();
    await upstream.close();
  }
}

/** What stands beside the predictions. Of a stream nothing but the rows' numbers is known. */
export function besideOf(source: Source, { beside, parts: { cutting } }: Plan): AsyncGenerator<string, void, undefined> {
  return besideRows(source, { columns: beside, reading: isOnce(source) ? { ...cutting, index: "drop" } : cutting });
}

/**
 * What is beside the predictions, by the names of the first row; it is asked before anything is sent.
 * @throws TransloadError E_COLUMNS for a column that there is not; and as `convert` does.
 */
export async function namesBeside(source: Source, plan: Plan): Promise<readonly string[]> {
  const rows = besideOf(source, plan);
  try {
    const { value = "" } = await rows.next();
    return membersOf(`{${value.slice(0, -1)}}`).map(([name]) => name);
  } finally {
    await rows.return();
  }
}
