import { nearest, TransloadError } from "./errors.js";

/** numpy's names. `string` cells are JavaScript strings. */
export type DType =
  | "bool"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float32"
  | "float64"
  | "string";

/** The dtypes whose cells are numbers in typed arrays. */
export type NumericDType = Exclude<DType, "string">;

export type TypedArray =
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

interface TypedArrayConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): TypedArray;
  new (buffer: ArrayBuffer, byteOffset?: number, length?: number): TypedArray;
}

interface Numeric {
  /** The core's number for it (core/cells.ts). */
  readonly code: number;
  readonly array: TypedArrayConstructor;
  /** Bounds of an integer dtype. */
  readonly range?: readonly [bigint, bigint];
}

const bits = (n: bigint, signed: boolean): [bigint, bigint] => (signed ? [-(2n ** (n - 1n)), 2n ** (n - 1n) - 1n] : [0n, 2n ** n - 1n]);

/** bool is a byte, 0 or 1, as in numpy. */
export const NUMERIC: Readonly<Record<NumericDType, Numeric>> = {
  bool: { code: 0, array: Uint8Array, range: [0n, 1n] },
  int8: { code: 1, array: Int8Array, range: bits(8n, true) },
  int16: { code: 2, array: Int16Array, range: bits(16n, true) },
  int32: { code: 3, array: Int32Array, range: bits(32n, true) },
  int64: { code: 4, array: BigInt64Array, range: bits(64n, true) },
  uint8: { code: 5, array: Uint8Array, range: bits(8n, false) },
  uint16: { code: 6, array: Uint16Array, range: bits(16n, false) },
  uint32: { code: 7, array: Uint32Array, range: bits(32n, false) },
  uint64: { code: 8, array: BigUint64Array, range: bits(64n, false) },
  float32: { code: 9, array: Float32Array },
  float64: { code: 10, array: Float64Array },
};

export const STRING_CODE = 11;
/** The core's number for a column whose cells are passed over. */
export const SKIP_CODE = 13;

/**
 * The dtypes that are wanted: one for all numbers; by name; or `infer`, int64 where the first 64 KiB of a column are whole numbers
 * and float64 elsewhere.
 */
export type DTypeChoice = DType | "infer" | Readonly<Record<string, DType>>;

const DTYPES = [...Object.keys(NUMERIC), "string"] as readonly DType[];

/** @throws TransloadError E_DTYPE with the known names. */
export function checkDtype(name: string): DType {
  if ((DTYPES as readonly string[]).includes(name)) return name as DType;
  const guess = nearest(name, DTYPES);
  throw new TransloadError(
    "E_DTYPE",
    `unknown dtype ${JSON.stringify(name)}${guess ? `, did you mean ${guess}?` : ""}; known: ${DTYPES.join(", ")}`,
  );
}
