// A server that gives all cells of a tensor one dtype takes a frame of texts and numbers as records alone, and one of numbers as the tensor
// that it is. Which of the two a frame is, its first row tells; until that is there, the first bytes are held.

import { concat, decodeBytes } from "../columns/bytes.js";
import { type Choice, choose } from "../dialects/index.js";
import { coreScanner } from "../engine/index.js";
import { formOf } from "../envelope/detect.js";
import { Opening } from "../envelope/opening.js";
import type { Told } from "../envelope/payload.js";
import { Rewriter } from "../envelope/rewriter.js";
import type { Request } from "../options/request.js";
import type { Stage } from "./stage.js";

/** A first row that does not end in so many bytes is not looked at. */
const HEAD = 1 << 22;

/** The form, by its whole name, that frames of mixed columns become where only the dialect was named; undefined where that is no question. */
export function mixedForm(name: string, what: Request["what"]): string | undefined {
  const { forms, exact } = choose(name, false, what);
  if (exact || forms.some(({ layouts }) => layouts.includes("frame")) || !forms.some(({ oneKind }) => oneKind)) return undefined;
  return forms.find(({ layouts }) => layouts.every((layout) => layout === "records"))?.id;
}

/** Holds what comes first, until it is known whether it is a frame of mixed columns. */
export class Suiting implements Stage {
  readonly #from: Choice;
  readonly #create: (mixed: boolean) => Stage;
  #head: Uint8Array = new Uint8Array();
  #enough = 0;
  #stage: Stage | undefined;

  constructor(from: Choice, create: (mixed: boolean) => Stage) {
    this.#from = from;
    this.#create = create;
  }

  get told(): Told | undefined {
    return this.#stage?.told;
  }

  push(chunk: Uint8Array): void | Promise<void> {
    if (this.#stage) return this.#stage.push(chunk);
    // a chunk may be lent
    this.#head = this.#head.length === 0 ? Uint8Array.from(chunk) : concat([this.#head, chunk]);
    // looked at again when twice as much is there
    if (this.#head.length < this.#enough) return;
    this.#enough = 2 * this.#head.length;
    const mixed = isMixed(this.#from, this.#head);
    if (mixed !== undefined || this.#head.length > HEAD) return this.#begin(mixed ?? false).push(this.#head);
  }

  async end(): Promise<void> {
    if (!this.#stage) {
      const stage = this.#begin(isMixed(this.#from, this.#head) ?? false);
      if (this.#head.length > 0) await stage.push(this.#head);
    }
    await this.#stage?.end();
  }

  close(): void {
    this.#stage?.close();
  }

  #begin(mixed: boolean): Stage {
    this.#stage = this.#create(mixed);
    return this.#stage;
  }
}

/** Whether these are the first bytes of a frame with cells of several kinds in its first row; undefined where more of them must be seen. */
function isMixed(from: Choice, head: Uint8Array): boolean | undefined {
  try {
    const found = formOf(from, head);
    if (found && found.layout !== "frame") return false;
    const row = found && firstRow(from, head);
    return row === undefined ? undefined : kindsIn(row) > 1;
  } catch {
    return false; // what is wrong is told where the payload is read
  }
}

/** The text of the frame's first row; undefined where more must be seen. */
function firstRow(from: Choice, head: Uint8Array): string | undefined {
  const opened = new Opening().push(head, true);
  if (!opened) return undefined;
  const rewriter = new Rewriter(
    {
      from,
      to: undefined,
      columns: undefined,
      nan: undefined,
      typed: { dtype: undefined, cast: "error", batchRows: undefined, reuse: true, survey: true },
      renames: false,
      createScanner: coreScanner,
      write: () => {},
      warn: () => {},
    },
    opened.start,
  );
  try {
    rewriter.scanner.push(opened.chunk);
    if (rewriter.run() !== "cells") return undefined;
    return rowIn(decodeBytes(opened.chunk.subarray(rewriter.scanner.offset - opened.start)));
  } finally {
    rewriter.scanner.close();
  }
}

/** Behind the bracket that opens the rows: the first of them, as far as its own bracket. */
function rowIn(text: string): string | undefined {
  const token = /"(?:[^"\\]|\\.)*"|[[\]]/gs;
  let depth = 0;
  for (let found = token.exec(text)?.[0]; found !== undefined; found = token.exec(text)?.[0]) {
    if (found === "[") depth++;
    else if (found === "]" && --depth <= 0) return text.slice(0, token.lastIndex);
  }
  return undefined;
}

/** How many of texts, truths and numbers there are. */
function kindsIn(row: string): number {
  const others = row.replace(/"(?:[^"\\]|\\.)*"/gs, '"');
  return [/"/, /true|false/, /\d|NaN|Infinity/].filter((kind) => kind.test(others)).length;
}
