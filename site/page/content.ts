// What is in the payload that is looked at.
import { columnsView } from "./columns.js";
import { at } from "./element.js";
import { faultView } from "./fault.js";
import { firstRows } from "./first-rows.js";
import { spellBytes, spellCount } from "./numbers.js";
import type { Payload } from "./payload.js";

/** @param changed called when something else is asked of a column */
export function showContent(payload: Payload, changed: () => void): void {
  const { file, look, inspection, fault } = payload;
  at("content-title").textContent = `What is in ${file.name}`;
  const form = inspection?.form ?? look?.form;
  const parts = [spellBytes(file.size), ...(form ? [form] : []), ...(inspection ? [extentOf(inspection)] : [])];
  at("facts").textContent = parts.join(", ");
  at("fault").replaceChildren(...(fault ? [faultView(fault, "This payload is refused:")] : []));
  at("rows").replaceChildren(...(look && look.rows.length > 0 ? [firstRows(look)] : []));
  at("names-field").hidden = look?.names !== undefined;
  showReading(payload);
  showColumns(payload, changed);
}

/** How far the survey is. */
export function showReading({ inspection, fault, surveyed, file }: Payload): void {
  at("reading").hidden = inspection !== undefined || fault !== undefined;
  at<HTMLProgressElement>("surveyed").value = file.size > 0 ? surveyed / file.size : 1;
}

function extentOf({ rows, columns, shape, layout }: NonNullable<Payload["inspection"]>): string {
  if (layout === "tensor" && shape.length > 0) return `a tensor of shape ${shape.join(" × ")}`;
  return `${spellCount(rows, "row")}, ${spellCount(columns.length, "column")}`;
}

/** Whoever is in a field of the table stays in it. */
function showColumns(payload: Payload, changed: () => void): void {
  const focused = document.activeElement?.getAttribute("aria-label");
  const view = columnsView(payload, changed);
  at("columns").replaceChildren(...(view ? [view] : []));
  if (!focused) return;
  for (const control of at("columns").querySelectorAll<HTMLElement>("input, select"))
    if (control.getAttribute("aria-label") === focused) control.focus();
}
