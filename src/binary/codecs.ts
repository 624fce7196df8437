// How Parquet's pages and Arrow's buffers are compressed and expanded: by Node's zlib where there is one, and elsewhere as far as others can.

import type { decompress as all, Decompress } from "fzstd";
import type { Compressors } from "hyparquet";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import { TransloadError } from "../errors.js";
import { type FrameEnd, Frames, Hash } from "../io/zstd-frames.js";
import type { BinaryWrite } from "./form.js";
import { expandLz4Block, expandLz4Frame } from "./lz4.js";
import { compressLz4Block, compressLz4Frame } from "./lz4-write.js";

/** Node's, with what it has from 22.15 on. */
type Zlib = typeof import("node:zlib") & {
  zstdCompressSync?(bytes: Uint8Array): Uint8Array;
  zstdDecompressSync?(bytes: Uint8Array, options: object): Uint8Array;
};

const zlib = globalThis.process?.getBuiltinModule?.("node:zlib") as Zlib | undefined;

/**
 * What compresses a page, loaded when it is wanted.
 * @throws TransloadError E_OPTION for gzip in a browser, which has none that gives its bytes at once.
 */
export async function compressorOf(codec: NonNullable<BinaryWrite["compress"]>): Promise<(bytes: Uint8Array) => Uint8Array> {
  switch (codec) {
    case "none":
      return (bytes) => bytes;
    case "snappy":
      return (bytes) => Uint8Array.from(snappyCompress(bytes));
    case "lz4":
      return compressLz4Block;
    case "gzip":
      if (!zlib) throw new TransloadError("E_OPTION", "codec gzip is Node's; snappy, lz4 and zstd work in a browser, too");
      return (bytes) => zlib.gzipSync(bytes);
    default: {
      const own = zlib?.zstdCompressSync;
      if (own) return (bytes) => own(bytes);
      const { Zstd } = await import("@hpcc-js/wasm-zstd");
      const wasm = await Zstd.load();
      return (bytes) => wasm.compress(bytes);
    }
  }
}

/** What compresses the buffers of Arrow's messages, loaded when it is wanted. */
export async function bufferCompressorOf(codec: "lz4" | "zstd"): Promise<(bytes: Uint8Array) => Uint8Array> {
  return codec === "lz4" ? compressLz4Frame : compressorOf(codec);
}

/** Expands a page that is said to have so many bytes, and no page that has more. */
export type Expand = (codec: string, bytes: Uint8Array, size: number) => Uint8Array;

/**
 * What expands pages, by their codec. Where a codec's own library would go on for as long as there is more, Node's or a count stops it.
 * @throws Error, or RangeError, for what is damaged, is of another size, or is of a codec that is not known.
 */
export async function pageExpander(): Promise<Expand> {
  const [{ compressors }, { decompress, Decompress }] = await Promise.all([import("hyparquet-compressors"), import("fzstd")]);
  const known: Compressors = {
    ...compressors,
    ZSTD: (bytes, size) => zstd(bytes, size, decompress, Decompress),
    LZ4_RAW: expandLz4Block,
    ...nodes(),
  };
  return (codec, bytes, size) => {
    if (codec === "UNCOMPRESSED") return sized(bytes, size);
    const own = known[codec as keyof Compressors];
    if (!own) throw new Error(`codec ${codec} is not read`);
    return sized(own(bytes, size), size);
  };
}

/**
 * What expands the buffers of Arrow's messages, by their codec.
 * @throws Error, or RangeError, for what is damaged, or is of another size.
 */
export async function bufferExpander(): Promise<(codec: "LZ4" | "ZSTD", bytes: Uint8Array, size: number) => Uint8Array<ArrayBuffer>> {
  const { decompress, Decompress } = await import("fzstd");
  const zstds = nodes().ZSTD ?? ((bytes: Uint8Array, size: number) => zstd(bytes, size, decompress, Decompress));
  return (codec, bytes, size) =>
    codec === "LZ4" ? expandLz4Frame(bytes, size) : (sized(zstds(bytes, size), size) as Uint8Array<ArrayBuffer>);
}

function sized(page: Uint8Array, size: number): Uint8Array {
  if (page.length !== size) throw new Error(`a page of ${page.length} bytes where its header says ${size}`);
  return page;
}

/** Node's, which stop where they are told to. */
function nodes(): Compressors {
  if (!zlib) return {};
  const { gunzipSync, brotliDecompressSync, zstdDecompressSync } = zlib;
  const most = (size: number) => ({ maxOutputLength: Math.max(1, size) });
  return {
    GZIP: (bytes, size) => gunzipSync(bytes, most(size)),
    BROTLI: (bytes, size) => brotliDecompressSync(bytes, most(size)),
    ...(zstdDecompressSync && { ZSTD: (bytes: Uint8Array, size: number) => zstdDecompressSync(bytes, most(size)) }),
  };
}

/** By fzstd, which makes as much room as the frames say, and goes on for as long as they do where they do not. */
function zstd(bytes: Uint8Array, size: number, decompress: typeof all, Stream: typeof Decompress): Uint8Array {
  const ends: FrameEnd[] = [];
  for (const { end } of new Frames().split(bytes)) if (end) ends.push(end);
  const [end, ...more] = ends;
  if (end?.size !== undefined && more.length === 0) {
    if (end.size !== size) throw new Error(`a page of ${end.size} bytes where its header says ${size}`);
    const page = decompress(bytes);
    if (end.checksum !== undefined) checkHash(page, end);
    return page;
  }
  const page = new Uint8Array(size);
  let at = 0;
  const stream = new Stream((part) => {
    if (at + part.length > size) throw new Error(`a page of more bytes than the ${size} that its header says`);
    page.set(part, at);
    at += part.length;
  });
  stream.push(bytes, true);
  return page.subarray(0, at);
}

function checkHash(page: Uint8Array, end: FrameEnd): void {
  const hash = new Hash();
  hash.add(page);
  if (!hash.matches(end)) throw new Error("a page that has not the checksum that it says");
}
