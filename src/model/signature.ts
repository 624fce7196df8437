import { isWrittenAsText } from "../columns/cell-text.js";
import { type DType, type DTypes, dtypeNamed } from "../columns/dtype.js";
import { TransloadError } from "../errors.js";

/** MLflow's types of a column's cells: `integer` and `float` have 32 bits, `long` and `double` 64 (mlflow/types/schema.py, DataType). */
export type ScalarType = "boolean" | "integer" | "long" | "float" | "double" | "string" | "binary" | "datetime";

/** The type of a column's cells: a scalar's, or that of a list, a map or an object (mlflow/types/schema.py). */
export type ColumnType =
  | ScalarType
  | "any"
  | "sparkml-vector"
  | {
      /** A list. */
      readonly type: "array";
      /** The type of its elements. */
      readonly items: ColumnType;
    }
  | {
      /** An object of any keys. */
      readonly type: "map";
      /** The type of its values. */
      readonly values: ColumnType;
    }
  | {
      /** An object of known keys. */
      readonly type: "object";
      /** Its keys, each with a type. */
      readonly properties: readonly ColumnSpec[];
    };

/** A column: MLflow's ColSpec. */
export interface ColumnSpec {
  /** Undefined where the columns are told by their place; then none has a name. */
  readonly name: string | undefined;
  /** Of its cells. */
  readonly type: ColumnType;
  /** The server refuses a payload without it. */
  readonly required: boolean;
}

/** MLflow's TensorSpec. */
export interface TensorSpec {
  /** Undefined for the one tensor that has no name. */
  readonly name: string | undefined;
  /** numpy's name: float32, str, object, datetime64[ns] … */
  readonly dtype: string;
  /** -1 for any length. */
  readonly shape: readonly number[];
}

/** What a model is given or gives: columns, one tensor without a name, or tensors with names. */
export type Schema =
  | {
      /** Columns of a DataFrame. */
      readonly kind: "columns";
      /** The columns, in their order. */
      readonly columns: readonly ColumnSpec[];
    }
  | {
      /** One tensor without a name. */
      readonly kind: "tensor";
      /** The tensor. */
      readonly tensor: TensorSpec;
    }
  | {
      /** Tensors with names. */
      readonly kind: "tensors";
      /** The tensors, in their order. */
      readonly tensors: readonly TensorSpec[];
    };

/** An inference parameter. */
export interface ParamSpec {
  /** The key in `params`. */
  readonly name: string;
  /** Of its value, or of the elements of a list. */
  readonly type: ColumnType;
  /** What the server takes where a payload does not give it. */
  readonly default: unknown;
  /** [-1] for a list, undefined for a single value. */
  readonly shape: readonly number[] | undefined;
}

/** What MLflow logged of a model's inputs, outputs and parameters (mlflow/models/signature.py). */
export interface Signature {
  /** What the model is given; undefined where the signature does not say. */
  readonly inputs: Schema | undefined;
  /** What it gives. */
  readonly outputs: Schema | undefined;
  /** Its parameters; undefined where it has none. */
  readonly params: readonly ParamSpec[] | undefined;
}

const SCALARS: readonly ScalarType[] = ["boolean", "integer", "long", "float", "double", "string", "binary", "datetime"];

/** The cells are single values of one type. */
export function isScalarType(type: ColumnType): type is ScalarType {
  return SCALARS.includes(type as ScalarType);
}

/**
 * A signature as an MLmodel file has it: `inputs`, `outputs` and `params` are lists in JSON, inside the YAML.
 * @throws TransloadError E_MODEL for what MLflow would not load either.
 */
export function parseSignature(written: unknown): Signature {
  if (!isObject(written)) throw bad("signature", "an object with inputs, outputs and params", written);
  const params = listIn(written, "params");
  const signature = {
    inputs: schemaIn(written, "inputs"),
    outputs: schemaIn(written, "outputs"),
    params: params?.map((param, i) => parseParam(param, `signature.params[${i}]`)),
  };
  if (!signature.inputs && !signature.outputs && !params) throw bad("signature", "at least one of inputs, outputs and params", written);
  return signature;
}

/** Names of the columns, or of the tensors, in the signature's order; undefined where they have none. */
export function columnsOf({ inputs }: Signature): readonly string[] | undefined {
  const specs: readonly { name: string | undefined }[] =
    inputs?.kind === "columns" ? inputs.columns : inputs?.kind === "tensors" ? inputs.tensors : [];
  const names = specs.map(({ name }) => name).filter((name) => name !== undefined);
  return names.length > 0 ? names : undefined;
}

const DTYPES: Readonly<Record<string, DType>> = {
  boolean: "bool",
  integer: "int32",
  long: "int64",
  float: "float32",
  double: "float64",
  string: "string",
  binary: "bytes",
  datetime: "datetime64[ns]",
  str: "string",
};
const NUMPY = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"];

const TIMES = /^datetime64\[(D|s|ms|us|ns)\]$/;

/**
 * The dtypes to read cells as, by column or tensor; one for all where they have no names. What no dtype holds is left out, and undefined is returned where nothing remains.
 */
export function dtypesOf({ inputs }: Signature): DType | DTypes | undefined {
  if (!inputs) return undefined;
  if (inputs.kind === "tensor") return dtypeOf(inputs.tensor.dtype);
  const specs =
    inputs.kind === "columns"
      ? inputs.columns.map(({ name, type, required }) => ({ name, dtype: dtypeOf(type), required }))
      : inputs.tensors.map(({ name, dtype }) => ({ name, dtype: dtypeOf(dtype), required: true }));
  if (specs.every(({ name }) => name === undefined)) {
    const dtypes = new Set(specs.map(({ dtype }) => dtype));
    return dtypes.size === 1 ? [...dtypes][0] : undefined;
  }
  const known = specs.flatMap(({ name, dtype, required }) =>
    name !== undefined && dtype !== undefined ? [[name, required ? dtype : (`${dtype}?` as const)] as const] : [],
  );
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}

function dtypeOf(type: ColumnType | string): DType | undefined {
  if (typeof type !== "string") return undefined;
  return NUMPY.includes(type) || TIMES.test(type) ? (type as DType) : DTYPES[type];
}

/** Columns whose cells are strings in a payload, whatever they look like. */
export function textColumns(signature: Signature): readonly string[] {
  const dtypes = dtypesOf(signature);
  if (typeof dtypes !== "object") return [];
  return Object.keys(dtypes).filter((name) => isText(dtypeNamed(dtypes, name) as DType));
}

function isText(dtype: DType): boolean {
  return dtype === "string" || isWrittenAsText(dtype);
}

/** Columns whose cells are bytes, which MLflow expects in base64 (proto_json_utils.cast_df_types_according_to_schema). */
export function binaryColumns({ inputs }: Signature): readonly string[] {
  const columns = inputs?.kind === "columns" ? inputs.columns : [];
  return columns.flatMap(({ name, type }, i) => (type === "binary" ? [name ?? `${i}`] : []));
}

/** A type as MLflow writes it: `long`, `Array(long)`. */
export function spell(type: ColumnType): string {
  if (typeof type === "string") return type;
  if (type.type === "array") return `Array(${spell(type.items)})`;
  if (type.type === "map") return `Map(str -> ${spell(type.values)})`;
  return `{${type.properties.map((p) => `${p.name}: ${spell(p.type)}`).join(", ")}}`;
}

// ---- from JSON

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function bad(path: string, expected: string, found: unknown): TransloadError {
  const text = JSON.stringify(found) ?? String(found);
  return new TransloadError("E_MODEL", `${path} must be ${expected}, and is ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`);
}

/** The list under this key: JSON text, as MLflow writes it, or the list itself. */
function listIn(written: Json, key: string): readonly unknown[] | undefined {
  let value = written[key];
  if (value === undefined || value === null || value === "") return undefined;
  const path = `signature.${key}`;
  if (typeof value === "string") {
    try {
      value = JSON.parse(value) as unknown;
    } catch (error) {
      throw new TransloadError("E_MODEL", `${path} is not JSON: ${(error as Error).message}`, {}, { cause: error });
    }
  }
  if (!Array.isArray(value)) throw bad(path, "a list", value);
  return value;
}

/** MLflow's own rules for a Schema: not empty, of one kind, all named or none, several tensors only with names. */
function schemaIn(written: Json, key: string): Schema | undefined {
  const list = listIn(written, key);
  if (!list) return undefined;
  const path = `signature.${key}`;
  if (list.length === 0) throw bad(path, "a list with at least one column or tensor", list);
  const isTensor = (item: unknown) => isObject(item) && item.type === "tensor";
  const tensors = list.filter(isTensor).length;
  if (tensors > 0 && tensors < list.length) throw bad(path, "columns or tensors, not both", list);
  const names = list.filter((item) => isObject(item) && typeof item.name === "string").length;
  if (names > 0 && names < list.length) throw bad(path, "all with names, or none", list);
  if (tensors === 0) return { kind: "columns", columns: list.map((item, i) => parseColumn(item, `${path}[${i}]`)) };
  const specs = list.map((item, i) => parseTensor(item, `${path}[${i}]`));
  if (names > 0) return { kind: "tensors", tensors: specs };
  if (specs.length > 1) throw bad(path, "one tensor, or tensors with names", list);
  return { kind: "tensor", tensor: specs[0] as TensorSpec };
}

function parseColumn(item: unknown, path: string): ColumnSpec {
  if (!isObject(item)) throw bad(path, "a column", item);
  const type = parseType(item, path);
  // ColSpec.from_json_dict: without `required` a scalar is required and a nested type is not; earlier files say `optional`
  const fallback = typeof type === "string" && type !== "any" && type !== "sparkml-vector";
  const required = typeof item.required === "boolean" ? item.required : item.optional === true ? false : fallback;
  return { name: nameOf(item), type, required };
}

function nameOf(item: Json): string | undefined {
  return typeof item.name === "string" ? item.name : undefined;
}

function parseType(item: Json, path: string): ColumnType {
  const { type } = item;
  if (type === "any" || type === "sparkml-vector" || SCALARS.includes(type as ScalarType)) return type as ColumnType;
  if (type === "array") return { type, items: parseInner(item.items, `${path}.items`) };
  if (type === "map") return { type, values: parseInner(item.values, `${path}.values`) };
  if (type === "object") {
    if (!isObject(item.properties)) throw bad(`${path}.properties`, "an object of types", item.properties);
    const properties = Object.entries(item.properties).map(([name, property]) => {
      const place = `${path}.properties.${name}`;
      if (!isObject(property)) throw bad(place, "a type", property);
      return { name, type: parseType(property, place), required: property.required !== false };
    });
    return { type, properties };
  }
  throw bad(`${path}.type`, `one of MLflow's types (${SCALARS.join(", ")}, array, object, map, any)`, type);
}

function parseInner(inner: unknown, path: string): ColumnType {
  if (!isObject(inner)) throw bad(path, "a type", inner);
  return parseType(inner, path);
}

function parseTensor(item: unknown, path: string): TensorSpec {
  const spec = isObject(item) ? item["tensor-spec"] : undefined;
  if (!isObject(item) || !isObject(spec)) throw bad(`${path}.tensor-spec`, "an object with dtype and shape", spec);
  if (typeof spec.dtype !== "string") throw bad(`${path}.tensor-spec.dtype`, "numpy's name of a dtype", spec.dtype);
  return { name: nameOf(item), dtype: spec.dtype, shape: shapeOf(spec.shape, `${path}.tensor-spec.shape`) };
}

function shapeOf(shape: unknown, path: string): readonly number[] {
  if (Array.isArray(shape) && shape.every((n) => Number.isInteger(n) && n >= -1)) return shape as number[];
  throw bad(path, "a list of lengths, -1 for any", shape);
}

function parseParam(item: unknown, path: string): ParamSpec {
  if (!isObject(item) || typeof item.name !== "string") throw bad(path, "a parameter with a name", item);
  // earlier files say `dtype` (ParamSpec.from_json_dict)
  const type = parseType({ ...item, type: item.type ?? item.dtype }, path);
  const shape = item.shape === undefined || item.shape === null ? undefined : shapeOf(item.shape, `${path}.shape`);
  return { name: item.name, type, default: item.default, shape };
}
