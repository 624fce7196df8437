import ndarray from "ndarray";
import { setNdarray } from "../columns/batch.js";
import { isRelaxed, setCore } from "../engine/module.js";

type CoreSource = WebAssembly.Module | ArrayBuffer | Uint8Array<ArrayBuffer> | Response | string | URL;

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

async function moduleOf(source: CoreSource | Promise<Response>): Promise<WebAssembly.Module> {
  const given = await source;
  if (given instanceof WebAssembly.Module) return given;
  if (given instanceof ArrayBuffer || given instanceof Uint8Array) return WebAssembly.compile(given);
  const response = given instanceof Response ? given : await fetch(given);
  if (!response.ok) throw new Error(`transload: the core cannot be loaded from ${response.url}: ${response.status} ${response.statusText}`);
  // not compiled while it streams: not every server says that it is application/wasm
  return WebAssembly.compile(await response.arrayBuffer());
}
