import type { RemoteObject } from "../remote/object.js";
import type { RemoteOptions } from "../remote/open.js";
import { compressionOf, expand } from "./compression.js";
import type { ExpansionLimit } from "./expansion.js";
import { compressionAt, peek } from "./peek.js";
import { chunksOf, nameOf, objectOf, reach, regularFileOf, type Source } from "./source.js";

/** A source's own bytes. */
export interface Unpacked {
  /** The first of them; fewer than eight only where there are no more. */
  readonly head: Uint8Array;
  /** All of them. */
  readonly chunks: AsyncIterableIterator<Uint8Array>;
  /** The file that they are, where it can be read again. */
  readonly file: string | undefined;
  /** The object elsewhere that they are. */
  readonly object: RemoteObject | undefined;
  /** They were compressed. */
  readonly packed: boolean;
}

/**
 * Tells what is compressed by its first bytes, or the file's name, and expands it. `lend`: a chunk may be lent (ring.ts).
 * `remote`: how an object elsewhere is asked for.
 * @throws TransloadError E_READ for what cannot be opened.
 */
export async function unpack(
  named: Source,
  { lend, remote = {}, ...limit }: { lend: boolean; remote?: RemoteOptions } & ExpansionLimit,
): Promise<Unpacked> {
  const source = await reach(named, remote);
  const path = nameOf(source);
  const file = regularFileOf(source);
  const { head, rest } = await peek(chunksOf(source, { lend }));
  const compression = compressionAt(head) ?? (path === undefined ? undefined : compressionOf(path).compression);
  if (!compression) return { head, chunks: rest, file, object: objectOf(source), packed: false };
  // what expands needs chunks of its own; and what is expanded is no file
  if (lend && file !== undefined) await rest.return?.();
  const packed = lend && file !== undefined ? chunksOf(file, { lend: false }) : rest;
  try {
    const inner = await peek(expand(packed, compression, limit));
    return { head: inner.head, chunks: inner.rest, file: undefined, object: undefined, packed: true };
  } catch (error) {
    await (packed as Partial<AsyncIterableIterator<Uint8Array>>).return?.();
    throw error;
  }
}
