import { createReadStream, fstatSync, openSync, type Stats } from "node:fs";
import { Readable } from "node:stream";
import { isatty } from "node:tty";
import { binaryAt } from "../binary/form.js";
import { TransloadError } from "../errors.js";
import { formOfName } from "../extension.js";
import { compressionAt, compressionOf, expand } from "../io/compression.js";
import { cannotRead } from "./disk.js";
import { openPipe } from "./pipe.js";

/** Where a payload comes from. */
export interface Input {
  readonly name: string;
  readonly stream: Readable;
  /** Bytes, where they are known. */
  readonly size: number | undefined;
  readonly stats: Stats;
  /** The file, where it can be read a second time. */
  readonly file?: string;
}

/** A payload as it is to be read: expanded where it was compressed. */
export interface Payload {
  readonly stream: Readable;
  /** The file whose bytes the stream's are. */
  readonly file: string | undefined;
  /** The form that the input's name or first bytes tell; `auto` where they tell none. */
  readonly form: string;
  readonly compressed: boolean;
}

const STDIN = 0;
const CHUNK = 1 << 20;

/**
 * Opens a file, or standard input for `-` and for nothing.
 * @param example a call to show someone who gave no input and sits at a terminal
 * @throws TransloadError E_READ, or E_OPTION at a terminal.
 */
export function openInput(path: string | undefined, example: string): Input {
  if (path === undefined && isatty(STDIN))
    throw new TransloadError("E_OPTION", `no input: name a file or pipe one in (${example}); - reads from the terminal`);
  if (path === undefined || path === "-" || path === "/dev/stdin") return openStdin();
  try {
    const fd = openSync(path, "r");
    const stats = statsOf(fd);
    return { name: path, stream: read(fd, stats), size: sizeOf(stats), stats, ...(stats.isFile() && { file: path }) };
  } catch (error) {
    throw cannotRead(path, error);
  }
}

function openStdin(): Input {
  const name = "standard input";
  try {
    const stats = statsOf(STDIN);
    // process.stdin would read a file in pieces of 64 KiB
    return { name, stream: stats.isFile() ? read(STDIN, stats) : process.stdin, size: sizeOf(stats), stats };
  } catch (error) {
    throw cannotRead(name, error);
  }
}

function statsOf(fd: number): Stats {
  const stats = fstatSync(fd);
  if (stats.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
  return stats;
}

function read(fd: number, stats: Stats): Readable {
  if (stats.isFIFO()) return openPipe(fd, "read");
  return createReadStream("", { fd, highWaterMark: CHUNK });
}

function sizeOf(stats: Stats): number | undefined {
  return stats.isFile() ? stats.size : undefined;
}

/**
 * Looks at the first bytes: expands what is compressed, and tells binary forms.
 * @param onProgress takes the bytes used up of what is compressed
 */
export async function openPayload(
  input: Input,
  { maxExpand, onProgress }: { maxExpand?: number | undefined; onProgress?: (bytes: number) => void },
): Promise<Payload> {
  const { stream, file, name } = input;
  const head = await headOf(stream);
  const form = formOfName(name);
  const compression = compressionAt(head) ?? compressionOf(name).compression;
  if (!compression) return { stream, file, form: binaryAt(head)?.id ?? form, compressed: false };
  const expanded = Readable.from(expand(counted(stream, onProgress), compression, maxExpand), { objectMode: false });
  const inner = await headOf(expanded);
  return { stream: expanded, file: undefined, form: binaryAt(inner)?.id ?? form, compressed: true };
}

/** The first bytes of a stream, which are put back. */
async function headOf(stream: Readable): Promise<Uint8Array> {
  if (!stream.readable) return new Uint8Array();
  if (stream.readableLength === 0)
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error) => {
        stream.off("readable", done).off("end", done).off("error", done);
        if (error instanceof Error) reject(error);
        else resolve();
      };
      stream.once("readable", done).once("end", done).once("error", done);
    });
  const chunk = stream.read() as Buffer | null;
  if (chunk === null) return new Uint8Array();
  stream.unshift(chunk);
  return chunk;
}

async function* counted(stream: Readable, told: ((bytes: number) => void) | undefined): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    yield chunk;
    bytes += chunk.length;
    told?.(bytes);
  }
}
