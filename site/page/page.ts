// The page: takes files, shows what is in them, tells what servers make of them, and converts them. What takes long is the workers'.
import type { Model } from "../messages.js";
import { columnsView } from "./columns.js";
import { convertAll } from "./conversion.js";
import { Desk, faultIn } from "./desk.js";
import { at, element } from "./element.js";
import { faultView } from "./fault.js";
import { fileLines } from "./file-list.js";
import { firstRows } from "./first-rows.js";
import { watchFiles } from "./intake.js";
import { spellBytes, spellCount } from "./numbers.js";
import { choicesFor, type Payload } from "./payload.js";
import { fillFields, readingFields, setTarget, settings } from "./settings.js";
import { titleOf } from "./targets.js";
import { verdictView } from "./verdict.js";

/** Milliseconds after the last keystroke until it counts. */
const PAUSE = 150;

const payloads: Payload[] = [];
let selected: Payload | undefined;
let model: Model | undefined;
/** Ends the conversions that are under way. */
let converting: AbortController | undefined;

// a summary takes long, and must not hold up a conversion
const surveyor = new Desk();
const converter = new Desk();

// ---- files

function take(files: readonly File[]): void {
  for (const file of files) {
    const payload: Payload = { file, stop: new AbortController(), surveyed: 0, columns: new Map() };
    payloads.push(payload);
    begin(payload);
  }
  select(payloads.at(-files.length));
}

function select(payload: Payload | undefined): void {
  selected = payload;
  for (const id of ["content", "check", "convert"]) at(id).hidden = payload === undefined;
  showFiles();
  if (!payload) return;
  showContent();
  showTrial(undefined);
  void tryAll();
  void judge();
}

function remove(payload: Payload): void {
  payload.stop.abort();
  const place = payloads.indexOf(payload);
  payloads.splice(place, 1);
  if (selected === payload) select(payloads[place] ?? payloads[place - 1]);
  else showFiles();
  (document.querySelector<HTMLElement>("#files [aria-pressed=true]") ?? at("file")).focus();
}

let surveys: Promise<void> = Promise.resolve();

/** Looks at the first rows at once, and reads the whole file as soon as those before it have been. */
function begin(payload: Payload): void {
  payload.stop.abort();
  payload.stop = new AbortController();
  const { file } = payload;
  const { signal } = payload.stop;
  const reading = readingFields();
  Object.assign(payload, { look: undefined, inspection: undefined, fault: undefined, objection: undefined, result: undefined, surveyed: 0 });
  const keep = (found: Partial<Payload>) => {
    if (signal.aborted) return;
    Object.assign(payload, found);
    showFiles();
    if (payload === selected) showContent();
  };
  const looking = converter.ask("look", { file, reading }, { signal }).then(
    (look) => keep({ look }),
    // whether it is at fault is for the survey to tell
    () => keep({ look: { form: undefined, names: undefined, rows: [] } }),
  );
  void looking.then(() => tryAll());
  surveys = surveys.then(async () => {
    if (signal.aborted) return;
    const told = (surveyed: number) => {
      payload.surveyed = surveyed;
      if (payload === selected) showReading();
    };
    try {
      keep({ inspection: await surveyor.ask("survey", { file, reading }, { signal, told }) });
    } catch (error) {
      keep({ fault: faultIn(error) });
    }
    if (payload === selected) void judge();
    showGo();
  });
}

function showFiles(): void {
  at("files").replaceChildren(...fileLines(payloads, selected, { select, remove }));
  at("files").hidden = payloads.length === 0;
  showGo();
}

// ---- what is in the selected one

function showContent(): void {
  const { file, look, inspection, fault } = selected as Payload;
  at("content-title").textContent = `What is in ${file.name}`;
  const form = inspection?.form ?? look?.form;
  const parts = [spellBytes(file.size), ...(form ? [form] : []), ...(inspection ? [extentOf(inspection)] : [])];
  at("facts").textContent = parts.join(", ");
  at("fault").replaceChildren(...(fault ? [faultView(fault, "This payload is refused:")] : []));
  at("rows").replaceChildren(...(look && look.rows.length > 0 ? [firstRows(look)] : []));
  at("names-field").hidden = look?.names !== undefined;
  showReading();
  showColumns();
}

function extentOf({ rows, columns, shape, layout }: NonNullable<Payload["inspection"]>): string {
  if (layout === "tensor" && shape.length > 0) return `a tensor of shape ${shape.join(" × ")}`;
  return `${spellCount(rows, "row")}, ${spellCount(columns.length, "column")}`;
}

function showReading(): void {
  const { inspection, fault, surveyed, file } = selected as Payload;
  at("reading").hidden = inspection !== undefined || fault !== undefined;
  at<HTMLProgressElement>("surveyed").value = file.size > 0 ? surveyed / file.size : 1;
}

/** Whoever is in a field of the table stays in it. */
function showColumns(): void {
  const focused = document.activeElement?.getAttribute("aria-label");
  const view = columnsView(selected as Payload, settle);
  at("columns").replaceChildren(...(view ? [view] : []));
  if (!focused) return;
  for (const control of at("columns").querySelectorAll<HTMLElement>("input, select"))
    if (control.getAttribute("aria-label") === focused) control.focus();
}

// ---- what servers make of it

let judging = 0;

async function judge(): Promise<void> {
  const server = at<HTMLSelectElement>("server").value;
  const number = ++judging;
  const show = (...inside: (Node | string)[]) => {
    if (number === judging) at("verdict").replaceChildren(...inside);
  };
  if (!selected || server === "") return show();
  const { inspection, fault, file } = selected;
  if (fault) return show(element("p", { className: "hint" }, "The payload cannot be read, so there is nothing to ask about."));
  if (!inspection) return show(element("p", { className: "hint" }, "The whole file is being read for this."));
  try {
    const verdict = await surveyor.ask("judge", { inspection, server, model, name: file.name });
    show(
      verdictView(verdict, file.name, () => {
        setTarget(verdict.remedy?.to ?? server, verdict.remedy?.columns);
        settle();
        at("to").focus();
      }),
    );
  } catch (error) {
    show(faultView(faultIn(error), ""));
  }
}

async function takeModel(): Promise<void> {
  const [file] = at<HTMLInputElement>("model").files ?? [];
  model = undefined;
  try {
    if (file) model = await surveyor.ask("readModel", { file });
  } catch (error) {
    at("verdict").replaceChildren(faultView(faultIn(error), "This is no model:"));
    return;
  }
  await judge();
}

// ---- what is to become of it

let trying = new AbortController();

/** Converts the first rows of each, so that what cannot be is known before anything is written. */
async function tryAll(): Promise<void> {
  trying.abort();
  trying = new AbortController();
  const { signal } = trying;
  for (const payload of [...payloads]) {
    if (payload.fault || !payload.look) continue;
    try {
      const trial = await converter.ask("try", { file: payload.file, choices: choicesFor(payload, settings()) }, { signal });
      if (signal.aborted) return;
      payload.objection = undefined;
      payload.beginning = trial.text;
      if (payload === selected) showTrial(trial);
    } catch (error) {
      if (signal.aborted) return;
      payload.objection = faultIn(error);
      if (payload === selected) showTrial(undefined);
    }
    showFiles();
  }
}

function showTrial(trial: { text: string | undefined; cut: boolean } | undefined): void {
  const { objection } = selected as Payload;
  const what = `It cannot become ${titleOf(settings().to)} as is asked:`;
  at("objection").replaceChildren(...(objection ? [faultView(objection, what)] : []));
  if (!trial) return at("trial").replaceChildren();
  if (trial.text === undefined) return at("trial").replaceChildren(element("p", { className: "hint" }, "The result is a binary file."));
  const text = element("pre", { tabIndex: 0, role: "region" }, trial.text, trial.cut ? "…" : "");
  text.setAttribute("aria-label", "The first rows as they will be written");
  at("trial").replaceChildren(element("p", { className: "hint" }, "The first rows as they will be written:"), text);
}

let settling: ReturnType<typeof setTimeout> | undefined;

/** Something else is asked for: what was said of it no longer holds. */
function settle(): void {
  clearTimeout(settling);
  settling = setTimeout(() => {
    for (const payload of payloads) payload.objection = undefined;
    void tryAll();
  }, PAUSE);
}

/** Convert is there for what can be converted, and says why where nothing can. */
function showGo(): void {
  const ready = payloads.filter(isReady);
  const refused = payloads.filter((payload) => payload.fault || payload.objection);
  const go = at<HTMLButtonElement>("go");
  go.disabled = ready.length === 0 || converting !== undefined;
  go.textContent = payloads.length > 1 ? `Convert ${spellCount(ready.length, "file")} and save` : "Convert and save";
  at("why").textContent = converting ? "" : reasonFor(ready.length, refused);
}

function isReady({ look, fault, objection }: Payload): boolean {
  return look !== undefined && !fault && !objection;
}

function reasonFor(ready: number, refused: readonly Payload[]): string {
  if (refused.length === 0) return ready === 0 && payloads.length > 0 ? "The file is being looked at." : "";
  const names = refused.map(({ file }) => file.name).join(", ");
  if (ready > 0) return `${names}: refused, and left out.`;
  return refused.some(({ fault }) => fault) ? `${names}: refused, so there is nothing to convert.` : `${names}: refused with these options.`;
}

async function convertReady(): Promise<void> {
  if (converting) return;
  converting = new AbortController();
  showGo();
  try {
    await convertAll(payloads.filter(isReady), settings(), converter, converting.signal, (payload) => {
      showFiles();
      if (payload === selected) showTrial(undefined);
    });
  } finally {
    converting = undefined;
    showGo();
  }
}

// ---- the start

fillFields();
watchFiles(at("drop"), at<HTMLInputElement>("file"), take);
at("go").onclick = () => void convertReady();
at("stop").onclick = () => converting?.abort();
at("server").onchange = () => void judge();
at("model").onchange = () => void takeModel();
for (const id of ["to", "dtype", "nan", "missing"]) at(id).onchange = settle;
for (const id of ["max-rows", "max-bytes", "names"]) at(id).oninput = settle;
for (const id of ["from", "delimiter", "encoding", "headless"])
  at(id).onchange = () => {
    for (const payload of payloads) begin(payload);
    if (selected) select(selected);
  };
addEventListener("beforeunload", (event) => {
  if (converting) event.preventDefault();
});
