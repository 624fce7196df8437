// gzip, Zstandard and Brotli around a payload, by node:zlib.
import { Readable, type Transform } from "node:stream";
import zlib from "node:zlib";
import { TransloadError } from "../errors.js";

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

/**
 * A stream that compresses.
 * @throws TransloadError E_OPTION where this Node does not have it.
 */
export function compressor(kind: Compression): Transform {
  if (kind === "gzip") return zlib.createGzip({ chunkSize: CHUNK });
  // the best quality would be a hundred times slower than all else here
  if (kind === "br") return zlib.createBrotliCompress({ chunkSize: CHUNK, params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } });
  return zstd("createZstdCompress");
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
  const expander = expanderOf(kind);
  const source = Readable.from(counted(), { objectMode: false });
  source.once("error", (error) => expander.destroy(error));
  source.pipe(expander);
  try {
    for await (const chunk of expander as AsyncIterable<Uint8Array>) {
      given += chunk.length;
      if (given > HARMLESS && given > maxExpand * taken)
        throw new TransloadError("E_LIMIT", `${kind} expands to more than ${maxExpand} times its size; --max-expand allows more`);
      yield chunk;
    }
  } catch (error) {
    throw damaged(error as NodeJS.ErrnoException, kind);
  } finally {
    source.destroy();
    expander.destroy();
  }
}

function expanderOf(kind: Compression): Transform {
  if (kind === "gzip") return zlib.createGunzip({ chunkSize: CHUNK });
  if (kind === "br") return zlib.createBrotliDecompress({ chunkSize: CHUNK });
  return zstd("createZstdDecompress");
}

function zstd(name: "createZstdCompress" | "createZstdDecompress"): Transform {
  const create = (zlib as unknown as Partial<Record<typeof name, (options: object) => Transform>>)[name];
  if (!create)
    throw new TransloadError("E_OPTION", `Zstandard needs Node 22.15 or later, and this is ${process.version}; gzip works everywhere`);
  return create({ chunkSize: CHUNK });
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
