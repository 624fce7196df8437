// What is known of a document before its rows are read in parts: what stands around them, and what is written around them.
import { concat, encode } from "../columns/bytes.js";
import { DEFINITIONS } from "../dialects/index.js";
import { isCut } from "../dialects/needs.js";
import { rowIndex } from "../envelope/row-index.js";
import { isTransfer } from "../lanes/exchange.js";
import type { Request } from "../options/request.js";
import { type Around, aroundRows, standsAlone } from "./around.js";
import type { RowLook } from "./boundary.js";
import { convertPart, type Errand, type Outcome } from "./part.js";

/** The head of a document, as a part has it. */
export interface Head {
  readonly bytes: Uint8Array;
  /** What is written for it, up to where the next row would be. */
  readonly written: Uint8Array;
}

export interface Plan {
  /** What is asked of the document. */
  readonly errand: Errand;
  /** What is asked of a stretch that others follow: no labels are made for it. */
  readonly bare: Errand;
  readonly look: RowLook;
  /** Up to and with the first rows. */
  readonly first: Head;
  /** The same without a frame's labels, which may be many. */
  readonly others: Head;
  /** Closes the brackets that are open behind a row. */
  readonly tail: Uint8Array;
  readonly ending: Ending;
  /** What is written behind the rows of such a stretch. */
  readonly bareEnding: Uint8Array;
  /** What is written does not depend on what is yet to come: of records, a later one may bring a key. */
  readonly steady: boolean;
  /** What came of the head, closed. */
  readonly outcome: Outcome;
}

/** What is written behind the last row. */
export interface Ending {
  /** Where labels are made, a comma is its end. */
  readonly before: Uint8Array;
  /** Labels are made: as many as there are rows. */
  readonly labelled: boolean;
  readonly after: Uint8Array;
}

/** Whether all that a row becomes is told by the head and by itself. */
export function goesInParts(request: Request): boolean {
  const { typed, target, pieces, run } = request;
  const alone = standsAlone(request) && !target.index?.startsWith("column:");
  const text = !isTransfer(request) && typed.dtype === undefined && !typed.through?.length;
  const all = !request.rows.picked && !request.rows.choice;
  return alone && all && text && !isCut(pieces) && run.engine !== "reference";
}

/** The plan for an open file; undefined where its rows are not read in parts. */
export async function planFor(fd: number, size: number, request: Request): Promise<Plan | undefined> {
  const around = aroundRows(fd, size, request, 0);
  return around && measured(around, errandOf(request));
}

/** Callbacks stay here. */
function errandOf({ run: { spillDir }, ...request }: Request): Errand {
  return { request: { ...request, run: spillDir === undefined ? {} : { spillDir } }, definitions: DEFINITIONS };
}

/**
 * What is written around the rows, seen in three payloads, of which two have a row more than the one before. Undefined where that does not tell,
 * as what is written before or behind a row depends on it.
 */
async function measured({ look, first, others, another, tail }: Around, errand: Errand): Promise<Plan | undefined> {
  const made = (...parts: Uint8Array[]) => convertedBy(errand, concat(parts));
  const [none, one, two] = [await made(others, tail), await made(others, another, tail), await made(others, another, another, tail)];
  const whole = others === first ? none : await made(first, tail);
  const { outcome } = none;
  const runs = [none, one, two] as const;
  const plain = endingOf(runs.map(({ text }) => ({ text, labels: undefined })));
  const ending = plain ?? endingOf(runs.map(({ text, outcome }) => ({ text, labels: labelText(outcome.rows) })));
  const behind = ending && endingText(ending, outcome.rows);
  if (!behind || outcome.torn || !endsWith(whole.text, behind)) return undefined;
  const head = (bytes: Uint8Array, text: Uint8Array) => ({ bytes, written: text.subarray(0, text.length - behind.length) });
  const heads = { first: head(first, whole.text), others: head(others, none.text) };
  const bare = ending.labelled ? withoutLabels(errand) : errand;
  const bareEnding = ending.labelled ? concat([ending.before.subarray(0, -1), ending.after]) : behind;
  const { text } = bare === errand ? none : await convertedBy(bare, concat([others, tail]));
  if (!same(text, concat([heads.others.written, bareEnding]))) return undefined;
  // what is refused otherwise is refused by whoever goes on
  const fixed = errand.request.rows.fixed === true;
  const steady = fixed || look.kind === "fields" || (look.kind === "values" && look.members !== undefined);
  return { errand, bare, look, ...heads, tail, ending, bareEnding, steady, outcome: whole.outcome };
}

async function convertedBy(errand: Errand, part: Uint8Array<ArrayBuffer>): Promise<{ outcome: Outcome; text: Uint8Array }> {
  const written: Uint8Array[] = [];
  const outcome = await convertPart({ bytes: part }, errand, (bytes) => written.push(Uint8Array.from(bytes)));
  return { outcome, text: concat(written) };
}

function withoutLabels({ request, definitions }: Errand): Errand {
  return { request: { ...request, target: { ...request.target, index: "drop" } }, definitions };
}

interface Run {
  readonly text: Uint8Array;
  /** The text of the labels that are made, where some are. */
  readonly labels: Uint8Array | undefined;
}

function endingOf(runs: readonly Run[]): Ending | undefined {
  const places = runs.map(({ text, labels }) =>
    labels ? Buffer.from(text.buffer, text.byteOffset, text.length).lastIndexOf(labels) : text.length,
  );
  if (places.some((at) => at < 0)) return undefined;
  const cut = runs.map(({ text, labels }, i) => ({
    upTo: text.subarray(0, places[i]),
    after: text.subarray((places[i] as number) + (labels?.length ?? 0)),
  }));
  const [none, one, two] = cut as [(typeof cut)[0], (typeof cut)[0], (typeof cut)[0]];
  const begun = commonStart(none.upTo, one.upTo);
  const before = none.upTo.slice(begun);
  const grown = one.upTo.length - none.upTo.length;
  const alike =
    grown > 0 &&
    two.upTo.length === one.upTo.length + grown &&
    cut.every(({ upTo, after }) => endsWith(upTo, before) && commonStart(upTo, none.upTo) >= begun && same(after, none.after));
  return alike ? { before, labelled: runs[0]?.labels !== undefined, after: none.after.slice() } : undefined;
}

/** What is written behind so many rows. */
function endingText({ before, labelled, after }: Ending, rows: number): Uint8Array {
  return concat([before, ...(labelled ? [labelText(rows)] : []), after]);
}

export function labelText(rows: number): Uint8Array {
  return encode([...rowIndex(0, rows)].join(""));
}

function endsWith(bytes: Uint8Array, end: Uint8Array): boolean {
  return bytes.length >= end.length && same(bytes.subarray(bytes.length - end.length), end);
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function commonStart(a: Uint8Array, b: Uint8Array): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  return at;
}
