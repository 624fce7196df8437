import type { Batch } from "../columns/batch.js";
import { type CreateScanner, coreScanner, type EngineName } from "../engine/index.js";
import { DiskSpill, FileStore } from "../io/disk.js";
import { openRandom, spillRandom } from "../io/random.js";
import { SpillStore } from "../io/store.js";
import { batchesAt } from "../jobs/batches.js";
import { batchesOfShare, type Share } from "../jobs/share.js";
import type { Host } from "../lanes/host.js";
import type { ReadRequest } from "../options/request.js";
import type { RemoteObject } from "../remote/object.js";

/** Threads that work on a file's rows, or the share of these that is worked on. */
export interface Threads {
  readonly jobs: number;
  readonly share?: Share | undefined;
}

/** Where the input's bytes are, and where to spill to what is read again. */
export interface Here {
  readonly file?: string;
  /** Elsewhere. */
  readonly object?: RemoteObject | undefined;
  readonly spillDir?: string;
  /** Told the bytes that were read of an object, where they are read here and there. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** Node: the input is its file, where it has one, or an object elsewhere; what else is read again is spilled to a folder. */
export function nodeHost({ file, object, spillDir, onProgress }: Here, threads: Threads = { jobs: 1 }): Host {
  const spill = () => new DiskSpill(spillDir);
  return {
    spill,
    input: () => (file === undefined ? new SpillStore(spill()) : new FileStore(file)),
    random: async (chunks) => {
      const ranges = object?.random(onProgress);
      if (file === undefined && !ranges) return spillRandom(chunks, spillDir);
      await (chunks as Partial<AsyncGenerator>).return?.(undefined);
      return ranges ?? openRandom(file as string);
    },
    npz: () => import("../binary/npy/npz.js"),
    scannerOf,
    ...(file !== undefined && isShared(threads) && { batches: (request, alone) => batchesBy(file, threads, request, alone) }),
  };
}

function isShared({ jobs, share }: Threads): boolean {
  return jobs > 1 || share !== undefined;
}

function batchesBy(file: string, { jobs, share }: Threads, ...how: [ReadRequest, () => AsyncIterable<Batch>]): AsyncIterable<Batch> {
  return share ? batchesOfShare(file, share, ...how) : batchesAt(file, jobs, ...how);
}

/** The engine that was asked for; the reference engine and stream-json are loaded only then. */
async function scannerOf(engine: EngineName | undefined): Promise<CreateScanner> {
  if (engine !== "reference") return coreScanner;
  const { referenceScanner } = await import("../engine/reference/index.js");
  return referenceScanner;
}
