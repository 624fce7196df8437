// A Parquet file's footer, read by hyparquet.

import { type FileMetaData, parquetMetadata } from "hyparquet";
import { decodeBytes } from "../../columns/bytes.js";
import { TransloadError } from "../../errors.js";
import type { RandomAccess } from "../../io/store.js";

/** Of a file, or a column: parquet-format, Encryption.md. */
export const ENCRYPTED = "is encrypted, which is not read; write it without that";

/** The footer's length and the magic number end a file. */
const TRAILER = 8;

/** @throws TransloadError E_SYNTAX for what is no Parquet, or whose footer is damaged; E_TRUNCATED where it ends too early; E_FORM for one that is encrypted. */
export async function readMetadata(file: RandomAccess): Promise<FileMetaData> {
  const trailer = await file.read(Math.max(0, file.size - TRAILER), file.size);
  const start = decodeBytes(await file.read(0, 4));
  if (start === "PARE") throw new TransloadError("E_FORM", `the parquet file ${ENCRYPTED}`);
  if (start !== "PAR1") throw new TransloadError("E_SYNTAX", "not a parquet file: it does not begin with PAR1", { offset: 0 });
  if (trailer.length < TRAILER || decodeBytes(trailer.subarray(4)) !== "PAR1")
    throw new TransloadError("E_TRUNCATED", "the parquet file does not end with PAR1: it is cut short", { offset: file.size });
  const length = new DataView(trailer.buffer).getUint32(0, true);
  const from = file.size - TRAILER - length;
  if (from < 4)
    throw new TransloadError("E_SYNTAX", `not a whole parquet file: its footer is said to have ${length} bytes`, {
      offset: file.size - TRAILER,
    });
  const bytes = await file.read(from, file.size);
  return damaged(from, () =>
    // its search for GeoParquet's columns goes backwards, and for ever, where a column has fewer than no children
    parquetMetadata(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), { geoparquet: false }),
  );
}

/** What is thrown where a footer, which may say anything, is parsed or followed, as ours. */
export function damaged<T>(offset: number | undefined, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TransloadError) throw error;
    const place = offset === undefined ? {} : { offset };
    throw new TransloadError("E_SYNTAX", `the footer of the parquet file is damaged: ${(error as Error).message}`, place, { cause: error });
  }
}
