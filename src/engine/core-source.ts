/** As whoever compiles against this has it: programs for Node may have no declaration of WebAssembly. */
type Compiled = typeof globalThis extends { WebAssembly: { Module: new (...given: never[]) => infer Module } } ? Module : never;

/** What the core may be loaded from: compiled, or its bytes, or where these are. */
export type CoreSource = Compiled | ArrayBuffer | Uint8Array<ArrayBuffer> | Response | string | URL;

/** @throws what reading, fetching or compiling it throws. */
export async function moduleOf(source: CoreSource | Promise<Response>): Promise<WebAssembly.Module> {
  const given = await source;
  if (given instanceof WebAssembly.Module) return given;
  if (given instanceof ArrayBuffer || given instanceof Uint8Array) return WebAssembly.compile(given);
  // not compiled while it streams: not every server says that it is application/wasm
  return WebAssembly.compile(given instanceof Response ? await bodyOf(given) : await bytesAt(given));
}

/** Where there is a file system, what is no address of the web's is a file: Node's fetch has none. */
async function bytesAt(place: string | URL): Promise<ArrayBuffer | Uint8Array<ArrayBuffer>> {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs/promises");
  if (!fs || /^(?!file:)[a-z]{2,}:/i.test(`${place}`)) return bodyOf(await fetch(place));
  return fs.readFile(typeof place === "string" && /^file:/i.test(place) ? new URL(place) : place);
}

async function bodyOf(response: Response): Promise<ArrayBuffer> {
  if (!response.ok) throw new Error(`transload: the core cannot be loaded from ${response.url}: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}
