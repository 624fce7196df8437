import { element } from "./element.js";
import { spellBytes } from "./numbers.js";
import type { Payload } from "./payload.js";

interface Doing {
  select(payload: Payload): void;
  remove(payload: Payload): void;
}

/** The files that were taken, and how each stands. */
export function fileLines(payloads: readonly Payload[], selected: Payload | undefined, { select, remove }: Doing): HTMLElement[] {
  return payloads.map((payload) => {
    const { name, size } = payload.file;
    const open = element(
      "button",
      { type: "button", className: "file" },
      element("span", { className: "name" }, name),
      element("span", { className: "hint" }, `${spellBytes(size)}, ${stateOf(payload)}`),
    );
    open.setAttribute("aria-pressed", `${payload === selected}`);
    open.onclick = () => select(payload);
    const away = element("button", { type: "button", className: "away", title: `Remove ${name}` }, "✕");
    away.setAttribute("aria-label", `Remove ${name}`);
    away.onclick = () => remove(payload);
    return element("li", { className: payload.fault || payload.objection || payload.failure ? "bad" : "" }, open, away);
  });
}

function stateOf({ fault, failure, objection = failure, result, inspection, look }: Payload): string {
  if (fault) return "cannot be read";
  if (objection) return "cannot be converted so";
  if (result) return "converted";
  return look ? (inspection?.form ?? look.form ?? "looked at") : "reading";
}
