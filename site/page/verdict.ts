import type { Verdict } from "../messages.js";
import { element } from "./element.js";
import { titleOf } from "./targets.js";

const SHOWN = 50;

/** What a server makes of a payload. `mend` sets up the conversion that it takes. */
export function verdictView({ server, accepted, findings, remedy, releases }: Verdict, file: string, mend: () => void): HTMLElement {
  const view = element(
    "div",
    { className: accepted ? "accepted" : "refusal" },
    element("p", {}, element("strong", {}, accepted ? `${server} takes ${file} as it is.` : `${server} refuses ${file} as it is.`)),
  );
  if (findings.length > 0) view.append(list(findings));
  if (remedy) {
    const button = element("button", { type: "button", id: "mend" }, `Set up: convert to ${titleOf(remedy.to)}`);
    button.onclick = mend;
    view.append(element("p", {}, "This conversion mends it:"), element("p", { className: "actions" }, button));
    if (remedy.remains.length > 0) view.append(element("p", {}, "What the server then still does:"), list(remedy.remains));
  } else if (!accepted) view.append(element("p", {}, "No conversion mends it."));
  const told = Object.entries(releases ?? {}).map(([name, release]) => `${name} ${release}`);
  if (told.length > 0) view.append(element("p", { className: "hint" }, `This holds for ${told.join(", ")}.`));
  return view;
}

function list(findings: Verdict["findings"]): HTMLElement {
  const lines = findings
    .slice(0, SHOWN)
    .map(({ severity, message }) =>
      element("li", {}, element("span", { className: `severity ${severity}` }, WORDS[severity]), ` ${message}`),
    );
  if (findings.length > SHOWN) lines.push(element("li", {}, `and ${findings.length - SHOWN} more`));
  return element("ul", { className: "findings" }, ...lines);
}

const WORDS = { refused: "refused", changed: "changed in silence", depends: "depends" } as const;
