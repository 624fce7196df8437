// Files that lie beside the code in the package. This file stays one folder deep: the built package has its code in dist/chunks, and the core
// in dist/core, so that one relative address is right in both.

/**
 * Of this code; in CommonJS there is none. In an object, because bundlers take `new URL` with `import.meta.url` in it for a file to be copied, and
 * whoever minifies puts it there.
 */
const ADDRESS: { readonly url: string | undefined } = { url: import.meta.url };

/** @throws TypeError in a bundle of CommonJS; in others it may lead nowhere, or to a file of somebody else's. */
export function packageFile(path: string): URL {
  return new URL(path, ADDRESS.url);
}
