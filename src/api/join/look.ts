// What each of several inputs is, as its name and its first bytes tell, before anything is written.
import type { Stats } from "node:fs";
import { type BinaryForm, binaryAt, binaryForm } from "../../binary/form.js";
import { concat } from "../../columns/bytes.js";
import { choose } from "../../dialects/index.js";
import { type Found, formOf } from "../../envelope/detect.js";
import { TransloadError } from "../../errors.js";
import { compressionOf, expand } from "../../io/compression.js";
import { refuseForeign } from "../../io/foreign.js";
import { compressionAt, peek, rejoin } from "../../io/peek.js";
import { chunksOf } from "../../io/source.js";
import { isPayloadLine } from "../../lanes/documents.js";
import { prepared, refuseEncoded } from "../../lanes/recoding.js";
import type { Request } from "../../options/request.js";
import type { RemoteObject } from "../../remote/object.js";
import { formOfName } from "../extension.js";

import { digested } from "./manifest.js";
import { isAgain, type Operand } from "./operand.js";

/** How several inputs are read. */
export type Reading = Pick<Request, "from" | "what" | "encoding" | "rows" | "limits" | "run">;

/** An input that has been looked at. */
export interface Looked {
  readonly operand: Operand;
  /** Dialect or form that it is read as. */
  readonly from: string;
  readonly binary: BinaryForm | undefined;
  /** What its first bytes tell; undefined of a binary file, and where they tell nothing. */
  readonly found: Found | undefined;
  /** Its lines are lists. */
  readonly lists: boolean;
  /** Its bytes, expanded where it was compressed. What passes but once is opened once. `onBytes` is told of them as they lie, when they are read. */
  open(onBytes?: (count: number) => void): Promise<Opened>;
}

/** The bytes of an input. */
export interface Opened {
  readonly chunks: AsyncIterableIterator<Uint8Array>;
  /** The file that they are, where it can be read again. */
  readonly file: string | undefined;
  /** The object elsewhere that they are. */
  readonly object: RemoteObject | undefined;
}

/** The key that tells the form is in the first so many bytes. */
const HEAD = 1 << 22;
const OPEN_LIST = 0x5b; /* [ */

/**
 * Looks at the input's first bytes.
 * @throws TransloadError E_READ; E_FORM for a file of a folder's of which nothing tells what it is; and what they tell is wrong.
 */
export async function look(operand: Operand, reading: Reading): Promise<Looked> {
  try {
    return await lookAt(operand, reading);
  } catch (error) {
    throw error instanceof TransloadError ? error.inFile(operand.name) : error;
  }
}

async function lookAt(operand: Operand, reading: Reading): Promise<Looked> {
  const { inFolder } = operand;
  const opened = await open(operand, reading);
  let told: Pick<Looked, "from" | "binary" | "found" | "lists">;
  let head: Uint8Array;
  try {
    ({ told, head } = await tell(operand, opened.chunks, reading));
  } catch (error) {
    await opened.chunks.return?.();
    throw error;
  }
  if (inFolder && reading.from === "auto" && !told.binary && !told.found && head.length > 0) {
    await opened.chunks.return?.();
    throw new TransloadError("E_FORM", "nothing tells what this file of the folder is; a pattern leaves it out, as '*.json'");
  }
  if (isAgain(operand)) {
    await opened.chunks.return?.();
    return { operand, ...told, open: (onBytes) => open(operand, reading, onBytes) };
  }
  return { operand, ...told, open: async () => ({ ...opened, chunks: rejoin(head, opened.chunks) }) };
}

function isRegular(stats: Stats | undefined): boolean {
  return stats?.isFile() ?? false;
}

async function open(
  { path, name, stream, stats, piece, object }: Operand,
  { limits }: Reading,
  onBytes: (count: number) => void = () => {},
): Promise<Opened> {
  const raw = counted(chunksOf(object ?? stream ?? (path as string), { lend: false }), onBytes);
  const { head, rest } = await peek(piece ? digested(piece, raw) : raw);
  const compression = compressionAt(head) ?? compressionOf(name).compression;
  if (compression) return { chunks: expand(rest, compression, limits), file: undefined, object: undefined };
  // what is held against its digest is read once
  return { chunks: rest, file: isRegular(stats) && !piece ? path : undefined, object: piece ? undefined : object };
}

async function* counted(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    onBytes(chunk.length);
    yield chunk;
  }
}

/** What the first bytes tell, and these: more of them are looked at until they do. */
async function tell(
  { name }: Operand,
  chunks: AsyncIterator<Uint8Array>,
  reading: Reading,
): Promise<{ told: Pick<Looked, "from" | "binary" | "found" | "lists">; head: Uint8Array }> {
  const { from: asked, what, encoding } = reading;
  const named = asked === "auto" ? formOfName(name) : asked;
  let head: Uint8Array = new Uint8Array();
  let enough = 1;
  for (;;) {
    const { value, done } = await chunks.next();
    if (value) head = concat([head, value]);
    if (!done && head.length < enough) continue;
    enough = 2 * head.length;
    const binary = asked === "auto" ? (binaryAt(head) ?? binaryForm(named)) : binaryForm(asked);
    refuseEncoded(binary, encoding);
    if (binary) return { told: { from: binary.id, binary, found: undefined, lists: false }, head };
    refuseForeign(head);
    const told = textOf(named, asked === "auto", await recoded(head, named, reading), what);
    if (told.found || done || head.length > HEAD) return { told: { ...told, binary: undefined }, head };
  }
}

/** The text that these first bytes are. */
async function recoded(head: Uint8Array, from: string, { encoding }: Reading): Promise<Uint8Array> {
  const { recoding } = encoding === undefined ? { recoding: undefined } : prepared({ from, encoding, rows: {} });
  if (!recoding) return head;
  const parts: Uint8Array[] = [];
  // what is cut off in the middle of a character is told where all of it is read
  try {
    for await (const part of recoding.of([head])) parts.push(part);
  } catch {}
  return concat(parts);
}

function textOf(named: string, told: boolean, head: Uint8Array, what: Reading["what"]): Pick<Looked, "from" | "found" | "lists"> {
  const found = formOf(choose(named, true, what), head);
  if (found?.layout !== "lines") return { from: named, found, lists: false };
  if (told && isPayloadLine(head, what)) return { from: "auto", found: formOf(choose("auto", true, what), head), lists: false };
  return { from: named, found, lists: head.find((byte) => byte > 0x20) === OPEN_LIST };
}
