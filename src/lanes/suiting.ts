// A server that gives all cells of a tensor one dtype takes a frame of texts and numbers as records, or as columns, alone, and one of numbers
// as the tensor that it is. Which of the two a frame is, its first row tells; until that is there, the first bytes are held.
import { concat, decodeBytes } from "../columns/bytes.js";
import type { ColumnPick } from "../columns/column-pick.js";
import type { RowSet } from "../columns/row-set.js";
import type { Choice } from "../dialects/index.js";
import { cargoStart } from "../envelope/cargo-start.js";
import { formOf } from "../envelope/detect.js";
import type { Told } from "../envelope/payload.js";
import type { Stage } from "./stage.js";

/** A first row that does not end in so many bytes is not looked at. */
const HEAD = 1 << 22;

/** Whether a frame would be a tensor there whose cells are given one dtype. */
export function mindsKinds({ forms }: Choice): boolean {
  if (forms.some(({ layouts }) => layouts.includes("frame"))) return false;
  return forms.some(({ layouts, oneKind, oneDtype }) => layouts.includes("tensor") && (oneKind || oneDtype));
}

/** Rows and columns that are wanted, of those that there are. */
interface Wanted {
  readonly rows: RowSet | undefined;
  readonly columns: ColumnPick | undefined;
}

/** Holds what comes first, until it is known whether it is a frame of mixed columns. */
export class Suiting implements Stage {
  readonly #from: Choice;
  readonly #wanted: Wanted;
  readonly #create: (mixed: boolean) => Stage;
  #head: Uint8Array = new Uint8Array();
  #enough = 0;
  #stage: Stage | undefined;

  constructor(from: Choice, wanted: Wanted, create: (mixed: boolean) => Stage) {
    this.#from = from;
    this.#wanted = wanted;
    this.#create = create;
  }

  get told(): Told | undefined {
    return this.#stage?.told;
  }

  get enough(): boolean {
    return this.#stage?.enough ?? false;
  }

  push(chunk: Uint8Array): void | Promise<void> {
    if (this.#stage) return this.#stage.push(chunk);
    // a chunk may be lent
    this.#head = this.#head.length === 0 ? Uint8Array.from(chunk) : concat([this.#head, chunk]);
    // looked at again when twice as much is there
    if (this.#head.length < this.#enough) return;
    this.#enough = 2 * this.#head.length;
    const mixed = isMixed(this.#from, this.#wanted, this.#head);
    if (mixed !== undefined || this.#head.length > HEAD) return this.#begin(mixed ?? false).push(this.#head);
  }

  async end(): Promise<void> {
    if (!this.#stage) {
      const stage = this.#begin(isMixed(this.#from, this.#wanted, this.#head) ?? false);
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

/** Whether these are the first bytes of a frame with cells of several kinds in a row; undefined where more of them must be seen. */
function isMixed(from: Choice, { rows: set, columns: pick }: Wanted, head: Uint8Array): boolean | undefined {
  try {
    const found = formOf(from, head);
    if (found && found.layout !== "frame") return false;
    const start = found && cargoStart(from, head);
    // the text of the frame's rows, behind the bracket that opens them; undefined where they have not begun
    const rows = start && decodeBytes(head.subarray(start.offset));
    const places = start?.columns && pick?.places(start.columns);
    return rows === undefined ? undefined : mixedIn(rows, set, places);
  } catch {
    return false; // what is wrong is told where the payload is read
  }
}

/** Whether there are several kinds of cells: the first row tells, and where it has a null, the next ones, too. */
function mixedIn(rows: string, set: RowSet | undefined, places: readonly number[] | undefined): boolean | undefined {
  // a text that does not end has no brackets, either
  const token = /"(?:[^"\\]|\\.)*(?:"|\\?$)|[[\]]/gs;
  let depth = 0;
  let from = 0;
  let number = 0;
  const kinds = new Set<string>();
  for (let found = token.exec(rows)?.[0]; found !== undefined; found = token.exec(rows)?.[0]) {
    if (found === "[") depth++;
    if (found !== "]" || --depth > 0) continue;
    if (depth < 0) return false;
    const text = rows.slice(from, token.lastIndex);
    from = token.lastIndex;
    if (set && set.runFrom(number)?.from !== number++) continue;
    const row = (places ? cellsAt(text, places) : text).replace(/"(?:[^"\\]|\\.)*"/gs, '"');
    for (const [kind, looks] of KINDS) if (looks.test(row)) kinds.add(kind);
    if (kinds.size > 1) return true;
    if (!row.includes("null")) return false;
  }
  return undefined;
}

/** The texts of these cells of a row, which stands behind a comma unless it is the first; brackets in a cell make it no scalar. */
function cellsAt(text: string, places: readonly number[]): string {
  const cells = [...text.slice(text.indexOf("[") + 1, -1).matchAll(/(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\]|[^,])+/gs)].map(([cell]) => cell);
  return places.map((place) => cells[place] ?? "").join();
}

/** What a row with texts, truths or numbers has, once its texts are quotes alone. */
const KINDS: readonly (readonly [kind: string, looks: RegExp])[] = [
  ["text", /"/],
  ["truth", /true|false/],
  ["number", /\d|NaN|Infinity/],
];
