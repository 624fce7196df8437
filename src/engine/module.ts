// The compiled core, once for everyone. This file stays one folder deep: the built package has its code in dist/chunks, and the
// core in dist/core, so that one relative address is right in both.

let compiled: WebAssembly.Module | undefined;

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
  compiled ??= compile();
  return compiled;
}

/** From the file of the package. Node's file system is asked for and not imported, as a browser has none. */
function compile(): WebAssembly.Module {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs");
  if (!fs) throw new Error("transload: the core is not loaded; await loadCore() first");
  const file = isRelaxed() ? "core-relaxed.wasm" : "core.wasm";
  return new WebAssembly.Module(fs.readFileSync(new URL(`../core/${file}`, import.meta.url)));
}
