import { nodeHost } from "../../src/api/node.js";
import {
  type Batch,
  type ReadOptions,
  readBatches,
  type SplitOptions,
  TransloadError,
  type TypedArray,
  type Warning,
} from "../../src/index.js";
import { stageFor } from "../../src/lanes/chain.js";
import type { Stage } from "../../src/lanes/stage.js";
import { SPLIT } from "../../src/options/check.js";
import { requestOf } from "../../src/options/request.js";

/** What came of a conversion: bytes, warnings and, when it was refused, the error. */
export interface Outcome {
  text: string;
  warnings: Warning[];
  error: TransloadError | undefined;
}

/** Converts these chunks without streams; pieces come one behind the other. Any error that is not a TransloadError is a bug and is thrown. */
export async function feed(chunks: readonly Uint8Array[], options: SplitOptions): Promise<Outcome> {
  const out: Buffer[] = [];
  const warnings: Warning[] = [];
  let error: TransloadError | undefined;
  let conversion: Stage | undefined;
  try {
    conversion = stageFor(
      requestOf("convert", { ...options, onWarning: (warning) => warnings.push(warning) }, SPLIT),
      nodeHost(options),
      (bytes) => out.push(Buffer.from(bytes)),
    );
    for (const chunk of chunks) {
      const wait = conversion.push(chunk);
      if (wait) await wait;
    }
    await conversion.end();
  } catch (e) {
    if (!(e instanceof TransloadError)) throw e;
    error = e;
  } finally {
    conversion?.close();
  }
  return { text: Buffer.concat(out).toString(), warnings, error };
}

export function whole(text: string | Uint8Array): Uint8Array[] {
  return [bytesOf(text)];
}

/** A chunk for every byte. */
export function crumbs(text: string | Uint8Array): Uint8Array[] {
  const bytes = bytesOf(text);
  return Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
}

/** Two chunks, cut here. */
export function halves(text: string | Uint8Array, at: number): Uint8Array[] {
  const bytes = bytesOf(text);
  return [bytes.subarray(0, at), bytes.subarray(at)];
}

/** Chunks cut at these offsets. */
export function cut(text: string | Uint8Array, offsets: readonly number[]): Uint8Array[] {
  const bytes = bytesOf(text);
  const sorted = [0, ...offsets.map((o) => Math.min(o, bytes.length)).sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((to, i) => bytes.subarray(sorted[i], to));
}

export function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === "string" ? Buffer.from(text) : text;
}

/** What a program compares of an error: all but the wording. */
export function placeOf(error: TransloadError | undefined): Record<string, unknown> | undefined {
  if (!error) return undefined;
  const { code, offset, line, column, path, row, cell } = error;
  return { code, offset, line, column, path, row, cell };
}

export async function collect(source: Iterable<Uint8Array> | Uint8Array, options?: ReadOptions): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of readBatches(source, options)) batches.push(batch);
  return batches;
}

/** Reads a payload; the batches before a refusal, and the refusal. */
export async function tryRead(
  source: Iterable<Uint8Array>,
  options?: ReadOptions,
): Promise<{ batches: Batch[]; error: TransloadError | undefined }> {
  const batches: Batch[] = [];
  try {
    for await (const batch of readBatches(source, options)) batches.push(batch);
  } catch (e) {
    if (!(e instanceof TransloadError)) throw e;
    return { batches, error: e };
  }
  return { batches, error: undefined };
}

/** The numbers of a batch's first column; `Array` is what the caller knows them to be in. */
export function cellsOf<Array extends TypedArray = Float64Array<ArrayBuffer>>(batch: Batch | undefined): Array {
  const values = batch?.columns[0]?.values;
  if (!ArrayBuffer.isView(values)) throw new Error("a batch with a column of numbers was expected");
  return values as Array;
}

/** The typed array that a program is promised for each dtype but string. */
export const ARRAYS = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** The cells of all batches, by the names of their columns. */
export async function columnsOf(chunks: Iterable<Uint8Array>, options: ReadOptions): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const { columns } of await collect(chunks, options)) for (const { name, values } of columns) (found[name] ??= []).push(...values);
  return found;
}
