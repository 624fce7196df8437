import type { Batch } from "../batch.js";
import { openRandom, type RandomAccess, spillRandom } from "../io/random.js";
import type { BinaryForm, BinaryRead } from "./form.js";

/** Where a binary file is: on the disk, or in chunks that pass but once and are spilled. */
export interface BinarySource {
  readonly file: string | undefined;
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly spillDir: string | undefined;
}

/** Reads a binary file as batches; one without rows where it has none. Stopping early closes the file. */
export async function* readForm(form: BinaryForm, source: BinarySource, options: BinaryRead): AsyncGenerator<Batch, void, undefined> {
  const file = await openSource(source);
  try {
    yield* await readerOf(form, file, options);
  } finally {
    await file.close();
  }
}

async function openSource({ file, chunks, spillDir }: BinarySource): Promise<RandomAccess> {
  if (file === undefined) return spillRandom(chunks, spillDir);
  // its chunks have been asked for, to tell the form
  await (chunks as Partial<AsyncGenerator>).return?.(undefined);
  return openRandom(file);
}

/** Each reader is loaded when it is wanted: Arrow alone takes longer than a small payload. */
async function readerOf({ id }: BinaryForm, file: RandomAccess, options: BinaryRead): Promise<AsyncGenerator<Batch, void, undefined>> {
  switch (id) {
    case "npy":
      return (await import("./npy.js")).readNpy(file, options);
    case "npz":
      return (await import("./npz.js")).readNpz(file, options);
    case "parquet":
      return (await import("./parquet.js")).readParquet(file, options);
    default:
      return (await import("./arrow.js")).readArrow(file, options);
  }
}
