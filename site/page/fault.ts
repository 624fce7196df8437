import type { Excerpt, Fault } from "../messages.js";
import { element } from "./element.js";

/** Why something is refused, and the line with the place. */
export function faultView({ code, message, line, column, path, excerpt }: Fault, what: string): HTMLElement {
  const place = [line === undefined ? [] : [`line ${line}, column ${column}`], path === undefined ? [] : [path]].flat();
  return element(
    "div",
    { className: "refusal" },
    element(
      "p",
      {},
      element("strong", {}, what),
      ` ${message}`,
      ...(place.length > 0 ? [" ", element("span", { className: "place" }, `(${place.join(", ")})`)] : []),
    ),
    ...(excerpt ? [excerptView(excerpt)] : []),
    ...(code ? [element("p", { className: "hint" }, element("code", {}, code))] : []),
  );
}

function excerptView({ before, at, after }: Excerpt): HTMLElement {
  const mark = element("mark", {}, at === "" ? "⏎" : at);
  if (at === "") mark.title = "the end";
  const view = element("pre", { className: "excerpt", tabIndex: 0 }, before, mark, after);
  view.setAttribute("aria-label", "The place in the file");
  view.setAttribute("role", "region");
  return view;
}
