import { type CoreSource, moduleOf } from "../engine/core-source.js";
import { coreBytes, setCore } from "../engine/module.js";

let loading: Promise<void> | undefined;

/**
 * Loads the WebAssembly core, once. The first conversion does so by itself, from the package's file, or out of the code where that has been
 * bundled. Call it to have the core ready beforehand, or to load it from elsewhere: a compiled module, its bytes, a file or an address.
 * @throws what reading, fetching or compiling it throws; it may then be tried again.
 */
export function loadCore(source?: CoreSource | Promise<Response>): Promise<void> {
  loading ??= load(source);
  loading.catch(() => {
    loading = undefined;
  });
  return loading;
}

async function load(source: CoreSource | Promise<Response> | undefined): Promise<void> {
  setCore(await moduleOf(source ?? coreBytes()));
}
