import type { Batch } from "../columns/batch.js";
import type { RandomAccess } from "../io/store.js";
import { type BinaryForm, type BinaryRead, formatOf, loadNpz } from "./form.js";

/** Reads a binary file as batches; one without rows where it has none. Stopping early closes the file. */
export async function* readForm(form: BinaryForm, file: RandomAccess, options: BinaryRead): AsyncGenerator<Batch, void, undefined> {
  try {
    yield* await readerOf(form, file, options);
  } finally {
    await file.close();
  }
}

/** Each reader is loaded when it is wanted: Arrow alone takes longer than a small payload. */
async function readerOf({ id }: BinaryForm, file: RandomAccess, options: BinaryRead): Promise<AsyncGenerator<Batch, void, undefined>> {
  switch (formatOf(id)) {
    case "npy":
      return (await import("./npy/read.js")).readNpy(file, options);
    case "npz":
      return (await loadNpz(options.npz)).readNpz(file, options);
    case "parquet":
      return (await import("./parquet/read.js")).readParquet(file, options);
    case "triton:binary":
      return (await import("./oip/read.js")).readOip(file, options);
    default:
      return (await import("./arrow/read.js")).readArrow(file, options);
  }
}
