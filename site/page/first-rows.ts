import type { Look } from "../messages.js";
import { element } from "./element.js";

/** Columns and characters that are shown; a payload may have thousands of them. */
const [COLUMNS, CHARACTERS] = [100, 120];

export function firstRows({ names, rows }: Look): HTMLElement {
  const width = Math.max(names?.length ?? 0, ...rows.map((row) => row.length));
  const table = element(
    "table",
    {},
    element(
      "caption",
      {},
      `The first ${rows.length === 1 ? "row" : `${rows.length} rows`}${width > COLUMNS ? `, ${COLUMNS} of ${width} columns` : ""}`,
    ),
  );
  if (names)
    table.append(
      element("thead", {}, element("tr", {}, ...names.slice(0, COLUMNS).map((name) => element("th", { scope: "col" }, short(name))))),
    );
  const lines = rows.map((row) => element("tr", {}, ...row.slice(0, COLUMNS).map((cell) => element("td", {}, short(cell)))));
  table.append(element("tbody", {}, ...lines));
  return scrolling(table, "The first rows");
}

/** What is wider than the page scrolls, by the keyboard as well. */
export function scrolling(inside: HTMLElement, label: string): HTMLElement {
  const around = element("div", { className: "scrolling", tabIndex: 0, role: "region" }, inside);
  around.setAttribute("aria-label", label);
  return around;
}

function short(text: string): string {
  return text.length > CHARACTERS ? `${text.slice(0, CHARACTERS)}…` : text;
}
