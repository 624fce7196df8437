// Requests: pieces of the payload, each whole in memory, so that it can be sent again, or cut.
import { split } from "../api/split.js";
import { concat } from "../columns/bytes.js";
import { type Choice, choose } from "../dialects/index.js";
import { formOf } from "../envelope/detect.js";
import type { Source } from "../io/source.js";
import type { ConvertOptions } from "../options/convert.js";

/** A request, and the rows that it asks about. */
export interface Part {
  /** Counts from 0, in the order of the rows. */
  readonly number: number;
  /** Row of the payload that it begins with. */
  readonly first: number;
  readonly rows: number;
  readonly body: Uint8Array;
}

/** The payload as requests; what has no rows is none. */
export async function* partsOf(source: Source, options: ConvertOptions): AsyncGenerator<Part, void, undefined> {
  let number = 0;
  for await (const piece of split(source, options)) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of piece) chunks.push(chunk);
    if (piece.rows > 0) yield { number: number++, first: piece.firstRow, rows: piece.rows, body: concat(chunks) };
  }
}

/** The same rows in requests of at most so many. `to`: the dialect, or form, that they are written in. */
export async function cut(part: Part, to: string, maxRows: number): Promise<Part[]> {
  const choice = choose(to, true);
  const form = exactForm(choice, part.body);
  const smaller: Part[] = [];
  for await (const { first, rows, body } of partsOf(part.body, { from: form, to: form, maxRows }))
    smaller.push({ number: part.number, first: part.first + first, rows, body });
  return smaller;
}

/** A request as it was written has one form, which a smaller one keeps. */
function exactForm(choice: Choice, body: Uint8Array): string {
  return choice.exact ? choice.name : (formOf(choice, body)?.form.id ?? choice.name);
}
