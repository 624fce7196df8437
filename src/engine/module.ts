// The compiled core, once for everyone: read from the package's file, or taken out of the code where that has been bundled.
import { fromBase64 } from "../columns/bytes.js";
import { INLINED_CORE, type InlinedCore } from "./inlined-core.js";
import { packageFile } from "./package-file.js";

let compiled: WebAssembly.Module | undefined;
let place: boolean | undefined;

/** A module of one function: i8x16.relaxed_swizzle of two vectors of zeros. */
const PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 43, 1, 41, 0], // header, type, function, code
  ...[253, 12, ...new Array<number>(16).fill(0)],
  ...[253, 12, ...new Array<number>(16).fill(0)],
  ...[253, 128, 2, 11],
);

/** Whether the engine has relaxed SIMD, and runs the core that is made with it: V8 from 11.4 on, which is Node 22's and Chrome 114's. */
export function isRelaxed(): boolean {
  return WebAssembly.validate(PROBE);
}

/** Gives the core's code, where it cannot be read at once. */
export function setCore(module: WebAssembly.Module): void {
  compiled = module;
}

/** @throws Error where there is no file system and loadCore() has not been called. */
export function coreModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(coreBytes());
  return compiled;
}

/** @throws Error where they are neither in a file nor in the code. */
export function coreBytes(): Uint8Array<ArrayBuffer> {
  const bytes = fileBytes();
  if (bytes) return bytes;
  if (!INLINED_CORE) throw new Error("transload: the core is not loaded; await loadCore() first");
  return expanded(INLINED_CORE);
}

/** Whether the package's files lie beside its code: nobody has bundled it. */
export function isInPlace(): boolean {
  place ??= fileBytes() !== undefined;
  return place;
}

/**
 * What the package's file has. A bundle has no such file beside it, or another version's. Node's file system is asked for and not imported, as
 * a browser has none.
 * @throws Error where the file alone has the core, and cannot be read.
 */
function fileBytes(): Uint8Array<ArrayBuffer> | undefined {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs");
  if (!fs) return undefined;
  const core = INLINED_CORE;
  try {
    const bytes = fs.readFileSync(packageFile(isRelaxed() ? "../core/core-relaxed.wasm" : "../core/core.wasm"));
    place = !core || bytes.toString("latin1", bytes.length - core.stamp.length) === core.stamp;
    return place ? bytes : undefined;
  } catch (error) {
    if (!core) throw error;
    return undefined;
  }
}

/** It takes a millisecond longer than the file. */
function expanded({ text, length }: InlinedCore): Uint8Array<ArrayBuffer> {
  const { brotliDecompressSync } = process.getBuiltinModule("node:zlib");
  const both = brotliDecompressSync(fromBase64(text) as Uint8Array<ArrayBuffer>);
  return isRelaxed() ? both.subarray(length) : both.subarray(0, length);
}
