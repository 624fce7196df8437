import type { Batch } from "../columns/batch.js";
import { type CreateScanner, coreScanner, type EngineName } from "../engine/index.js";
import { DiskSpill, FileStore } from "../io/disk.js";
import { openRandom, spillRandom } from "../io/random.js";
import { SpillStore } from "../io/store.js";
import { batchesAt } from "../jobs/batches.js";
import { batchesOfShare, type Share } from "../jobs/share.js";
import type { Host } from "../lanes/host.js";
import type { ReadRequest } from "../options/request.js";

/** Threads that work on a file's rows, or the share of these that is worked on. */
export interface Threads {
  readonly jobs: number;
  readonly share?: Share | undefined;
}

/** Node: the input is its file, where it has one; what else is read again is spilled to a folder. */
export function nodeHost({ file, spillDir }: { file?: string; spillDir?: string }, threads: Threads = { jobs: 1 }): Host {
  const spill = () => new DiskSpill(spillDir);
  return {
    spill,
    input: () => (file === undefined ? new SpillStore(spill()) : new FileStore(file)),
    random: async (chunks) => {
      if (file === undefined) return spillRandom(chunks, spillDir);
      await (chunks as Partial<AsyncGenerator>).return?.(undefined);
      return openRandom(file);
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
