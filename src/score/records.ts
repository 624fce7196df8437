// The answers as one payload: a record for each row that was answered, in the order of the rows, and that in the form that was asked for.
import { type Duplex, pipeline, Readable } from "node:stream";
import { convert } from "../api/convert.js";
import { binaryForm } from "../binary/form.js";
import { encode } from "../columns/bytes.js";
import { choose } from "../dialects/index.js";
import { membersOf } from "../engine/members.js";
import { TransloadError } from "../errors.js";
import type { ConvertOptions } from "../options/convert.js";
import type { Members } from "./beside.js";
import { checkNames, type RefusedRows } from "./retrying.js";

/** What was answered for a run of rows. */
export interface AnsweredRows {
  readonly first: number;
  readonly rows: number;
  readonly names: readonly string[];
  readonly lines: string;
  /** Rows among these that have no line. */
  readonly refused: readonly RefusedRows[];
}

/** How the answers are written. */
export type ScoreTarget = Pick<ConvertOptions, "to" | "nan" | "codec" | "rowGroupRows" | "spillDir" | "signal" | "onWarning">;

/**
 * JSON Lines of the answers, with what stands beside them.
 * @throws TransloadError E_ANSWER where the answers have not all the same columns; E_REFUSED where there is none; E_DUPLICATE; E_INDEX.
 */
export async function* recordChunks(
  answers: AsyncIterable<AnsweredRows>,
  beside: AsyncIterator<Members>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let names: readonly string[] | undefined;
  let any = false;
  let refused: RefusedRows | undefined;
  try {
    for await (const answer of answers) {
      any = true;
      refused ??= answer.refused[0];
      if (answer.lines !== "" && names) checkNames(names, answer.names);
      for await (const text of joined(answer, beside)) {
        if (!names) checkUnique(text);
        names = answer.names;
        yield encode(text);
      }
    }
  } finally {
    await beside.return?.();
  }
  if (!any) throw new TransloadError("E_EMPTY", "the payload has no rows, so there is nothing to send");
  if (!names) throw everyRowRefused(refused);
}

/** No row has a prediction; what the server said of the first is told. */
export function everyRowRefused(first: RefusedRows | undefined, listed?: string): TransloadError {
  const said = first?.said ? `: ${first.said}` : "";
  const answers = first ? `; the server answers ${first.status}${said}` : "";
  const list = listed === undefined ? "" : `; ${listed} lists the rows`;
  return new TransloadError("E_REFUSED", `every row was refused, so there are no predictions to write${answers}${list}`);
}

/** @throws TransloadError E_DUPLICATE for a column beside the predictions that is called as one of them. */
function checkUnique(text: string): void {
  checkApart(membersOf(text.slice(0, text.indexOf("\n"))).map(([name]) => name));
}

/** @throws TransloadError E_DUPLICATE where two of the columns have one name. */
export function checkApart(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw new TransloadError(
      "E_DUPLICATE",
      `the predictions and what stands beside them both have a column ${JSON.stringify(twice)}; give the payload's another name`,
    );
}

/** Characters of records that are put together at a time. Of more, what is garbage soon outlives the collector's first look, and memory grows. */
const TOGETHER = 1 << 14;

async function* joined(
  { first, rows, lines, refused }: AnsweredRows,
  beside: AsyncIterator<Members>,
): AsyncGenerator<string, void, undefined> {
  let text = "";
  let at = 0;
  let gone = 0;
  for (let row = first; row < first + rows; row++) {
    const { value, done } = await beside.next();
    if (done)
      throw new TransloadError("E_INDEX", `the payload has ${row} rows when it is read again, and had more; read it when it is complete`);
    while (gone < refused.length && row >= end(refused[gone] as RefusedRows)) gone++;
    if (gone < refused.length && row >= (refused[gone] as RefusedRows).first) continue;
    const next = lines.indexOf("\n", at) + 1;
    text += `{${value}${lines.slice(at + 1, next)}`;
    at = next;
    if (text.length >= TOGETHER) {
      yield text;
      text = "";
    }
  }
  if (text !== "") yield text;
}

function end({ first, rows }: RefusedRows): number {
  return first + rows;
}

/** These records in another form. */
export function formed(chunks: AsyncIterable<Uint8Array>, target: ScoreTarget): Duplex {
  const stream = convert(targetOf(target));
  // what fails is the stream's error
  return pipeline(Readable.from(chunks, { objectMode: false }), stream, () => {});
}

/**
 * The conversion from the records to what was asked for: of a dialect that has answers, an answer of its own.
 * @throws TransloadError E_DIALECT for an unknown form.
 */
export function targetOf({ to, ...target }: ScoreTarget): ConvertOptions {
  return { ...target, from: "jsonl:records", to, what: binaryForm(to) || !isAnswer(to) ? "request" : "response", fixed: true };
}

function isAnswer(to: string): boolean {
  try {
    return choose(to, false, "response") !== undefined;
  } catch {
    choose(to);
    return false;
  }
}
