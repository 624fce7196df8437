// Payloads one behind the other in one input: lines that are each a whole payload (what `--lines` writes), and documents that were
// put together (cat a.json b.json).
//
// In JSON a brace that opens never follows one that closes, but for white space: between two values there is a comma. In a string a quote stands
// behind a backslash. So a closing brace, an opening one, and the key of a payload's in quotes tell the start of another document, wherever they
// stand, and nothing else of the text need be looked at.
import { concat, decode, decodeBytes, encode } from "../columns/bytes.js";
import { type Choice, choose, type Dialect, dialectOf, FRAME_KEYS, formsAt, told, type What } from "../dialects/index.js";
import { membersOf, objectEnd } from "../engine/members.js";
import { type Found, fileForm, formOf } from "../envelope/detect.js";

const OPEN = 0x7b; /* { */
const CLOSE = 0x7d; /* } */
const LINE_FEED = 0x0a;
const SPACE = 0x20;
/** A key of a payload's is no longer. */
const LONGEST = 1 << 8;
/** So many bytes of a pipe are seen before it is read as one payload. */
const LOOKED_AT = 1 << 16;
const FIRST_KEY = /^\{[ \n\r\t]*"([^"\\]{1,80})"[ \n\r\t]*:/;

/** One of the payloads: its bytes, to be read before the next is asked for. */
export interface Document {
  readonly chunks: AsyncGenerator<Uint8Array, void, undefined>;
  /** What of the input stands before it: bytes, whole lines, and bytes of the line that it begins in. */
  readonly before: Before;
}

export interface Before {
  readonly bytes: number;
  readonly lines: number;
  readonly columns: number;
}

/** The keys that a payload may begin with. */
export function payloadKeys(what: What): ReadonlySet<string> {
  return new Set([...told(what).flatMap(keysOf), ...FRAME_KEYS]);
}

function keysOf({ forms, params, siblings }: Dialect): string[] {
  return [...forms.flatMap(({ key }) => key ?? []), ...(params === undefined ? [] : [params]), ...siblings];
}

/**
 * Whether the first line of a text of lines, which begins so, is a whole payload and no record: all of its members are one payload's, and one holds
 * rows. A line of which only the beginning is there is judged by its first key.
 */
export function isPayloadLine(head: Uint8Array, what: What): boolean {
  const end = head.indexOf(LINE_FEED);
  const line = decode(end < 0 ? head : head.subarray(0, end))
    .replace(/^\ufeff/, "")
    .trimStart();
  if (!startsPayload(encode(line), payloadKeys(what))) return false;
  const choice = choose("auto", true, what);
  const found = formIn(choice, head);
  if (found === "either" || !found) return found === "either";
  const close = objectEnd(line, 0);
  if (close === undefined) return end < 0;
  const names = namesBeside(found, choice);
  const members = membersOf(line.slice(0, close));
  // a column may be called data
  if (found.form.key === undefined && !["columns", "data"].every((key) => members.some(([name]) => name === key))) return false;
  return members.every(([name, value]) => (name === found.form.key || FRAME_KEYS.includes(name) ? /^[[{n]/.test(value) : names.has(name)));
}

/** The form of a payload that begins so; `either` where it may be one of two. */
function formIn(choice: Choice, head: Uint8Array): Found | "either" | undefined {
  try {
    return formOf(choice, head);
  } catch {
    return "either";
  }
}

/** What may stand beside the rows of this form, to any dialect whose rows may stand under its key. */
function namesBeside({ form, layout }: Found, { forms }: Choice): ReadonlySet<string> {
  const alike = form.key === undefined ? [form] : formsAt(forms, form.key).filter(({ layouts }) => layouts.includes(layout));
  return new Set(alike.map(dialectOf).flatMap(({ params, siblings }) => [...siblings, ...(params === undefined ? [] : [params])]));
}

/**
 * Whether an input that is read as this, and begins so, holds several payloads, one behind the other, as far as these bytes tell. `named`: somebody
 * said what it is, and did not mean payloads by it.
 */
export function isSeveral(from: string, head: Uint8Array, what: What, named: boolean): boolean {
  const found = fileForm(choose(from, true, what), head);
  if (found) return !named && found.layouts.includes("lines") && isPayloadLine(head, what);
  return anotherIn(head, payloadKeys(what)) !== undefined;
}

/** Of what passes but once, whether more is to be seen before it is known for one payload: until that is as much as it should be, or beyond its end. */
export function mayHoldSeveral(head: Uint8Array): boolean {
  if (head.find((byte) => byte > SPACE) !== OPEN) return false;
  return head.length < LOOKED_AT || isWhole(head);
}

/** These bytes are a whole object, so that what comes next is behind it. */
function isWhole(head: Uint8Array): boolean {
  let end = head.length;
  while (end > 0 && (head[end - 1] as number) <= SPACE) end--;
  if (head[end - 1] !== CLOSE) return false;
  const text = decodeBytes(head.subarray(0, end)).trimStart();
  return objectEnd(text, 0) === text.length;
}

/** Where another payload begins in a text, of which these are the first bytes. */
function anotherIn(head: Uint8Array, keys: ReadonlySet<string>): number | undefined {
  let last = 0;
  let from = 0;
  for (let at = head.indexOf(OPEN); at >= 0; at = head.indexOf(OPEN, at + 1)) {
    for (let i = at - 1; i >= from; i--)
      if ((head[i] as number) > SPACE) {
        last = head[i] as number;
        break;
      }
    from = at;
    if (last === CLOSE && startsPayload(head.subarray(at), keys)) return at;
  }
  return undefined;
}

/** Whether a payload begins with these bytes, as far as its first key tells. */
export function startsPayload(bytes: Uint8Array, keys: ReadonlySet<string>): boolean {
  const key = FIRST_KEY.exec(decodeBytes(bytes.subarray(0, LONGEST)))?.[1];
  return key !== undefined && keys.has(key);
}

/** The payloads in these chunks, one behind the other; what is no object is one. Chunks must be the caller's to keep. */
export async function* documentsIn(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  what: What,
): AsyncGenerator<Document, void, undefined> {
  const cutter = new Cutter(chunks, payloadKeys(what));
  try {
    do {
      const own = cutter.document();
      yield own;
      for await (const _ of own.chunks); // what the caller left
    } while (cutter.another);
  } finally {
    await cutter.close();
  }
}

class Cutter {
  /** The next bytes belong to another document. */
  another = false;
  readonly #iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  readonly #keys: ReadonlySet<string>;
  #rest: Uint8Array = new Uint8Array();
  #ended = false;
  /** The last byte before `rest` that is no white space. */
  #last = 0;
  #bytes = 0;
  #lines = 0;
  #lineAt = 0;

  constructor(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, keys: ReadonlySet<string>) {
    this.#iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
    this.#keys = keys;
  }

  document(): Document {
    this.another = false;
    const before = { bytes: this.#bytes, lines: this.#lines, columns: this.#bytes - this.#lineAt };
    return { before, chunks: this.#chunks() };
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  async *#chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    while (!this.another) {
      const more = await this.#fill();
      const { end, another } = this.#look(!more);
      const own = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end);
      this.another = another;
      if (own.length > 0) {
        this.#count(own);
        yield own;
      }
      if (!more && !another) return;
    }
  }

  /** Takes another chunk, behind what is left of the last. */
  async #fill(): Promise<boolean> {
    if (this.#ended) return false;
    const { value, done } = await this.#iterator.next();
    this.#ended = done ?? false;
    if (value) this.#rest = this.#rest.length > 0 ? concat([this.#rest, value]) : value;
    return !this.#ended;
  }

  /** How much of what is there belongs to this document, and whether another begins behind it. `all`: nothing more will come. */
  #look(all: boolean): { end: number; another: boolean } {
    const bytes = this.#rest;
    for (let at = bytes.indexOf(OPEN); at >= 0; at = bytes.indexOf(OPEN, at + 1)) {
      if (this.#before(at) !== CLOSE) continue;
      const text = decodeBytes(bytes.subarray(at, at + LONGEST));
      const key = FIRST_KEY.exec(text)?.[1];
      if (key !== undefined && this.#keys.has(key)) {
        this.#last = 0;
        return { end: at, another: true };
      }
      if (key === undefined && text.length < LONGEST && !all) return this.#judged(at);
    }
    return this.#judged(bytes.length);
  }

  #judged(end: number): { end: number; another: boolean } {
    this.#last = this.#before(end);
    return { end, another: false };
  }

  /** The byte before this one that is no white space. */
  #before(at: number): number {
    for (let i = at - 1; i >= 0; i--) if ((this.#rest[i] as number) > SPACE) return this.#rest[i] as number;
    return this.#last;
  }

  #count(own: Uint8Array): void {
    for (let at = own.indexOf(LINE_FEED); at >= 0; at = own.indexOf(LINE_FEED, at + 1)) {
      this.#lines++;
      this.#lineAt = this.#bytes + at + 1;
    }
    this.#bytes += own.length;
  }
}
