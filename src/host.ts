import { type CreateScanner, coreScanner, type EngineName } from "./engine/index.js";
import { DiskSpill, FileStore } from "./io/disk.js";
import { type Spill, SpillStore, type Store } from "./io/store.js";

/** What a conversion finds around it, which is another thing in a browser. */
export interface Host {
  /** A place for bytes that are read again. */
  spill(): Spill;
  /** The input's own bytes, as far as they must be read again. */
  input(): Store;
  /** The engine that was asked for. */
  scannerOf(engine: EngineName | undefined): Promise<CreateScanner>;
}

/** Node: the input is its file, where it has one; what else is read again is spilled to a folder. */
export function nodeHost({ file, spillDir }: { file?: string; spillDir?: string }): Host {
  const spill = () => new DiskSpill(spillDir);
  return { spill, input: () => (file === undefined ? new SpillStore(spill()) : new FileStore(file)), scannerOf };
}

/** The engine that was asked for; the reference engine and stream-json are loaded only then. */
export async function scannerOf(engine: EngineName | undefined): Promise<CreateScanner> {
  if (engine !== "reference") return coreScanner;
  const { ReferenceScanner } = await import("./engine/reference.js");
  return (pathOf, start) => new ReferenceScanner(pathOf, start);
}
