import { Readable, type Transform } from "node:stream";

/** What a stream makes of the chunks. `onBytes` hears of its bytes before they are handed on. */
export async function* through(
  expander: Transform,
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const source = Readable.from(chunks, { objectMode: false });
  source.once("error", (error) => expander.destroy(error));
  source.pipe(expander);
  try {
    for await (const chunk of expander as AsyncIterable<Uint8Array>) {
      onBytes(chunk.length);
      yield chunk;
    }
  } finally {
    source.destroy();
    expander.destroy();
  }
}
