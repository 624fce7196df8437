import ndarray from "ndarray";
import { setNdarray } from "../columns/batch.js";
import { type CoreSource, moduleOf } from "../engine/core-source.js";
import { isRelaxed, setCore } from "../engine/module.js";

let loading: Promise<void> | undefined;

/**
 * Loads the WebAssembly core, once. The first conversion does so by itself, from `core.wasm` in the package, or `core-relaxed.wasm` where the engine has relaxed SIMD; call it to load from
 * elsewhere, or where modules are imported and not fetched (Cloudflare Workers).
 * @throws what fetching or compiling it throws; it may then be tried again.
 */
export function loadCore(source: CoreSource | Promise<Response> = inPackage()): Promise<void> {
  setNdarray(ndarray);
  loading ??= moduleOf(source).then(setCore);
  loading.catch(() => {
    loading = undefined;
  });
  return loading;
}

/** Spelled out twice: bundlers know a file by this. */
function inPackage(): URL {
  return isRelaxed() ? new URL("../core/core-relaxed.wasm", import.meta.url) : new URL("../core/core.wasm", import.meta.url);
}
