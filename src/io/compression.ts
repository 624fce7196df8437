// gzip, Zstandard and Brotli around a payload, by node:zlib (and zstd.ts).
import type { Transform } from "node:stream";
import zlib from "node:zlib";
import { TransloadError } from "../errors.js";
import { isRemote, spelled } from "../remote/url.js";
import { type ExpansionLimit, expansionGuard } from "./expansion.js";
import { through } from "./through.js";
import { expandZstd, zstdCompressor } from "./zstd.js";

export type Compression = "gzip" | "zstd" | "br";

/** Endings of file names. */
export const ENDINGS: Readonly<Record<string, Compression>> = { gz: "gzip", zst: "zstd", br: "br" };
const CHUNK = 1 << 18;
const SIZED = { chunkSize: CHUNK };

/** What the name of a file, or the path of a URL, tells, and the name without it: `rows.csv.gz` is gzip of `rows.csv`. */
export function compressionOf(word: string): { compression: Compression | undefined; name: string } {
  const path = isRemote(word) ? spelled(word) : word;
  const [, name = path, ending = ""] = /^(.*)\.(gz|zst|br)$/i.exec(path) ?? [];
  const compression = ENDINGS[ending.toLowerCase()];
  return compression ? { compression, name } : { compression: undefined, name: path };
}

/** A stream that compresses. */
export function compressor(kind: Compression): Transform {
  if (kind === "gzip") return zlib.createGzip(SIZED);
  // the best quality would be a hundred times slower than all else here
  if (kind === "br") return zlib.createBrotliCompress({ chunkSize: CHUNK, params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } });
  return zstdCompressor();
}

/**
 * The bytes that were compressed; members of gzip, and frames of Zstandard, that follow each other are one text. The chunks must be
 * ours to keep.
 * @throws TransloadError E_TRUNCATED where they are cut short, E_SYNTAX where they are damaged, E_LIMIT for more than the limit allows.
 */
export async function* expand(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  kind: Compression,
  { maxExpand, maxWindow }: ExpansionLimit = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const guard = expansionGuard(kind, maxExpand);
  async function* counted(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of chunks) {
      guard.took(chunk.length);
      yield chunk;
    }
  }
  const packed = counted();
  try {
    if (kind === "zstd") yield* expandZstd(packed, guard.gave, maxWindow);
    else yield* through(kind === "gzip" ? zlib.createGunzip(SIZED) : zlib.createBrotliDecompress(SIZED), packed, guard.gave);
  } catch (error) {
    throw damaged(error as NodeJS.ErrnoException, kind);
  } finally {
    await packed.return();
  }
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
