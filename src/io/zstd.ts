// Zstandard by node:zlib where it has it (22.15 and later), and in WebAssembly and JavaScript where it has not.
import { Transform } from "node:stream";
import zlib from "node:zlib";
import type { Zstd } from "@hpcc-js/wasm-zstd";
import type { ZstdError } from "fzstd";
import { TransloadError } from "../errors.js";
import { through } from "./through.js";
import { Frames, Hash } from "./zstd-frames.js";

interface Native {
  createZstdCompress(options: object): Transform;
  createZstdDecompress(options: object): Transform;
}

/** Bytes whose blocks are expanded before any is handed on: a block of four bytes may hold 128 KiB. */
const SLICE = 1 << 14;
const CHUNK = 1 << 18;
/** zlib.constants.ZSTD_d_windowLogMax, which the types of Node 20 do not have, and the most that it takes. */
const WINDOW_LOG_MAX = 100;
const LARGEST_WINDOW_LOG = 31;
/** fzstd makes a window for each frame, and one of thirteen bytes may ask for 128 MiB. */
const MAX_WINDOWS = 2 ** 36;
/** fzstd's number for an early end. */
const UNEXPECTED_EOF = 5;

const native = "createZstdCompress" in zlib ? (zlib as unknown as Native) : undefined;

/** A stream that compresses, into one frame. */
export function zstdCompressor(): Transform {
  return native?.createZstdCompress({ chunkSize: CHUNK }) ?? compressor();
}

/**
 * Expands. Frames that follow each other are one text. `onBytes` hears of bytes before they are kept.
 * @throws TransloadError E_LIMIT for a window above `maxWindow`; Error with zlib's codes: Z_BUF_ERROR for what is cut short,
 * Z_DATA_ERROR for what is damaged.
 */
export function expandZstd(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void,
  maxWindow?: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const frames = new Frames(maxWindow);
  if (!native) return expandInJavaScript(chunks, onBytes, frames);
  const params = { [WINDOW_LOG_MAX]: LARGEST_WINDOW_LOG }; // frames.ts says how large
  return through(native.createZstdDecompress({ chunkSize: CHUNK, params }), looked(chunks, frames), onBytes);
}

/** The chunks as they are, once it is known that no frame in them asks for too much. */
async function* looked(chunks: AsyncIterable<Uint8Array>, frames: Frames): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    for (const _ of frames.split(chunk));
    yield chunk;
  }
}

/** Without Node's help, and several times slower. */
async function* expandInJavaScript(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void,
  frames: Frames,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { Decompress } = await import("fzstd");
  const ready: Uint8Array[] = [];
  const hash = new Hash();
  const stream = new Decompress((bytes) => {
    onBytes(bytes.length);
    if (bytes.length === 0) return;
    hash.add(bytes);
    ready.push(bytes);
  });
  const push = (bytes: Uint8Array, last: boolean) => {
    try {
      stream.push(bytes, last);
    } catch (error) {
      throw asZlib(error as ZstdError);
    }
    return ready.splice(0);
  };
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += SLICE)
      for (const { bytes, end } of frames.split(chunk.subarray(at, at + SLICE))) {
        if (frames.windows > MAX_WINDOWS)
          throw new TransloadError("E_LIMIT", "zstd's frames ask for more than 64 GiB of windows together; Node from 22.15 on reads them");
        const expanded = push(bytes, false);
        if (end && !hash.matches(end)) throw asZlib(new Error("its size or its checksum does not match") as ZstdError);
        yield* expanded;
      }
  yield* push(new Uint8Array(0), true);
}

/** fzstd numbers its faults, and stumbles over others. */
function asZlib(error: ZstdError): Error {
  if (error instanceof TransloadError) return error;
  return Object.assign(new Error(error.message), { code: error.code === UNEXPECTED_EOF ? "Z_BUF_ERROR" : "Z_DATA_ERROR" });
}

/** The stream that the library's one state belongs to. */
let busy: Transform | undefined;

function compressor(): Transform {
  let wasm: Zstd | undefined;
  type Done = (error?: Error | null, bytes?: Uint8Array) => void;
  const give = (bytesOf: (zstd: Zstd) => Uint8Array, done: Done): void => {
    let bytes: Uint8Array | undefined;
    try {
      bytes = bytesOf(wasm as Zstd);
    } catch (error) {
      done(error as Error);
      return;
    }
    done(null, bytes);
  };
  const stream: Transform = new Transform({
    construct: (done) => {
      const taken = busy !== undefined;
      busy ??= stream;
      import("@hpcc-js/wasm-zstd")
        .then(({ Zstd }) => Zstd.load())
        .then((own) => {
          if (taken) throw new TransloadError("E_OPTION", "one stream at a time is compressed by Zstandard below Node 22.15");
          wasm = own;
          wasm.reset();
          done();
        })
        .catch(done);
    },
    transform: (chunk: Uint8Array, _, done) => give((zstd) => zstd.compressChunk(chunk), done),
    flush: (done) => give((zstd) => zstd.compressEnd(), done),
    destroy: (error, done) => {
      if (busy === stream) busy = undefined;
      done(error);
    },
  });
  return stream;
}
