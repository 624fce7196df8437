import type * as fs from "node:fs";
import { createReadStream, fstatSync, open as openCallback, read, type Stats, stat as statCallback } from "node:fs";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { isatty } from "node:tty";
import { promisify } from "node:util";
import { formOfName } from "../api/extension.js";
import { binaryAt } from "../binary/form.js";
import { TransloadError } from "../errors.js";
import { compressionOf, expand } from "../io/compression.js";
import { cannotRead, NO_FILE, statsIfAny } from "../io/disk-errors.js";
import type { ExpansionLimit } from "../io/expansion.js";
import { interruptibly } from "../io/leaving.js";
import { compressionAt } from "../io/peek.js";
import { openPipe } from "../io/pipe.js";
import { headOfFile, readerOf, ring } from "../io/ring.js";
import { refuseChanged } from "../io/source.js";
import { mayHoldSeveral } from "../lanes/documents.js";
import type { RemoteObject } from "../remote/object.js";
import type { RemoteOptions } from "../remote/open.js";
import { isRemote, lastName } from "../remote/url.js";
import { type Around, aroundFile, Recent } from "./excerpt.js";

/** Where a payload comes from. */
export interface Input {
  readonly name: string;
  /** A file that is open, and nothing of it read; or what is no file. */
  readonly fd: number | undefined;
  /** What is no file. */
  readonly stream: Readable | undefined;
  /** Bytes, where they are known. */
  readonly size: number | undefined;
  /** Of what is read, whatever has its name by now: as it was opened. */
  readonly stats: Stats;
  /** @throws TransloadError E_READ when a file is no longer what it was. */
  readonly refuseChanged: () => void;
  /** Its bytes again, where they can be had at any place. */
  readonly around?: Around;
  /** The file, where it can be read a second time. */
  readonly file?: string | undefined;
  /** It is elsewhere, and open. */
  readonly object?: RemoteObject;
}

/** A payload as it is to be read: expanded where it was compressed. */
export interface Payload {
  readonly stream: Readable;
  /** The same bytes, of a file that is not compressed, lent (ring.ts). Instead of the stream. */
  readonly lent: (() => AsyncIterable<Uint8Array>) | undefined;
  /** The file whose bytes the stream's are. */
  readonly file: string | undefined;
  /** The object elsewhere whose bytes they are, and which can be read here and there. */
  readonly object?: RemoteObject | undefined;
  /** The bytes that were read, where they were asked for and are there. */
  readonly around: Around | undefined;
  /** The form that the input's name or first bytes tell; `auto` where they tell none. */
  readonly form: string;
  readonly compressed: boolean;
  /** What it begins with, as far as it was looked at. */
  readonly head: Uint8Array;
}

const STDIN = 0;
const CHUNK = 1 << 20;

const open = promisify(openCallback);
const stat = promisify(statCallback);

/** Whether a word may call other inputs than the one file, or object, of its name: a folder's, those of a pattern, or those that a manifest lists. */
export function mayCallOthers(word: string): boolean {
  if (word === "-") return false;
  if (isRemote(word)) return ["", "manifest.json"].includes(lastName(word));
  const stats = statsIfAny(word);
  return stats ? stats.isDirectory() || basename(word) === "manifest.json" : /[*?[\]{}]|[!@+]\(/.test(word);
}

/**
 * Opens a file, an object elsewhere by its URL, or standard input for `-` and for nothing.
 * @param example a call to show someone who gave no input and sits at a terminal
 * @throws TransloadError E_READ, or E_OPTION at a terminal.
 */
export async function openInput(path: string | undefined, example: string, remote: RemoteOptions = {}): Promise<Input> {
  if (path === undefined && isatty(STDIN))
    throw new TransloadError("E_OPTION", `no input: name a file or pipe one in (${example}); - reads from the terminal`);
  if (path === undefined || path === "-" || path === "/dev/stdin") return openStdin();
  if (isRemote(path)) return openRemote(path, remote);
  try {
    const stats = await interruptibly(stat(path));
    if (stats.isFIFO())
      return { name: path, fd: undefined, stream: await openPipe(path, "read"), size: undefined, stats, refuseChanged: () => {} };
    return openFile(path, await interruptibly(open(path, "r")));
  } catch (error) {
    throw cannotRead(path, error);
  }
}

async function openRemote(url: string, remote: RemoteOptions): Promise<Input> {
  const { openObject } = await import("../remote/open.js");
  const object = await openObject(url, remote);
  const { name, size } = object;
  // every answer is held against the first
  return { name, fd: undefined, stream: undefined, size, stats: NO_FILE, refuseChanged: () => {}, object };
}

function openFile(name: string, fd: number): Input {
  const input = inputOf(name, fd);
  return input.size === undefined ? input : { ...input, file: name, around: aroundFile(fd) };
}

function openStdin(): Input {
  const name = "standard input";
  try {
    // process.stdin would read a file in pieces of 64 KiB
    return statsOf(STDIN).isFile() ? { ...openFile(name, STDIN), file: undefined } : inputOf(name, STDIN, process.stdin);
  } catch (error) {
    throw cannotRead(name, error);
  }
}

function inputOf(name: string, fd: number, stream?: Readable): Input {
  const stats = statsOf(fd);
  const size = stats.isFile() ? stats.size : undefined;
  // a pipe is read but once, and is closed where nobody wants the rest of it
  const refuse = stream ? () => {} : () => refuseChanged(name, stats, fstatSync(fd));
  return {
    name,
    fd: stream ? undefined : fd,
    stream,
    size,
    stats,
    refuseChanged: refuse,
  };
}

function statsOf(fd: number): Stats {
  const stats = fstatSync(fd);
  if (stats.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
  return stats;
}

/**
 * Looks at the first bytes: expands what is compressed, and tells binary forms.
 * @param onProgress takes the bytes used up of what is compressed
 * @param recalls whether the last bytes of a stream are to be kept
 * @param several whether so many bytes are looked at that a second payload is seen behind a first one
 */
export async function openPayload(
  input: Input,
  { onProgress, recalls = false, several = false, ...limit }: ExpansionLimit & Opening,
): Promise<Payload> {
  const { file, name, fd, object } = input;
  const wants = several ? mayHoldSeveral : () => false;
  const opened = object
    ? await openedObject(object, wants)
    : fd === undefined
      ? await openedStream(input.stream as Readable, wants)
      : await openedFile(fd);
  const { head } = opened;
  const form = formOfName(name);
  const compression = compressionAt(head) ?? compressionOf(name).compression;
  if (!compression) {
    const told = { file, object: object?.ranged ? object : undefined, form: binaryAt(head)?.id ?? form, compressed: false, head };
    if (!input.around && recalls) return { ...told, ...recalled(opened.stream), lent: undefined };
    return Object.assign(opened, { ...told, around: input.around });
  }
  const chunks = expand(counted(opened.stream, onProgress), compression, limit);
  const { stream: expanded, around } = recalls ? recalled(chunks) : { stream: readableOf(chunks), around: undefined };
  const { head: inner, stream } = await begun(expanded, wants);
  return { stream, lent: undefined, around, file: undefined, form: binaryAt(inner)?.id ?? form, compressed: true, head: inner };
}

/** How an input is opened. */
interface Opening {
  readonly onProgress?: ((bytes: number) => void) | undefined;
  readonly recalls?: boolean;
  readonly several?: boolean;
}

type Opened = Pick<Payload, "stream" | "lent" | "head">;

async function openedStream(source: Readable, wants: (head: Uint8Array) => boolean): Promise<Opened> {
  return { ...(await begun(source, wants)), lent: undefined };
}

/** The same of an object, whose first bytes are there. A stream would ask for more of them at once, and is made where one is asked for. */
async function openedObject(object: RemoteObject, wants: (head: Uint8Array) => boolean): Promise<Opened> {
  const { head, size } = object;
  if (head.length < Math.min(8, size ?? 8) || (head.length < (size ?? 0) && wants(head))) return openedStream(readableOf(object), wants);
  let stream: Readable | undefined;
  return {
    get stream() {
      stream ??= readableOf(object);
      return stream;
    },
    lent: undefined,
    head,
  };
}

/** What follows this head, and the head. A stream is made where one is asked for: it begins to read at once. */
async function openedFile(fd: number): Promise<Opened> {
  const head = await interruptibly(headOfFile(readerOf(fd)));
  let stream: Readable | undefined;
  return {
    get stream() {
      stream ??= streamOf(fd, head);
      return stream;
    },
    lent: () => ring(readerOf(fd), true, head),
    head,
  };
}

/** The file is the input's: whoever has had enough of the stream destroys it, which would close the file under those who still look at it. */
const LENT = { read, close: (_fd: number, done?: (error?: Error | null) => void) => void done?.(null) } as Pick<
  typeof fs,
  "read" | "close"
>;

function streamOf(fd: number, head: Uint8Array): Readable {
  const stream = createReadStream("", { fd, highWaterMark: CHUNK, autoClose: false, fs: LENT });
  if (head.length > 0) stream.unshift(head);
  return stream;
}

function recalled(chunks: AsyncIterable<Uint8Array>): { stream: Readable; around: Around } {
  const recent = new Recent();
  return { stream: readableOf(recent.keep(chunks)), around: recent };
}

function readableOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Readable {
  return Readable.from(chunks, { objectMode: false });
}

/** The first bytes of a stream, and all of it; `wants`: more of them, where there are any. */
async function begun(source: Readable, wants: (head: Uint8Array) => boolean): Promise<{ head: Uint8Array; stream: Readable }> {
  const parts: Uint8Array[] = [];
  let head: Uint8Array = new Uint8Array();
  while (source.readable) {
    if (source.readableLength === 0) await readable(source);
    const chunk = source.read() as Buffer | null;
    if (chunk === null) break;
    parts.push(chunk);
    head = parts.length === 1 ? chunk : Buffer.concat(parts);
    if (!wants(head)) break;
  }
  // what has ended takes nothing back
  if (parts.length > 0 && !source.readable) return { head, stream: readableOf([head]) };
  if (head.length > 0) source.unshift(head);
  return { head, stream: source };
}

function readable(stream: Readable): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const done = (error?: Error) => {
      stream.off("readable", done).off("end", done).off("error", done);
      if (error instanceof Error) reject(error);
      else resolve();
    };
    stream.once("readable", done).once("end", done).once("error", done);
  });
}

async function* counted(stream: Readable, told: ((bytes: number) => void) | undefined): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    yield chunk;
    bytes += chunk.length;
    told?.(bytes);
  }
}
