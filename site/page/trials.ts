// How results will begin: what cannot be converted so is known before anything is written.
import type { Trial } from "../messages.js";
import { faultIn } from "./desk.js";
import { at, element } from "./element.js";
import { faultView } from "./fault.js";
import { choicesFor, type Payload } from "./payload.js";
import { converter, session } from "./session.js";
import { settings } from "./settings.js";
import { titleOf } from "./targets.js";

/** Milliseconds after the last keystroke until it counts. */
const PAUSE = 150;

let trying = new AbortController();
let waiting: ReturnType<typeof setTimeout> | undefined;

/** Something else is asked for: what was said of it no longer holds. @param changed called when more is known of a payload */
export function tryAgain(changed: () => void): void {
  for (const payload of session.payloads) payload.objection = payload.failure = undefined;
  clearTimeout(waiting);
  waiting = setTimeout(() => void tryAll(changed), PAUSE);
}

/** Converts the first rows of each. */
export async function tryAll(changed: () => void): Promise<void> {
  trying.abort();
  trying = new AbortController();
  const { signal } = trying;
  for (const payload of [...session.payloads]) {
    if (payload.fault || payload.stale) continue;
    const trial = await tryOne(payload, signal);
    if (signal.aborted) return;
    if (payload === session.selected) showTrial(payload, trial);
    changed();
  }
}

async function tryOne(payload: Payload, signal: AbortSignal): Promise<Trial | undefined> {
  try {
    const trial = await converter.ask("try", { file: payload.file, choices: choicesFor(payload, settings()) }, { signal });
    payload.objection = undefined;
    payload.beginning = trial.text;
    return trial;
  } catch (error) {
    if (!signal.aborted) payload.objection = faultIn(error);
    return undefined;
  }
}

export function showTrial({ fault, failure, objection = failure, look }: Payload, trial?: Trial): void {
  const what = `It cannot become ${titleOf(settings().to)} as is asked:`;
  at("objection").replaceChildren(...(objection && !fault ? [faultView(objection, what)] : []));
  // what is missing is asked for
  const nameless = objection?.code === "E_COLUMNS" && look !== undefined && look.names === undefined;
  if (nameless) at<HTMLDetailsElement>("options").open = true;
  at("names-hint").hidden = !nameless;
  at("trial").replaceChildren(...(trial && !fault ? trialView(trial) : []));
}

function trialView({ text, cut }: Trial): HTMLElement[] {
  if (text === undefined) return [element("p", { className: "hint" }, "The result is a binary file.")];
  const view = element("pre", { tabIndex: 0, role: "region" }, text, cut ? "…" : "");
  view.setAttribute("aria-label", "The first rows as they will be written");
  return [element("p", { className: "hint" }, "The first rows as they will be written:"), view];
}
