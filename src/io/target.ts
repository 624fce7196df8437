// What is written to, whatever it is.
import type { Readable, Transform } from "node:stream";
import type { ReadInput } from "./disk-errors.js";
import type { Sink } from "./sink.js";

/** A step on the way to an output. */
type Step = NodeJS.ReadWriteStream | Transform | ((chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>);

/** Where the result goes. A file appears, whole, with `commit`; until then nothing of it is there. */
export interface Output {
  readonly name: string;
  /** Writes the source, through these steps, to its end. @throws TransloadError E_WRITE; and what the source or a step throws. */
  fill(source: Readable | AsyncIterable<Uint8Array> | Iterable<Uint8Array>, ...steps: readonly Step[]): Promise<void>;
  /** The same by somebody who writes what is lent, and to its end. Either is done once. */
  pour(work: (sink: Sink) => Promise<void>): Promise<void>;
  /** Has these bytes put over the first ones when the file is complete; undefined where that cannot be done. */
  readonly patch?: (bytes: Uint8Array) => void;
  /** Resolves, or returns, when the result is there, whole. */
  commit(): void | Promise<void>;
  discard(): void | Promise<void>;
}

/** What is read. */
export type Opened = ReadInput | readonly ReadInput[];
