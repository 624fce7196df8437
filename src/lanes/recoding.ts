// What an input goes through before anything else sees it, where it is asked for: text that is not UTF-8, and what delimited files have
// that readers do not know. Nothing here is Node's.

import { type BinaryForm, binaryAt, binaryForm } from "../binary/form.js";
import { concat } from "../columns/bytes.js";
import { choose } from "../dialects/index.js";
import { withoutOffset } from "../engine/fault.js";
import type { Told } from "../envelope/payload.js";
import { optionText, TransloadError } from "../errors.js";
import { type Exotic, ExoticLines } from "../io/exotic-lines.js";
import { foreignAt } from "../io/foreign.js";
import { ENOUGH } from "../io/peek.js";
import { type Recoder, recoderOf } from "../io/recode.js";
import type { ReadRequest } from "../options/request.js";
import type { Stage } from "./stage.js";

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** @throws TransloadError E_OPTION for a binary file, which has no encoding. */
export function refuseEncoded(form: BinaryForm | undefined, encoding: string | undefined): void {
  if (form && encoding !== undefined)
    throw new TransloadError("E_OPTION", `${form.about} is no text and has no encoding; leave out ${optionText("encoding", encoding)}`);
}

/** What the first bytes say of the encoding. */
const MARKS: readonly (readonly [string, readonly number[]])[] = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/**
 * What is to be done with the input, and what is asked of those who read what comes of it. No recoding where there is nothing to do.
 * @throws TransloadError E_OPTION for lines to be left out of what is no delimited file.
 */
export function prepared<Asked extends Pick<ReadRequest, "from" | "what" | "encoding" | "rows">>(
  request: Asked,
): { recoding: Recoding | undefined; request: Asked } {
  const { encoding, rows } = request;
  const name = EXOTIC.find((option) => rows[option] !== undefined);
  if (encoding === undefined && name === undefined) return { recoding: undefined, request };
  if (name !== undefined) checkDelimited(request, name);
  const { encoding: _, ...left } = request;
  const others = Object.fromEntries(Object.entries(rows).filter(([option]) => !EXOTIC.includes(option as (typeof EXOTIC)[number])));
  return { recoding: new Recoding(encoding, name && rows), request: { ...left, rows: others } as Asked };
}

const EXOTIC = ["skipLines", "comment", "escape"] as const;

/** @throws TransloadError E_OPTION for a form that is no delimited file. */
function checkDelimited({ from, what }: Pick<ReadRequest, "from" | "what">, option: string): void {
  const delimited =
    !binaryForm(from) && choose(from, true, what).forms.every(({ layouts }) => layouts.every((layout) => layout === "delimited"));
  if (!delimited)
    throw new TransloadError("E_OPTION", `${optionText(option)} is for delimited files; name such a form: ${optionText("from", "csv")}`);
}

/** The bytes of one input as readers know them. */
export class Recoding {
  /** By its own name; undefined for UTF-8. */
  readonly encoding: string | undefined;
  readonly #recoder: Recoder | undefined;
  readonly #lines: ExoticLines | undefined;
  #head: Uint8Array | undefined;
  #fault: unknown;
  /** Some byte has become another. */
  changed = false;

  constructor(encoding: string | undefined, exotic?: Exotic) {
    this.encoding = encoding;
    this.#recoder = encoding === undefined ? undefined : recoderOf(encoding);
    this.#lines = exotic && new ExoticLines(exotic);
    // whose first bytes tell whether they can be of the encoding
    this.#head = this.#recoder && new Uint8Array();
  }

  /** The chunks in UTF-8; of a chunk that is lent, they are lent. @throws TransloadError E_ENCODING; E_OPTION for a binary file. */
  async *of(chunks: Chunks): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of chunks) yield* this.push(chunk);
    yield* this.end();
  }

  *push(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
    if (!this.#head) return yield* this.#guard(chunk);
    this.#head = concat([this.#head, chunk]);
    if (this.#head.length >= ENOUGH) yield* this.#open(this.#head);
  }

  *end(): Generator<Uint8Array, void, undefined> {
    if (this.#head) yield* this.#open(this.#head);
    yield* this.#guard(undefined);
  }

  /** What was thrown on the way: other offsets than ours are those of a text that nobody has seen. Lines and rows are the input's. */
  honest(error: unknown): unknown {
    return error === this.#fault ? error : withoutOffset(error);
  }

  *#open(head: Uint8Array): Generator<Uint8Array, void, undefined> {
    this.#head = undefined;
    refuseEncoded(binaryAt(head), this.encoding);
    const packed = foreignAt(head);
    // an encoding that has a letter for every byte would take it for text
    if (packed && packed !== "more")
      throw new TransloadError("E_ENCODING", `the input is ${packed.name}, and no text of ${this.encoding}; expand it first`);
    const mark = MARKS.find(([, bytes]) => bytes.every((byte, i) => head[i] === byte))?.[0];
    if (mark !== undefined && mark !== this.encoding) throw this.#mistaken(mark);
    yield* this.#guard(head);
  }

  *#guard(chunk: Uint8Array | undefined): Generator<Uint8Array, void, undefined> {
    try {
      if (!chunk) return this.#recoder?.end();
      for (const text of this.#recoder?.push(chunk) ?? [chunk]) {
        this.changed ||= text !== chunk;
        const left = this.#lines?.push(text) ?? text;
        if (left.length > 0) yield left;
      }
    } catch (error) {
      this.#fault = error;
      throw error;
    }
  }

  #mistaken(mark: string): TransloadError {
    const remedy = mark === "utf-8" ? `leave out ${optionText("encoding", this.encoding)}` : `${optionText("encoding", mark)} reads it`;
    this.#fault = new TransloadError("E_ENCODING", `the input begins with the byte-order mark of ${mark}; ${remedy}`, { offset: 0 });
    return this.#fault as TransloadError;
  }
}

/** What comes of the text; errors have no offsets that are none of the input. */
export async function* honestly<T>(recoding: Recoding, made: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  try {
    yield* made;
  } catch (error) {
    throw recoding.honest(error);
  }
}

/** A conversion of such an input. */
export class RecodedStage implements Stage {
  readonly #recoding: Recoding;
  readonly #stage: Stage;

  constructor(recoding: Recoding, stage: Stage) {
    this.#recoding = recoding;
    this.#stage = stage;
  }

  get told(): Told | undefined {
    return this.#stage.told;
  }

  get enough(): boolean {
    return this.#stage.enough ?? false;
  }

  push(chunk: Uint8Array): Promise<void> {
    return this.#take(this.#recoding.push(chunk));
  }

  async end(): Promise<void> {
    await this.#take(this.#recoding.end());
    try {
      await this.#stage.end();
    } catch (error) {
      throw this.#recoding.honest(error);
    }
  }

  close(): void {
    this.#stage.close();
  }

  async #take(texts: Iterable<Uint8Array>): Promise<void> {
    try {
      for (const text of texts) {
        const wait = this.#stage.push(text);
        if (wait) await wait;
      }
    } catch (error) {
      throw this.#recoding.honest(error);
    }
  }
}
