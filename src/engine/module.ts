// The compiled core, once for everyone. This file stays one folder deep: the built package has its code in dist/chunks, and the
// core in dist/core, so that one relative address is right in both.

let compiled: WebAssembly.Module | undefined;

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
  return new WebAssembly.Module(fs.readFileSync(new URL("../core/core.wasm", import.meta.url)));
}
