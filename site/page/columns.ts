import type { Inspection } from "../messages.js";
import { element } from "./element.js";
import { scrolling } from "./first-rows.js";
import { histogram } from "./histogram.js";
import { spellCount, spellNumber } from "./numbers.js";
import type { ColumnChoice, Payload } from "./payload.js";

type Column = Inspection["columns"][number];

/** Rows of the table: of more columns than this the others stay as they are. */
const SHOWN = 200;
const HEADS = ["Name in the result", "Type", "Distribution", "Nulls", "Min", "Max", "Mean", "Distinct", "Most frequent"];
const DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64", "string"];

/** A payload's columns: which are wanted, under which names and types, and what their values are like. */
export function columnsView(payload: Payload, changed: () => void): HTMLElement | undefined {
  const { look, inspection } = payload;
  const names = look?.names ?? inspection?.columns.map(({ name }) => name);
  if (!names || names.length === 0) return undefined;
  const choosable = look?.names !== undefined;
  const facts = new Map(inspection?.columns.map((column) => [column.name, column]));
  const head = element("tr", {}, ...[...(choosable ? ["Keep"] : []), ...HEADS].map((text) => element("th", { scope: "col" }, text)));
  const rows = names.slice(0, SHOWN).map((name, i) => {
    const column = facts.get(name) ?? inspection?.columns[i];
    const cells = column ? factCells(column) : HEADS.slice(2).map(() => element("td", {}, "…"));
    if (!choosable)
      return element(
        "tr",
        {},
        element("th", { scope: "row" }, name || "values"),
        element("td", {}, column ? dtypeOf(column) : "…"),
        ...cells,
      );
    return element("tr", {}, ...choiceCells(name, column, choiceOf(payload, name), changed), ...cells);
  });
  const more = names.length > SHOWN ? `; ${spellCount(names.length - SHOWN, "more column")} are not shown, and stay as they are` : "";
  const caption = `${spellCount(names.length, "column")}${more}`;
  return scrolling(
    element("table", { className: "columns" }, element("caption", {}, caption), element("thead", {}, head), element("tbody", {}, ...rows)),
    "Columns",
  );
}

/** A binary file says what its columns are; of text it is what the cells are. */
function dtypeOf({ stored, dtype }: Column): string {
  return stored ?? dtype;
}

function choiceOf({ columns }: Payload, name: string): ColumnChoice {
  const known = columns.get(name) ?? { kept: true, name, dtype: "" };
  columns.set(name, known);
  return known;
}

function choiceCells(name: string, column: Column | undefined, choice: ColumnChoice, changed: () => void): HTMLElement[] {
  const keep = labelled(element("input", { type: "checkbox", checked: choice.kept }), `Keep ${name}`);
  keep.onchange = () => {
    choice.kept = keep.checked;
    changed();
  };
  const rename = labelled(element("input", { type: "text", value: choice.name, spellcheck: false }), `Name of ${name} in the result`);
  rename.oninput = () => {
    choice.name = rename.value === "" ? name : rename.value;
    changed();
  };
  rename.onblur = () => {
    rename.value = choice.name;
  };
  const own = element("option", { value: "" }, column ? dtypeOf(column) : "as it is");
  const dtype = labelled(element("select", {}, own, ...DTYPES.map((id) => element("option", { value: id }, `→ ${id}`))), `Type of ${name}`);
  dtype.value = choice.dtype;
  dtype.onchange = () => {
    choice.dtype = dtype.value;
    changed();
  };
  return [element("td", {}, keep), element("th", { scope: "row" }, rename), element("td", {}, dtype)];
}

function labelled<Control extends HTMLElement>(control: Control, label: string): Control {
  control.setAttribute("aria-label", label);
  return control;
}

function factCells({ nulls, nans, summary = {} }: Column): HTMLElement[] {
  const { numbers, texts, distinct, frequent = [] } = summary;
  const gaps = `${nulls > 0 || nans === 0 ? spellNumber(nulls) : ""}${nans > 0 ? `${nulls > 0 ? " + " : ""}${spellNumber(nans)} NaN` : ""}`;
  const ends = numbers ? [spellNumber(numbers.least), spellNumber(numbers.greatest)] : texts ? [texts.least, texts.greatest] : ["", ""];
  const [top] = frequent;
  const cell = (text: string) => element("td", { title: text.length > 20 ? text : "" }, text.length > 20 ? `${text.slice(0, 20)}…` : text);
  return [
    element("td", {}, ...(numbers && numbers.count > 0 ? [histogram(numbers.histogram)] : [])),
    ...[
      gaps,
      ...ends,
      numbers ? spellNumber(numbers.mean) : "",
      distinct ? `${distinct.more ? "> " : ""}${spellNumber(distinct.count)}` : "",
    ].map(cell),
    cell(top && top.count > 1 ? `${top.value === "" ? "(empty)" : top.value} × ${spellNumber(top.count)}` : ""),
  ];
}
