// Inputs that are objects elsewhere: one by its URL, those that a manifest lists, and those whose names begin with a prefix that ends with a slash.
import { concat, decode } from "../../columns/bytes.js";
import { TransloadError } from "../../errors.js";
import type { RemoteObject } from "../../remote/object.js";
import { listObjects, openObject, type RemoteOptions } from "../../remote/open.js";
import { beside, lastName, spelled, textOf } from "../../remote/url.js";
import { entriesIn, inOrder, LARGEST, MANIFEST } from "./manifest.js";
import type { Operand } from "./operand.js";

/** @throws TransloadError E_READ for what is not there. */
export async function calledElsewhere(url: string | URL, remote: RemoteOptions): Promise<readonly Operand[]> {
  if (lastName(url) === "") return underPrefix(url, remote);
  const object = await openObject(url, remote);
  return (lastName(url) === MANIFEST && (await listedBy(url, object, remote))) || [operandOf(url, object)];
}

function operandOf(url: string | URL, object: RemoteObject): Operand {
  return { name: object.name, path: undefined, stats: undefined, object, url: textOf(url) };
}

/** A prefix is its objects, but where it has a manifest: then it is what that lists. */
async function underPrefix(prefix: string | URL, remote: RemoteOptions): Promise<readonly Operand[]> {
  const urls = await listObjects(prefix, remote);
  const manifest = urls.find((url) => url === `${spelled(prefix)}${MANIFEST}`);
  if (manifest !== undefined) return calledElsewhere(manifest, remote);
  const shown = urls.filter((url) => !/(^|\/)[._]|\/$/.test(url.slice(spelled(prefix).length)));
  if (shown.length === 0) throw new TransloadError("E_READ", `cannot read ${spelled(prefix)}: no object has a name that begins so`);
  return Promise.all(shown.map(async (url) => ({ ...operandOf(url, await openObject(url, remote)), inFolder: true as const })));
}

async function listedBy(url: string | URL, object: RemoteObject, remote: RemoteOptions): Promise<readonly Operand[] | undefined> {
  if ((object.size ?? 0) > LARGEST) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of object) chunks.push(chunk);
  const entries = entriesIn(decode(concat(chunks)));
  if (!entries) return undefined;
  const pieces: Operand[] = [];
  for (const entry of inOrder(object.name, entries)) {
    const own = beside(url, entry.piece);
    const piece = await openObject(own, remote);
    pieces.push({ ...operandOf(own, piece), piece: { path: piece.name, entry } });
  }
  return pieces;
}
