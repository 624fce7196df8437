// How Parquet's pages are compressed: by Node's zlib where there is one, and elsewhere as far as others can.
import type { Compressors } from "hyparquet";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import { TransloadError } from "../errors.js";
import type { BinaryWrite } from "./form.js";

/** Node's, with what it has from 22.15 on. */
type Zlib = typeof import("node:zlib") & { zstdCompressSync?(bytes: Uint8Array): Uint8Array };

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
    case "gzip":
      if (!zlib) throw new TransloadError("E_OPTION", "codec gzip is Node's; snappy and zstd work in a browser, too");
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

/** What expands a page, by its codec. */
export async function decompressors(): Promise<Compressors> {
  const { compressors } = await import("hyparquet-compressors");
  return zlib ? { ...compressors, GZIP: (bytes) => zlib.gunzipSync(bytes) } : compressors;
}
