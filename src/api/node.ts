import { type CreateScanner, coreScanner, type EngineName } from "../engine/index.js";
import { DiskSpill, FileStore } from "../io/disk.js";
import { openRandom, spillRandom } from "../io/random.js";
import { SpillStore } from "../io/store.js";
import { batchesAt } from "../jobs/batches.js";
import type { Host } from "../lanes/host.js";

/**
 * Node: the input is its file, where it has one; what else is read again is spilled to a folder. `jobs`: threads
 * that read the file's rows as batches.
 */
export function nodeHost({ file, spillDir }: { file?: string; spillDir?: string }, jobs = 1): Host {
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
    ...(file !== undefined && jobs > 1 && { batches: (request, alone) => batchesAt(file, jobs, request, alone) }),
  };
}

/** The engine that was asked for; the reference engine and stream-json are loaded only then. */
export async function scannerOf(engine: EngineName | undefined): Promise<CreateScanner> {
  if (engine !== "reference") return coreScanner;
  const { referenceScanner } = await import("../engine/reference/index.js");
  return referenceScanner;
}
