import type { Npz } from "../binary/form.js";
import type { Batch } from "../columns/batch.js";
import type { CreateScanner, EngineName } from "../engine/index.js";
import { type RandomAccess, type Spill, SpillStore, type Store } from "../io/store.js";
import type { ReadRequest } from "../options/request.js";

/** What a conversion finds around it, which is another thing in a browser. */
export interface Host {
  /** A place for bytes that are read again. */
  spill(): Spill;
  /** The input's own bytes, as far as they must be read again. */
  input(): Store;
  /** The input as a file that is read here and there; its chunks are those that have been asked for already. */
  random(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<RandomAccess>;
  /** Zipped arrays, which are Node's alone. */
  readonly npz: Npz;
  /** Reads the batches of the input's rows another way than by one reader, `alone`, where there is one. */
  readonly batches?: (request: ReadRequest, alone: () => AsyncIterable<Batch>) => AsyncIterable<Batch>;
  /** The engine that was asked for. */
  scannerOf(engine: EngineName | undefined): Promise<CreateScanner>;
}

/** The same around another input, which passes but once. */
export function spilling(host: Host): Host {
  const { batches: _, ...others } = host;
  return { ...others, input: () => new SpillStore(host.spill()) };
}
