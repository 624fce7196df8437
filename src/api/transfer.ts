import { addAbortSignal, type Duplex } from "node:stream";
import { binaryForm } from "../binary/form.js";
import { duplexOf } from "../io/duplex.js";
import { expansionLimit } from "../io/expansion.js";
import { unpack } from "../io/unpack.js";
import { checkTransfer, exchange } from "../lanes/exchange.js";
import type { Patch } from "../lanes/printing.js";
import type { ConvertOptions } from "./convert.js";
import { nodeHost } from "./node.js";

/**
 * The stream of a conversion with a binary file at one end, or both.
 * @throws TransloadError E_DIALECT, E_DTYPE or E_OPTION at once; every other refusal is the stream's error.
 */
export function transfer(options: ConvertOptions, patch?: Patch): Duplex {
  checkTransfer(options);
  const { signal } = options;
  // a binary file is read here and there, and its name is enough; what is written to us all the same must go somewhere
  const named = options.file !== undefined && binaryForm(options.from ?? "auto") !== undefined;
  const stream = duplexOf((chunks: AsyncIterable<Uint8Array>) => {
    if (named) void drain(chunks);
    return named ? exchange(nothing(), options, nodeHost(options), patch) : unpacked(chunks, options, patch);
  });
  return signal ? (addAbortSignal(signal, stream) as Duplex) : stream;
}

/** What is compressed is expanded, and is not what its file has. */
async function* unpacked(
  source: AsyncIterable<Uint8Array>,
  options: ConvertOptions,
  patch: Patch | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { chunks, packed } = await unpack(source, { ...expansionLimit(options), lend: false });
  const { file: _, ...others } = options;
  yield* exchange(chunks, options, nodeHost(packed ? others : options), patch);
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const _ of chunks);
  } catch {
    // the stream tells of it
  }
}
