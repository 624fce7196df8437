// Files that lie beside the code in the package. This file stays one folder deep: the built package has its code in dist/chunks, and the core
// in dist/core, so that one relative address is right in both.

/** A name of its own, because bundlers take `new URL` with this spelled out in it for a file to be copied. CommonJS has no such thing. */
const HERE = import.meta.url as string | undefined;

/** @throws TypeError in a bundle of CommonJS; in others it may lead nowhere, or to a file of somebody else's. */
export function packageFile(path: string): URL {
  return new URL(path, HERE);
}
