// Arrow's messages, as they lie in a file or follow each other in a stream (arrow/format, Message.fbs and File.fbs).
import { decodeBytes } from "../../columns/bytes.js";
import { TransloadError } from "../../errors.js";
import type { RandomAccess } from "../../io/store.js";
import { Table } from "./flat.js";
import { type ArrowSchema, schemaOf } from "./schema.js";

/** A batch of rows, or of a dictionary's cells, and where its buffers are. */
export interface Message {
  readonly kind: "rows" | "dictionary";
  readonly header: Table;
  /** Unions of old have a buffer more. */
  readonly version: number;
  readonly body: { readonly from: number; readonly to: number };
}

export interface Opened {
  readonly schema: ArrowSchema;
  /** All of them, in their order; dictionaries before those that need them. */
  readonly messages: AsyncGenerator<Message, void, undefined>;
}

const MAGIC = "ARROW1";
/** Behind a file's footer: its length, and the magic. */
const TRAILER = 4 + MAGIC.length;
const [SCHEMA, DICTIONARY, ROWS] = [1, 2, 3];

/**
 * A file, or a stream, up to its first batch.
 * @throws TransloadError E_TRUNCATED for a file that does not end as it should, E_FORM for Feather of old, RangeError and Error for others.
 */
export async function openMessages(file: RandomAccess): Promise<Opened> {
  const start = decodeBytes(await file.read(0, MAGIC.length));
  if (start.startsWith("FEA1"))
    throw new TransloadError(
      "E_FORM",
      "the file is Feather version 1, which is not read; write it again as version 2, which is Arrow's file format: pandas.read_feather(…).to_feather(…)",
    );
  return start === MAGIC ? openFile(file) : openStream(file);
}

/** The schema of a message that stands by itself. @throws RangeError, or Error, where it is none. */
export function schemaIn(bytes: Uint8Array): ArrowSchema {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const message = Table.of(bytes.subarray(view.getInt32(0, true) === -1 ? 8 : 4));
  const header = message.table(2);
  if (message.int8(1, 0) !== SCHEMA || !header) throw new Error("no schema");
  return schemaOf(header);
}

async function openFile(file: RandomAccess): Promise<Opened> {
  const trailer = await file.read(Math.max(0, file.size - TRAILER), file.size);
  if (trailer.length < TRAILER || decodeBytes(trailer.subarray(4)) !== MAGIC)
    throw new TransloadError("E_TRUNCATED", `the Arrow file does not end with ${MAGIC}: it is cut short`, { offset: file.size });
  const length = new DataView(trailer.buffer, trailer.byteOffset).getInt32(0, true);
  const from = file.size - TRAILER - length;
  if (length <= 0 || from < 8) throw new RangeError(`a footer of ${length} bytes`);
  const footer = Table.of(await file.read(from, from + length));
  const schema = footer.table(1);
  if (!schema) throw new Error("a footer without a schema");
  return { schema: schemaOf(schema), messages: inFile(file, footer) };
}

async function* inFile(file: RandomAccess, footer: Table): AsyncGenerator<Message, void, undefined> {
  for (const [field, kind] of [
    [2, "dictionary"],
    [3, "rows"],
  ] as const)
    for (const { at } of footer.blocks(field)) {
      const found = await messageAt(file, at);
      if (!found || found.type !== (kind === "rows" ? ROWS : DICTIONARY)) throw new Error(`no message of ${kind} where its footer says`);
      yield { ...found, kind };
    }
}

async function openStream(file: RandomAccess): Promise<Opened> {
  const first = await messageAt(file, 0);
  if (!first || first.type !== SCHEMA) throw new Error("it does not begin with a schema");
  return { schema: schemaOf(first.header), messages: inStream(file, first.body.to) };
}

async function* inStream(file: RandomAccess, from: number): AsyncGenerator<Message, void, undefined> {
  let at = from;
  for (;;) {
    const found = await messageAt(file, at);
    if (!found) return;
    if (found.type === SCHEMA) throw new Error("a second schema among its batches");
    at = found.body.to;
    // tensors may stand between
    if (found.type === ROWS || found.type === DICTIONARY) yield { ...found, kind: found.type === ROWS ? "rows" : "dictionary" };
  }
}

/** The message that begins here; undefined where the stream ends. */
async function messageAt(file: RandomAccess, at: number): Promise<(Omit<Message, "kind"> & { readonly type: number }) | undefined> {
  if (at === file.size) return undefined;
  const prefix = await file.read(at, at + 8);
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.length);
  // before version 0.15 the length came at once
  const marked = view.getInt32(0, true) === -1;
  const length = view.getInt32(marked ? 4 : 0, true);
  if (length === 0) return undefined;
  const start = at + (marked ? 8 : 4);
  if (length < 0 || start + length > file.size) throw new RangeError(`unexpected end: a message of ${length} bytes`);
  const message = Table.of(await file.read(start, start + length));
  const header = message.table(2);
  if (!header) throw new Error("a message without a header");
  const from = start + length;
  const to = from + message.int64(3);
  if (to > file.size) throw new RangeError("unexpected end: a message that ends behind it");
  return { type: message.int8(1, 0), header, version: message.int16(0, 0), body: { from, to } };
}
