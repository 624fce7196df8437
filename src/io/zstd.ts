// Zstandard by node:zlib where it has it (22.15 and later), and in WebAssembly and JavaScript where it has not.
import { Duplex, type Transform } from "node:stream";
import zlib from "node:zlib";
import type { ZstdError } from "fzstd";

interface Native {
  createZstdCompress(options: object): Transform;
  createZstdDecompress(options: object): Transform;
}

/** Bytes whose blocks are expanded before any is handed on: a block of four bytes may hold 128 KiB. */
const SLICE = 1 << 14;
/** fzstd's number for an early end. */
const UNEXPECTED_EOF = 5;

const native = "createZstdCompress" in zlib ? (zlib as unknown as Native) : undefined;

/** A stream that compresses, into one frame. */
export function zstdCompressor(chunkSize: number): Duplex {
  return native?.createZstdCompress({ chunkSize }) ?? Duplex.from(compressed);
}

/** A stream that expands; undefined where Node has none. */
export function zstdExpander(chunkSize: number): Transform | undefined {
  return native?.createZstdDecompress({ chunkSize });
}

/**
 * Expands without Node's help, a fifth as fast, and without a look at the checksums. Frames that follow each other are one text.
 * `onBytes` hears of bytes before they are kept.
 * @throws Error with zlib's codes: Z_BUF_ERROR for what is cut short, Z_DATA_ERROR for what is damaged.
 */
export async function* expandZstd(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { Decompress } = await import("fzstd");
  const ready: Uint8Array[] = [];
  const stream = new Decompress((bytes) => {
    onBytes(bytes.length);
    if (bytes.length > 0) ready.push(bytes);
  });
  const push = (bytes: Uint8Array, last: boolean) => {
    try {
      stream.push(bytes, last);
    } catch (error) {
      throw asZlib(error as ZstdError);
    }
    return ready.splice(0);
  };
  for await (const chunk of chunks) for (let at = 0; at < chunk.length; at += SLICE) yield* push(chunk.subarray(at, at + SLICE), false);
  yield* push(new Uint8Array(0), true);
}

/** fzstd numbers its faults. */
function asZlib(error: ZstdError): Error {
  if (typeof error.code !== "number") return error;
  return Object.assign(new Error(error.message), { code: error.code === UNEXPECTED_EOF ? "Z_BUF_ERROR" : "Z_DATA_ERROR" });
}

let busy = false;

async function* compressed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  // the library has one stream for the process, and a conversion writes one
  if (busy) throw new Error("one Zstandard stream at a time");
  busy = true;
  try {
    const { Zstd } = await import("@hpcc-js/wasm-zstd");
    const wasm = await Zstd.load();
    wasm.reset();
    for await (const chunk of chunks) {
      const bytes = wasm.compressChunk(chunk);
      if (bytes.length > 0) yield bytes;
    }
    yield wasm.compressEnd();
  } finally {
    busy = false;
  }
}
