import { Duplex, PassThrough, Readable } from "node:stream";

/** Bytes that may wait: the source reads its next chunk while the last is worked on. */
const AHEAD = 1 << 21;
/** Values that may wait to be taken. */
const WAITING = 2;

/** A stream of bytes out of what is written to it; `objects`: that is no bytes. */
export function duplexOf<In>(
  work: (input: AsyncIterable<In>) => AsyncIterable<Uint8Array>,
  { objects = false }: { objects?: boolean } = {},
): Duplex {
  const writable = new PassThrough(objects ? { objectMode: true, highWaterMark: WAITING } : { highWaterMark: AHEAD });
  // destroyed where the work fails, the writable end would tell of that first, and not of why
  const input = writable.iterator({ destroyOnReturn: false }) as AsyncIterable<In>;
  const readable = Readable.from(work(input), { objectMode: false });
  // their errors are the stream's, which tells them; destroyed, it has none to tell
  for (const end of [writable, readable]) end.on("error", () => {});
  const duplex = Duplex.from({ writable, readable });
  // of an end that has finished Duplex.from lets go, and what it holds would stay open
  duplex.once("close", () => {
    writable.destroy();
    readable.destroy();
  });
  return duplex;
}
