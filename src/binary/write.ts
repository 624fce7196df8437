import { type BinaryName, type BinaryWrite, type BinaryWriter, formatOf, loadNpz } from "./form.js";

/** The writer of this form, loaded when it is wanted. */
export async function writerOf(id: BinaryName, options: BinaryWrite): Promise<BinaryWriter> {
  switch (formatOf(id)) {
    case "npy":
      return new (await import("./npy/write.js")).NpyWriter(options);
    case "npz":
      return new (await loadNpz(options.npz)).NpzWriter(options);
    case "parquet":
      return (await import("./parquet/write.js")).ParquetWriter.create(options);
    case "triton:binary":
      return new (await import("./oip/write.js")).OipWriter(options);
    default:
      return (await import("./arrow/write.js")).ArrowWriter.create(id === "arrow" ? "file" : "stream", options);
  }
}
