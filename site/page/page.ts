// The page: takes files, shows what is in them, tells what servers make of them, and converts them. What takes long is the workers'.
import { showContent, showReading } from "./content.js";
import { convertAll } from "./conversion.js";
import { faultIn } from "./desk.js";
import { at } from "./element.js";
import { fileLines } from "./file-list.js";
import { watchFiles } from "./intake.js";
import { judge, takeModel } from "./judgement.js";
import { spellCount } from "./numbers.js";
import type { Payload } from "./payload.js";
import { converter, session, surveyor } from "./session.js";
import { fillFields, readingFields, settings } from "./settings.js";
import { showTrial, tryAgain, tryAll } from "./trials.js";

const PAUSE = 400;

/** Ends the conversions that are under way. */
let converting: AbortController | undefined;
/** Files are surveyed one behind the other. */
let surveys: Promise<void> = Promise.resolve();

const settle = () => tryAgain(showFiles);

function take(files: readonly File[]): void {
  for (const file of files) {
    const payload: Payload = { file, stop: new AbortController(), stale: true, surveyed: 0, columns: new Map() };
    session.payloads.push(payload);
    begin(payload);
  }
  select(session.payloads.at(-files.length));
}

function select(payload: Payload | undefined): void {
  session.selected = payload;
  for (const id of ["content", "check", "convert"]) at(id).hidden = payload === undefined;
  showFiles();
  if (!payload) return;
  showContent(payload, settle);
  showTrial(payload);
  void tryAll(showFiles);
  void judge(settle);
}

let waiting: ReturnType<typeof setTimeout> | undefined;

/** Files are read in another way. `pause`: milliseconds in which nobody goes on typing. */
function readAgain(pause = 0): void {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    for (const payload of session.payloads) begin(payload);
    select(session.selected);
  }, pause);
}

function remove(payload: Payload): void {
  const { payloads } = session;
  payload.stop.abort();
  const place = payloads.indexOf(payload);
  payloads.splice(place, 1);
  if (session.selected === payload) select(payloads[place] ?? payloads[place - 1]);
  else showFiles();
  (document.querySelector<HTMLElement>("#files [aria-pressed=true]") ?? at("file")).focus();
}

/** Looks at the first rows at once, and reads the whole file as soon as those before it have been. */
function begin(payload: Payload): void {
  payload.stop.abort();
  payload.stop = new AbortController();
  // what is seen of the look stays until there is another: a page that jumps is hard to click on
  Object.assign(payload, {
    stale: true,
    inspection: undefined,
    fault: undefined,
    objection: undefined,
    failure: undefined,
    result: undefined,
    surveyed: 0,
  });
  const { signal } = payload.stop;
  const given = { file: payload.file, reading: readingFields() };
  const looking = converter.ask("look", given, { signal }).then(
    (look) => keep(payload, signal, { look, stale: false }),
    // whether it is at fault is for the survey to tell
    () => keep(payload, signal, { look: { form: undefined, names: undefined, rows: [] }, stale: false }),
  );
  void looking.then(() => tryAll(showFiles));
  surveys = surveys.then(() => survey(payload, given, signal));
}

async function survey(payload: Payload, given: { file: File; reading: object }, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const told = (surveyed: number) => {
    payload.surveyed = surveyed;
    if (payload === session.selected) showReading(payload);
  };
  try {
    keep(payload, signal, { inspection: await surveyor.ask("survey", given, { signal, told }) });
  } catch (error) {
    keep(payload, signal, { fault: faultIn(error) });
  }
  if (payload === session.selected) void judge(settle);
}

/** What has been found out of a payload; too late where it was taken away, or is read in another way. */
function keep(payload: Payload, signal: AbortSignal, found: Partial<Payload>): void {
  if (signal.aborted) return;
  Object.assign(payload, found);
  showFiles();
  if (payload !== session.selected) return;
  showContent(payload, settle);
  if (payload.fault) showTrial(payload);
}

function showFiles(): void {
  at("files").replaceChildren(...fileLines(session.payloads, session.selected, { select, remove }));
  at("files").hidden = session.payloads.length === 0;
  showGo();
}

/** Convert is there for what can be converted, and says why where nothing can. */
function showGo(): void {
  const { payloads } = session;
  const ready = payloads.filter(isReady);
  const go = at<HTMLButtonElement>("go");
  go.disabled = ready.length === 0 || converting !== undefined;
  go.textContent = payloads.length > 1 ? `Convert ${spellCount(ready.length, "file")} and save` : "Convert and save";
  const refused = payloads.filter((payload) => payload.fault || payload.objection || payload.failure);
  at("why").textContent = converting ? "" : reasonFor(ready.length, refused);
}

function isReady({ stale, fault, objection, failure }: Payload): boolean {
  return !stale && !fault && !objection && !failure;
}

function reasonFor(ready: number, refused: readonly Payload[]): string {
  if (refused.length === 0) return ready === 0 && session.payloads.length > 0 ? "The file is being looked at." : "";
  const names = refused.map(({ file }) => file.name).join(", ");
  if (ready > 0) return `${names}: refused, and left out.`;
  return refused.some(({ fault }) => fault)
    ? `${names}: refused, so there is nothing to convert.`
    : `${names}: refused with these options.`;
}

async function convertReady(): Promise<void> {
  if (converting) return;
  converting = new AbortController();
  surveyor.hold(true);
  showGo();
  try {
    await convertAll(session.payloads.filter(isReady), settings(), converter, converting.signal, (payload) => {
      showFiles();
      if (payload === session.selected && payload.failure) showTrial(payload);
    });
  } finally {
    converting = undefined;
    surveyor.hold(false);
    showGo();
  }
}

fillFields();
watchFiles(at("drop"), at<HTMLInputElement>("file"), take);
at("go").onclick = () => void convertReady();
at("stop").onclick = () => converting?.abort();
at("server").onchange = () => void judge(settle);
at("model").onchange = () => void takeModel(settle);
for (const id of ["to", "dtype", "nan", "missing"]) at(id).onchange = settle;
for (const id of ["max-rows", "max-bytes", "names"]) at(id).oninput = settle;
for (const id of ["from", "headless"]) at(id).onchange = () => readAgain();
for (const id of ["delimiter", "encoding"]) at(id).oninput = () => readAgain(PAUSE);
addEventListener("beforeunload", (event) => {
  if (converting) event.preventDefault();
});
