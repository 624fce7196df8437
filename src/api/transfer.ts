import type { Duplex } from "node:stream";
import { binaryForm } from "../binary/form.js";
import { TransloadError } from "../errors.js";
import { abortable, destroyOn } from "../io/abort.js";
import { duplexOf } from "../io/duplex.js";
import { unpack } from "../io/unpack.js";
import { exchange, type FileSink } from "../lanes/exchange.js";
import type { Request } from "../options/request.js";
import { emitting } from "./headers.js";
import { nodeHost, type Threads } from "./node.js";

/** The stream of a conversion with a binary file at one end, or both, which has been checked. It emits `headers` where a request needs some. */
export function transfer(request: Request): Duplex {
  const run = emitting(request.run, () => stream);
  // a binary file is read here and there, and its name is enough; what is written to us all the same must go somewhere
  const named = isNamed(request);
  const own = { ...request, run };
  const stream: Duplex = duplexOf((chunks: AsyncIterable<Uint8Array>) => {
    if (named) void drain(chunks);
    return blamed(named ? exchange(nothing(), own, nodeHost(run)) : unpacked(chunks, own), run.file);
  });
  return destroyOn(run.signal, stream);
}

/** The bytes of such a conversion, of a file that is open, and whose bytes need not be asked for. */
export function transferred(
  chunks: AsyncIterable<Uint8Array>,
  request: Request,
  threads: Threads,
  sink?: FileSink,
): AsyncIterable<Uint8Array> {
  const bytes = exchange(isNamed(request) ? nothing() : chunks, request, nodeHost(request.run, threads), sink);
  return abortable(bytes, request.run.signal) as AsyncIterable<Uint8Array>;
}

/** A binary file is read by its name. */
function isNamed({ from, run }: Request): boolean {
  return (run.file !== undefined || run.object?.ranged === true) && binaryForm(from) !== undefined;
}

/** What is compressed is expanded, and is not what its file has. */
async function* unpacked(source: AsyncIterable<Uint8Array>, request: Request): AsyncGenerator<Uint8Array, void, undefined> {
  const { chunks, packed } = await unpack(source, { ...request.limits, lend: false });
  const { file: _, object: __, ...others } = request.run;
  yield* exchange(chunks, packed ? { ...request, run: others } : request, nodeHost(packed ? others : request.run));
}

/** The same chunks; errors name the file. */
async function* blamed(chunks: AsyncIterable<Uint8Array>, file: string | undefined): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* chunks;
  } catch (error) {
    throw error instanceof TransloadError ? error.inFile(file) : error;
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const _ of chunks);
  } catch {
    // the stream tells of it
  }
}
