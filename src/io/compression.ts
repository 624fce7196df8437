// gzip, Zstandard and Brotli around a payload, by node:zlib (and zstd.ts).
import { Readable, type Transform } from "node:stream";
import zlib from "node:zlib";
import { TransloadError } from "../errors.js";
import { expandZstd, zstdCompressor, zstdExpander } from "./zstd.js";

export type Compression = "gzip" | "zstd" | "br";

/** Endings of file names. */
const ENDINGS: Readonly<Record<string, Compression>> = { gz: "gzip", zst: "zstd", br: "br" };
const MAGIC: readonly (readonly [Compression, readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
];
const CHUNK = 1 << 18;
/** Bytes out for a byte in. Rows of numbers come to ten; what comes to more than this is a bomb, or nothing but zeros. */
const MAX_EXPAND = 256;
/** No bomb is so small. */
const HARMLESS = 1 << 26;

/** What the first bytes tell; Brotli has none that tell. */
export function compressionAt(head: Uint8Array): Compression | undefined {
  return MAGIC.find(([, magic]) => magic.every((byte, i) => head[i] === byte))?.[0];
}

/** What the name of a file tells, and the name without it: `rows.csv.gz` is gzip of `rows.csv`. */
export function compressionOf(path: string): { compression: Compression | undefined; name: string } {
  const [, name = path, ending = ""] = /^(.*)\.(gz|zst|br)$/i.exec(path) ?? [];
  const compression = ENDINGS[ending.toLowerCase()];
  return compression ? { compression, name } : { compression: undefined, name: path };
}

/** A stream that compresses. */
export function compressor(kind: Compression): Transform {
  if (kind === "gzip") return zlib.createGzip({ chunkSize: CHUNK });
  // the best quality would be a hundred times slower than all else here
  if (kind === "br") return zlib.createBrotliCompress({ chunkSize: CHUNK, params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } });
  return zstdCompressor(CHUNK);
}

/**
 * The bytes that were compressed; members of gzip, and frames of Zstandard, that follow each other are one text. The chunks must be
 * ours to keep.
 * @throws TransloadError E_TRUNCATED where they are cut short, E_SYNTAX where they are damaged, E_LIMIT for more than `maxExpand` bytes
 * out for each byte in.
 */
export async function* expand(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  kind: Compression,
  maxExpand: number = MAX_EXPAND,
): AsyncGenerator<Uint8Array, void, undefined> {
  let taken = 0;
  let given = 0;
  async function* counted(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of chunks) {
      taken += chunk.length;
      yield chunk;
    }
  }
  const guard = (bytes: number) => {
    given += bytes;
    if (given > HARMLESS && given > maxExpand * taken)
      throw new TransloadError("E_LIMIT", `${kind} expands to more than ${maxExpand} times its size; --max-expand allows more`);
  };
  const expander = expanderOf(kind);
  try {
    if (expander) yield* through(expander, counted(), guard);
    else yield* expandZstd(counted(), guard);
  } catch (error) {
    throw damaged(error as NodeJS.ErrnoException, kind);
  }
}

async function* through(
  expander: Transform,
  chunks: AsyncIterable<Uint8Array>,
  guard: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const source = Readable.from(chunks, { objectMode: false });
  source.once("error", (error) => expander.destroy(error));
  source.pipe(expander);
  try {
    for await (const chunk of expander as AsyncIterable<Uint8Array>) {
      guard(chunk.length);
      yield chunk;
    }
  } finally {
    source.destroy();
    expander.destroy();
  }
}

/** A stream that expands; undefined for Zstandard where Node has none. */
function expanderOf(kind: Compression): Transform | undefined {
  if (kind === "gzip") return zlib.createGunzip({ chunkSize: CHUNK });
  if (kind === "br") return zlib.createBrotliDecompress({ chunkSize: CHUNK });
  return zstdExpander(CHUNK);
}

function damaged(error: NodeJS.ErrnoException, kind: Compression): Error {
  if (error instanceof TransloadError || !/^(Z_|ERR_|ZSTD)/.test(error.code ?? "")) return error;
  const short = error.code === "Z_BUF_ERROR" || /unexpected end/i.test(error.message);
  return new TransloadError(
    short ? "E_TRUNCATED" : "E_SYNTAX",
    short ? `the ${kind} data is cut short` : `the ${kind} data is damaged: ${error.message}`,
    {},
    { cause: error },
  );
}
