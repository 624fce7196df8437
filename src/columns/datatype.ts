// Open Inference Protocol's datatypes (kserve/open-inference-protocol, inference_rest.md; BF16 is Triton's), and the dtypes that hold them.
import { type DType, type DTypes, dtypeNamed } from "./dtype.js";

interface Datatype {
  /** What its cells are read as. */
  readonly dtype: DType;
  /** Bytes of a cell where it is binary; none where each says its own length. */
  readonly bytes?: number;
}

/** By their names. FP16 and BF16 are widened, as JavaScript has arrays for neither. */
export const DATATYPES: Readonly<Record<string, Datatype>> = {
  BOOL: { dtype: "bool", bytes: 1 },
  UINT8: { dtype: "uint8", bytes: 1 },
  UINT16: { dtype: "uint16", bytes: 2 },
  UINT32: { dtype: "uint32", bytes: 4 },
  UINT64: { dtype: "uint64", bytes: 8 },
  INT8: { dtype: "int8", bytes: 1 },
  INT16: { dtype: "int16", bytes: 2 },
  INT32: { dtype: "int32", bytes: 4 },
  INT64: { dtype: "int64", bytes: 8 },
  FP16: { dtype: "float32", bytes: 2 },
  FP32: { dtype: "float32", bytes: 4 },
  FP64: { dtype: "float64", bytes: 8 },
  BYTES: { dtype: "string" },
  BF16: { dtype: "float32", bytes: 2 },
};

/** Their names, for messages. */
export const DATATYPE_NAMES: readonly string[] = Object.keys(DATATYPES);

export function isDatatype(name: unknown): name is string {
  return typeof name === "string" && Object.hasOwn(DATATYPES, name);
}

/** The datatype of numbers, or of true and false, of this dtype; undefined for text, bytes and times. */
export function datatypeHolding(dtype: DType | undefined): string | undefined {
  return DATATYPE_NAMES.find((name) => name !== "FP16" && name !== "BF16" && name !== "BYTES" && DATATYPES[name]?.dtype === dtype);
}

/** What inputs say that they are, by their names; `one`: they are one array, whose columns may have names. */
export function dtypesDeclared(
  inputs: readonly { readonly name?: string; readonly datatype?: string }[],
  one: boolean,
): DType | Record<string, DType> {
  const dtypes = inputs.flatMap(({ name = "", datatype = "" }) =>
    isDatatype(datatype) ? [[name, (DATATYPES[datatype] as Datatype).dtype] as const] : [],
  );
  const [only, ...others] = dtypes;
  return one && only && others.length === 0 ? only[1] : Object.fromEntries(dtypes);
}

/** A datatype for all numbers, or by the name of the column. */
export type AskedDatatype = string | Readonly<Record<string, string>> | undefined;

/** What is asked of all numbers, or of the columns that are named, as a dtype. */
export function datatypeFor(dtype: DType | DTypes): AskedDatatype {
  if (typeof dtype === "string") return datatypeHolding(dtype);
  return Object.fromEntries(
    Object.keys(dtype).flatMap((name) => {
      const datatype = datatypeHolding(dtypeNamed(dtype, name));
      return datatype ? [[name, datatype]] : [];
    }),
  );
}

/** What is asked first; of columns that it does not name, what the others say. */
export function orElse(asked: AskedDatatype, others: AskedDatatype): AskedDatatype {
  if (asked === undefined) return others;
  return typeof asked === "object" && typeof others === "object" ? { ...others, ...asked } : asked;
}
