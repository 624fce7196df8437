import { nearest, TransloadError } from "../errors.js";

/** Units of a point in time, counted from 1970. */
export type TimeUnit = "D" | "s" | "ms" | "us" | "ns";

/** numpy's names for points in time, whole numbers of a unit since 1970. */
export type TimeDType = `datetime64[${TimeUnit}]`;

/**
 * numpy's names. `string` cells are JavaScript strings, `bytes` Uint8Arrays, which stand in text as base64; times are 64-bit integers,
 * and stand in text as ISO 8601.
 */
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
  | "string"
  | "bytes"
  | TimeDType;

/** The dtypes whose cells are numbers in typed arrays. */
export type NumericDType = Exclude<DType, "string" | "bytes" | TimeDType>;

/** What numbers, booleans (a byte each) and times (64-bit integers) lie in. */
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

/** What the cells of a dtype lie in memory as; undefined for text and bytes, which do not in an array of their own. */
export function storedAs(dtype: DType): NumericDType | undefined {
  if (dtype === "string" || dtype === "bytes") return undefined;
  return isTime(dtype) ? "int64" : dtype;
}

export function isNumeric(dtype: DType): dtype is NumericDType {
  return Object.hasOwn(NUMERIC, dtype);
}

export function isTime(dtype: DType): dtype is TimeDType {
  return dtype.startsWith("datetime64[");
}

export function unitOf(dtype: TimeDType): TimeUnit {
  return dtype.slice(11, -1) as TimeUnit;
}

/** numpy's "not a time", which stands in the place of a null. */
export const NAT = -(2n ** 63n);

/** What stands in the place of a null: NaN in floats, "not a time" in times, 0, "" or no bytes in the rest. */
export function nothingIn(dtype: DType): number | bigint | string | Uint8Array {
  if (dtype === "string") return "";
  if (dtype === "bytes") return new Uint8Array();
  if (isTime(dtype)) return NAT;
  return dtype.startsWith("float") ? Number.NaN : dtype.endsWith("64") ? 0n : 0;
}

export const STRING_CODE = 11;
/** The core's number for a column whose cells are passed over. */
export const SKIP_CODE = 13;
/** And for one whose cells are kept as the JSON that they are. */
export const VERBATIM_CODE = 14;

/** A dtype for each column of these names; one that ends in `?` is for a column that need not be there. */
export type DTypes = Readonly<Record<string, DType | `${DType}?`>>;

/**
 * The dtypes that are wanted: one for all numbers; by name; or `infer`, int64 where the first 64 KiB of a column are whole numbers
 * and float64 elsewhere.
 */
export type DTypeChoice = DType | "infer" | DTypes;

/** What is asked for the column of this name by its name. */
export function dtypeNamed(asked: DTypeChoice | undefined, name: string): DType | undefined {
  if (typeof asked !== "object" || !Object.hasOwn(asked, name)) return undefined;
  return asked[name]?.replace(OPTIONAL, "") as DType;
}

/** The columns that must be there, because a dtype is asked for them. */
export function columnsNamed(asked: DTypeChoice | undefined): readonly string[] {
  return typeof asked === "object" ? Object.keys(asked).filter((name) => !OPTIONAL.test(asked[name] as string)) : [];
}

const OPTIONAL = /\?$/;

const TIMES = (["D", "s", "ms", "us", "ns"] as const).map((unit): TimeDType => `datetime64[${unit}]`);
/** Their names. */
export const DTYPES = [...Object.keys(NUMERIC), "string", "bytes", ...TIMES] as readonly DType[];
const KNOWN: ReadonlySet<string> = new Set(DTYPES);

/**
 * Dtypes by the names of columns, each of which may end in `?`.
 * @throws TransloadError E_DTYPE with the known names.
 */
export function checkDtypes(dtypes: Readonly<Record<string, unknown>>): DTypes {
  for (const dtype of Object.values(dtypes)) checkDtype(String(dtype).replace(OPTIONAL, ""));
  return dtypes as DTypes;
}

/** @throws TransloadError E_DTYPE with the known names. */
export function checkDtype(name: string): DType {
  if (KNOWN.has(name)) return name as DType;
  const guess = nearest(String(name), DTYPES);
  throw new TransloadError(
    "E_DTYPE",
    `unknown dtype ${JSON.stringify(name)}${guess ? `, did you mean ${guess}?` : ""}; known: ${DTYPES.join(", ")}`,
  );
}
