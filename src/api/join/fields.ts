// Lines of a csv that a conversion has just written: commas between fields, line feeds behind records, and quotes, which are doubled within.
import { concat, decode, encode } from "../../columns/bytes.js";

const QUOTE = 0x22;
const LINE_FEED = 0x0a;

/** Where the records of a text begin, however it comes. */
class Records {
  #quoted = false;

  /** Places just behind the ends of records in this chunk. */
  *ends(chunk: Uint8Array): Generator<number, void, undefined> {
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i];
      if (byte === QUOTE) this.#quoted = !this.#quoted;
      else if (byte === LINE_FEED && !this.#quoted) yield i + 1;
    }
  }
}

/** The first record of a csv, with its line feed, and what is behind it. */
export async function firstRecord(
  chunks: AsyncIterator<Uint8Array>,
): Promise<{ record: Uint8Array; rest: AsyncGenerator<Uint8Array, void, undefined> }> {
  const records = new Records();
  const parts: Uint8Array[] = [];
  for (;;) {
    const { value, done } = await chunks.next();
    if (done) return { record: concat(parts), rest: behind(new Uint8Array(), chunks) };
    const [end] = records.ends(value);
    parts.push(value.subarray(0, end));
    if (end !== undefined) return { record: concat(parts), rest: behind(value.subarray(end), chunks) };
  }
}

async function* behind(first: Uint8Array, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (first.length > 0) yield first;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  } finally {
    await chunks.return?.();
  }
}

/** The fields of a record. */
export function fieldsOf(record: Uint8Array): string[] {
  const text = decode(record).replace(/\n$/, "");
  return [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? "");
}

/** A text as a field. */
export function fieldText(text: string): string {
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The records, each with this field before the others. */
export async function* withField(chunks: AsyncIterable<Uint8Array>, value: string): AsyncGenerator<Uint8Array, void, undefined> {
  const field = encode(`${fieldText(value)},`);
  const records = new Records();
  let begins = true;
  for await (const chunk of chunks) {
    const parts: Uint8Array[] = [];
    let from = 0;
    for (const end of records.ends(chunk)) {
      if (begins) parts.push(field);
      parts.push(chunk.subarray(from, end));
      from = end;
      begins = true;
    }
    if (from < chunk.length) {
      if (begins) parts.push(field);
      parts.push(chunk.subarray(from));
      begins = false;
    }
    yield concat(parts);
  }
}
