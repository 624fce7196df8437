import type { Duplex } from "node:stream";
import { binaryForm } from "../binary/form.js";
import { TransloadError } from "../errors.js";
import { destroyOn } from "../io/abort.js";
import { duplexOf } from "../io/duplex.js";
import { unpack } from "../io/unpack.js";
import { exchange, type FileSink } from "../lanes/exchange.js";
import type { Request } from "../options/request.js";
import { emitting } from "./headers.js";
import { nodeHost, type Threads } from "./node.js";

/** The stream of a conversion with a binary file at one end, or both, which has been checked. It emits `headers` where a request needs some. */
export function transfer(request: Request, sink?: FileSink, threads?: Threads): Duplex {
  const run = emitting(request.run, () => stream);
  // a binary file is read here and there, and its name is enough; what is written to us all the same must go somewhere
  const named = run.file !== undefined && binaryForm(request.from) !== undefined;
  const own = { ...request, run };
  const stream: Duplex = duplexOf((chunks: AsyncIterable<Uint8Array>) => {
    if (named) void drain(chunks);
    return blamed(named ? exchange(nothing(), own, nodeHost(run), sink) : unpacked(chunks, own, sink, threads), run.file);
  });
  return destroyOn(run.signal, stream);
}

/** What is compressed is expanded, and is not what its file has. */
async function* unpacked(
  source: AsyncIterable<Uint8Array>,
  request: Request,
  sink: FileSink | undefined,
  threads: Threads | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { chunks, packed } = await unpack(source, { ...request.limits, lend: false });
  const { file: _, ...others } = request.run;
  yield* exchange(chunks, packed ? { ...request, run: others } : request, nodeHost(packed ? others : request.run, threads), sink);
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
